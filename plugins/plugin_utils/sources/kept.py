# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible's cache keeps of the phones: plain JSON, and no password."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.telephony.snom.plugins.plugin_utils.sources.merge import FoundPhone

_FORM = 1


def to_keep(phones: Iterable[FoundPhone], options: Mapping[str, Any]) -> dict[str, Any]:
    """The phones that these options led to."""
    return {"form": _FORM, "options": _digest(options), "phones": list(map(asdict, phones))}


def kept(value: Any, options: Mapping[str, Any]) -> list[FoundPhone] | None:
    """The phones of a cache, if it was made by the same options; None if it is of no use."""
    try:
        if (value["form"], value["options"]) != (_FORM, _digest(options)):
            return None
        return [FoundPhone(**phone) for phone in value["phones"]]
    except (KeyError, TypeError):
        return None


def _digest(options: Mapping[str, Any]) -> str:
    """One for other sources. Passwords are no part of it: whoever has the cache could try some."""
    text = json.dumps(_without_passwords(options), sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _without_passwords(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_passwords(one) for name, one in value.items() if name != "password"}
    return [_without_passwords(one) for one in value] if isinstance(value, list) else value
