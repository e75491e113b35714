# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook telephony.snom.drift: what differs from the inventory is found, told and reported, and nothing else."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from .bench import Bench, Run, phone
from .conftest import StartBench

WANTED = {"language": "Deutsch", "phone_name": "<b>Hall</b>"}
SECRET = "n0t-to-be-seen in settings"
# Each phone: its keys, and what is found of it.
PHONES: dict[str, tuple[dict[str, Any], str]] = {
    "same": (phone(firmware="8.7.5.35", settings=WANTED), "in_order"),
    "newer-same": (phone("D785", "10.1.175.16", settings=WANTED), "in_order"),
    "old": (phone(settings=WANTED), "drifted"),
    "changed": (phone("D785", "10.1.175.16", settings=WANTED | {"language": "English"}), "drifted"),
    "guarded": (phone(firmware="8.7.5.35", inventory={"snom_protected": True}), "drifted"),
    "fixed": (
        phone("D785", "10.1.175.16", settings=WANTED | {"phone_name": "Desk"}, read_only_settings=["phone_name"]),
        "drifted",
    ),
    "gone": (phone(running=False), "unreachable"),
    "user": (phone(firmware="8.7.5.35", settings=WANTED, admin_mode=False), "user_mode"),
    "new-kind": (phone("D865", "10.1.141.13"), "in_order"),
}


def compare(found: Bench, warns: str | None = None, **variables: Any) -> Run:
    return found.play(
        "telephony.snom.drift",
        variables={"snom_hosts": "phones", "snom_drift_dir": "drift", **variables},
        warns=warns,
    )


@pytest.mark.slow
def test_a_comparison(start: StartBench) -> None:
    found = start(
        {name: keys for name, (keys, _outcome) in PHONES.items()},
        snom_settings_all=WANTED | {"user_pass": [SECRET]},
        snom_site="berlin",
    )
    run = compare(found, warns="differ: phone_name")
    assert "changed" not in run.recap.values()
    assert found.fleet.counters()["writes"] == 0
    assert run.code == 2
    wanted = {name: outcome for name, (_keys, outcome) in PHONES.items()}
    report = json.loads((found.out / "drift" / "drift.json").read_text())
    assert {name: entry["outcome"] for name, entry in report["phones"].items()} == wanted
    assert {name: recap == "failed" for name, recap in run.recap.items() if name in PHONES} == {
        name: outcome != "in_order" for name, outcome in wanted.items()
    }
    phones = report["phones"]
    assert phones["old"]["firmware"] == {"now": "8.4.35", "wanted": "8.7.5.35"}
    assert phones["changed"]["settings"] == {"before": "language: English\n", "after": "language: Deutsch\n"}
    assert phones["fixed"]["read_only"] == ["phone_name"]
    assert phones["gone"]["reason"] and phones["gone"]["site"] == "berlin"
    assert run.stats["snom_drift_summary"] == {"drifted": 4, "in_order": 3, "unreachable": 1, "user_mode": 1}

    page = (found.out / "drift" / "drift.html").read_text()
    HTMLParser().feed(page)
    assert "<h1>4 of 9 phones drifted</h1>" in page
    assert "<del>language: English</del>\n<ins>language: Deutsch</ins>" in page
    assert "<b>Hall</b>" not in page and "&lt;b&gt;Hall&lt;/b&gt;" in page
    assert SECRET not in page + json.dumps(report) + run.output


@pytest.mark.slow
def test_a_phone_that_can_not_be_compared_is_reported(start: StartBench) -> None:
    """Variables that can't be used end a task before it gets to the phone; a secret may not be written over http."""
    unusable: dict[str, dict[str, Any]] = {
        "settings": {"snom_settings": {"language": "{{ nowhere }}"}},
        "login": {"snom_password": "{{ nowhere }}"},
        "version": {"snom_firmware_version": "newest"},
        "site": {"snom_site": "{{ nowhere }}"},
    }
    keys = {"firmware": "8.7.5.35", "settings": WANTED}
    phones = {name: phone(inventory=variables, **keys) for name, variables in unusable.items()}
    url = {"setting_server": f"http://user:{SECRET.replace(' ', '')}@192.0.2.1/", "language": "English"}
    found = start(phones | {"secret": phone(inventory={"snom_settings": url}, **keys)}, snom_settings_all=WANTED)
    run = compare(found)
    assert run.code == 2
    report = json.loads((found.out / "drift" / "drift.json").read_text())["phones"]
    assert {name: entry["outcome"] for name, entry in report.items()} == {
        "settings": "failed",
        "login": "failed",
        "version": "failed",
        "site": "in_order",
        "secret": "drifted",
    }
    assert "nowhere" in report["settings"]["reason"] and "nowhere" in report["login"]["reason"]
    assert "newest" in report["version"]["reason"]
    assert "language: English" in report["secret"]["settings"]["after"]
    assert "setting_server" in report["secret"]["settings"]["after"]
    assert run.stats["snom_drift_summary"] == {"drifted": 1, "failed": 3, "in_order": 1}
    # The report does not depend on one that can be compared.
    for name in ("version", "site", "secret"):
        del found.hosts()[name]
    run = compare(found)
    assert run.code == 2 and run.stats["snom_drift_summary"] == {"failed": 2}
    assert "2 could not be read" in (found.out / "drift" / "drift.html").read_text()


@pytest.mark.slow
def test_nothing_has_drifted(start: StartBench) -> None:
    found = start({"same": PHONES["same"][0], "gone": PHONES["gone"][0]}, snom_settings=WANTED)
    assert compare(found).code == 2
    run = compare(found, snom_drift_ignore=["unreachable"])
    assert run.code == 0
    assert "Compared: 1 in_order, 1 unreachable" in run.output
    assert f"Not compared: gone: unreachable: http://{found.address('gone')}:" in run.output
    run = compare(found, snom_drift_ignore="user_mode, unreachable")
    assert run.code == 0
    assert run.stats["snom_drift_summary"] == {"in_order": 1, "unreachable": 1}


@pytest.mark.slow
def test_a_comparison_of_nothing_is_not_green(start: StartBench) -> None:
    """Phones that are switched off may be ignored, but not all of them."""
    found = start({"a": phone(running=False), "b": phone(running=False)}, snom_settings=WANTED)
    run = compare(found, snom_drift_ignore=["unreachable"])
    assert (run.code, run.recap["a"], run.recap["b"]) == (2, "failed", "failed")
    assert "No phone at all could be read, so snom_drift_ignore spares none." in run.output


@pytest.mark.slow
def test_a_refused_certificate_is_no_phone_that_is_switched_off(start: StartBench) -> None:
    keys = {"firmware": "8.7.5.35", "settings": WANTED, "tls": True, "certificate": "own"}
    trusted = {"snom_scheme": "https", "snom_validate_certs": False}
    phones = {
        "same": phone(inventory=trusted, **keys),
        "unpinned": phone(inventory={"snom_scheme": "https"}, **keys),
        "changed": phone(inventory={"snom_scheme": "https", "snom_cert_fingerprint": "ab" * 32}, **keys),
    }
    found = start(phones, snom_settings=WANTED)
    run = compare(found, snom_drift_ignore=["unreachable"])
    assert run.code == 2
    assert {name for name, recap in run.recap.items() if recap == "failed"} == {"unpinned", "changed"}
    assert run.stats["snom_drift_summary"] == {"certificate_rejected": 2, "in_order": 1}
    assert "certificate_rejected" in run.output and "somebody is in between" in run.output
