# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_info: what a phone says about itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .._core.errors import Unsupported, UserMode
from .._known.models import PHONE_MANAGER
from .._phone.call_reading import CallSource
from .._phone.connection import CONNECTION_ARGUMENTS
from .._phone.facts import SUBSETS, PhoneFacts, check_identity
from .._phone.readable_phone import ReadablePhone

ARGUMENT_SPEC: dict[str, dict[str, Any]] = CONNECTION_ARGUMENTS | {
    "gather": {"type": "list", "elements": "str", "choices": [*SUBSETS, "certificate"], "default": ["system"]},
}


def read_info(phone: ReadablePhone, parameters: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """Read what gather names, and the call counter if SNMP is allowed. Changes nothing in either mode.

    A D8xx shows only that it has the Phone Manager (protocol 7), which is an answer, not an error. Raises WrongPhone if
    a MAC address is given and another phone answers, UserMode if the settings are wanted and the phone keeps them back.
    """
    gather = set(parameters["gather"])
    fingerprint = phone.certificate() if "certificate" in gather else None
    if gather == {"certificate"}:
        # Without a request: nothing is trusted yet.
        return _result(PhoneFacts(cert_fingerprint=fingerprint))
    if phone.connection.mac:
        gather.add("system")
    try:
        facts = replace(phone.look(gather), cert_fingerprint=fingerprint)
    except Unsupported:
        return _result(PhoneFacts(generation=PHONE_MANAGER, cert_fingerprint=fingerprint))
    check_identity(facts, mac=phone.connection.mac, model=None)
    if facts.admin_mode is False:
        raise UserMode(
            "The phone is in user mode and shows its settings only after its administrator password. "
            "Switch it to admin mode in its web interface, or leave settings out of gather."
        )
    counted = phone.call(CallSource.COUNTER)
    if counted.source is not None:
        facts = replace(facts, call_state=counted.state, call_state_source=counted.source)
    return _result(facts)


def _result(facts: PhoneFacts) -> dict[str, Any]:
    return {"changed": False, "phone": facts.as_dict()}
