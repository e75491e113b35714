# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the inventory over a real nginx into the phones: they boot, fetch with their User-Agent, and apply."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .bench import REHEARSES, Bench, Run, image, phone, until
from .conftest import StartBench
from .jump_host import jump_host
from .mirror import mirror
from .test_secrets import encrypted

SECRET = "n0t-to-be-seen-on-paper"


@dataclass
class Server:
    """A fleet, and an nginx whose web root is published into."""

    bench: Bench
    url: str
    root: Path
    log: Callable[[], list[dict[str, Any]]]

    def provision(
        self,
        *arguments: str,
        warns: str | None = None,
        snom_hosts: str = "phones",
        rehearse: bool = REHEARSES,
        **options: Any,
    ) -> Run:
        """Run the playbook; options are those of the role, without its prefix."""
        given = {"base_url": self.url, "web_root": str(self.root), "allow_cleartext_secrets": True, **options}
        variables = {"snom_hosts": snom_hosts} | {f"provisioning_{name}": value for name, value in given.items()}
        return self.bench.play(
            "telephony.snom.provision", *arguments, variables=variables, warns=warns, rehearse=rehearse
        )

    def boot(self, *names: str) -> None:
        """Give power to these phones, and wait until they have done with their setting server."""
        for name in names:
            self.bench.fleet.patch(name, running=False)
            self.bench.fleet.patch(name, running=True)
        self.wait_for(*names)

    def wait_for(self, *names: str) -> None:
        def done() -> bool:
            seen = {entry["phone"] for entry in self.bench.fleet.log(event="provisioned")}
            return seen >= set(names)

        until(done, "the phones to be provisioned")

    def settle(self) -> dict[str, dict[str, Any]]:
        """What snom_settings in check mode finds to do."""
        options = {"allow_cleartext_secrets": True, "update_secrets": False}
        tasks = [{"telephony.snom.snom_settings": options, "check_mode": True}]
        run = self.bench.play([{"hosts": "phones", "gather_facts": False, "tasks": tasks}], rehearse=False)
        return run.results("snom_settings")

    def settings(self, name: str) -> dict[str, str]:
        """What a phone itself says of its settings."""
        found: dict[str, str] = self.bench.fleet.phone(name)["settings"]
        return found


StartServer = Callable[..., Server]


@pytest.fixture
def start_server(start: StartBench) -> Iterator[StartServer]:
    """Start phones, all of which have their setting server here, and an nginx if anybody is to fetch from it."""
    with ExitStack() as stack:

        def start_server(phones: dict[str, Any], *, fetched: bool = True, **more: Any) -> Server:
            found = start(phones, **more)
            box = stack.enter_context(mirror(found, images=[], setting_networks=["127.0.0.0/8"]))
            root = found.folder / "www"
            root.mkdir(exist_ok=True)
            if fetched:  # what the role takes for it is more than all else that most tests do
                done = box.play(rehearse=False)
                assert done.code == 0, done.output
            for name, state in found.fleet.phones().items():
                found.hosts()[name] |= {"snom_mac": state["mac"], "snom_model": state["model"]}
                found.fleet.patch(name, settings={"setting_server": f"{box.url}/current/"})
            return Server(found, box.url, root, box.requests)

        yield start_server


def desk(number: int, model: str = "D785", firmware: str = "10.1.54.13", **keys: Any) -> Any:
    """A phone whose inventory says what it should have."""
    settings = {"user_name": [str(number)], "user_pass": [f"{SECRET}-{number}"], "phone_name": f"Desk {number}"}
    return phone(model, firmware, identities=[], inventory={"snom_settings": settings}, **keys)


ALL = {
    "snom_settings_1_all": {
        "language": {"value": "Deutsch", "perm": "R"},
        "user_host": ["pbx.example"],
        "fkey": {0: "line", 3: {"value": "blf 12", "label": 'The "Desk"'}},
    }
}


def result_of(run: Run) -> dict[str, Any]:
    (result,) = run.results("snom_provisioning").values()
    return {name: value for name, value in result.items() if not name.startswith("_")}


