# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run one operation on one phone. Modules and their twins get what came of it from here alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

from .._core.errors import SnomError, unexpected
from .._core.plain import to_plain
from .._core.visible import visible_result
from .._phone.connection import Connection, connection_from
from .._phone.readable_phone import ReadablePhone
from .._phone.secrets import scrub

AnyPhone = TypeVar("AnyPhone", bound=ReadablePhone)


def perform(
    operation: Callable[[AnyPhone, dict[str, Any], bool], dict[str, Any]],
    parameters: dict[str, Any],
    check_mode: bool,
    *,
    connect: Callable[[Connection], AnyPhone],
) -> dict[str, Any]:
    """Connect as the parameters say, run the operation, and return its result as plain JSON types without secrets.

    connect makes what the operation asks of a phone: a module that only reads takes no commands along. The operation
    raises SnomError. What phones say in the result is as `visible` shows it: Ansible puts results on terminals.

    Never raises an Exception: a failure is a result with failed, msg, outcome and reason.
    """
    try:
        with closing(connect(connection_from(parameters))) as phone:
            result = operation(phone, parameters, check_mode)
    except SnomError as error:
        result = failure(error, parameters.get("host"))
    except Exception as error:
        # Its text may hold what is typed, or a login within a setting, of which nothing here knows that it is a secret.
        result = failure(SnomError(unexpected(error)), None)
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
        "outcome": error.outcome.value,
        "reason": error.reason,
    }
