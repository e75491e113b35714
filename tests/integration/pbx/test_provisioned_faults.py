# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones by PBX and provisioning, with all that can be wrong with them, their PBX and their mirror: how each ends.

`faults` says how each must end. A real Kamailio and a real nginx serve all of them. Where one of the two is what is
wrong, somebody stands in between. What a module says is compared with what the phone knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.integration.pbx import between
from ansible_collections.telephony.snom.tests.integration.pbx.faults import (
    COLUMNS,
    ENDS,
    FAULTS,
    INFO,
    KEY,
    REQUESTS,
    ROLLOUT,
    SYNC,
    Fault,
    cell,
)
from ansible_collections.telephony.snom.tests.integration.pbx.provisioned import (
    LOGIN,
    NEW,
    OLD,
    Site,
    by_provisioning,
    image,
    site,
)
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import Run, until
from ansible_collections.telephony.snom.tests.integration.playbooks.faults import DONE, OR, UNSEEN, WELL
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio

MEMORY = 256
"""Megabytes of the largest process of a run."""

NO_SUCCESS = {"deferred", "not_started"}
STILL_SHOWN = {"mirror-gone-once-shown", "mirror-keeps"}
"""Those whose mirror can't be told to show them nothing any more. Its timer ends that."""

NOWHERE = "127.0.0.1", 9
"""Where nothing listens."""

PBXS: dict[str, Callable[[], between.Says]] = {
    "noise": lambda: between.noise,
    "lists nobody": lambda: between.lists_nobody,
    "tells nobody": lambda: between.tells_nobody,
    "says version": lambda: between.says_version(OLD, NEW),
    "lists old": between.ListsOld,
    "gone": between.LosesAnswer,
}
MIRRORS: dict[str, Callable[[Path], between.Mirror]] = {
    "gone": between.Gone,
    "gone once shown": between.GoneOnceShown,
    "refuses": between.Refuses,
    "error": between.ShowsWithError,
    "keeps": between.KeepsShown,
    "loses log": between.LosesLog,
    "log stops": between.LogStops,
    "log rotates": between.LogRotates,
}


@pytest.mark.slow
def test_all_faults(tmp_path: Path, kamailio: Kamailio) -> None:
    with fleet(tmp_path, kamailio) as (place, renew):
        found = place.bench
        told = _ask(place, {INFO: {}, KEY: {"keys": ["UP"]}})
        renew()
        told |= _ask(place, {SYNC: {"fetch_timeout": 15}})

        until(lambda: all(one["phase"] in ("up", "off") for one in found.fleet.phones().values()), "all are back")
        renew()
        ends = found.rollout("--limit", "mirror-off", rehearse=False)
        assert ends.code != 0 and "snom_mirror_control" in ends.output and "upgraded" not in ends.output
        mirrorless = found.hosts().pop("mirror-off")
        run = found.rollout(rehearse=False, deadline=25, soak=4, deferred_retries=0)
        found.hosts()["mirror-off"] = mirrorless
        told[ROLLOUT] = _told(place, run, ROLLOUT) | {"mirror-off": ENDS}
        print(json.dumps(told, indent=1))
        assert not {column: wrong for column in COLUMNS if (wrong := differences(told[column], column))}
        check(place, run)
        for name in STILL_SHOWN:
            assert "STILL BE SHOWN" in run.rollout["phones"][name]["reason"], run.rollout["phones"][name]
        assert {name for name in FAULTS if mac(place, name) in place.armed()} <= STILL_SHOWN
        until(lambda: place.run_timer() or not place.armed(), "the mirror's timer withdraws it")


