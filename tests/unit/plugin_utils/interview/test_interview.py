# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import links
from ansible_collections.telephony.snom.plugins.plugin_utils.interview import seeing
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.forecast import forecast, forecast_by_sip
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import (
    PAGES,
    PERSON,
    Word,
    contradictions,
    verdicts,
    words_of_person,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.propose import (
    propose_call_texts,
    propose_labels,
    without_label,
)

STATUS = (
    "<table><tr><th>Software&nbsp;release:</th><td>10.1.54.13</td></tr><tr><th>Ethernet ID</th>"
    "<td>00-04-13-92-2d-24</td></tr></table><div>Product</div><div>snom D785</div>"
)
KNOWN = {"version": "10.1.54.13", "mac": "000413922D24", "model": "D785"}


def test_labels_are_found_where_the_persons_word_stands() -> None:
    assert propose_labels({"/status.htm": STATUS}, KNOWN) == {
        "version": {"page": "status.htm", "label": "Software release"},
        "mac": {"page": "status.htm", "label": "Ethernet ID"},
        "model": {"page": "status.htm", "label": "Product"},
    }


NESTED = (
    "<table><tr><td><table><tr><td>Ohjelmistoversio</td></tr></table></td><td><table><tr><td><b>10.1.54.13</b></td></tr>"
    "</table></td></tr><tr><td>Laiteosoite<td>000413922D24<tr><td>Laite<td>snomD785</table>"
)
FIELDS = (
    '<form><label>Vers&atilde;o</label><input type="text" name="a" readonly value="10.1.54.13"><br>Endere&ccedil;o '
    "<input value='00:04:13:92:2D:24'><br>Aparelho: <input size=3 value=\"D785\"><input type=hidden value=9></form>"
)
SPANS = (
    "<div><span>Typ urz&#261;dzenia</span><span>D785</span></div><div><span>Wersja oprogramowania</span><span>"
    "10.1.54.13 (r7)</span></div><div><span>Adres</span><span>00 04 13 92 2D 24</span></div>"
)
SCRIPTED = (
    '<div id=x></div><script>var info = {"fwRelease": "10.1.54.13", "hwAddress":"00041392 2D24"};\n'
    "var device='D785';\nshow('macAddress', '000413922D24');</script><p>Loading</p>"
)


@pytest.mark.parametrize(
    ("page", "labels"),
    [
        (NESTED, {"version": "Ohjelmistoversio", "mac": "Laiteosoite", "model": "Laite"}),
        (FIELDS, {"version": "Versão", "mac": "Endereço", "model": "Aparelho"}),
        (SPANS, {"version": "Wersja oprogramowania", "mac": "Adres", "model": "Typ urz\u0105dzenia"}),
        (SCRIPTED, {"version": "var info = fwRelease", "mac": "show macAddress", "model": "var device"}),
    ],
    ids=["nested tables", "fields", "spans", "scripts"],
)
def test_labels_are_found_on_pages_of_shapes_that_nobody_here_foresaw(page: str, labels: dict[str, str]) -> None:
    found = propose_labels({"/odd.htm": page}, KNOWN)
    assert {name: " ".join(place["label"].split()) for name, place in found.items()} == labels


@pytest.mark.parametrize(
    ("page", "labels"),
    [
        # The labels stand above, in a row of their own: what stands before a value is another value.
        (
            "<table><tr><th>Model<th>MAC<th>Version</tr><tr><td>D785<td>000413922D24<td>10.1.54.13</tr></table>",
            {"model": "Model MAC Version", "mac": "MAC", "version": "Version"},
        ),
        ("<p>Up 3 h 02:10:05, Release: 10.1.54.13 for D785, Device 000413922D24</p>", {"version": "Release"}),
        ("<p>Image 1: 10.1.54.13</p><p>Image 2: 10.1.54.12</p>", {"version": "Image 1"}),
        ("<p>Release 10.1.54.13 Product D785 Ethernet 000413922D24</p>", {"version": "Release", "model": "Product"}),
    ],
    ids=["above", "times", "numbered", "one line"],
)
def test_no_label_holds_what_is_another_value(page: str, labels: dict[str, str]) -> None:
    found = propose_labels({"/odd.htm": page}, KNOWN)
    assert {name: found[name]["label"] for name in labels} == labels
    assert not any(re.search("[0-9]{3}|[.:]", place["label"]) for place in found.values())


def test_a_value_without_words_of_its_own_is_told() -> None:
    page = "<p>Product: D785, 10.1.54.13</p>"
    found = propose_labels({"/odd.htm": page}, KNOWN)
    assert found.keys() == {"model"}
    assert without_label({"/odd.htm": page}, KNOWN, found) == [
        "version: it stands on odd.htm, but no words of its own stand right before or above it, so it can't be taught.",
        "mac: no page shows it, so it can't be taught.",
    ]


def test_a_text_that_only_stands_in_a_script_tells_no_call() -> None:
    words = "<script>var words = ['Nobody speaks', 'In conversation']</script>"
    idle, busy = {"/a.htm": f"{words}<p>Nobody speaks</p>"}, {"/a.htm": f"{words}<p>In conversation</p>"}
    assert propose_call_texts([idle], [busy]).keys() == {"idle", "busy"}


@pytest.mark.parametrize(
    "page",
    [
        "",
        "10.1.54.13",
        "<p>110.1.54.13</p><p>Build 10.1.54.131</p>",
        "<p>Build 10.1.54.13</p><p>Build 10.1.54.14</p>",
        "<p>v: 10.1.54.13</p>",
    ],
)
def test_no_label_is_proposed_that_would_not_read_the_value(page: str) -> None:
    assert propose_labels({"/status.htm": page}, {"version": "10.1.54.13"}) == {}


def test_texts_of_calls_are_those_that_come_and_go_with_them() -> None:
    def pages(text: str) -> dict[str, str]:
        return {"/status.htm": f"<h1>Status</h1><p>{text}</p><p>09:4{len(text)}</p>"}

    found = propose_call_texts(
        [pages("Nobody speaks"), pages("Nobody speaks")], [pages("In conversation"), pages("In conversation")]
    )
    assert found == {
        "idle": {"page": "status.htm", "text": "Nobody speaks"},
        "busy": {"page": "status.htm", "text": "In conversation"},
    }
    assert propose_call_texts([pages("a"), pages("Nobody speaks")], [pages("Nobody speaks")]) == {}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("Conversation with Annegret", "Conversation with"),
        ("Annegret Schmidt: connected", "connected"),
        ("Samtale med Annegret", "Samtale"),
        ("Annegret 4711", "Annegret"),
    ],
)
def test_the_text_of_a_call_is_without_the_name_if_that_can_be(line: str, text: str) -> None:
    idle, busy = {"/status.htm": "<p>Nobody speaks</p>"}, {"/status.htm": f"<p>{line}</p>"}
    assert propose_call_texts([idle], [busy])["busy"] == {"page": "status.htm", "text": text}


