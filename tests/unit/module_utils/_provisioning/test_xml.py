# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import parse_settings
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import (
    Contact,
    container,
    firmware_file,
    is_well_formed,
    listed_urls,
    nested_settings,
    parse_phone_book,
    phone_book_file,
    read_phone_book_file,
    read_settings_file,
    replaces_phone_book,
    settings_file,
)

ENCODED = b'<?xml version="1.0" encoding="%b"?><settings/>'
BROKEN = [b"", b"<settings>", b"<a/><b/>", b"\xff", *(ENCODED % name for name in (b"none", b"rot13", b"utf-7"))]


def test_settings_and_function_keys_have_their_sections() -> None:
    settings = parse_settings(
        {
            "user_name": ["100"],
            "auto_reboot_on_setting_change": True,
            "action_setup_url": "http://x/?a=1&b=<2>",
            "fkey": {3: {"value": "blf 12", "label": 'The "Desk"', "perm": "R"}},
        }
    )
    assert settings_file(settings).decode() == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<settings>\n"
        "  <phone-settings>\n"
        '    <auto_reboot_on_setting_change perm="">on</auto_reboot_on_setting_change>\n'
        '    <action_setup_url perm="">http://x/?a=1&amp;b=&lt;2&gt;</action_setup_url>\n'
        '    <user_name idx="1" perm="">100</user_name>\n'
        "  </phone-settings>\n"
        "  <functionKeys>\n"
        '    <fkey idx="3" context="active" label="The &quot;Desk&quot;" perm="R">blf 12</fkey>\n'
        "  </functionKeys>\n"
        "</settings>\n"
    )


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"gui_fkey1": "F_REGS"}, '<gui_fkey1 perm="">F_REGS</gui_fkey1>'),
        ({"user_srtp1": False}, '<user_srtp idx="1" perm="">off</user_srtp>'),
        ({"context_key": ["keyevent F_REGS"]}, '<context_key idx="0" perm="">keyevent F_REGS</context_key>'),
    ],
)
def test_a_number_is_an_attribute_where_it_is_no_part_of_the_name(given: dict[str, Any], line: str) -> None:
    assert line in settings_file(parse_settings(given)).decode()


@pytest.mark.parametrize(
    "given",
    [
        {"language": {"value": "English", "perm": "!"}},
        {"phone_name": {"value": "  Zürich ☎ & co  ", "perm": ""}},
        {"fkey": {0: {"value": "line", "context": "2", "label": "L", "perm": "&"}}},
        {"call_completion": {"value": "", "perm": "RW"}},
    ],
)
def test_what_is_written_is_read_back(given: dict[str, Any]) -> None:
    settings = parse_settings(given)
    assert tuple(read_settings_file(settings_file(settings))) == settings


def test_a_file_without_settings_says_nothing() -> None:
    assert list(read_settings_file(settings_file(()))) == []
    assert is_well_formed(settings_file(()))


def test_a_container_names_urls() -> None:
    urls = ["https://x/a.xml?m=1&n={mac}", "https://x/b.xml"]
    assert listed_urls(container(urls)) == urls
    assert listed_urls(settings_file(())) == []


def test_a_firmware_file_has_the_url() -> None:
    content = firmware_file("http://x/a.bin?mac={mac}&chained_url=http%3A%2F%2Fx").decode()
    assert '<firmware perm="">http://x/a.bin?mac={mac}&amp;chained_url=http%3A%2F%2Fx</firmware>' in content


def test_the_firmware_of_expansion_modules_comes_second() -> None:
    content = firmware_file("http://x/a.bin", "http://x/m.bin").decode()
    assert content.index("<firmware ") < content.index('<firmware_uxm perm="">http://x/m.bin</firmware_uxm>')
    assert "firmware_uxm" not in firmware_file("http://x/a.bin").decode()


def test_a_phone_book_replaces_the_one_in_the_phone() -> None:
    book = parse_phone_book([{"name": "Desk", "number": 12}, {"name": "A & B", "number": "+49", "type": "vip"}], "book")
    content = phone_book_file(book)
    assert b'<tbook complete="true">' in content
    assert read_phone_book_file(content) == (
        Contact(name="Desk", number="12"),
        Contact(name="A & B", number="+49", type="vip"),
    )
    assert read_phone_book_file(settings_file(())) is None
    assert replaces_phone_book(content) and not replaces_phone_book(settings_file(()))


