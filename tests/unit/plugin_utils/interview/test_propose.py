# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest
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
