# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what a server gives to phones to an inventory, and from there to files again: phones get what they had."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import FACT, KNOWN, STATE, WAY
from ansible_collections.telephony.snom.plugins.module_utils._known.permissions import canonical_permission
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import OF_KEYS
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.diff import Generation
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import (
    read_phone_book_file,
    read_settings_file,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.fleet import SECRETS, Fleet, adopt, refer_to
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.setting_file import parse_file
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.writing import Text, texts
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.render import RenderOptions, render
from hypothesis import given, settings
from hypothesis import strategies as st

MACS = ("000413AABB01", "000413AABB02")
# What provisioning fills in by itself, or refuses.
APART = {"setting_server", "update_policy", "checksync_action", "reset_settings", "tr69_use_acs", *OF_KEYS.values()}
APART |= {"admin_mode_password", "admin_mode_password_confirm"}
NAMES = sorted(name for name, known in KNOWN.items() if name not in APART and known.kind not in (FACT, WAY, STATE))
TEXT = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="{}]"), max_size=12).map(
    str.strip
)
Given = tuple[str, int | None, str, str]


@st.composite
def setting(draw: st.DrawFn, perms: tuple[str, ...]) -> Given:
    known = KNOWN[draw(st.sampled_from(["fkey", "user_pass", "http_pass", *NAMES]))]
    first = known.first or (1 if known.name.startswith("user_") else 0)
    number = draw(st.integers(first, 12)) if known.indexed and (not known.plain or draw(st.booleans())) else None
    return (
        known.name,
        number,
        draw(st.sampled_from(["on", "off", "true", "0", ""]) | TEXT),
        draw(st.sampled_from(perms)),
    )


def files(perms: tuple[str, ...] = ("", "R", "&", "!", "RW", "$")) -> st.SearchStrategy[list[Given]]:
    return st.lists(setting(perms), max_size=20, unique_by=lambda one: f"{one[0]}{'' if one[1] is None else one[1]}")


def as_xml(given_settings: list[Given]) -> bytes:
    rows = []
    for name, number, value, perm in given_settings:
        idx = "" if number is None else f' idx="{number}"'
        row = f'<{name}{idx} perm="{perm}">{html.escape(value)}</{name}>'
        rows.append(
            f"<functionKeys>{row}</functionKeys>" if name == "fkey" else f"<phone-settings>{row}</phone-settings>"
        )
    return f"<settings><phone-settings><a_b>c</a_b></phone-settings>{''.join(rows)}</settings>".encode()


def as_text(given_settings: list[Given]) -> bytes:
    rows = [
        "a_b: c",
        *(f"{name}{'' if number is None else number}{perm}: {value}" for name, number, value, perm in given_settings),
    ]
    return ("\r".join(rows) + "\r").encode()


def told(given_settings: list[Given]) -> dict[str, tuple[str, str]]:
    found = {"a_b": ("c", "")}
    for name, number, value, perm in given_settings:
        flag = canonical_permission(perm)
        found[f"{name}{'' if number is None else number}"] = (value, "" if flag in ("$", "RW") else flag)
    return found


