# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a rollout: as users give them, and parsed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import check_seconds
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import read_regular
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, image_url
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import (
    BySite,
    Limit,
    Wave,
    parse_by_site,
    parse_limit,
    parse_waves,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.windows import Windows, parse_windows


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of a rollout, parsed. Times are in seconds."""

    waves: tuple[Wave, ...]
    max_bad: Limit
    bandwidth: BySite
    catalog: Catalog
    soak: float = 0.0
    max_in_flight: int = 10
    max_in_flight_per_group: int = 1
    flash_time: float = 600.0
    deadline: float | None = None
    windows: Windows | None = None
    unknown_call_state: str = "defer"
    deferred_retries: int = 3
    deferred_interval: float = 60.0
    unreachable: str = "ignore"
    verify_image: str = "head"
    mirror: str | None = None
    allow_downgrade: bool = False
    force: bool = False
    approved: Mapping[str, Mapping[str, Any]] | None = None
    snapshot: bool = False

    @property
    def with_canaries(self) -> bool:
        """Whether phones of a kind go one at a time until one of them has succeeded."""
        return any(wave.kind == "canary" for wave in self.waves)


def read_approved(path: str) -> Mapping[str, Mapping[str, Any]]:
    """The phones of an approved plan: the report.json of a check-mode run. Raises InputError."""
    try:
        content = json.loads(read_regular(path))
        phones = content["phones"]
        return {host: dict(phone) for host, phone in phones.items() if phone["outcome"] == Outcome.PLANNED}
    except OSError as error:
        why = error.strerror or "it can't be read"
    except (ValueError, RecursionError):
        why = "it is no JSON"
    except (KeyError, TypeError, AttributeError):
        why = "it is no report"
    raise InputError(
        f"approved_plan: {path} can't be used: {why}. Name the report.json that the playbook telephony.snom.plan wrote."
    )


_LEFT_OVER = [outcome.value for outcome in Outcome if outcome.left_over]

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "waves": {"type": "raw", "default": ["canary", "10%", "100%"]},
    "soak": {"type": "float", "default": 0.0},
    "max_bad": {"type": "raw", "default": 0},
    "max_in_flight": {"type": "int", "default": 10},
    "max_in_flight_per_group": {"type": "int", "default": 1},
    "site_bandwidth_mbit": {"type": "raw", "default": 100},
    "flash_time": {"type": "float", "default": 600.0},
    "deadline": {"type": "float"},
    "window": {"type": "raw"},
    "unknown_call_state": {"type": "str", "choices": ["defer", "proceed"], "default": "defer"},
    "deferred_retries": {"type": "int", "default": 3},
    "deferred_interval": {"type": "float", "default": 60.0},
    "unreachable": {"type": "str", "choices": ["ignore", "bad"], "default": "ignore"},
    "fail_on": {
        "type": "list",
        "elements": "str",
        "choices": _LEFT_OVER,
        "default": _LEFT_OVER,
    },
    "spare_unreachable": {"type": "bool", "default": False},
    "verify_image": {"type": "str", "choices": ["head", "full", "none"], "default": "head"},
    "mirror": {"type": "str"},
    "catalog": {"type": "path"},
    "allow_downgrade": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "snapshot": {"type": "bool", "default": False},
    "retry_login": {"type": "bool", "default": False},
    "approved_plan": {"type": "path"},
    "stop_file": {"type": "path"},
    "stop_others": {"type": "bool", "default": False},
    "journal": {"type": "path"},
    "report_dir": {"type": "path"},
}


_TAKEN_AS_THEY_ARE = (
    "soak",
    "max_in_flight",
    "max_in_flight_per_group",
    "flash_time",
    "deadline",
    "unknown_call_state",
    "deferred_retries",
    "deferred_interval",
    "unreachable",
    "verify_image",
    "mirror",
    "allow_downgrade",
    "force",
    "snapshot",
)


def parse_options(parameters: Mapping[str, Any], catalog: Catalog) -> Options:
    """The options of a rollout out of a module's parameters. Raises InputError naming the option."""
    check_seconds(parameters, "flash_time", "deadline")
    check_seconds(parameters, "soak", "deferred_interval", least=0.0)
    if parameters["stop_others"] and not parameters["stop_file"]:
        raise InputError("stop_others is true without a stop_file: name the file that the other rollouts look at, too.")
    for name in ("max_in_flight", "max_in_flight_per_group", "deferred_retries"):
        if parameters[name] < 0:
            raise InputError(f"{name} is {parameters[name]}: give 0 or more.")
    if parameters["mirror"]:
        # For its check: a mirror that can't be used would make every phone's image wrong.
        image_url("", parameters["mirror"])
    return Options(
        waves=parse_waves(parameters["waves"]),
        max_bad=parse_limit(parameters["max_bad"], "max_bad"),
        bandwidth=parse_by_site(parameters["site_bandwidth_mbit"], "site_bandwidth_mbit"),
        windows=parse_windows(parameters["window"]),
        approved=read_approved(parameters["approved_plan"]) if parameters["approved_plan"] else None,
        catalog=catalog,
        **{name: parameters[name] for name in _TAKEN_AS_THEY_ARE},
    )
