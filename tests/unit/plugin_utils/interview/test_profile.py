# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a profile tells of a phone's certificate, and of who said what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.certificate import read_certificate
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.channels import message
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import make_profile, write_profile
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer

from ....unit.certificates import DETAILS, OF_A_PHONE, OF_SOMEBODY


def profile_of(der: bytes) -> Any:
    tls = {"version": "TLSv1.2", "cipher": "AES256-SHA", "fingerprint": "ab" * 32, "certificate": read_certificate(der)}
    replacer = Replacer(macs=["000413922D24"])
    return make_profile({}, replacer, model=None, firmware=None, mac=None, said=[], tls=tls)


@pytest.mark.parametrize("der", [OF_SOMEBODY, OF_A_PHONE], ids=["somebody's", "a phone's"])
def test_no_detail_of_a_certificate_is_left(der: bytes) -> None:
    profile = profile_of(der)
    text = json.dumps(profile["tls"], ensure_ascii=False).lower()
    assert [part for part in (*DETAILS, "ab" * 32) if part in text] == []
    assert sum(profile["replaced"].values()) >= 3


def test_what_is_about_nobody_stays_and_lengths_are_true() -> None:
    certificate = profile_of(OF_A_PHONE)["tls"]["certificate"]
    subject = {one["kind"]: one["value"] for one in certificate["subject"]}
    assert subject["O"].startswith("snom ") and len(subject["O"]) == len("snom technology AG")
    assert subject["CN"] == "000413000001"
    kept = ("key", "signature", "self_issued", "from_year", "days", "serial_bytes")
    assert [certificate[name] for name in kept] == ["RSA 1024", "ECDSA, SHA-1", False, 2026, 1, 20]


def test_one_that_can_not_be_read_is_none() -> None:
    assert profile_of(b"\x30\x01")["tls"]["certificate"] is None


def test_who_said_a_thing_can_be_read_in_a_profile() -> None:
    said = [
        {"fact": "version", "value": "10.1.54.13", "source": "pages", "where": "info.htm"},
        {"fact": "call", "value": "idle", "source": "PBX", "where": "the PBX frobozz.example.net"},
    ]
    replacer = Replacer(versions=["10.1.54.13"])
    first, second = make_profile({}, replacer, model=None, firmware=None, mac=None, said=said)["witnesses"]
    assert first == said[0] and second["where"].startswith("the PBX ") and "frobozz" not in second["where"]


def test_a_file_that_everybody_could_read_becomes_its_owners_alone(tmp_path: Path) -> None:
    """The list beside a profile says what was somebody's, and an earlier one may have been made readable."""
    file = tmp_path / "profile.json"
    kept = tmp_path / "profile.json.replaced.txt"
    for path in (file, kept):
        path.write_text("of an earlier step")
        path.chmod(0o644)
    write_profile({}, str(file), [("words", "annegret/8", "qqqqqqqa")])
    assert [path.stat().st_mode & 0o777 for path in (file, kept)] == [0o600, 0o600]


def test_the_list_beside_a_profile_names_words_that_may_be_names(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    write_profile({}, str(file), [("words", "annegret/8", "qqqqqqqa")], ["Day"])
    kept = (tmp_path / "profile.json.replaced.txt").read_text()
    assert "snom_interview_hide_words" in kept and "stayed beside a word that went: Day" in kept
    write_profile({}, str(file), [("words", "annegret/8", "qqqqqqqa")])
    assert "hide_words" not in (tmp_path / "profile.json.replaced.txt").read_text()


def test_in_sip_a_name_goes_though_it_is_a_label() -> None:
    lines = ["NOTIFY sip:401@192.0.2.7 SIP/2.0", 'From: "Keys Day" <sip:401@pbx.example>;tag=1a', "Event: check-sync"]
    data = "\r\n".join([*lines, "", ""]).encode()
    head = " ".join(message(data, Replacer())["head"])
    assert "Day" not in head and "Keys" not in head and "<sip:" in head and ";tag=" in head and "check-sync" in head