def _ask(place: Site, modules: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Run modules with these options on all phones; how each has ended."""
    tasks = [{f"telephony.snom.{name}": options, "ignore_errors": True} for name, options in modules.items()]
    run = place.bench.play(
        [{"hosts": "phones", "gather_facts": False, "tasks": tasks}],
        env={"ANSIBLE_FORKS": str(len(FAULTS))},
        rehearse=False,
    )
    check(place, run)
    return {column: _told(place, run, column) for column in modules}


def mac(place: Site, name: str) -> str:
    return str(place.bench.fleet.phone(name)["mac"])


@contextmanager
def fleet(folder: Path, kamailio: Kamailio) -> Iterator[tuple[Site, Callable[[], None]]]:
    """A phone for each fault, registered; and what brings all PBXs back."""
    phones = {name: _keys(kamailio, number, fault) for number, (name, fault) in enumerate(FAULTS.items(), start=301)}
    with ExitStack() as stack:
        images = image(), image("D865")
        place = stack.enter_context(
            site(folder, kamailio, phones, *images, setting_networks=["127.0.0.0/8"], snom_firmware_version=NEW)
        )
        stack.enter_context(place.timer())
        found = place.bench
        broken = place.box.images / image("D865")
        broken.write_bytes(bytes(broken.stat().st_size))
        says: dict[str, between.Says] = {}

        def renew() -> None:
            says.update({name: PBXS[fault.pbx]() for name, fault in FAULTS.items() if fault.pbx in PBXS})
            for name in (name for name, fault in FAULTS.items() if fault.pbx == "lost"):
                says[name] = between.LosesAnswer(_heeded(place, name))

        renew()
        for name, fault in FAULTS.items():
            if fault.pbx is not None:
                found.hosts()[name]["snom_pbx"] = kamailio.pbx | _pbx(stack, kamailio, name, fault.pbx, says)
            if fault.mirror is not None:
                _stand_before_mirror(stack, place, name, fault.mirror)
            _give_settings(place, name, fault)
        there = {name for name, fault in FAULTS.items() if fault.phone.get("running", True)}
        until(lambda: {one["phone"] for one in found.fleet.log(event="sip_registered")} >= there, "they register")
        until(lambda: kamailio.rpc("dlg.list")["result"], "one talks")
        for name, fault in FAULTS.items():
            if fault.off_once_registered:
                found.fleet.patch(name, running=False)
        yield place, renew


def _heeded(place: Site, name: str) -> Callable[[], object]:
    """Wait until a phone has done more than by now of what it may be told."""

    def heeded() -> int:
        looks = [entry["target"] for entry in place.bench.fleet.log(name, event="provisioning_get")]
        keys = place.bench.fleet.log(name, event="fragment")
        return sum("/firmware/" in target for target in looks) + len(keys)

    before = heeded()
    return lambda: until(lambda: heeded() > before, f"{name} does what it is told")


def _keys(kamailio: Kamailio, number: int, fault: Fault) -> Any:
    keys = dict(fault.phone)
    if "have one account" in fault.meaning:
        keys["identities"] = [f"4999@{kamailio.address}"]
    return by_provisioning(kamailio, number, **keys)


def _pbx(
    stack: ExitStack, kamailio: Kamailio, name: str, kind: str, says: Mapping[str, between.Says]
) -> dict[str, Any]:
    """What of the PBX is another one."""
    if kind == "login":
        return {"password": "another"}
    host, port = NOWHERE
    if kind != "off":

        def answer(asked: between.Asked, on: between.HandOn) -> between.Answer | None:
            return says[name](asked, on)

        port = stack.enter_context(between.between(kamailio.address, kamailio.rpc_port, answer))
    return {"host": host, "port": port}


def _stand_before_mirror(stack: ExitStack, place: Site, name: str, kind: str) -> None:
    if kind == "not for it":
        return
    host, port = NOWHERE
    if kind != "off":
        says = (
            between.LogLies(place.box.log, _lies(mac(place, name)))
            if kind == "log lies"
            else MIRRORS[kind](place.box.log)
        )
        port = stack.enter_context(between.between(place.box.address, place.bench.port, says))
    control = {"url": f"http://{host}:{port}", "username": LOGIN[0], "password": LOGIN[1]}
    place.bench.hosts()[name]["snom_mirror_control"] = control


def _lies(address: str) -> Callable[[str], bytes]:
    """Lines of a log by which a phone has fetched its image, and said what it runs."""
    wants = {"site": "", "method": "GET", "mac": "", "status": 200, "range": "", "address": "127.0.0.1"}

    def lines(moment: str) -> bytes:
        said = (
            (f"/firmware/{address}.xml", OLD, 300),
            (f"/fw/{image()}", OLD, 4096),
            (f"/current/snomD862-{address}.htm", NEW, 100),
        )
        entries = [
            wants
            | {"time": moment, "uri": uri, "bytes": size, "length": str(size)}
            | {"user_agent": f"Mozilla/4.0 (compatible; snomD862-SIP {version} {address})"}
            for uri, version, size in said
        ]
        return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)

    return lines


def _give_settings(place: Site, name: str, fault: Fault) -> None:
    """A file of its own at the mirror, and where it is told that it lies."""
    own = place.bench.fleet.phone(name)
    folder = place.bench.folder / "www" / "current"
    folder.mkdir(exist_ok=True)
    for address in (own["mac"], own["mac"].lower()):
        file = folder / f"snom{own['model']}-{address}.htm"
        file.write_text("<settings><phone-settings/></settings>")
    nowhere = f"http://{NOWHERE[0]}:{NOWHERE[1]}"
    url = nowhere if fault.mirror == "not for it" else place.box.url
    shown = {"setting_server": f"{url}/current", "firmware_status": f"{url}/firmware/{{mac}}.xml"}
    place.bench.fleet.patch(name, settings=shown)


def _told(place: Site, run: Run, column: str) -> dict[str, str]:
    """How each phone has ended, compared with what it knows itself."""
    if column != ROLLOUT:
        return {
            name: _cell(place, column, name, result, failed=run.status(column, name) != "ok")
            for name, result in run.results(column).items()
        }
    settled = run.results("snom_rollout_result")
    return {
        name: _cell(place, column, name, record | settled[name], failed=run.recap[name] == "failed")
        for name, record in run.rollout["phones"].items()
    }


def _cell(place: Site, column: str, name: str, result: Mapping[str, Any], *, failed: bool) -> str:
    word, state = str(result.get("outcome", "failed" if failed else WELL)), place.bench.fleet.phone(name)
    success = not failed and word not in NO_SUCCESS
    if column == INFO:
        done = success and result["phone"]["firmware"] == state["firmware"]
    elif column == KEY:
        done = bool(place.bench.fleet.log(name, event="fragment"))
    elif column == SYNC:
        done = any(
            entry["status"] == 200 and "/current/" in entry["target"]
            for entry in place.bench.fleet.log(name, event="provisioning_get")
        )
    else:
        done = state["firmware"] == NEW
    if column != INFO and done:
        assert result["changed"], f"{column}: {name} says {word}, and that nothing has changed: {result}"
    return word + (DONE if done and not success else UNSEEN if success and not done else "")


def differences(told: Mapping[str, str], column: str) -> dict[str, str]:
    """What ended otherwise than it must, by the fault."""
    wrong = {name: word for name, word in told.items() if word not in cell(name, column).split(OR)}
    return {name: f"{word}, and not {cell(name, column)}" for name, word in wrong.items()}


def check(place: Site, run: Run) -> None:
    """What holds whatever is wrong: nobody gets a second image, and work has its bounds, told by counts."""
    whole = [
        line["address"]
        for line in place.box.requests()
        if line["uri"].startswith("/fw/") and line["status"] == 200 and line["bytes"] == int(line["length"])
    ]
    addresses = {name: place.bench.address(name) for name in FAULTS}
    assert {name: whole.count(address) for name, address in addresses.items() if whole.count(address) > 1} == {}
    events = {name: len(place.bench.fleet.log(name, event="notify")) for name in FAULTS}
    assert {name: count for name, count in events.items() if count > REQUESTS} == {}
    assert not place.bench.fleet.log(event="request"), "somebody was asked over HTTP"
    assert run.memory < MEMORY
