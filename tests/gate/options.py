# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the arguments of a task fit a module's documentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def is_template(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


def problems(where: str, options: Mapping[str, Any], given: Any) -> Iterator[str]:
    """What is wrong with the arguments of one task, as sentences. Templated values are taken to be right."""
    if is_template(given):
        return
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        yield f"{where} takes a mapping, not {given!r}."
        return
    names = {alias: name for name, option in options.items() for alias in [name, *option.get("aliases", [])]}
    for key, value in given.items():
        if key not in names:
            yield f"{where} has no option {key!r}."
        elif not is_template(value):
            yield from _value_problems(f"{where}: {key}", options[names[key]], value)
    for name, option in options.items():
        if option.get("required") and name not in {names.get(key) for key in given}:
            yield f"{where} lacks the required option {name!r}."


# How YAML must spell a value for an option of this type. Ansible is more tolerant; examples need not be.
PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "bool": bool,
    "dict": dict,
    "float": (int, float),
    "int": int,
    "list": list,
    "path": str,
    "str": (str, int),
}


def _value_problems(where: str, option: Mapping[str, Any], value: Any) -> Iterator[str]:
    kind = option.get("type", "str")
    wanted = PYTHON_TYPES.get(kind)
    if wanted and (not isinstance(value, wanted) or (kind != "bool" and isinstance(value, bool))):
        yield f"{where} must be of type {kind}, not {value!r}."
        return
    values = value if kind == "list" else [value]
    if choices := option.get("choices"):
        yield from (f"{where} can't be {one!r}." for one in values if not is_template(one) and one not in choices)
    if suboptions := option.get("suboptions"):
        for one in values:
            # Where an element may also be plain text, the type is not "dict", and text is right.
            if isinstance(one, Mapping) or option.get("elements") == "dict" or kind == "dict":
                yield from problems(where, suboptions, one)
