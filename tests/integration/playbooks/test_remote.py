# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every line of the vendor's page: the request that is sent, as the page writes it, and what it does to the phone.

Each case has phones of its own. All go through three runs: in check mode, in earnest, and, where a second time must
change nothing, again.
"""

from __future__ import annotations

import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from .bench import PASSWORD, TARGETS, Bench, Run, bench, image, phone

pytestmark = pytest.mark.xdist_group("remote")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A task for one phone, and what must come of it.

    sends: the requests that change something, as the phone gets them. Its log says the rest: events are those of the
    phone itself, heard those of other phones, each with its detail. state is a part of what the phone is in the end,
    screen a text that it shows then, picture the width and height of the file that was saved.
    """

    module: str
    arguments: Mapping[str, Any]
    sends: Sequence[str]
    phone: dict[str, Any] = field(default_factory=phone)
    others: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    before: Sequence[tuple[str, str]] = ()
    """What happens first: phones, and the requests that make them do it."""
    events: Sequence[tuple[str, str | None]] = ()
    heard: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    screen: str = ""
    picture: tuple[int, int] | None = None
    idempotent: bool = False


def in_a(state: str, **keys: Any) -> Any:
    """A phone in such a call with somebody outside of the fleet."""
    return phone(call={"state": state}, **keys)


def key(name: str, given: dict[str, Any] | None = None, **more: Any) -> Case:
    """Press one key."""
    return Case(
        module="snom_key",
        arguments={"keys": [name]},
        sends=[f"/command.htm?key={name}"],
        phone=given or phone(),
        events=[("key", name)],
        **more,
    )


def call(action: str, sends: Sequence[str], **more: Any) -> Case:
    more.setdefault("arguments", {})
    return Case(module="snom_call", sends=sends, **more | {"arguments": {"action": action, **more["arguments"]}})


def picture(model: str, size: tuple[int, int], which: str = "display", **keys: Any) -> Case:
    arguments = {"dest": f"{{{{ out }}}}/{which}-{model}.bmp", "which": which}
    return Case(
        module="snom_screen",
        arguments=arguments,
        sends=[],
        phone=phone(model, "8.7.5.35", **keys),
        picture=size,
        idempotent=True,
    )


def clear(name: str, given: dict[str, Any], before: Sequence[tuple[str, str]], **more: Any) -> Case:
    return Case(
        module="snom_call_list",
        arguments={"lists": [name]},
        sends=[f"/index.htm?{name}del=0"],
        phone=given,
        before=before,
        events=[("list_cleared", name)],
        state={"call_lists": {"missed": [], "dialed": [], "received": []}},
        idempotent=True,
        **more,
    )


COMMAND = "/command.htm?"
DOWN = {"reboot": 6}  # long enough to be missed in two polls

