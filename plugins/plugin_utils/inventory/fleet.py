# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory says of a play's phones, read in one go by the one task that serves them all."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model, versions_by_model
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    is_settings_variable,
    merge_settings,
    parse_settings,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import (
    ControlSettings,
    parse_control,
)
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings, parse_pbx
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import (
    HOST_VARIABLES,
    Connection,
    connection_from,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.accounts import warn_of_numbers
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.connection_options import from_environment
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.given import (
    from_text,
    require_text_login,
    require_usable_value,
    without_omitted,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.needs import Stated
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.protection import overridden_hosts
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.names import require_plain_name
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import parse_collector
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.witnesses import Known

Read = TypeVar("Read", Target, Stated)

display = Display()

_UNDEFINED = re.compile(r"'([\w.]+)' is undefined")
_CALL_STATES = ("idle", "in_call", "unknown")


class FleetVariables:
    """The variables of each host, with those of the task behind them, which are the same for all hosts."""

    def __init__(
        self,
        hostvars: Any,
        own: Mapping[str, Any],
        templar: Any,
        abandoned: Callable[[], bool] = lambda: False,
    ) -> None:
        """own are the task's variables, as the text of their templates; templar is the action plugin's.

        abandoned is true once nobody is left to report to. Reading a variable then raises Abandoned: thousands of
        hosts take their time, and so does each lookup.
        """
        self._hostvars = hostvars
        self._own = own
        self._templar = templar
        self._abandoned = abandoned

    @classmethod
    def of_task(
        cls, task: Any, task_vars: Mapping[str, Any], templar: Any, abandoned: Callable[[], bool]
    ) -> FleetVariables:
        """The variables as a task sees them. task and templar are the action plugin's; see above for abandoned.

        Ansible gives a task the variables of one host, mixed with those of the play, the role and the task, which
        hostvars lack. Unmixed they are what it would give to the task without any host.
        """
        hostvars = task_vars["hostvars"]
        own = hostvars._variable_manager.get_vars(play=task.get_play(), task=task)
        return cls(hostvars, own, templar, abandoned)

    def of(self, host: str) -> HostVariables:
        """The variables of one host. Raises InputError if the inventory has no such host."""
        if host not in self._hostvars:
            raise InputError("the inventory has no such host.")
        return HostVariables(host, self._hostvars.raw_get(host), self._own, self._templar, self._abandoned)


class HostVariables:
    """The variables of one host."""

    def __init__(
        self, host: str, raw: Mapping[str, Any], own: Mapping[str, Any], templar: Any, abandoned: Callable[[], bool]
    ) -> None:
        self.host = host
        self._raw = raw
        self._own = own
        self._templar = templar
        self._abandoned = abandoned

    def __iter__(self) -> Iterator[str]:
        """The names of all variables."""
        yield from {**self._own, **self._raw}

    def get(self, name: str) -> Any:
        """The value, templated as this host's; None if there is none. Raises Abandoned and InputError."""
        if self._abandoned():
            raise Abandoned
        value = self._raw[name] if name in self._raw else self._own.get(name)
        # What can't hold a template is spared the templating, which costs more than all the rest. A list or mapping is
        # templated whole: what is omitted is taken out of it then, and is an error where nothing is around it.
        if not _is_plain(value):
            known = {**self._own, **self._raw}
            value = without_omitted(self._templar.copy_with_new_env(available_variables=known).template(value))
        require_usable_value(value, name)
        return value


def _is_plain(value: Any) -> bool:
    """Whether there is certainly no template in a value, and nothing that is encrypted."""
    if isinstance(value, str):
        return "{" not in value
    if isinstance(value, dict):
        return all(map(_is_plain, value)) and all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float))


def read_targets(hosts: Sequence[str], fleet: FleetVariables, connection: Mapping[str, Any]) -> list[Target]:
    """What is wanted of each host. connection holds the options that the task gives for all of them.

    Raises InputError that names every host whose variables can't be used.
    """
    if one := {"host", "mac"} & set(connection):
        raise InputError(f"{one.pop()} belongs to one phone. For a fleet it comes from the inventory.")
    if not hosts:
        raise InputError("No hosts: the pattern snom_hosts matches no phone.")
    override = overridden_hosts(fleet.of(hosts[0]).get("snom_protected_override"))
    return _read_each(
        hosts,
        lambda host: _target(host, fleet.of(host), connection, override),
        "The inventory can't be rolled out; nothing was sent.",
    )


