# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection reads of a profile, in each of its states: a virtual phone plays it, and it is read over HTTP."""

from __future__ import annotations

import json
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import parse_taught
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import SUBSETS
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone

from ..virtual_phones import replay
from ..virtual_phones.running import free_port, running

FOLDER = Path(__file__).parent

ANY_MODEL, ANY_VERSION = "D785", "10.1.54.13"
"""What a virtual phone is called whose profile does not say it."""


def profiles() -> list[Path]:
    """The profiles that are kept."""
    return sorted(file for file in FOLDER.glob("*.json") if not file.name.endswith(".readings.json"))


def readings_file(profile: Path) -> Path:
    """Where the readings of a profile stand."""
    return profile.with_suffix(".readings.json")


def read(file: Path) -> dict[str, Any]:
    """The readings, by state. Raises ValueError where it is no profile."""
    replay.load(file)
    raw = json.loads(file.read_text("utf-8"))
    try:
        # What its user teaches belongs to it: without that nothing is read of pages that nobody foresaw.
        taught = parse_taught(raw.get("taught") or [])
    except InputError as error:
        raise ValueError(error.reason) from None
    port = free_port()
    phone = {
        "name": "phone",
        "address": "127.0.0.1",
        "port": port,
        "model": raw.get("model") or ANY_MODEL,
        "firmware": raw.get("firmware") or ANY_VERSION,
        "profile": str(file.resolve()),
    } | ({"mac": raw["mac"]} if raw.get("mac") else {})
    found = {}
    with tempfile.TemporaryDirectory() as folder, running({"phones": [phone]}, Path(folder)) as fleet:
        for state in raw["states"]:
            fleet.patch("phone", profile_state=state)
            found[state] = _read(Connection(address="127.0.0.1", port=port, scheme="http", taught=taught))
    return found


def _read(connection: Connection) -> dict[str, Any]:
    with closing(WebPhone(connection)) as phone:
        try:
            facts = phone.look(SUBSETS).as_dict()
            calls = {source.value: phone.call(source).state for source in (CallSource.SCREEN, CallSource.HOME)}
            facts |= {"call_lists": phone.call_lists()}
        except SnomError as error:
            return {"error": error.outcome.value}
    settings = facts.pop("settings")
    shown = {key: value for key, value in facts.items() if value is not None and key not in ("setting_forms",)}
    return shown | {"settings": None if settings is None else len(settings), "calls": calls}
