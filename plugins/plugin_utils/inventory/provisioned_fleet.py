# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory says of the files that a play's phones are to provision themselves from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._known.mac import normalize_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import is_settings_variable
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import (
    FleetVariables,
    HostVariables,
    flag,
    undefined_in,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry, asked_for


def read_entries(hosts: Sequence[str], fleet: FleetVariables, defaults: Mapping[str, Any]) -> list[Entry]:
    """One entry for each host. defaults holds mirror, phone_book and phone_book_complete, for hosts that say nothing.

    Raises InputError that names the first host with a variable that needs one that is undefined, or is no flag.
    """
    return [_entry(host, fleet, defaults) for host in hosts]


def _entry(host: str, fleet: FleetVariables, defaults: Mapping[str, Any]) -> Entry:
    try:
        return _read_entry(fleet.of(host), defaults)
    except AnsibleError as error:
        if missing := undefined_in(error):
            raise InputError(f"{host}: {missing}") from None
        raise
    except InputError as error:
        raise InputError(f"{host}: {error.reason}") from None


def _read_entry(variables: HostVariables, defaults: Mapping[str, Any]) -> Entry:
    given = {
        name: variables.get(name)
        for name in (
            "snom_mac",
            "snom_model",
            "snom_firmware_version",
            "snom_firmware_versions",
            "snom_expansion_firmware",
            "snom_mirror",
            "snom_phone_book",
            "snom_phone_book_complete",
            *filter(is_settings_variable, variables),
        )
    }
    # Plain, because templated and encrypted values are objects of their own kind, which differ between ansible-cores.
    values = to_plain(given)
    book, complete = values["snom_phone_book"], values["snom_phone_book_complete"]
    return Entry(
        host=variables.host,
        mac=values["snom_mac"],
        model=values["snom_model"],
        settings={name: value for name, value in values.items() if is_settings_variable(name)},
        version=values["snom_firmware_version"],
        versions=values["snom_firmware_versions"],
        expansion=values["snom_expansion_firmware"],
        mirror=values["snom_mirror"] or defaults["mirror"],
        phone_book=defaults["phone_book"] if book is None else book,
        phone_book_complete=(
            defaults["phone_book_complete"] if complete is None else flag(complete, "snom_phone_book_complete")
        ),
    )


def known_phones(hosts: Sequence[str], fleet: FleetVariables) -> dict[str, str]:
    """The file that each host's phone asks for, without those whose MAC or model can't be read.

    No other variable is looked at: to go back must be possible while there is a mistake in what is wanted.
    """
    files = {host: _asked_for(host, fleet) for host in hosts}
    return {host: file for host, file in files.items() if file is not None}


def phones_by_mac(hosts: Iterable[str], fleet: FleetVariables) -> dict[str, str]:
    """The hosts that are provisioned phones, by their MAC. Those whose MAC can't be read are left out."""
    macs = {host: _mac(fleet.of(host)) for host in hosts}
    return {mac: host for host, mac in macs.items() if mac is not None}


def _mac(variables: HostVariables) -> str | None:
    try:
        value = variables.get("snom_mac")
        return None if value is None else normalize_mac(str(value))
    except (AnsibleError, InputError):
        return None


def _asked_for(host: str, fleet: FleetVariables) -> str | None:
    variables = fleet.of(host)
    try:
        return asked_for(to_plain(variables.get("snom_mac")), to_plain(variables.get("snom_model")))
    except InputError:
        return None