def test_the_text_of_an_idle_phone_is_a_whole_line() -> None:
    idle, busy = {"/status.htm": "<p>No call, Annegret</p>"}, {"/status.htm": "<p>No line, Annegret</p>"}
    assert propose_call_texts([idle], [busy])["idle"] == {"page": "status.htm", "text": "No call, Annegret"}


def test_without_looks_at_an_idle_phone_a_text_comes_from_the_call_alone() -> None:
    def pages(text: str) -> dict[str, str]:
        return {"/status.htm": f"<h1>Status</h1><p>{text}</p>"}

    assert propose_call_texts([], [pages("In conversation")]).keys() == {"busy"}


def test_words_that_differ_are_a_contradiction_and_no_value() -> None:
    words = [Word("version", "10.1.54.13", PAGES, "info.htm"), Word("version", "10.1.54.14", PERSON, "the display")]
    (version, *others) = verdicts(words)
    assert (version["value"], version["verdict"]) == (None, "contradiction")
    assert {row["verdict"] for row in others} == {"unknown"}
    (sentence,) = contradictions(words)
    assert sentence == (
        "version: info.htm says 10.1.54.13; the display says 10.1.54.14. Nobody else says what you say: is this the "
        "phone before you?"
    )
    assert verdicts(words[:1])[0]["value"] == "10.1.54.13" and contradictions(words[:1]) == []
    same = [Word("version", text, PAGES, "info.htm") for text in ("2.04g", "2.4G")]
    assert verdicts(same)[0]["value"] == "2.04g" and contradictions(same) == []


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ({"version": "new"}, "shown_version: 'new' is not a firmware version"),
        ({"mac": "12"}, "shown_mac: '12' is not a MAC address"),
        ({"model": "X99"}, "shown_model is 'X99'"),
    ],
)
def test_what_a_person_can_not_have_seen_is_an_error(shown: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        words_of_person(shown)
    assert words in error.value.reason


@pytest.mark.parametrize(
    ("facts", "mac", "call", "module", "will"),
    [
        (PhoneFacts(), None, True, "snom_firmware", "refuses"),
        (PhoneFacts(firmware=Version.parse("10.1.54.13")), None, True, "snom_firmware", "refuses"),
        (PhoneFacts(firmware=Version.parse("10.1.54.13"), model="D785"), None, False, "snom_firmware", "defers"),
        (PhoneFacts(firmware=Version.parse("10.1.54.13"), model="D785"), None, True, "snom_firmware", "works"),
        (PhoneFacts(firmware=Version.parse("10.1.54.13"), model="D785"), "000413922D24", True, "snom_key", "refuses"),
        (
            PhoneFacts(settings={"tr69_use_acs": "on"}, model="D785", firmware=Version((10, 1))),
            None,
            True,
            "snom_rollout",
            "unsure",
        ),
        (PhoneFacts(admin_mode=False), None, True, "snom_settings", "refuses"),
        (PhoneFacts(), None, True, "snom_settings", "refuses"),
        (PhoneFacts(settings={}), None, True, "snom_settings", "works"),
        (PhoneFacts(settings={"use_hidden_tags": "on"}), None, True, "snom_call", "unsure"),
        (PhoneFacts(generation="phone_manager"), None, True, "snom_reboot", "refuses"),
        (PhoneFacts(uptime=5), None, True, "snom_reboot", "works"),
        (PhoneFacts(uptime=5), None, False, "snom_reboot", "defers"),
        (PhoneFacts(), None, True, "snom_factory_reset", "refuses"),
    ],
)
def test_what_a_module_will_do_follows_from_what_was_read(
    facts: PhoneFacts, mac: str | None, call: bool, module: str, will: str
) -> None:
    rows = {row["module"]: row for row in forecast(facts, mac=mac, call_known=call)}
    assert rows[module]["will"] == will and rows[module]["why"]


@pytest.mark.parametrize(
    ("version", "found", "module", "will"),
    [
        ("10.1.226.16", True, "snom_key", "unsure"),
        ("10.1.54.13", True, "snom_key", "refuses"),
        (None, None, "snom_key", "unsure"),
        (None, None, "snom_info", "works"),
        ("10.1.226.16", True, "snom_rollout", "unsure"),
        ("10.1.226.16", True, "snom_settings", "refuses"),
        ("10.1.226.16", False, "snom_rollout", "refuses"),
    ],
)
def test_of_a_phone_that_is_told_by_its_pbx_other_things_follow(
    version: str | None, found: bool | None, module: str, will: str
) -> None:
    firmware = None if version is None else Version.parse(version)
    rows = {row["module"]: row for row in forecast_by_sip(firmware, is_found=found)}
    assert rows[module]["will"] == will and rows[module]["why"]
    assert rows.keys() == {"snom_sync"} | {row["module"] for row in forecast(PhoneFacts(), mac=None, call_known=True)}


def test_what_is_refused_by_sip_is_what_the_modules_refuse() -> None:
    rows = {row["module"]: row["will"] for row in forecast_by_sip(Version.parse("10.1.226.16"), is_found=True)}
    package = "ansible_collections.telephony.snom.plugins.action"
    twins = {name: import_module(f"{package}.{name}").ActionModule for name in rows}
    refusing = {name for name, twin in twins.items() if getattr(twin, "not_by_sip", None) is not None}
    assert {name for name, will in rows.items() if will == "refuses"} == refusing


def test_only_links_that_read_are_followed() -> None:
    page = (
        '<a href="lines.htm">a</a><a href="/sub.htm?x=1">b</a><a href="http://192.0.2.1/c.htm">c</a>'
        '<a href="reboot.htm">d</a><a href="//192.0.2.1/e.htm">e</a><frame src="f.html"><a href="tbook.xml">g</a>'
        '<a href="h.js">h</a><a href="log.htm">i</a><a href="lines.htm">again</a>'
        '<a href="info.htm#x">k</a><a href="http://[">l</a>'
    )
    assert links("/index.htm", page) == ["/lines.htm", "/f.html", "/info.htm"]


def test_what_the_snmp_agent_says_is_a_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[int, Any] = {seeing.FIRMWARE: "snom 360-SIP 3.60d 113-m", seeing.REGISTRATIONS: 0}
    monkeypatch.setattr(seeing, "read_value", lambda _connection, number: told[number])
    phone = Connection(host="127.0.0.1", snmp=True)
    assert {(word.fact, word.value) for word in seeing.words_of_snmp(phone)} == {
        ("version", "3.60d"),
        ("model", "360"),
        ("registered", "no"),
    }
    assert seeing.words_of_snmp(Connection(host="127.0.0.1")) == []
    told |= {seeing.FIRMWARE: "\x1b[2J" * 5000, seeing.REGISTRATIONS: "many"}
    assert seeing.words_of_snmp(phone) == []
