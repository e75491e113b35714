# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request to a web server, for the trace that it leaves there."""

from __future__ import annotations

# Whoever runs an operation has said so already where it is missing: `client.HAS_REQUESTS`.
try:
    from requests import RequestException, Session
except ImportError:
    RequestException = OSError  # type: ignore[assignment, misc]

TIMEOUT = 15.0
"""Seconds that the server may stay silent."""


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
