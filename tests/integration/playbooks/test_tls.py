# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones behind TLS, with certificates that they signed themselves."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from .bench import REHEARSES, Bench, Run, certificate, phone
from .conftest import StartBench

OLD, NEW = "8.4.35", "8.7.5.35"


def secure(**keys: Any) -> Any:
    inventory = {"snom_scheme": "https"} | keys.pop("inventory", {})
    return phone(inventory=inventory, tls=True, certificate="own", **keys)


def collect_fingerprints(found: Bench, file: Path, *, rehearse: bool = REHEARSES, **variables: Any) -> Any:
    return found.play(
        "telephony.snom.fingerprints",
        "--diff",
        variables={"snom_hosts": "phones", "snom_fingerprints_file": os.path.relpath(file, found.out), **variables},
        rehearse=rehearse,
    )


def test_trust_by_fingerprint_by_ca_or_not_at_all(start: StartBench) -> None:
    phones = {
        "pinned": secure(auth="digest"),
        "by-ca": secure(),
        "unverified": secure(inventory={"snom_validate_certs": False}),
        "refused": secure(),
        "wrong-fingerprint": secure(inventory={"snom_cert_fingerprint": "ab" * 32}),
        "no-tls-there": phone(inventory={"snom_scheme": "https"}),
        "old-tls": secure(
            tls_max_version="TLSv1",
            inventory={
                "snom_validate_certs": False,
                "snom_tls_min_version": "TLSv1",
                "snom_tls_ciphers": "DEFAULT:@SECLEVEL=0",
            },
        ),
        "too-old-tls": secure(tls_max_version="TLSv1", inventory={"snom_validate_certs": False}),
    }
    found = start(phones)
    ca = found.folder / "ca.pem"
    ca.write_text(certificate(found.address("by-ca"), found.port))
    found.hosts()["by-ca"]["snom_ca_path"] = str(ca)
    fingerprints = found.folder / "collected.yml"
    collect_fingerprints(found, fingerprints, snom_hosts="pinned", rehearse=True)
    collected = yaml.safe_load(fingerprints.read_text())
    found.hosts()["pinned"] |= find_host(collected, "pinned")

    run = found.rollout()
    trusted = ("pinned", "by-ca", "unverified", "old-tls")
    failed = dict.fromkeys(("refused", "wrong-fingerprint"), "certificate_rejected")
    # It breaks off, as one does that is not there.
    failed["no-tls-there"] = "unreachable"
    # So does this one, or it says why before: that differs by its OpenSSL.
    failed["too-old-tls"] = run.outcomes["too-old-tls"]
    assert failed["too-old-tls"] in ("unreachable", "certificate_rejected")
    assert run.outcomes == dict.fromkeys(trusted, "upgraded") | failed
    assert {name for name, recap in run.recap.items() if recap == "failed"} == failed.keys()
    reasons = {name: run.rollout["phones"][name]["reason"] for name in phones}
    assert "telephony.snom.fingerprints" in reasons["refused"]
    assert "ab" * 32 in reasons["wrong-fingerprint"]
    assert "somebody is in between" in reasons["wrong-fingerprint"] and "Find out" in reasons["wrong-fingerprint"]
    assert found.firmware(*trusted) == [NEW] * len(trusted)
    # A handshake that failed is followed by nothing, above all not by plain http.
    assert [found.fleet.phone(name)["requests"] for name in ("refused", "wrong-fingerprint", "too-old-tls")] == [
        0,
        0,
        0,
    ]


def test_a_phone_that_comes_back_with_another_certificate(start: StartBench) -> None:
    """New firmware may make a new one. Then nobody can tell that it is the phone, so it gets no password."""
    found = start({"changes": secure(new_certificate=True)})
    file = found.out / "fingerprints.yml"
    collect_fingerprints(found, file, rehearse=False)
    found.hosts()["changes"] |= find_host(yaml.safe_load(file.read_text()), "changes")
    run = found.rollout(deadline=20)
    assert run.outcomes == {"changes": "certificate_rejected"}
    assert run.recap["changes"] == "failed" and run.code == 2
    record = run.rollout["phones"]["changes"]
    assert record["after"] is None and "somebody is in between" in record["reason"]
    assert [unsafe["host"] for unsafe in run.rollout["do_not_power_off"]] == ["changes"]
    assert found.firmware("changes") == [NEW]
    events = [entry["event"] for entry in found.fleet.log("changes")]
    assert "request" not in events[events.index("flash") :]


