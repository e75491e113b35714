# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of one phone: what is in flash, and what was changed but not stored (protocol 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

# Names that the facts mention (protocol 2 to 6), with a default where they name one. The others are empty [invented].
DEFAULTS = {
    "http_user": "",
    "http_pass": "",
    "http_scheme": "off",  # off: Basic, on: Digest (2.2)
    "http_port": "80",
    "https_port": "443",
    "webserver_type": "http_https",
    "webserver_cert": "",
    "admin_mode": "on",
    "admin_mode_password": "",  # what counts then depends on the firmware: Phone.admin_password
    "webserver_admin_name": "",
    "webserver_admin_password": "",
    "webserver_user_name": "",
    "webserver_user_password": "",
    "use_hidden_tags": "off",
    "restrict_uri_queries": "off",
    "setting_server": "",
    "provisioning_order": "",
    "pnp_config": "",
    "subscribe_config": "",
    "update_policy": "",
    "firmware_status": "",
    "firmware_interval": "",
    "firmware": "",
    "phone_type": "",
    "tr69_use_acs": "off",
    "update_server": "",
    "prov_polling_enabled": "",
    "auto_reboot_on_setting_change": "off",
    "snmp_trusted_addresses": "",
    "register_http_contact": "off",
    "mac_info_in_sip_register": "off",
    "active_line": "1",
    "dnd_mode": "off",
    "keyboard_lock": "off",
    "phone_name": "",
    "language": "English",
    "dhcp": "on",
    "ip_adr": "",
    "netmask": "",
    "gateway": "",
    "dns_server1": "",
    "dns_server2": "",
    "transfer_dialing_on_transfer": "",
    "quick_transfer": "",
    "transfer_on_hangup": "",
    "call_join_xfer": "off",  # "Call Join on Xfer (2 calls)" of the vendor's page (protocol 1.5)
    "xml_notify": "",
    "filter_registrar": "",
    "network_id_port": "",
    "allow_sip_settings": "off",
    "challenge_checksync": "",
    "checksync_action": "",
    "challenge_reboot": "",
    "mb_trusted_hosts": "",
}
# The number is glued to the name over HTTP and an idx attribute in XML (5.1).
INDEXED = re.compile(
    r"(user_(?:name|pass|host|pname|active|realname|idle_text|outbound|auto_connect|uid)"
    r"|fkey|fkey_label|fkey_short_label|context_key|context_key_label|dkey_\w+?)(\d+)"
)
ACTION_URL = re.compile(r"action_\w+")  # section 6
SECRET = re.compile(r"pass|pin|secret", re.IGNORECASE)
# Flags of permission in provisioned files (5.4); a blank is read-only, too.
READ_ONLY_FLAGS = frozenset({"R", "&", " "})
KEEPS_USERS_CHANGE = "!"


def split_index(name: str) -> tuple[str, str | None]:
    """Split ``user_name1`` into ``user_name`` and ``1``."""
    found = INDEXED.fullmatch(name)
    return (found[1], found[2]) if found else (name, None)


@cache
def is_secret(name: str) -> bool:
    """Whether a setting is one that no page shows (4.2)."""
    return bool(SECRET.search(name))


class Settings:
    """Reads see the unsaved changes; ``reboot`` loses them, ``store`` writes them to flash."""

    __slots__ = ("_changed_by_user", "_given", "_provisioned_read_only", "_read_only", "_stored", "_unsaved")

    def __init__(self, given: Mapping[str, str], read_only: Iterable[str]) -> None:
        self._given = dict(given)
        self._stored = dict(given)
        self._unsaved: dict[str, str] = {}
        self._read_only = frozenset(read_only)
        self._provisioned_read_only: set[str] = set()
        self._changed_by_user: set[str] = set()

    def __getitem__(self, name: str) -> str:
        for layer in (self._unsaved, self._stored, DEFAULTS):
            if name in layer:
                return layer[name]
        return ""

    def __iter__(self) -> Iterator[str]:
        """Yield the names that have a value or a default."""
        return iter({**DEFAULTS, **self._stored, **self._unsaved})

    def on(self, name: str) -> bool:
        return self[name] == "on"

    def is_read_only(self, name: str) -> bool:
        return name in self._read_only or name in self._provisioned_read_only

    def knows(self, name: str) -> bool:
        """Whether the phone has such a setting; others are silently ignored (5.1)."""
        return bool(name in DEFAULTS or name in self._given or INDEXED.fullmatch(name) or ACTION_URL.fullmatch(name))

    def write(self, name: str, value: str) -> bool:
        """Change a setting until the next boot, and return whether the phone did (5.1: silently not, if it may not)."""
        if not self.knows(name) or self.is_read_only(name):
            return False
        self._unsaved[name] = value
        return True

    def provision(self, name: str, value: str, perm: str) -> bool:
        """Write to flash what a provisioned file says, and return whether the value is another one now.

        The flag decides who may change it from then on, and whether a change by users that was stored stays (5.4).
        """
        if not self.knows(name):
            return False
        flag = perm.upper()
        (self._provisioned_read_only.add if flag in READ_ONLY_FLAGS else self._provisioned_read_only.discard)(name)
        if flag == KEEPS_USERS_CHANGE and name in self._changed_by_user:
            return False
        before = self[name]
        self.force({name: value})
        self._changed_by_user.discard(name)
        return before != value

    def force(self, changes: Mapping[str, str]) -> None:
        """Change settings in flash, whatever the phone would allow: the fleet file and the control port do."""
        self._given.update(changes)
        self._stored.update(changes)
        for name in changes:
            self._unsaved.pop(name, None)

    def store(self) -> None:
        self._stored.update(self._unsaved)
        self._changed_by_user.update(self._unsaved)
        self._unsaved.clear()

    def reboot(self) -> None:
        self._unsaved.clear()

    def factory_reset(self) -> None:
        """Forget everything, the web login too (8)."""
        self._stored.clear()
        self._unsaved.clear()
        self._provisioned_read_only.clear()
        self._changed_by_user.clear()

    def unsaved(self) -> list[str]:
        return sorted(self._unsaved)

    def changed(self) -> dict[str, str]:
        """What differs from the phone's defaults, without secrets."""
        return {name: value for name, value in {**self._stored, **self._unsaved}.items() if not is_secret(name)}
