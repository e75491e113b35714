# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook telephony.snom.audit: who could not be read is named, with the reason, and the exit code tells of it."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from prometheus_client import parser

from .bench import Bench, Run, phone
from .conftest import StartBench

UNDEFINED = phone(inventory={"snom_password": "{{ vault_snom_password }}"})
UNPINNED = phone(tls=True, certificate="own", inventory={"snom_scheme": "https"})
WRONG = phone(inventory={"snom_password": "n0t-to-be-seen either"})
DARK = phone(running=False)


def audit(found: Bench, **variables: Any) -> Run:
    return found.play("telephony.snom.audit", variables={"snom_hosts": "phones", **variables})


@pytest.mark.slow
def test_an_audit_says_who_could_not_be_read_and_why(start: StartBench) -> None:
    found = start({"well": phone(), "dark": DARK, "unpinned": UNPINNED, "wrong": WRONG, "undefined": UNDEFINED})
    run = audit(found)
    assert run.code == 2
    assert {name: run.recap[name] for name in found.hosts()} == {
        "well": "ok",
        "dark": "ok",
        "unpinned": "failed",
        "wrong": "failed",
        "undefined": "failed",
    }
    mac = found.fleet.phone("well")["mac"]
    table = [line for line in run.output.splitlines() if line.startswith('        "') and line.count("  ") > 5]
    assert [line.strip(' ",').split() for line in table if "Not read" not in line] == [
        ["host", "model", "firmware", "MAC", "call", "outcome"],
        ["well", "320", "8.4.35", mac, "idle", "read"],
        ["dark", "-", "-", "-", "-", "unreachable"],
        ["unpinned", "-", "-", "-", "-", "certificate_rejected"],
        ["wrong", "-", "-", "-", "-", "auth_failed"],
        ["undefined", "-", "-", "-", "-", "failed"],
    ]
    assert max(map(len, table)) <= 80
    for words in (
        "1 x 320 8.4.35",
        "1 x unreachable",
        f"Not read: dark: unreachable: http://{found.address('dark')}",
        "Not read: unpinned: certificate_rejected: ",
        "the playbook telephony.snom.fingerprints",
        "Not read: wrong: auth_failed: ",
        "Not read: undefined: failed: ",
        "'vault_snom_password' is undefined",
    ):
        assert words in run.output, words
    assert "Not read: well" not in run.output
    # Which of them are failures is for a job to say.
    assert audit(found, snom_audit_fail_on=[]).code == 0
    listed = audit(found, snom_audit_fail_on="unreachable, certificate_rejected")
    assert {name for name, recap in listed.recap.items() if recap == "failed"} == {"dark", "unpinned"}


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(DARK, id="dark"),
        pytest.param(UNPINNED, id="unpinned", marks=pytest.mark.slow),
        pytest.param(WRONG, id="wrong", marks=pytest.mark.slow),
        pytest.param(UNDEFINED, id="undefined", marks=pytest.mark.slow),
    ],
)
def test_an_audit_of_nobody_is_not_green(keys: Any, start: StartBench) -> None:
    found = start({"a": keys, "b": keys})
    run = audit(found, snom_audit_fail_on=[])
    assert (run.code, run.recap["a"], run.recap["b"]) == (2, "failed", "failed")
    assert "No phone at all could be read." in run.output


def test_an_outcome_that_is_none_is_no_choice(start: StartBench) -> None:
    run = audit(start({"a": phone()}), snom_audit_fail_on="unreachabel")
    assert run.code == 2 and "snom_audit_fail_on has unreachabel, which is no outcome" in " ".join(run.output.split())


