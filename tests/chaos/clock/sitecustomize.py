# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A clock that is wrong by as many seconds as CHAOS_CLOCK says, for every Python whose path this folder is on."""

import os
import time

_true, _offset = time.time, float(os.environ.get("CHAOS_CLOCK", "0"))


def _wrong() -> float:
    return _true() + _offset


time.time = _wrong
