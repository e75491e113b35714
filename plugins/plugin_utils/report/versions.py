# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many phones of each model have which version: at one time, or before and after."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.telephony.snom.plugins.module_utils._known.spelling import normal

_UNKNOWN = "unknown"


@dataclass(frozen=True)
class VersionShare:
    """A version of one model."""

    text: str
    numbers: list[int]
    """How many phones have it, at each time."""
    wanted: bool
    """Whether it is the target of any."""

    @staticmethod
    def share(number: int, of: int) -> str:
        """How long a bar is that stands for so many phones, in percent. One phone of thousands can be seen."""
        return f"{max(100 * number / of, 1.5) if number else 0:.2f}"


@dataclass(frozen=True)
class ModelShare:
    """A model, and its versions, the newest first."""

    name: str
    phones: int
    versions: list[VersionShare]


def shares_by_model(
    phones: Iterable[tuple[str | None, Sequence[str | None]]], wanted: Collection[tuple[str | None, str | None]] = ()
) -> list[ModelShare]:
    """The models with most phones first, from the model of each phone and its version at each time.

    wanted are pairs of a model and a version.
    """
    by_model: dict[str, list[Counter[str]]] = {}
    spelled: dict[str, str] = {}
    targets = {(name, normal(text or "")) for name, text in wanted}
    for model, seen in phones:
        counters = by_model.setdefault(model or _UNKNOWN, [Counter() for _text in seen])
        for counter, text in zip(counters, seen, strict=True):
            one = normal(text or _UNKNOWN)
            counter[one] += 1
            spelled.setdefault(one, text or _UNKNOWN)
    models = []
    for name, counters in by_model.items():
        texts = sorted({text for counter in counters for text in counter}, key=_age)
        versions = [
            VersionShare(spelled[text], [counter[text] for counter in counters], (name, text) in targets)
            for text in texts
        ]
        models.append(ModelShare(name, counters[0].total(), versions))
    return sorted(models, key=lambda model: (-model.phones, model.name))


def _age(version: str) -> tuple[bool, list[int], str]:
    """What sorts newer versions first, and unknown ones last."""
    return version == _UNKNOWN, [-int(number) for number in re.findall(r"[0-9]{1,9}", version)], version
