# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of snom_settings: bring a phone's settings to what is wanted, and see by reading that they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .._core.clock import system_time
from .._core.errors import AnswerLost, InputError, NoEffect, PhoneUnreachable, Refused, SnomError, UserMode
from .._core.visible import visible_line
from .._known.known_settings import is_known, is_other_word, is_same_word, nearest_name, needs_reboot
from .._known.masks import MASK, masked
from .._known.setting_values import LABELS, OTHER_WORD, numbers_without_quotes, parse_settings
from .._phone.commands import Write
from .._phone.connection import CONNECTION_ARGUMENTS
from .._phone.facts import PhoneFacts, check_identity
from .._phone.phone import Phone
from .reboot import ARGUMENT_SPEC as REBOOT_ARGUMENTS
from .reboot import reboot_phone
from .session import STEP

ARGUMENT_SPEC: dict[str, dict[str, Any]] = (
    CONNECTION_ARGUMENTS
    | {
        "settings": {"type": "dict"},
        "secret_settings": {"type": "dict", "no_log": True},
        "store": {"type": "bool", "default": True},
        "update_secrets": {"type": "bool", "default": True},
        "allow_unknown": {"type": "bool", "default": False},
        "allow_cleartext_secrets": {"type": "bool", "default": False},
        "reboot": {"type": "str", "choices": ["never", "if_required"], "default": "never"},
    }
    | {name: argument for name, argument in REBOOT_ARGUMENTS.items() if name != "wait"}
)

# What changes the way in is written after everything else, and what can shut it last of all (protocol 2).
_WAY_IN = frozenset({"http_user", "http_pass", "http_scheme", "http_port", "https_port", "webserver_type"})
_DOORS = frozenset({"admin_mode", "use_hidden_tags", "restrict_uri_queries"})
# The values of webserver_type (protocol 2.5) with which the web server still speaks the scheme in use.
_STILL_SPEAKS = {"http": ("http", "http_https"), "https": ("https", "http_https")}
# How often a phone that does not answer is asked for its settings, STEP seconds apart.
_READS = 3


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """One setting as it should be, by its name in requests."""

    name: str
    value: str = field(repr=False)
    secret: bool

    @property
    def holds_secret(self) -> bool:
        """Whether the value is a secret, or a URL with a login inside."""
        return self.secret or masked(self.name, self.value) != self.value

    def is_shown_in(self, values: dict[str, str]) -> bool:
        """Whether these values, read from a phone, prove that it has it. An empty secret proves nothing."""
        shown, value = values.get(self.name, ""), self.value.strip()
        if self.secret:
            return shown != "" and shown == value
        return shown == value or is_same_word(self.name, shown, value)


