# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.images import (
    Catalog,
    Image,
    contradiction,
    image_name,
    image_url,
    loaded_files,
    parse_images,
    read_image_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.needs import needed_for
from ansible_collections.telephony.snom.tests.unit.tables import check_catalog
from hypothesis import given
from hypothesis import strategies as st

D785 = "snomD785-10.1.184.15-SIP-r.bin"
ENTRY = {
    "file": "snom320-8.7.5.35-SIP-f.bin",
    "model": "320",
    "version": "8.7.5.35",
    "kind": "phone",
    "url": "http://images.example/fw/snom320-8.7.5.35-SIP-f.bin",
    "size": 3306384,
    "sha1": "878798caf5150074d80b7077d1c1cc16c9ce3c2e",
}


def image(file: str, **more: Any) -> Image:
    return parse_images([{"file": file, "url": f"http://images.example/{file}", **more}], "a test")[0]


def files(catalog: Catalog) -> list[str]:
    return [image.file for image in catalog]


@pytest.mark.parametrize(
    ("model", "version", "name"),
    [
        ("320", "8.7.5.35", "snom320-8.7.5.35-SIP-f.bin"),
        ("320", "08.7.5.35", "snom320-8.7.5.35-SIP-f.bin"),
        ("320", "6.5.20", "snom320-6.5.20-SIP-j.bin"),
        ("PA1", "8.7.5.35", "snomPA1-8.7.5.35-SIP-f.bin"),
        ("MP", "8.7.5.35", "snomMP-8.7.5.35-SIP-r.bin"),
        ("870", "8.7.5.35", "snom870-8.7.5.35-SIP-r.bin"),
        ("715", "10.1.215.13", "snom715-10.1.215.13-SIP-r.bin"),
        ("D785", "10.1.215.13", "snomD785-10.1.215.13-SIP-r.bin"),
        ("D865", "10.1.215.13", "snomD865-10.1.215.13-SIP-r.swu"),
    ],
)
def test_image_names_of_every_generation(model: str, version: str, name: str) -> None:
    assert image_name(MODELS[model], Version.parse(version)) == name
    assert read_image_name(name) == (MODELS[model], Version.parse(version))


@pytest.mark.parametrize("text", ["08.7.5.35", "8.7.5.35-RC1", "8.7.5.35 beta", "8.7.5.35-hotfix", "8.7.5.35d"])
def test_equal_versions_have_one_image_name(text: str) -> None:
    version = Version.parse(text)
    name = image_name(MODELS["320"], version)
    assert name == image_name(MODELS["320"], Version.parse(version.normal))
    assert read_image_name(name) == (MODELS["320"], version)


def test_an_image_of_a_beta_is_none_of_the_version() -> None:
    problem = contradiction("snom320-8.7.5.35-beta.bin", "320", Version.parse("8.7.5.35"))
    assert problem and "says version 8.7.5.35-beta, not 8.7.5.35" in problem


@pytest.mark.parametrize("model", ["105", "190", "D895M"])
def test_no_image_name_is_invented_where_no_pattern_is_known(model: str) -> None:
    with pytest.raises(InputError, match="Give the image as url"):
        image_name(MODELS[model], Version.parse("3.60"))


@pytest.mark.parametrize(
    ("name", "model", "version"),
    [
        ("snomD785-10.1.42.14.bin", "D785", "10.1.42.14"),
        ("snomD715-10.1.215.13-SIP-r.bin", "715", "10.1.215.13"),
        ("SNOM320-08.7.5.35-SIP-F.BIN", "320", "8.7.5.35"),
        ("snomD785-10.1.54.13-beta-SIP-r.bin", "D785", "10.1.54.13-beta"),
        ("snomD785-10.1.54.13-rc1.bin", "D785", "10.1.54.13-rc1"),
        ("snomD785-10.1.54.13-hotfix-2-SIP-r.bin", "D785", "10.1.54.13-hotfix-2"),
    ],
)
def test_reads_names_that_people_give(name: str, model: str, version: str) -> None:
    assert read_image_name(name) == (MODELS[model], Version.parse(version))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "snomD315.bin",
        "snom3x0-3.25l.bin",
        "snomD7C-1.6.1-r.bin",
        "snomUXM-2.1.1.bin",
        "snomD999-10.1.1.1-SIP-r.bin",
        "snom320-8.bin",
        "snom320-8.7.5.35-SIP-f.zip",
        "snomD785-ramdisk-chained-update-r.bin",
        "snom320-....bin",
    ],
)
def test_reads_no_name_that_does_not_tell_both(name: str) -> None:
    assert read_image_name(name) is None


