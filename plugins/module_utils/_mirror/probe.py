# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests of one's own to a mirror, for the traces that they leave in its log."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from .control_settings import ControlSettings
from .progress import FIRMWARE_FOLDER
from .served_log import ServedLog

# Whoever runs an operation has said so already where it is missing: `HAS_REQUESTS` of a phone's web client.
try:
    from requests import RequestException, Session
except ImportError:
    RequestException = OSError  # type: ignore[assignment, misc]

TIMEOUT = 15.0
"""Seconds that the server may stay silent."""

_LOOKS, _BETWEEN = 20, 0.25
"""How often to look for a line in the log, and seconds between two looks."""

LATEST = _LOOKS * _BETWEEN
"""Seconds after which a line that is not in the log is late."""

LATE = (
    f"A request of now does not stand in the mirror's log after {LATEST:g} s, so lines of before may be missing there, "
    "too. Let nginx write each at once (access_log without buffer, as the role firmware_mirror has it), on the mirror "
    "itself."
)


def ask(url: str, trust: bool | str) -> bool:
    """Ask for something, and say whether there was an answer, whatever it is. Its content is not read.

    trust is the path of the CA that the server's certificate must be of, True for the system's, False for any.
    """
    session = Session()
    session.trust_env = False
    try:
        with session, session.get(url, timeout=TIMEOUT, stream=True, allow_redirects=False, verify=trust):
            return True
    except (RequestException, OSError):
        return False


def is_noted(
    log: ServedLog,
    settings: ControlSettings,
    place: str | None = None,
    *,
    ask: Callable[[str, bool | str], bool] = ask,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Whether what comes to a mirror stands in its log within seconds, and so all that came before this was called.

    log is read for this alone. place is a URL without a path that leads to the mirror, its own by default.
    Raises MirrorFailed.

    Two requests, one after the other: of a log that is written or brought in parts, the first may come with a part that
    was due. The second then waits for a whole part.
    """
    trust = (settings.ca_path or True) if settings.validate_certs else False
    log.mark()
    for _turn in range(2):
        # No phone has such an address.
        name = f"02{secrets.token_hex(5).upper()}"
        if not ask(f"{place or settings.url}{FIRMWARE_FOLDER}{name}.xml", trust):
            return False
        for _look in range(_LOOKS):
            if any(name.encode() in line for line in log.read_new()):
                break
            pause(_BETWEEN)
        else:
            return False
    return True
