# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone by its classic web server, as far as it is read: each verb is some pages, and what they show."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cache

from ..._core.errors import SnomError
from ..._known.taught import spelling as taught_spelling
from ..call_reading import IDLE, IN_CALL, UNKNOWN, CallReading, CallSource
from ..connection import Connection
from ..facts import Identity, PhoneFacts
from .answer import Client
from .client import HttpPhone
from .pages import (
    SettingsPage,
    SystemPage,
    asks_admin_password,
    read_call_count,
    read_gui,
    read_gui_phase,
    read_home,
    read_settings,
    read_system,
    settings_downloads,
)
from .snmp import read_calls
from .taught_pages import Pages, complete, shown_text, taught_call
from .tls import certificate_fingerprint


class WebReader:
    """One phone's web server, in the verbs of `ReadablePhone`.

    Raises InputError for options that cannot work. Nothing is sent before the first verb.
    """

    def __init__(self, connection: Connection, client: Client | None = None) -> None:
        """client sends the requests; None for one of its own."""
        self.connection = connection
        # What it told last of itself, and whether a page of their own has its identities.
        self._system: SystemPage | None = None
        self._has_identity_page: bool | None = None
        self._client = HttpPhone(connection) if client is None else client

    def look(self, subsets: Collection[str], *, timeout: float | None = None) -> PhoneFacts:
        """Read the pages of the named subsets, one request each, or up to five for the settings."""

        @cache
        def page(target: str) -> str | None:
            answer = self._client.get(target, timeout=timeout)
            if answer.status != 200:
                return None
            logins.add(answer.login)
            return answer.text

        def further(target: str) -> str:
            # One that refuses a login which others take would bring the phone nearer to locking itself.
            with suppress(SnomError):
                return self._page(target, timeout, login=False) or "" if logins == {False} else ""
            return ""

        logins: set[bool | None] = set()
        pages = _shown(page)
        system, model, identities = SystemPage(), None, None
        taught: tuple[str, ...] = ()
        call_state, source, admin_mode = UNKNOWN, None, None
        settings: SettingsPage | None = None
        if "system" in subsets:
            system, taught = self._read_system(page, pages)
            model, identities = system.model, system.identities or self._identities_elsewhere(further)
        if "home" in subsets and (text := page("/index.htm")) is not None:
            home = read_home(text)
            model = model or home.model
            call_state, source = home.call_state, "index.htm"
            if home.lacks_password:
                logins.add(False)
        if "gui" in subsets and (text := page("/state_of_gui.htm")) is not None:
            # The screen is the better evidence: it overrules the home page wherever it says anything.
            state = read_gui(text)
            if state != UNKNOWN:
                call_state, source = state, "state_of_gui.htm"
        if {"home", "gui"} & set(subsets) and call_state == UNKNOWN:
            call_state, source = self._taught_call(page, pages)
            if source is not None:
                taught += ("call_state",)
        if "settings" in subsets:
            settings, admin_mode = self._read_settings(page, further)
        return PhoneFacts(
            model=model,
            firmware=system.firmware,
            mac=system.mac,
            generation="classic" if model or system.firmware or system.mac else None,
            call_state=call_state,
            call_state_source=source if call_state != UNKNOWN else None,
            identities=identities,
            expansion_modules=system.expansion_modules,
            uptime=system.uptime,
            admin_mode=admin_mode,
            # One page behind a login is enough to prove that there is one.
            http_pass_set=True if True in logins else False if False in logins else None,
            settings=settings.values if settings else None,
            read_only_settings=settings.read_only if settings else None,
            setting_forms=settings.forms if settings else None,
            taught=taught,
        )

    def call(self, source: CallSource) -> CallReading:
        """Read the SNMP call counter, the text of the screen or the home page: it knows of no other source.

        Raises InputError if SNMP is wanted but pysnmp is missing.
        """
        if source in (CallSource.PBX, CallSource.REPORT):
            return CallReading()
        if source is CallSource.COUNTER:
            count = read_calls(self.connection) if self.connection.snmp else None
            if count is None:
                return CallReading()
            state = IN_CALL if count else IDLE
            return CallReading(state, state, count, "SNMP call counter")
        page = "state_of_gui.htm" if source is CallSource.SCREEN else "index.htm"
        answer = self._client.get(f"/{page}")
        state = phase = UNKNOWN
        count, shown = None, page
        if answer.status == 200 and source is CallSource.SCREEN:
            state, phase = read_gui(answer.text), read_gui_phase(answer.text)
        elif answer.status == 200:
            state = phase = read_home(answer.text).call_state
            count = read_call_count(answer.text)
        if state == UNKNOWN and source is CallSource.HOME:
            read = cache(self._page)
            state, by = self._taught_call(read, _shown(read))
            phase, shown = state, by or page
        return CallReading(state, phase, count, None if state == UNKNOWN else shown)

    def certificate(self) -> str:
        """Shake hands over TLS, without a request: nothing is trusted yet."""
        return certificate_fingerprint(self.connection)

    def reach(self) -> None:
        """Open a connection and close it."""
        self._client.reach()

    def close(self) -> None:
        """Give up the connection."""
        self._client.close()

    def _page(self, target: str, timeout: float | None = None, *, login: bool = True) -> str | None:
        answer = self._client.get(target, timeout=timeout, login=login)
        return answer.text if answer.status == 200 else None

    def _read_system(self, page: Callable[[str], str | None], pages: Pages) -> tuple[SystemPage, tuple[str, ...]]:
        text = page("/info.htm")
        system = SystemPage() if text is None else read_system(text)
        self._system, taught = complete(system, self.connection.taught, pages)
        return self._system, taught

    def _identities_elsewhere(self, further: Callable[[str], str]) -> tuple[Identity, ...] | None:
        """Those on a page of their own, which is not asked for again where it has none."""
        if self._has_identity_page is False:
            return None
        identities = read_system(further("/state_of_identity.htm")).identities
        self._has_identity_page = self._has_identity_page or identities is not None
        return identities

    def _read_settings(
        self, page: Callable[[str], str | None], further: Callable[[str], str]
    ) -> tuple[SettingsPage | None, bool | None]:
        """The settings, from the first page that shows them, and whether the phone is in administrator mode."""
        text = page("/settings.htm")
        settings = None if text is None else read_settings(text)
        other = self._spellings("settings_page", tuple(settings_downloads(text or "")), first=False)
        for path in other if settings is None else ():
            if (download := page(path)) is not None and (settings := read_settings(download)) is not None:
                break
        asks = bool(text) and asks_admin_password(text or "")
        if text and settings is None and not asks:
            settings = read_settings(further("/settings.xml"))
        return settings, True if settings is not None else False if asks else None

    def _taught_call(self, page: Callable[[str], str | None], pages: Pages) -> tuple[str, str | None]:
        """The call state that lessons find, and where, in words."""
        lessons = tuple(one for one in self.connection.taught if {"idle", "busy"} & one.places.keys())
        if not lessons:
            return UNKNOWN, None
        if self._system is None:
            self._read_system(page, pages)
        state, where = taught_call(lessons, self._system or SystemPage(), pages)
        return state, where and f"{where}, as snom_taught says"

    def _spellings(self, name: str, built_in: tuple[str, ...], *, first: bool = True) -> tuple[str, ...]:
        """How a command may be spelled: as it was taught first, or last."""
        seen = self._system or SystemPage()
        said = taught_spelling(self.connection.taught, name, seen.model, seen.firmware)
        if said is None or (said in built_in and not first):
            return built_in
        others = tuple(one for one in built_in if one != said)
        return (said, *others) if first else (*others, said)


def _shown(page: Callable[[str], str | None]) -> Pages:
    return cache(lambda path: shown_text(page(path) or ""))