def read_stated(hosts: Sequence[str], fleet: FleetVariables) -> list[Stated]:
    """The firmware that is wanted of each host.

    Raises InputError that names every host whose variables can't be used.
    """
    if not hosts:
        raise InputError("hosts names no phone. Name a group or pattern that matches some.")
    return _read_each(hosts, lambda host: _stated(host, fleet.of(host)), "The inventory can't be read.")


def _read_each(hosts: Sequence[str], read: Callable[[str], Read], consequence: str) -> list[Read]:
    results = [_value_or_problem(host, read) for host in hosts]
    problems = [problem for problem in results if isinstance(problem, str)]
    if problems:
        more = f" … and {len(problems) - 10} more hosts." if len(problems) > 10 else ""
        raise InputError(f"{consequence} {' '.join(problems[:10])}{more}")
    return [value for value in results if not isinstance(value, str)]


def _value_or_problem(host: str, read: Callable[[str], Read]) -> Read | str:
    try:
        require_plain_name(host)
        return read(host)
    except InputError as error:
        return f"{host}: {error.reason}"
    except AnsibleError as error:
        if missing := undefined_in(error):
            return f"{host}: {missing}"
        raise


def undefined_in(error: AnsibleError) -> str | None:
    """Which variable a template lacks, in a sentence; None for another error. Ansible itself does not say whose it is.

    No more of its message than the name, because templates may hold secrets.
    """
    if name := _UNDEFINED.search(str(error)):
        return f"a variable of it needs '{name[1]}', which is undefined. Define it, or read the vault that has it."
    return None


def _target(host: str, variables: HostVariables, given: Mapping[str, Any], override: set[str]) -> Target:
    connection = {}
    for option, variable in HOST_VARIABLES.items():
        value = variables.get(variable) if given.get(option) is None else given[option]
        connection[option] = from_environment(option) if value is None else value
    require_text_login(connection)
    by_pbx = _text(connection["transport"]) == "sip"
    if not connection["host"] and not by_pbx:
        _require_address(host)
    checked = connection_from(connection | {"host": connection["host"] or host})
    known = read_known(variables.get)
    control = None
    if by_pbx:
        control = _control(variables, checked, known)
        # No password of a phone travels that way.
        checked = replace(checked, username=None, password=None)
    elif checked.by_web:
        WebPhone(checked)  # It refuses options that can't work, before anything is sent.
    _check_call_state(variables)
    version = variables.get("snom_firmware_version")
    return Target(
        host=host,
        connection=checked,
        version=None if version is None else _version(version, "snom_firmware_version"),
        versions=_versions(variables.get("snom_firmware_versions")),
        model=_model(variables.get("snom_model")),
        site=_text(variables.get("snom_site")),
        group=_text(variables.get("snom_group")),
        wave=_wave(variables.get("snom_wave")),
        mirror=_text(variables.get("snom_mirror")),
        protected=flag(variables.get("snom_protected"), "snom_protected") and host not in override,
        known_call_state=partial(_call_state, variables),
        known=known,
        control=control,
        settings=_settings(variables) if control else None,
    )


def _control(variables: HostVariables, connection: Connection, known: Known) -> ControlSettings:
    """What a phone needs that is brought to its firmware by its PBX and its provisioning. Raises InputError."""
    control = parse_control(to_plain(variables.get("snom_mirror_control")))
    if control is None:
        raise InputError("snom_transport is sip, so snom_mirror_control must say how the mirror is controlled.")
    registrar_of(connection, known)
    return control


def registrar_of(connection: Connection, known: Known) -> PbxSettings:
    """The PBX by which a phone is reached whose transport is sip. Raises InputError where nothing leads to it."""
    if known.pbx is None or not known.pbx.has_registrar:
        raise InputError("snom_transport is sip, so snom_pbx must name a PBX that lists its registrations.")
    if connection.mac is None:
        raise InputError("snom_transport is sip, so snom_mac must give the phone's MAC address.")
    return known.pbx


