# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_key: press keys of a phone, and touch the screen of an 870."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .._core.errors import InputError, Refused
from .._known.dialect import dialect_of
from .._known.key_event import KeyEvent
from .._known.keys import parse_keys
from .._known.models import named
from .._phone.commands import Touch
from .._phone.connection import Connection
from .._phone.phone import Phone
from .session import REMOTE_ARGUMENTS, SECRET_ARGUMENTS, Remote, refuse_cleartext

WIDTH, HEIGHT = 480, 272
"""Pixels of the screen of an 870 (protocol 1.4)."""

_TOUCHES = 20

ARGUMENT_SPEC: dict[str, dict[str, Any]] = (
    REMOTE_ARGUMENTS
    | SECRET_ARGUMENTS
    | {
        "keys": {"type": "raw", "no_log": False},
        "touch": {
            "type": "list",
            "elements": "dict",
            "options": {
                "x": {"type": "int", "required": True},
                "y": {"type": "int", "required": True},
                "event": {"type": "str", "choices": ["press", "release", "both"], "default": "both"},
            },
        },
    }
)


def press_keys(
    phone: Phone, parameters: dict[str, Any], check_mode: bool, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Press the keys. Raises SnomError where nothing was sent.

    What keys do depends on the screen, so nothing proves that they did anything (protocol 0.4); changed says that they
    were sent.
    """
    keys, touches = parameters["keys"], parameters["touch"]
    if (keys is None) == (touches is None):
        raise InputError("Give either keys or touch.")
    events = [] if touches is not None else _readable(phone.connection, keys, secret=parameters["secret"])
    touch = None if touches is None else _touch(touches)
    refuse_cleartext(phone.connection, parameters)
    remote = Remote(phone, parameters, check_mode, sleep)

    def work() -> dict[str, Any]:
        if touch is not None:
            _check_touch_screen(remote)
            remote.send(touch)
        else:
            _check_times(remote, events)
            remote.press(events)
        return {"changed": True}

    return remote.attempt(work) | {"sent": remote.sent}


def _readable(connection: Connection, keys: object, *, secret: bool | None) -> list[KeyEvent]:
    try:
        return parse_keys(keys, by_web=connection.by_web)
    except InputError:
        if secret:
            raise InputError("There is something in keys that is no key. It is secret, so it is not shown.") from None
        raise


def _touch(touches: list[dict[str, Any]]) -> Touch:
    if not 1 <= len(touches) <= _TOUCHES:
        raise InputError(f"touch must name 1 to {_TOUCHES} places.")
    for touch in touches:
        if not (0 <= touch["x"] < WIDTH and 0 <= touch["y"] < HEIGHT):
            raise InputError(
                f"touch: {touch['x']}, {touch['y']} is not on the screen. x goes from 0 to {WIDTH - 1}, y from 0 to "
                f"{HEIGHT - 1}."
            )
    return Touch(tuple((touch["x"], touch["y"], touch["event"]) for touch in touches))


def _check_times(remote: Remote, events: list[KeyEvent]) -> None:
    # Refused, because a key may do something else when it is held.
    if any(event.press is not None for event in events) and not dialect_of(remote.facts.firmware).takes_chains:
        raise Refused(
            f"Firmware {remote.facts.firmware} probably can't hold a key for a time: Snom's page for firmware 7 and "
            "older knows single keys only. Leave press out; pause can stay."
        )


def _check_touch_screen(remote: Remote) -> None:
    if remote.model is not None and not remote.model.touch_screen:
        only = named(lambda model: model.touch_screen)
        raise Refused(f"The {remote.model.name} has no touch screen that can be controlled: only the {only} has.")
    firmware = remote.facts.firmware
    if not dialect_of(firmware).takes_touches:
        raise Refused(f"Firmware {firmware} takes no touches. It takes 8.4.34 or 8.7.2.")
