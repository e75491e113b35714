# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault of a virtual phone, and how each module and each phase of a rollout must end with it.

`test_fault_matrix` plays all of it, and ``tests/gate/own/test_fault_page.py`` makes the page of the documentation from
it. It is data, and knows nothing of either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Meets = Literal["everybody", "restarts", "loads"]
"""Who can meet a fault: whoever asks the phone something, has it restarted, or has it load firmware."""

OTHER_PASSWORD: dict[str, Any] = {"password": "n0t-to-be-seen but another"}
OFF: dict[str, Any] = {"running": False}
"""Changes to a phone."""

OWN: dict[str, Any] = {"certificate": "own"}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a phone."""

    meaning: str
    phone: Mapping[str, Any]
    """Keys of the virtual phone."""
    meets: Meets = "everybody"
    timeout: int | None = None
    """Seconds that one waits for an answer, where it is not as long as a busy machine may take."""
    over_tls: bool = False
    """Whether it is one of TLS itself: tried over https only."""


def _fault(meaning: str, meets: Meets = "everybody", *, timeout: int | None = None, **faults: Any) -> Fault:
    return Fault(meaning, {"faults": faults}, meets, timeout)


FAULTS: dict[str, Fault] = {
    "none": Fault("nothing is wrong with it", {}),
    "off": Fault("it has no power", OFF),
    "off-when-read": Fault("it loses its power once it was read", {"at": {"read": OFF}}),
    "connect": _fault("it resets each connection", reset={"on": "connect"}),
    "request": _fault("it resets the connection at each request", reset={"on": "request"}),
    "answer": _fault("it resets the connection within each answer", reset={"on": "answer"}),
    "slow": _fault("it answers seconds later than anybody waits", timeout=1, slow=4),
    "drip": _fault("its answers trickle, byte by byte", timeout=1, drip=20),
    "no-http": _fault("it answers with what is no HTTP", garbage=True),
    "noise": _fault("its pages are noise", garbage="page"),
    "endless": _fault("its answers do not end", timeout=120, garbage="endless"),
    "cut": _fault("its answers end in their middle", truncate=40),
    "keep-alive": _fault("it answers only to who asks it to keep the connection", needs_keep_alive=True),
    "one-at-a-time": _fault("it mixes up requests that come at once", parallel_broken=True),
    "forbids": _fault("it forbids remote control, and says so", blocked=True),
    "forbids-silently": Fault(
        "it forbids remote control, and answers as if all were well",
        {"faults": {"blocked": True}, "blocked_answer": 200},
    ),
    "other-password": Fault("it has another password", OTHER_PASSWORD),
    "other-password-when-read": Fault("it gets another password once it was read", {"at": {"read": OTHER_PASSWORD}}),
    "wrong-mac": _fault("it shows another MAC address than the inventory", wrong_mac="000413BBBBBB"),
    "hides-mac": _fault("it shows no MAC address", hides_mac=True),
    "no-info": _fault("it has no page info.htm", missing_pages=["info.htm"]),
    "only-info": _fault(
        "it has no page but info.htm",
        missing_pages=["index.htm", "state_of_gui.htm", "settings.htm", "screen.bmp", "command.htm", "line_login.htm"],
    ),
    "ignores-reboot": _fault("it takes the order to restart, and does nothing", "restarts", ignores_reboot=True),
    "reset-at-reboot": _fault(
        "it restarts, and resets the connection instead of an answer", "restarts", reset={"on": "reboot"}
    ),
    "reset-when-back": _fault("it resets each connection after a restart", "restarts", reset={"on": "after_boot"}),
    "off-when-back": Fault("it loses its power right after a restart", {"at": {"back": OFF}}, "restarts"),
    "not-registered": _fault("it does not register after a restart", "restarts", loses_registration=True),
    "replaced": _fault("another phone answers after a restart", "restarts", replaced_by={"mac": "000413BBBBBB"}),
    "ignores-load": _fault("it takes the order to load, and does nothing", "loads", ignores_load=True),
    "reset-before-load": _fault(
        "it resets the connection at the order to load, and does nothing", "loads", reset={"on": "before_trigger"}
    ),
    "reset-at-load": _fault(
        "it loads, and resets the connection instead of an answer", "loads", reset={"on": "trigger"}
    ),
    "reset-while-loading": _fault("it resets each connection while it loads", "loads", reset={"on": "poll"}),
    "off-when-loading": Fault("it loses its power when it was asked to load", {"at": {"asked": OFF}}, "loads"),
    "restarts-in-download": _fault("it restarts in the middle of the download", "loads", restarts_in_download=1),
    "answers-while-flashing": _fault("it answers while it writes its flash", "loads", answers_while_flashing=True),
    "restarts-to-load": Fault(
        "it restarts first, and loads behind a web server that is up",
        {"faults": {"restarts_to_load": True}, "timing": {"load": 3}},
        "loads",
    ),
    "shows-early": Fault(
        "it shows its new version before it writes it",
        {"faults": {"shows_version_early": True}, "timing": {"load": 3}},
        "loads",
    ),
    "keeps-old": _fault("it comes back with its old version", "loads", keep_old_version=True),
    "stuck": _fault("it takes an hour to write its flash", "loads", stuck_in_flash=3600),
    "never-returns": _fault("it does not come back from writing its flash", "loads", never_return=True),
    "reverts": _fault("it goes back to its old version by itself", "loads", reverts_after=0),
    "other-certificate": Fault("over TLS: it shows a certificate that nobody knows", OWN, over_tls=True),
    "no-tls": Fault("over TLS: it speaks none", {"tls": False}, over_tls=True),
    "old-tls": Fault("over TLS: it speaks only a version of 1999", {"tls_max_version": "TLSv1"}, over_tls=True),
    "new-certificate": Fault(
        "over TLS: its new version shows another certificate", OWN | {"new_certificate": True}, "loads", over_tls=True
    ),
}

PHASES: dict[str, tuple[str, str]] = {
    "from the start": ("", "when the rollout reads it"),
    "once read": ("read", "between its reading and its turn"),
    "once asked": ("asked", "while it loads, flashes and boots"),
    "once back": ("back", "when the rollout reads what it runs now"),
    "once shown": ("shown", "in the soak"),
}
"""When what is wrong begins, in a rollout: the moment as virtual phones call it, and where the phone is then."""

WELL = "well"
"""The word of a module that has no outcome when all is well."""

DONE = ", done"
"""Behind the word of a failure: the phone has done what it was asked all the same."""

OR = " or "
"""Between words of which each is right."""

UNSEEN = ", not done"
"""Behind the word of a success: the phone did nothing, and shows nobody that."""


@dataclass(frozen=True)
class Module:
    """How a module must end with each fault."""

    well: str
    """Its word where a fault keeps it from nothing."""
    requests: int
    """The most requests that any phone may get of it."""
    meets: Meets = "everybody"
    """The worst that it asks of a phone."""
    ends: Mapping[str, str] = field(default_factory=dict)
    """The faults that it ends otherwise with, by the word."""

    def cell(self, fault: str) -> str:
        """How it must end with a fault."""
        return {name: word for word, names in self.ends.items() for name in names.split()}.get(fault, self.well)

    def met(self, scheme: str = "https") -> list[str]:
        """The faults that it can meet over http, or over https, where all are."""
        kinds: tuple[Meets, ...] = ("everybody", "restarts", "loads")
        there = [name for name, fault in FAULTS.items() if scheme == "https" or not fault.over_tls]
        return [name for name in there if kinds.index(FAULTS[name].meets) <= kinds.index(self.meets)]


def begins_later(name: str, moment: str) -> bool:
    """Whether a fault of the table of phases can begin at this moment.

    Those of one step begin before it, and no phone changes what it is over TLS while it runs. And what answers too
    late is told by a second, in which a good phone of a busy machine may not answer either: that is tried from the
    start only.
    """
    fault = FAULTS[name]
    return not moment or (
        name != "none"
        and fault.meets == "everybody"
        and not fault.over_tls
        and "at" not in fault.phone
        and fault.timeout != 1
    )


_UNREADABLE = {
    "unreachable": "off off-when-read connect request answer slow drip cut no-tls",
    # It breaks off, or says why before: that differs by OpenSSL.
    "certificate_rejected" + OR + "unreachable": "old-tls",
    "certificate_rejected": "other-certificate",
    "unsupported": "no-http endless",
    "auth_failed": "other-password other-password-when-read",
    "wrong_phone": "wrong-mac",
    "refused": "noise hides-mac no-info",
}
"""Of all that first read which phone it is."""


def _module(well: str, requests: int, meets: Meets, more: Mapping[str, str]) -> Module:
    ends = {word: f"{_UNREADABLE.get(word, '')} {more.get(word, '')}" for word in {**_UNREADABLE, **more}}
    return Module(well, requests, meets, ends)


_ACTS = {"blocked": "forbids forbids-silently", "unsupported": "only-info"}
_NOT_BACK = "reset-when-back off-when-back"
_RESTARTS = {
    "blocked": "forbids forbids-silently ignores-reboot",
    "deferred": "only-info",
    "timed_out" + DONE: _NOT_BACK,
    "wrong_phone" + DONE: "replaced",
}
_RESETS = {
    "blocked": "forbids forbids-silently ignores-reboot",
    "triggered": _NOT_BACK,
    "triggered" + UNSEEN: "off-when-read",
}
_LOADS = {
    "blocked": "forbids",
    "deferred": "only-info",
    "image_failed": "forbids-silently ignores-load reset-before-load",
    "old_version": "restarts-in-download keeps-old reverts",
    "timed_out": "off-when-loading stuck never-returns",
    "timed_out" + DONE: _NOT_BACK,
    "wrong_phone" + DONE: "replaced",
    "not_registered" + DONE: "not-registered",
    "certificate_rejected" + DONE: "new-certificate",
}
_SENDS = {"blocked": "forbids", WELL + UNSEEN: "forbids-silently", "unsupported": "only-info"}

POLLED = 250
"""Requests to a phone that does nothing, until its deadline and for as long again."""

MODULES: dict[str, Module] = {
    "snom_info": _module(WELL, 10, "everybody", {}),
    "snom_screen": _module(WELL, 10, "everybody", {"unsupported": "only-info"}),
    "snom_interview": Module(
        WELL,
        100,
        ends={
            "failed": "off off-when-read other-password other-password-when-read wrong-mac "
            "other-certificate no-tls old-tls",
            # A connection that is reset at once may be one that never was: that is for the system to say.
            "failed" + OR + WELL: "connect",
        },
    ),
    "snom_key": _module(WELL, 10, "everybody", _SENDS),
    "snom_ringer": _module(WELL, 10, "everybody", _SENDS),
    "snom_call": _module(WELL, 20, "everybody", _ACTS),
    "snom_call_list": _module(WELL, 20, "everybody", _ACTS),
    "snom_identity": _module(WELL, 20, "everybody", _ACTS),
    "snom_settings": _module(WELL, 10, "everybody", {"blocked": "forbids forbids-silently", "refused": "only-info"}),
    "snom_reboot": _module("rebooted", 20, "restarts", _RESTARTS),
    "snom_factory_reset": _module("rebooted", 20, "restarts", _RESETS),
    "snom_firmware": _module("upgraded", POLLED, "loads", _LOADS),
}

_GONE = "connect request answer no-http noise endless cut no-info"
_CHANGED = {"auth_failed" + DONE: "other-password", "wrong_phone" + DONE: "wrong-mac hides-mac"}

ROLLOUT: dict[str, Module] = {
    "from the start": _module("upgraded", POLLED, "loads", _LOADS),
    "once read": _module(
        "upgraded",
        POLLED,
        "loads",
        {"blocked": "forbids", "image_failed": "forbids-silently", "deferred": "only-info"},
    ),
    "once asked": Module("upgraded", POLLED, "loads", {"timed_out": "off", "timed_out" + DONE: _GONE, **_CHANGED}),
    "once back": Module("upgraded", POLLED, "loads", {"timed_out" + DONE: f"off {_GONE}", **_CHANGED}),
    "once shown": Module(
        "upgraded",
        POLLED,
        "loads",
        {
            "timed_out" + DONE: "off connect request answer cut",
            "unsupported" + DONE: "no-http endless",
            "refused" + DONE: "noise hides-mac no-info",
            "auth_failed" + DONE: "other-password",
            "wrong_phone" + DONE: "wrong-mac",
        },
    ),
}
"""How snom_rollout must end, by when the fault begins."""

ELSEWHERE: dict[tuple[str, str], str] = {
    ("snom_factory_reset", fault): f"unit/module_utils/_operations/test_factory_reset.py::{test}"
    for fault, test in {
        "forbids-silently": "test_a_phone_that_ignores_it",
        "ignores-reboot": "test_a_phone_that_ignores_it",
        "off-when-read": "test_a_phone_that_does_not_come_back",
        "reset-when-back": "test_a_phone_that_does_not_come_back",
        "off-when-back": "test_a_phone_that_does_not_come_back",
    }.items()
}
"""Modules and faults that take minutes of waiting, and the unit tests that try them with a clock of their own."""

ASK_NO_PHONE: dict[str, str] = {
    "snom_catalog": "asks servers for images",
    "snom_firmware_info": "reads the inventory",
    "snom_mirror_info": "reads the mirror's log",
    "snom_pbx_info": "asks the PBX",
    "snom_provisioning": "writes files",
    "snom_rollout_result": "reads the result of the rollout",
    "snom_setting_files": "reads files",
    "snom_sync": "has the PBX tell the phone, and believes the mirror's log: see the table above",
}
"""Modules that no fault of a phone's web server can meet, and what they do instead."""
