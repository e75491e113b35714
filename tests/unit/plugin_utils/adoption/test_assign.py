# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.assign import (
    Assignment,
    assign,
    mac_in_name,
    plain_name,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.setting_file import parse_file

MAC = "000413AABBCC"


def settings(value: str) -> str:
    return f"<settings><phone-settings><language>{value}</language></phone-settings></settings>"


def listing(*urls: str) -> str:
    return "<setting-files>" + "".join(f'<file url="{url}"/>' for url in urls) + "</setting-files>"


def by_name(files: dict[str, str], models: dict[str, str] | None = None) -> Assignment:
    return assign([parse_file(name, text.encode()) for name, text in files.items()], models)


def read(assignment: Assignment, mac: str = MAC) -> list[str]:
    return [file.name for file in assignment.phones[mac].files]


@pytest.mark.parametrize(
    "name",
    [
        *("000413AABBCC.xml", "000413aabbcc.htm", "00:04:13:aa:bb:cc.xml", "00-04-13-AA-BB-CC.cfg", "0004.13aa.bbcc"),
        *("snomD120-000413AABBCC.htm", "cfg000413aabbcc.xml", "000413AABBCC/settings.xml", "D120/000413aabbcc.xml"),
    ],
)
def test_the_mac_in_a_name(name: str) -> None:
    assert mac_in_name(name) == MAC
    assert read(by_name({name: settings("a")})) == [name]


@pytest.mark.parametrize("name", ["snomD120.htm", "general.xml", "20261129120000.xml", "snomD785-10.1.54.13.xml"])
def test_no_mac_in_a_name(name: str) -> None:
    assert mac_in_name(name) is None


def test_a_phone_reads_the_file_of_its_model_first() -> None:
    found = by_name(
        {
            "snomD120-000413AABBCC.htm": settings("own"),
            "snomd120.htm": settings("of the model"),
            "snomD785.htm": settings("of another model"),
            "000413AABBCD.xml": settings("one that asks by a URL of its own"),
        }
    )
    assert read(found) == ["snomd120.htm", "snomD120-000413AABBCC.htm"]
    assert read(found, "000413AABBCD") == ["000413AABBCD.xml"]
    assert found.phones[MAC].model == "D120" and found.phones["000413AABBCD"].model is None
    assert found.unread == ["snomD785.htm"]


def test_a_phone_with_a_url_for_all_reads_that_file_first() -> None:
    """It then asks for the same name with its MAC behind (Snom's page on auto provisioning)."""
    found = by_name({"office-000413aabbcc.xml": settings("own"), "Office.xml": settings("all"), "x.xml": settings("")})
    assert read(found) == ["Office.xml", "office-000413aabbcc.xml"]
    assert found.unread == ["x.xml"] and found.phones[MAC].model is None


def test_a_list_names_files_by_what_a_phone_is() -> None:
    listed = listing("http://old.example/{phone_type}.xml", "{PHONE_TYPE}/{mac}-keys.xml", "http://old.example/all.xml")
    files = {"snomD735.xml": settings("a"), f"snomD735/{MAC}-keys.xml": settings("b"), "all.xml": settings("c")}
    expected = ["snomD735.xml", f"snomD735/{MAC}-keys.xml", "all.xml"]
    assert read(by_name({f"{MAC}.xml": listed, **files}, {MAC: "D735"})) == expected
    assert read(by_name({f"snomD735-{MAC}.htm": listed, **files})) == expected
    # What is not known is not guessed by what files there are.
    unknown = by_name({"000413AABBCD.xml": listed, "snomD735.xml": settings("a"), "all.xml": settings("c")})
    assert read(unknown, "000413AABBCD") == ["all.xml"]
    assert unknown.missing == {"{phone_type}.xml", "000413AABBCD-keys.xml"}


def test_a_model_by_the_name_of_the_folder() -> None:
    assert by_name({"D712/000413AABBCC.xml": settings("")}).phones[MAC].model == "D712"


def test_lists_are_followed_in_order_and_by_the_names_in_them() -> None:
    found = by_name(
        {
            "000413AABBCC.xml": listing(
                "http://old.example/p/base.xml?v=1", "http://old.example/{mac}-keys.xml", "gone.xml", "lists.xml"
            ),
            "base.xml": settings("1"),
            "000413aabbcc-keys.xml": settings("2"),
            "lists.xml": listing("http://old.example/D120.XML"),
            "d120.xml": settings("3"),
            "alone.xml": settings("4"),
        }
    )
    assert read(found) == ["base.xml", "000413aabbcc-keys.xml", "d120.xml"]
    assert found.missing == {"gone.xml"} and found.unread == ["alone.xml"]