def test_phones_boot_fetch_and_apply(start_server: StartServer) -> None:
    server = start_server({"a": desk(100), "b": desk(101), "old": desk(102, "320", "8.4.35")}, **ALL)
    book = [{"name": "Reception", "number": "12"}]
    run = server.provision(phone_book=book, rehearse=True)
    assert (run.code, run.recap["a"]) == (0, "changed"), run.output
    assert run.stats["snom_provisioning_counts"] == {"phones": 3, "changed": 3, "files": 10, "gone": 0}
    server.boot("a", "b", "old")
    for name, number in (("a", 100), ("b", 101), ("old", 102)):
        state = server.bench.fleet.phone(name)
        assert state["identities"] == {f"{number}@pbx.example": True}
        assert state["phone_book"] == {"12": "Reception"}
        assert (state["settings"]["fkey3"], state["settings"]["phone_name"]) == ("blf 12", f"Desk {number}")
        assert state["settings"]["update_policy"] == "settings_only"
    assert {name: result["changed"] for name, result in server.settle().items()} == dict.fromkeys("ab", False) | {
        "old": False
    }
    asked = {(entry["uri"], entry["status"]) for entry in server.log()}
    mac = server.bench.fleet.phone("a")["mac"]
    assert {("/current/snomD785.htm", 200), (f"/current/snomD785-{mac}.htm", 200)} <= asked
    assert {status for _uri, status in asked} == {200}
    assert any(f"snomD785-SIP 10.1.54.13 2010.12-00004-g9ba52f5 {mac}" in entry["user_agent"] for entry in server.log())


def test_again_nothing_changes(start_server: StartServer) -> None:
    server = start_server({"a": desk(100), "b": desk(101)}, fetched=False, **ALL)
    server.provision(rehearse=False)
    before = {path: path.lstat().st_mtime_ns for path in server.root.rglob("*")}
    again = server.provision()
    assert set(again.recap.values()) == {"ok"}
    assert {path: path.lstat().st_mtime_ns for path in server.root.rglob("*")} == before


@pytest.mark.slow
def test_what_changes_is_shown_phone_by_phone_and_fetched_by_those_alone(start_server: StartServer) -> None:
    phones = {"a": desk(100), "b": desk(101), "talks": desk(102, call={"state": "in_call"}), "lift": desk(103)}
    server = start_server(phones, **ALL)
    server.provision(rehearse=False)
    server.boot(*phones)
    server.bench.fleet.patch("talks", call={"state": "in_call"})
    server.bench.fleet.reset_log()
    for name in ("a", "talks", "lift"):
        server.bench.hosts()[name]["snom_settings"] |= {"phone_name": "New", "user_pass": [f"{SECRET}-new"]}
    server.bench.hosts()["lift"]["snom_protected"] = True
    run = server.provision("--diff", fetch="reboot", reboot_deadline=30)
    shown = [line for line in run.output.splitlines() if " -> " in line and "[a -> localhost]" not in line]
    assert shown == [
        f"{name}: {change}"
        for name, number in (("a", 100), ("talks", 102), ("lift", 103))
        for change in (f"phone_name: Desk {number} -> New", "user_pass1: ******** -> ********")
    ]
    assert {host: result["changed"] for host, result in result_of(run)["phones"].items()} == {
        "a": True,
        "b": False,
        "talks": True,
        "lift": True,
    }
    outcomes = {host: result.get("outcome") for host, result in run.results("snom_reboot").items()}
    assert outcomes == {"a": "rebooted", "talks": "deferred", "lift": "protected"}
    assert run.recap == {"localhost": "ok", "a": "changed", "b": "ok", "talks": "failed", "lift": "ok"}
    server.wait_for("a")
    assert {entry["phone"] for entry in server.bench.fleet.log(event="boot")} == {"a"}
    assert [server.settings(name)["phone_name"] for name in ("a", "talks", "lift")] == ["New", "Desk 102", "Desk 103"]


@pytest.mark.slow
def test_going_back(start_server: StartServer) -> None:
    server = start_server({"a": desk(100)}, **ALL)
    first = result_of(server.provision(rehearse=False))["generation"]
    server.bench.hosts()["a"]["snom_settings"]["phone_name"] = "New"
    server.provision(rehearse=False)
    server.bench.hosts()["a"]["snom_settings"]["language"] = "{{ a_mistake }}"
    run = server.provision("--diff", rollback=True)
    assert result_of(run)["generation"] == first and "a: phone_name: New -> Desk 100" in run.output
    server.boot("a")
    assert server.settings("a")["phone_name"] == "Desk 100"


CHAINED = "snomD785-ramdisk-chained-update-r.bin"
LATE = "snomD785-10.1.184.15-SIP-r.bin"


