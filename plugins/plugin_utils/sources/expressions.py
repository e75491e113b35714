# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options ``compose``, ``groups`` and ``keyed_groups`` make of a source that can't be read.

Ansible leaves out what has no value. A phone that is protected, or limited, by what a source says would be neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import counted

PROTECTED = "snom_protected"

_WORD = re.compile(r"\w+")
_EXAMPLES = 3


def missed(failed: Iterable[str], options: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each source that could not be read and that expressions of these options name."""
    for source in failed:
        if places := [place for place, words in _words(options) if {"snom_sources", source} <= words]:
            yield (
                f"What {source} says decides in {', '.join(places)}, so no phone is listed without it. Mend the "
                "source, or take it out there."
            )


def undecided(hosts: list[str]) -> str:
    """What to tell of phones for which the expression of ``snom_protected`` has no value."""
    named = ", ".join(hosts[:_EXAMPLES]) + (f" and {len(hosts) - _EXAMPLES} more" if len(hosts) > _EXAMPLES else "")
    return (
        f"compose: {PROTECTED} has no value for {counted(len(hosts), 'phone')} ({named}), which counts as true. Let "
        "its expression say what holds where a source says nothing of a phone, with default."
    )


def _words(options: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """The words of each expression, and where it stands."""
    for option, value in options.items():
        if isinstance(value, dict):
            for name, expression in value.items():
                yield f"{option}: {name}", set(_WORD.findall(str(expression)))
        elif value:
            yield option, set(_WORD.findall(str(value)))