def templated(value: Any, secrets: Mapping[str, str]) -> Any:
    """As Ansible would fill it in for a host with these secrets."""
    if isinstance(value, dict):
        return {key: templated(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [templated(item, secrets) for item in value]
    known = {refer_to(name): secret for name, secret in secrets.items()}
    assert not isinstance(value, str) or "{{" not in value or value in known
    return known.get(value, value)


def variables(written: list[Text], host: str) -> dict[str, Any]:
    """What Ansible would read from the files for a host."""
    read = {one.path: yaml.safe_load(one.text) for one in written}
    secrets = read.get("group_vars/phones/secrets.yml", {SECRETS: {}})[SECRETS].get(host, {})
    merged = {**read["group_vars/phones/settings.yml"], **read[f"host_vars/{host}.yml"]}
    found: dict[str, Any] = templated(merged, secrets)
    return found


def published(fleet: Fleet) -> dict[str, list[bytes]]:
    """The files that each phone would get from us, in order, by its MAC."""
    written = texts(fleet, "phones", ())
    entries = []
    for phone in fleet.phones:
        found = variables(written, phone.host)
        layers = {name: value for name, value in found.items() if name.startswith("snom_settings")}
        entries.append(
            Entry(
                host=phone.host,
                mac=found["snom_mac"],
                model=found.get("snom_model", "D785"),
                settings=layers,
                version=found.get("snom_firmware_version"),
                phone_book=found.get("snom_phone_book"),
                phone_book_complete=found.get("snom_phone_book_complete", True),
            )
        )
    users = frozenset(
        str(value) for entry in entries for value in _values(entry.settings) if not isinstance(value, (dict, list))
    )
    rendering = render(entries, Catalog(()), RenderOptions(base_url="https://p.example", shared_users=users))
    generation = Generation(name=rendering.generation, read=rendering.files.get)
    result = {}
    for phone in fleet.phones:
        names = generation.listed(rendering.phones[phone.host]) or []
        result[phone.mac] = [rendering.files[name] for name in names]
    return result


def provisioned(fleet: Fleet) -> dict[str, dict[str, tuple[str, str]]]:
    """The settings that each phone would get from us, by its MAC."""
    return {
        mac: {
            one.wire_name: (one.value, one.perm or "")
            for content in contents
            for one in read_settings_file(content)
            if one.name not in APART
        }
        for mac, contents in published(fleet).items()
    }


def _values(value: Any) -> list[Any]:
    return [found for item in value.values() for found in _values(item)] if isinstance(value, dict) else [value]


@settings(deadline=None, max_examples=40)
@given(files(), files())
def test_phones_get_from_us_what_files_of_xml_gave_them(one: list[Given], other: list[Given]) -> None:
    own = [item for item in other if item[:2] not in {two[:2] for two in one}]
    served = {MACS[0]: one, MACS[1]: [*one, *own]}
    fleet = adopt([parse_file(f"snomD785-{mac}.htm", as_xml(given_settings)) for mac, given_settings in served.items()])
    assert provisioned(fleet) == {mac: told(given_settings) for mac, given_settings in served.items()}


@settings(deadline=None, max_examples=40)
@given(files(("", "&", "!", "$")))
def test_phones_get_from_us_what_files_of_text_gave_them(one: list[Given]) -> None:
    fleet = adopt([parse_file(f"snomD785-{MACS[0]}.htm", as_text(one))])
    assert provisioned(fleet) == {MACS[0]: told(one)}


WORD = TEXT.filter(bool)
BOOK = st.tuples(
    st.sampled_from(['complete="true"', 'complete="true" e="2"', "", 'e="2"', 'complete="false"']),
    st.lists(st.tuples(WORD, st.sampled_from("1234567")), max_size=5),
)
Book = tuple[str, list[tuple[str, str]]]


def with_book(name: str, book: Book | None) -> bytes:
    if book is None:
        return f"<settings><phone-settings><phone_name>{name}</phone_name></phone-settings></settings>".encode()
    says, entries = book
    rows = "".join(
        f'<item context="active" type="" index="{number}"><name>{html.escape(text)}</name><number>{of}</number></item>'
        for number, (text, of) in enumerate(entries)
    )
    return (
        f"<settings><phone-settings><a_b>{name}</a_b></phone-settings><tbook {says}>{rows}</tbook></settings>".encode()
    )


def book_after(book: Mapping[str, str], contents: list[bytes]) -> dict[str, str]:
    """What is in a phone after it took these files: names by number, as Snom's page on the tag has it."""
    found = dict(book)
    for content in contents:
        for table in ElementTree.fromstring(content).iter("tbook"):
            found = {} if table.get("complete") == "true" else found
            found |= {item.findtext("number", ""): item.findtext("name", "") for item in table.iter("item")}
    return found


@settings(deadline=None, max_examples=25)
@given(
    st.none() | BOOK, st.lists(st.none() | BOOK, min_size=1, max_size=2), st.dictionaries(st.sampled_from("1289"), WORD)
)
def test_the_phone_book_becomes_what_the_files_made_it(
    shared: Book | None, own: list[Book | None], before: dict[str, str]
) -> None:
    first = with_book("of all", shared)
    given_files = {mac: with_book(mac, book) for mac, book in zip(MACS, own, strict=False)}
    fleet = adopt(
        [
            parse_file("snomD785.htm", first),
            *(parse_file(f"snomD785-{mac}.htm", one) for mac, one in given_files.items()),
        ]
    )
    for mac, contents in published(fleet).items():
        once = book_after(before, [first, given_files[mac]])
        assert book_after(before, contents) == once
        # A phone that ran by the files.
        assert book_after(once, contents) == once


def test_an_empty_phone_book_that_adds_nothing_empties_no_phone() -> None:
    """FusionPBX serves such a one to the 720."""
    content = b'<settings><phone-settings><a_b>c</a_b></phone-settings><tbook e="2">\n</tbook></settings>'
    fleet = adopt([parse_file(f"{MACS[0]}.xml", content)])
    assert not any(b"complete" in one for one in published(fleet)[MACS[0]])
    assert variables(texts(fleet, "phones", ()), "snom-000413aabb01")["snom_phone_book_complete"] is False
    assert "goes beside what is in the phone" in fleet.notes[-1]


def adopted(*rows: str, **more: Any) -> Fleet:
    content = f"<settings><phone-settings>{''.join(rows)}</phone-settings></settings>"
    return adopt([parse_file(f"{MACS[0]}.xml", content.encode())], **more)


def test_secrets_stand_apart() -> None:
    fleet = adopted(
        '<user_pass idx="1" perm="R">n0t-seen</user_pass><http_pass>n0t-seen</http_pass><ldap_password/>',
        "<action_setup_url>http://a:n0t-seen@x.example/</action_setup_url>",
        "<admin_mode_password>n0t-seen</admin_mode_password>",
        "<admin_mode_password_confirm>n0t-seen</admin_mode_password_confirm>",
    )
    written = {one.path: one for one in texts(fleet, "phones", ())}
    assert [path for path, one in written.items() if "n0t-seen" in one.text] == ["group_vars/phones/secrets.yml"]
    assert [path for path, one in written.items() if one.secret] == ["group_vars/phones/secrets.yml"]
    assert "n0t-seen" not in repr(fleet) + repr(written)
    (phone,) = fleet.phones
    assert list(phone.secrets) == ["action_setup_url", "admin_mode_password", "http_pass", "user_pass1"]
    assert phone.settings["user_pass"] == {"1": {"value": refer_to("user_pass1"), "perm": "R"}}
    assert phone.settings["ldap_password"] == ""


@pytest.mark.parametrize("host", ["101", "007"])
def test_a_host_that_is_called_by_a_number_is_called_so_in_the_files(host: str) -> None:
    """Hosts are text to Ansible: with a number as the key there is no secret for inventory_hostname."""
    fleet = adopted('<user_pass idx="1" perm="">n0t-seen</user_pass>', hosts={MACS[0]: host})
    written = texts(fleet, "phones", ())
    read = {one.path: yaml.safe_load(one.text) for one in written}
    assert read["group_vars/phones/secrets.yml"] == {SECRETS: {host: {"user_pass1": "n0t-seen"}}}
    assert read["adopted.yml"] == {"phones": {"hosts": {host: None}}}
    # Numbers of settings are numbers.
    assert read[f"host_vars/{host}.yml"]["snom_settings"] == {"user_pass": {1: refer_to("user_pass1")}}
    assert variables(written, host)["snom_settings"] == {"user_pass": {1: "n0t-seen"}}


def test_a_password_that_is_not_the_confirmed_one() -> None:
    fleet = adopted(
        "<admin_mode_password>a</admin_mode_password><admin_mode_password_confirm>b</admin_mode_password_confirm>"
    )
    assert fleet.phones[0].left_out == {"admin_mode_password_confirm": "it is not the same as admin_mode_password"}


def test_what_leads_back_is_left_out_and_counted() -> None:
    fleet = adopted(
        "<setting_server>http://old.example/?token=n0t-seen</setting_server>",
        "<phone_type>snomD120</phone_type>",
        '<dnd_mode idx="1">on</dnd_mode><vol_ringer perm="R">3</vol_ringer>',
    )
    (phone,) = fleet.phones
    assert phone.settings == {"vol_ringer": {"value": "3", "perm": "R"}} and phone.model == "D120"
    assert fleet.notes == [
        "Left out because they lead back to the server that the phones come from: setting_server (1).",
        "Left out, with the reason at the end of each host's file: dnd_mode (1), phone_type (1).",
    ]
    assert "old.example" not in "".join(one.text for one in texts(fleet, "phones", ()))


def test_later_files_go_over_earlier_ones_and_what_all_have_is_shared() -> None:
    def file(name: str, text: str) -> Any:
        return parse_file(name, text.encode())

    fleet = adopt(
        [
            file("snomD120.htm", "language!: English\ntimezone: GER+1\nuser_host1: pbx.example\n"),
            *(file(f"snomD120-{mac}.htm", f"language: Deutsch\nuser_name1: {mac}\n") for mac in MACS),
        ]
    )
    assert fleet.shared == {"language": "Deutsch", "timezone": "GER+1", "user_host": {"1": "pbx.example"}}
    assert [fleet.own(phone) for phone in fleet.phones] == [{"user_name": {"1": mac}} for mac in MACS]


def test_the_inventory_knows_names_and_models_best() -> None:
    fleet = adopted("<phone_type>snomD120</phone_type>", hosts={MACS[0]: "desk"}, models={MACS[0]: "D785"})
    assert [(phone.host, phone.model) for phone in fleet.phones] == [("desk", "D785")]
    (phone,) = adopted("<language/>").phones
    assert phone.host == "snom-000413aabb01" and phone.model is None


def test_firmware_counts_only_where_files_make_a_phone_load_it() -> None:
    image = "http://old.example/chain.bin?mac={mac}&amp;chained_url=http%3A%2F%2Fold.example%2FsnomD785-10.1.175.16-SIP-r.bin"
    firmware = parse_file("fw.xml", f"<firmware-settings><firmware>{image}</firmware></firmware-settings>".encode())
    for policy, version in (("auto_update", "10.1.175.16"), ("settings_only", "None")):
        text = f"update_policy: {policy}\nfirmware_status: http://old.example/fw.xml\nlanguage: English\n"
        (phone,) = adopt([parse_file(f"snomD785-{MACS[0]}.htm", text.encode()), firmware]).phones
        assert str(phone.version) == version
        assert "firmware_status" in phone.left_out


def test_a_flag_that_no_page_explains() -> None:
    """Its setting was left out with it."""
    fleet = adopted('<phone_name perm="2">Desk</phone_name><user_pass idx="1" perm="WR">hush</user_pass>')
    (phone,) = fleet.phones
    assert phone.settings == {"phone_name": "Desk", "user_pass": {"1": refer_to("user_pass1")}}
    assert phone.secrets == {"user_pass1": "hush"} and list(phone.left_out) == ["phone_name, perm", "user_pass1, perm"]


def test_a_file_of_firmware_that_is_text() -> None:
    """As servers of the time of firmware 6 give it. It was told that no phone reads it."""
    image = b"\nfirmware: http://old.example/snom320-6.5.20-SIP-j.bin\n"
    status = b"firmware_status!: http://old.example/fw/snom320-fw.php?mac={mac}"
    text = b"\n".join([b"update_policy!: auto_update", status, b"language: English\n"])
    fleet = adopt([parse_file(f"snom320-{MACS[0]}.htm", text), parse_file("fw/snom320-fw.php", image)])
    assert str(fleet.phones[0].version) == "6.5.20"
    assert not any("fw.php" in note for note in fleet.notes)
    asked = image.replace(b"snom320-6", b"get.php?file=snom320-6")
    fleet = adopt([parse_file(f"snom320-{MACS[0]}.htm", text), parse_file("fw/snom320-fw.php", asked)])
    assert str(fleet.phones[0].version) == "6.5.20"
    alone = adopt([parse_file(f"snom320-{MACS[0]}.htm", image), parse_file("snom320.htm", image)]).phones
    assert [(phone.model, list(phone.left_out)) for phone in alone] == [("320", ["firmware"])]


def test_lines_that_are_no_settings_are_told() -> None:
    notes = adopt([parse_file(f"{MACS[0]}.htm", b"language: English\nuser_pass1=hush\nvlan: 5\n")]).notes
    assert any(note.endswith(f"passed over: {MACS[0]}.htm (1).") for note in notes)
    assert any(note.startswith(f"Lines of text without a flag: {MACS[0]}.htm (2).") for note in notes)
    assert not any("hush" in note for note in notes)


def test_a_phone_book() -> None:
    entry = '<item context="active" type="vip"><name>A &amp; B</name><number>*21#</number></item>'
    content = f'<settings><phone-settings><dst/></phone-settings><tbook complete="true">{entry}</tbook></settings>'
    both = [parse_file(f"{mac}.xml", content.encode()) for mac in MACS]
    fleet = adopt(both)
    assert fleet.shared_book == [{"name": "A & B", "number": "*21#", "type": "vip"}]
    assert fleet.notes[1:] == [] and "Nothing tells the model" in fleet.notes[0]
    found = variables(texts(fleet, "phones", ()), "snom-000413aabb01")
    entries = [Entry(host="h", mac=MACS[0], model="D785", phone_book=found["snom_phone_book"])]
    rendering = render(entries, Catalog(()), RenderOptions(base_url="https://p.example"))
    books = [book for content in rendering.files.values() if (book := read_phone_book_file(content))]
    assert books == [book.contacts for book in both[0].phone_books]
    alone = adopt(both[:1])
    assert alone.shared_book is None and "snom_phone_book" in texts(alone, "phones", ())[1].text


def book_of(*tables: str) -> Fleet:
    content = f"<settings><phone-settings><dst/></phone-settings>{''.join(tables)}</settings>"
    return adopt([parse_file(f"{MACS[0]}.xml", content.encode())])


ENTRY = "<item><name>A</name><number>1</number>{}</item>"


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ([f'<tbook complete="true">{ENTRY.format("")}</tbook>'] * 2, "gives 2 of it, and no page says"),
        # Of version 2.0, by Snom's page on the tag: without the entries an empty one would empty the phone's.
        (
            ['<tbook complete="true" version="2.0"><contact fav="true"><last_name>A</last_name></contact></tbook>'],
            "it has contact, which",
        ),
        (
            [f'<tbook complete="true">{ENTRY.format("<photo>aGk=</photo>")}{ENTRY.format("")}</tbook>'],
            "it has photo, which",
        ),
        (['<tbook><item vip="true"><name>A</name><number>1</number></item></tbook>'], "it has vip, which"),
    ],
)
def test_a_phone_book_that_nobody_can_write_as_it_is_stays_in_the_phone(tables: list[str], reason: str) -> None:
    fleet = book_of(*tables)
    (phone,) = fleet.phones
    assert phone.phone_book is None and reason in phone.left_out["phone book"]
    assert not any(read_phone_book_file(content) for content in published(fleet)[MACS[0]])
    assert any("phone book (1)" in note for note in fleet.notes)


