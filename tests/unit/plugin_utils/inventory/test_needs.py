# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, Image, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS, versions_by_model
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.needs import Stated, needed_images

CHAIN = "snomD785-ramdisk-chained-update-r.bin"
NEW = "snomD785-10.1.184.15-SIP-r.bin"


def image(file: str, **more: Any) -> Image:
    return parse_images([{"file": file, "url": f"http://images.example/{file}", **more}], "a test")[0]


CATALOG = Catalog(
    [
        image("snom320-8.4.35-SIP-f.bin"),
        image("snom320-8.7.5.35-SIP-f.bin", size=20, sha1="a" * 40),
        image("snomD785-10.1.54.13-SIP-r.bin"),
        image(NEW),
        image(CHAIN, kind="chained-update"),
    ]
)


def stated(host: str = "desk", model: str | None = None, version: str | None = None, **versions: str) -> Stated:
    return Stated(
        host=host,
        model=MODELS[model] if model else None,
        version=Version.parse(version) if version else None,
        versions=versions_by_model({name.lstrip("_"): text for name, text in versions.items()}, "versions"),
    )


def files(*all_stated: Stated, catalog: Catalog = CATALOG, mirror: str | None = None) -> list[str]:
    return [entry["file"] for entry in needed_images(all_stated, catalog, mirror)["images"]]


def test_the_firmware_of_expansion_modules() -> None:
    module = image("snomD7C-1.9.1-r.bin", kind="module", size=3)
    catalog = Catalog([*CATALOG, module])
    all_stated = [replace(stated(host, "320", "8.7.5.35"), expansion=module.file) for host in ("a", "b")]
    found = needed_images([*all_stated, stated("c", "320", "8.7.5.35")], catalog, "http://m")["images"]
    assert [(one["file"], one["url"], one["model"], one["size"], one["hosts"]) for one in found] == [
        ("snom320-8.7.5.35-SIP-f.bin", "http://m/snom320-8.7.5.35-SIP-f.bin", "320", 20, 3),
        (module.file, f"http://m/{module.file}", "D7C", 3, 2),
    ]
    with pytest.raises(InputError, match=r"snom_expansion_firmware: 'snomD7C-1\.9\.1-r\.bin' is no firmware of"):
        needed_images(all_stated, CATALOG, None)


def test_the_image_of_a_model() -> None:
    needed = needed_images([stated("a", "320", "8.7.5.35"), stated("b", "320", "8.7.5.35")], CATALOG, None)
    assert needed == {
        "images": [
            {
                "file": "snom320-8.7.5.35-SIP-f.bin",
                "url": "http://images.example/snom320-8.7.5.35-SIP-f.bin",
                "size": 20,
                "sha1": "a" * 40,
                "sha256": None,
                "model": "320",
                "version": "8.7.5.35",
                "hosts": 2,
            }
        ],
        "missing": [],
        "hosts_without_model": [],
    }


def test_a_host_without_model_may_be_any_that_the_versions_name() -> None:
    assert files(stated(_320="8.7.5.35", D785="10.1.54.13")) == [
        "snom320-8.7.5.35-SIP-f.bin",
        "snomD785-10.1.54.13-SIP-r.bin",
    ]
    assert files(stated(model="320", _320="8.7.5.35", D785="10.1.54.13")) == ["snom320-8.7.5.35-SIP-f.bin"]


def test_a_version_without_model_names_no_image() -> None:
    needed = needed_images([stated("desk", version="8.7.5.35", _320="8.4.35")], CATALOG, None)
    assert (needed["images"], needed["hosts_without_model"]) == ([], ["desk"])


def test_what_may_be_a_bridge_belongs_to_it() -> None:
    bridge = image("snom320-7.3.30-SIP-f.bin", requires="6.5.20")
    assert files(stated(model="320", version="8.7.5.35"), catalog=CATALOG.merged([bridge])) == [
        bridge.file,
        # It can fulfil the requirement.
        "snom320-8.4.35-SIP-f.bin",
        "snom320-8.7.5.35-SIP-f.bin",
    ]


def test_chained_updates_belong_to_it_though_a_rollout_refuses_them() -> None:
    needed = needed_images([stated(model="D785", version="10.1.184.15")], CATALOG, "http://mirror.example/fw/")
    assert [(entry["url"], entry["version"]) for entry in needed["images"]] == [
        (f"http://mirror.example/fw/{NEW}", "10.1.184.15"),
        (f"http://mirror.example/fw/{CHAIN}", None),
    ]


def test_the_chained_update_that_the_user_names_is_the_one() -> None:
    chosen = image("snomD785-my-chained-update.bin", kind="chained-update")
    catalog = CATALOG.merged([chosen, image(NEW, chain=chosen.file)])
    assert files(stated(model="D785", version="10.1.184.15"), catalog=catalog) == [NEW, chosen.file]


def test_what_is_missing_is_told_and_the_rest_is_there() -> None:
    needed = needed_images([stated(_320="8.7.5.99", D785="10.1.54.13")], CATALOG, None)
    assert [entry["file"] for entry in needed["images"]] == ["snomD785-10.1.54.13-SIP-r.bin"]
    (missing,) = needed["missing"]
    assert (missing["model"], missing["version"]) == ("320", "8.7.5.99")
    assert "own catalog" in missing["reason"]


def test_a_missing_chained_update_is_told_beside_the_image() -> None:
    needed = needed_images([stated(model="D785", version="10.1.184.15")], Catalog([image(NEW)]), None)
    assert [entry["file"] for entry in needed["images"]] == [NEW]
    assert "chained-update" in needed["missing"][0]["reason"]


def test_on_another_mirror_an_unknown_image_has_its_usual_name() -> None:
    needed = needed_images([stated(model="320", version="8.7.5.99")], CATALOG, "http://mirror.example")
    (entry,) = needed["images"]
    assert entry["url"] == "http://mirror.example/snom320-8.7.5.99-SIP-f.bin"
    assert (entry["size"], entry["sha1"]) == (None, None)


@pytest.mark.parametrize("mirror", ["mirror.example", "ftp://mirror.example", "http://mirror.example/?a"])
def test_a_mirror_that_is_none(mirror: str) -> None:
    with pytest.raises(InputError, match="mirror: "):
        needed_images([stated(model="320", version="8.7.5.35")], CATALOG, mirror)


def test_nothing_wanted_is_a_mistake() -> None:
    with pytest.raises(InputError, match="snom_firmware_version"):
        needed_images([stated(model="320", D785="10.1.54.13")], CATALOG, None)