@pytest.mark.slow
@pytest.mark.parametrize(("version", "file"), [("10.1.175.16", image("D785")), ("10.1.184.15", LATE)])
def test_firmware_by_provisioning(version: str, file: str, start_server: StartServer) -> None:
    keys = {"chained_from": "10.1.184.15"}
    server = start_server({"a": desk(100, **keys), "b": desk(101, **keys)}, images=[CHAINED, LATE], **ALL)
    server.bench.inventory["phones"]["vars"] |= {
        "snom_firmware_version": version,
        "snom_mirror": f"{server.bench.fleet.images}/fw",
    }
    server.bench.hosts()["a"]["snom_settings"]["update_policy"] = "auto_update"
    server.provision()
    server.boot("a", "b")
    until(lambda: server.bench.firmware("a") == [version], "the phone to load its firmware")
    assert server.bench.firmware("b") == ["10.1.54.13"]
    assert server.bench.fleet.counters()["images"][file] == 1


@pytest.mark.slow
def test_a_web_root_on_another_machine(start_server: StartServer) -> None:
    """Published there by a module, and read there to be compared; the same as here, and no secret on the way."""
    server = start_server({"a": desk(100), "b": desk(101)}, fetched=False, **ALL)
    here = result_of(server.provision(rehearse=False))
    there = server.bench.folder / "there"
    there.mkdir()
    key = server.bench.folder / "key"
    key.write_text("the key")
    server.bench.hosts()["a"]["snom_settings"]["user_pass"] = [encrypted(f"{SECRET}-100", key)]
    with jump_host(server.bench.folder / "web", f"{server.bench.address('a').rpartition('.')[0]}.252") as web:
        # For the modules of Ansible's own, which compare what is there: a connection for each instead of many.
        server.bench.inventory["web_servers"] = {"hosts": {"web": web | {"ansible_pipelining": True}}}
        vault = ("-vvvvv", "--diff", "--vault-password-file", str(key))
        run = server.provision(*vault, host="web", web_root=str(there))
        assert result_of(run) | {"diff": None} == here | {"diff": None}
        again = server.provision(*vault, host="web", web_root=str(there))
        assert not result_of(again)["changed"]
    published, original = (
        {file.name: file.read_bytes() for file in (root / "current").iterdir()} for root in (there, server.root)
    )
    assert published == original
    assert {stat.S_IMODE(file.stat().st_mode) for file in (there / "current").iterdir()} == {0o640}
    assert list((server.bench.folder / "web" / "remote").glob("*/content")) == []


def test_bad_input_is_named_at_once_and_nothing_is_written(start_server: StartServer) -> None:
    server = start_server({name: desk(100 + number) for number, name in enumerate("abcd")}, fetched=False, **ALL)
    server.provision(rehearse=False)
    before = {path: path.lstat().st_mtime_ns for path in server.root.rglob("*")}
    hosts = server.bench.hosts()
    hosts["a"]["snom_mac"] = "not one"
    hosts["b"]["snom_mac"] = hosts["c"]["snom_mac"]
    hosts["c"]["snom_settings"]["user_name"] = ["103"]
    hosts["d"]["snom_settings"]["odd"] = "a]]>b"
    run = server.provision()
    assert run.code != 0
    message = " ".join(run.output.split())
    for says in (
        "a: snom_mac: 'not one' is not a MAC address",
        "b, c have the same snom_mac",
        "d: snom_settings: odd holds ]]>",
    ):
        assert says in message
    assert {path: path.lstat().st_mtime_ns for path in server.root.rglob("*")} == before


@pytest.mark.parametrize(
    ("arguments", "options", "says"),
    [
        (("--limit", "a,localhost"), {}, "A run with --limit would take the files of all other phones away"),
        ((), {"allow_cleartext_secrets": False}, "base_url is http, and the settings of 1 phone hold secrets"),
        pytest.param(
            (), {"web_root": "/nowhere/at/all"}, "web_root /nowhere/at/all can't be used", marks=pytest.mark.slow
        ),
        ((), {"mode": "0644"}, "mode lets everybody on that machine read the files"),
        pytest.param((), {"group": "no-such-group"}, "group: there is no no-such-group", marks=pytest.mark.slow),
        ((), {"unknown_settings": "fail"}, "Settings that this collection does not know: odd (a"),
    ],
)
def test_what_is_refused(
    arguments: tuple[str, ...], options: dict[str, Any], says: str, start_server: StartServer
) -> None:
    server = start_server({"a": desk(100)}, fetched=False)
    if "unknown_settings" in options:
        server.bench.hosts()["a"]["snom_settings"]["odd"] = "x"
    run = server.provision(*arguments, **options)
    assert run.code != 0 and says in " ".join(run.output.split())
    assert not (server.root / "current").exists()