@pytest.mark.parametrize("mirror", ["http://mirror.example/fw", "http://mirror.example/fw/"])
def test_a_file_on_a_mirror(mirror: str) -> None:
    assert image_url("a b.bin", mirror) == "http://mirror.example/fw/a%20b.bin"


@pytest.mark.parametrize(
    ("mirror", "reason"),
    [
        ("mirror.example/fw", "needs http or https and a host"),
        ("http:///fw", "needs http or https and a host"),
        ("ftp://mirror.example", "needs http or https and a host"),
        ("http://mirror.example/fw?", None),
        ("http://mirror.example/fw?a=b", "must not have a query"),
        ("http://mirror.example/fw#a", "must not have a query"),
        ("http://mirror.example:port/fw", "can't be read"),
        ("http://[::1/fw", "can't be read"),
        ("http://mirror.example/my fw", "holds a blank"),
        ("", "is empty"),
        ("http://user:geheim@mirror.example/fw", "holds a login"),
    ],
)
def test_a_mirror_that_no_phone_could_use(mirror: str, reason: str | None) -> None:
    if reason is None:
        assert image_url("a.bin", mirror)
        return
    with pytest.raises(InputError, match="^mirror: .*" + reason) as caught:
        image_url("a.bin", mirror)
    assert "geheim" not in caught.value.reason


def test_reads_an_entry() -> None:
    (read,) = parse_images([ENTRY], "fleet.yml")
    assert read == Image(
        file="snom320-8.7.5.35-SIP-f.bin",
        model="320",
        version=Version.parse("8.7.5.35"),
        kind="phone",
        url="http://images.example/fw/snom320-8.7.5.35-SIP-f.bin",
        size=3306384,
        sha1="878798caf5150074d80b7077d1c1cc16c9ce3c2e",
    )


