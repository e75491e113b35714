# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access log of a mirror as a source: which phones fetched there, and what they said of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.user_agent import PHONE
from ansible_collections.telephony.snom.plugins.module_utils._mirror.log import read_logs
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import (
    SourceFailed,
    Statement,
    Statements,
    address_of,
    counted,
    model_of,
)


def read_mirror_log(paths: Iterable[str], prefixes: tuple[str, ...]) -> Statements:
    """What the logs say. paths may hold wildcards. Raises SourceFailed."""
    try:
        found = read_logs(paths)
    except InputError as error:
        raise SourceFailed(error.reason) from None
    notes = []
    if found["unknown"] and not found["phones"]:
        # The log of another server, or of nginx as it writes it by itself.
        notes.append(
            f"{counted(found['unknown'], 'line')}, and none that tells of a phone. Only a log in the form of the role "
            "firmware_mirror is read, with one JSON object in each line."
        )
    return Statements(said=tuple(_said(found["phones"], prefixes)), notes=tuple(notes))


def _said(phones: dict[str, dict[str, Any]], prefixes: tuple[str, ...]) -> Iterator[Statement]:
    for mac, seen in phones.items():
        if mac.startswith(prefixes):
            yield Statement(
                mac=mac,
                address=address_of(seen["address"]),
                last_known=True,
                model=model_of(seen["model"] or ""),
                # What loads images has a version of its own.
                firmware=seen["firmware"] if seen["said_by"] == PHONE else None,
                more={"seen": seen["last_seen"]},
            )
