# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual phones that register at a real PBX."""

from __future__ import annotations

from typing import Any

from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port


def sip_phone(
    pbx: Kamailio, account: str, address: str, *, sip: dict[str, Any] | None = None, **keys: Any
) -> dict[str, Any]:
    """A phone of a fleet file with one account at the PBX; a D862 unless keys say otherwise.

    Its User-Agent has its MAC, unless settings say otherwise.
    """
    settings = {"mac_info_in_sip_register": "on", **keys.pop("settings", {})}
    return {
        "name": account,
        "address": address,
        "port": free_port(address),
        "model": "D862",
        "firmware": "10.1.215.13",
        "identities": [f"{account}@{pbx.address}"],
        "settings": settings,
        "sip": {"registrar": f"{pbx.address}:{pbx.port}", "port": free_port(address), **(sip or {})},
        "timing": {"load": 0.1, "flash": 0.3, "boot": 0.1, "reboot": 0.3},
        **keys,
    }
