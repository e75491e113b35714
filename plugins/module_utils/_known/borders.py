# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the rules of phones change: borders between versions of the firmware.

A version before the border by its suffix alone, such as a beta, may be on either side: it gets what is safe on both.

How a firmware is asked stands in `dialect`, what differs by the model in `models`.
"""

from __future__ import annotations

from .models import find_model
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

_VENDOR_CONTROLLER_ON, _VENDOR_CONTROLLER_OFF = Version((10, 1, 161)), Version((10, 1, 226))


def may_have_vendor_controller(model: str | None, firmware: Version | None) -> bool | None:
    """Whether Snom's own controller may reach the phone by TR-369, and start an update for example.

    It is on by default from 10.1.161 until 10.1.226 (protocol 5.4), on models with TR-369 (xml 13). None where model or
    version is not known.
    """
    known = find_model(model or "")
    if known is None or firmware is None:
        return None
    return known.tr369 and _VENDOR_CONTROLLER_ON.numbers <= firmware.numbers and firmware < _VENDOR_CONTROLLER_OFF


def passes_new_admin_password(now: Version, wanted: Version) -> bool:
    """Whether an upgrade passes the version that changes the rules of the administrator password (protocol 2.1)."""
    return now < NEW_ADMIN_PASSWORD and NEW_ADMIN_PASSWORD.numbers <= wanted.numbers
