# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of a result that its outcome decides, for the operations that end in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.outcomes import Outcome


def settle(
    outcome: Outcome, reason: str, *, changed: bool = False, evidence: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the result of a module says of how it ended.

    changed: where the outcome alone does not tell. evidence: what was seen, with times in seconds since the epoch. Of a
    failure Ansible shows all to people, who can't read such times; so it is given without.
    """
    return {
        "changed": changed or outcome.changed,
        "failed": outcome.failed,
        "outcome": outcome,
        "reason": reason,
        **({"msg": reason} if outcome.failed or outcome.left_over else {}),
        **({} if evidence is None else {"evidence": _without_times(evidence) if outcome.failed else dict(evidence)}),
    }


def _without_times(evidence: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in evidence.items() if not name.endswith(("_at", "_until"))}
