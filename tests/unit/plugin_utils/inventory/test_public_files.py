# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of the kinds that public files are of, read by snom_info, described as adopt does, and rendered."""

from __future__ import annotations

import json

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import read_settings
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.adoption import describe_settings
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.render import RenderOptions, render


def rendered(page: str) -> tuple[str, dict[str, str]]:
    """The phone's own file, and why settings were left out."""
    read = read_settings(page)
    assert read
    facts = PhoneFacts(settings=read.values, read_only_settings=read.read_only, setting_forms=read.forms).as_dict()
    described, left_out = describe_settings(json.loads(json.dumps(facts)))
    entry = Entry(host="h", mac="000413920001", model="D785", settings={"snom_settings": described})
    files = render([entry], Catalog(()), RenderOptions(base_url="https://p.example")).files
    return files["snomD785-000413920001.xml"].decode(), left_out


def xml(*rows: str) -> str:
    return '<?xml version="1.0"?><settings><phone-settings e="2"><language perm="">Deutsch</language>' + "".join(rows)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ('<codec_size idx="2" perm="">20</codec_size>', '<codec_size idx="2" perm="">20</codec_size>'),
        ('<speed idx="0" perm="">17</speed>', '<speed idx="0" perm="">17</speed>'),
        ('<call_waiting idx="3" perm="">on</call_waiting>', '<call_waiting idx="3" perm="">on</call_waiting>'),
        ('<unheard_of idx="7" perm="!">x</unheard_of>', '<unheard_of idx="7" perm="!">x</unheard_of>'),
        (
            '<fkey idx="1" context="2" label="Lab" icon_type="blf" perm="R">blf 7</fkey>',
            '<fkey idx="1" context="2" label="Lab" icon_type="blf" perm="R">blf 7</fkey>',
        ),
        ('<useAll perm="">on</useAll>', '<useAll perm="">on</useAll>'),
        ('<tone_scheme perm="RO">GER</tone_scheme>', '<tone_scheme perm="R">GER</tone_scheme>'),
    ],
)
def test_what_a_page_says_is_kept(row: str, line: str) -> None:
    text, left_out = rendered(xml(row, "</phone-settings></settings>"))
    assert line in text and left_out == {}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('<fwd_busy_target idx="2" perm="">107</fwd_busy_target>', "users change it"),
        ('<presence_state idx="1" perm="">Away</presence_state>', "users change it"),
        ('<phone_type perm="">snomD785</phone_type>', "what the phone is"),
        ('<was_never_registered perm="">on</was_never_registered>', "what the phone is"),
        ('<keyboard_lock_pw perm="">0815</keyboard_lock_pw>', "a secret"),
        ('<setting_server perm="RW">https://old.example/x.xml</setting_server>', "provisioning server"),
        ('<action_setup_url perm="">https://x.example/?token=0815</action_setup_url>', "a token"),
    ],
)
def test_what_is_no_setting_is_left_out_and_told(row: str, why: str) -> None:
    text, left_out = rendered(xml(row, "</phone-settings></settings>"))
    assert len(left_out) == 1
    name, reason = next(iter(left_out.items()))
    assert why in reason
    # Ours stands in the place of the old one.
    assert "old.example" not in text
    assert name == "setting_server" or f"<{name.rstrip('12')}" not in text


def test_lines_that_end_as_they_did_in_2004() -> None:
    text, _unused = rendered("language!: Deutsch\ruser_name2!: 107\rfkey4$: line\rfkey_label4$: Lab\r")
    assert '<user_name idx="2" perm="!">107</user_name>' in text
    assert '<fkey idx="4" context="active" label="Lab" perm="">line</fkey>' in text


def test_what_text_says_of_a_key_beside_it_stands_in_its_tag() -> None:
    text, left_out = rendered(
        "fkey4!: line\nfkey_context4!: 2\nfkey_icon_type4!: blf\nfkey5!: blf 7\nfkey_context5!: active\ndst!: x\n"
    )
    assert '<fkey idx="4" context="2" icon_type="blf" perm="!">line</fkey>' in text
    assert '<fkey idx="5" context="active" perm="!">blf 7</fkey>' in text
    assert "fkey_" not in text and left_out == {}