def write_settings(
    phone: Phone,
    parameters: dict[str, Any],
    check_mode: bool,
    *,
    now: Callable[[], float] = system_time,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Write the settings that differ, and look whether the phone has them then.

    What the phone answers to a request proves nothing (protocol 0.4), only what it shows afterwards does. Raises
    SnomError where nothing was sent that could change it.
    """
    wanted, files_only = _read_wanted(parameters)
    if parameters["reboot"] == "if_required" and not parameters["store"]:
        raise InputError(
            "reboot: if_required and store: false contradict each other: a reboot loses what is not stored."
        )
    if parameters["deadline"] <= 0:
        raise InputError("deadline must be more than 0 seconds.")
    if parameters["update_secrets"]:
        # The password that opens the phone may turn out to be the one that is wanted.
        password = phone.connection.password
        _refuse_cleartext([item for item in wanted if item.secret and item.value != password], parameters)

    facts = phone.look(["system", "settings"])
    check_identity(facts, mac=parameters["mac"], model=parameters["model"])
    _refuse_unreadable(facts)
    update = _Update(phone, parameters, wanted, facts, now, sleep)
    shown = facts.settings or {}
    update.unverified |= {
        f"{name} ({key})"
        for (name, key), value in files_only.items()
        if not facts.shows(name, key, value) and (key != "value" or shown.get(name) != value)
    }
    try:
        _refuse_cleartext(update.to_write, parameters)
    except Refused as error:
        # How the phone differs can be told all the same.
        if check_mode:
            return update.planned() | update.failure(error)
        raise
    # Whether each setting fits into a request. What a phone has already may be longer: setting files can hold more.
    phone.writes({item.name: item.value for item in update.to_write}, store=parameters["store"])
    if forecast := update.forecast():
        return update.result() | forecast
    return update.planned() if check_mode else update.run()


def _read_wanted(parameters: dict[str, Any]) -> tuple[list[_Wanted], dict[tuple[str, str], str]]:
    """What the options want, and what only files can give a setting, by the names of both."""
    if parameters["settings"] is None and parameters["secret_settings"] is None:
        raise InputError(
            "There are no settings to write. Give the option settings, or the host variable snom_settings or some "
            "snom_settings_<suffix>."
        )
    wanted: dict[str, _Wanted] = {}
    labels: dict[str, _Wanted] = {}
    files_only = {}
    for option in ("settings", "secret_settings"):
        secret = option == "secret_settings"
        for setting in parse_settings(parameters[option] or {}, option):
            name = setting.wire_name
            if "\n" in setting.value:
                # Nobody knows how a request would spell a line break.
                files_only[name, "value"] = setting.value
            elif not setting.attributes.get("action"):
                # With it a file takes the value out of a list (Snom's page on phone-settings). A request would set it.
                wanted[name] = _Wanted(name=name, value=setting.value, secret=secret or setting.secret)
            for attribute, value in setting.attributes.items():
                # Of two lines it is one for files, too.
                if attribute in LABELS and setting.index is not None and "\n" not in value:
                    label = f"{setting.name}_{attribute}{setting.index}"
                    labels[label] = _Wanted(name=label, value=value, secret=False)
                else:
                    files_only[name, attribute] = value
    return list((labels | wanted).values()), files_only


def _refuse_cleartext(items: Iterable[_Wanted], parameters: dict[str, Any]) -> None:
    """Raise Refused if a secret would travel in clear text."""
    names = [item.name for item in items if item.holds_secret]
    if names and parameters["scheme"] == "http" and not parameters["allow_cleartext_secrets"]:
        raise Refused(
            f"Over http everybody on the network could read these secrets: {', '.join(names)}. Use https, or set "
            "update_secrets: false to leave secrets as they are, or allow_cleartext_secrets: true."
        )


def _refuse_unreadable(facts: PhoneFacts) -> None:
    """Raise UserMode or Refused if the phone does not show its settings."""
    if facts.admin_mode is False:
        raise UserMode("The phone is in user mode and takes no settings. Switch it to administrator mode.")
    if facts.settings is None:
        raise Refused(
            "The phone shows no settings that can be read, so nothing was written: nobody could see what it did. Look "
            "at its settings page in a browser, and provision this phone by files of settings."
        )


class _Update:
    """What is wanted of one phone, what it shows, and what was sent to it.

    to_write holds what differs and can be written. unverified names what no page shows.
    """

    def __init__(
        self,
        phone: Phone,
        parameters: dict[str, Any],
        wanted: list[_Wanted],
        facts: PhoneFacts,
        now: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._phone = phone
        self._parameters = parameters
        self._now = now
        self._sleep = sleep
        self._login = (parameters["username"], parameters["password"])
        self._before = facts.settings or {}
        # As read last, and what was sent since then.
        self._after = self._before
        self._sent: set[str] = set()
        self._asks_login = facts.http_pass_set
        self._asks_reboot = False
        self._rebooted = False
        self._warnings: list[str] = []
        self.to_write: list[_Wanted] = []
        self.read_only: list[str] = []
        self.unknown: list[str] = []
        self.unverified: set[str] = set()
        for item in wanted:
            known = item.name in self._before or is_known(item.name) or parameters["allow_unknown"]
            if self._has(item):
                continue
            if not known:
                self.unknown.append(item.name)
            elif item.secret and not parameters["update_secrets"]:
                self.unverified.add(item.name)
            elif item.name in (facts.read_only_settings or ()):
                self.read_only.append(item.name)
            else:
                self.to_write.append(item)
        self._warn([item.name for item in wanted if is_other_word(item.name, item.value)])

    def forecast(self) -> dict[str, Any] | None:
        """How it ends before anything is written, if a reboot is to follow that may not be: None where it may.

        Nothing is written then, so that the next run does both. Raises Refused if the phone could not be read any more.
        """
        if self._parameters["reboot"] == "never" or not any(needs_reboot(item.name) for item in self.to_write):
            return None
        scheme = self._parameters["scheme"]
        for item in self.to_write:
            if item.name == "webserver_type" and item.value not in _STILL_SPEAKS[scheme]:
                raise Refused(
                    f"After a reboot with webserver_type: {item.value} the phone does not speak {scheme} any more, and "
                    "nobody could see what became of it. Change snom_scheme first, or use reboot: never."
                )
        ending = self._restart(check_mode=True)
        return ending if ending["outcome"].left_over else None

    def planned(self) -> dict[str, Any]:
        """The result that run would have if all goes well."""
        self._take(self.to_write)
        self._take_login(self.to_write)
        # The phone proves that it has its password by asking for it.
        self.unverified |= {item.name for item in self.to_write if item.secret and item.name != "http_pass"}
        return self.result()

    def run(self) -> dict[str, Any]:
        """Write, read back, and reboot if that is wanted. Raises SnomError where nothing was sent."""
        ending: dict[str, Any] = {}
        try:
            self._write([item for item in self.to_write if item.name.lower() not in _WAY_IN | _DOORS])
            self._write([item for item in self.to_write if item.name.lower() in _WAY_IN])
            self._write([item for item in self.to_write if item.name.lower() in _DOORS])
            if self._parameters["reboot"] == "if_required" and self._reboot_required:
                ending = self._restart(check_mode=False)
                if ending["outcome"].at_target:
                    self._rebooted = True
                    self._read_back(self.to_write)
        except SnomError as error:
            if not self._sent:
                raise
            ending = self.failure(error)
        return self.result() | ending

    def failure(self, error: SnomError) -> dict[str, Any]:
        """What a result has besides the settings where not all of them could be written."""
        return {
            "failed": True,
            "msg": f"{self._parameters['host']}: {error.reason}",
            "outcome": error.outcome,
            "reason": error.reason,
        }

    def result(self) -> dict[str, Any]:
        """What has become of the settings so far."""
        changed = self._changed()
        after = self._after | {item.name: item.value for item in changed if item.secret}
        return {
            "changed": bool(changed),
            "diff": {"before": _lines(changed, self._before), "after": _lines(changed, after)},
            "written": sorted(item.name for item in changed),
            "read_only": self.read_only,
            "unknown": self.unknown,
            "unverified": sorted(self.unverified),
            "reboot_required": self._reboot_required,
            "rebooted": self._rebooted,
        } | ({"warnings": self._warnings} if self._warnings else {})

    @property
    def _reboot_required(self) -> bool:
        return self._asks_reboot or any(needs_reboot(item.name) for item in self._changed())

    def _changed(self) -> list[_Wanted]:
        """The settings that are not what they were. A secret that was written counts: nobody can see what it was."""
        return [
            item
            for item in self.to_write
            if (item.secret and item.name in self._sent)
            or self._after.get(item.name, "") != self._before.get(item.name, "")
        ]

    def _has(self, item: _Wanted) -> bool:
        """Whether it is proven that the phone has this setting."""
        if item.name == "http_pass" and self._asks_login is not None:
            # A phone that asks for a login has been given this one; one that asks for none has no password.
            return item.value == ((self._login[1] or "") if self._asks_login else "")
        return item.is_shown_in(self._after)

    def _warn(self, other_words: list[str]) -> None:
        if self.read_only:
            self._warnings.append(
                f"The phone lets nobody but its provisioning change these settings, which differ: "
                f"{', '.join(self.read_only)}. Change them there, or leave them out."
            )
        if self.unknown:
            near = [f"{name} (is it {nearest}?)" if (nearest := nearest_name(name)) else name for name in self.unknown]
            self._warnings.append(
                f"Neither the phone nor this collection knows these settings, so they were not written: "
                f"{', '.join(near)}. Correct or remove them, or set allow_unknown: true."
            )

        given = [self._parameters[option] or {} for option in ("settings", "secret_settings")]
        if bare := [name for settings in given for name in numbers_without_quotes(settings)]:
            self._warnings.append(
                f"Given as numbers without quotes: {', '.join(bare)}. YAML takes a plus and zeros in front off, and "
                "makes 83 of 0123. Put them in quotes."
            )
        if other_words:
            self._warnings.append(f"Given as text: {', '.join(other_words)}. {OTHER_WORD}")

    def _write(self, items: list[_Wanted]) -> None:
        """Write some settings and read them back. Raises NoEffect, and what the transport raises."""
        if not items:
            return
        values = {item.name: item.value for item in items}
        for command in self._phone.writes(values, store=self._parameters["store"]):
            self._send(command, [item for item in items if item.name in command.settings])
        if self._take_login(items):
            self._phone.use_login(*self._login)
        self._read_back(items)

    def _send(self, command: Write, batch: list[_Wanted]) -> None:
        try:
            acceptance = self._phone.command(command)
        except AnswerLost:
            self._take(batch)
            if all(item.secret for item in batch):
                raise
            # Whether the request arrived shows when the settings are read back.
            return
        except UserMode:
            if all(item.name != "admin_mode" for item in batch):
                raise
            # It may be in user mode because it has obeyed.
            self._take(batch)
            return
        self._asks_reboot = self._asks_reboot or acceptance.asks_reboot
        self._take(batch)

    def _take(self, items: list[_Wanted]) -> None:
        """Note that the phone was given these; what it makes of them shows when it is read."""
        self._sent |= {item.name for item in items}
        self._after = self._after | {item.name: item.value for item in items if not item.secret}

    def _take_login(self, items: list[_Wanted]) -> bool:
        """Note the login that the phone has with these; whether it is a new one."""
        new = {item.name: item.value for item in items}
        login = (new.get("http_user", self._login[0]), new.get("http_pass", self._login[1]))
        if login == self._login:
            return False
        self._login = login
        self._warnings.append("The phone gets a new login. From now on give it as snom_username and snom_password.")
        return True

    def _read_back(self, items: list[_Wanted]) -> None:
        """See whether the phone has these settings. Raises NoEffect where it shows other ones."""
        facts = self._read()
        if facts.admin_mode is False and any(item.name == "admin_mode" for item in items):
            # It shuts the settings page, which proves only itself.
            self.unverified |= {item.name for item in items} - {"admin_mode"}
            return
        if facts.settings is None:
            asked = ", ".join(item.name for item in items)
            raise NoEffect(
                f"The phone was asked to change these settings, and does not show any since then: {asked}. Look at "
                "its settings page in a browser."
            )
        self._after = facts.settings
        self._asks_login = facts.http_pass_set
        missing = [item for item in items if not self._has(item)]
        self.unverified |= {item.name for item in missing if item.secret}
        if names := [item.name for item in missing if not item.secret]:
            raise NoEffect(
                f"The phone was asked to change these settings, and does not show them as wanted: {', '.join(names)}. "
                "Check that hidden tags and restricted URI queries are off, that this model has these settings, and "
                "which values it takes for them."
            )

    def _read(self, tries: int = _READS) -> PhoneFacts:
        """The settings, from a phone that may be busy with what it was given."""
        try:
            return self._phone.look(["settings"])
        except PhoneUnreachable:
            if tries == 1:
                raise
        self._sleep(STEP)
        return self._read(tries - 1)

    def _restart(self, *, check_mode: bool) -> dict[str, Any]:
        ending = reboot_phone(
            self._phone, self._parameters | {"wait": True}, check_mode, now=self._now, sleep=self._sleep
        )
        return {name: ending[name] for name in ("failed", "msg", "outcome", "reason") if name in ending}


def _lines(items: list[_Wanted], values: dict[str, str]) -> str:
    """The settings as lines of a diff, one for each, without secrets."""
    shown = {
        item.name: (MASK if item.secret and values[item.name] else masked(item.name, values[item.name]))
        for item in items
        if item.name in values
    }
    return "".join(visible_line(f"{name}: {value}") + "\n" for name, value in sorted(shown.items()))