@pytest.mark.parametrize(
    ("entry", "model", "version"),
    [
        ({"file": "snomD715-10.1.54.13-SIP-r.bin"}, "715", "10.1.54.13"),
        ({"file": "new.bin", "model": 320, "version": "08.7.5.48"}, "320", "8.7.5.48"),
        (
            {"file": "snomD315.bin", "version": "10.1.54.13", "size": "12", "sha1": "", "chain": None},
            "D315",
            "10.1.54.13",
        ),
    ],
)
def test_model_and_version_may_come_from_the_file_name(entry: dict[str, Any], model: str, version: str) -> None:
    (read,) = parse_images([{"url": "http://images.example/x.bin", **entry}], "fleet.yml")
    assert (read.model, read.version, read.kind) == (model, Version.parse(version), "phone")


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        ({"file": None}, "file", "give the file name"),
        ({"file": "fw/a.bin"}, "file", "without a path"),
        ({"file": ".."}, "file", "a dot before it"),
        ({"file": "a\x1b[2J.bin"}, "file", "control characters"),
        ({"file": "a\u202e.bin"}, "file", "control characters"),
        ({"file": 5}, "file", "in quotes"),
        ({"url": None}, "url", "give the URL"),
        ({"url": "/fw/a.bin"}, "url", "needs http or https and a host"),
        ({"url": "images.example/fw/a.bin"}, "url", "needs http or https and a host"),
        ({"url": "http://images.example/fw/snom360-8.7.5.35-SIP-f.bin"}, "url", "for the 360, not for the 320"),
        ({"url": "http://images.example/fw/snom320-8.7.5.44-SIP-f.bin"}, "url", "says version 8.7.5.44, not 8.7.5.35"),
        ({"urls": "http://images.example"}, "urls", "there is no such field"),
        ({"kind": "image"}, "kind", "none of phone"),
        ({"version": "new"}, "version", "is not a firmware version"),
        ({"version": 8.7}, "version", "in quotes"),
        ({"version": "8.7.5.36"}, "file", "says version 8.7.5.35, not 8.7.5.36"),
        ({"model": "D999"}, "model", "is not a known model"),
        ({"model": "D785"}, "file", "for the 320, not for the D785"),
        ({"file": "new.bin", "model": None}, "model", "The file name does not tell it"),
        ({"file": "new.bin", "version": None}, "version", "The file name does not tell it"),
        ({"file": "snomUXM-2.1.1.bin"}, "file", "is not that of a phone's image"),
        ({"size": -1}, "size", "above 0"),
        ({"size": 0}, "size", "above 0"),
        ({"size": True}, "size", "not a number of bytes"),
        ({"size": "3 MB"}, "size", "not a number of bytes"),
        ({"sha1": "878798"}, "sha1", "give 40 hexadecimal digits"),
        ({"sha1": 5}, "sha1", "in quotes"),
        ({"sha256": "8787"}, "sha256", "give 64 hexadecimal digits"),
        ({"file": "snom320-3.25l.bin", "model": "320", "version": "3.25"}, "file", "is that of a kernel"),
        ({"kind": "module", "model": None}, "file", "called like snomD7C-1.9.1-r.bin"),
        ({"kind": "module", "file": "snomD7C-1.9.1-r.bin", "model": "320"}, "model", "'320' is not a known module"),
        ({"kind": "module", "file": "snomD7C-1.9.1-r.bin", "model": "D8C"}, "file", "called like"),
        ({"requires": "8.7.5.35"}, "requires", "is not older than 8.7.5.35"),
        ({"requires": 7}, "requires", "in quotes"),
    ],
)
def test_a_broken_entry_is_named_with_its_field_and_remedy(change: dict[str, Any], field: str, remedy: str) -> None:
    broken = {**ENTRY, **change}
    with pytest.raises(InputError) as caught:
        parse_images([{**ENTRY, "file": "first.bin"}, broken], "catalog fleet.yml")
    assert caught.value.reason.startswith(f"catalog fleet.yml, entry 2 ({broken['file'] or 'no file name'}): {field}: ")
    assert remedy in caught.value.reason


@pytest.mark.parametrize("row", ["snom320-8.7.5.35-SIP-f.bin", None, ["file"]])
def test_an_entry_that_is_no_mapping(row: Any) -> None:
    with pytest.raises(InputError, match=r"entry 1 \(no file name\): it is not a mapping"):
        parse_images([row], "fleet.yml")


def test_the_same_file_twice() -> None:
    with pytest.raises(InputError, match=r"entry 2 \(snom320-8.7.5.35-SIP-f.bin\): file: an earlier entry"):
        parse_images([ENTRY, ENTRY], "fleet.yml")


def test_an_image_survives_json() -> None:
    images = [
        image("snom320-8.7.5.35-SIP-f.bin", requires="7.3.14", chain="c.bin", size=5, sha1="A" * 40),
        image("x.zip", kind="other"),
    ]
    rows = [image.as_dict() for image in Catalog(images)]
    assert rows[0]["requires"] == "7.3.14"
    assert {type(value) for row in rows for value in row.values()} <= {str, int, type(None)}
    assert parse_images(rows, "a test") == images


def test_finds_images() -> None:
    phone, chain = (
        image("snomD785-10.1.54.13-SIP-r.bin"),
        image("snomD785-ramdisk-chained-update-r.bin", kind="chained-update"),
    )
    catalog = Catalog([phone, chain, image("snomD735-10.1.54.13-SIP-r.bin")])
    assert catalog.image_for(MODELS["D785"], Version.parse("10.1.54.13")) == phone
    assert catalog.image_for(MODELS["D785"], Version.parse("10.1.54.14")) is None
    assert catalog.image_for(MODELS["320"], Version.parse("10.1.54.13")) is None
    assert catalog.images_of(MODELS["D785"]) == [phone]
    assert catalog.by_file(chain.file) == chain
    assert catalog.by_file("other.bin") is None