def test_the_places_of_entries_are_kept() -> None:
    """A first name alone is one name; new phones would show it twice beside a name (Gigaset's page on the tag)."""
    rows = [
        '<item index="2"><name>C</name><number>3</number></item>',
        '<item index="0" context="active"><first_name>A</first_name><last_name></last_name><number>1</number></item>',
        '<item index="1"><first_name>B</first_name><last_name>D</last_name><number>2</number></item>',
    ]
    fleet = book_of(f'<tbook complete="true">{"".join(rows)}</tbook>')
    (book,) = [
        table for content in published(fleet)[MACS[0]] for table in ElementTree.fromstring(content).iter("tbook")
    ]
    assert [[(part.tag, part.text) for part in item] for item in book] == [
        [("name", "A"), ("number", "1")],
        [("first_name", "B"), ("last_name", "D"), ("name", "B D"), ("number", "2")],
        [("name", "C"), ("number", "3")],
    ]


def test_an_entry_as_phones_and_templates_spell_it() -> None:
    entry = '<item context="" type="" fav="false" mod="true" index="0"><name>\n  A\n</name><number>\n1 </number>'
    more = "<email/><note>Street 1\nTown</note></item>"
    fleet = book_of(f'<tbook complete="true">{entry}{more}</tbook>')
    assert fleet.phones[0].phone_book == [{"name": "A", "number": "1", "fav": "false", "note": "Street 1\nTown"}]
    found = variables(texts(fleet, "phones", ()), "snom-000413aabb01")["snom_phone_book"]
    assert found == fleet.phones[0].phone_book
    ((book,),) = [read for content in published(fleet)[MACS[0]] if (read := read_phone_book_file(content))]
    assert (book.name, book.more["note"]) == ("A", "Street 1\nTown")


