# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lease files, as the servers' documentation has them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.plugin_utils.sources import lines
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.dnsmasq import read_dnsmasq
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.isc_dhcpd import read_isc_dhcpd
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_file import read_kea_file
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import SourceFailed, Statements

NOW = 1_700_000_000
HEADER = (
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n"
)
DESK, LIFT = "00:04:13:45:12:0a", "1c:71:26:00:00:0b"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PAUSE", 0)


def kea(address: str, mac: str, *, life: int = 3600, ends: int = NOW + 60, state: int = 0, name: str = "") -> str:
    return f"{address},{mac},,{life},{ends},1,0,0,{name},{state},,0\n"


def found(reading: Statements) -> dict[str | None, str | None]:
    return {one.mac: one.address for one in reading.said}


def read_kea(folder: Path, **files: str) -> Statements:
    for name, text in files.items():
        suffix = "" if name == "now" else f".{name.lstrip('_')}"
        (folder / f"leases.csv{suffix}").write_text(HEADER + text, "utf-8")
    return read_kea_file(str(folder / "leases.csv"), PREFIXES, NOW)


def test_the_last_line_on_an_address_counts(tmp_path: Path) -> None:
    reading = read_kea(
        tmp_path,
        now=kea("192.0.2.1", DESK, ends=NOW - 1)
        + kea("192.0.2.1", DESK, name="snom&#x2ca")
        + kea("192.0.2.2", LIFT)
        # The next ones take it away: another device's, declined, reclaimed, removed.
        + kea("192.0.2.2", "02:00:00:00:00:01")
        + "".join(kea(f"192.0.2.{10 + number}", f"00:04:13:00:00:{number:02x}") for number in range(3))
        + kea("192.0.2.10", "", state=1)
        + kea("192.0.2.11", "00:04:13:00:00:01", state=2)
        + kea("192.0.2.12", "00:04:13:00:00:02", life=0),
    )
    assert found(reading) == {"00041345120A": "192.0.2.1"}
    assert reading.said[0].as_dict() == {
        "address": "192.0.2.1",
        "hostname": "snom,a",
        "ends": "2023-11-14T22:14:20+00:00",
    }
    assert reading.said[0].leased


def test_a_lease_that_has_run_out_is_left_out_and_one_without_an_end_is_not(tmp_path: Path) -> None:
    forever = kea("192.0.2.2", LIFT, life=0xFFFFFFFF, ends=NOW - 100 + 0xFFFFFFFF)
    reading = read_kea(tmp_path, now=kea("192.0.2.1", DESK, ends=NOW) + forever)
    assert found(reading) == {"1C712600000B": "192.0.2.2"}
    assert reading.said[0].more["ends"] == "never"


def test_of_two_leases_of_one_phone_the_newer_counts(tmp_path: Path) -> None:
    moved = kea("192.0.2.1", DESK, ends=NOW + 3000) + kea("198.51.100.1", DESK, ends=NOW + 2000)
    assert found(read_kea(tmp_path, now=moved)) == {"00041345120A": "192.0.2.1"}


def test_files_beside_count_as_kea_itself_counts_them(tmp_path: Path) -> None:
    old, older = kea("192.0.2.2", LIFT), kea("192.0.2.1", LIFT) + kea("192.0.2.3", DESK)
    # While it cleans up.
    reading = read_kea(tmp_path, _2=older, _1=kea("192.0.2.1", LIFT, life=0) + old, now="")
    assert found(reading) == {"1C712600000B": "192.0.2.2", "00041345120A": "192.0.2.3"}
    # Once it has: the others may still be there, and are told from no longer.
    reading = read_kea(tmp_path, completed=old, now="")
    assert found(reading) == {"1C712600000B": "192.0.2.2"}


def test_a_line_that_is_being_written_is_none_yet(tmp_path: Path) -> None:
    (tmp_path / "leases.csv").write_text(HEADER + kea("192.0.2.1", DESK) + "192.0.2.2,00:04:13:45", "utf-8")
    assert found(read_kea(tmp_path)) == {"00041345120A": "192.0.2.1"}
    (tmp_path / "leases.csv").write_text("", "utf-8")
    assert not read_kea(tmp_path).said


