# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which versions the phones of each model had, before and after."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome

_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Version:
    """A version of one model: how many phones had it before, and after."""

    text: str
    before: int
    after: int
    wanted: bool
    """Whether it is the target of any."""


@dataclass(frozen=True)
class Model:
    """A model, and its versions, the newest first."""

    name: str
    phones: int
    versions: list[Version]

    def share(self, number: int) -> str:
        """How long a bar is that stands for so many of its phones, in percent. One phone of thousands can be seen."""
        return f"{max(100 * number / self.phones, 1.5) if number else 0:.2f}"


def versions_by_model(phones: Iterable[Mapping[str, Any]], *, planned: bool = False) -> list[Model]:
    """The models with most phones first. planned: after is what phones are to have."""
    before: dict[str, Counter[str]] = {}
    after: dict[str, Counter[str]] = {}
    wanted: dict[str, set[str]] = {}
    for phone in phones:
        model = phone.get("model") or _UNKNOWN
        then = "target" if planned and phone["outcome"] == Outcome.PLANNED else "after"
        before.setdefault(model, Counter())[phone.get("before") or _UNKNOWN] += 1
        after.setdefault(model, Counter())[phone.get(then) or _UNKNOWN] += 1
        wanted.setdefault(model, set()).add(phone.get("target") or "")
    models = [
        Model(
            name=model,
            phones=counts.total(),
            versions=[
                Version(text, counts[text], after[model][text], text in wanted[model])
                for text in sorted(counts | after[model], key=_age)
            ],
        )
        for model, counts in before.items()
    ]
    return sorted(models, key=lambda model: (-model.phones, model.name))


def _age(version: str) -> tuple[bool, list[int]]:
    """What sorts newer versions first, and unknown ones last."""
    return version == _UNKNOWN, [-int(number) for number in re.findall(r"[0-9]{1,9}", version)]
