# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remote control that must not happen: it ends with an outcome and a sentence, and no phone gets anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from .bench import Bench, Run, bench, phone
from .conftest import StartBench

pytestmark = pytest.mark.xdist_group("remote_refusals")


@dataclass(frozen=True)
class Case:
    module: str
    arguments: Mapping[str, Any]
    reason: str
    """A part of it."""
    phone: dict[str, Any] = field(default_factory=phone)
    outcome: str = "refused"


def keys(value: Any, reason: str, given: dict[str, Any] | None = None, outcome: str = "refused") -> Case:
    return Case("snom_key", {"keys": value}, reason, given or phone(), outcome)


def call(action: str, reason: str, given: dict[str, Any] | None = None, outcome: str = "refused", **more: Any) -> Case:
    return Case("snom_call", {"action": action, **more}, reason, given or phone(), outcome)


def in_a(state: str, **more: Any) -> Any:
    return phone(call={"state": state}, **more)


UNREADABLE = {"call_shown_in": []}

CASES = {
    "unknown-key": keys(["HOLD_THE_LINE"], "'HOLD_THE_LINE' is no key"),
    "soft-key-name": keys(["CONFERENCE"], "Names of soft keys are not taken over HTTP"),
    "f1-on-870": keys(["F1"], "The 870 has no keys F1", phone("870")),
    "f4-on-190": keys(["F4"], "they go from F1 to F3", phone("190")),
    "p13-on-320": keys(["P13"], "they go from P1 to P12"),
    "ek0-on-820": keys(["EK0"], "takes no expansion module", phone("820")),
    "negative-time": keys([{"key": "ENTER", "press": -1}], "from 0 to 60000"),
    "too-long-a-time": keys("ENTER,60001", "from 0 to 60000"),
    "time-on-firmware-7": keys([{"key": "DND", "press": 2000}], "Leave press out", phone(firmware="7.3.14")),
    "no-keys": keys([], "keys is empty"),
    "only-separators": keys(";;", "keys is empty"),
    "unquoted-digits": keys(49123, "Put the digits in quotes"),
    "one-bad-key-among-good-ones": keys(["OFFHOOK", "1", "P99"], "The 320 has no key P99"),
    "keys-of-d8xx": keys(["ENTER"], "Set snom_transport: sip", phone("D865", "10.1.141.13"), "unsupported"),
    "touch-outside": Case("snom_key", {"touch": [{"x": 480, "y": 0}]}, "not on the screen", phone("870")),
    "touch-of-320": Case("snom_key", {"touch": [{"x": 0, "y": 0}]}, "only the 870 has"),
    "ringer-0": Case("snom_ringer", {"ringer": 0}, "from 1 to 9"),
    "ringer-10": Case("snom_ringer", {"ringer": 10}, "from 1 to 9"),
    "line-0": Case("snom_identity", {"line": 0, "state": "logged_off"}, "from 1, or all"),
    "line-13": Case("snom_identity", {"line": 13, "state": "logged_off"}, "has lines 1 to 12"),
    "line-5-of-710": Case("snom_identity", {"line": 5, "state": "reregistered"}, "has lines 1 to 4", phone("710")),
    "no-lists": Case("snom_call_list", {"lists": []}, "lists is empty"),
    "transfer-without-call": call("blind_transfer", "The phone is idle", number="301"),
    "attended-transfer-without-call": call("attended_transfer_start", "The phone is idle", number="301"),
    "completion-without-call": call("attended_transfer_complete", "The phone is idle"),
    "dtmf-without-call": call("dtmf", "The phone is idle", digits="1"),
    "dtmf-of-letters": call("dtmf", "digits must be", in_a("in_call"), digits="1E"),
    "hold-without-call": call("hold", "The phone is idle"),
    "answer-without-call": call("answer", "The phone is idle"),
    "dial-in-a-call": call("dial", "The phone is in a call", in_a("in_call"), number="301"),
    "hold-in-unknown-state": call("hold", "unknown_call_state: proceed", phone(**UNREADABLE)),
    "answer-in-unknown-state": call("answer", "unknown_call_state: proceed", phone(**UNREADABLE)),
    "hang-up-in-unknown-state": call("hangup", "unknown_call_state: proceed", phone(**UNREADABLE)),
    "dial-with-hidden-tags": call(
        "dial",
        "use_hidden_tags",
        phone(settings={"use_hidden_tags": "on", "admin_mode_password": "4711"}),
        "blocked",
        number="301",
    ),
    "dial-with-restricted-queries": call(
        "dial", "restrict_uri_queries", phone(settings={"restrict_uri_queries": "on"}), "blocked", number="301"
    ),
    "transfer-with-call-join": call(
        "attended_transfer_start", "call_join_xfer", in_a("in_call", settings={"call_join_xfer": "on"}), number="301"
    ),
    "completion-with-call-join": call(
        "attended_transfer_complete", "call_join_xfer", in_a("in_call", settings={"call_join_xfer": "on"})
    ),
    "completion-of-a-single-call": call(
        "attended_transfer_complete",
        "has a single call",
        in_a("in_call", settings={"call_join_xfer": "off"}, call_shown_in=["gui", "home"]),
    ),
    "blind-transfer-that-would-call": call(
        "blind_transfer",
        "transfer_dialing_on_transfer",
        in_a("in_call", settings={"transfer_dialing_on_transfer": "attended"}),
        number="301",
    ),
    "number-with-line-break": call("dial", "number must be", number="301\r\n"),
    "number-with-parameter": call("dial", "number must be", number="301&outgoing_uri=1@evil.example"),
    "number-elsewhere": call("dial", "calls to elsewhere", number="301@evil.example"),
    "number-without-quotes": call("dial", "must be in quotes", number=301),
    "foreign-outgoing-uri": call("dial", "does not have", number="301", outgoing_uri="999@pbx.example"),
    "emergency": call("dial", "allow_emergency", number="112"),
    "emergency-behind-prefix": call("dial", "allow_emergency", number="0112"),
    "emergency-by-transfer": call("blind_transfer", "allow_emergency", in_a("in_call"), number="911"),
    "dial-without-number": call("dial", "needs the option number"),
    "reset-of-another-phone": Case(
        "snom_factory_reset", {"confirm": "000413ffffff"}, "confirm is 000413FFFFFF", outcome="wrong_phone"
    ),
    "reset-of-nameless-phone": Case(
        "snom_factory_reset",
        {"confirm": "000413ffffff"},
        "does not show its MAC address",
        phone(faults={"hides_mac": True}),
    ),
    "line-info-of-320": Case(
        "snom_screen", {"dest": "{{ out }}/none.bmp", "fix_line_info_layer": True}, "for the 820 and 821"
    ),
    "labels-of-320": Case(
        "snom_screen",
        {"dest": "{{ out }}/none.bmp", "which": "labels"},
        "has no /label_screen.bmp",
        outcome="unsupported",
    ),
    "keys-of-a-protected-phone": keys(
        ["ENTER"], "snom_protected_override", phone(inventory={"snom_protected": True}), "protected"
    ),
    "ringing-of-a-protected-phone": Case(
        "snom_ringer", {"ringer": 1}, "snom_protected", phone(inventory={"snom_protected": True}), "protected"
    ),
}