def test_files_that_are_renamed_while_they_are_opened_are_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_kea(tmp_path, _2=kea("192.0.2.2", LIFT), _1=kea("192.0.2.1", DESK), now="")
    really = lines.open_regular

    def rename_meanwhile(path: str) -> int:
        opened = really(path)
        if path.endswith(".2") and (tmp_path / "leases.csv.1").exists():
            # Kea is done between the first file and the second.
            both = tmp_path / "leases.csv.output"
            both.write_text(HEADER + kea("192.0.2.2", LIFT) + kea("192.0.2.1", DESK), "utf-8")
            os.replace(tmp_path / "leases.csv.1", tmp_path / "gone")
            os.replace(both, tmp_path / "leases.csv.2")
        return opened

    monkeypatch.setattr(lines, "open_regular", rename_meanwhile)
    assert set(found(read_kea(tmp_path))) == {"1C712600000B", "00041345120A"}


def test_the_moment_in_which_kea_begins_a_new_file_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_kea(tmp_path, _1=kea("192.0.2.1", DESK), now="")
    new = tmp_path / "leases.csv"
    new.unlink()
    pauses: list[float] = []

    def begin(seconds: float) -> None:
        pauses.append(seconds)
        new.write_text(HEADER, "utf-8")

    monkeypatch.setattr(lines.read_together, "__kwdefaults__", {**lines.read_together.__kwdefaults__, "sleep": begin})
    assert found(read_kea(tmp_path)) == {"00041345120A": "192.0.2.1"}
    assert len(pauses) == 1


@pytest.mark.parametrize("text", ["# dhcpd.leases\n", "address,duid,valid_lifetime,expire\n", "\x00\n"])
def test_what_is_no_lease_file_of_kea_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "leases.csv").write_text(text, "utf-8")
    with pytest.raises(SourceFailed, match="no lease file of Kea for IPv4"):
        read_kea(tmp_path)


def test_hostile_lines_harm_nobody(tmp_path: Path) -> None:
    strange = "x" * 200_000 + "\n" + "192.0.2.1" + "," * 5000 + "\n" + kea("192.0.2.9", "{{ mac }}") + "\xff\x00\n"
    huge = kea("192.0.2.8", DESK, ends=10**14)
    reading = read_kea(tmp_path, now=strange + huge + kea("192.0.2.1", LIFT, name="y" * 5000))
    assert found(reading) == {"00041345120A": "192.0.2.8", "1C712600000B": "192.0.2.1"}
    assert [len(one.more["hostname"]) for one in reading.said] == [0, 200]
    # A time that no calendar has.
    assert reading.said[0].more["ends"] == ""


def test_a_file_that_is_missing_or_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match=r"there is no file .*leases\.csv"):
        read_kea_file(str(tmp_path / "leases.csv"), PREFIXES, NOW)
    os.mkfifo(tmp_path / "fifo")
    for read in (read_kea_file, read_dnsmasq, read_isc_dhcpd):
        with pytest.raises(SourceFailed, match="no regular file"):
            read(str(tmp_path / "fifo"), PREFIXES, NOW)


def test_a_file_that_is_too_large_is_told_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "leases.csv").open("wb") as file:
        file.truncate(lines.MAX_BYTES + 1)
    with pytest.raises(SourceFailed, match="more than 512 MB"):
        read_kea_file(str(tmp_path / "leases.csv"), PREFIXES, NOW)


def test_leases_of_dnsmasq(tmp_path: Path) -> None:
    file = tmp_path / "dnsmasq.leases"
    file.write_text(
        f"{NOW + 60} {DESK} 192.0.2.1 snomD785 01:{DESK}\n"
        f"0 {LIFT} 192.0.2.2 * *\n"
        f"{NOW - 60} 00:04:13:00:00:01 192.0.2.3 old *\n"
        f"{NOW + 60} 06-00:04:13:00:00:02 192.0.2.4 token-ring *\n"
        f"{NOW + 60} 02:00:00:00:00:01 192.0.2.5 laptop *\n"
        "duid 00:01:00:01:2a\n"
        f"{NOW + 60} 1234 2001:db8::1 v6 00:01\n",
        "utf-8",
    )
    reading = read_dnsmasq(str(file), PREFIXES, NOW)
    assert found(reading) == {"00041345120A": "192.0.2.1", "1C712600000B": "192.0.2.2"}
    assert [one.more["hostname"] for one in reading.said] == ["snomD785", ""]
    assert reading.said[1].more["ends"] == "never"


