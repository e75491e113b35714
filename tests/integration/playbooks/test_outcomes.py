# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every outcome of a rollout, from one mixed fleet: what the phones do, what is reported, and what the phones say."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES

from .bench import Bench, Run, bench, image, phone

OLD, NEW = "8.4.35", "8.7.5.35"


@dataclass
class Case:
    """One phone of the fleet: how it is, how it must end, and a part of the reason."""

    phone: dict[str, Any]
    outcome: str
    reason: str
    after: str | None = None
    """What the phone itself runs at the end, if not what it ran before."""
    fetches: int = 0

    @property
    def expected_after(self) -> str:
        return self.after or str(self.phone["firmware"])


def upgraded(model: str = "320", firmware: str = OLD, *, to: str = NEW, **keys: Any) -> Case:
    return Case(phone(model, firmware, **keys), "upgraded", f"Runs {to}, read back", to, 1)


def left_alone(outcome: str, reason: str, model: str = "320", firmware: str = OLD, **keys: Any) -> Case:
    return Case(phone(model, firmware, **keys), outcome, reason)


CASES = {
    # What works.
    "no-login": upgraded(auth="none"),
    "basic": upgraded(auth="basic"),
    "digest": upgraded(auth="digest"),
    "digest-without-qop": upgraded(auth="digest", digest_qop="none"),
    "digest-with-short-nonces": upgraded(auth="digest", nonce_uses=1),
    "firmware-7": upgraded(firmware="7.3.14", page_layout="plain"),
    "firmware-8-as-list": upgraded("821", "8.7.5.17", page_layout="list"),
    "firmware-10": upgraded("D785", "10.1.84.12", to="10.1.175.16"),
    "answers-302": upgraded(load_answer=302),
    "answers-nothing": upgraded(load_answer="drop"),
    "reset-at-trigger": upgraded(faults={"reset": {"on": "trigger"}}),
    "reset-while-loading": upgraded(faults={"reset": {"on": "poll"}}),
    "resets-twice-after-boot": upgraded(faults={"reset": {"on": "after_boot", "times": 2}}),
    "slow": upgraded(faults={"slow": 0.2}),
    "needs-keep-alive": upgraded(faults={"needs_keep_alive": True}),
    "mixes-up-parallel-requests": upgraded(faults={"parallel_broken": True}),
    "expected-mac-and-model": upgraded(
        mac="000413123456", inventory={"snom_mac": "00:04:13:12:34:56", "snom_model": 320}
    ),
    "pbx-says-idle": upgraded(call_shown_in=[], inventory={"snom_call_state": "{{ 'idle' }}"}),
    "idle-by-snmp": upgraded(
        call_shown_in=["snmp"], snmp_port=1161, inventory={"snom_snmp": True, "snom_snmp_port": 1161}
    ),
    "compliant": left_alone("compliant", "Runs 8.7.5.35 already", firmware=NEW),
    "compliant-with-a-zero": left_alone(
        "compliant", "already", firmware="8.9.3.80", inventory={"snom_firmware_version": "08.9.3.80"}
    ),
    # In a call, perhaps.
    "in-call": left_alone("deferred", "in a call (state_of_gui.htm)", call={"state": "in_call"}),
    "ringing": left_alone("deferred", "in a call (state_of_gui.htm)", call={"state": "ringing"}),
    "call-on-home-page": left_alone(
        "deferred", "in a call (index.htm)", call={"state": "holding"}, call_shown_in=["home"]
    ),
    "call-by-snmp": left_alone(
        "deferred",
        "in a call (SNMP call counter)",
        call={"state": "in_call"},
        call_shown_in=["snmp"],
        snmp_port=1161,
        inventory={"snom_snmp": True, "snom_snmp_port": 1161},
    ),
    "pbx-says-in-call": left_alone("deferred", "snom_call_state", inventory={"snom_call_state": "in_call"}),
    "call-state-unknown": left_alone("deferred", "unknown_call_state: proceed", call_shown_in=[]),
    # Not asked.
    "protected": left_alone("protected", "snom_protected_override", inventory={"snom_protected": True}),
    "unreachable": left_alone("unreachable", "", running=False),
    "reset-at-once": left_alone("unreachable", "", faults={"reset": {"on": "connect"}}),
    "reset-at-request": left_alone("unreachable", "", faults={"reset": {"on": "request"}}),
    "reset-within-answer": left_alone("unreachable", "", faults={"reset": {"on": "answer"}}),
    "too-slow": left_alone("unreachable", "the time was up", faults={"slow": 4}, inventory={"snom_timeout": 1}),
    "drips": left_alone("unreachable", "the time was up", faults={"drip": 20}, inventory={"snom_timeout": 1}),
    "wrong-password": left_alone(
        "auth_failed", "snom_password", inventory={"snom_password": "n0t-to-be-seen either", "snom_site": "elsewhere"}
    ),
    "unpinned-certificate": left_alone(
        "certificate_rejected", "none is pinned", tls=True, inventory={"snom_scheme": "https"}
    ),
    "locked-out": left_alone("locked_out", "locked its web interface", timing={"lockout": 3600}),
    "hidden-tags": left_alone(
        "blocked", "use_hidden_tags", settings={"use_hidden_tags": "on", "admin_mode_password": "4711"}
    ),
    "restricted-queries": left_alone("blocked", "restrict_uri_queries", settings={"restrict_uri_queries": "on"}),
    "forbids": Case(phone(faults={"blocked": True}), "blocked", "forbids this request"),
    "forbids-silently": Case(
        phone(faults={"blocked": True}, blocked_answer=200), "image_failed", "hidden tags and restricted URI queries"
    ),
    "user-mode": left_alone("user_mode", "administrator mode", admin_mode=False),
    "phone-manager": left_alone("unsupported", "Phone Manager", "D865", "10.1.141.13"),
    "garbage": left_alone("unsupported", "does not speak proper HTTP", faults={"garbage": True}),
    "noise": left_alone("refused", "show no model", faults={"garbage": "page"}),
    "wrong-mac": left_alone("wrong_phone", "000413AAAAAA", inventory={"snom_mac": "000413aaaaaa"}),
    "wrong-model": left_alone("wrong_phone", "the inventory says D785", inventory={"snom_model": "D785"}),
    "hides-its-mac": left_alone(
        "refused", "shows none", faults={"hides_mac": True}, inventory={"snom_mac": "000413cccccc"}
    ),
    "downgrade": left_alone("refused", "allow_downgrade: true", inventory={"snom_firmware_version": "8.4.18"}),
    "too-old": left_alone("refused", "requires", firmware="6.5.20"),
    "no-version-for-its-model": left_alone("refused", "snom_firmware_versions", "300", "8.4.35"),
    "no-such-version": left_alone("refused", "No image of 8.8.8.8", inventory={"snom_firmware_version": "8.8.8.8"}),
    "chained-only": left_alone(
        "refused", "chained-update", "D735", "10.1.175.16", inventory={"snom_firmware_version": "10.1.184.15"}
    ),
    "provisioning-would-undo-it": left_alone(
        "refused",
        "Its provisioning would undo it",
        settings={
            "update_policy": "auto_update",
            "firmware_status": "http://provisioning.example/snom320-8.4.35-SIP-f.bin",
        },
    ),
    "image-missing": left_alone("refused", "answers 404", "760", "8.7.5.35"),
    "image-has-wrong-size": left_alone("refused", "the catalogue says", "720", "8.7.5.35"),
    # Asked, and it went wrong.
    "ignores-load": Case(phone(faults={"ignores_load": True}), "image_failed", "never seen gone"),
    "reset-before-trigger": Case(phone(faults={"reset": {"on": "before_trigger"}}), "image_failed", "never seen gone"),
    "image-is-of-another-model": Case(phone("D335", "10.1.141.13"), "image_failed", "never seen gone", fetches=1),
    "image-is-truncated": Case(phone("D345", "10.1.49.11"), "image_failed", "never seen gone", fetches=1),
    "keeps-old-version": Case(phone(faults={"keep_old_version": True}), "old_version", f"came back on {OLD}", OLD, 1),
    "goes-back-at-once": Case(phone(faults={"reverts_after": 0}), "old_version", f"came back on {OLD}", OLD, 1),
    "never-returns": Case(phone(faults={"never_return": True}), "timed_out", "do not power it off", OLD, 1),
    "another-phone-afterwards": Case(
        phone(faults={"replaced_by": {"mac": "000413BBBBBB"}}, inventory={"snom_mac": None}),
        "wrong_phone",
        "000413BBBBBB",
        NEW,
        1,
    ),
    "loses-registration": Case(
        phone(faults={"loses_registration": True}), "not_registered", "identity 1 was registered before", NEW, 1
    ),
}