# The lines about keys. What a key does on which screen is partly invented: tests/virtual_phones/README.md.
KEYS = {
    "cancel": key("CANCEL", in_a("in_call"), state={"call": "idle"}),
    "enter": key("ENTER", in_a("ringing"), state={"call": "in_call"}),
    "offhook": key("OFFHOOK", in_a("ringing"), state={"call": "in_call"}),
    "onhook": key("ONHOOK", in_a("in_call"), state={"call": "idle"}),
    "right": key("RIGHT"),
    "left": key("LEFT", before=[("left", f"{COMMAND}key=4;7;1;1")], screen="\n471\n"),
    "up": key("UP", in_a("in_call"), before=[("up", f"{COMMAND}number=99")], state={"call": "holding"}),
    "down": key("DOWN", in_a("in_call"), before=[("down", f"{COMMAND}number=99")], state={"call": "holding"}),
    "volume-up": key("VOLUME_UP", in_a("in_call")),
    "volume-down": key("VOLUME_DOWN", in_a("in_call")),
    "menu": key("MENU", phone(firmware="6.5.20"), screen="Menu"),
    "redial": key(
        "REDIAL",
        before=[("redial", f"{COMMAND}number=99"), ("redial", f"{COMMAND}RELEASE_ALL_CALLS")],
        state={"call": "calling", "call_lists": {"missed": [], "dialed": ["99", "99"], "received": []}},
    ),
    "dnd": key("DND"),
    "rec": key("REC", in_a("in_call")),
    "f1": key("F1", screen="Dialed Numbers"),
    "f2": key("F2", screen="Missed Calls"),
    "f3": key("F3", screen="Received Calls"),
    "f4": key("F4", screen="Menu"),
    "speaker": key("SPEAKER", in_a("ringing"), state={"call": "in_call"}),
    "headset": key("HEADSET", in_a("ringing"), state={"call": "in_call"}),
    "transfer": key("TRANSFER", in_a("in_call"), screen="Transfer to"),
    "f-hold": key("F_HOLD", in_a("in_call"), state={"call": "holding"}),
    "f-r": Case(
        module="snom_key",
        arguments={"keys": ["F_HOLD"]},
        sends=[f"{COMMAND}key=F_R"],
        phone=in_a("in_call", firmware="7.3.14"),
        events=[("key", "F_R")],
        state={"call": "holding"},
    ),
    "keypad": Case(
        module="snom_key",
        arguments={"keys": "0123456789*#"},
        sends=[f"{COMMAND}key=0;1;2;3;4;5;6;7;8;9;%2A;%23"],
        phone=in_a("in_call"),
        events=[("dtmf", digit) for digit in "0123456789*#"],
    ),
    "p1": key("P1", in_a("ringing", settings={"fkey0": "line"}), state={"call": "in_call"}),
    "p4-of-300": key("P4", phone("300", settings={"fkey3": "speed 99"}), state={"call": "calling"}),
    **{
        f"p12-of-{model}": key("P12", phone(model, settings={"fkey11": "speed 99"}), state={"call": "calling"})
        for model in ("320", "360", "370", "820")
    },
    "p15-of-870": key("P15", phone("870", settings={"fkey14": "speed 99"}), state={"call": "calling"}),
    "ek0": key("EK0", phone(expansion_modules=["EM"])),
    "ek-last": key("EK125", phone(expansion_modules=["EM", "EM", "EM"])),
    "timed-chain": Case(
        module="snom_key",
        arguments={"keys": [{"key": "OFFHOOK", "pause": 500}, "99", {"key": "ENTER", "press": 100}]},
        sends=[f"{COMMAND}key=OFFHOOK,,500;9;9;ENTER,100"],
        events=[("key", "OFFHOOK"), ("key", "9"), ("key", "9"), ("key", "ENTER"), ("call", "calling")],
    ),
    "keypad-of-firmware-7": Case(
        module="snom_key",
        arguments={"keys": [{"key": "OFFHOOK", "pause": 500}, "99", "ENTER"]},
        sends=[f"{COMMAND}key={name}" for name in ("OFFHOOK", "9", "9", "ENTER")],
        phone=phone(firmware="7.3.14", key_chains="ignored"),
        events=[("key", "OFFHOOK"), ("key", "9"), ("key", "9"), ("key", "ENTER"), ("call", "calling")],
    ),
    "touch": Case(
        module="snom_key",
        arguments={"touch": [{"x": 479, "y": 271}]},
        sends=[f"{COMMAND}touch=479%20271%20pr"],
        phone=phone("870", "8.7.5.35"),
        events=[("touch", "479 271 pr")],
    ),
}

