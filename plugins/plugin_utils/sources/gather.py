# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All sources, read one after the other and merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ansible_collections.telephony.snom.plugins.plugin_utils.sources.merge import FoundPhone, Sites, merge
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import SourceFailed, Statement
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.settings import Source


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What there is."""

    phones: list[FoundPhone]
    failed: dict[str, str]
    """A sentence for each source that could not be read, by its name."""
    notes: list[str]
    """Sentences on what was left out, and on what does not fit together."""


def gather(sources: Iterable[Source], *, prefixes: tuple[str, ...], sites: Sites, now: Callable[[], float]) -> Gathered:
    """Read all sources. now gives seconds since the epoch. Raises InputError for an option that can't be used."""
    readings: dict[str, tuple[Statement, ...]] = {}
    failed: dict[str, str] = {}
    notes: list[str] = []
    for source in sources:
        try:
            reading = source.read(prefixes, now())
        except SourceFailed as error:
            failed[source.name] = f"The source {source.name} can't be read: {error.reason}"
            continue
        readings[source.name] = reading.said
        notes += [f"{source.name}: {note}" for note in reading.notes]
    phones, differences = merge(readings, sites)
    return Gathered(phones=phones, failed=failed, notes=notes + differences)