def test_a_merged_entry_replaces_the_one_of_the_same_file() -> None:
    name = "snom320-8.7.5.35-SIP-f.bin"
    old, new, other = image(name, size=1), image(name, size=2), image("snom360-8.7.5.35-SIP-f.bin")
    merged = Catalog([old, other]).merged([new])
    assert merged.by_file(name) == new
    assert merged.image_for(MODELS["320"], Version.parse("8.7.5.35")) == new
    assert sorted(files(merged)) == [name, other.file]


def test_a_merged_entry_of_the_same_version_counts_more() -> None:
    old = image("snom320-8.7.5.35-SIP-f.bin")
    mine = image("mine.bin", model="320", version="8.7.5.35")
    assert Catalog([old]).merged([mine]).image_for(MODELS["320"], Version.parse("8.7.5.35")) == mine


def test_only_what_a_path_can_use_is_passed_on() -> None:
    catalog = Catalog(
        [
            image("snom320-6.5.20-SIP-j.bin"),
            image("snom320-7.3.30-SIP-f.bin", requires="6.5.20"),
            image("snom320-8.4.35-SIP-f.bin"),
            image("snom320-8.7.5.35-SIP-f.bin"),
            image("snomD785-8.9.3.80-SIP-r.bin"),
            image("snomD785-10.1.54.13-SIP-r.bin"),
            image(
                "snomD785-10.1.184.15-SIP-r.bin", requires="10.1.54.13", chain="snomD785-ramdisk-chained-update-r.bin"
            ),
            image("snomD785-ramdisk-chained-update-r.bin", kind="chained-update"),
            image("snomD735-ramdisk-chained-update-r.bin", kind="chained-update"),
            image("snomD735-10.1.184.15-SIP-r.bin"),
            image("snomD7C-1.6.1-r.bin", kind="other"),
        ]
    )
    assert sorted(files(needed_for(Version.parse("10.1.184.15"), catalog))) == [
        # What the D785 must have before, and the bridge of the 320 with what can lead over it, which does no harm.
        "snom320-6.5.20-SIP-j.bin",
        "snom320-7.3.30-SIP-f.bin",
        "snom320-8.4.35-SIP-f.bin",
        "snom320-8.7.5.35-SIP-f.bin",
        "snomD735-10.1.184.15-SIP-r.bin",
        "snomD785-10.1.184.15-SIP-r.bin",
        "snomD785-10.1.54.13-SIP-r.bin",
        "snomD785-ramdisk-chained-update-r.bin",
    ]
    assert files(needed_for(Version.parse("6.5.20"), catalog)) == ["snom320-6.5.20-SIP-j.bin"]


@pytest.mark.parametrize(
    ("images", "problem"),
    [
        (
            [image("snom320-8.7.5.35-SIP-f.bin"), image("mine.bin", model="320", version="8.7.5.35")],
            "mine.bin and snom320-8.7.5.35-SIP-f.bin are the same version for the same model.",
        ),
        ([image("snomD865-10.1.215.13-SIP-r.bin")], "snomD865-10.1.215.13-SIP-r.bin: images for the D865 end in .swu."),
        (
            [image(D785, chain="c.bin")],
            f"{D785}: its chain c.bin is not in the catalogue.",
        ),
        (
            [
                image(D785, chain="snomD735-ramdisk-chained-update-r.bin"),
                image("snomD735-ramdisk-chained-update-r.bin", kind="chained-update"),
            ],
            f"{D785}: its chain snomD735-ramdisk-chained-update-r.bin is not a chained update for the D785.",
        ),
    ],
)
def test_the_checker_finds_what_is_suspicious(images: list[Image], problem: str) -> None:
    assert check_catalog(Catalog(images)) == [problem]


@pytest.mark.parametrize(
    "name",
    [
        "snom360-3.25l.bin",
        "snom320-3.38-l.bin",
        "snom360-3.31b.bin",
        "snom360-3.36br.bin",
        "snom320-3.36-r.bin",
        "snom360jffs2ToRamdisk3.31-br.bin",
        "snom320-ramdiskToJffs2-3.36-br.bin",
        "snom320-linux-3.38.bin",
        "snom320-vpnfeature-r.bin",
    ],
)
def test_a_part_of_old_firmware_is_no_application(name: str) -> None:
    assert read_image_name(name) is None
    problem = contradiction(name, "360" if "360" in name else "320", Version.parse("3.25"))
    assert problem and "is that of a kernel or another part of old firmware" in problem


