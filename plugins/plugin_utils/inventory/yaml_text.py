# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML that others wrote. Whoever writes it must not take the controller down: a merge request may bring it."""

from __future__ import annotations

from typing import Any

import yaml

# The C loader is 10 times faster, and not everywhere.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_DEEPEST = 20
"""Lists and mappings in each other. The C loader has no limit of its own, and takes the process down with it."""

_LONGEST = 2048
"""Characters of what may be a number: a word without quotes. Python makes no text of a number that is much longer."""

_MOST = 1_000_000
"""Values, with those that an alias stands for: a few lines of aliases of aliases stand for billions."""


def load_yaml(text: str | bytes) -> Any:
    """What the text holds, in plain types. Raises YAMLError for everything that is none, or is too much."""
    _check(text)
    try:
        return yaml.load(text, Loader=_LOADER)
    # PyYAML lets out whatever its making of a date, a number or a key raises.
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise yaml.YAMLError from None


def _check(text: str | bytes) -> None:
    """Raise YAMLError for what is too deep, too long or too much."""
    total = 0
    sizes: dict[str, int] = {}
    # Anchor, and how much there was before it.
    opened: list[tuple[str | None, int]] = []
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent):
                # One to what is not at its end yet stands for something without an end.
                total += sizes.get(event.anchor or "", _MOST)
            elif isinstance(event, yaml.ScalarEvent):
                total += 1
                if not event.implicit[1] and len(event.value) > _LONGEST:
                    raise yaml.YAMLError
                if event.anchor:
                    sizes[event.anchor] = 1
            elif isinstance(event, yaml.CollectionStartEvent):
                total += 1
                opened.append((event.anchor, total))
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, before = opened.pop()
                if anchor:
                    sizes[anchor] = total - before + 1
            if total > _MOST or len(opened) > _DEEPEST:
                raise yaml.YAMLError
    except ValueError:
        raise yaml.YAMLError from None
