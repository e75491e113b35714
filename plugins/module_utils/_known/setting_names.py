# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known about the names of phones' settings.

No list of all of them is at hand: each firmware has hundreds. The names here are those that public sources mention
(protocol 2 to 6); a phone's own settings page knows the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# The number of the first one. Identities count from 1, function keys from 0 (protocol 1.3, 5.1).
_FIRST_INDEX: dict[str, int] = dict.fromkeys(
    (
        "user_active",
        "user_auto_connect",
        "user_host",
        "user_idle_text",
        "user_name",
        "user_outbound",
        "user_pass",
        "user_pname",
        "user_realname",
        "user_uid",
    ),
    1,
) | dict.fromkeys(("fkey", "fkey_label", "fkey_short_label", "context_key", "context_key_label"), 0)

_PLAIN = frozenset(
    [
        "active_line",
        "admin_mode",
        "admin_mode_password",
        "allow_sip_settings",
        "allow_sip_xml_action",
        "auto_reboot_on_setting_change",
        "call_join_xfer",
        "challenge_checksync",
        "challenge_reboot",
        "dhcp",
        "dnd_mode",
        "dns_server1",
        "dns_server2",
        "filter_registrar",
        "firmware",
        "firmware_interval",
        "firmware_status",
        "firmware_uxm",
        "gateway",
        "gui_fkey1",
        "gui_fkey2",
        "gui_fkey3",
        "gui_fkey4",
        "http_pass",
        "http_port",
        "http_scheme",
        "http_user",
        "https_port",
        "ip_adr",
        "keyboard_lock",
        "language",
        "mac_info_in_sip_register",
        "mb_trusted_hosts",
        "netmask",
        "network_id_port",
        "phone_name",
        "pnp_config",
        "pnp_server",
        "prov_polling_enabled",
        "prov_polling_mode",
        "prov_polling_period",
        "prov_polling_time",
        "prov_polling_time_rand_end",
        "provisioning_order",
        "quick_transfer",
        "register_http_contact",
        "restrict_uri_queries",
        "setting_server",
        "snmp_trusted_addresses",
        "subscribe_config",
        "tr369_enable",
        "transfer_dialing_on_other",
        "transfer_dialing_on_transfer",
        "transfer_on_hangup",
        "update_policy",
        "update_server",
        "use_hidden_tags",
        "webserver_admin_name",
        "webserver_admin_password",
        "webserver_cert",
        "webserver_type",
        "webserver_user_name",
        "webserver_user_password",
        "xml_notify",
    ]
)

# Action URLs (protocol 6) and hard keys (protocol 5.1) are families of names.
_FAMILY = re.compile(r"action_[a-z0-9_]+|dkey_[a-z0-9_]+|idle_[a-z0-9]+_key_action")

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.IGNORECASE)
_NUMBERED = re.compile(r"(.*[a-z_])(0|[1-9][0-9]{0,2})", re.IGNORECASE | re.DOTALL)
# What else belongs to an identity, of which no phone has more (protocol 1.3). Inferred from user_active and the like
# (5.1): public templates write user_srtp and dozens of others with idx, and none of their names ends with a digit.
_OF_IDENTITY = re.compile(r"user_\w+")
_IDENTITIES = range(1, 13)
# What users and phones change all the time: the line, DND and the lock at the phone itself, and what PnP has found
# (protocol 5.4, 8).
_STATE = frozenset({"active_line", "dnd_mode", "keyboard_lock", "pnp_server"})
_FROM_DHCP = frozenset({"ip_adr", "netmask", "gateway", "dns_server1", "dns_server2"})
# The web server's type, and everything about the network (protocol 5.1; no source lists them all).
_AT_BOOT = re.compile(r"webserver_type|dhcp|ip_adr|netmask|gateway|dns_server[12]|vlan_\w+|eth_\w+")


def is_setting_name(text: str) -> bool:
    """Whether a setting could be called so."""
    return bool(_NAME.fullmatch(text))


def is_known(name: str) -> bool:
    """Whether a public source mentions the setting, numbered or not."""
    base, _unused = split_name(name)
    return name in _PLAIN or base in _FIRST_INDEX or bool(_FAMILY.fullmatch(name))


def needs_reboot(name: str) -> bool:
    """Whether a change of the setting is known to take effect at the next boot only."""
    return bool(_AT_BOOT.fullmatch(name))


def mirrors_state(name: str, settings: Mapping[str, str]) -> bool:
    """Whether the setting, one of these of a phone, tells what the phone does rather than what it should do.

    That a phone shows in its settings what it got from DHCP is inferred.
    """
    return name in _STATE or (name in _FROM_DHCP and settings.get("dhcp", "on") == "on")


def first_index(name: str) -> int | None:
    """The number of the first of an indexed setting; None where the setting is not known to be indexed."""
    return _FIRST_INDEX.get(name)


def split_name(name: str) -> tuple[str, int | None]:
    """Split a name as HTTP spells it into name and number, as XML does (protocol 5.1): ``user_name1``, ``fkey0``.

    Only names that are indexed are split: ``dns_server1`` and ``gui_fkey1`` are names of their own.
    """
    match = _NUMBERED.fullmatch(name)
    if match is None:
        return name, None
    base, index = match[1], int(match[2])
    indexed = base in _FIRST_INDEX or (_OF_IDENTITY.fullmatch(base) and index in _IDENTITIES)
    return (base, index) if indexed else (name, None)
