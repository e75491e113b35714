# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe phones that exist: the settings that they show, or that their setting files give them, as inventories do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import may_be_spelled_out, visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import (
    FACT,
    STATE,
    WAY,
    comes_from_dhcp,
    kind_of,
    known_setting,
    needs_number,
    split_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import MASK, is_secret, masked
from ansible_collections.telephony.snom.plugins.module_utils._known.permissions import (
    PERMISSIONS,
    canonical_permission,
    is_read_only,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    ATTRIBUTES,
    OF_KEYS,
    Setting,
    parse_settings,
)

_WORDS = {"on": True, "off": False}
_TEMPLATES = ("{{", "{%", "{#")
# What a file gives a function key that says nothing else, and a flag that is the same as none (protocol 5.1, 5.4).
_CONTEXT = "active"
_SAME_AS_NONE = ("", "$", "RW")
_STRANGE_FLAG = "no page says what such a flag of permission means, so the value is stated without it"
_STEERS = "it holds characters that steer a terminal, or their spelling"
_WHY = {
    STATE: "users change it at the phone",
    FACT: "it tells what the phone is, not what it should be",
    WAY: "it leads to a provisioning server; state it by hand if that is still the one",
}


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """One setting that a phone shows."""

    name: str
    number: int | None
    value: str
    perm: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)

    def stated(self) -> object:
        """As an inventory states it, without its name and number."""
        known = known_setting(self.name)
        # Of a switch that is true or false, on would be another word.
        words = {} if known and "true" in known.values else _WORDS
        value = words.get(self.value, self.value)
        says_nothing = self.perm.upper() in _SAME_AS_NONE or self.has_strange_flag
        beside: dict[str, object] = {} if says_nothing else {"perm": canonical_permission(self.perm)}
        others: dict[str, object] = {}
        for name, text in self.beside.items():
            (beside if name in ATTRIBUTES else others)[name] = _WORDS.get(text, text)
        if others:
            beside["attributes"] = others
        return {"value": value, **beside} if beside else value

    @property
    def has_strange_flag(self) -> bool:
        """Whether no page says what its flag of permission means."""
        return canonical_permission(self.perm) not in PERMISSIONS

    @property
    def beside(self) -> dict[str, str]:
        """The attributes that say something."""
        return {name: text for name, text in self.attributes.items() if text and (name, text) != ("context", _CONTEXT)}

    @property
    def texts(self) -> list[str]:
        """Everything that it holds as text."""
        return [self.value, *self.attributes.values()]