@pytest.mark.parametrize("half", ["", f"{NOW + 60} {DESK} 192.0.2.1 a *\n{NOW + 60} {LIFT} 192."])
def test_a_file_that_dnsmasq_is_writing_is_read_again(
    tmp_path: Path, half: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dnsmasq.leases"
    file.write_text(half, "utf-8")
    written = file.stat().st_mtime

    def finish(seconds: float) -> None:
        file.write_text(f"{NOW + 60} {DESK} 192.0.2.1 a *\n{NOW + 60} {LIFT} 192.0.2.2 b *\n", "utf-8")

    monkeypatch.setattr(lines.read_together, "__kwdefaults__", {**lines.read_together.__kwdefaults__, "sleep": finish})
    assert len(read_dnsmasq(str(file), PREFIXES, NOW, lambda: written).said) == 2


def test_an_empty_file_of_dnsmasq_that_is_old_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "dnsmasq.leases"
    file.write_text("", "utf-8")
    later = file.stat().st_mtime + 60
    assert not read_dnsmasq(str(file), PREFIXES, NOW, lambda: later).said


def test_what_is_no_lease_file_of_dnsmasq_is_told(tmp_path: Path) -> None:
    file = tmp_path / "dnsmasq.leases"
    for given in ("some words of a log\n" * 40, "domain=lan\ndhcp-host=00:04:13:00:00:06,192.0.2.6\n"):
        file.write_text(given, "utf-8")
        with pytest.raises(SourceFailed, match="no lease file of dnsmasq"):
            read_dnsmasq(str(file), PREFIXES, NOW)


DHCPD = """
# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;

lease 192.0.2.1 {
  starts 2 2023/11/14 22:00:00;
  ends 2 2023/11/14 22:13:00;
  binding state active;
  hardware ethernet 00:04:13:45:12:0a;
}
lease 192.0.2.1 {
  starts 2 2023/11/14 22:10:00;
  ends 2 2023/11/14 23:10:00;
  cltt 2 2023/11/14 22:10:00;
  binding state active;
  next binding state free;
  hardware ethernet 00:04:13:45:12:0a;
  uid "\\001\\000\\004\\023E\\022\\012";
  set vendor-class-identifier = "snomD785";
  client-hostname "desk";
}
lease 192.0.2.2 {
  starts epoch 1699999000; # Tue Nov 14 21:56:40 2023
  ends never;
  binding state active;
  hardware ethernet 1c:71:26:00:00:0b;
}
lease 192.0.2.3 {
  starts 2 2023/11/14 22:00:00;
  ends 2 2023/11/14 23:00:00;
  binding state free;
  hardware ethernet 00:04:13:00:00:03;
}
lease 192.0.2.4 {
  starts 2 2023/11/14 22:00:00;
  ends 2 2023/11/14 22:13:00;
  binding state active;
  hardware ethernet 00:04:13:00:00:04;
}
lease 192.0.2.5 {
  ends 2 2023/99/99 22:13:00;
  binding state active;
  hardware ethernet 00:04:13:00:00:05;
}
lease 192.0.2.7 {
  starts 2 2023/11/14 22:00:00;
  ends never;
  binding state active;
  hardware ethernet 00:04:13:00:00:07;
  set vendor-class-identifier = "snomM900";
}
failover peer "dhcp" state {
  my state normal at 2 2023/11/14 22:13:00;
}
lease 192.0.2.6 {
  starts 2 2023/11/14 22:00:00;
  ends never;
  hardware ethernet 00:04:13:00:00:06;
"""


def test_leases_of_isc_dhcpd(tmp_path: Path) -> None:
    file = tmp_path / "dhcpd.leases"
    file.write_text(DHCPD, "utf-8")
    reading = read_isc_dhcpd(str(file), PREFIXES, NOW)
    assert found(reading) == {"00041345120A": "192.0.2.1", "1C712600000B": "192.0.2.2"}
    assert [(one.model, one.more["hostname"]) for one in reading.said] == [("D785", "desk"), (None, "")]


def test_what_is_no_lease_file_of_isc_dhcpd_is_told(tmp_path: Path) -> None:
    file = tmp_path / "dhcpd.leases"
    file.write_text("host: something else\n" * 100, "utf-8")
    with pytest.raises(SourceFailed, match="no lease of ISC dhcpd"):
        read_isc_dhcpd(str(file), PREFIXES, NOW)
    settings = "  option routers 192.0.2.254;\n" * 9
    for given in (settings, f"# dhcpd.conf\nsubnet 192.0.2.0 netmask 255.255.255.0 {{\n{settings}}}\n"):
        file.write_text(given, "utf-8")
        with pytest.raises(SourceFailed, match="no lease of ISC dhcpd"):
            read_isc_dhcpd(str(file), PREFIXES, NOW)
    file.write_text("# dhcpd has given none yet\n" * 20, "utf-8")
    assert not read_isc_dhcpd(str(file), PREFIXES, NOW).said
