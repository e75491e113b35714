# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules of this collection will do on a phone that was looked at, what they will refuse, and why. Pure."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.module_utils._known.dialect import SILENT_FROM
from ansible_collections.telephony.snom.plugins.module_utils._known.models import (
    PHONE_MANAGER,
    find_model,
    takes_no_commands,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.tr069 import takes_provisioning
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import takes_silent_documents

WORKS, REFUSES, DEFERS, UNSURE = "works", "refuses", "defers", "unsure"

_CONTROL = ("snom_key", "snom_call", "snom_identity", "snom_ringer", "snom_call_list", "snom_screen")


def forecast(facts: PhoneFacts, *, mac: str | None, call_known: bool) -> list[dict[str, str]]:
    """For each module: what it will do, and why. mac is what the inventory says, call_known whether a call is told."""
    model = find_model(facts.model) if facts.model else None
    no_commands = facts.generation == PHONE_MANAGER or (
        model is not None and takes_no_commands(model, facts.generation)
    )
    rows = [("snom_info", WORKS, _what_is_read(facts))]
    if no_commands:
        why = "This is a D8xx: it takes no commands over HTTP. Use provisioning, or snom_transport: sip."
        names = ("snom_firmware", "snom_rollout", "snom_reboot", "snom_settings", *_CONTROL, "snom_factory_reset")
        return _rows(
            [("snom_info", WORKS, "It says that it has the Phone Manager.")] + [(name, REFUSES, why) for name in names]
        )
    if mac is not None and facts.mac is None:
        why = "The inventory gives its MAC address and no page shows one. Teach where it stands, or remove snom_mac."
        names = ("snom_firmware", "snom_rollout", "snom_reboot", "snom_settings", *_CONTROL, "snom_factory_reset")
        return _rows(rows + [(name, REFUSES, why) for name in names])
    upgrade = _upgrade(facts, call_known=call_known)
    rows += [
        ("snom_firmware", *upgrade),
        ("snom_rollout", *upgrade),
        ("snom_reboot", *_reboot(facts, call_known=call_known)),
    ]
    rows += [("snom_settings", *_settings(facts))]
    rows += [(name, *_control(facts)) for name in _CONTROL]
    rows += [("snom_factory_reset", *_reset(facts))]
    return _rows(rows)


_BY_DOCUMENTS = ("snom_key", "snom_call", "snom_identity", "snom_call_list", "snom_factory_reset")
_NEVER_BY_SIP = {
    "snom_firmware": "snom_rollout brings it to its firmware, by the mirror that it loads from.",
    "snom_reboot": "One that is told to restart by SIP may ask its user first, and nothing tells whether it did.",
    "snom_settings": "Its settings come by provisioning, and snom_sync lets it fetch them.",
    "snom_ringer": "Nothing by SIP plays a ringer.",
    "snom_screen": "There is no picture of its screen by SIP.",
}


def forecast_by_sip(firmware: Version | None, *, is_found: bool | None) -> list[dict[str, str]]:
    """The same for a phone that is told by its PBX.

    is_found: whether the inventory leads to it there, by a PBX that lists its registrations and by its MAC address;
    None where that PBX has not been asked.
    """
    if is_found is False:
        why = (
            "By SIP it is found by its MAC address in its registration. Set snom_pbx to a PBX that lists these, and "
            "snom_mac; and let the phone name its address there (mac_info_in_sip_register)."
        )
        names = ("snom_info", "snom_sync", "snom_rollout", *_BY_DOCUMENTS)
        return _rows([(name, REFUSES, why) for name in names] + _never_by_sip())
    documents = (UNSURE, "Nobody has seen a phone run the documents that do it. The step notify shows whether it does.")
    if firmware is None:
        documents = (UNSURE, f"Its version is unknown. Before {SILENT_FROM} it would show the documents that do it.")
    elif not takes_silent_documents(firmware):
        documents = (REFUSES, f"Before {SILENT_FROM} a phone shows the documents that do it to whoever uses it.")
    return _rows(
        [
            ("snom_info", WORKS, "Reads version, model, MAC and registrations of what its PBX lists; no settings."),
            (
                "snom_sync",
                UNSURE,
                "Sends a check-sync. What the mirror's log shows is the proof (snom_mirror_control).",
            ),
            (
                "snom_rollout",
                UNSURE,
                "By a check-sync and its mirror. The playbook telephony.snom.plan says what lacks.",
            ),
            *((name, *documents) for name in _BY_DOCUMENTS),
            *_never_by_sip(),
        ]
    )


def _never_by_sip() -> list[tuple[str, str, str]]:
    return [(name, REFUSES, why) for name, why in _NEVER_BY_SIP.items()]


def _rows(rows: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [{"module": name, "will": will, "why": why} for name, will, why in rows]


def _what_is_read(facts: PhoneFacts) -> str:
    values = {
        "version": facts.firmware,
        "MAC": facts.mac,
        "model": facts.model,
        "registrations": facts.identities,
        "uptime": facts.uptime,
        "settings": facts.settings,
    }
    known = [name for name, value in values.items() if value is not None]
    unknown = [name for name, value in values.items() if value is None]
    return f"Reads {', '.join(known) or 'nothing'}." + (f" Unknown: {', '.join(unknown)}." if unknown else "")


def _upgrade(facts: PhoneFacts, *, call_known: bool) -> tuple[str, str]:
    if facts.firmware is None:
        return REFUSES, "No page shows the version, so a success could not be proven. Teach where it stands."
    if facts.model is None:
        return REFUSES, "No page shows the model, so no image can be chosen. Teach where it stands."
    if facts.admin_mode is False:
        return REFUSES, "The phone is in user mode. Switch it to administrator mode."
    if facts.settings is not None and not takes_provisioning(facts.settings):
        return UNSURE, "tr69_use_acs is on: its TR-069 server may bring another version back."
    if not call_known:
        return (
            DEFERS,
            "Nobody tells whether it is in a call. Set snom_pbx, teach idle and busy, or allow unknown_call_state.",
        )
    missing = [
        name
        for name, value in (("MAC address", facts.mac), ("registrations", facts.identities), ("uptime", facts.uptime))
        if value is None
    ]
    return WORKS, "Reads the version back." + (f" Has nothing to compare of: {', '.join(missing)}." if missing else "")


def _reboot(facts: PhoneFacts, *, call_known: bool) -> tuple[str, str]:
    if not call_known:
        return (
            DEFERS,
            "Nobody tells whether it is in a call. Set snom_pbx, teach idle and busy, or allow unknown_call_state.",
        )
    if facts.uptime is None:
        return (
            UNSURE,
            "Without an uptime the second spelling of the request is not tried, and a quick restart not seen.",
        )
    return WORKS, "Sees it gone and back, or its uptime fall."


def _settings(facts: PhoneFacts) -> tuple[str, str]:
    if facts.admin_mode is False:
        return REFUSES, "The phone is in user mode. Switch it to administrator mode."
    if facts.settings is None:
        return REFUSES, "No page shows the settings, so no write could be proven. Teach settings_page."
    return WORKS, f"Reads {len(facts.settings)} settings back."


def _control(facts: PhoneFacts) -> tuple[str, str]:
    settings = facts.settings or {}
    shut = [name for name in ("use_hidden_tags", "restrict_uri_queries") if settings.get(name, "off") == "on"]
    if shut:
        return UNSURE, f"{' and '.join(shut)} {'are' if len(shut) > 1 else 'is'} on, which may block commands."
    if not settings:
        return UNSURE, "Its settings can't be read, so nobody knows whether it takes commands."
    return WORKS, "What the phone shows afterwards is the proof, where it shows anything."


def _reset(facts: PhoneFacts) -> tuple[str, str]:
    if facts.mac is None:
        return REFUSES, "No page shows its MAC address, which has to be confirmed."
    return WORKS, "Wants its MAC address as a confirmation."