@dataclass
class Fleet:
    bench: Bench
    runs: dict[str, Run]

    def line(self, run: str, name: str) -> dict[str, Any]:
        """The one task of a phone: its status and its result."""
        (line,) = (line for line in self.runs[run].lines if line.get("host") == name)
        return line


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("remote_refusals")
    with bench(folder, {name: case.phone for name, case in CASES.items()}, out=str(folder / "out")) as found:
        plays = [
            {
                "hosts": name,
                "gather_facts": False,
                "tasks": [{f"telephony.snom.{case.module}": dict(case.arguments), "ignore_errors": True}],
            }
            for name, case in CASES.items()
        ]
        runs = {"check": found.check(found.start(plays, "--check").wait()), "do": found.play(plays, rehearse=False)}
        yield Fleet(found, runs)


@pytest.mark.parametrize("run", ["check", "do"])
@pytest.mark.parametrize("name", CASES)
def test_refused(name: str, run: str, fleet: Fleet) -> None:
    case, line = CASES[name], fleet.line(run, name)
    result = line["result"]
    assert result["outcome"] == case.outcome, result
    assert case.reason in result["reason"]
    assert line["status"] == ("ok" if case.outcome == "protected" else "failed")
    assert not result["changed"]


@pytest.mark.parametrize("name", CASES)
def test_nothing_was_sent(name: str, fleet: Fleet) -> None:
    assert fleet.bench.fleet.phone(name)["writes"] == 0


KEYS_PLAY = {"hosts": "phones", "gather_facts": False}


@pytest.mark.parametrize(
    ("key", "model", "firmware", "warning"),
    [
        ("MENU", "320", "7.3.14", "MENU is not used any more from firmware 7 on"),
        ("EK0", "D785", "10.1.54.13", "Nobody has documented EK0 for the D785"),
    ],
)
def test_warned(key: str, model: str, firmware: str, warning: str, start: StartBench) -> None:
    bench = start({"phone": phone(model, firmware)})
    bench.play([KEYS_PLAY | {"tasks": [{"telephony.snom.snom_key": {"keys": [key]}}]}], warns=warning)
    assert [entry["detail"] for entry in bench.fleet.log(event="key")] == [key]


def test_a_typed_pin_is_shown_nowhere(start: StartBench) -> None:
    """Not by the loudest output, nor in the result; and over http it is not typed at all unless that is allowed."""
    bench = start({"phone": phone()})
    task = {"telephony.snom.snom_key": {"keys": "90817263", "allow_cleartext_secrets": True}, "no_log": True}
    run = bench.play([KEYS_PLAY | {"tasks": [task]}], "-vvvvv")
    assert [entry["detail"] for entry in bench.fleet.log(event="key")] == [*"90817263"]
    assert "90817263" not in run.output + str(run.lines)
    assert "9;0;8;1" not in run.output + str(run.lines)

    refused = {"telephony.snom.snom_key": {"keys": "90817263"}, "no_log": True, "ignore_errors": True}
    writes = bench.fleet.counters()["writes"]
    run = bench.play([KEYS_PLAY | {"tasks": [refused]}])
    assert run.output.count("failed=0") == 1
    assert run.output.count("ignored=1") == 1
    assert bench.fleet.counters()["writes"] == writes
