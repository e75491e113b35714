# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit found as Prometheus reads it, for the playbook telephony.snom.audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.models import versions_by_model
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version

DOCUMENTATION = r"""
name: prometheus
short_description: Make metrics of what an audit found
version_added: 0.1.0
description:
  - Makes a file for the textfile collector of Prometheus' node exporter, in the text format 0.0.4.
  - A metric that nothing tells of a phone is left out for that phone, never guessed.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description:
      - The phones as in C(audit.json). C(wanted_version) and C(wanted_versions) beside are what the inventory says in
        C(snom_firmware_version) and C(snom_firmware_versions).
    type: list
    elements: dict
    required: true
  begun:
    description: When the audit began, in the form of ISO 8601.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the metrics of an audit
  ansible.builtin.debug:
    msg: "{{ (lookup('ansible.builtin.file', 'audit/audit.json') | from_json).phones
      | telephony.snom.prometheus(begun='2026-11-29T22:00:00+00:00') }}"
"""

RETURN = r"""
_value:
  description: The text of the file.
  type: str
  sample: |
    # HELP snom_phone_reachable Whether the phone answered, with whatever.
    # TYPE snom_phone_reachable gauge
    snom_phone_reachable{phone="desk-17"} 1
"""

_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\""})


def prometheus(phones: Sequence[Mapping[str, Any]], begun: str) -> str:
    found = sorted(to_plain(list(phones)), key=lambda phone: str(phone["host"]))
    time = datetime.fromisoformat(begun).timestamp()
    lines = [
        *_metric("snom_audit_time_seconds", "When the audit began, in seconds since the epoch.", [("", int(time))]),
        *_metric(
            "snom_phone_info", "What is known of each phone of the inventory.", [(_described(one), 1) for one in found]
        ),
    ]
    for name, about, value in (
        ("reachable", "Whether the phone answered, with whatever.", _reachable),
        ("registered", "Whether all of the phone's identities are registered.", _registered),
        ("drifted", "Whether the phone runs another firmware than the inventory says.", _drifted),
    ):
        values = [(_labels(phone=one["host"]), value(one)) for one in found]
        lines += _metric(f"snom_phone_{name}", about, values)
    return "".join(f"{line}\n" for line in lines)


def _metric(name: str, about: str, samples: Sequence[tuple[str, int | None]]) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} gauge"
    yield from (f"{name}{labels} {int(value)}" for labels, value in samples if value is not None)


def _described(phone: Mapping[str, Any]) -> str:
    named = {name: phone.get(name) for name in ("site", "model", "mac", "outcome", "source")}
    return _labels(phone=phone["host"], version=phone.get("firmware"), **named)


def _labels(**labels: object) -> str:
    """Labels without those that are unknown. Whatever a phone or an inventory says, it stays within its quotes."""
    shown = {name: visible_line(str(value)).translate(_ESCAPED) for name, value in labels.items() if value is not None}
    return "{" + ",".join(f'{name}="{text}"' for name, text in sorted(shown.items())) + "}"


def _reachable(phone: Mapping[str, Any]) -> bool | None:
    # What failed before the phone was asked tells nothing of it.
    return None if phone["outcome"] == "failed" else phone["outcome"] != Outcome.UNREACHABLE


def _registered(phone: Mapping[str, Any]) -> bool | None:
    """By the phone itself, else by the PBX. That one lists who is registered, so it proves nothing of others."""
    identities = (phone.get("phone") or {}).get("identities") or []
    states = [identity.get("registered") for identity in identities]
    if states and None not in states:
        return all(states)
    return True if phone.get("registration") else None


def _drifted(phone: Mapping[str, Any]) -> bool | None:
    """None where it is not known what the phone runs or should run."""
    with suppress(InputError):
        wanted = phone.get("wanted_version")
        if wanted in (None, ""):
            versions = versions_by_model(phone.get("wanted_versions"), "snom_firmware_versions")
            wanted = versions.get(str(phone.get("model")))
        if wanted and phone.get("firmware"):
            return Version.parse(str(phone["firmware"])) != Version.parse(str(wanted))
    return None


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"prometheus": prometheus}
