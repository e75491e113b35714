# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    Blocked,
    InputError,
    PhoneUnreachable,
    Refused,
    SnomError,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.call import ARGUMENT_SPEC, control_call
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallReading
from ansible_collections.telephony.snom.tests.unit.phones import RemotePhone, calls, parameters_of, shows

DIAL = "dial=4711"
HOLD, CANCEL, ENTER, TRANSFER = (f"press={key}" for key in ("F_HOLD", "CANCEL", "ENTER", "TRANSFER"))
RELEASE = "release all calls"
TYPED = "press=2,100,100;0,100,100;*,100,100"
ALL_PHASES = {"idle", "dialing", "calling", "ringing", "connected", "holding"}
SETTINGS = {
    "language": "English",
    "call_join_xfer": "off",
    "transfer_dialing_on_transfer": "blind",
    "user_name1": "100",
    "user_host1": "pbx.example:5060",
}


def call(phone: RemotePhone, action: str, *, check_mode: bool = False, **given: Any) -> dict[str, Any]:
    needed = {"dial": {"number": "4711"}, "dtmf": {"digits": "12#"}}
    if "transfer" in action and "complete" not in action:
        needed[action] = {"number": "20*"}
    parameters = parameters_of(ARGUMENT_SPEC, action=action, **needed.get(action, {}) | given)
    return control_call(phone, parameters, check_mode, sleep=phone.sleep)


def sent(result: dict[str, Any]) -> list[str]:
    return [step["request"] for step in result["steps"]]


@pytest.mark.parametrize(
    ("action", "before", "effects", "after"),
    [
        ("dial", "idle", {DIAL: shows("calling")}, "calling"),
        ("dial", "unknown", {DIAL: shows("connected")}, "connected"),
        ("dial", "idle", {DIAL: shows("dialing")}, "dialing"),
        ("answer", "ringing", {ENTER: shows("connected")}, "connected"),
        ("reject", "ringing", {CANCEL: shows("idle")}, "idle"),
        # Another call was there before.
        ("reject", "ringing", {CANCEL: shows("connected")}, "connected"),
        ("hangup", "connected", {CANCEL: shows("idle")}, "idle"),
        ("hangup", "calling", {CANCEL: shows("idle")}, "idle"),
        ("hangup", "connected", {CANCEL: shows("holding")}, "holding"),
        # Somebody types a number, perhaps beside a call on hold.
        ("hangup", "dialing", {CANCEL: shows("idle")}, "idle"),
        ("hangup", "dialing", {CANCEL: shows("holding")}, "holding"),
        ("hangup_all", "dialing", {RELEASE: shows("idle")}, "idle"),
        ("hangup_all", "holding", {RELEASE: shows("idle")}, "idle"),
        ("hangup_all", "unknown", {RELEASE: shows("idle")}, "idle"),
        ("hold", "connected", {HOLD: shows("holding")}, "holding"),
        ("resume", "holding", {HOLD: shows("connected")}, "connected"),
        ("dtmf", "connected", {"tones=12#": shows("connected")}, "connected"),
        (
            "blind_transfer",
            "connected",
            {TRANSFER: shows("holding"), TYPED: shows("holding"), ENTER: shows("idle")},
            "idle",
        ),
        (
            "blind_transfer",
            "holding",
            {TRANSFER: shows("dialing"), TYPED: shows("holding"), ENTER: shows("idle")},
            "idle",
        ),
        (
            "attended_transfer_start",
            "connected",
            {HOLD: shows("holding"), TYPED: shows("holding"), ENTER: shows("calling")},
            "calling",
        ),
        ("attended_transfer_start", "holding", {TYPED: shows("holding"), ENTER: shows("connected")}, "connected"),
        ("attended_transfer_complete", "connected", {TRANSFER: shows("idle")}, "idle"),
        ("attended_transfer_complete", "calling", {TRANSFER: shows("idle")}, "idle"),
    ],
)
def test_what_each_action_sends_and_sees(action: str, before: str, effects: dict[str, Any], after: str) -> None:
    phone = RemotePhone(before, effects, settings=SETTINGS)
    result = call(phone, action)
    assert (result["changed"], result.get("failed"), result["before"], result["after"]) == (True, None, before, after)
    assert sent(result) == phone.commands == [*effects]
    # Between two steps the screen needs its time (protocol 1.5).
    assert len(phone.sleeps) >= len(effects) - 1
    assert set(phone.sleeps) <= {2}
    assert "warnings" not in result


