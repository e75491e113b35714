# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was recorded of a phone before and while a step changed it, kept until that becomes a profile.

It holds all that the phone said: only its owner may read it, and it is gone with the profile.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from contextlib import suppress

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import read_regular
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import Recorded
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import write_private

MOMENTS = ("before", "changed")


def keep(profile: str, moment: str, recorded: Sequence[Recorded]) -> None:
    """Keep it beside the profile. Raises InputError."""
    rows = [
        {
            "target": one.target,
            "login": one.login,
            "seconds": one.seconds,
            "data": base64.b64encode(one.data).decode(),
        }
        for one in recorded
    ]
    write_private(_path(profile, moment), json.dumps(rows))


def take(profile: str, moment: str) -> list[Recorded]:
    """What was kept, and remove it; nothing where nothing is that can be read."""
    path = _path(profile, moment)
    found = []
    with suppress(OSError, InputError, ValueError, KeyError, TypeError):
        for one in json.loads(read_regular(path)):
            data = base64.b64decode(one["data"])
            found.append(Recorded(str(one["target"]), bool(one["login"]), 0.0, data, float(one["seconds"])))
    with suppress(OSError):
        os.unlink(path)
    return found


def _path(profile: str, moment: str) -> str:
    return f"{profile}.unsent-{moment}"
