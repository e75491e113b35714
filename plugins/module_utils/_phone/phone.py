# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone says about itself on its pages. What it does not say stays unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from .._core.errors import InputError, Refused, WrongPhone
from .._known.mac import normalize_mac
from .._known.models import find_model
from .._known.setting_names import masked
from .._known.version import Version
from .connection import Transport
from .web.pages import (
    Identity,
    SettingsPage,
    SystemPage,
    asks_admin_password,
    read_gui,
    read_home,
    read_settings,
    read_system,
    settings_downloads,
)

SUBSETS = ("system", "home", "gui", "settings")


@dataclass(frozen=True, kw_only=True)
class PhoneFacts:
    """One reading of a phone. None means unknown: not asked for, or not shown by this firmware.

    mac is 12 upper-case hex digits, uptime is in seconds. generation is what the web server shows itself to be.
    call_state is "idle", "in_call" or "unknown"; call_state_source names the page it was read from. admin_mode is False
    when the phone wanted its administrator password for the settings page (protocol 2.1), True when it showed them.
    http_pass_set is True when the phone wanted a login, False when it did not or its home page says so (protocol 2.1).
    read_only_settings are the names of those that HTTP does not write (5.4).
    cert_fingerprint is the SHA-256 of the certificate that the phone shows, as 64 lower-case hex digits.
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
    cert_fingerprint: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The facts as plain JSON types, without secrets."""
        return asdict(self) | {
            "firmware": None if self.firmware is None else str(self.firmware),
            "identities": None if self.identities is None else [asdict(identity) for identity in self.identities],
            "expansion_modules": None if self.expansion_modules is None else list(self.expansion_modules),
            "settings": None if self.settings is None else mask_settings(self.settings),
            "read_only_settings": None if self.read_only_settings is None else sorted(self.read_only_settings),
        }


def mask_settings(settings: dict[str, str]) -> dict[str, str]:
    """The settings as outputs may show them.

    The phone leaves passwords out of its settings page (protocol 4.2). Names that look like a secret are masked all the
    same, and so is the login inside of a URL.
    """
    return {name: masked(name, value) for name, value in settings.items()}


def read_facts(phone: Transport, gather: Iterable[str], *, timeout: float | None = None) -> PhoneFacts:
    """Read the pages of the named subsets (see SUBSETS), one request each, or up to three for the settings.

    timeout (s) is for each request and replaces the connection's own. A page that the phone does not have gives
    unknowns. Raises whatever the transport raises.
    """

    def page(target: str) -> str | None:
        answer = phone.get(target, timeout=timeout)
        if answer.status != 200:
            return None
        logins.add(answer.login)
        return answer.text

    wanted = set(gather)
    logins: set[bool | None] = set()
    system, model = SystemPage(), None
    call_state, source, admin_mode = "unknown", None, None
    settings: SettingsPage | None = None
    if "system" in wanted and (text := page("/info.htm")) is not None:
        system = read_system(text)
        model = system.model
    if "home" in wanted and (text := page("/index.htm")) is not None:
        home = read_home(text)
        model = model or home.model
        call_state, source = home.call_state, "index.htm"
        if home.lacks_password:
            logins.add(False)
    if "gui" in wanted and (text := page("/state_of_gui.htm")) is not None:
        # The screen is the better evidence: it overrules the home page wherever it says anything.
        state = read_gui(text)
        if state != "unknown":
            call_state, source = state, "state_of_gui.htm"
    if "settings" in wanted and (text := page("/settings.htm")) is not None:
        settings = read_settings(text)
        for path in settings_downloads(text) if settings is None else []:
            if (download := page(path)) is not None and (settings := read_settings(download)) is not None:
                break
        admin_mode = True if settings is not None else False if asks_admin_password(text) else None
    return PhoneFacts(
        model=model,
        firmware=system.firmware,
        mac=system.mac,
        generation="classic" if model or system.firmware or system.mac else None,
        call_state=call_state,
        call_state_source=source if call_state != "unknown" else None,
        identities=system.identities,
        expansion_modules=system.expansion_modules,
        uptime=system.uptime,
        admin_mode=admin_mode,
        # One page behind a login is enough to prove that there is one.
        http_pass_set=True if True in logins else False if False in logins else None,
        settings=settings.values if settings else None,
        read_only_settings=settings.read_only if settings else None,
    )


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
                "from another one. Look at info.htm in a browser; without snom_mac this host is not checked."
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