# Phones of these end as failed whatever the options say.
WELL = {"upgraded": "changed", "compliant": "ok", "protected": "ok"}


@dataclass
class Fleet:
    bench: Bench
    run: Run


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """The fleet after one rollout over all of it."""
    phones = {name: case.phone for name, case in CASES.items()}
    with bench(tmp_path_factory.mktemp("outcomes"), phones) as found:
        lock_out(found, "locked-out")
        found.fleet.patch_image_server(
            faults={
                image("720"): "wrong_size",
                image("760"): "not_found",
                image("D335"): "wrong_model",
                image("D345"): "truncated",
            }
        )
        # Some wait for the deadline to pass; the others need room on a busy machine.
        yield Fleet(found, found.rollout(deadline=25, rehearse=True))


def lock_out(found: Bench, name: str) -> None:
    """Fail to log in until the phone locks its web interface."""
    state = found.fleet.phone(name)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    login = {"Authorization": f"Basic {b64encode(b'admin:guess').decode()}"}
    while not found.fleet.phone(name)["locked_out"]:
        request = urllib.request.Request(f"http://{state['address']}:{state['port']}/info.htm", headers=login)
        with pytest.raises(urllib.error.HTTPError):
            opener.open(request, timeout=60)


@pytest.mark.parametrize("name", CASES)
def test_outcome(name: str, fleet: Fleet) -> None:
    case, record = CASES[name], fleet.run.rollout["phones"][name]
    assert record["outcome"] == case.outcome, record["reason"]
    assert case.reason in record["reason"]


