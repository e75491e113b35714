# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that knows the kinds of PBX."""

from __future__ import annotations

from collections.abc import Callable

from .asterisk import Asterisk
from .command import CommandPbx
from .freeswitch import FreeSwitch
from .kamailio import Kamailio
from .pbx import Pbx
from .settings import PbxSettings
from .sip import StraightSip

_KINDS: dict[str, Callable[[PbxSettings], Pbx]] = {
    "asterisk": Asterisk,
    "command": CommandPbx,
    "freeswitch": FreeSwitch,
    "kamailio": Kamailio,
    "sip": StraightSip,
}


def open_pbx(settings: PbxSettings) -> Pbx:
    """The PBX of these settings. Nothing is asked yet. Raises InputError for settings that can't work."""
    return _KINDS[settings.kind](settings)
