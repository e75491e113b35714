# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare a real result with what the module's documentation says that it returns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

MODULES = Path(__file__).resolve().parents[3] / "plugins" / "modules"
# What every Ansible module may return, and so no module documents.
COMMON = {
    *("changed", "diff", "failed", "msg", "warnings", "deprecations", "exception", "failed_when_result", "censored"),
    *("attempts", "retries"),
}
TYPES: dict[str, Any] = {
    "bool": bool,
    "dict": dict,
    "float": (float, int),
    "int": int,
    "list": list,
    "str": str,
}


@cache
def returned(module: str) -> Mapping[str, Any]:
    """The RETURN of a module."""
    block = re.search(
        r'^RETURN = r?"""\n(.*?)^"""', (MODULES / f"{module}.py").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert block, f"{module} has no RETURN"
    docs: dict[str, Any] = yaml.safe_load(block[1])
    return docs


def undocumented(module: str, result: Mapping[str, Any]) -> list[str]:
    """What a result holds against its documentation, as sentences."""
    # Names that begin with an underscore are Ansible's own.
    own = {name: value for name, value in result.items() if name not in COMMON and not name.startswith("_")}
    # Bad input is answered by a message alone.
    return list(_differences(module, returned(module), own)) if own else []


def _differences(where: str, docs: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        doc = docs.get(name)
        if doc is None:
            yield f"{where} returns {name}, which is not documented"
        elif value is not None:
            yield from _of_one(f"{where}.{name}", doc, value)
    for name, doc in docs.items():
        if doc["returned"] == "always" and name not in values:
            yield f"{where} lacks {name}, which is documented as always returned"


def _of_one(where: str, doc: Mapping[str, Any], value: Any) -> Iterator[str]:
    kind = doc["type"]
    if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "bool"):
        yield f"{where} is {value!r}, documented as {kind}"
    elif kind == "list":
        for item in value:
            if not isinstance(item, TYPES[doc["elements"]]):
                yield f"{where} has an element {item!r}, documented as {doc['elements']}"
            elif "contains" in doc:
                yield from _differences(where, doc["contains"], item)
    elif kind == "dict" and "contains" in doc:
        # "by the name of its host", "by the MAC address of each": the documented keys are those of each entry.
        entries = value.values() if re.search(r"by the (name|MAC)", str(doc["description"])) else [value]
        for entry in entries:
            yield from _differences(where, doc["contains"], entry)
