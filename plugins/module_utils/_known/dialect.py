# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a firmware is asked. Where its rules change stands in `borders`, what differs by the model in `models`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .version import Version

LOADS_MODULES_FROM = Version((8, 9, 3, 68))
"""From this version on, phones load the firmware of expansion modules by provisioning (protocol 3.3.3)."""

SILENT_FROM = Version((10, 1, 82, 0))
"""The first firmware with silent documents (xml 1.1)."""


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What a firmware understands. The defaults are those of today's, and of one whose version is not known."""

    takes_chains: bool = True
    """Whether a request may hold several keys, and times.

    The vendor's page for firmware 7 and older has neither (protocol 1.1). That such firmware does not know them is
    inferred [I], so it gets what works in either case.
    """
    takes_touches: bool = True
    """Whether the screen of a model that has such a screen can be touched."""
    restart_pages: tuple[str, ...] = ("advanced_update", "advanced")
    """The pages that may hold the buttons for reboot and reset, the likelier one first (protocol 1.4)."""
    key_names: Mapping[str, str] = field(default_factory=dict)
    """Names of keys that are spelled otherwise."""
    outdated_keys: Mapping[str, str] = field(default_factory=dict)
    """Keys that Snom does not name for it any more, and what Snom says."""

    def spelled(self, key: str) -> str:
        """The key's name as this firmware has it."""
        return self.key_names.get(key, key)


def dialect_of(firmware: Version | None) -> Dialect:
    """How to ask a phone with this firmware; None where it is not known."""
    if firmware is None:
        return Dialect()
    old = firmware.major <= 7
    outdated = {}
    if firmware.major >= 7:
        outdated["MENU"] = "Snom says that MENU is not used any more from firmware 7 on."
    if not old:
        outdated["DISCONNECT"] = "Snom names DISCONNECT for firmware 7 and older only."
    return Dialect(
        takes_chains=not old,
        # Since 8.4.34 and 8.7.2 (protocol 1.4).
        takes_touches=firmware >= Version((8, 4, 34)) and not Version((8, 7)) <= firmware < Version((8, 7, 2)),
        # Firmware 6 and 7 have the buttons on the page Advanced, newer firmware on its part Update (protocol 1.4).
        restart_pages=("advanced", "advanced_update") if old else Dialect.restart_pages,
        # Hold is F_R on firmware 7 and older, and F_HOLD on newer (protocol 1.2).
        key_names={"F_HOLD": "F_R"} if old else {"F_R": "F_HOLD"},
        outdated_keys=outdated,
    )