def test_several_phone_books_in_a_list_go_over_each_other_in_their_order() -> None:
    names = ["first.xml", "second.xml", "third.xml"]
    listed = "".join(f'<file url="http://x.example/{name}"/>' for name in ["own.xml", *names])
    tables = [
        f'<tbook complete="true" version="2.0"><contact/>{ENTRY.format("")}</tbook>',
        f'<tbook complete="true">{ENTRY.format("")}</tbook>',
        "<tbook><item><name>B</name><number>2</number></item><item><name>C</name><number>1</number></item></tbook>",
    ]
    fleet = adopt(
        [
            parse_file(f"{MACS[0]}.xml", f"<setting-files>{listed}</setting-files>".encode()),
            parse_file("own.xml", b"<settings><phone-settings><dst/></phone-settings></settings>"),
            *(parse_file(name, table.encode()) for name, table in zip(names, tables, strict=True)),
        ]
    )
    (phone,) = fleet.phones
    assert phone.phone_book == [{"name": "B", "number": "2"}, {"name": "C", "number": "1"}]
    assert not phone.adds_to_book and "phone book" not in phone.left_out


def test_settings_in_no_section_are_told_and_not_taken() -> None:
    text = b"<settings><user_name idx='1' perm=''>107</user_name><language>English</language></settings>"
    fleet = adopt([parse_file(f"{MACS[0]}.xml", text)])
    (phone,) = fleet.phones
    assert (phone.settings, phone.users) == ({}, [])
    assert "that phones read them: language (1), user_name (1)." in "\n".join(fleet.notes)