@pytest.mark.parametrize("name", CASES)
def test_what_the_phone_says(name: str, fleet: Fleet) -> None:
    case, state = CASES[name], fleet.bench.fleet.phone(name)
    assert state["firmware"] == case.expected_after
    assert sum(state["fetches"].values()) == case.fetches
    assert state["calls_cut"] == 0


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.fetches])
def test_nothing_was_written_to_a_phone_that_was_not_asked(name: str, fleet: Fleet) -> None:
    asked = CASES[name].outcome in ("image_failed",) or name == "forbids"
    assert fleet.bench.fleet.phone(name)["writes"] == (1 if asked else 0)


@pytest.mark.parametrize("name", CASES)
def test_recap(name: str, fleet: Fleet) -> None:
    assert fleet.run.recap[name] == WELL.get(CASES[name].outcome, "failed")


def test_every_outcome_of_a_rollout_is_here() -> None:
    elsewhere = {"planned", "not_started", "reverted", "triggered", "rebooted", "failed"}
    # By provisioning, and not over HTTP.
    elsewhere |= {"synced", "no_fetch", "looping", "unproven"}
    assert {case.outcome for case in CASES.values()} == OUTCOMES.keys() - elsewhere


def test_do_not_power_off(fleet: Fleet) -> None:
    # Whether the phone that had the address before has written its flash nobody saw either, and who was never seen gone
    # may still be loading, as may one that is back on its old version.
    may_load = {name for name, case in CASES.items() if case.outcome in ("image_failed", "old_version")}
    unsafe = {entry["host"] for entry in fleet.run.rollout["do_not_power_off"]}
    assert unsafe == {"never-returns", "another-phone-afterwards"} | may_load
    assert "DO NOT POWER OFF never-returns" in fleet.run.output


def test_summary_is_published(fleet: Fleet) -> None:
    summary = fleet.run.stats["snom_rollout_summary"]
    assert summary == fleet.run.rollout["summary"]
    assert sum(summary.values()) == len(CASES)


def test_report_says_the_same(fleet: Fleet) -> None:
    report = json.loads((fleet.bench.out / "report" / "report.json").read_text())
    assert {host: record["outcome"] for host, record in report["phones"].items()} == fleet.run.outcomes


def test_again_leaves_alone_what_ended_well(fleet: Fleet) -> None:
    well = [name for name, case in CASES.items() if case.outcome == "upgraded"]
    before = fleet.bench.fetches()
    again = fleet.bench.rollout("--limit", ",".join(well), rehearse=False)
    assert again.outcomes == dict.fromkeys(well, "compliant")
    assert set(again.recap.values()) == {"ok"}
    assert fleet.bench.fetches() == before
