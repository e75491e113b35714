# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leases by the control API of Kea over HTTP: its control agent's, or since 2.7 that of the DHCP server itself.

As the reference manual describes it (Kea ARM, lease4-get-page); what gives leases out is the hook library lease_cmds.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.paced_http import PacedAdapter
from ansible_collections.telephony.snom.plugins.module_utils._pbx.deadline import Deadline
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import heard
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.leases import Lease, statements_of_leases
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import (
    SourceFailed,
    Statements,
    address_of,
    mac_of,
)

try:
    import requests

    HAS_REQUESTS = True
except ImportError:
    HAS_REQUESTS = False

_PAGE = 2000
"""Leases that are asked for at a time."""
_MAX_PAGES = 500
_MAX_ANSWER = 8 * 1024 * 1024
"""Bytes of one page."""
_CHUNK = 65536
_LARGEST_HEAD = 1024 * 1024
_OK, _FAILED, _UNSUPPORTED, _EMPTY = 0, 1, 2, 3
_TRIES, _PAUSE = 3, 1.0
"""A Kea that restarts is back within seconds, and then it has read its leases."""
_ASSIGNED = 0
_FOREVER = 0xFFFFFFFF


@dataclass(frozen=True, kw_only=True)
class KeaControl:
    """How it is reached."""

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    validate_certs: bool = True
    ca_path: str | None = None
    timeout: float = 10.0
    """Seconds for one page."""


class _Away(SourceFailed):
    """It is down, or restarts."""


def read_kea_control(
    control: KeaControl, prefixes: tuple[str, ...], now: float, sleep: Callable[[float], None] = time.sleep
) -> Statements:
    """The leases that Kea has now. Raises SourceFailed, InputError."""
    if not HAS_REQUESTS:
        raise InputError("The Python library requests is missing on the controller: pip install requests.")
    if control.ca_path is not None and not os.path.exists(control.ca_path):
        raise SourceFailed(f"there is no {control.ca_path}. Correct ca_path.")
    for _unused in range(_TRIES - 1):
        # From the beginning each time: it may have been in the middle of its leases.
        with suppress(_Away):
            return _read(control, prefixes, now)
        sleep(_PAUSE)
    return _read(control, prefixes, now)


def _read(control: KeaControl, prefixes: tuple[str, ...], now: float) -> Statements:
    with requests.Session() as session:
        # No proxy, no netrc: this is the voice network.
        session.trust_env = False
        deadline = Deadline(_LARGEST_HEAD + _MAX_ANSWER)
        for scheme in ("http://", "https://"):
            session.mount(scheme, PacedAdapter(deadline))
        session.verify = (control.ca_path or True) if control.validate_certs else False
        if control.username is not None:
            session.auth = (control.username, control.password or "")
        return statements_of_leases(_leases(session, control, deadline), prefixes, now)


def _leases(session: Any, control: KeaControl, deadline: Deadline) -> Iterator[Lease]:
    begin = "start"
    for _unused in range(_MAX_PAGES):
        deadline.begin(control.timeout)
        answer = _ask(session, control, {"from": begin, "limit": _PAGE})
        found = answer.get("leases")
        found = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        yield from filter(None, map(_lease, found))
        if len(found) < _PAGE:
            return
        after = address_of(str(found[-1].get("ip-address")))
        if after is None or after == begin:
            break
        begin = after
    raise SourceFailed(f"Kea at {control.url} lists leases without an end.")


def _ask(session: Any, control: KeaControl, arguments: dict[str, Any]) -> dict[str, Any]:
    request = {"command": "lease4-get-page", "service": ["dhcp4"], "arguments": arguments}
    try:
        with session.post(
            control.url, json=request, timeout=control.timeout, stream=True, allow_redirects=False
        ) as answer:
            status, content = answer.status_code, bytearray()
            for chunk in answer.iter_content(_CHUNK):
                content += chunk
                if len(content) > _MAX_ANSWER:
                    raise SourceFailed(f"Kea at {control.url} answers too much.")
    except requests.exceptions.SSLError:
        raise SourceFailed(f"the certificate of Kea at {control.url} is not trusted. Name its CA in ca_path.") from None
    except requests.Timeout:
        raise SourceFailed(f"Kea at {control.url} gives no answer within {control.timeout:g} s.") from None
    # A ValueError is that of a chunk that announces less than nothing.
    except (requests.RequestException, OSError, ValueError) as error:
        kind = _Away if isinstance(error, requests.ConnectionError) else SourceFailed
        raise kind(f"Kea at {control.url} can't be reached. Is it running, and is that its port?") from None
    if status in (401, 403):
        raise SourceFailed(f"Kea at {control.url} refused the login. Correct username and password.")
    try:
        reply = json.loads(content)
        # The control agent answers for each service, the server for itself.
        reply = reply[0] if isinstance(reply, list) else reply
        result, said = reply["result"], heard(str(reply.get("text", "")), control.username, control.password, 200)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise SourceFailed(f"at {control.url} something answers {status} that is not Kea. Correct url.") from None
    if result == _EMPTY:
        return {}
    if result == _UNSUPPORTED:
        raise SourceFailed(f"Kea at {control.url} gives no leases out. Let it load the hook libdhcp_lease_cmds.")
    if result == _FAILED and "unable to forward" in said:
        # The control agent's words where the server's socket is not there.
        raise _Away(f"Kea at {control.url} refuses: {said}.")
    if result != _OK:
        raise SourceFailed(f"Kea at {control.url} refuses: {said}.")
    found = reply.get("arguments")
    return found if isinstance(found, dict) else {}


def _lease(said: dict[str, Any]) -> Lease | None:
    address, mac = address_of(str(said.get("ip-address"))), mac_of(str(said.get("hw-address")))
    given, lifetime = said.get("cltt"), said.get("valid-lft")
    if address is None or mac is None or said.get("state") != _ASSIGNED:
        return None
    if not isinstance(given, int) or not isinstance(lifetime, int):
        return None
    return Lease(
        address=address,
        mac=mac,
        given=given,
        ends=None if lifetime == _FOREVER else given + lifetime,
        hostname=str(said.get("hostname", "")),
    )