def test_a_sip_user_that_several_phones_have_is_meant_to_be_there() -> None:
    text = b"user_name1: 100\nuser_host1: p\n"
    fleet = adopt([parse_file(f"snomD785-{mac}.xml", text) for mac in MACS])
    group = yaml.safe_load(texts(fleet, "phones", ())[0].text)
    assert group["provisioning_shared_users"] == ["100@p"] and "registers 100@p" in " ".join(fleet.notes)
    assert "provisioning_shared_users" not in texts(adopted("<dst/>"), "phones", ())[0].text


def test_a_name_that_fusionpbx_gives_to_phones_tells_the_model() -> None:
    for name, model in (("snomD735-aabb01", "D735"), ("snomD735-aabb02", None), ("snom reception", None)):
        assert adopted(f"<phone_name>{name}</phone_name>").phones[0].model == model


def test_all_that_a_person_should_know_is_said() -> None:
    text = (
        "<settings><phone-settings><language>a</language><language>b</language></phone-settings>"
        "<time_24_format>on</time_24_format><certificates/><tbook><item><name>A</name></item></tbook></settings>"
    )
    listed = '<setting-files><file url="gone.xml"/><file url="a.xml"/></setting-files>'
    fleet = adopt(
        [
            parse_file(f"{MACS[0]}.xml", listed.encode()),
            parse_file("a.xml", text.encode()),
            parse_file("alone.xml", b"language: a\n"),
            parse_file("other.cfg", b"<polycomConfig/>"),
        ],
        ["image\x1b.bin"],
    )
    said = "\n".join(fleet.notes)
    assert "phone book" in fleet.phones[0].left_out
    for part in (
        "Lists name files that are not there: gone.xml.",
        "No phone reads these, by their names and by the lists that are there: alone.xml.",
        "the last was taken: language (1).",
        "does not write: certificates (1).",
        "no page says that phones read them: time_24_format (1).",
        r"no setting files of Snom's desk phones: image\x1b.bin, other.cfg.",
    ):
        assert part in said


