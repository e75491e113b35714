# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_call: dial, answer, hang up, hold, send tones, transfer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._core.errors import AnswerLost, AnswerUnreadable, Blocked, InputError, NoEffect, Refused, SnomError, Unsupported
from .._known.key_event import KeyEvent
from .._known.numbers import (
    EMERGENCY_NUMBERS,
    NUMBER_FORMATS,
    read_address,
    read_number,
    read_tones,
    refuse_elsewhere,
    refuse_emergency,
)
from .._phone.call_phase import count_calls, read_call_phase
from .._phone.call_reading import CALLING, CONNECTED, DIALING, HOLDING, IDLE, IN_CALL, RINGING, UNKNOWN
from .._phone.commands import Command, Dial, ReleaseAllCalls, Tones
from .._phone.connection import Connection
from .._phone.phone import Phone
from .session import REMOTE_ARGUMENTS, SECRET_ARGUMENTS, Remote, refuse_cleartext

LOOKS = 4
"""How often the phone is looked at, remote.STEP seconds apart, before a step counts as failed."""

_WORDS = {
    IDLE: "idle",
    DIALING: "dialing",
    CALLING: "calling",
    RINGING: "ringing",
    CONNECTED: "in a call",
    HOLDING: "holding a call",
    IN_CALL: "in a call",
}
_ON, _OFF = frozenset({"on", "true", "1"}), frozenset({"off", "false", "0"})
# Milliseconds. A client of real phones holds each digit so long, and waits so long after it (protocol 1.1).
_TONE = 100

# What a D862 was seen to obey by SIP (xml 3, 6). Whether it obeys the keys of a web server there nobody has reported.
_BY_SIP = {"CANCEL": "F_CANCEL", "TRANSFER": "F_TRANSFER"}

_CALLING = frozenset({CALLING, CONNECTED})
_UNCLEAR = frozenset({UNKNOWN})


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """When an action makes sense, by what the phone shows (see read_call_phase).

    needs: phases in which it does. done: phases in which there is nothing to do. ends: phases that show that it was
    done; none where nothing shows it. careful: whether its keys do something else in other phases.
    """

    needs: frozenset[str]
    done: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()
    careful: bool = True


# Protocol 1.5. In which phase a key does what is inferred from the names of the keys [I].
_RULES = {
    "dial": _Rule(needs=frozenset({IDLE}), ends=_CALLING, careful=False),
    "answer": _Rule(needs=frozenset({RINGING}), done=frozenset({CONNECTED, HOLDING}), ends=frozenset({CONNECTED})),
    "reject": _Rule(needs=frozenset({RINGING}), done=frozenset({IDLE}), ends=frozenset({IDLE, CONNECTED, HOLDING})),
    "hangup": _Rule(
        needs=frozenset({DIALING, CALLING, CONNECTED, HOLDING, IN_CALL}),
        done=frozenset({IDLE}),
        ends=frozenset({IDLE, HOLDING}),
    ),
    "hangup_all": _Rule(
        needs=frozenset({DIALING, CALLING, RINGING, CONNECTED, HOLDING, IN_CALL}),
        done=frozenset({IDLE}),
        ends=frozenset({IDLE}),
        careful=False,
    ),
    "hold": _Rule(needs=frozenset({CONNECTED}), done=frozenset({HOLDING}), ends=frozenset({HOLDING})),
    "resume": _Rule(needs=frozenset({HOLDING}), done=frozenset({CONNECTED}), ends=frozenset({CONNECTED})),
    "dtmf": _Rule(needs=frozenset({CONNECTED, IN_CALL}), careful=False),
    "blind_transfer": _Rule(needs=frozenset({CONNECTED, HOLDING}), ends=frozenset({IDLE})),
    "attended_transfer_start": _Rule(needs=frozenset({CONNECTED, HOLDING}), ends=_CALLING),
    "attended_transfer_complete": _Rule(needs=frozenset({CALLING, CONNECTED}), ends=frozenset({IDLE})),
}
# The options that some actions need, and those that only some of them take.
_NEEDED = {
    "dial": ("number",),
    "dtmf": ("digits",),
    "blind_transfer": ("number",),
    "attended_transfer_start": ("number",),
}
_TAKEN = _NEEDED | {"dial": ("number", "outgoing_uri", "audio"), "answer": ("audio",)}
_AUDIO = {"handset": "OFFHOOK", "headset": "HEADSET", "speaker": "SPEAKER"}