@pytest.mark.parametrize(
    ("action", "phase"),
    [
        ("answer", "connected"),
        ("answer", "holding"),
        ("reject", "idle"),
        ("hangup", "idle"),
        ("hangup_all", "idle"),
        ("hold", "holding"),
        ("resume", "connected"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_is_so_already_changes_nothing(action: str, phase: str, check_mode: bool) -> None:
    phone = RemotePhone(phase)
    result = call(phone, action, check_mode=check_mode)
    after = None if check_mode else phase
    assert result == {"changed": False, "before": phase, "after": after, "steps": []}
    assert phone.commands == []


MAKES_SENSE = {
    "dial": {"idle"},
    "answer": {"ringing", "connected", "holding"},
    "reject": {"ringing", "idle"},
    "hangup": {"dialing", "calling", "connected", "holding", "idle"},
    "hangup_all": ALL_PHASES,
    "hold": {"connected", "holding"},
    "resume": {"connected", "holding"},
    "dtmf": {"connected"},
    "blind_transfer": {"connected", "holding"},
    "attended_transfer_start": {"connected", "holding"},
    "attended_transfer_complete": {"calling", "connected"},
}


def test_every_action_is_tested() -> None:
    assert sorted(MAKES_SENSE) == sorted(ARGUMENT_SPEC["action"]["choices"])


@pytest.mark.parametrize(
    ("action", "phase"),
    [
        (action, phase)
        for action, phases in MAKES_SENSE.items()
        for phase in sorted(ALL_PHASES - phases)
        # A phone that dials may be calling.
        if (action, phase) != ("attended_transfer_complete", "dialing")
    ],
)
@pytest.mark.parametrize("unknown_call_state", ["defer", "proceed"])
def test_what_makes_no_sense_is_refused(action: str, phase: str, unknown_call_state: str) -> None:
    phone = RemotePhone(phase, settings=SETTINGS)
    with pytest.raises(Refused, match=f"The action {action} needs one that is"):
        call(phone, action, unknown_call_state=unknown_call_state)
    assert phone.commands == []


CAREFUL = set(MAKES_SENSE) - {"dial", "hangup_all", "dtmf"}


@pytest.mark.parametrize("action", sorted(MAKES_SENSE))
def test_an_unknown_state(action: str) -> None:
    phone = RemotePhone("unknown", settings=SETTINGS)
    if action in CAREFUL:
        with pytest.raises(Refused, match="proceed"):
            call(phone, action)
        assert phone.commands == []
    result = call(phone, action, unknown_call_state="proceed")
    assert (result["changed"], result.get("failed"), result["after"]) == (True, None, "unknown")
    assert phone.commands == sent(result) != []


@pytest.mark.parametrize("action", sorted(MAKES_SENSE))
def test_a_call_of_which_nothing_more_is_known(action: str) -> None:
    phone = RemotePhone("unknown", settings=SETTINGS, home=calls(2))
    phone.effects = {CANCEL: shows("idle"), RELEASE: shows("idle"), ENTER: shows("idle"), TRANSFER: shows("unknown")}
    if action not in ("hangup", "hangup_all", "dtmf"):
        # It may ring, and ENTER would answer it.
        with pytest.raises(Refused):
            call(phone, action)
        assert phone.commands == []
    else:
        result = call(phone, action)
        assert (result["changed"], result.get("failed"), result["before"]) == (True, None, "in_call")


def test_a_call_that_goes_on_was_not_ended() -> None:
    phone = RemotePhone("unknown", home=calls(1))
    result = call(phone, "hangup")
    assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "blocked")


def test_a_number_that_is_typed_may_be_one_that_is_called() -> None:
    phone = RemotePhone("dialing", {TRANSFER: shows("idle")}, settings=SETTINGS)
    with pytest.raises(Refused, match="can't be read"):
        call(phone, "attended_transfer_complete")
    assert phone.commands == []
    assert call(phone, "attended_transfer_complete", unknown_call_state="proceed")["after"] == "idle"


@pytest.mark.parametrize("before", ["dialing", "holding", "calling"])
def test_ending_all_calls_while_somebody_types(before: str) -> None:
    """The phone shows the number that is typed; whether there still is a call can't be told."""
    phone = RemotePhone(before, {RELEASE: shows("dialing")})
    result = call(phone, "hangup_all")
    assert (result["changed"], result.get("failed"), result["after"]) == (True, None, "dialing")
    assert "somebody types" in result["warnings"][0]
    assert phone.commands == [RELEASE]
    assert "warnings" not in call(RemotePhone("dialing"), "hangup_all", check_mode=True)
    # It is given some seconds, as calls that end are.
    assert phone.sleeps == [2, 2, 2]


def test_typing_that_goes_on_is_no_answer_to_cancel() -> None:
    result = call(RemotePhone("dialing"), "hangup")
    assert (result["failed"], result["changed"], result["outcome"]) == (True, False, "blocked")


@pytest.mark.parametrize(("known", "refused"), [("idle", True), ("in_call", False), ("unknown", False)])
def test_what_the_pbx_knows(known: str, refused: bool) -> None:
    phone = RemotePhone("unknown")
    if refused:
        with pytest.raises(Refused, match="is idle"):
            call(phone, "dtmf", call_state=known)
    else:
        # It knew that before; afterwards the phone has to show it.
        assert call(phone, "dtmf", call_state=known)["after"] == "unknown"
    assert call(RemotePhone("connected"), "dtmf", call_state=known)["before"] == "connected"


@pytest.mark.parametrize("action", sorted(MAKES_SENSE))
def test_check_mode_tells_what_would_be_sent(action: str) -> None:
    phase = sorted(MAKES_SENSE[action] - {"idle"} or {"idle"})[0]
    phone = RemotePhone(phase, settings=SETTINGS)
    phone.effects = {DIAL: shows("calling"), CANCEL: shows("idle"), RELEASE: shows("idle"), HOLD: shows("holding")}
    planned = call(phone, action, check_mode=True)
    assert phone.commands == []
    assert phone.sleeps == []
    assert all(step["answer"] is None for step in planned["steps"])
    done = call(phone, action)
    assert sent(planned) == sent(done)[: len(sent(planned))]
    assert planned["changed"] == bool(planned["steps"])


@pytest.mark.parametrize(
    ("action", "before", "command"),
    [
        ("dial", "idle", DIAL),
        ("answer", "ringing", ENTER),
        ("hangup", "connected", CANCEL),
        ("hangup", "holding", CANCEL),
        ("hold", "connected", HOLD),
        ("attended_transfer_start", "connected", HOLD),
    ],
)
def test_a_phone_that_ignores_it(action: str, before: str, command: str) -> None:
    phone = RemotePhone(before, settings=SETTINGS)
    result = call(phone, action)
    # It may dial yet.
    assert (result["failed"], result["changed"], result["outcome"]) == (True, action == "dial", "blocked")
    assert ("before you dial again" in result["reason"]) == (action == "dial")
    assert (result["before"], result["after"], phone.commands) == (before, before, [command])
    # It is given some seconds.
    assert phone.sleeps == [2, 2, 2]


def test_a_phone_that_takes_its_time() -> None:
    phone = RemotePhone("connected", {HOLD: shows("holding", after=3)})
    assert call(phone, "hold")["after"] == "holding"
    phone = RemotePhone("connected", {HOLD: shows("holding", after=4)})
    assert call(phone, "hold")["failed"]


def test_a_call_that_ended_meanwhile_is_no_success() -> None:
    phone = RemotePhone("ringing", {ENTER: shows("idle")})
    result = call(phone, "answer")
    assert (result["failed"], result["changed"], result["outcome"], result["after"]) == (True, True, "failed", "idle")


@pytest.mark.parametrize(("action", "first"), [("blind_transfer", TRANSFER), ("attended_transfer_start", HOLD)])
def test_a_transfer_stops_when_the_call_is_over(action: str, first: str) -> None:
    phone = RemotePhone("connected", {first: shows("idle")}, settings=SETTINGS)
    result = call(phone, action)
    assert (result["failed"], result["changed"]) == (True, True)
    assert phone.commands == [first]


def test_a_transfer_that_can_not_be_seen_is_not_confirmed_blindly() -> None:
    phone = RemotePhone("connected", {TRANSFER: shows("unknown")}, settings=SETTINGS)
    result = call(phone, "attended_transfer_complete")
    assert phone.commands == [TRANSFER]
    assert "ENTER" in result["warnings"][0]


@pytest.mark.parametrize(
    "home", [calls(2), calls(0), CallReading("in_call", "in_call", None, "home page"), CallReading()]
)
@pytest.mark.parametrize("before", ["calling", "connected"])
def test_a_transfer_is_confirmed(home: CallReading, before: str) -> None:
    phone = RemotePhone(before, {TRANSFER: shows("holding"), ENTER: shows("idle")}, settings=SETTINGS, home=home)
    result = call(phone, "attended_transfer_complete")
    assert (result["changed"], result.get("failed"), result["after"]) == (True, None, "idle")
    assert phone.commands == [TRANSFER, ENTER]


@pytest.mark.parametrize("unknown_call_state", ["defer", "proceed"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_single_call_is_not_transferred_to_another(unknown_call_state: str, check_mode: bool) -> None:
    phone = RemotePhone("connected", settings=SETTINGS, home=calls(1))
    with pytest.raises(Refused, match="single call"):
        call(phone, "attended_transfer_complete", unknown_call_state=unknown_call_state, check_mode=check_mode)
    assert phone.commands == []


def test_old_firmware_holds_with_another_key() -> None:
    phone = RemotePhone("connected", {"press=F_R": shows("holding")}, model="320", firmware="7.3.14")
    assert call(phone, "hold")["after"] == "holding"


@pytest.mark.parametrize(
    ("action", "first", "last", "after"),
    [("blind_transfer", "TRANSFER", "idle", "idle"), ("attended_transfer_start", "F_R", "calling", "calling")],
)
def test_old_firmware_gets_each_digit_by_itself(action: str, first: str, last: str, after: str) -> None:
    effects = {f"press={first}": shows("holding"), ENTER: shows(last)}
    phone = RemotePhone("connected", effects, model="320", firmware="7.3.14", settings=SETTINGS)
    result = call(phone, action)
    assert (result["changed"], result.get("failed"), result["after"]) == (True, None, after)
    assert phone.commands == [f"press={key}" for key in (first, "2", "0", "*", "ENTER")]
    assert phone.sleeps == [2, 0.1, 0.1, 2]


@pytest.mark.parametrize(
    ("action", "first", "last"), [("blind_transfer", TRANSFER, "idle"), ("attended_transfer_start", HOLD, "calling")]
)
def test_a_transfer_is_confirmed_when_all_its_digits_are_typed(action: str, first: str, last: str) -> None:
    """ENTER came after 2 s, when a phone had typed ten: the call went to whoever has that number."""
    phone = RemotePhone("connected", {first: shows("holding"), ENTER: shows(last)}, settings=SETTINGS)
    call(phone, action, number="003222" + 12 * "0")
    assert phone.sleeps[:2] == [2, pytest.approx(18 * 0.2)]


@pytest.mark.parametrize(("audio", "key"), [("handset", "OFFHOOK"), ("headset", "HEADSET"), ("speaker", "SPEAKER")])
def test_audio(audio: str, key: str) -> None:
    press = f"press={key}"
    phone = RemotePhone("ringing", {press: shows("connected")})
    assert sent(call(phone, "answer", audio=audio)) == [press]
    phone = RemotePhone("idle", {DIAL: shows("calling")})
    assert sent(call(phone, "dial", audio=audio)) == [DIAL, press]
    # On an idle phone the key would do something else.
    phone = RemotePhone("idle")
    assert sent(call(phone, "dial", audio=audio)) == [DIAL]


@pytest.mark.parametrize(
    ("given", "dialed"),
    [
        ({"number": "+49 30-1"}, "+49301"),
        ({"number": "+49 30-1", "number_format": "00"}, "0049301"),
        ({"number": "*97#"}, "*97#"),
        ({"number": "sip:200@pbx.example"}, "200@pbx.example"),
        ({"outgoing_uri": "101@pbx.example"}, "4711 from 101@pbx.example"),
        ({"number": "112", "allow_emergency": True}, "112"),
        ({"number": "112", "emergency_numbers": []}, "112"),
    ],
)
def test_what_is_dialed(given: dict[str, Any], dialed: str) -> None:
    phone = RemotePhone("idle", {f"dial={dialed}": shows("calling")})
    assert call(phone, "dial", **given)["after"] == "calling"
    assert phone.commands == [f"dial={dialed}"]


@pytest.mark.parametrize(
    ("action", "given", "error"),
    [
        ("dial", {"number": None}, InputError),
        ("dial", {"number": 4711}, InputError),
        ("dial", {"number": "47&11"}, InputError),
        ("dial", {"number": "112"}, Refused),
        ("dial", {"number": "200@evil.example"}, Refused),
        ("dial", {"outgoing_uri": "999@pbx.example"}, Refused),
        ("dial", {"outgoing_uri": "101"}, InputError),
        ("dial", {"digits": "1"}, InputError),
        ("dial", {"secret": True, "scheme": "http"}, Refused),
        ("dtmf", {"digits": None}, InputError),
        ("dtmf", {"digits": 12}, InputError),
        ("dtmf", {"digits": "12x"}, InputError),
        ("dtmf", {"digits": "12", "secret": True, "scheme": "http"}, Refused),
        ("blind_transfer", {"number": "+4930"}, InputError),
        ("blind_transfer", {"number": "200@pbx.example"}, InputError),
        ("blind_transfer", {"number": "0112"}, Refused),
        ("attended_transfer_start", {"number": None}, InputError),
        ("attended_transfer_complete", {"number": "200"}, InputError),
        ("hold", {"audio": "headset"}, InputError),
        ("answer", {"outgoing_uri": "101@pbx.example"}, InputError),
    ],
)
def test_bad_input_is_refused(action: str, given: dict[str, Any], error: type[SnomError]) -> None:
    phone = RemotePhone("idle" if action == "dial" else "connected", settings=SETTINGS)
    with pytest.raises(error):
        call(phone, action, **given)
    assert phone.commands == []


def test_a_transfer_types_an_international_number_with_zeros() -> None:
    phone = RemotePhone("connected", settings=SETTINGS)
    planned = call(phone, "blind_transfer", number="+49", number_format="00", check_mode=True)
    assert sent(planned)[1] == "press=0,100,100;0,100,100;4,100,100;9,100,100"


def test_identities_are_known_from_the_settings_too() -> None:
    phone = RemotePhone("idle", {"dial=200@pbx.example": shows("calling")}, registered={})
    with pytest.raises(Refused, match="does not show its PBX"):
        call(phone, "dial", number="200@pbx.example")
    phone.settings = SETTINGS
    assert call(phone, "dial", number="200@pbx.example")["changed"]
    phone.screen = "idle"
    with pytest.raises(Refused, match=r"It has 100@pbx\.example"):
        call(phone, "dial", outgoing_uri="200@pbx.example")


def test_an_identity_that_can_not_be_checked_is_used() -> None:
    target = f"{DIAL} from 7@pbx.example"
    phone = RemotePhone("idle", {target: shows("calling")}, registered={})
    assert sent(call(phone, "dial", outgoing_uri="7@pbx.example")) == [target]


@pytest.mark.parametrize("name", ["use_hidden_tags", "restrict_uri_queries"])
def test_dialing_while_it_is_blocked(name: str) -> None:
    phone = RemotePhone("idle", settings=SETTINGS | {name: "on"})
    with pytest.raises(Blocked, match=name):
        call(phone, "dial")
    assert phone.commands == []


def test_a_blind_transfer_that_would_be_an_attended_one() -> None:
    phone = RemotePhone("connected", settings=SETTINGS | {"transfer_dialing_on_transfer": "attended"})
    with pytest.raises(Refused, match="transfer_dialing_on_transfer"):
        call(phone, "blind_transfer")
    assert phone.commands == []


@pytest.mark.parametrize("value", ["on", "true", "always"])
@pytest.mark.parametrize("action", ["attended_transfer_start", "attended_transfer_complete"])
def test_joining_calls_spoils_an_attended_transfer(value: str, action: str) -> None:
    phone = RemotePhone("connected", settings=SETTINGS | {"call_join_xfer": value})
    with pytest.raises(Refused, match="call_join_xfer"):
        call(phone, action)
    assert phone.commands == []


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"admin_mode": False},
        {"settings": {"language": "English"}},
        {"settings": {"language": "English", "call_join_xfer": ""}},
    ],
)
@pytest.mark.parametrize("action", ["attended_transfer_start", "attended_transfer_complete"])
def test_a_setting_that_can_not_be_read_is_a_warning(shown: dict[str, Any], action: str) -> None:
    phone = RemotePhone("connected", **shown)
    assert "call_join_xfer" in call(phone, action, check_mode=True)["warnings"][0]


@pytest.mark.parametrize("forbidden", [Blocked("Forbidden."), AnswerUnreadable("What is this?")])
def test_settings_that_the_phone_keeps_back_forbid_nothing(forbidden: Any) -> None:
    phone = RemotePhone("idle", {DIAL: shows("calling")}, faults={"settings": forbidden})
    assert call(phone, "dial")["changed"]


@pytest.mark.parametrize(
    ("effects", "failed", "warned"),
    [({DIAL: shows("calling")}, None, False), ({DIAL: shows("unknown")}, None, True), ({}, True, False)],
)
def test_a_phone_that_breaks_the_connection_when_it_dials(
    effects: dict[str, Any], failed: bool | None, warned: bool
) -> None:
    phone = RemotePhone("idle", effects, answers={DIAL: AnswerLost("It broke.")})
    result = call(phone, "dial")
    assert (result.get("failed"), "warnings" in result) == (failed, warned)
    assert result["steps"] == [{"request": DIAL, "answer": "no answer"}]


@pytest.mark.parametrize(
    ("action", "before", "command", "after", "failed"),
    [
        ("hold", "connected", HOLD, "holding", None),
        ("hold", "connected", HOLD, "unknown", True),
        # Nothing shows whether the tones were sent.
        ("dtmf", "connected", "tones=12#", "connected", True),
    ],
)
def test_a_lost_answer_is_made_up_for_by_what_the_screen_shows(
    action: str, before: str, command: str, after: str, failed: bool | None
) -> None:
    phone = RemotePhone(before, {command: shows(after)}, answers={command: AnswerLost("It broke.")})
    result = call(phone, action)
    assert (result.get("failed"), result["changed"]) == (failed, True)


def test_a_phone_that_goes_away_in_the_middle() -> None:
    phone = RemotePhone("connected", {HOLD: shows("holding")}, settings=SETTINGS)
    phone.answers = {TYPED: PhoneUnreachable("It is gone.")}
    result = call(phone, "attended_transfer_start")
    assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "unreachable")
    assert sent(result) == [HOLD]


def test_a_secret_is_shown_nowhere() -> None:
    phone = RemotePhone("connected")
    result = call(phone, "dtmf", digits="4321", secret=True)
    assert phone.commands == ["tones=4321"]
    assert "4321" not in str(result)
    for number in ("4321x", "43214321@evil.example"):
        with pytest.raises(SnomError) as raised:
            call(RemotePhone(), "dial", number=number, secret=True)
        assert "4321" not in raised.value.reason