def served(**files: str) -> Fleet:
    return adopt(
        [
            parse_file(name.replace("__", "-").replace("_htm", ".htm").replace("_xml", ".xml"), text.encode())
            for name, text in files.items()
        ]
    )


def test_as_wazo_serves_it() -> None:
    """A list for the model and one for the phone, files that they name, and keys that are XML of their own."""
    fleet = served(
        snomD862_htm='<setting-files><file url="http://w.example:8667/snom-general.xml"/>'
        '<file url="http://w.example:8667/snomD862.xml"/></setting-files>',
        snom__general_xml="<settings><phone-settings><provisioning_order perm='R'>dhcp:stop</provisioning_order>"
        "<update_policy perm='R'>auto_update</update_policy><gui_fkey4 perm='R'>keyevent F_NONE</gui_fkey4>"
        "<user_active idx='1' perm='R'>off</user_active></phone-settings>"
        "<functionKeys><fkey idx='0' context='active' perm='R'>line</fkey></functionKeys></settings>",
        snomD862_xml="<firmware-settings><firmware-status>http://w.example:8667/snomD862-firmware.xml"
        "</firmware-status></firmware-settings>",
        snomD862__000413AABB01_htm='<setting-files><file url="http://w.example:8667/000413AABB01.xml"/></setting-files>',
        **{
            "000413AABB01_xml": "<settings><phone-settings e='2'><vlan_id perm='R'></vlan_id> stray "
            "<user_active idx='1' perm='R'>on</user_active><user_pass idx='1' perm='R'>n0t-seen</user_pass>"
            "<setting_server perm='RW'>http://w.example:8667</setting_server>"
            "<gui_fkey4 perm='R'><initialization><variable name='label' value='Book'/></initialization>"
            "<action><url target='http://w.example/book' when='on press'/></action></gui_fkey4>"
            "<context_key idx='3' perm='RW'><action><url target='http://w.example'/></action></context_key>"
            "</phone-settings><functionKeys><fkey idx='0' short_label='A' label='Anna' context='active' perm='R'>"
            "blf 101|*8</fkey></functionKeys></settings>"
        },
    )
    (phone,) = fleet.phones
    assert (phone.model, phone.version) == ("D862", None)
    assert phone.settings["user_active"] == {"1": {"value": True, "perm": "R"}}
    # It would empty the key, or bring back what a file before it says.
    assert not {"gui_fkey4", "context_key"} & set(phone.settings)
    reason = "its value is XML of its own, which this collection does not write"
    assert {name: why for name, why in phone.left_out.items() if why == reason} == {
        "gui_fkey4": reason,
        "context_key3": reason,
    }
    assert any("gui_fkey4 (1)" in note and "context_key (1)" in note for note in fleet.notes)
    assert provisioned(fleet)["000413AABB01"]["fkey0"] == ("blf 101|*8", "R")