def describe_settings(phone: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of a phone as an inventory states them, and why others are left out, by name.

    phone is a result of snom_info with its settings. Indexed ones are mappings by number, and numbers are text, as
    everything is that goes through Ansible's hands. Empty ones are left out without a word: most are. Raises InputError
    if there are no settings.
    """
    shown, forms = phone.get("settings"), phone.get("setting_forms") or {}
    if not isinstance(shown, Mapping):
        raise InputError(
            "These are no facts with settings. Take the phone that snom_info returns with gather: [settings]."
        )
    read = {name: _read(name, str(value), forms.get(name)) for name, value in shown.items()}
    said = {name: one for name, one in _labeled(read).items() if one.value or is_secret(name) or _key_says(one)}
    left_out = {
        name: reason for name, one in said.items() if (reason := _reason_to_leave_out(name, one, shown)) is not None
    }
    stated = {name: one for name, one in said.items() if name not in left_out}
    return _stated(stated), left_out | _strange_flags(stated)


def describe_file_settings(
    settings: Iterable[Setting], refer_to: Callable[[str], str]
) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """What setting files give a phone, as an inventory states it; the secrets of it; and why others are left out.

    The latter two by name in requests. Where a secret was, refer_to(name) stands. Empty settings are stated, because
    a file empties them.
    """
    read = {
        one.wire_name: _Shown(
            name=one.name, number=one.index, value=one.value, perm=one.perm or "", attributes=one.attributes
        )
        for one in settings
    }
    given: dict[str, _Shown] = {}
    secrets: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for name, one in _labeled(read).items():
        if reason := _reason_not_to_take(one):
            left_out[name] = reason
        elif masked(one.name, one.value) != one.value:
            secrets[name] = one.value
            given[name] = replace(one, value=refer_to(name))
        else:
            given[name] = one
    return _stated(given), secrets, left_out | _strange_flags(given)


def shared_settings(phones: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The settings that all of several phones have in common; none if there is only one phone.

    An indexed setting is shared as a whole or not at all, because host variables replace it as a whole.
    """
    return common_settings([describe_settings(phone)[0] for phone in phones])


def common_settings(described: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same of settings as they are described."""
    if len(described) < 2:
        return {}
    first, *others = described
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def _read(name: str, value: str, form: Mapping[str, Any] | None) -> _Shown:
    """A setting by its name in requests. The page knows best what is name and what is number, and then the table."""
    base, number = split_name(name)
    if form is None:
        return _Shown(name=base, number=number, value=value)
    if form["number"] is not None:
        base, number = str(form["name"]), int(form["number"])
    return _Shown(
        name=base,
        number=number,
        value=value,
        perm=str(form["perm"]),
        attributes={str(key): str(text) for key, text in form["attributes"].items()},
    )


def _labeled(shown: Mapping[str, _Shown]) -> dict[str, _Shown]:
    """The settings in order, with labels and contexts of function keys beside their keys' values."""
    found = dict(shown)
    for attribute, name in OF_KEYS.items():
        for wire_name, label in shown.items():
            key = found.get(f"fkey{label.number}")
            if label.name == name and key is not None:
                del found[wire_name]
                attributes = {attribute: label.value, **key.attributes}
                found[f"fkey{label.number}"] = _Shown(
                    name=key.name, number=key.number, value=key.value, perm=key.perm, attributes=attributes
                )
    ordered = sorted(found.items(), key=lambda item: (item[1].name, -1 if item[1].number is None else item[1].number))
    return dict(ordered)


def _key_says(shown: _Shown) -> bool:
    """Whether a function key without a value says more than which identity it would use."""
    return shown.name == "fkey" and bool(shown.beside.keys() - {"context"})


def _stated(shown: Mapping[str, _Shown]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for one in shown.values():
        if one.number is not None:
            _numbers(settings, one.name)[str(one.number)] = one.stated()
        else:
            settings[one.name] = one.stated()
    return settings


def _strange_flags(shown: Mapping[str, _Shown]) -> dict[str, str]:
    """Why a setting is stated without its flag, by the name of that in a list of what is left out."""
    return {f"{name}, perm": _STRANGE_FLAG for name, one in shown.items() if one.has_strange_flag}


def _numbers(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """The mapping by number of an indexed setting, which may have a value without a number, too."""
    if name not in settings:
        settings[name] = {}
    elif not isinstance(settings[name], dict):
        settings[name] = {"value": settings[name]}
    numbers: dict[str, Any] = settings[name]
    return numbers


def _reason_to_leave_out(name: str, shown: _Shown, settings: Mapping[str, str]) -> str | None:
    if is_secret(name) or is_secret(shown.name):
        return "a secret; keep it in a vault"
    if any(MASK in text for text in shown.texts):
        return "it holds a login or a token; keep it in a vault"
    if comes_from_dhcp(name, settings):
        return "it tells what the phone does, not what it should do"
    if kind := kind_of(shown.name):
        return _WHY[kind]
    if any(may_be_spelled_out(text) for text in shown.texts):
        # Of what snom_info returned, nobody can tell whether the phone has the character or its spelling.
        return _STEERS
    return _reason_not_to_state(shown)


def _reason_not_to_take(shown: _Shown) -> str | None:
    """Why a setting of a file is left out."""
    kind = kind_of(shown.name)
    # What users can't change is no longer theirs.
    if kind in (FACT, WAY) or (kind == STATE and not is_read_only(shown.perm)):
        return _WHY[kind]
    if any(masked(shown.name, text) != text for text in shown.attributes.values()):
        return "it holds a login or a token beside its value; keep it in a vault"
    return _reason_not_to_state(shown)


def _reason_not_to_state(shown: _Shown) -> str | None:
    """Why an inventory can't state a setting."""
    if shown.number is None and needs_number(shown.name):
        return "it has no number"
    if shown.name in OF_KEYS.values():
        return "the key that it belongs to is not there"
    if any(sign in text for text in shown.texts for sign in _TEMPLATES):
        return "Ansible would take it for a template"
    stated = shown.stated()
    try:
        parse_settings({shown.name: stated if shown.number is None else {str(shown.number): stated}})
    except InputError as error:
        return error.reason
    lines = [line for text in shown.texts for line in text.split("\n")]
    return _STEERS if any(visible_line(line) != line for line in lines) else None