# The lines about other commands, and what else is done with calls.
COMMANDS = {
    "dial": call(
        "dial",
        [f"{COMMAND}number=301&outgoing_uri=130%40pbx.example"],
        arguments={"number": "301", "outgoing_uri": "130@pbx.example"},
        phone=phone(identities=["120", "130"]),
        others={"dial-other": phone(identities=["301"])},
        heard={"dial-other": ("call", "ringing")},
        state={"call": "calling", "call_lists": {"missed": [], "dialed": ["301"], "received": []}},
    ),
    "dial-with-speaker": call(
        "dial",
        [f"{COMMAND}number=0049301234", f"{COMMAND}key=SPEAKER"],
        arguments={"number": "+49 (0)30 12-34", "number_format": "00", "audio": "speaker"},
        events=[("call", "calling"), ("key", "SPEAKER")],
        state={"call": "calling"},
    ),
    "dtmf": call(
        "dtmf",
        [f"{COMMAND}key_dtmf=1234%23"],
        arguments={"digits": "1234#"},
        others={"dtmf-other": phone(identities=["302"])},
        before=[("dtmf", f"{COMMAND}number=302"), ("dtmf-other", f"{COMMAND}key=ENTER")],
        events=[("dtmf", "1234#")],
        heard={"dtmf-other": ("dtmf_received", "1234#")},
    ),
    "release-all": call(
        "hangup_all",
        [f"{COMMAND}RELEASE_ALL_CALLS"],
        phone=in_a("in_call"),
        others={"release-all-other": phone(identities=["303"])},
        before=[("release-all", f"{COMMAND}number=303"), ("release-all-other", f"{COMMAND}key=ENTER")],
        events=[("call", "idle"), ("call", "idle")],
        heard={"release-all-other": ("call", "idle")},
        state={"call": "idle"},
        idempotent=True,
    ),
    "answer": call(
        "answer", [f"{COMMAND}key=ENTER"], phone=in_a("ringing"), state={"call": "in_call"}, idempotent=True
    ),
    "answer-with-headset": call(
        "answer",
        [f"{COMMAND}key=HEADSET"],
        arguments={"audio": "headset"},
        phone=in_a("ringing"),
        state={"call": "in_call"},
        idempotent=True,
    ),
    "reject": call("reject", [f"{COMMAND}key=CANCEL"], phone=in_a("ringing"), state={"call": "idle"}, idempotent=True),
    "hang-up": call("hangup", [f"{COMMAND}key=CANCEL"], phone=in_a("in_call"), state={"call": "idle"}, idempotent=True),
    "hold": call("hold", [f"{COMMAND}key=F_HOLD"], phone=in_a("in_call"), state={"call": "holding"}, idempotent=True),
    "resume": call(
        "resume", [f"{COMMAND}key=F_HOLD"], phone=in_a("holding"), state={"call": "in_call"}, idempotent=True
    ),
    "blind-transfer": call(
        "blind_transfer",
        [f"{COMMAND}key=TRANSFER", f"{COMMAND}key=3,100,100;0,100,100;4,100,100", f"{COMMAND}key=ENTER"],
        arguments={"number": "304"},
        phone=in_a("in_call"),
        others={"blind-transfer-other": phone(identities=["304"])},
        heard={"blind-transfer-other": ("call", "ringing")},
        state={"call": "idle"},
    ),
    **{
        f"blind-transfer-of-firmware-7-{key_chains}": call(
            "blind_transfer",
            [f"{COMMAND}key={name}" for name in ("TRANSFER", "3", number, "4", "ENTER")],
            arguments={"number": f"3{number}4"},
            phone=in_a("in_call", firmware="7.3.14", key_chains=key_chains),
            others={f"other-of-firmware-7-{key_chains}": phone(identities=[f"3{number}4"])},
            heard={f"other-of-firmware-7-{key_chains}": ("call", "ringing")},
            state={"call": "idle"},
        )
        for key_chains, number in (("known", "8"), ("ignored", "9"))
    },
    "attended-transfer-1-to-3-of-firmware-7": call(
        "attended_transfer_start",
        [f"{COMMAND}key={name}" for name in ("F_R", "3", "7", "5", "ENTER")],
        arguments={"number": "375"},
        phone=in_a("in_call", firmware="7.3.14", key_chains="ignored", settings={"call_join_xfer": "off"}),
        others={"attended-transfer-of-firmware-7-other": phone(identities=["375"])},
        events=[("call", "holding"), ("call", "calling")],
        heard={"attended-transfer-of-firmware-7-other": ("call", "ringing")},
    ),
    "attended-transfer-1-to-3": call(
        "attended_transfer_start",
        [f"{COMMAND}key=F_HOLD", f"{COMMAND}key=3,100,100;0,100,100;5,100,100", f"{COMMAND}key=ENTER"],
        arguments={"number": "305"},
        phone=in_a("in_call", settings={"call_join_xfer": "off"}),
        others={"attended-transfer-other": phone(identities=["305"])},
        events=[("call", "holding"), ("call", "calling")],
        heard={"attended-transfer-other": ("call", "ringing")},
    ),
    "attended-transfer-4": call(
        "attended_transfer_complete",
        [f"{COMMAND}key=TRANSFER"],
        phone=in_a("holding", transfer_confirm=False, settings={"call_join_xfer": "off"}),
        others={"transferred-to": phone(identities=["306"])},
        before=[("attended-transfer-4", f"{COMMAND}number=306"), ("transferred-to", f"{COMMAND}key=ENTER")],
        events=[("call", "idle"), ("call", "idle")],
        state={"call": "idle", "calls": []},
    ),
    "attended-transfer-4-confirmed": call(
        "attended_transfer_complete",
        [f"{COMMAND}key=TRANSFER", f"{COMMAND}key=ENTER"],
        phone=in_a("holding", settings={"call_join_xfer": "off"}),
        others={"confirmed-to": phone(identities=["307"])},
        before=[("attended-transfer-4-confirmed", f"{COMMAND}number=307"), ("confirmed-to", f"{COMMAND}key=ENTER")],
        events=[("call", "idle"), ("call", "idle")],
        state={"call": "idle", "calls": []},
    ),
    "log-off-all": Case(
        module="snom_identity",
        arguments={"line": "all", "state": "logged_off"},
        sends=[f"{COMMAND}LOGOFFALL"],
        phone=phone(identities=["141", "142"]),
        state={"identities": {"141@pbx.example": False, "142@pbx.example": False}},
        idempotent=True,
    ),
    "log-off-one": Case(
        module="snom_identity",
        arguments={"line": 2, "state": "logged_off"},
        sends=[f"{COMMAND}LOGOFFLINE=2"],
        phone=phone(identities=["143", "144"]),
        state={"identities": {"143@pbx.example": True, "144@pbx.example": False}},
        idempotent=True,
    ),
    "reregister": Case(
        module="snom_identity",
        arguments={"line": 2, "state": "reregistered"},
        sends=[f"{COMMAND}REREGISTER=2"],
        phone=phone(identities=["145", "146"]),
        before=[("reregister", f"{COMMAND}LOGOFFALL")],
        state={"identities": {"145@pbx.example": False, "146@pbx.example": True}},
    ),
    "registered": Case(
        module="snom_identity",
        arguments={"line": "all", "state": "registered"},
        sends=[f"{COMMAND}REREGISTER=1"],
        phone=phone(identities=["147", "148"]),
        before=[("registered", f"{COMMAND}LOGOFFLINE=1")],
        state={"identities": {"147@pbx.example": True, "148@pbx.example": True}},
        idempotent=True,
    ),
    "ringer": Case(
        module="snom_ringer",
        arguments={"ringer": 9},
        sends=["/line_login.htm?PLAY_RINGER:9=+Ringer"],
        events=[("ringer", "9")],
    ),
    "reboot": Case(
        module="snom_reboot",
        arguments={"deadline": 30},
        sends=["/advanced_update.htm?reboot=Reboot"],
        phone=phone(timing=DOWN),
        events=[("down", "rebooting"), ("boot", "8.4.35"), ("up", "8.4.35")],
        state={"phase": "up"},
    ),
    "reboot-of-firmware-7": Case(
        module="snom_reboot",
        arguments={"deadline": 30},
        sends=["/advanced.htm?reboot=Reboot"],
        phone=phone(firmware="7.3.14", timing=DOWN),
        events=[("down", "rebooting"), ("boot", "7.3.14"), ("up", "7.3.14")],
        state={"phase": "up"},
    ),
    "reset": Case(
        module="snom_factory_reset",
        arguments={"confirm": "00:04:13:0a:0b:0c"},
        sends=["/advanced_update.htm?reset=Reset"],
        phone=phone(mac="0004130A0B0C", timing=DOWN),
        events=[("down", "rebooting"), ("boot", "8.4.35"), ("up", "8.4.35")],
        state={"phase": "up", "identities": {}, "settings": {}},
    ),
    "dialed-numbers": clear(
        "dialed",
        phone(),
        [("dialed-numbers", f"{COMMAND}number=99"), ("dialed-numbers", f"{COMMAND}RELEASE_ALL_CALLS")],
    ),
    "missed-calls": clear(
        "missed",
        phone(identities=["308"]),
        [("misses", f"{COMMAND}number=308"), ("misses", f"{COMMAND}RELEASE_ALL_CALLS")],
        others={"misses": phone(identities=["309"])},
    ),
    "received-calls": clear("received", in_a("ringing"), [("received-calls", f"{COMMAND}key=CANCEL")]),
    "firmware": Case(
        module="snom_firmware",
        arguments={"catalog": "{{ catalog }}", "flash_time": 5},
        sends=["/dummy.htm?swload=load&firmware={image}"],
        events=[("fetch", image("320")), ("flash", TARGETS["320"]), ("up", TARGETS["320"])],
        state={"firmware": TARGETS["320"]},
        idempotent=True,
    ),
    "fix-line-info": Case(
        module="snom_screen",
        arguments={"dest": "{{ out }}/fixed.bmp", "fix_line_info_layer": True},
        sends=[f"{COMMAND}FIX_LIL=true"],
        phone=phone("821", "8.7.5.35"),
        events=[("line_info_fixed", None)],
        picture=(320, 240),
    ),
    "screen-of-320": picture("320", (128, 64)),
    "screen-of-370": picture("370", (240, 128)),
    "screen-of-820": picture("820", (320, 240)),
    "screen-of-870": picture("870", (480, 272)),
    "labels": picture("D385", (160, 320), "labels"),
    "expansion-module": picture("D785", (160, 320), "expansion", expansion_modules=["D7"]),
}