def find_host(inventory: Any, name: str) -> dict[str, Any]:
    """The variables of a host somewhere in an inventory."""
    for group in inventory.values():
        if name in (group.get("hosts") or {}):
            return dict(group["hosts"][name])
    raise AssertionError(f"{name} is not in {inventory}")


@pytest.mark.slow
def test_fingerprints_are_trusted_when_seen_first(start: StartBench) -> None:
    found = start({"a": secure(), "b": secure()})
    file = found.out / "fingerprints.yml"
    first = collect_fingerprints(found, file)
    assert first.code == 0 and "+++" in first.output
    before = file.read_text()
    for name in ("a", "b"):
        found.hosts()[name] |= find_host(yaml.safe_load(before), name)

    again = collect_fingerprints(found, file)
    assert "changed" not in set(again.recap.values())
    assert file.read_text() == before

    found.hosts()["b"]["snom_cert_fingerprint"] = "ab" * 32
    changed = collect_fingerprints(found, file)
    assert changed.recap["b"] == "failed"
    assert "is not the one in snom_cert_fingerprint" in changed.output
    renewed = collect_fingerprints(found, file, snom_fingerprints_renew=True)
    assert renewed.code == 0
    assert file.read_text() == before
    assert found.fleet.counters()["requests"] == 0


@pytest.mark.slow
def test_fingerprints_of_earlier_runs_are_known_from_their_file(start: StartBench) -> None:
    """Where the file is not used as an inventory, as beside an inventory that is a file."""
    found = start({"a": secure(), "b": secure(), "c": secure()})
    file = found.out / "fingerprints.yml"
    collect_fingerprints(found, file, snom_hosts="a,b")
    both = file.read_text()
    again = collect_fingerprints(found, file, snom_hosts="b")
    assert again.recap == {"b": "ok", "localhost": "ok"}
    assert file.read_text() == both
    collect_fingerprints(found, file, snom_hosts="c", rehearse=False)
    collected = yaml.safe_load(file.read_text())["all"]["hosts"]
    assert collected.pop("c")
    assert collected == yaml.safe_load(both)["all"]["hosts"]

    other = both.replace(collected["a"]["snom_cert_fingerprint"], "ab" * 32)
    file.write_text(other)
    changed = collect_fingerprints(found, file, snom_hosts="a,b")
    assert (changed.recap["a"], changed.recap["b"]) == ("failed", "ok")
    assert f"is not the one in {file}" in " ".join(changed.output.split())
    assert file.read_text() == other
    renewed = collect_fingerprints(found, file, snom_hosts="a,b", snom_fingerprints_renew=True, rehearse=False)
    assert renewed.code == 0
    assert file.read_text() == both


@pytest.mark.parametrize("in_process", [True, False])
def test_fingerprints_that_hold_a_short_password_are_whole(in_process: bool, start: StartBench) -> None:
    """Ansible masks the password in all that a module returns."""
    found = start({"a": secure()})
    file = found.out / "fingerprints.yml"
    collect_fingerprints(found, file, rehearse=False)
    before = file.read_text()
    digits = find_host(yaml.safe_load(before), "a")["snom_cert_fingerprint"][10:14]
    found.hosts()["a"] |= {"snom_username": "admin", "snom_password": digits, "snom_in_process": in_process}
    again = collect_fingerprints(found, file, rehearse=False)
    assert again.code == 0
    assert file.read_text() == before


def test_a_fingerprint_that_is_damaged_is_not_kept(start: StartBench) -> None:
    """Extra variables go over what a task registers."""
    found = start({"a": secure()})
    file = found.out / "fingerprints.yml"
    damaged = {"phone": {"cert_fingerprint": "ab" * 28 + "********"}}
    refused = collect_fingerprints(found, file, snom_certificate=damaged, rehearse=False)
    assert refused.recap["a"] == "failed"
    assert "is no fingerprint of a certificate" in " ".join(refused.output.split())
    assert not file.exists()


