# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was recorded of a phone before and while a step changed it, or heard of it, until that becomes a profile.

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
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.channels import Heard
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import write_private

MOMENTS = ("before", "changed")
_HEARD = "heard"


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


def keep_heard(profile: str, heard: Heard) -> None:
    """Keep what came past the web server, and what the phone was given to run. Raises InputError."""
    rows = {
        "sip": [[is_phones, base64.b64encode(data).decode()] for is_phones, data in heard.sip],
        "reports": [base64.b64encode(data).decode() for data in heard.reports],
        "documents": list(heard.documents),
    }
    write_private(_path(profile, _HEARD), json.dumps(rows))


def take_heard(profile: str) -> Heard:
    """What was kept, and remove it; nothing where nothing is that can be read."""
    path = _path(profile, _HEARD)
    found = Heard()
    with suppress(OSError, InputError, ValueError, KeyError, TypeError):
        rows = json.loads(read_regular(path))
        found = Heard(
            sip=[(bool(is_phones), base64.b64decode(data)) for is_phones, data in rows["sip"]],
            reports=[base64.b64decode(data) for data in rows["reports"]],
            documents=[str(text) for text in rows["documents"]],
        )
    with suppress(OSError):
        os.unlink(path)
    return found


def _path(profile: str, moment: str) -> str:
    return f"{profile}.unsent-{moment}"
