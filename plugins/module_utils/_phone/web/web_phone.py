# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone's pages say, fetched page by page."""

from __future__ import annotations

from collections.abc import Iterable

from ..connection import Transport
from ..phone import PhoneFacts
from .pages import (
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
