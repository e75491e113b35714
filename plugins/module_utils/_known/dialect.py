# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a firmware is asked, and where its rules change: every border between versions that this collection knows.

What differs by the model stands in `models`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .version import Version

NEW_FLASH_LAYOUT = 7
"""From this major version on the flash memory is laid out anew. Public scripts name images that convert it, and none
says from which version each may be loaded (protocol 3.5)."""

NO_WAY_BACK_FROM = Version((8, 9, 3))
"""Phones at it or later must not go below a version whose number is not public (protocol 3.5)."""

NEW_ADMIN_PASSWORD = Version((10, 1, 185, 0))
"""From this version on another setting is the administrator password by default (protocol 2.1)."""

IMAGES_BY_VERSION = Version((10, 1, 39, 11))
"""From this version on images are known to lie in a folder of their version; older ones, up to 10.1.20.0, beside each
other (protocol 3.1)."""

TAKES_NO_PROVISIONING = (
    "tr69_use_acs is on: a phone with TR-069 on takes no provisioning. Switch it off, or leave this phone to "
    "its TR-069 server."
)
"""Why a phone is left alone."""

OFF = frozenset({"", "off", "false", "0"})
"""The words for a switch that is off."""

_VENDOR_CONTROLLER_ON, _VENDOR_CONTROLLER_OFF = Version((10, 1, 161)), Version((10, 1, 226))


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
        # Firmware 6 and 7 have the buttons on advanced.htm, newer firmware on advanced_update.htm (protocol 1.4).
        restart_pages=("advanced", "advanced_update") if old else Dialect.restart_pages,
        # Hold is F_R on firmware 7 and older, and F_HOLD on newer (protocol 1.2).
        key_names={"F_HOLD": "F_R"} if old else {"F_R": "F_HOLD"},
        outdated_keys=outdated,
    )


def may_have_vendor_controller(model: str | None, firmware: Version | None) -> bool | None:
    """Whether Snom's own controller may reach the phone by TR-369, and start an update for example.

    By Snom's pages on TR-369 and FS PBX it is on by default from 10.1.161 until 10.1.226, on models
    with TR-369. None where model or version is not known.
    """
    if model is None or firmware is None:
        return None
    has_tr369 = model.startswith("D8") or model in ("D713", "D717", "D735", "D140", "D150")
    return has_tr369 and _VENDOR_CONTROLLER_ON <= firmware < _VENDOR_CONTROLLER_OFF


def takes_provisioning(settings: Mapping[str, str]) -> bool:
    """Whether a phone with these settings, by the names that HTTP has for them, takes any by provisioning.

    With TR-069 on it takes none (Snom's page on TR-069). Dumps show ``on`` and ``off``. Nobody knows whether any other
    word but those for off, or a name in capitals, switches it on too: such a phone is better left alone [I].
    """
    return all(value.strip().lower() in OFF for name, value in settings.items() if name.lower() == "tr69_use_acs")


def passes_new_admin_password(now: Version, wanted: Version) -> bool:
    """Whether an upgrade passes the version that changes the rules of the administrator password (protocol 2.1)."""
    return now < NEW_ADMIN_PASSWORD <= wanted
