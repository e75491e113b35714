# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a phone's settings page to an inventory, and from there to a folder of setting files: nothing is lost."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import (
    KNOWN,
    SECRET,
    comes_from_dhcp,
    switch_words,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.permissions import canonical_permission
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import ATTRIBUTES, OF_KEYS
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import read_settings
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.diff import Generation
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import (
    parse_phone_book,
    phone_book_file,
    read_phone_book_file,
    read_settings_file,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.adoption import describe_settings
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.render import RenderOptions, render
from hypothesis import given, settings
from hypothesis import strategies as st

BASE = "https://p.example/snom"
HUSH = "n0t-to-be-seen"
# What provisioning refuses, or fills in by itself. As DHCP decides what else is stated, each page has it on.
APART = {
    "dhcp",
    "tr69_use_acs",
    "checksync_action",
    "reset_settings",
    "setting_server",
    "update_policy",
    *OF_KEYS.values(),
}
NAMES = sorted(set(KNOWN) - APART)
# Neither what Ansible takes for a template, nor what would be masked or spelled out.
TEXT = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\\/*]{}"), max_size=12)
VALUES = st.sampled_from(["on", "off", "true", "0", "no"]) | TEXT.map(str.strip)


@dataclass(frozen=True)
class Shown:
    """One setting as a phone shows it."""

    name: str
    number: int | None
    value: str
    perm: str
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def wire_name(self) -> str:
        return f"{self.name}{'' if self.number is None else self.number}"


@st.composite
def shown(draw: st.DrawFn, perms: tuple[str, ...], attributes: tuple[str, ...], breaks: bool) -> Shown:
    known = KNOWN[draw(st.sampled_from(["fkey", *NAMES]))]
    first = known.first or (1 if known.name.startswith("user_") else 0)
    number = draw(st.integers(first, 12)) if known.indexed and (not known.plain or draw(st.booleans())) else None
    value = draw(VALUES)
    if known.kind == SECRET:
        value = HUSH
    beside = {}
    if known.name == "fkey":
        label = st.lists(TEXT.map(str.strip), max_size=2).map("\n".join).map(str.strip) if breaks else VALUES
        beside = draw(st.dictionaries(st.sampled_from(attributes), label))
    return Shown(known.name, number, value, draw(st.sampled_from(perms)), tuple(beside.items()))


def pages(perms: tuple[str, ...], attributes: tuple[str, ...], breaks: bool = False) -> st.SearchStrategy[list[Shown]]:
    """Pages on which no two settings have one name."""
    return st.lists(shown(perms, attributes, breaks), max_size=25, unique_by=lambda one: one.wire_name)


def as_xml(page: list[Shown]) -> str:
    rows = []
    for one in page:
        idx = "" if one.number is None else f' idx="{one.number}"'
        rest = "".join(f" {key}={quoteattr(text, {chr(10): '&#10;'})}" for key, text in one.attributes)
        rows.append(f'<{one.name}{idx}{rest} perm="{one.perm}">{html.escape(one.value)}</{one.name}>')
    return "<settings><phone-settings>" + "\n".join(['<dhcp perm="">on</dhcp>', *rows]) + "</phone-settings></settings>"


def as_text(page: list[Shown]) -> str:
    rows = ["dhcp!: on"]
    for one in page:
        rows.append(f"{one.wire_name}{one.perm}: {one.value}")
        rows += [f"{OF_KEYS[key]}{one.number}!: {text}" for key, text in one.attributes]
    return "\n".join(rows) + "\n"


def expected(page: list[Shown]) -> dict[str, tuple[str, int | None, str, str, Mapping[str, str]]]:
    """What must come out, by name in requests."""
    found = {}
    for one in page:
        attributes = {key: text for key, text in one.attributes if text}
        if KNOWN[one.name].kind or comes_from_dhcp(one.wire_name, {}) or one.name == "dhcp":
            continue
        # Refused, so left out with the reason.
        if one.value.lower() in ("yes", "no") and switch_words(one.name):
            continue
        if one.value or attributes.get("label"):
            if one.name == "fkey":
                attributes.setdefault("context", "active")
            flag = canonical_permission(one.perm)
            found[one.wire_name] = (one.name, one.number, one.value, "" if flag in ("$", "RW") else flag, attributes)
    return found


def adopted_and_rendered(page: str, *others: str) -> dict[str, tuple[str, int | None, str, str, Mapping[str, str]]]:
    """What the first phone would take from the folder that is rendered for all."""
    entries, users = [], set()
    for number, text in enumerate([page, *others]):
        read = read_settings(text)
        assert read
        # Two phones may have one user here.
        users |= {value for name, value in read.values.items() if name.startswith("user_name")}
        facts = PhoneFacts(settings=read.values, read_only_settings=read.read_only, setting_forms=read.forms)
        described, left_out = describe_settings(json.loads(json.dumps(facts.as_dict())))
        assert HUSH not in json.dumps([described, left_out])
        entries.append(
            Entry(host=f"h{number}", mac=f"00041392000{number}", model="D785", settings={"snom_settings": described})
        )
    rendering = render(entries, Catalog(()), RenderOptions(base_url=BASE, shared_users=frozenset(users)))
    folder = Generation(name=rendering.generation, read=rendering.files.get)
    found = {}
    for file in folder.listed(rendering.phones["h0"]) or []:
        for setting in read_settings_file(rendering.files[file]):
            if setting.name not in APART:
                found[setting.wire_name] = (
                    setting.name,
                    setting.index,
                    setting.value,
                    setting.perm or "",
                    dict(setting.attributes),
                )
    return found


@settings(deadline=None, max_examples=40)
@given(pages(("", "R", "&", "!", "RW", "RO", "$", " "), (*ATTRIBUTES, "unheard_of"), breaks=True))
def test_nothing_of_a_page_of_xml_is_lost(page: list[Shown]) -> None:
    assert adopted_and_rendered(as_xml(page)) == expected(page)


@settings(deadline=None, max_examples=40)
@given(pages(("", "&", "!", "$"), tuple(OF_KEYS)))
def test_nothing_of_a_page_of_text_is_lost(page: list[Shown]) -> None:
    assert adopted_and_rendered(as_text(page)) == expected(page)


@settings(deadline=None, max_examples=40)
@given(pages(("", "!"), ATTRIBUTES), pages(("", "!"), ATTRIBUTES))
def test_what_phones_share_is_not_lost_either(page: list[Shown], other: list[Shown]) -> None:
    """What both have stands in one file of the folder, and what each has of its own in another."""
    names = {one.wire_name for one in page}
    both = page + [one for one in other if one.wire_name not in names]
    assert adopted_and_rendered(as_xml(page), as_xml(both)) == expected(page)


WORD = TEXT.map(str.strip).filter(bool)
CONTACT = st.fixed_dictionaries(
    {"name": WORD, "number": WORD},
    optional={
        "type": st.sampled_from(["vip", "family", "none"]),
        "number_type": st.sampled_from(["sip", "mobile", "fixed"]),
        "fav": st.booleans(),
        "context": st.sampled_from(["1", "line2", "active"]),
        **dict.fromkeys(("first_name", "last_name", "title", "organization", "email", "note", "group"), WORD),
    },
)


@given(st.lists(CONTACT, max_size=5))
def test_nothing_of_a_phone_book_is_lost(given_book: list[dict[str, object]]) -> None:
    book = [
        {key: value for key, value in entry.items() if (key, value) != ("context", "active")} for entry in given_book
    ]
    contacts = parse_phone_book(given_book, "book")
    read = read_phone_book_file(phone_book_file(contacts))
    assert read == parse_phone_book(book, "book")
