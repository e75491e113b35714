# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A few virtual phones on their old version, for checks that only have to see that a rollout comes through."""

from __future__ import annotations

from typing import Any

OLD, NEW = "7.3.14", "8.7.5.35"


def fleet_of(network: str, count: int, *, port: int, mirror: int, password: str) -> dict[str, Any]:
    """A fleet of virtual phones desk-1 and so on, at network.1 and so on; mirror is the port of their image server."""
    return {
        "image_server": {"address": "127.0.0.1", "port": mirror, "images": [f"snom320-{NEW}-SIP-f.bin"]},
        "defaults": {
            "port": port,
            "username": "admin",
            "password": password,
            "model": "320",
            "firmware": OLD,
            "timing": {"load": 0.2, "flash": 0.5, "boot": 0.2},
        },
        "phones": [{"name": f"desk-{number}", "address": f"{network}.{number}"} for number in range(1, count + 1)],
    }


def inventory_of(fleet: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The inventory that wants them on their new version, as JSON has it; more are further variables of all."""
    hosts = {phone["name"]: {"ansible_host": phone["address"]} for phone in fleet["phones"]}
    wanted = {
        "snom_scheme": "http",
        "snom_port": fleet["defaults"]["port"],
        "snom_mirror": f"http://127.0.0.1:{fleet['image_server']['port']}/fw",
        "snom_firmware_versions": {"320": NEW},
    }
    return {"phones": {"hosts": hosts, "vars": wanted | more}}


def rollout_options(folder: str) -> dict[str, Any]:
    """Variables of the role for such phones; its files are in this folder."""
    return {
        "firmware_rollout_catalog": f"{folder}/catalog.json",
        "firmware_rollout_journal": f"{folder}/journal",
        "firmware_rollout_report_dir": f"{folder}/report",
        "firmware_rollout_flash_time": 5,
    }
