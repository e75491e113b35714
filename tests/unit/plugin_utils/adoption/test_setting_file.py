# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.setting_file import parse_file

HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n'


def values(content: bytes) -> dict[str, tuple[str, str | None]]:
    return {one.wire_name: (one.value, one.perm) for one in parse_file("a", content).settings}


def xml(rows: str) -> bytes:
    return HEAD + f"<settings><phone-settings>{rows}</phone-settings></settings>".encode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "2004"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_in_the_forms_that_are_about(end: str, encoding: str) -> None:
    lines = [
        "# Büro",
        "<!-- no setting -->",
        "language!: English",
        "user_name1: 107",
        "phone_name&: Büro: 1",
        "dst:",
        "",
    ]
    assert values(end.join(lines).encode(encoding)) == {
        "language": ("English", "!"),
        "user_name1": ("107", ""),
        "phone_name": ("Büro: 1", "&"),
        "dst": ("", ""),
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<html>\n<pre>\n", "</pre>\n</html>\n"),
        ("  <html>\n  <pre>\n", "  </pre>\n  </html>"),
        ("<html> <pre> # of all phones\n", "</pre>\n<html>\n"),
        ("<!doctype html><html><body><pre>\n", "</pre></body></html>"),
        ("<pre>\n", "</pre>"),
        ("<pre>\n", ""),
    ],
)
def test_text_in_tags_as_the_vendor_writes_it(before: str, after: str) -> None:
    lines = "    user_name1$: 107\n\tfkey0!: dest <sip:108@pbx.example>\n#phone_name: x\n    setting_of_mine: 5\n"
    assert values((before + lines + after).encode()) == {
        "user_name1": ("107", "$"),
        "fkey0": ("dest <sip:108@pbx.example>", "!"),
        "setting_of_mine": ("5", ""),
    }


def test_the_phone_book_of_text() -> None:
    rows = ["language!: English", "tn10!: Ann", "tu10!: 110", "tc10!: vip", "to10!: 2", "tn9!:", "tu9!:", "tc9!: none"]
    (book,) = parse_file("a", "\n".join([*rows, "tn_2!: Bo", "tu_2!: 102", "to_2!: active", ""]).encode()).phone_books
    assert [(one.name, one.number, one.type, one.more) for one in book.contacts] == [
        ("Bo", "102", "", {}),
        ("Ann", "110", "vip", {"context": "2"}),
    ]
    assert not book.complete
    assert list(values("\n".join(rows).encode())) == ["language"]
    assert parse_file("a", b"tn0!:\nlanguage!: English\n").phone_books == ()


def test_a_page_of_a_web_server_is_no_text_with_settings() -> None:
    page = b"<html><head><style>\nwidth: 5px;\ncolor: red;\ncontrast: none;\n</style></head>\n<h1>Index</h1></html>"
    assert parse_file("index.html", page).kind == "other"


def test_text_in_tags_that_nobody_has_filled_in() -> None:
    with pytest.raises(InputError, match=r"a\.htm is a template"):
        parse_file("a.htm", b"<html>\n<pre>\nuser_name1: {$name}\nuser_host1: pbx.example\n</pre></html>")


def test_lines_of_text_that_are_no_settings_are_counted() -> None:
    file = parse_file("a", b"language!: English\nuser_name1=107\n# user_host1=x\nphone_name#: x\nkey-one: 5\nvlan: 5\n")
    assert [(one.wire_name, one.perm) for one in file.settings] == [
        ("language", "!"),
        ("phone_name", "#"),
        ("vlan", ""),
    ]
    assert (file.strange_lines, file.unflagged_lines) == (2, 1)


def test_names_and_numbers_of_text_are_told_apart() -> None:
    (first, second) = parse_file("a", b"user_name12$: 7\ndns_server1$: 192.0.2.1\n").settings
    assert (first.name, first.index, second.name, second.index) == ("user_name", 12, "dns_server1", None)


