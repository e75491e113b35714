# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.plugin_utils.sources import table
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import SourceFailed, Statements
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.table import Table, read_table

GERMAN = 'MAC-Adresse;Gerätetyp;Standort;Nebenstelle;"IP-Adresse"\r\n00:04:13:45:12:0A;Snom D785;Köln;401;192.0.2.1\r\n'


def read(tmp_path: Path, content: bytes | str, **options: Any) -> Statements:
    file = tmp_path / "phones.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(Table(path=str(file), **options), PREFIXES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_german_headings_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    (one,) = read(tmp_path, GERMAN.encode(encoding)).said
    assert (one.mac, one.model, one.site, one.accounts, one.address) == (
        *("00041345120A", "D785", "Köln", ("401",), "192.0.2.1"),
    )


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    (one,) = read(tmp_path, f"mac{separator}site\n00041345120A{separator}a\n").said
    assert one.site == "a"


def test_excels_own_word_on_the_separator_counts(tmp_path: Path) -> None:
    (one,) = read(tmp_path, "sep=:\r\nmac:site\r\n00041345120A:a;b\r\n").said
    assert one.site == "a;b"


def test_an_export_of_fusionpbx(tmp_path: Path) -> None:
    text = (
        '"device_mac_address","device_label","device_vendor","device_template","device_enabled"\n'
        '"000413-45120a","Desk","snom","snom/720","true"\n"805ec0000001","Other","yealink","yealink/t46s","true"\n'
    )
    reading = read(tmp_path, text, columns={"label": "device_label"})
    assert [(one.mac, one.model, one.more) for one in reading.said] == [("00041345120A", "720", {"label": "Desk"})]
    assert not reading.notes


@pytest.mark.parametrize(
    "heading",
    [
        "alias;ipaddr;Desk phone MAC (LAN);fwversion",
        "#alias;ipaddr;mac;fwversion",
        "Ext.;IP addr;macaddr;Software-Version",
        "ext;IP;Phone MAC;FW Version",
    ],
)
def test_headings_of_other_exports(tmp_path: Path, heading: str) -> None:
    (one,) = read(tmp_path, f"{heading}\n401;192.0.2.1;0004:1345:120A;10.1.64.14\n").said
    assert (one.accounts, one.address, one.mac, one.firmware) == (("401",), "192.0.2.1", "00041345120A", "10.1.64.14")


def test_leases_that_powershell_has_exported(tmp_path: Path) -> None:
    text = (
        '#TYPE Microsoft.Management.Infrastructure.CimInstance\r\n"IPAddress","ScopeId","ClientId","HostName"\r\n'
        '"192.0.2.1","192.0.2.0","00-04-13-45-12-0a","snomD785"\r\n"192.0.2.2","192.0.2.0","01-02","pc"\r\n'
    )
    reading = read(tmp_path, text)
    assert [(one.mac, one.address) for one in reading.said] == [("00041345120A", "192.0.2.1")]


def test_columns_name_what_headings_do_not_say(tmp_path: Path) -> None:
    text = "Gerät;Kennung;Raum\nD735;00-04-13-45-12-0A;3.14\n"
    (one,) = read(tmp_path, text, columns={"mac": "kennung", "model": "Gerät", "room": "Raum"}).said
    assert (one.mac, one.model, one.more) == ("00041345120A", "D735", {"room": "3.14"})


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"columns: site is 'Ort', and .* has 'mac', 'Standort'"):
        read(tmp_path, "mac;Standort\n", columns={"site": "Ort"})
    with pytest.raises(InputError, match=r"no column that looks like the MAC address, only 'a;b'.*separator"):
        read(tmp_path, "a;b\n", separator=",")


def test_rows_that_cannot_be_used_are_counted_and_named(tmp_path: Path) -> None:
    text = "mac;model\n413451200;720\n4.13E+11;720\n00041345120A;D785\n00041345120a;D735\n00041345120B;T46\n;\n\n"
    reading = read(tmp_path, text)
    assert [(one.mac, one.model) for one in reading.said] == [("00041345120A", "D785"), ("00041345120B", None)]
    without, twice, model = reading.notes
    assert without.startswith("2 rows without a MAC address that can be read: row 2 '413451200', row 3")
    assert twice.startswith("1 row with a MAC address that stands further up: row 5 00041345120A.")
    assert model.startswith("1 row with a model that is not known: row 6 'T46'")


