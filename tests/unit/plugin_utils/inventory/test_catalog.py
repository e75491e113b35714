# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import LARGEST_IMAGE
from ansible_collections.telephony.snom.plugins.module_utils._known.images import image_name, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import load_catalog
from ansible_collections.telephony.snom.tests.unit.tables import check_catalog

# Each line stands for ten of the one before it.
_TENFOLD = [b"%c: &%c [%b]\n" % (name, name, b", ".join([b"*%c" % (name - 1)] * 10)) for name in b"bcdefghij"]
BOMB = b"a: &a [x, x]\n" + b"".join(_TENFOLD) + b"images:\n%b\n"


def test_the_built_in_catalogue_is_sound() -> None:
    catalog = load_catalog(None)
    images = list(catalog)
    assert len(images) == 255
    assert parse_images([image.as_dict() for image in catalog], "built-in") == images
    assert check_catalog(catalog) == []


def test_no_image_is_larger_than_one_of_unknown_size_is_taken_for() -> None:
    assert max(image.size or 0 for image in load_catalog(None)) <= LARGEST_IMAGE


def test_built_in_images_have_the_names_that_models_say() -> None:
    for image in load_catalog(None):
        if image.kind == "phone":
            assert image.version is not None
            assert image.file == image_name(MODELS[image.model or ""], image.version)
        elif image.kind == "chained-update":
            assert image.file == f"{MODELS[image.model or ''].image_prefix}-ramdisk-chained-update-r.bin"


def test_present_firmware_and_that_of_modules_is_known() -> None:
    catalog = load_catalog(None)
    models = {image.model for image in catalog if str(image.version) == "10.1.226.16"}
    assert {"D140", "D335", "D713", "D785", "D810", "D815", "D862", "D895"} <= models
    modules = {(image.model, str(image.version)) for image in catalog if image.kind == "module"}
    assert modules >= {("D7C", "1.9.1"), ("D8C", "1.9.1"), ("UXM", "2.1.1")}
    assert {image.model for image in catalog if image.sha256} == {"710", "720", "760", "UXM"}


def test_chained_update_images_are_there_for_the_models_that_need_them() -> None:
    there = {image.model for image in load_catalog(None) if image.kind == "chained-update"}
    assert there == {name for name, model in MODELS.items() if model.chained_from}


def test_the_users_entry_replaces_the_built_in_one(tmp_path: Path) -> None:
    file = "snom320-8.7.5.35-SIP-f.bin"
    mine = tmp_path / "firmware.yml"
    mine.write_text(f"images:\n  - {{file: {file}, url: 'http://images.example/{file}', model: 320, size: 12}}\n")
    catalog = load_catalog(str(mine))
    image = catalog.image_for(MODELS["320"], Version.parse("8.7.5.35"))
    assert image is not None
    assert (image.url, image.size, image.sha1) == (f"http://images.example/{file}", 12, None)
    assert len(list(catalog)) == len(list(load_catalog(None)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "there is no list named images"),
        (b"- a\n", "there is no list named images"),
        (b"images: a\n", "there is no list named images"),
        (b"images: [\n", "the file is not YAML at line 2"),
        (b"\xff\xfe\xff", "the file is not YAML"),
        (b"a: \x00", "the file is not YAML"),
        (b"images: !!python/object/apply:os.getcwd []\n", "the file is not YAML at line 1"),
        (b"images: [{version: 2026-13-45}]\n", "the file is not YAML"),
        (b"[" * 100_000, "the file is not YAML"),
        (b"images: [!!timestamp x]\n", "the file is not YAML"),
        (b"images: [!!bool x]\n", "the file is not YAML"),
        (b"images: [!!int '']\n", "the file is not YAML"),
        (b"images: [{size: 0x" + b"f" * 4000 + b"}]\n", "the file is not YAML"),
        (b"images: [{size: !!int '0x" + b"f" * 4000 + b"'}]\n", "the file is not YAML"),
        (b"images: &a [*a]\n", "the file is not YAML"),
        (BOMB % b"- [*j]", "the file is not YAML"),
        (BOMB % b"- {file: *j, url: x}", "the file is not YAML"),
        (b"images: [a]\n", "entry 1 (no file name): it is not a mapping"),
        (b"images: [{file: a.bin, url: '/a.bin'}]\n", "entry 1 (a.bin): url: The URL needs http or https and a host"),
    ],
)
def test_a_broken_file_is_named_with_a_remedy(tmp_path: Path, content: bytes, reason: str) -> None:
    broken = tmp_path / "firmware.yml"
    broken.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_catalog(str(broken))
    assert caught.value.reason.startswith(f"catalog {broken}")
    assert reason in caught.value.reason


def test_entries_may_share_what_they_have_in_common(tmp_path: Path) -> None:
    mine = tmp_path / "firmware.yml"
    mine.write_text(
        "all: &all {model: 320, requires: &from '8.4.35'}\nimages:\n"
        "- {<<: *all, file: a.bin, url: 'http://m/a', version: '8.7.5.35'}\n"
        "- {<<: *all, file: b.bin, url: 'http://m/b', version: '8.7.5.44', requires: *from}\n"
    )
    found = [load_catalog(str(mine)).by_file(name) for name in ("a.bin", "b.bin")]
    assert [str(image.requires) for image in found if image] == ["8.4.35", "8.4.35"]


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the file can't be read: No such file or directory\. It must be a YAML file"):
        load_catalog(str(tmp_path / "missing.yml"))


def test_an_empty_list_is_no_mistake(tmp_path: Path) -> None:
    empty = tmp_path / "firmware.yml"
    empty.write_text("images: []\n")
    assert list(load_catalog(str(empty))) == list(load_catalog(None))