def test_xml_with_keys_a_phone_book_and_parts_of_others() -> None:
    content = (
        b"<settings><phone-settings><vlan_id/><dst>\n  3600\n </dst></phone-settings>"
        b"<functionKeys><fkey idx='0' label='A'>line</fkey></functionKeys><certificates/><certificates/>"
        b"<tbook><item><name>A</name><number>1</number></item></tbook></settings>"
    )
    file = parse_file("a", content)
    assert [(one.wire_name, one.value) for one in file.settings] == [
        ("vlan_id", ""),
        ("dst", "3600"),
        ("fkey0", "line"),
    ]
    assert file.kind == "settings" and file.parts == ("certificates",)
    (book,) = file.phone_books
    assert book.contacts[0].name == "A" and not book.complete


def test_settings_that_stand_beside_an_image() -> None:
    """A phone's own file of firmware, which says nothing else, has no settings."""
    image = b"<firmware-settings><firmware>http://x.example/a.bin</firmware>"
    rows = image + b"<firmware_interval perm='R'>9</firmware_interval>"
    inside = parse_file("a", b"<settings><phone-settings/>" + rows + b"</firmware-settings></settings>")
    assert [(one.name, one.value, one.perm) for one in inside.settings] == [("firmware_interval", "9", "R")]
    assert (inside.kind, inside.firmware, inside.parts) == ("settings", "http://x.example/a.bin", ())
    assert parse_file("a", rows + b"</firmware-settings>").settings == ()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<setting-files><file url='http://x.example/a.xml'/></setting-files>", "list"),
        (b"<tbook complete='true'></tbook>", "phone book"),
        (b"<firmware-settings><firmware>http://x.example/a.bin</firmware></firmware-settings>", "firmware"),
        (b"<html><pre>\nfirmware: http://x.example/a.bin\n</pre></html>", "firmware"),
        (b"firmware&: http://x.example/a.bin\nlanguage&: English\n", "settings"),
        (b"firmware:\n", "settings"),
        (b"<polycomConfig/>", "other"),
        (b"<settings/>", "settings"),
        (b"<settings><sip_account><sip_server/></sip_account><web/></settings>", "other"),
        (b"<settings><web/><certificates/></settings>", "settings"),
        (b"<settings><user_name idx='1'>107</user_name></settings>", "settings"),
        (b"<settings><global/><firmware-settings><firmware/></firmware-settings></settings>", "other"),
        (b"<settings><firmware-settings><firmware_interval/></firmware-settings></settings>", "settings"),
        (b"account.1.label = 107\naccount.1.enable = 1\n", "other"),
        (b"", "other"),
        (b"<!DOCTYPE html><p>Index", "other"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><HTML><p>Index", "other"),
        (b"<broken><x></broken>", "other"),
        (bytes(range(256)), "other"),
    ],
)
def test_what_a_file_is(content: bytes, kind: str) -> None:
    assert parse_file("a", content).kind == kind


@pytest.mark.parametrize(
    "content",
    [b"<web-languages><language url='http://x.example/a.xml' name='A'/></web-languages>", b"<ReplacementPlan/>"],
)
def test_what_phones_read_and_this_collection_does_not_write_is_called_by_its_name(content: bytes) -> None:
    file = parse_file("a", content)
    assert file.kind == "part" and file.parts and not file.settings


def test_tags_with_capitals() -> None:
    content = (
        b"<Settings><Phone-Settings><dst>5</dst></Phone-Settings><TBook><item><name>A</name></item></TBook></Settings>"
    )
    file = parse_file("a", content)
    assert [one.value for one in file.settings] == ["5"] and len(file.phone_books) == 1 and file.parts == ()
    listed = parse_file("a", b"<Setting-Files><file url='http://x.example/a.xml'/></Setting-Files>").listed
    assert listed == ("http://x.example/a.xml",)


def test_a_setting_that_is_given_twice() -> None:
    file = parse_file("a", xml("<dst>1</dst><dst>1</dst><language>a</language><language>b</language>"))
    assert file.twice == ("language",)


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><phone-settings><dst>&b;</dst></phone-settings>'