@pytest.mark.parametrize("model", ["M900", "Snom M700", "snom/m700", "snom-M65", "m9"])
def test_dect_bases_are_no_phones(tmp_path: Path, model: str) -> None:
    reading = read(tmp_path, f"mac;model\n00041345120A;{model}\n00041345120B;MP\n")
    assert [(one.mac, one.model) for one in reading.said] == [("00041345120B", "MP")]
    (note,) = reading.notes
    assert note.startswith("1 row with a DECT base or handset, which is no desk phone: row 2 ")


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        ("192.0.2.17/24", "192.0.2.17"),
        (" 192.0.2.17 ", "192.0.2.17"),
        ("2001:DB8::17/64", "2001:db8::17"),
        ("192.0.2.0/31", "192.0.2.0"),
        ("192.0.2.0/24", None),
        ("192.0.2.17/33", None),
        ("192.0.2.17/x", None),
        ("DHCP", None),
    ],
)
def test_an_address_with_the_length_of_its_network(tmp_path: Path, given: str, read_as: str | None) -> None:
    """As NetBox writes it. What is none is told."""
    reading = read(tmp_path, f"Name;Primary IP;MAC address\nx;{given};00041345120A\n")
    assert [one.address for one in reading.said] == [read_as]
    told = [note for note in reading.notes if note.startswith("1 row with an IP address that can't be read: row 2 ")]
    assert len(told) == len(reading.notes) == (read_as is None)


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        ("10.1.64.14", "10.1.64.14"),
        ("snomD785-SIP 10.1.64.14", "10.1.64.14"),
        ("snom370/8.7.5.35", "8.7.5.35"),
        ("unknown", None),
    ],
)
def test_a_version_as_phones_say_it(tmp_path: Path, given: str, read_as: str | None) -> None:
    """Monitoring has what SNMP or SIP said. What is none is told."""
    reading = read(tmp_path, f"mac;firmware\n00041345120A;{given}\n")
    assert [one.firmware for one in reading.said] == [read_as]
    told = [
        note for note in reading.notes if note.startswith("1 row with a firmware version that can't be read: row 2 ")
    ]
    assert len(told) == len(reading.notes) == (read_as is None)


@pytest.mark.parametrize("heading", ["address,hwaddr", "address,mac-address", "Primary IPv4,MAC Address"])
def test_headings_of_exported_leases(tmp_path: Path, heading: str) -> None:
    (one,) = read(tmp_path, f"{heading}\n192.0.2.17,00:04:13:45:12:0a\n").said
    assert (one.mac, one.address) == ("00041345120A", "192.0.2.17")


def test_a_row_for_each_account_of_a_phone(tmp_path: Path) -> None:
    """As Yeastar's PBXs export phones. What else differs is told."""
    text = "Manufacturer,Phonetype,Mac Address,Template,Extension,Label\n"
    rows = [("D735", "401"), ("D735", "402"), ("D735", "401"), ("D785", "403"), ("D735", "")]
    text += "".join(f"Snom,{model},00041345120a,Default,{account},x{account}\n" for model, account in rows)
    reading = read(tmp_path, text)
    (one,) = reading.said
    assert (one.mac, one.model, one.accounts) == ("00041345120A", "D735", ("401", "402"))
    (twice,) = reading.notes
    assert twice.startswith("3 rows with a MAC address that stands further up: row 4 00041345120A, row 5")
    many = "mac;extension\n" + "".join(f"00041345120A;{account}\n" for account in range(20))
    assert len(read(tmp_path, many).said[0].accounts) == 12
    assert read(tmp_path, "MAC Address;Assign Extension\n00041345120A;401\n").said[0].accounts == ("401",)


def test_hostile_files_are_refused_or_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = read(tmp_path, f"mac;site;ip\n00041345120A;{'x' * 5000};::1%eth0\n").said
    assert one.site is not None and (len(one.site), one.address) == (200, None)
    with pytest.raises(SourceFailed, match="can't be read as a table"):
        read(tmp_path, "mac;site\n00041345120A;" + "x" * 200_000)
    with pytest.raises(SourceFailed, match="1002 columns"):
        read(tmp_path, "mac" + ";a" * 1001)
    with pytest.raises(SourceFailed, match=r"not utf-8\. Say how it is written"):
        read(tmp_path, b"mac;site\n\xff", encoding="utf-8")
    with pytest.raises(InputError, match="encoding names none"):
        read(tmp_path, "mac\n", encoding="klingon")
    note = read(tmp_path, "mac;site\n\x1b[2J;x\n").notes[0]
    assert "\x1b" not in note
    monkeypatch.setattr(table, "MAX_PHONES", 10)
    with pytest.raises(SourceFailed, match="more than 10 rows"):
        read(tmp_path, "mac\n" + "00041345120A\n" * 11)
    monkeypatch.setattr(table, "MAX_BYTES", 1 << 20)
    with pytest.raises(SourceFailed, match="more than 1 MB"):
        read(tmp_path, b"mac\n" + b"x" * (1 << 20))


def test_an_encoding_that_is_no_text_encoding_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="encoding names none"):
        read(tmp_path, "mac\n", encoding="hex")


def test_two_headings_that_may_be_the_mac_address_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'PC MAC', 'Desk MAC'"):
        read(tmp_path, "PC MAC;Desk MAC\n00041345120B;00041345120A\n")
    assert not read(tmp_path, "mac;Machine\n00041345120A;pc-mac\n").notes
