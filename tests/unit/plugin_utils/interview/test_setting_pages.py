# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from xml.etree import ElementTree

from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import (
    read_settings,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.setting_pages import SettingPages

from .details import replacer


def test_settings_keep_their_names_and_what_says_nothing() -> None:
    text = SettingPages(replacer()).replaced(
        "dhcp$: on\nuser_name1!: k401\nlanguage$: Deutsch\nhttp_port&: 8080\nsip_foobarbaz: x\n"
    )
    read = read_settings(text)
    assert read is not None and set(read.values) >= {"dhcp", "user_name1", "language", "http_port"}
    assert read.values["dhcp"] == "on" and read.values["user_name1"] != "k401" and "foobarbaz" not in text
    assert read.read_only == frozenset({"http_port"})


def test_settings_of_xml_keep_their_form() -> None:
    """The ends of elements were left as they were, so that a name stood there, and nobody could read the rest."""
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<settings><phone-settings e="2"><dhcp perm="">on</dhcp>'
        '<Annegret perm="R"><![CDATA[a & b]]></Annegret><dst perm="" /></phone-settings>'
        '<functionKeys><fkey idx="0" perm="">line</fkey></functionKeys>'
        '<tbook complete="true"><item><name perm="">Anna</name></item></tbook></settings>'
    )
    made = SettingPages(replacer()).replaced(text)
    before, after = (list(ElementTree.fromstring(one).iter()) for one in (text, made))
    assert [one.attrib for one in before] == [one.attrib for one in after]
    changed = [one.tag for one, other in zip(before, after, strict=True) if one.tag != other.tag]
    assert changed == ["Annegret"] and len(made) == len(text) and "Anna" not in made


def test_a_name_that_is_a_known_word_goes_from_elements_too() -> None:
    hiding = Replacer(hidden=["Keys"])
    made = SettingPages(hiding).replaced(
        '<settings><Keys perm="">on</Keys><user_keys perm="">on</user_keys></settings>'
    )
    assert "keys" not in made.lower()
    # A word alone may be a name also where nobody named it; one that markup is made of may not.
    assert "Day" not in SettingPages(replacer()).replaced('<settings><Day perm="">on</Day></settings>')
    assert hiding.text('<Keys name="Keys"><link></Keys>').lower().count("keys") == 0
    assert Replacer(hidden=["Link"]).text('<link rel="x">').startswith("<link")
