# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one contact under which a phone is told something, and no other phone with it."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from .._core.errors import InputError, PhoneUnreachable, Refused
from .._known.user_agent import PHONE, UserAgent
from .pbx import Registration, host_of_uri, newest, registered_mac, same_account, user_of
from .settings import OPTION, PbxSettings

_TELL_APART = (
    "Set mac_info_in_sip_register to on for the phones, so that their registrations name them, or give each an account "
    "of its own."
)


def numeric(host: str) -> str:
    """The IP address of a host, as a PBX lists it; the host itself where it has none."""
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        return host


def contact_of(
    registrations: Sequence[Registration], *, mac: str | None, account: str | None, address: str, shown: str
) -> Registration:
    """The contact of a phone: by the MAC address in its User-Agent, else by its account or its address.

    mac, account and address are what the inventory says; shown is the PBX as sentences name it. Raises
    PhoneUnreachable where the PBX lists none, Refused where it may be another phone's.
    """
    given = [one for one in registrations if account is None or same_account(one.account, account)]
    own = [one for one in given if mac is not None and registered_mac(one) == mac]
    if not own:
        own = _unnamed(given, mac, account, address)
        if len({(one.address, host_of_uri(one.contact)) for one in own}) > 1:
            raise Refused(
                f"At {shown} more than one phone is registered by this account, and which is this one can't be told. "
                f"{_TELL_APART}"
            )
    found = newest([one for one in own if one.reachable is not False]) or newest(own)
    if found is None:
        raise _missing(given, account, shown)
    if any(one.contact == found.contact and one not in own for one in registrations):
        raise Refused(
            f"At {shown} another phone is registered with the same contact, so this one can't be told alone. "
            f"{_TELL_APART}"
        )
    return found


def _unnamed(given: Sequence[Registration], mac: str | None, account: str | None, address: str) -> list[Registration]:
    """Those that may be the phone's although they name no MAC address: by its account, and by its address."""
    # What says that it is no Snom phone is none.
    may_be = [
        one for one in given if (mac is None or registered_mac(one) is None) and (one.agent or not one.user_agent)
    ]
    there = [one for one in may_be if one.address == address]
    return there if there or account is None else may_be


def _missing(given: Sequence[Registration], account: str | None, shown: str) -> PhoneUnreachable | Refused:
    if account is None or not given:
        return PhoneUnreachable(
            f"{shown[0].upper()}{shown[1:]} lists no registration of this phone, so nothing was sent. Is it on and "
            "registered? Name its account in snom_account, or let registrations name phones "
            "(mac_info_in_sip_register)."
        )
    return Refused(
        f"At {shown} this account is registered by another phone, or by what is no Snom phone. Correct snom_account or "
        "snom_mac."
    )


def contact_without_list(settings: PbxSettings, *, mac: str | None, account: str | None, address: str) -> Registration:
    """The contact of a phone where nobody lists any: as the inventory has it. Raises InputError."""
    if any("{account}" in argument for argument in settings.command) and account is None:
        raise InputError(f"The command in {OPTION} wants the account, and there is none. Set snom_account.")
    if settings.kind == "sip" and settings.password and account is None and settings.username is None:
        raise InputError(f"{OPTION} has a password and no username. Give it, or set snom_account.")
    host = f"[{address}]" if ":" in address else address
    user = "" if account is None else f"{user_of(account)}@"
    port = f":{settings.port}" if settings.port else ""
    transport = "" if settings.transport == "udp" else f";transport={settings.transport}"
    return Registration(
        account=account or "",
        contact=f"sip:{user}{host}{port}{transport}",
        address=address,
        agent=UserAgent(kind=PHONE, mac=mac),
    )