@pytest.mark.parametrize(
    "content",
    [
        BOMB.encode(),
        HEAD + BOMB.encode(),
        BOMB.encode("utf-16"),
        b'<!DOCTYPE settings SYSTEM "file:///etc/passwd"><settings/>',
    ],
    ids=["entities", "after a head", "UTF-16", "of another file"],
)
def test_a_document_type_is_never_read(content: bytes) -> None:
    with pytest.raises(InputError, match=r"a\.xml declares a document type"):
        parse_file("a.xml", content)


def test_what_is_not_seen_to_be_xml_is_not_read_as_xml() -> None:
    assert parse_file("a.xml", f"<?xml version='1.0' encoding='cp037'?>{BOMB}".encode("cp037")).kind == "other"


@pytest.mark.parametrize(
    "row",
    [
        "<timezone>{$snom_time_zone}</timezone>",
        "{if isset($admin_password) }<http_user>x</http_user>{/if}",
        "<dst>{{ snom.timezone(timezone) }}</dst>",
        "{% for identity in range(1, 1) %}<dst/>{% endfor %}",
        "<language>{{XX_language}}</language>",
        "@if($x)\n<dst/>\n@endif",
        "<a>{!! $x !!}</a>",
        "<?php echo 1 ?>",
        "{literal}<a/>{/literal}",
        "<language>${language}</language>",
        "<user_active>${userActive ? 'on' : 'off'}</user_active>",
        "<ntp_server>%%PBX_ADDRESS%%</ntp_server>",
        "<user_name idx='1'>{extension}</user_name>",
        "<user_name idx='{line}'>107</user_name>",
    ],
)
def test_a_template_that_nobody_has_filled_in(row: str) -> None:
    with pytest.raises(InputError, match=r"a\.xml is a template"):
        parse_file("a.xml", xml(row if row.startswith("<") else "\n" + row))


def test_a_template_that_is_no_xml_either() -> None:
    with pytest.raises(InputError, match=r"a\.xml is a template"):
        parse_file("a.xml", b"{% import 'snom.macros' as snom %}\n<settings>")
    with pytest.raises(InputError, match="is a template"):
        parse_file("a.txt", b"language: {$language}\nuser_name1: 107\n")


@pytest.mark.parametrize(
    "value", ["!!$(::)!!$(name)", "|(^0$)|sip:%1@x|d", "{$}", "100%%", "$mac", "a${b", "{mac}", "{phone_name}", "a {b}"]
)
def test_what_only_looks_like_one_is_no_template(value: str) -> None:
    assert values(xml(f"<dst>{value}</dst>"))["dst"][0] == value


def test_what_phones_fill_in_is_no_template() -> None:
    row = "<action_setup_url>http://x.example/{mac}?v=$mac&amp;lang={web_lng_iso_code}</action_setup_url>"
    assert values(xml(row))["action_setup_url"][0].startswith("http://x.example/{mac}?v=$mac&")


def test_a_bare_ampersand_as_servers_write_it() -> None:
    row = '<dst perm="&">http://x.example/?a=1&b=2&amp;c=&#52;</dst>'
    assert values(xml(row)) == {"dst": ("http://x.example/?a=1&b=2&c=4", "&")}
    with pytest.raises(InputError, match="document type"):
        parse_file("a.xml", BOMB.replace("ha", "&").encode())


@pytest.mark.parametrize("content", [b"a: b\n" * 20_001, xml("<a>b</a>" * 20_001)], ids=["text", "XML"])
def test_more_settings_than_a_phone_can_have(content: bytes) -> None:
    with pytest.raises(InputError, match=r"a\.xml gives more than 20000 settings"):
        parse_file("a.xml", content)


def test_broken_xml() -> None:
    with pytest.raises(InputError, match=r"a\.xml is broken XML in line 2"):
        parse_file("a.xml", HEAD + b"<settings><phone-settings></settings>")
    with pytest.raises(InputError, match="broken XML"):
        parse_file("a.xml", b'<?xml version="1.0" encoding="hex"?><settings/>')