def test_fingerprints_of_several_inventories_need_a_file(start: StartBench) -> None:
    """One of the folders was read, another one written: what was known of hosts outside of this run was dropped."""
    found = start({"a": secure(running=False), "b": secure()})
    moved = {"phones": {"hosts": {"b": found.hosts().pop("b")}}}
    other = found.folder / "other"
    other.mkdir()
    (other / "hosts.json").write_text(json.dumps(moved))
    known = other / "snom_fingerprints.yml"
    known.write_text(text := f"all: {{hosts: {{z: {{snom_cert_fingerprint: {'ab' * 32}}}}}}}")
    hosts = {"snom_hosts": "a,b"}

    def collect(*inventory: str) -> Run:
        return found.play("telephony.snom.fingerprints", *inventory, variables=hosts, rehearse=False)

    several = collect("-i", str(other / "hosts.json"))
    words = "Give the file in which they belong: -e snom_fingerprints_file="
    assert several.code != 0 and words in " ".join(several.output.split()), several.output
    assert known.read_text() == text
    hosts["snom_hosts"] = "192.0.2.1"
    nowhere = collect("-i", "192.0.2.1,")
    assert nowhere.code != 0 and words in " ".join(nowhere.output.split()), nowhere.output
    assert not (found.out / "None").exists()


@pytest.mark.slow
def test_fingerprints_of_inventories_in_one_folder_lie_beside_them(start: StartBench) -> None:
    found = start({"a": secure(), "b": secure()})
    (found.folder / "more.json").write_text(json.dumps({"phones": {"hosts": {"b": found.hosts().pop("b")}}}))
    inventory = ["-i", str(found.folder / "more.json")]
    run = found.play("telephony.snom.fingerprints", *inventory, variables={"snom_hosts": "phones"}, rehearse=False)
    assert run.code == 0, run.output
    collected = yaml.safe_load((found.folder / "snom_fingerprints.yml").read_text())
    assert list(collected["all"]["hosts"]) == ["a", "b"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("all: {hosts: [a", "fingerprints.yml"),
        ("all: {hosts: [a]}", "fingerprints.yml is not as this playbook writes it"),
        ("all: {hosts: {a: ab}}", "fingerprints.yml is not as this playbook writes it"),
    ],
)
def test_a_broken_file_of_fingerprints(content: str, words: str, start: StartBench) -> None:
    found = start({"a": secure(), "b": secure()})
    file = found.out / "fingerprints.yml"
    file.write_text(content)
    run = collect_fingerprints(found, file, rehearse=False)
    assert run.code != 0
    assert words in " ".join(run.output.split()), run.output
    assert file.read_text() == content


@pytest.mark.slow
@pytest.mark.parametrize("firmware", [OLD, "10.1.84.12"], ids=["answers 403", "answers 307"])
def test_an_https_only_phone_asked_over_http(firmware: str, start: StartBench) -> None:
    found = start({"a": phone("320" if firmware == OLD else "D785", firmware, tls=True, http_port=8099)})
    found.hosts()["a"]["snom_port"] = 8099
    run = found.rollout()
    assert run.outcomes == {"a": "blocked"}
    assert 'snom_scheme: "https"' in run.rollout["phones"]["a"]["reason"]
    # No login went over the wire in the clear, and nothing followed the redirect.
    assert found.fleet.counters()["events"]["request"] == found.fleet.phone("a")["requests"]
    assert found.fleet.counters()["writes"] == 0


@pytest.mark.slow
def test_an_audit(start: StartBench) -> None:
    phones = {
        "secure": secure(inventory={"snom_validate_certs": False}),
        "plain": phone("D785", "10.1.84.12", expansion_modules=["D7C"]),
        "manager": phone("D865", "10.1.141.13"),
        "lost": phone(running=False),
    }
    found = start(phones)
    for name in phones:
        found.hosts()[name].pop("snom_firmware_versions", None)
    folder = found.out / "audit"
    run = found.play(
        "telephony.snom.audit", variables={"snom_hosts": "phones", "snom_audit_dir": os.path.relpath(folder, found.out)}
    )
    assert run.code == 0
    audit = json.loads((folder / "audit.json").read_text())
    assert "10.1.84.12" in json.dumps(audit) and set(phones) <= set(json.dumps(audit).replace('"', " ").split())
    lines = (folder / "audit.csv").read_text().splitlines()
    assert len(lines) == 1 + len(phones)
    assert found.fleet.counters()["writes"] == 0
