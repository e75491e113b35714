# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What inventories and tasks give, before anything else reads it.

Lists and mappings come as text as well: extra variables with ``-e name=value`` and the surveys of AWX know nothing
else. Ansible makes a list of text with commas where a list is expected, and of JSON a mapping. It does not read
``[100%]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import is_number
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.yaml_text import load_yaml

_BRACKETS = {"[": "]", "{": "}"}

# What default(omit) is in a variable, up to ansible-core 2.18.
_OMITTED = re.compile(r"__omit_place_holder__[0-9a-f]{40}")

_LONGEST_NUMBER = 10_000
"""Bits. Python writes no number of more than 4,300 digits, 14,281 bits: a message with it would be an error itself."""


def require_usable_value(value: object, name: str) -> None:
    """Raise InputError for what is in a value that can't be handed on as it stands.

    That is a number that is too long to be written, as hexadecimal ones in YAML may be, and a key that a mapping has as
    a number and as text: JSON, and files of settings, have one of them. The error begins with the name and shows no
    value.
    """
    # An abstract class is slow to ask, so that comes after what most values are.
    if value is None or isinstance(value, str):
        return
    if isinstance(value, int):
        if value.bit_length() > _LONGEST_NUMBER:
            raise InputError(f"{name} holds a number of thousands of digits. Correct it.")
    elif isinstance(value, (dict, Mapping)):
        for key, one in value.items():
            require_usable_value(key, name)
            require_usable_value(one, name)
        _require_distinct(value, name)
    elif isinstance(value, list | tuple):
        for one in value:
            require_usable_value(one, name)


def _require_distinct(keys: Iterable[object], name: str) -> None:
    spelled: set[str] = set()
    for key in keys:
        if str(key) in spelled:
            raise InputError(
                f"{name} has {key} twice as a key, once in quotes and once without. Leave one of them out."
            )
        spelled.add(str(key))


def require_usable_options(options: Mapping[str, Any]) -> None:
    """Raise InputError for what is in one of a task's options that can't be handed on as it stands."""
    for option, value in options.items():
        require_usable_value(value, option)


def require_text_login(options: Mapping[str, Any]) -> None:
    """Raise InputError if the user name or the password for a phone is a number, and so may have lost its zeros."""
    for option in ("username", "password"):
        if is_number(options.get(option)):
            raise InputError(
                f"The option {option} (host variable snom_{option}) is a number. YAML takes zeros in front off, and "
                "makes 83 of 0123. Put it in quotes (in a template: | string)."
            )


def without_omitted(value: Any) -> Any:
    """A templated value without what default(omit) takes out of it, as ansible-core 2.19 does by itself.

    None for one that is nothing else. Before 2.19 only the options of tasks are spared the text that stands for it.
    """
    if isinstance(value, str):
        return None if _OMITTED.fullmatch(value) else value
    if isinstance(value, dict):
        return {key: without_omitted(one) for key, one in value.items() if not _is_omitted(one)}
    if isinstance(value, list):
        return [without_omitted(one) for one in value if not _is_omitted(one)]
    return value


def _is_omitted(value: object) -> bool:
    return isinstance(value, str) and without_omitted(value) is None


def from_text(value: object, option: str) -> object:
    """What a text in brackets spells, in YAML or JSON; everything else as it is.

    Raises InputError that begins with the option and shows no value: a mapping may hold a password.
    """
    text = value.strip() if isinstance(value, str) else ""
    if text[:1] not in _BRACKETS:
        return value
    if not text.endswith(_BRACKETS[text[0]]):
        raise InputError(
            f"{option} begins with {text[0]} and does not end with {_BRACKETS[text[0]]}. Blanks end a value of -e "
            f"name=value: write it without them, or as JSON, -e '{{\"{option}\": ...}}'."
        )
    try:
        read = load_yaml(text)
    except yaml.YAMLError:
        raise InputError(f"{option} begins with {text[0]} and is neither YAML nor JSON. Correct it.") from None
    require_usable_value(read, option)
    return read


def list_from_text(value: object, option: str) -> list[Any]:
    """A list, also one that comes as text in brackets or with commas; of a null or an empty text an empty one.

    Raises InputError that begins with the option.
    """
    read = from_text(value, option)
    if isinstance(read, str):
        read = [part for one in read.split(",") if (part := one.strip())]
    if read is None:
        return []
    if not isinstance(read, list | tuple):
        raise InputError(f"{option} is {value!r}. Give a list, or text with commas between.")
    return list(read)


def arguments_from_text(
    arguments: Mapping[str, Any], spec: Mapping[str, Mapping[str, Any]], types: tuple[str, ...]
) -> dict[str, Any]:
    """The arguments of a task, with what came as text where the spec has one of these types. Raises InputError."""
    read = dict(arguments)
    for option, value in arguments.items():
        kind = spec.get(option, {}).get("type")
        if kind in types and isinstance(value, str):
            read[option] = list_from_text(value, option) if kind == "list" else from_text(value, option)
    return read
