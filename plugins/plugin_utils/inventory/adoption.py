# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe phones that exist: the settings that they show, in the forms in which inventories state them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import may_be_spelled_out, visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import MASK, is_secret
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_names import (
    first_index,
    mirrors_state,
    split_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import parse_settings

# What facts.mask_settings puts in the place of a secret.
_WORDS = {"on": True, "off": False}
_TEMPLATES = ("{{", "{%", "{#")


def describe_settings(phone: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of a phone as an inventory states them, and why others are left out, by name.

    phone is a result of snom_info with its settings. Indexed ones are mappings by number, and numbers are text, as
    everything is that goes through Ansible's hands. Empty ones are left out without a word: most are. Raises InputError
    if there are no settings.
    """
    shown, read_only = phone.get("settings"), phone.get("read_only_settings") or ()
    if not isinstance(shown, Mapping):
        raise InputError(
            "These are no facts with settings. Take the phone that snom_info returns with gather: [settings]."
        )
    settings: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    for name in sorted(shown, key=_in_order):
        value = str(shown[name])
        reason = _reason_to_leave_out(name, value, shown, read_only)
        base, index = split_name(name)
        if reason:
            left_out[name] = reason
        elif value and index is None:
            settings[name] = _WORDS.get(value, value)
        elif value:
            settings.setdefault(base, {})[str(index)] = _WORDS.get(value, value)
    return settings, left_out


def shared_settings(phones: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The settings that all of several phones have in common; none if there is only one phone.

    An indexed setting is shared as a whole or not at all, because host variables replace it as a whole.
    """
    described = [describe_settings(phone)[0] for phone in phones]
    if len(described) < 2:
        return {}
    first, *others = described
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def _in_order(name: str) -> tuple[str, int]:
    """A key that sorts user_name2 before user_name10."""
    base, index = split_name(name)
    return base, -1 if index is None else index


def _reason_to_leave_out(name: str, value: str, shown: Mapping[str, str], read_only: Iterable[str]) -> str | None:
    if is_secret(name):
        return "a secret; keep it in a vault"
    if f"{MASK}@" in value:
        return "it holds a login; keep it in a vault"
    if name in read_only:
        return "read-only; its provisioning sets it"
    if mirrors_state(name, shown):
        return "it tells what the phone does, not what it should do"
    if first_index(name) is not None:
        return "it has no number"
    if any(sign in value for sign in _TEMPLATES):
        return "Ansible would take it for a template"
    try:
        parse_settings({name: value})
    except InputError as error:
        return error.reason
    # Of what snom_info returned, nobody can tell whether the phone has the character or its spelling.
    if visible_line(value) != value or may_be_spelled_out(value):
        return "it holds characters that steer a terminal, or their spelling"
    return None