def test_a_part_of_the_phones_does_not_take_the_others_files_away(start_server: StartServer) -> None:
    server = start_server({"a": desk(100), "b": desk(101), "c": desk(102)}, fetched=False, **ALL)
    server.provision(rehearse=False)
    before = {path: path.lstat().st_mtime_ns for path in server.root.rglob("*")}
    server.bench.inventory["branch"] = {"hosts": {"a": {}}}
    run = server.provision(snom_hosts="branch")
    assert run.code != 0 and "The files of b, c would go" in " ".join(run.output.split())
    assert {path: path.lstat().st_mtime_ns for path in server.root.rglob("*")} == before
    del server.bench.hosts()["c"]
    run = server.provision(snom_hosts="branch", allow_removal=True)
    assert (run.code, run.stats["snom_provisioning_counts"]["gone"]) == (0, 2)


@pytest.mark.slow
def test_a_slip_in_a_name_is_warned_about(start_server: StartServer) -> None:
    server = start_server({"a": desk(100)}, fetched=False)
    server.bench.hosts()["a"]["snom_settings"]["langauge"] = "English"
    assert server.provision(warns="langauge (a; is it language?)").code == 0


@pytest.mark.slow
def test_variables_of_the_play_are_read_for_each_host(start_server: StartServer) -> None:
    """Also where the first host, whose variables Ansible mixes with them, has its own of the same names."""
    server = start_server({"a": desk(100), "b": desk(101), "c": desk(102)})
    options = {"web_root": str(server.root), "base_url": server.url, "allow_cleartext_secrets": True}
    server.bench.hosts()["a"] |= {
        "snom_phone_book": [{"name": "A", "number": "1"}],
        "snom_settings_play": {"language": "English"},
        "site": "of a",
    }
    play = {
        "hosts": "phones",
        "gather_facts": False,
        "vars": {
            "snom_phone_book": [{"name": "{{ company }}", "number": "2"}],
            "snom_settings_play": {"language": "{{ site_language }}", "phone_name": "{{ inventory_hostname }}"},
            "snom_settings_site": {"user_idle_text": ["{{ site | default('none') }} {{ inventory_hostname | upper }}"]},
            "site_language": "{{ languages.de }}",
            "languages": {"de": "Deutsch"},
            "company": "Example",
        },
        "tasks": [
            # What only the first host has is nobody else's.
            {"ansible.builtin.set_fact": {"site": "still of a"}, "when": "inventory_hostname == 'a'"},
            {"telephony.snom.snom_provisioning": options, "run_once": True},
        ],
    }
    for name in "abc":
        del server.bench.hosts()[name]["snom_settings"]["phone_name"]
    assert server.bench.play([play], rehearse=False).code == 0
    server.boot("a", "b", "c")
    assert {name: server.settings(name)["user_idle_text1"] for name in "abc"} == {
        "a": "still of a A",
        "b": "none B",
        "c": "none C",
    }
    assert [server.settings(name)["language"] for name in "abc"] == ["English", "Deutsch", "Deutsch"]
    assert [server.settings(name).get("phone_name", "") for name in "abc"] == ["", "b", "c"]
    books = [server.bench.fleet.phone(name)["phone_book"] for name in "abc"]
    assert books == [{"1": "A"}, {"2": "Example"}, {"2": "Example"}]


@pytest.mark.slow
def test_120_phones_in_one_run(start_server: StartServer) -> None:
    process = os.getpid() % 250
    addresses = [f"127.{251 + number // 60}.{process}.{1 + number % 60}" for number in range(120)]
    phones = {}
    for number, address in enumerate(addresses):
        model, firmware = (("320", "8.4.35"), ("D785", "10.1.54.13"), ("720", "8.9.3.80"))[number % 3]
        keys = desk(1000 + number, model, firmware, address=address)
        keys["inventory"]["ansible_host"] = address
        phones[f"desk-{number}"] = keys
    server = start_server(phones, **ALL)
    run = server.provision()
    assert (run.code, run.stats["snom_provisioning_counts"]["changed"]) == (0, 120)
    server.boot(*phones)
    found = server.settle()
    assert len(found) == 120 and not any(result["changed"] for result in found.values())
    users = {identity for state in server.bench.fleet.phones().values() for identity in state["identities"]}
    assert users == {f"{1000 + number}@pbx.example" for number in range(120)}
    assert set(server.provision(rehearse=False).recap.values()) == {"ok"}
