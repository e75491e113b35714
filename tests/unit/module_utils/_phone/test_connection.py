# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.clock import check_seconds
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import (
    CONNECTION_ARGUMENTS,
    HOST_VARIABLES,
    Connection,
    connection_from,
)


def test_every_field_of_a_connection_is_an_option_with_the_same_default() -> None:
    fields = {field.name: field.default for field in dataclasses.fields(Connection)}
    # To a user the phone is a host, as everywhere in Ansible. Here that is the inventory's name for it.
    fields["host"] = fields.pop("address")
    assert set(CONNECTION_ARGUMENTS) == set(fields)
    for name, argument in CONNECTION_ARGUMENTS.items():
        if name not in ("host", "snmp_community", "taught"):
            assert argument.get("default") == fields[name], name


def test_every_option_has_a_host_variable() -> None:
    assert set(HOST_VARIABLES) == set(CONNECTION_ARGUMENTS)
    assert HOST_VARIABLES["host"] == "ansible_host"
    assert HOST_VARIABLES["cert_fingerprint"] == "snom_cert_fingerprint"


def test_only_secrets_are_no_log() -> None:
    assert {name for name, argument in CONNECTION_ARGUMENTS.items() if argument.get("no_log")} == {
        "password",
        "snmp_community",
    }


def test_missing_and_null_options_have_defaults_and_others_are_ignored() -> None:
    assert connection_from({"host": "127.0.0.1", "port": None, "gather": ["gui"]}) == Connection(address="127.0.0.1")


def test_text_is_accepted_for_numbers_and_booleans() -> None:
    connection = connection_from(
        {"host": " 127.0.0.1 ", "port": "8080", "timeout": "2.5", "validate_certs": "No", "snmp": "true", "password": 1}
    )
    assert connection == Connection(
        address="127.0.0.1", port=8080, timeout=2.5, validate_certs=False, snmp=True, password="1"
    )


def test_the_mac_address_is_normalized() -> None:
    assert connection_from({"host": "a", "mac": "00:04:13:92:2d:24"}).mac == "000413922D24"


@pytest.mark.parametrize(
    ("parameters", "option"),
    [
        ({}, "host"),
        ({"host": None}, "host"),
        ({"host": "  "}, "host"),
        ({"host": "http://127.0.0.1"}, "host"),
        ({"host": "127.0.0.1/index.htm"}, "host"),
        ({"host": "user@127.0.0.1"}, "host"),
        ({"host": "a b"}, "host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"port": "web"}, "port"),
        ({"snmp_port": -1}, "snmp_port"),
        ({"scheme": "ftp"}, "scheme"),
        ({"auth": "ntlm"}, "auth"),
        ({"tls_min_version": "SSLv3"}, "tls_min_version"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": "nan"}, "timeout"),
        ({"timeout": "inf"}, "timeout"),
        # No socket waits so long.
        ({"timeout": 1e9}, "timeout"),
        ({"timeout": "soon"}, "timeout"),
        ({"validate_certs": "maybe"}, "validate_certs"),
        ({"mac": "00:04:13"}, "mac"),
    ],
)
def test_a_wrong_value_is_named_with_its_option_variable_and_remedy(parameters: dict[str, object], option: str) -> None:
    with pytest.raises(InputError) as caught:
        connection_from({"host": "127.0.0.1"} | parameters if option != "host" else parameters)
    reason = caught.value.reason
    assert reason.startswith(f"The option {option} (host variable {HOST_VARIABLES[option]}) ")
    assert reason.endswith(".")
    assert not reason.endswith("..")


def test_a_login_in_the_host_is_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        connection_from({"host": "admin:hunter2@127.0.0.1"})
    assert "hunter2" not in caught.value.reason


@pytest.mark.parametrize("value", [-1.0, 0.5, 1e7, float("inf"), float("nan")])
def test_seconds_that_can_not_be_waited_for(value: float) -> None:
    with pytest.raises(InputError, match=r"^deadline is .*: give a number of seconds from 1 to 1209600"):
        check_seconds({"deadline": value, "soak": 5.0}, "soak", "deadline")


def test_seconds_that_are_not_given_or_can_be_waited_for() -> None:
    check_seconds({"deadline": None, "soak": 0.0, "flash_time": 1_209_600.0}, "deadline", "soak", "flash_time", least=0)