def test_one_that_is_given_plainly_again_is_a_setting_again() -> None:
    nested = "<settings><phone-settings><gui_fkey1><action/></gui_fkey1></phone-settings></settings>"
    plain = "<settings><phone-settings><gui_fkey1>keyevent F_DND</gui_fkey1></phone-settings></settings>"
    (phone,) = served(snomD785_htm=nested, snomD785__000413AABB01_htm=plain).phones
    assert phone.settings["gui_fkey1"] == "keyevent F_DND" and "gui_fkey1" not in phone.left_out


def test_as_fs_pbx_serves_it() -> None:
    """One file for a phone, with empty lines before it where its template has comments and choices."""
    text = (
        '\n\n<?xml version="1.0" encoding="utf-8"?>\n<settings><phone-settings e="2">\n'
        '<user_host idx="1" perm="R">pbx.example:5060</user_host><user_pass idx="1" perm="R">n0t-seen</user_pass>'
        '<setting_server perm="RW">https://pbx.example/prov/{mac}.xml</setting_server>'
        '<system_time perm="RW">1795413660</system_time><update_policy perm="">auto_update</update_policy>'
        '<firmware perm="R">https://pbx.example/fw/snomD862-10.1.198.19-SIP-r.bin</firmware>'
        '<tr69_params perm="">;Device.X_Snom_HttpPass</tr69_params>'
        '<user_dp_str idx="1" perm="">|(^911$)|sip:\\1@\\d|d</user_dp_str></phone-settings>\n'
        '<functionKeys e="2"><fkey idx="0" context="active" label="L" perm="">line</fkey></functionKeys></settings>'
    )
    fleet = served(**{"000413AABB01_xml": text})
    (phone,) = fleet.phones
    assert (phone.model, str(phone.version)) == ("D862", "10.1.198.19")
    assert "system_time" not in phone.settings and phone.secrets == {"user_pass1": "n0t-seen"}
    # The image is not in a catalogue here.
    phone.version = None
    given_to_it = provisioned(fleet)["000413AABB01"]
    assert given_to_it["user_host1"] == ("pbx.example:5060", "R")
    assert given_to_it["user_dp_str1"][0] == "|(^911$)|sip:\\1@\\d|d"


