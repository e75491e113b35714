# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action URLs: the phone tells others what happens by GET requests with variables (protocol 6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from . import firmware
from .settings import is_secret

if TYPE_CHECKING:
    from .calls import Leg
    from .phone import Phone

# In the path a variable is closed by an ampersand: $mac&
VARIABLE = re.compile(r"\$([A-Za-z][\w-]*)(?:\[(\d+)\])?")
VARIABLE_IN_PATH = re.compile(VARIABLE.pattern + "&?")


def filled_in(url: str, phone: Phone, leg: Leg | None) -> str:
    """Replace the variables: runtime ones, or the name of any setting. Secrets and unknown ones become empty.

    The leg is the phone's end of the call that the event is about.
    """
    path, mark, query = url.partition("?")

    def value(found: re.Match[str]) -> str:
        return quote(_value(found[1], found[2] or "", phone, leg), safe="")

    return VARIABLE_IN_PATH.sub(value, path) + mark + VARIABLE.sub(value, query)


def _value(name: str, index: str, phone: Phone, leg: Leg | None) -> str:
    keys = phone.keys
    identity = phone.outgoing_identity(None)
    local = leg.address if leg else identity.address if identity else ""
    match name:
        case "local" | "display_local" | "active_url":
            return local
        case "remote" | "display_remote":
            return leg.peer.address if leg else phone.last_remote
        case "active_user":
            return local.partition("@")[0]
        case "active_host":
            return local.partition("@")[2]
        case "phone_ip" | "local_ip":
            return keys.address
        case "mac":
            return keys.mac
        case "firmware":  # a setting of this name holds a URL; wanted here is the version [invented]
            return f"snom{firmware.image_model(keys.model)}-SIP {keys.firmware}"
        case "nr_ongoing_calls":
            return str(len(phone.legs))
        case "csta_id" | "call-id":
            return str(leg.number) if leg else ""
    return "" if is_secret(name) else phone.settings[name + index]
