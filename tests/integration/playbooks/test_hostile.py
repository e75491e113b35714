# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones and inventories that say hostile things: what reaches the terminal and the files, byte by byte."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml

from .bench import Bench, phone
from .conftest import StartBench

EVIL = {
    "language": "\x1b]0;pwned\x07\x1b[2J",
    "phone_name": "<script>alert(1)</script>\x1b[31m",
    "http_proxy": "=cmd|'/C calc'!A0",
    "ntp_server": "{{ lookup('pipe', 'id') }}",
    "tone_scheme": "\x9b31m\u202ecod\u2066",
    "edit_alpha_mode": "a: b # c",
    "timezone": "!!python/object/apply:os.system [id]",
    "web_language": "Deutsch\u2028+ language: forged\x85ok: [p2]",
}
# What a terminal obeys, by what Unicode itself says of each character.
_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def raw(text: str) -> set[str]:
    return {
        one
        for one in text
        if (unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") and one not in "\n\t")
        or unicodedata.bidirectional(one) in _TURNS
    }


def assert_clean(found: Bench) -> None:
    """Nothing that a terminal obeys is in any output, and in any file that was written."""
    files = [file for file in found.out.rglob("*") if file.is_file() and not file.name.startswith("record")]
    assert any(file.name.startswith("output") for file in files)
    for file in files:
        assert not raw(file.read_bytes().decode("utf-8").replace("\r\n", "\n")), file.name


def applied(**more: Any) -> list[dict[str, Any]]:
    return [{"name": "Apply", "hosts": "phones", "gather_facts": False, "tasks": [{"name": "Apply", **more}]}]


@pytest.mark.slow
def test_what_a_phone_says_steers_no_terminal(start: StartBench) -> None:
    wanted = {"language": "English", "phone_name": "good", "tone_scheme": "GBR", "web_language": "English"}
    found = start(
        {"p1": phone(firmware="8.7.3.19", settings=EVIL), "p2": phone("D785", "10.1.84.12", settings=EVIL)},
        snom_settings=wanted,
        snom_site="Hall\x1b[2J\u202e",
    )
    for arguments in ([], ["-vvv"]):
        found.check(
            found.start(applied(**{"telephony.snom.snom_settings": {}}), "--check", "--diff", *arguments).wait()
        )
    shown = found.start(applied(**{"telephony.snom.snom_settings": {}}), "--check", "--diff").wait().output
    # It can be seen, and is one line of the diff.
    assert "-language: \\x1b]0;pwned\\x07\\x1b[2J\n" in shown
    assert "\n-tone_scheme: \\x9b31m\\u202ecod\\u2066\n" in shown
    assert "\n-web_language: Deutsch\\u2028+ language: forged\\x85ok: [p2]\n" in shown

    folders = {"snom_drift_dir": "drift", "snom_audit_dir": "audit", "snom_hosts": "phones"}
    for playbook in ("drift", "audit"):
        found.play(f"telephony.snom.{playbook}", "--diff", "-v", variables=folders)
    found.rollout("--diff", "-v", snapshot=True)
    assert_clean(found)
    page = (found.out / "drift" / "drift.html").read_text()
    assert "\\x1b]0;pwned" in page and "<script>alert" not in page
    page = (found.out / "audit" / "audit.html").read_text()
    assert "<h1>2 of 2 phones read</h1>" in page and "Hall\\x1b[2J\\u202e" in page
    rows = list(csv.DictReader((found.out / "audit" / "audit.csv").read_text().splitlines()))
    assert [row["site"] for row in rows] == ["Hall\\x1b[2J\\u202e"] * 2


@pytest.mark.slow
def test_adopted_is_what_the_phone_has_or_left_out(start: StartBench) -> None:
    found = start({name: phone("D785", "10.1.84.12", settings=EVIL) for name in ("p1", "p2")})
    folder = found.out / "adopted"
    found.play(
        "telephony.snom.adopt", "--diff", "-v", variables={"snom_hosts": "phones", "snom_adopt_dir": str(folder)}
    )
    assert_clean(found)
    own = yaml.safe_load((folder / "host_vars" / "p1.yml").read_text())["snom_settings"] or {}
    group = yaml.safe_load((folder / "group_vars" / "phones.yml").read_text())["snom_settings_all"]
    adopted = {**own, **group}
    assert {name: adopted.get(name) for name in EVIL} == {
        name: EVIL[name] if name in ("http_proxy", "edit_alpha_mode", "timezone") else None for name in EVIL
    }
    text = (folder / "host_vars" / "p1.yml").read_text()
    for name in ("language", "phone_name", "ntp_server", "tone_scheme", "web_language"):
        assert f"# Left out: {name}, " in text


def test_what_is_ordinary_compares_as_it_is(start: StartBench) -> None:
    label = "Büro «7» 👩‍💻 日本 שלום\u200f"
    found = start({"p1": phone()}, note=label)
    found.fleet.patch("p1", settings={"phone_name": label})
    tasks = [
        {"name": "Read", "telephony.snom.snom_info": {"gather": ["settings"]}, "register": "info"},
        {"name": "Compare", "ansible.builtin.assert": {"that": "info.phone.settings.phone_name == note"}},
    ]
    found.play([{"name": "Compare", "hosts": "phones", "gather_facts": False, "tasks": tasks}])


@pytest.mark.slow
def test_no_cell_of_an_audit_is_a_formula(start: StartBench) -> None:
    found = start(
        {"=1+1": phone(inventory={"snom_site": "=HYPERLINK(1)"}), "p2": phone(inventory={"snom_site": "a;=1"})}
    )
    found.play("telephony.snom.audit", variables={"snom_hosts": "phones", "snom_audit_dir": "audit"})
    rows = list(csv.DictReader((found.out / "audit" / "audit.csv").read_text().splitlines()))
    assert [(row["host"], row["site"]) for row in rows] == [("'=1+1", "'=HYPERLINK(1)"), ("p2", "a;'=1")]


@pytest.mark.parametrize("name", ["../../../escaped", "/escaped", "a/b", "..", ".hidden", "x" * 201])
def test_a_host_leads_to_no_other_folder(start: StartBench, name: str) -> None:
    found = start({"p1": phone(), name: phone()})
    (found.out / "host_vars").mkdir()
    before = everything(found.folder)
    run = found.play(
        "telephony.snom.adopt", variables={"snom_hosts": "phones", "snom_adopt_dir": "deep/adopted"}, rehearse=False
    )
    assert run.code == 2 and "no names of files" in run.output and "Rename them" in run.output
    assert everything(found.folder) == before
    assert found.fleet.counters()["requests"] == 0


def everything(folder: Path) -> set[Path]:
    """All that is there, but for what each run of the bench leaves itself."""
    own = ("output", "record", "inventory", "variables")
    return {path for path in folder.rglob("*") if not path.name.startswith(own) and "home" not in path.parts}


@pytest.mark.parametrize("playbook", ["adopt", "audit", "drift", "rollout"])
def test_a_host_whose_name_steers_a_terminal_is_refused(start: StartBench, playbook: str) -> None:
    found = start({"p1": phone(), "p2\x1bc\u202e\nok p3": phone()})
    folders = {f"snom_{name}_dir": "written" for name in ("adopt", "audit", "drift")}
    run = found.play(f"telephony.snom.{playbook}", variables={"snom_hosts": "phones", **folders}, rehearse=False)
    assert run.code == 2 and "p2\\\\x1bc\\\\u202e\\\\nok p3" in run.output
    assert found.fleet.counters()["requests"] == 0 and not (found.out / "written").exists()


@pytest.mark.slow
def test_fingerprints_of_hosts_with_names_that_yaml_reads_otherwise(start: StartBench) -> None:
    names = ["000413922024", "null", "x #y", "1e5", "- z", "Büro"]
    found = start(
        {name: phone(tls=True, certificate="own") for name in names}, snom_scheme="https", snom_validate_certs=False
    )
    given = {"snom_hosts": "phones", "snom_fingerprints_file": "prints.yml"}
    found.play("telephony.snom.fingerprints", variables=given)
    hosts = yaml.safe_load((found.out / "prints.yml").read_text("utf-8"))["all"]["hosts"]
    assert sorted(hosts) == sorted(names)
    assert all(len(entry["snom_cert_fingerprint"]) == 64 for entry in hosts.values())
    again = found.play("telephony.snom.fingerprints", variables=given)
    assert set(again.recap.values()) == {"ok"}