def test_as_provisioner_serves_it() -> None:
    """Settings without a flag, a number that is empty, one given twice, a dial plan, and a file of firmware."""
    fleet = served(
        snom720__000413AABB01_htm="<settings><phone-settings><answer_after_policy>idle</answer_after_policy>"
        "<record_missed_calls idx='' perm=''>off</record_missed_calls><dkey_retrieve perm=''>dtmf F_REDIAL"
        "</dkey_retrieve><dkey_retrieve perm=''>keyevent F_RETRIEVE</dkey_retrieve>"
        "<update_policy perm=''>auto_update</update_policy>"
        "<firmware_status perm='R'>http://p.example/000413AABB01_firmware.xml</firmware_status></phone-settings>"
        "<dialplan><template match='911' timeout='0'/></dialplan></settings>",
        **{
            "000413AABB01_firmware_xml": "<firmware-settings><firmware perm=''>http://p.example/"
            "snom720-8.9.3.80-SIP-r.bin</firmware></firmware-settings>"
        },
    )
    (phone,) = fleet.phones
    assert (phone.model, str(phone.version)) == ("720", "8.9.3.80")
    assert phone.settings["dkey_retrieve"] == "keyevent F_RETRIEVE"
    assert any(note.startswith("Given twice") and "dkey_retrieve (1)" in note for note in fleet.notes)
    assert any("dialplan (1)" in note for note in fleet.notes)
    phone.version = None
    assert provisioned(fleet)["000413AABB01"]["answer_after_policy"] == ("idle", "")


def test_no_phone() -> None:
    with pytest.raises(InputError, match="no setting file with a MAC address in its name"):
        adopt([parse_file("snomD785.htm", b"language: English\n")])


def test_dect_bases_alone() -> None:
    with pytest.raises(InputError, match=r"of DECT bases, which are no desk phones: snomM900-000413AABB01\.htm\. Name"):
        adopt([parse_file("snomM900-000413AABB01.htm", b"language: English\n")])
