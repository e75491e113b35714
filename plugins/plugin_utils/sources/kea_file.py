# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lease file of Kea's memfile backend, as its reference manual describes it (Kea ARM, memfile and LFC).

Kea appends a line for each change of a lease, so the last one on an address counts. Now and then it cleans up (LFC):
it renames the file to ``.1`` and begins a new one, and a program of its own makes of ``.2`` and ``.1`` a ``.output``,
which becomes ``.completed`` and, once the others are removed, ``.2``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import BinaryIO

from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import number_in
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.leases import Lease, statements_of_leases
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.lines import lines_of, read_together
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import (
    MAX_PHONES,
    SourceFailed,
    Statements,
    address_of,
    mac_of,
)

_COLUMNS = ("address", "hwaddr", "valid_lifetime", "expire", "hostname", "state")
_ASSIGNED = "0"
_FOREVER = 0xFFFFFFFF
"""The lifetime of a lease without an end."""
# How Kea writes a comma within a value.
_COMMA = "&#x2c"

_Line = tuple[str, dict[str, int]]
"""A line, and the places of its columns."""


def read_kea_file(path: str, prefixes: tuple[str, ...], now: float) -> Statements:
    """The leases in the file at path and in those beside it. Raises SourceFailed."""

    def read(files: Sequence[BinaryIO]) -> Statements:
        latest: dict[str, _Line] = {}
        for file in files:
            _read(file, prefixes, latest)
        return statements_of_leases(filter(None, map(_lease, latest.values())), prefixes, now)

    return read_together(lambda: _files(path), read)


def _files(path: str) -> list[str]:
    """The files that count, oldest first: the same that Kea loads when it starts."""
    completed = f"{path}.completed"
    before = [completed] if os.path.exists(completed) else [f"{path}.2", f"{path}.1"]
    beside = [name for name in before if os.path.exists(name)]
    # While Kea makes a new file, its name is missing for a moment: the others say that it will come.
    return [*beside, path]


def _read(file: BinaryIO, prefixes: tuple[str, ...], latest: dict[str, _Line]) -> None:
    """Note the last line on each address, if it is a phone's. There may be millions, so little is done for each."""
    lines = lines_of(file)
    header = next(lines, "")
    names = header.split(",")
    if not header:
        # A file that Kea has only just made.
        return
    if missing := [name for name in _COLUMNS if name not in names]:
        raise SourceFailed(
            f"its first line has no {missing[0]}, so it is no lease file of Kea for IPv4. Name that of the memfile "
            "backend, or ask Kea itself by url."
        )
    at = {name: names.index(name) for name in _COLUMNS}
    address, hardware, last = at["address"], at["hwaddr"], max(at.values())
    begins = {f"{one[:2]}:{one[2:4]}:{one[4:6]}".lower() for one in prefixes}
    for line in lines:
        cells = line.split(",")
        if len(cells) <= last:
            continue
        if cells[hardware][:8].lower() in begins:
            latest[cells[address]] = (line, at)
            if len(latest) > MAX_PHONES:
                raise SourceFailed(f"it has leases of more than {MAX_PHONES} phones. That is no fleet.")
        else:
            # It was a phone's before, or never.
            latest.pop(cells[address], None)


def _lease(found: _Line) -> Lease | None:
    line, at = found
    cells = line.split(",")
    address, mac = address_of(cells[at["address"]]), mac_of(cells[at["hwaddr"]])
    lifetime, expire = number_in(cells[at["valid_lifetime"]]), number_in(cells[at["expire"]])
    # A lifetime of 0 is how Kea writes that a lease is gone.
    if address is None or mac is None or not lifetime or expire is None or cells[at["state"]] != _ASSIGNED:
        return None
    return Lease(
        address=address,
        mac=mac,
        given=expire - lifetime,
        ends=None if lifetime == _FOREVER else expire,
        hostname=cells[at["hostname"]].replace(_COMMA, ","),
    )