ARGUMENT_SPEC: dict[str, dict[str, Any]] = (
    REMOTE_ARGUMENTS
    | SECRET_ARGUMENTS
    | {
        "action": {"type": "str", "required": True, "choices": [*_RULES]},
        # Not str: what YAML takes for a number has lost its zeros in front, and 0114 is 76.
        "number": {"type": "raw"},
        "outgoing_uri": {"type": "str"},
        "number_format": {"type": "str", "choices": [*NUMBER_FORMATS], "default": "keep"},
        "digits": {"type": "raw"},
        "audio": {"type": "str", "choices": [*_AUDIO]},
        "emergency_numbers": {"type": "list", "elements": "str", "default": [*EMERGENCY_NUMBERS]},
        "allow_emergency": {"type": "bool", "default": False},
        "unknown_call_state": {"type": "str", "choices": ["defer", "proceed"], "default": "defer"},
        "call_state": {"type": "str", "choices": ["idle", "in_call", "unknown"], "default": "unknown"},
    }
)


def control_call(
    phone: Phone, parameters: dict[str, Any], check_mode: bool, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Do one thing with a call, and look whether the phone did it. Raises SnomError where nothing was sent."""
    target = _target(phone.connection, parameters)
    remote = Remote(phone, parameters, check_mode, sleep)
    return _Call(remote, parameters, target).run()


def _target(connection: Connection, parameters: dict[str, Any]) -> str:
    """The number, address or tones that the action sends, checked as far as they can be without the phone."""
    action, number, digits = parameters["action"], parameters["number"], parameters["digits"]
    for name in ("number", "outgoing_uri", "digits", "audio"):
        if parameters[name] is not None and name not in _TAKEN.get(action, ()):
            raise InputError(f"{name} has no meaning for the action {action}. Leave it out.")
        if parameters[name] is None and name in _NEEDED.get(action, ()):
            raise InputError(f"The action {action} needs the option {name}.")
    if parameters["audio"] == "handset" and not connection.by_web:
        raise Unsupported("By SIP a D862 was seen to ignore the key of the handset. Leave audio out.")
    if number is None and digits is None:
        return ""
    if not isinstance(digits if number is None else number, str):
        raise InputError("number and digits must be in quotes: without, zeros in front are lost.")
    refuse_cleartext(connection, parameters)
    if digits is not None:
        return read_tones(digits)
    target = read_address(number, "number") if "@" in number else read_number(number, parameters["number_format"])
    if action != "dial" and target.strip("0123456789*#"):
        raise InputError("A transfer types number on the keypad, which has digits, * and # only.")
    if not parameters["allow_emergency"]:
        refuse_emergency(target, parameters["emergency_numbers"])
    return target


class _Call:
    """One action on one phone."""

    def __init__(self, remote: Remote, parameters: dict[str, Any], target: str) -> None:
        self._remote = remote
        self._parameters = parameters
        self._action: str = parameters["action"]
        self._rule = _RULES[self._action]
        self._target = target
        self._by_web = remote.phone.connection.by_web
        self._before = self._after = UNKNOWN

    def run(self) -> dict[str, Any]:
        self._before = self._after = self._phase(known=self._parameters["call_state"])
        changed = False
        if self._before not in self._rule.done:
            self._check_phase()
            self._check_settings()
            changed = True
        result = self._remote.attempt(self._act if changed else lambda: {"changed": False})
        after = None if self._remote.check_mode else self._after
        return result | {"before": self._before, "after": after, "steps": self._remote.steps}

    def _phase(self, known: str | None = None) -> str:
        return read_call_phase(self._remote.phone, known=known)

    def _check_phase(self) -> None:
        """Raise Refused if the action makes no sense now, or if that can't be seen and it could do harm."""
        phase, rule = self._before, self._rule
        if phase == UNKNOWN or (phase not in rule.needs and _agrees(phase, rule.needs)):
            if rule.careful and self._parameters["unknown_call_state"] == "defer":
                raise Refused(
                    f"Whether the phone is {_either(rule.needs)} can't be read, and the keys for {self._action} do "
                    "something else if it is not. Set unknown_call_state: proceed to press them all the same."
                )
        elif phase not in rule.needs:
            raise Refused(
                f"The phone is {_WORDS[phase]}. The action {self._action} needs one that is {_either(rule.needs)}."
            )

    def _check_settings(self) -> None:
        """Raise Blocked or Refused if the settings of the phone are known to stand in the way."""
        if self._action != "dial" and "transfer" not in self._action:
            return
        settings = self._settings()
        if self._action == "dial":
            for name in ("use_hidden_tags", "restrict_uri_queries"):
                if settings.get(name) in _ON:
                    raise Blocked(f"The phone's setting {name} is on, which blocks remote dialing. Switch it off.")
            self._check_addresses(settings)
        elif self._action == "blind_transfer":
            if settings.get("transfer_dialing_on_transfer") == "attended":
                raise Refused(
                    "The phone's setting transfer_dialing_on_transfer is attended: it would call the number instead of "
                    "transferring the call. Set it to blind, or use attended_transfer_start."
                )
        else:
            joins = settings.get("call_join_xfer")
            if not joins:
                self._remote.warnings.append(
                    "The phone's setting call_join_xfer (Call Join on Xfer) can't be read. If it is on, "
                    "attended_transfer_complete shows a list of calls instead of transferring."
                )
            elif joins not in _OFF:
                raise Refused(
                    "The phone's setting call_join_xfer (Call Join on Xfer) is on: it would show a list of held calls "
                    "instead of transferring, as the vendor warns. Switch it off."
                )

    def _settings(self) -> dict[str, str]:
        try:
            return self._remote.phone.look(["settings"]).settings or {}
        except (AnswerUnreadable, Blocked):
            return {}

    def _check_addresses(self, settings: dict[str, str]) -> None:
        own = self._own_addresses(settings)
        if "@" in self._target:
            refuse_elsewhere(self._target, own)
        outgoing = self._parameters["outgoing_uri"]
        if outgoing is not None:
            address = read_address(outgoing, "outgoing_uri")
            if own and address.lower() not in {one.lower() for one in own}:
                raise Refused(
                    f"outgoing_uri is {address}, which the phone does not have. It has {', '.join(sorted(own))}."
                )

    def _own_addresses(self, settings: dict[str, str]) -> set[str]:
        """The addresses of the phone's identities, as it shows them and from its settings (protocol 5.1)."""
        own = {identity.user for identity in self._remote.facts.identities or () if "@" in (identity.user or "")}
        for name, user in settings.items():
            host = settings.get(name.replace("user_name", "user_host", 1), "").partition(":")[0]
            if name.startswith("user_name") and user and host:
                own.add(f"{user}@{host}")
        return {address for address in own if address}

    def _act(self) -> dict[str, Any]:
        audio = _AUDIO.get(self._parameters["audio"])
        ends = self._rule.ends
        match self._action:
            case "dial":
                self._dial()
                if audio:
                    self._press(audio, ends)
            case "answer":
                self._press(audio or "ENTER", ends)
            case "reject" | "hangup":
                # Where all calls look the same, only none is another phase.
                self._press("CANCEL", frozenset({IDLE}) if self._before == IN_CALL else ends - {self._before})
            case "hangup_all":
                self._send(ReleaseAllCalls(), ends, unclear=_UNCLEAR | {DIALING})
                if self._after == DIALING and not self._remote.check_mode:
                    self._remote.warnings.append(
                        "The phone is dialing: either somebody types a number, or it still calls one."
                    )
            case "hold" | "resume":
                self._press("F_HOLD", ends)
            case "dtmf":
                self._send(Tones(self._target), self._rule.needs)
            case "blind_transfer":
                # On a phone that is idle by now, the rest would be a call.
                self._press("TRANSFER", frozenset({DIALING, CONNECTED, HOLDING}))
                self._call_target(ends)
            case "attended_transfer_start":
                if self._before != HOLDING:
                    # Without that, the other side would hear the digits.
                    self._press("F_HOLD", frozenset({HOLDING}))
                self._call_target(ends)
            case "attended_transfer_complete":
                self._complete()
        return {"changed": True}

    def _dial(self) -> None:
        outgoing = self._parameters["outgoing_uri"]
        try:
            self._send(
                Dial(self._target, None if outgoing is None else read_address(outgoing, "outgoing_uri")),
                self._rule.ends,
            )
        except AnswerLost:
            # So do phones that dial (protocol 8).
            self._remote.warnings.append("The phone broke the connection, and can't be seen to dial. It probably does.")

    def _complete(self) -> None:
        """Press TRANSFER, and ENTER if the phone asks to which of its calls (protocol 1.5; by SIP F_OK, xml 6).

        With a single call it would ask to which number, so a phone that shows how many it has must have more.
        """
        calls = count_calls(self._remote.phone)
        if calls == 1:
            raise Refused("The phone has a single call, and none to transfer it to. Use attended_transfer_start first.")
        self._remote.press([self._key("TRANSFER")])
        if self._remote.check_mode:
            return
        self._after = self._settle(frozenset({IDLE}), looks=2)
        confirm = "ENTER" if self._by_web else "F_OK"
        if self._after == UNKNOWN:
            self._remote.warnings.append(
                f"Whether the call was transferred can't be seen. If the phone asks to which call, press {confirm}."
            )
        elif self._after != IDLE:
            self._press(confirm, frozenset({IDLE}))

    def _call_target(self, ends: frozenset[str]) -> None:
        if not self._by_web:
            self._send(Dial(self._target, in_call=True), ends)
            return
        self._remote.press([KeyEvent(digit, _TONE, _TONE) for digit in self._target])
        self._press("ENTER", ends)

    def _press(self, key: str, ends: frozenset[str]) -> None:
        self._take(lambda: self._remote.press([self._key(key)]), ends)

    def _key(self, key: str) -> KeyEvent:
        return KeyEvent(key if self._by_web else _BY_SIP.get(key, key))

    def _send(self, command: Command, ends: frozenset[str], unclear: frozenset[str] = _UNCLEAR) -> None:
        self._take(lambda: self._remote.send(command), ends, unclear)

    def _take(self, step: Callable[[], None], ends: frozenset[str], unclear: frozenset[str] = _UNCLEAR) -> None:
        """Take a step, and look whether the phone comes into one of the phases. In those that are unclear it may be so.

        Raises AnswerLost if the answer was lost and the phone does not show what it did, NoEffect if it shows that it
        did nothing (Blocked if it may do it yet), SnomError if it shows something else.
        """
        lost: AnswerLost | None = None
        former = self._after
        try:
            step()
        except AnswerLost as error:
            lost = error
        if self._remote.check_mode:
            return
        self._after = self._settle(ends)
        if self._after in unclear or _agrees(self._after, ends):
            if lost and self._after in unclear | {former}:
                raise lost
        else:
            reason = f"The phone is {_WORDS[self._after]} after {self._remote.sent[-1]}, not {_either(ends)}."
            if self._after == self._before and len(self._remote.steps) == 1:
                raise self._ignored(reason)
            raise SnomError(f"{reason} Look at the phone before you go on.")

    def _ignored(self, reason: str) -> Blocked:
        """What is wrong with a phone that shows what it showed before. One that was to dial may do it yet."""
        check = "check that hidden tags, restricted URI queries and the keyboard lock are off"
        if not self._by_web:
            check = "check that xml_notify is on, and the keyboard lock off"
        if self._action == "dial":
            return Blocked(
                f"{reason} It dials late or ignores the request: look at it before you dial again, and {check}."
            )
        return NoEffect(f"{reason} It ignores the request: {check}.")

    def _settle(self, ends: frozenset[str], looks: int = LOOKS) -> str:
        """The phase of the phone, once it is one of these, or can't be read, or was looked at so often."""
        phase = self._phase()
        while looks > 1 and phase != UNKNOWN and not _agrees(phase, ends):
            self._remote.wait()
            phase = self._phase()
            looks -= 1
        return phase


def _agrees(phase: str, ends: frozenset[str]) -> bool:
    """Whether a phase may be one of these. A call may be in any phase that is one, and dialing may be calling."""
    return phase in ends or (phase == IN_CALL and not ends <= {IDLE}) or (phase == DIALING and CALLING in ends)


def _either(phases: frozenset[str]) -> str:
    *words, last = sorted({_WORDS[phase] for phase in phases})
    return f"{', '.join(words)} or {last}" if words else last
