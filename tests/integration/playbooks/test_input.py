# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input: one clear error that names host, option and remedy, before the first byte moves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from .bench import Bench, bench, phone
from .conftest import StartBench

Variables = dict[str, Any]


@dataclass
class Mistake:
    """What is wrong, and what the one message must name."""

    says: tuple[str, ...]
    options: Variables = field(default_factory=dict)
    host: Variables = field(default_factory=dict)
    everybody: Variables = field(default_factory=dict)
    catalog: str | None = None


BAD = "phone-1"

MISTAKES = {
    "unknown model in the targets": Mistake(
        ("'D999'", "snom_firmware_versions"), everybody={"snom_firmware_versions": {"D999": "10.1.1.1"}}
    ),
    "unknown model of a host": Mistake((BAD, "snom_model", "D999"), host={"snom_model": "D999"}),
    "version that is none": Mistake((BAD, "snom_firmware_version", "newest"), host={"snom_firmware_version": "newest"}),
    "versions that are no mapping": Mistake(
        ("snom_firmware_versions", "mapping"), everybody={"snom_firmware_versions": "8.7.5.35"}
    ),
    "host without a target": Mistake((BAD, "snom_firmware_version"), host={"snom_firmware_versions": {}}),
    "host without an address": Mistake((BAD, "ansible_host"), host={"ansible_host": None}),
    "address that is a URL": Mistake((BAD, "ansible_host", "alone"), host={"ansible_host": "http://127.0.0.1/"}),
    "two hosts with one address": Mistake((BAD, "phone-2", "ansible_host"), host={"ansible_host": "{phone-2}"}),
    "two hosts with one MAC": Mistake(
        (BAD, "phone-2", "snom_mac", "000413123456"), everybody={"snom_mac": "00-04-13-12-34-56"}
    ),
    "MAC that is none": Mistake((BAD, "snom_mac"), host={"snom_mac": "0004"}),
    "port that is none": Mistake((BAD, "snom_port", "http"), host={"snom_port": "http"}),
    "scheme that is none": Mistake((BAD, "snom_scheme", "https, http"), host={"snom_scheme": "ftp"}),
    "timeout that is none": Mistake((BAD, "snom_timeout"), host={"snom_timeout": -1}),
    "wave of a host that is none": Mistake((BAD, "snom_wave", "1 to 1000"), host={"snom_wave": "first"}),
    "protected that is no boolean": Mistake((BAD, "snom_protected"), host={"snom_protected": "perhaps"}),
    "fingerprint that is none": Mistake(
        (BAD, "snom_cert_fingerprint"), host={"snom_scheme": "https", "snom_cert_fingerprint": "abc"}
    ),
    "CA that is not there": Mistake(
        (BAD, "snom_ca_path"), host={"snom_scheme": "https", "snom_ca_path": "/nonexistent/ca.pem"}
    ),
    "waves that don't parse": Mistake(("waves", "'110%'", "canary"), options={"waves": [1, "110%"]}),
    "no waves": Mistake(("waves",), options={"waves": []}),
    "limit that is none": Mistake(("max_bad", "'few'"), options={"max_bad": "few"}),
    "negative limit": Mistake(("max_in_flight", "-1"), options={"max_in_flight": -1}),
    "flash time that no calendar has": Mistake(("flash_time", "two weeks"), options={"flash_time": 1e12}),
    "deadline that no calendar has": Mistake(("deadline", "two weeks"), options={"deadline": 1e12}),
    "flash time of nothing": Mistake(("flash_time",), options={"flash_time": 0}),
    "bandwidth of nothing": Mistake(("site_bandwidth_mbit",), options={"site_bandwidth_mbit": 0}),
    "bandwidth without this site": Mistake(
        ("site_bandwidth_mbit", "berlin", "default"),
        options={"site_bandwidth_mbit": {"paris": 10}},
        host={"snom_site": "berlin"},
    ),
    "window without a zone": Mistake(("window", "22:00-05:00", "zone"), options={"window": "22:00-05:00"}),
    "window in no known zone": Mistake(("window", "Mars/Base"), options={"window": "22:00-05:00 Mars/Base"}),
    "window that never opens": Mistake(("window", "never opens", "always"), options={"window": "22:00-22:00 UTC"}),
    "word for unreachable that is none": Mistake(("unreachable", "maybe"), options={"unreachable": "maybe"}),
    "catalogue that is not there": Mistake(("catalog", "/nonexistent.yml"), options={"catalog": "/nonexistent.yml"}),
    "catalogue without an end": Mistake(("catalog", "/dev/zero", "no regular file"), options={"catalog": "/dev/zero"}),
    "catalogue that is no YAML": Mistake(("catalog", "not YAML", "line 1"), catalog="images: images: ["),
    "catalogue with a broken entry": Mistake(
        ("catalog", "snom320-8.7.5.35-SIP-f.bin", "url"),
        catalog=json.dumps({"images": [{"file": "snom320-8.7.5.35-SIP-f.bin", "url": "http:///fw/x.bin"}]}),
    ),
    "catalogue that contradicts itself": Mistake(
        ("catalog", "entry 1", "the 320, not for the D785"),
        catalog=json.dumps(
            {
                "images": [
                    {
                        "file": "snom320-8.7.5.35-SIP-f.bin",
                        "url": "http://fw.example/snom320-8.7.5.35-SIP-f.bin",
                        "model": "D785",
                    }
                ]
            }
        ),
    ),
    "mirror without a host": Mistake(("mirror", "host"), options={"mirror": "http:///fw"}),
    "approved plan that is not there": Mistake(
        ("approved_plan", "telephony.snom.plan"), options={"approved_plan": "/nonexistent/report.json"}
    ),
    "approved plan without an end": Mistake(
        ("approved_plan", "/dev/zero", "no regular file"), options={"approved_plan": "/dev/zero"}
    ),
    "CA that is no file": Mistake(
        (BAD, "snom_ca_path", "no regular file"), host={"snom_scheme": "https", "snom_ca_path": "/dev/zero"}
    ),
    "journal without an end": Mistake(("journal", "/dev/full", "no regular file"), options={"journal": "/dev/full"}),
    "report where nobody may write": Mistake(("report_dir",), options={"report_dir": "/proc/report"}),
    "journal where nobody may write": Mistake(("journal", "writable"), options={"journal": "/proc/journal"}),
}


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What is said about each mistake. All are made in one run, each in a play with two hosts of its own."""
    with bench(tmp_path_factory.mktemp("input"), {BAD: phone(), "phone-2": phone()}) as found:
        groups, plays = {}, []
        for number, (name, mistake) in enumerate(MISTAKES.items()):
            groups[f"group_{number}"] = {"hosts": hosts_with(mistake, f" ({number})", found), "vars": mistake.everybody}
            catalog = found.catalog
            if mistake.catalog:
                catalog = found.folder / f"catalog-{number}.yml"
                catalog.write_text(mistake.catalog)
            task = {"name": name, "telephony.snom.snom_rollout": {"catalog": str(catalog)} | mistake.options}
            plays.append(
                {
                    "name": name,
                    "hosts": f"group_{number}",
                    "gather_facts": False,
                    "tasks": [task | {"run_once": True, "ignore_errors": True, "register": "rollout"}],
                }
            )
        found.inventory["phones"] |= {"hosts": {}, "children": groups}
        run = found.play(plays, rehearse=False)
        # Nothing was sent, whatever the mistake.
        assert found.fleet.counters()["events"] == {}
        results = [line["result"] for line in run.lines if line.get("action") == "telephony.snom.snom_rollout"]
        yield {name: result.get("msg", "no error") for name, result in zip(MISTAKES, results, strict=True)}


def hosts_with(mistake: Mistake, suffix: str, found: Bench) -> dict[str, Variables]:
    """Two hosts, the first with a mistake in its variables. {phone-2} stands for the address of the other one."""
    hosts = {BAD: {"ansible_host": found.address(BAD)} | mistake.host, "phone-2": {"ansible_host": "{phone-2}"}}
    return {
        name + suffix: {
            key: found.address("phone-2") if value == "{phone-2}" else value
            for key, value in variables.items()
            if value is not None
        }
        for name, variables in hosts.items()
    }


@pytest.mark.parametrize("name", MISTAKES)
def test_one_clear_message(name: str, messages: dict[str, str]) -> None:
    message = messages[name]
    assert [word for word in MISTAKES[name].says if word not in message] == [], message
    # A few sentences, not a page.
    assert len(message) < 400


EMPTY = "which matches no host"


@pytest.mark.parametrize(
    ("playbook", "arguments", "says"),
    [
        ("rollout", [], "snom_hosts is not set"),
        *((playbook, [], "snom_hosts is not set") for playbook in ("provision", "reboot")),
        ("audit", [], "snom_hosts is not set, and 'phones' matches no host of the inventory"),
        ("rollout", ["-e", "snom_hosts=nobody"], EMPTY),
        ("rollout", ["-e", "snom_hosts=nobody", "--limit", BAD], EMPTY),
        ("rollout", ["-e", "snom_hosts=phones", "--limit", "other"], f"{EMPTY} of the inventory within --limit"),
        *((playbook, ["-e", "snom_hosts=empty"], EMPTY) for playbook in ("audit", "fingerprints", "plan", "rollout")),
    ],
)
def test_playbooks_want_phones(playbook: str, arguments: list[str], says: str, start: StartBench) -> None:
    found = start({BAD: phone()})
    found.inventory["empty"] = {"hosts": {}}
    found.inventory["others"] = {"hosts": {"other": {}}}
    if playbook == "audit" and not arguments:
        found.inventory["desks"] = found.inventory.pop("phones")
    warns = "Could not match supplied host pattern" if "nobody" in str(arguments) or "'phones'" in says else None
    run = found.play(f"telephony.snom.{playbook}", *arguments, rehearse=False, warns=warns)
    assert run.code != 0
    assert says in run.output
    assert found.fleet.counters()["events"] == {}


@pytest.mark.parametrize("playbook", ["audit", "drift", "plan"])
def test_playbooks_that_only_read_take_the_group_phones(playbook: str, start: StartBench) -> None:
    found = start({BAD: phone(firmware="8.7.5.35")})
    found.inventory["others"] = {"hosts": {"other": {}}}
    given = found.rollout_variables({})
    del given["snom_hosts"]
    run = found.play(f"telephony.snom.{playbook}", variables=given, rehearse=False)
    assert run.code == 0, run.output
    assert set(run.recap) == {BAD, "localhost"}
