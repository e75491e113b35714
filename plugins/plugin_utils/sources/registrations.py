# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registrations of a PBX as a source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import PbxFailed
from ansible_collections.telephony.snom.plugins.module_utils._known.user_agent import DECT
from ansible_collections.telephony.snom.plugins.module_utils._pbx.kinds import open_pbx
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import (
    Registration,
    host_of_uri,
    newest,
    shown_accounts,
)
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import (
    LONGEST,
    MAX_PHONES,
    SourceFailed,
    Statement,
    Statements,
    address_of,
    counted,
    model_of,
)

MOST = 12
"""Accounts of a phone. Where more come from one place, it is not one phone, but what stands before many."""


def read_registrations(settings: PbxSettings, prefixes: tuple[str, ...]) -> Statements:
    """Ask the PBX. Raises SourceFailed."""
    try:
        pbx = open_pbx(settings)
        try:
            registrations = pbx.registrations()
        finally:
            pbx.close()
    except PbxFailed as error:
        raise SourceFailed(error.reason) from None
    if len(registrations) > MAX_PHONES:
        raise SourceFailed(f"{settings.shown} lists {len(registrations)} registrations. That is no fleet.")
    return statements_of_registrations(registrations, prefixes)


def statements_of_registrations(registrations: Iterable[Registration], prefixes: tuple[str, ...]) -> Statements:
    """What registrations say of phones. Those of other makes and of DECT bases are left out."""
    listed = tuple(registrations)
    shown = shown_accounts(one.account for one in listed)
    by_mac: dict[str, list[Registration]] = defaultdict(list)
    by_address: dict[str, list[Registration]] = defaultdict(list)
    for one in (replace(one, account=shown[one.account]) for one in listed):
        if one.agent is None:
            continue
        if one.agent.mac is not None:
            if one.agent.mac.startswith(prefixes) and one.agent.kind != DECT:
                by_mac[one.agent.mac].append(one)
        elif address := address_of(one.address):
            by_address[address].append(one)
    said = [_said(mac, found) for mac, found in by_mac.items()]
    said += _by_address(by_address)
    return Statements(said=tuple(said))


def _by_address(found: Mapping[str, list[Registration]]) -> Iterator[Statement]:
    """What comes from one place and names no MAC address, if it is certainly one phone that stands there itself."""
    for address, there in found.items():
        models = {one.agent.model for one in there if one.agent}
        if (
            len(models) == 1
            and not any(one.agent and one.agent.kind == DECT for one in there)
            and all(host_of_uri(one.contact) == address for one in there)
            and len({one.account for one in there}) <= MOST
        ):
            yield _said(None, there)


def _said(mac: str | None, found: list[Registration]) -> Statement:
    one = newest(found) or found[0]
    agent = one.agent
    address, contact = address_of(one.address), address_of(host_of_uri(one.contact))
    more: dict[str, Any] = {"user_agent": one.user_agent[:LONGEST]}
    if address != contact:
        # Something stands between them. Which of the two leads to the phone from here, nobody knows.
        more |= {"seen_at": address or "", "contact_host": contact or ""}
        address = None
    return Statement(
        mac=mac,
        address=address,
        model=model_of(agent.model or "") if agent else None,
        firmware=str(agent.firmware) if agent and agent.firmware else None,
        accounts=tuple(sorted({one.account[:LONGEST] for one in found if one.account}))[:MOST],
        more=more,
    )


def unplaced(said: Iterable[Statement]) -> str | None:
    """A sentence on the registrations that no phone could be found for; None where there are none."""
    found = sum(one.mac is None for one in said)
    if not found:
        return None
    return (
        f"{counted(found, 'phone')} registered there without naming the MAC address, and no lease says whose the "
        "address is. Switch on the setting mac_info_in_sip_register."
    )