CASES = KEYS | COMMANDS
AGAIN = [name for name, case in CASES.items() if case.idempotent]


@dataclass
class Fleet:
    bench: Bench
    planned: Run
    done: Run
    again: Run
    log: list[dict[str, Any]]
    """What the phones saw while it was done."""
    written_again: list[dict[str, Any]]

    def result(self, run: Run, name: str) -> dict[str, Any]:
        """The result of a phone's one task, which must not have failed."""
        (line,) = (line for line in run.lines if line.get("host") == name)
        result: dict[str, Any] = line["result"]
        assert line["status"] == "ok", result
        return result

    def sent(self, name: str) -> list[str]:
        return [entry["target"] for entry in self.log if entry["phone"] == name and entry["write"]]

    def events(self, name: str) -> list[tuple[str, str | None]]:
        return [(entry["event"], entry["detail"]) for entry in self.log if entry["phone"] == name]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """The fleet after the three runs, and what it saw in the second."""
    phones: dict[str, Any] = {}
    for number, (name, case) in enumerate(CASES.items(), start=1000):
        phones[name] = {"identities": [str(number)]} | case.phone
        phones[name]["inventory"] = {"arguments": case.arguments}
        phones |= {other: {"identities": []} | keys for other, keys in case.others.items()}
    folder = tmp_path_factory.mktemp("remote")
    with bench(folder, phones, out=str(folder / "out"), catalog=str(folder / "catalog.yml")) as found:
        for case in CASES.values():
            for name, target in case.before:
                ask(found, name, target)
        planned = found.check(found.start(plays(CASES), "--check").wait())
        assert [entry["target"] for entry in found.fleet.log() if entry["write"]] == [
            target for case in CASES.values() for _name, target in case.before
        ]
        begin = found.fleet.log()[-1]["number"]
        done = found.play(plays(CASES), rehearse=False)
        log = found.fleet.log(since=begin)
        again = found.play(plays(AGAIN), rehearse=False)
        written = [entry for entry in found.fleet.log(since=log[-1]["number"]) if entry["write"]]
        yield Fleet(found, planned, done, again, log, written)