def test_a_phone_book_beside_the_one_in_the_phone_goes_by_numbers() -> None:
    """A position would change what the phone has there, whoever that is."""
    book = parse_phone_book([{"name": "Desk", "number": 12}, {"name": "A", "number": "1", "fav": True}], "book")
    content = phone_book_file(book, complete=False)
    assert b"<tbook>" in content and b"complete" not in content and b"index" not in content
    assert read_phone_book_file(content) == book and not replaces_phone_book(content)
    assert read_phone_book_file(phone_book_file((), complete=False)) == ()


@pytest.mark.parametrize(
    ("content", "replaces"),
    [
        (b'<tbook e="2" complete="true"/>', True),
        (b'<settings><phone-book complete="true"/></settings>', True),
        (b'<tbook complete="false"/>', False),
        (b'<settings><tbook complete="true"/><tbook e="2"/></settings>', False),
        (b'<settings complete="true"/>', False),
        (b"<", False),
    ],
)
def test_a_phone_book_replaces_only_if_it_says_so(content: bytes, replaces: bool) -> None:
    assert replaces_phone_book(content) is replaces


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "x"}, "book must be a list"),
        (["x"], "book, entry 1 must be a mapping"),
        ([{"name": "x", "number": "1"}, {"name": "x"}], "book, entry 2: number must not be empty"),
        ([{"name": "x", "number": "1", "phone": "2"}], "book, entry 1: phone. An entry takes name, number, type"),
        ([{"name": "a\nb", "number": "1"}], "book, entry 1, name holds a control character"),
    ],
)
def test_a_bad_phone_book_is_named(given: Any, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_phone_book(given, "book")
    assert says in caught.value.reason


def test_a_phone_book_with_all_that_an_entry_may_have() -> None:
    given = [
        {"name": "Desk", "number": "12", "number_type": "sip", "fav": True, "context": "2", "birthday": "01.02.03"},
        {"first_name": "A", "last_name": "B", "numbers": [{"number": 1, "number_type": "mobile"}, {"number": 2}]},
    ]
    book = parse_phone_book(given, "book")
    content = phone_book_file(book)
    assert b'<item context="2" type="" index="0" fav="true">' in content
    assert b"<number_type>sip</number_type>" in content
    assert read_phone_book_file(content) == book
    assert [(one.name, one.number, one.more.get("number_type")) for one in book[1:]] == [
        ("A B", "1", "mobile"),
        ("A B", "2", None),
    ]
    inside = b"<settings>" + content.partition(b"?>")[2].replace(b"tbook", b"phone-book") + b"</settings>"
    assert read_phone_book_file(inside) == book


@pytest.mark.parametrize("tag", ["functionKeys", "function-keys"])
@pytest.mark.parametrize("around", ["<settings>{}</settings>", "{}"])
def test_function_keys_stand_in_a_file_of_their_own_too(tag: str, around: str) -> None:
    content = around.format(f'<{tag} e="2"><fkey idx="0" context="1" label="L" perm="R">line</fkey></{tag}>')
    (setting,) = read_settings_file(content.encode())
    assert (setting.wire_name, dict(setting.attributes)) == ("fkey0", {"context": "1", "label": "L"})


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_says_nothing(content: bytes) -> None:
    assert not is_well_formed(content)
    assert list(read_settings_file(content)) == []
    assert (listed_urls(content), read_phone_book_file(content)) == ([], None)


@pytest.mark.parametrize("index", ["", "1x", "-1", "1e400", "\u0663", "1" * 5000])
def test_a_number_that_is_none_stays_what_it_is(index: str) -> None:
    """Somebody may have edited the published file. The name of the setting still tells whether it is a secret."""
    content = f'<settings><phone-settings><user_pass idx="{index}" perm="">x</user_pass></phone-settings></settings>'
    (setting,) = read_settings_file(content.encode())
    assert (setting.wire_name, setting.attributes, setting.secret) == ("user_pass", {"idx": index}, True)


def test_a_value_that_is_xml_of_its_own_is_no_text() -> None:
    content = b"<settings><phone-settings><a>on</a><b idx='3'><action/></b></phone-settings></settings>"
    assert [one.wire_name for one in read_settings_file(content)] == ["a"]
    assert nested_settings(content) == ["b3"]
    assert nested_settings(b"<tbook><item><name>A</name></item></tbook>") == nested_settings(b"<") == []
