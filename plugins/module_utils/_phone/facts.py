# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone says about itself, and whether it is the one that is meant. What it does not say stays unknown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from .._core.errors import InputError, Refused, WrongPhone
from .._known.borders import may_have_vendor_controller
from .._known.mac import normalize_mac
from .._known.masks import MASK, is_secret, masked
from .._known.models import find_model
from .._known.version import Version

SUBSETS = ("system", "home", "gui", "settings")
"""What a phone can be read for: what it is, its home page, its screen, its settings."""


@dataclass(frozen=True)
class Identity:
    """One SIP identity. Lines count from 1."""

    line: int
    user: str | None
    registered: bool | None


@dataclass(frozen=True, kw_only=True)
class PhoneFacts:
    """One reading of a phone. None means unknown: not asked for, or not shown by this firmware.

    mac is 12 upper-case hex digits, uptime is in seconds. generation is what the web server shows itself to be.
    call_state is "idle", "in_call" or "unknown"; call_state_source says where it was read. admin_mode is False
    when the phone wanted its administrator password for the settings page (protocol 2.1), True when it showed them.
    http_pass_set is True when the phone wanted a login, False when it did not or its home page says so (protocol 2.1).
    read_only_settings are the names of those that HTTP does not write (5.4); setting_forms holds what the page says of
    a setting beside its value.
    cert_fingerprint is the SHA-256 of the certificate that the phone shows, as 64 lower-case hex digits.
    taught names what was read as ``snom_taught`` says, by its keys, or as ``call_state``.
    """

    model: str | None = None
    firmware: Version | None = None
    mac: str | None = None
    generation: Literal["classic", "phone_manager"] | None = None
    call_state: str = "unknown"
    call_state_source: str | None = None
    identities: tuple[Identity, ...] | None = None
    expansion_modules: tuple[str, ...] | None = None
    uptime: int | None = None
    admin_mode: bool | None = None
    http_pass_set: bool | None = None
    settings: dict[str, str] | None = None
    read_only_settings: frozenset[str] | None = None
    setting_forms: dict[str, SettingForm] | None = None
    cert_fingerprint: str | None = None
    taught: tuple[str, ...] = ()

    @property
    def vendor_controller(self) -> bool | None:
        """Whether Snom's own controller may reach the phone by TR-369. None where nothing tells.

        It is the first of them, by Snom's page; its setting overrules what is so by default.
        """
        said = (self.settings or {}).get("tr369_enable1", "").lower()
        if said in ("true", "on", "false", "off"):
            return said in ("true", "on")
        return may_have_vendor_controller(self.model, self.firmware)

    def shows(self, setting: str, attribute: str, value: str) -> bool:
        """Whether the settings page shows that the setting has this attribute."""
        form = (self.setting_forms or {}).get(setting)
        return form is not None and form.attributes.get(attribute) == value

    def as_dict(self) -> dict[str, Any]:
        """The facts as plain JSON types, without secrets."""
        return asdict(self) | {
            "firmware": None if self.firmware is None else str(self.firmware),
            "vendor_controller": self.vendor_controller,
            "identities": None if self.identities is None else [asdict(identity) for identity in self.identities],
            "taught": list(self.taught) or None,
            "expansion_modules": None if self.expansion_modules is None else list(self.expansion_modules),
            "settings": None if self.settings is None else mask_settings(self.settings),
            "read_only_settings": None if self.read_only_settings is None else sorted(self.read_only_settings),
            "setting_forms": (
                None
                if self.setting_forms is None
                else {key: form.as_dict() for key, form in self.setting_forms.items()}
            ),
        }


def mask_settings(settings: dict[str, str]) -> dict[str, str]:
    """The settings as outputs may show them.

    The phone leaves passwords out of its settings page (protocol 4.2). Names that look like a secret are masked all the
    same, and so is the login inside of a URL.
    """
    return {name: masked(name, value) for name, value in settings.items()}


def check_identity(facts: PhoneFacts, *, mac: str | None, model: str | None) -> None:
    """Compare a phone with what the inventory says about it; None there means that it says nothing.

    Raises WrongPhone when they differ, Refused when the phone shows no MAC to compare with, InputError when the
    inventory's own value can't be right. A phone that shows no model passes: its MAC is the stronger evidence.
    """
    if mac is not None:
        expected = normalize_mac(mac)
        if facts.mac is None:
            raise Refused(
                f"The inventory gives the MAC address {expected}, but the phone shows none, so it can't be told apart "
                "from another one. Look at its System Information page; without snom_mac this host is not checked."
            )
        if facts.mac != expected:
            raise WrongPhone(
                f"The phone that answers has the MAC address {facts.mac}, the inventory says {expected}. "
                "Correct the address or snom_mac of this host."
            )
    if model is not None:
        known = find_model(model)
        if known is None:
            raise InputError(f"snom_model is {model!r}, which is no model that this collection knows. Correct it.")
        if facts.model is not None and facts.model != known.name:
            raise WrongPhone(
                f"The phone that answers is a {facts.model}, the inventory says {known.name}. "
                "Correct the address or snom_model of this host."
            )


@dataclass(frozen=True)
class SettingForm:
    """What a settings page says of a setting beside its value. number is None where the page does not tell it.

    perm is the flag of permission as it stands there, attributes is what else a function key has (protocol 5.1, 5.4).
    """

    name: str
    number: int | None = None
    perm: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The form as plain JSON types, without secrets."""
        hidden = is_secret(self.name)
        attributes = {key: MASK if hidden and value else masked(key, value) for key, value in self.attributes.items()}
        return asdict(self) | {"attributes": attributes}