def plays(names: Iterator[str] | Sequence[str] | Mapping[str, Case]) -> list[dict[str, Any]]:
    """A play for each module, with one task for the phones of all of its cases."""
    hosts: dict[str, list[str]] = {}
    for name in names:
        hosts.setdefault(CASES[name].module, []).append(name)
    return [
        {
            "hosts": cases,
            "gather_facts": False,
            "tasks": [
                {
                    f"telephony.snom.{module}": {
                        option: f"{{{{ arguments.get('{option}', omit) }}}}"
                        for option in sorted({option for name in cases for option in CASES[name].arguments})
                    },
                    # Each case fails on its own.
                    "ignore_errors": True,
                }
            ],
        }
        for module, cases in hosts.items()
    ]


def ask(found: Bench, name: str, target: str) -> str:
    """Ask a phone directly."""
    login = b64encode(f"admin:{PASSWORD}".encode()).decode()
    url = f"http://{found.address(name)}:{found.port}{target}"
    request = urllib.request.Request(url, headers={"Authorization": f"Basic {login}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
        return str(answer.read().decode("utf-8", "replace")).replace("\r", "")


def told(result: dict[str, Any]) -> list[str] | None:
    """The requests that a result tells, if the module does."""
    if "steps" in result:
        return [step["request"] for step in result["steps"]]
    if "request" in result.get("evidence", {}):
        return [result["evidence"]["request"]]
    return [target for target in result["sent"] if not target.endswith(".bmp")] if "sent" in result else None


@pytest.mark.parametrize("name", CASES)
def test_check_mode_says_what_it_would_do(name: str, fleet: Fleet) -> None:
    planned, done = fleet.result(fleet.planned, name), fleet.result(fleet.done, name)
    assert planned["changed"], planned
    if CASES[name].module in ("snom_reboot", "snom_firmware"):
        assert planned["outcome"] == "planned"
    elif name == "attended-transfer-4-confirmed":
        # Whether the phone will ask can't be known.
        assert told(planned) == told(done)[:1]  # type: ignore[index]
    else:
        assert told(planned) == told(done)


@pytest.mark.parametrize("name", CASES)
def test_line(name: str, fleet: Fleet) -> None:
    """What was sent, what the result says of it, and what it did."""
    case, result = CASES[name], fleet.result(fleet.done, name)
    assert result["changed"], result
    expected = [target.replace("{image}", image_url(fleet.bench)) for target in case.sends]
    # A picture is asked for with a number that keeps caches out.
    assert [target for target in fleet.sent(name) if ".bmp" not in target] == expected
    if case.module != "snom_firmware":
        assert told(result) == expected
    check_effect(name, case, fleet)


def check_effect(name: str, case: Case, fleet: Fleet) -> None:
    state = fleet.bench.fleet.phone(name)
    assert [event for event in fleet.events(name) if event in case.events] == list(case.events)
    for other, event in case.heard.items():
        assert event in fleet.events(other)
    assert {key: state[key] for key in case.state} == case.state
    if case.screen:
        assert case.screen in ask(fleet.bench, name, "/state_of_gui.htm")
    if case.picture:
        saved = Path(fleet.result(fleet.done, name)["path"]).read_bytes()
        assert (int.from_bytes(saved[18:22], "little"), int.from_bytes(saved[22:26], "little")) == case.picture


def image_url(found: Bench) -> str:
    """The image of the case about firmware, as its request names it."""
    (url,) = (entry["url"] for entry in found.fleet.catalog() if entry["file"] == image("320"))
    return quote(url, safe="")


def test_do_not_disturb(fleet: Fleet) -> None:
    assert fleet.bench.fleet.phone("dnd")["settings"]["dnd_mode"] == "on"


def test_line_info_is_shown_once_it_is_fixed(fleet: Fleet) -> None:
    """The lower quarter of the picture, which a bitmap has first."""
    black = bytes(3 * 320 * 60)
    assert Path(fleet.result(fleet.done, "screen-of-820")["path"]).read_bytes()[54:].startswith(black)
    assert not Path(fleet.result(fleet.done, "fix-line-info")["path"]).read_bytes()[54:].startswith(black)


@pytest.mark.parametrize("name", AGAIN)
def test_again_changes_nothing(name: str, fleet: Fleet) -> None:
    result = fleet.result(fleet.again, name)
    assert not result["changed"], result
    assert [entry["target"] for entry in fleet.written_again if entry["phone"] == name] == []
