# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run one operation on one phone. Modules and action plugins get every result from here, and nowhere else."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote, quote_plus

from .._core.errors import SnomError, place_of
from .._core.visible import visible_line, visible_result
from .._known.setting_names import MASK
from .._known.setting_values import secret_values
from .._phone.arguments import CONNECTION_ARGUMENTS, connection_from
from .._phone.connection import Connection, Transport
from .._phone.web.client import HttpPhone

Operation = Callable[[Transport, dict[str, Any], bool], dict[str, Any]]
"""operation(phone, parameters, check_mode) -> result. Raises SnomError."""


def perform(
    operation: Operation,
    parameters: dict[str, Any],
    check_mode: bool,
    *,
    connect: Callable[[Connection], Transport] = HttpPhone,
) -> dict[str, Any]:
    """Connect as the parameters say, run the operation, and return its result as plain JSON types without secrets.

    What phones say in it is as `visible` shows it: Ansible puts results on terminals.
    Never raises an Exception: a failure is a result with failed, msg, outcome and reason.
    """
    try:
        with closing(connect(connection_from(parameters))) as phone:
            result = operation(phone, parameters, check_mode)
    except SnomError as error:
        result = failure(error, parameters.get("host"))
    except Exception as error:
        reason = f"{place_of(error)}: {error}"
        result = {
            "changed": False,
            "failed": True,
            "msg": f"Unexpected error, please report it: {reason}",
            "outcome": "failed",
            "reason": reason,
        }
    plain: dict[str, Any] = to_plain(result)
    clean: dict[str, Any] = visible_result(scrub(plain, parameters))
    return clean


def failure(error: SnomError, host: object) -> dict[str, Any]:
    """The result of a module that could not do its work on a host."""
    named = host is None or str(host) in error.reason
    return {
        "changed": False,
        "failed": True,
        "msg": error.reason if named else f"{host}: {error.reason}",
        "outcome": error.outcome,
        "reason": error.reason,
    }


def to_plain(value: Any) -> Any:
    """The value as str, int, float, bool, None, list and dict: what Ansible takes without a warning.

    Other objects, a Version for example, become their text.
    """
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, Enum):
        return to_plain(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    # An abstract class is slow to ask, so it comes after what most values are.
    if isinstance(value, (dict, Mapping)):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((to_plain(item) for item in value), key=str)
    if is_dataclass(value) and not isinstance(value, type) and type(value).__str__ is object.__str__:
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int):
        return int(value)
    return str(value)


def scrub(value: Any, parameters: Mapping[str, Any]) -> Any:
    """The plain value without the secrets among the parameters, in any form in which they travel."""
    forms = _secret_forms(parameters)
    return _without(value, forms) if forms else value


def _secret_forms(parameters: Mapping[str, Any]) -> list[str]:
    """Every spelling of every secret, longest first, so that no shorter one leaves a rest of it behind."""
    # "public" is what SNMP agents answer to out of the box, and "on" and "off" are what half of all settings are: no
    # secrets, but words that texts need.
    secrets = {
        *(str(parameters.get(name) or "") for name, argument in CONNECTION_ARGUMENTS.items() if argument.get("no_log")),
        *secret_values(parameters.get("settings")),
        *secret_values(parameters.get("secret_settings"), all_secret=True),
    } - {"", "public", "on", "off"}
    forms: set[str] = set()
    for text in secrets:
        encoded = {quote(text), quote(text, safe=""), quote_plus(text)}
        forms |= {text, repr(text)[1:-1], visible_line(text), *encoded, *(form.replace("%", "%25") for form in encoded)}
    if parameters.get("password"):
        login = f"{parameters.get('username') or ''}:{parameters['password']}"
        forms |= {base64.b64encode(login.encode(encoding, "replace")).decode() for encoding in ("utf-8", "latin-1")}
    return sorted(forms, key=len, reverse=True)


def _without(value: Any, forms: list[str]) -> Any:
    if isinstance(value, str):
        for form in forms:
            value = value.replace(form, MASK)
        return value
    if isinstance(value, list):
        return [_without(item, forms) for item in value]
    if isinstance(value, dict):
        return {key: _without(item, forms) for key, item in value.items()}
    return value
