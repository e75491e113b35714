# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones of an inventory, rendered."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import read_settings_file
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.render import Rendering, RenderOptions, render

BASE = "https://p.example/snom"
CHAIN = "http://i/snomD785-ramdisk-chained-update-r.bin"
CATALOG = Catalog(
    parse_images(
        [
            {"file": "snomD785-10.1.175.16-SIP-r.bin", "url": "http://i/snomD785-10.1.175.16-SIP-r.bin"},
            {"file": "snomD785-10.1.184.15-SIP-r.bin", "url": "http://i/snomD785-10.1.184.15-SIP-r.bin"},
            {
                "file": "snomD785-ramdisk-chained-update-r.bin",
                "kind": "chained-update",
                "url": CHAIN,
            },
            {"file": "snomD7C-1.9.1-r.bin", "kind": "module", "url": "http://i/snomD7C-1.9.1-r.bin"},
            {"file": "snomUXM-2.9.0.bin", "kind": "module", "url": "http://i/snomUXM-2.9.0.bin"},
            {"file": "snomD8C-1.9.1-r.bin", "kind": "module", "url": "http://i/snomD8C-1.9.1-r.bin"},
        ],
        "catalog",
    )
)


def entry(number: int = 1, **keys: Any) -> Entry:
    given: dict[str, Any] = {"host": f"h{number}", "mac": f"00041392000{number}", "model": "D785", **keys}
    if "settings" in given:
        given["settings"] = {"snom_settings": given["settings"]}
    return Entry(**given)


def rendered(*entries: Entry, **options: Any) -> Rendering:
    return render(entries, CATALOG, RenderOptions(**({"base_url": BASE} | options)))


def settings_in(rendering: Rendering, file: str) -> dict[str, str]:
    return {setting.wire_name: setting.value for setting in read_settings_file(rendering.files[file])}


def urls_in(rendering: Rendering, file: str) -> list[str]:
    return [item.get("url", "") for item in ElementTree.fromstring(rendering.files[file])]


def refusal(*entries: Entry, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        rendered(*entries, **options)
    return caught.value.reason