@pytest.fixture
def registrar() -> Iterator[tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]]:
    """snom_pbx of what answers like Kamailio's JSON-RPC (sip 5.3), and the contacts that it lists, by account."""
    contacts: list[tuple[str, dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            method = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["method"]
            aors = [{"Info": {"AoR": account, "Contacts": [{"Contact": one}]}} for account, one in contacts]
            dump = {"result": {"Domains": [{"Domain": {"Domain": "location", "AoRs": aors}}]}}
            reply = dump if method == "ul.dump" else {"error": {"code": 500, "message": "Method Not Found"}}
            body = json.dumps({"jsonrpc": "2.0", "id": 1, **reply}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Not to the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        pbx = {"kind": "kamailio", "host": "127.0.0.1", "port": server.server_port, "password": "n0t-to-be-seen 2"}
        yield {**pbx, "username": "ansible"}, contacts
        server.shutdown()


def contact(agent: str, address: str, expires: int = 300) -> dict[str, Any]:
    return {"Address": f"sip:line@{address}:5060", "Expires": expires, "User-Agent": agent}


@pytest.mark.slow
def test_an_audit_shows_what_only_the_pbx_sees(start: StartBench, registrar: Any) -> None:
    pbx, contacts = registrar
    mac = "00041399AAB1"
    dark = {
        # By its MAC, by its account, by its address, and one whose account is another phone's.
        "mac": phone(running=False, inventory={"snom_mac": "00:04:13:99:aa:b1"}),
        "account": phone(running=False, inventory={"snom_account": "402@pbx.example"}),
        "address": DARK,
        "other": phone(running=False, inventory={"snom_mac": "00041399AAB4", "snom_account": "404"}),
    }
    found = start({"well": phone(), **dark}, snom_pbx=pbx)
    contacts += [
        ("401", contact(f"snomD862/10.1.215.13 {mac}", "192.0.2.1", 20)),
        ("401", contact(f"snomD862/10.1.226.13 {mac}", "192.0.2.1", 500)),
        ("402", contact("snomD865/10.1.226.13", "192.0.2.2")),
        ("403", contact("snomD815/10.1.215.13", found.address("address"))),
        ("404", contact("snomD812/10.1.215.13 00041399AABB", "192.0.2.4")),
        ("405", contact("snomD895M/10.1.226.16", "192.0.2.5")),
        ("406", contact("Another brand 1.0", "192.0.2.6")),
    ]
    folder = found.out / "audit"
    run = audit(found, snom_audit_dir=str(folder))
    assert run.code == 0, run.output
    for words in (
        "1 x 320 8.4.35",
        "1 x D862 10.1.226.13, by the PBX",
        "1 x D865 10.1.226.13, by the PBX",
        "1 x D815 10.1.215.13, by the PBX",
        "1 x unreachable",
        "At the PBX, and no host here: D812 10.1.215.13, account 404 from 192.0.2.4, MAC 00041399AABB",
        "At the PBX, and no host here: D895M 10.1.226.16, account 405 from 192.0.2.5",
    ):
        assert words in run.output, words
    assert run.output.count("At the PBX, and no host here") == 2
    written = json.loads((folder / "audit.json").read_text())
    shown = {one["host"]: (one["source"], one["firmware"], one["account"]) for one in written["phones"]}
    assert shown == {
        "well": ("phone", "8.4.35", None),
        "mac": ("pbx", "10.1.226.13", "401"),
        "account": ("pbx", "10.1.226.13", "402"),
        "address": ("pbx", "10.1.215.13", "403"),
        "other": (None, None, None),
    }
    assert [one["account"] for one in written["unlisted"]] == ["404", "405"]
    assert "unless tr369_enable says otherwise: address, account 404" in " ".join(run.output.split())
    told = {one["host"]: one["vendor_controller"] for one in written["phones"]}
    assert told == {"well": False, "mac": False, "account": False, "address": True, "other": None}


@pytest.mark.slow
def test_an_audit_says_which_pbx_could_not_be_asked(start: StartBench, registrar: Any) -> None:
    pbx, _contacts = registrar
    found = start({"well": phone()}, snom_pbx={**pbx, "port": 1})
    run = audit(found)
    assert run.code == 0 and "Not asked: The PBX 127.0.0.1 can't be asked at port 1" in run.output
    assert "1 x 320 8.4.35" in run.output


@pytest.mark.slow
@pytest.mark.parametrize("variables", [{"ansible_port": 1}, {"ansible_connection": "local"}], ids=["down", "no-log"])
def test_an_audit_says_that_the_mirror_could_not_be_asked(start: StartBench, variables: dict[str, Any]) -> None:
    found = start({"a": phone(), "b": phone()})
    python = {"ansible_python_interpreter": sys.executable}
    found.inventory["mirrors"] = {"hosts": {"box": {"ansible_host": "127.0.0.1", **python, **variables}}}
    folder = found.out / "audit"
    run = audit(found, snom_audit_dir=str(folder), snom_audit_mirror="box", snom_audit_mirror_logs=["relative.log"])
    assert run.code == 0 and "2 x 320 8.4.35" in run.output, run.output
    assert "Not asked: the mirror box: " in run.output
    assert "Not asked: the mirror box: " in (folder / "audit.html").read_text("utf-8")
    assert len(json.loads((folder / "audit.json").read_text())["phones"]) == 2


@pytest.mark.slow
def test_variables_of_one_host_that_have_no_value_cost_no_other_its_audit(start: StartBench, registrar: Any) -> None:
    """A template that fails, such as a look-up in a vault that is sealed, is no undefined variable."""
    fails = "{{ 'no JSON' | from_json }}"
    pbx, contacts = registrar
    found = start(
        {
            "well": phone(inventory={"snom_site": "0815", "snom_firmware_version": "8.4.35"}),
            "address": phone(inventory={"ansible_host": "{{ nowhere }}"}),
            "failing": phone(inventory={"ansible_host": fails}),
            **{name: phone(inventory={name: fails}) for name in ("snom_site", "snom_account", "snom_firmware_version")},
            "snom_pbx": phone(inventory={"snom_pbx": fails, "snom_site": "0816"}),
            "vault": phone(inventory={"snom_pbx": pbx | {"password": "{{ sealed }}"}}),
        },
        snom_pbx=pbx,
    )
    contacts.append(("405", contact("snomD895M/10.1.226.16", "192.0.2.5")))
    folder = found.out / "audit"
    run = audit(found, snom_audit_dir=str(folder))
    written = json.loads((folder / "audit.json").read_text())
    outcomes = {one["host"]: one["outcome"] for one in written["phones"]}
    assert outcomes == dict.fromkeys(found.hosts(), "read") | {"address": "failed", "failing": "failed"}
    assert [one["site"] for one in written["phones"] if one["site"]] == ["0815", "0816"]
    assert [one["account"] for one in written["unlisted"]] == ["405"]
    missed = [line for line in run.output.splitlines() if "Not asked: the PBX of " in line]
    assert [any(f"the PBX of {host}: " in line for line in missed) for host in ("snom_pbx", "vault")] == [True, True]
    assert len(missed) == 2
    assert {file.name for file in folder.iterdir()} == {"audit.json", "audit.csv", "audit.html", "audit.prom"}
    assert 'snom_phone_drifted{phone="well"} 0' in (folder / "audit.prom").read_text()
    assert {host for host, ended in run.recap.items() if ended == "failed"} == {"address", "failing"}


@pytest.mark.slow
def test_an_audit_is_what_prometheus_reads(start: StartBench) -> None:
    """By the parser of its own library. What is not known has no value."""
    hostile = 'x"} 1\nsnom_phone_reachable{phone="forged'
    lost = phone(unregistered=["100"], inventory={"snom_site": hostile, "snom_firmware_version": "8.4.35"})
    found = start({"well": phone(), "lost": lost, "dark": DARK, "undefined": UNDEFINED})
    prom = found.out / "snom.prom"
    run = audit(found, snom_audit_prom=str(prom), snom_audit_fail_on=[])
    assert run.code == 0 and prom.stat().st_mode & 0o777 == 0o644, run.output
    samples = {
        family.name: {sample.labels.get("phone"): sample.value for sample in family.samples}
        for family in parser.text_string_to_metric_families(prom.read_text("utf-8"))
    }
    assert samples["snom_phone_reachable"] == {"well": 1, "lost": 1, "dark": 0}
    assert samples["snom_phone_registered"] == {"well": 1, "lost": 0}
    assert samples["snom_phone_drifted"] == {"well": 1, "lost": 0}
    assert set(samples["snom_phone_info"]) == {"well", "lost", "dark", "undefined"}
    # Nothing half written, and nothing that it left beside.
    assert [file.name for file in found.out.glob("*.prom*")] == ["snom.prom"]
    refused = audit(found, snom_audit_prom=str(found.out / "snom.txt"))
    assert refused.code == 2 and "Give a path that ends in .prom" in " ".join(refused.output.split())
    in_folder = audit(found, snom_audit_dir="audit", snom_audit_fail_on="")
    assert in_folder.code == 0, in_folder.output
    # Files of ours are no change of the phone for which they happen to be written.
    assert set(in_folder.recap.values()) == {"ok"}
    assert (found.out / "audit" / "audit.prom").read_text().startswith("# HELP")