def test_files_of_one_name_in_several_folders() -> None:
    files = {"a/x.xml": settings("a"), "b/x.xml": settings("b")}
    by_folder = {"000413AABBCC.xml": listing("http://old.example/p/b/x.xml"), **files}
    assert read(by_name(by_folder)) == ["b/x.xml"]
    beside = {"a/000413AABBCC.xml": listing("http://old.example/x.xml"), **files}
    assert read(by_name(beside)) == ["a/x.xml"]
    with pytest.raises(InputError, match="there are 2 files of that name"):
        by_name({"000413AABBCC.xml": listing("http://old.example/x.xml"), **files})


@pytest.mark.parametrize(
    "url",
    [
        *("http://x.example/..%2f..%2fetc%2fpasswd", "http://x.example/%2e%2e", "http://x.example/", ""),
        *("http://x.example/a%5cb.xml", "http://x.example/a%00.xml", "..", ".vault", "x" * 300),
    ],
)
def test_a_path_in_a_name_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="hides a path"):
        plain_name(url)
    with pytest.raises(InputError, match="hides a path"):
        by_name({"000413AABBCC.xml": listing(url)})


def test_lists_without_an_end() -> None:
    with pytest.raises(InputError, match="list in a list"):
        by_name({"000413AABBCC.xml": listing("a.xml"), "a.xml": listing("b.xml"), "b.xml": listing("a.xml")})


def test_two_files_of_one_phone() -> None:
    files: dict[str, Any] = {"000413AABBCC.xml": settings("a"), "snomD120-000413AABBCC.htm": settings("b")}
    with pytest.raises(InputError, match="say different things"):
        by_name(files)
    # The one that the other lists is none that the phone asks for, and copies do no harm.
    assert read(by_name({"000413AABBCC.xml": settings("a"), "000413aabbcc.htm": settings("a")})) == ["000413AABBCC.xml"]
    book = "<tbook><item><name>A</name><number>1</number></item></tbook>"
    found = by_name({"000413AABBCC.xml": settings("a"), "000413AABBCC-directory.xml": book})
    assert read(found) == ["000413AABBCC.xml"] and found.unread == ["000413AABBCC-directory.xml"]
    same = "<settings><phone-settings><dst/></phone-settings>{}</settings>"
    with pytest.raises(InputError, match="say different things"):
        by_name({f"000413AABBCC.{ending}": same.format(more) for ending, more in (("htm", book), ("xml", ""))})


def test_of_two_names_for_one_phone_that_with_the_model_counts() -> None:
    """Provisioner has both, and the phone reads the file of its model before."""
    files = {
        "snom-000413AABBCC.htm": settings("a"),
        "snom320-000413AABBCC.htm": settings("a"),
        "snom320.htm": settings("b"),
    }
    found = by_name(files)
    assert read(found) == ["snom320.htm", "snom320-000413AABBCC.htm"]
    assert found.phones[MAC].model == "320" and found.unread == []


def test_dect_bases_are_no_phones() -> None:
    base, of_all = "snomM700-00087BAABB01.htm", "fw/snomM700.htm"
    names = {base: settings("a"), of_all: settings("b"), f"snomD785-{MAC}.htm": settings("c"), "x.htm": settings("d")}
    assignment = by_name(names)
    assert set(assignment.phones) == {MAC}
    assert (assignment.bases, assignment.unread) == ([base, of_all], ["x.htm"])


HANDSET = '<settings><phone-settings><subscr_sip_hs_idx idx="1">1</subscr_sip_hs_idx></phone-settings></settings>'


def test_the_files_of_a_dect_base_whose_list_alone_is_called_so() -> None:
    """As Wazo writes them: a list by the base's name, and settings by nothing but its MAC."""
    mac = "000413AABB02"
    files = {f"snomM900-{mac}.htm": listing(f"{mac}.xml"), f"{mac}.xml": settings("a"), f"{MAC}.xml": settings("b")}
    assignment = by_name(files)
    assert (set(assignment.phones), assignment.bases) == ({MAC}, [f"snomM900-{mac}.htm", f"{mac}.xml"])


def test_settings_of_handsets_tell_a_dect_base() -> None:
    mac = "000413AABB03"
    files = {
        "000413AABB02.xml": HANDSET,
        f"{mac}.htm": listing("all.xml", "handsets.xml"),
        "all.xml": settings("a"),
        "handsets.xml": HANDSET,
        f"{MAC}.htm": listing("all.xml"),
    }
    assignment = by_name(files)
    assert (set(assignment.phones), assignment.unread) == ({MAC}, [])
    assert assignment.bases == ["000413AABB02.xml", f"{mac}.htm", "handsets.xml"]
    assert by_name({"general.xml": HANDSET, f"{MAC}.htm": settings("a")}).bases == ["general.xml"]


def test_a_desk_phone_stays_one_whatever_settings_it_is_given() -> None:
    assert set(by_name({f"snomD785-{MAC}.htm": HANDSET}).phones) == {MAC}
    assert set(by_name({f"{MAC}.htm": HANDSET}, {MAC: "D785"}).phones) == {MAC}