@pytest.mark.parametrize(
    ("name", "model", "version"),
    [
        ("snom360-3.60d.bin", "360", "3.60d"),
        ("snom105-3.56p-SIP-j.bin", "105", "3.56p"),
        ("snom320-7.3.30-SIP-bf.bin", "320", "7.3.30"),
        ("snomD815W-10.1.226.16-SIP-r.swu", "D815", "10.1.226.16"),
        ("snomP810-10.1.226.16-SIP-r.swu", "D810", "10.1.226.16"),
        ("gigasetP810-10.1.226.16-SIP-r.swu", "D810", "10.1.226.16"),
        ("gigasetP855BW-10.1.226.16-SIP-r.swu", "D815", "10.1.226.16"),
        ("P82x-10.1.226.16-SIP-r.swu", "D812", "10.1.226.16"),
    ],
)
def test_an_application_under_another_name(name: str, model: str, version: str) -> None:
    assert read_image_name(name) == (MODELS[model], Version.parse(version))
    assert contradiction(name, model, Version.parse(version)) is None


@pytest.mark.parametrize(
    ("file", "model", "version"),
    [
        ("snomD7C-1.9.1-r.bin", "D7C", "1.9.1"),
        ("snomD8C-1.9.1-r.bin", "D8C", "1.9.1"),
        ("snomUXM-2.1.1.bin", "UXM", "2.1.1"),
    ],
)
def test_firmware_of_a_module_is_never_taken_for_a_phones(file: str, model: str, version: str) -> None:
    one = image(file, kind="module")
    assert (one.model, str(one.version)) == (model, version)
    assert parse_images([one.as_dict()], "again") == [one]
    assert read_image_name(file) is None and contradiction(file, "D785", None)
    catalog = Catalog([one])
    assert all(catalog.images_of(phone) == [] for phone in MODELS.values())
    with pytest.raises(InputError, match="is not that of a phone's image"):
        image(file, model="D785", version=version)


INNER = "http%3A%2F%2Fi.example%2F"


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (f"http://i.example/fw/{D785}?mac={{mac}}", [D785]),
        (D785, [D785]),
        (f"http://i.example/fw.php?file=fw/{D785}&mac={{mac}}", ["fw.php", D785]),
        (f"http://i.example/c.bin?mac={{mac}}&chained_url={INNER}{D785}%3Fmac%3D{{mac}}", [D785, "c.bin"]),
        (
            f"http://i.example/c.bin?chained_url={INNER}fw.php%3Ffile%3D{D785}&old=a.bin",
            ["fw.php", D785, "c.bin", "a.bin"],
        ),
        ("", [""]),
        ("http://[", [""]),
        (f"http://i.example/{D785}?chained_url=http://[", [""]),
    ],
)
def test_all_files_that_a_url_may_make_a_phone_load(url: str, names: list[str]) -> None:
    # A server may be asked for a file with a query of its own.
    assert list(dict.fromkeys(name for name in loaded_files(url) if "?" not in name)) == names


@given(st.text(st.sampled_from("htp:/[]@?&=%25chained_url.bin\u2100\u0130 ;#")))
def test_no_url_breaks_the_reader_of_its_files(url: str) -> None:
    assert loaded_files(f"{url}?chained_url={url}")


@given(st.text(max_size=60))
def test_no_file_name_breaks_the_reader(name: str) -> None:
    read = read_image_name(name)
    assert read is None or read[0].name in MODELS


@given(
    st.dictionaries(st.sampled_from([*ENTRY, "requires", "chain", "x"]), st.one_of(st.none(), st.text(), st.integers()))
)
def test_any_entry_is_read_or_refused(change: dict[str, Any]) -> None:
    with suppress(InputError):
        (read,) = parse_images([{**ENTRY, **change}], "fleet.yml")
        assert parse_images([read.as_dict()], "again") == [read]