def _settings(variables: HostVariables) -> Mapping[str, str] | None:
    """Those without numbers that the inventory gives the phone by its provisioning; None where it gives none.

    Read as what is rendered for the phone: a site may say for all its phones what a check-sync does. Raises InputError.
    """
    layers = {name: variables.get(name) for name in variables if is_settings_variable(name)}
    given = parse_settings(merge_settings(to_plain(layers)), "snom_settings")
    if not given:
        return None
    return {setting.name: setting.value for setting in given if setting.index is None}


def read_known(get: Callable[[str], Any]) -> Known:
    """Who else knows of a phone's calls, by the variables that get gives. Raises InputError."""
    collector = from_text(to_plain(get("snom_collector")), "snom_collector")
    control: ControlSettings | None = None
    if isinstance(collector, Mapping) and collector.get("url") and collector.get("listen") is None:
        control = parse_control(from_text(to_plain(get("snom_mirror_control")), "snom_mirror_control"))
    pbx, account = from_text(to_plain(get("snom_pbx")), "snom_pbx"), get("snom_account")
    warn_of_numbers(account, pbx)
    return Known(
        pbx=parse_pbx(pbx),
        account=_text(account),
        collector=parse_collector(collector, control),
    )


def _stated(host: str, variables: HostVariables) -> Stated:
    model = _model(variables.get("snom_model"))
    version = variables.get("snom_firmware_version")
    return Stated(
        host=host,
        model=find_model(model) if model else None,
        version=None if version is None else _version(version, "snom_firmware_version"),
        versions=_versions(variables.get("snom_firmware_versions")),
        expansion=_text(variables.get("snom_expansion_firmware")),
    )


def _require_address(host: str) -> None:
    """A host without ansible_host is addressed by its name, which must lead somewhere."""
    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        raise InputError("it has no address, and its name is not one. Set ansible_host.") from None


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _model(value: Any) -> str | None:
    text = _text(value)
    if text is not None and find_model(text) is None:
        raise InputError(f"snom_model is {text!r}, which is no model that this collection knows. Correct it.")
    return text


def _versions(value: Any) -> dict[str, Version]:
    name = "snom_firmware_versions"
    return versions_by_model(from_text(value, name), name)


def _version(value: Any, name: str) -> Version:
    try:
        return Version.parse(str(value))
    except InputError as error:
        raise InputError(f"{name}: {error.reason}") from None


def _wave(value: Any) -> int:
    if value is None:
        return 1
    try:
        wave = int(str(value))
    except ValueError:
        wave = 0
    if not 1 <= wave <= 1000:
        raise InputError(f"snom_wave is {value!r}: give a number from 1 to 1000.")
    return wave


def flag(value: Any, name: str) -> bool:
    """Whether a variable of this name says yes; no for None. Raises InputError."""
    try:
        return False if value is None else bool(boolean(value))
    except TypeError:
        raise InputError(f"{name} is {value!r}: give true or false.") from None


def _check_call_state(variables: HostVariables) -> None:
    """Raise InputError if snom_call_state is no call state at the beginning. Later that is no reason to end a run."""
    with suppress(AnsibleError):
        state = _text(variables.get("snom_call_state"))
        if state is not None and state not in _CALL_STATES:
            raise InputError(f"snom_call_state is {state!r}: give {', '.join(_CALL_STATES)}.")


def _call_state(variables: HostVariables) -> str | None:
    """What the PBX says now: a template is evaluated each time.

    One that fails must not end a run with phones under way, so it counts as if it were not there.
    """
    try:
        state = _text(variables.get("snom_call_state"))
    except AnsibleError:
        # Without its message, which may show what other variables hold.
        _warn(f"{variables.host}: snom_call_state can't be evaluated, so the phone itself is asked instead.")
        return None
    if state is not None and state not in _CALL_STATES:
        _warn(f"{variables.host}: snom_call_state is no call state, so the phone itself is asked instead.")
        return None
    return state


def _warn(sentence: str) -> None:
    display.warning(visible_line(sentence))
