# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import enum
import html
import json
import re
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AuthFailed,
    InputError,
    SnomError,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import failure, perform
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.secrets import scrub
from ansible_collections.telephony.snom.tests.unit.phones import MemoryPhone
from hypothesis import given
from hypothesis import strategies as st

PARAMETERS = {"host": "127.0.0.1", "username": "admin", "password": "s3cret &/ü"}


class Colour(enum.Enum):
    RED = "red"


class Word(str, enum.Enum):
    IDLE = "idle"


class Text(str):
    """Like the tagged text of ansible-core 2.19."""


@dataclass
class Pair:
    left: Version
    right: tuple[int, ...]


def raising(error: Exception) -> Any:
    def operation(phone: Phone, parameters: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        raise error

    return operation


def test_the_operation_gets_the_phone_the_parameters_and_the_mode() -> None:
    phone, connections = MemoryPhone(), []

    def connect(connection: Connection) -> MemoryPhone:
        connections.append(connection)
        return phone

    def operation(given: Phone, parameters: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        return {"changed": True, "model": given.look(["system"]).model, "mode": check_mode, "given": parameters}

    result = perform(operation, PARAMETERS | {"password": "pw"}, True, connect=connect)
    assert connections == [Connection(address="127.0.0.1", username="admin", password="pw")]
    assert result == {
        "changed": True,
        "model": "D785",
        "mode": True,
        "given": {"host": "127.0.0.1", "username": "admin", "password": "********"},
    }
    assert phone.closed


@pytest.mark.parametrize(
    ("error", "msg"),
    [
        (AuthFailed("The phone refused."), "127.0.0.1: The phone refused."),
        (AuthFailed("127.0.0.1 refused."), "127.0.0.1 refused."),
    ],
)
def test_an_error_is_a_failure_with_outcome_and_reason(error: SnomError, msg: str) -> None:
    phone = MemoryPhone()
    result = perform(raising(error), PARAMETERS, False, connect=lambda _connection: phone)
    assert result == {
        "changed": False,
        "failed": True,
        "msg": msg,
        "outcome": "auth_failed",
        "reason": error.reason,
    }
    assert phone.closed


def test_bad_parameters_fail_before_anything_is_opened() -> None:
    result = perform(
        raising(AssertionError()), PARAMETERS | {"port": 0}, False, connect=lambda _connection: pytest.fail("connected")
    )
    assert result["outcome"] == "refused"
    assert "port" in result["msg"]


def test_a_mistake_of_ours_is_a_failure_without_traceback_and_secrets() -> None:
    error = ValueError("could not parse s3cret &/ü")
    result = perform(raising(error), PARAMETERS, False, connect=lambda _connection: MemoryPhone())
    assert result["failed"] is True
    assert result["outcome"] == "failed"
    assert "ValueError in test_run.py line " in result["msg"]
    assert "s3cret" not in json.dumps(result)
    assert "Traceback" not in json.dumps(result)


@pytest.mark.parametrize(
    ("given", "secret"),
    [
        ({"keys": "8;6;4;2", "secret": True}, "8;6;4;2"),
        ({"settings": {"action_setup_url": "http://me:hush@pbx.example/"}}, "http://me:hush@pbx.example/"),
    ],
)
def test_a_mistake_of_ours_shows_no_secret_that_has_no_name(given: dict[str, Any], secret: str) -> None:
    error = ValueError(f"could not parse {secret}")
    result = perform(raising(error), PARAMETERS | given, False, connect=lambda _connection: MemoryPhone())
    assert (result["outcome"], result["changed"]) == ("failed", False)
    assert result["msg"] == result["reason"]
    assert secret not in json.dumps(result)


def test_an_interrupt_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        perform(raising(KeyboardInterrupt()), PARAMETERS, False, connect=lambda _connection: MemoryPhone())  # type: ignore[arg-type]


def test_everything_becomes_plain() -> None:
    value = OrderedDict(
        enum=Colour.RED,
        word=Word.IDLE,
        version=Version.parse("08.9.3.80"),
        pair=Pair(Version.parse("10.1"), (1, 2)),
        set={"b", "a"},
        frozen=frozenset([1]),
        path=PurePosixPath("/a"),
        text=Text("tagged"),
        error=InputError("why"),
        yes=True,
        nothing=None,
        half=0.5,
    ) | {1: "key"}
    plain = to_plain(value)
    assert plain == {
        "enum": "red",
        "word": "idle",
        "version": "08.9.3.80",
        "pair": {"left": "10.1", "right": [1, 2]},
        "set": ["a", "b"],
        "frozen": [1],
        "path": "/a",
        "text": "tagged",
        "error": "why",
        "yes": True,
        "nothing": None,
        "half": 0.5,
        "1": "key",
    }
    assert_plain(plain)


def assert_plain(value: object) -> None:
    assert type(value) in (str, int, float, bool, type(None), list, dict)
    if isinstance(value, dict):
        for key, item in value.items():
            assert type(key) in (str,)
            assert_plain(item)
    if isinstance(value, list):
        for item in value:
            assert_plain(item)


@pytest.mark.parametrize("secret", ["hunter2", "a&b c/d%", "ü€", "quote'and\\back", "0000"])
def test_a_secret_leaves_in_no_spelling(secret: str) -> None:
    login = base64.b64encode(f"admin:{secret}".encode()).decode()
    spellings = [secret, quote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret), login]
    # Other programs than Python have small digits there.
    spellings += [re.sub("%..", lambda sign: sign[0].lower(), quote(secret)), html.escape(secret)]
    text = " and ".join(f"<{spelling}>" for spelling in spellings)
    clean = scrub([{"text": text, "list": [text]}, 7, None], {"username": "admin", "password": secret})
    assert clean[1:] == [7, None]
    for spelling in spellings:
        assert spelling not in json.dumps(clean, ensure_ascii=False)
    assert clean[0]["text"].count("********") == len(spellings)


def test_a_password_of_any_bytes_is_masked_in_what_was_sent_of_it() -> None:
    """The environment may hold what is no UTF-8, and the web server gets it as it is."""
    sent = b"admin:\xff\xe4"
    parameters = {"username": "admin", "password": sent[6:].decode(errors="surrogateescape")}
    assert scrub(f"{base64.b64encode(sent).decode()} {quote(sent[6:])}", parameters) == "******** ********"


@given(
    secret=st.text(min_size=1).filter(lambda text: text not in ("public", "on", "off")),
    before=st.text(),
    after=st.text(),
)
def test_no_text_keeps_the_secret(secret: str, before: str, after: str) -> None:
    clean = scrub(before + secret + after, {"password": secret})
    assert secret not in clean.replace("*", "")


def test_a_short_password_takes_nothing_out_of_a_fingerprint_or_mac_address() -> None:
    """A playbook keeps the fingerprint, and a password of four digits stands in many."""
    known = {"cert_fingerprint": "ab1234cd" * 8, "mac": "000413012345", "mac_after": "000413123400", "other": None}
    assert scrub({"phone": known}, {"password": "1234"}) == {"phone": known}
    texts = {"cert_fingerprint": "1234", "mac": "a 1234 text", "text": "ab1234cd" * 8, "list": ["000413012345"]}
    assert "1234" not in str(scrub(texts, {"password": "1234"}))


def test_a_password_that_is_a_word_leaves_outcomes_whole() -> None:
    """Playbooks compare them."""
    result = perform(
        raising(WrongPhone("This phone is another one.")),
        PARAMETERS | {"password": "phone"},
        False,
        connect=lambda _connection: MemoryPhone(),
    )
    assert (result["outcome"], result["reason"]) == ("wrong_phone", "This ******** is another one.")


def test_the_community_is_a_secret_unless_it_is_the_usual_one() -> None:
    assert scrub("ask private", {"snmp_community": "private"}) == "ask ********"
    assert scrub("public road", {"snmp_community": "public"}) == "public road"


@pytest.mark.parametrize("parameters", [{}, {"password": None}, {"password": ""}])
def test_without_secrets_nothing_is_touched(parameters: dict[str, Any]) -> None:
    assert scrub({"text": "admin"}, parameters) == {"text": "admin"}


def test_a_failure_without_host_has_the_bare_reason() -> None:
    assert failure(InputError("No host."), None)["msg"] == "No host."


def test_secret_settings_are_masked_in_whatever_form_they_were_given() -> None:
    parameters = PARAMETERS | {
        "settings": {
            "http_pass": "one&1",
            "user_pass": ["two/2", {"value": "three 3", "perm": "RW"}, None],
            "user_pin": {"1": 44444, "2": True},
            "ask_password": "off",
            "language": "Deutsch",
            "odd_secret": [["five"]],
        },
        "secret_settings": {"phone_name": "six 6"},
    }
    shown = "one&1 one%261 two%2F2 three+3 RW 44444 off True Deutsch five six 6 None"
    result = scrub({"text": [shown]}, parameters)
    assert result == {
        "text": [
            shown.replace("one&1 one%261 two%2F2 three+3", "* * * *")
            .replace("44444", "*")
            .replace("five six 6", "* *")
            .replace("*", "********")
        ]
    }


@pytest.mark.parametrize(
    "settings", [None, {}, [], "text", {1: 2}, {"http_pass": None}, {"http_pass": {"value": None}}]
)
def test_settings_that_are_none_are_no_secrets(settings: object) -> None:
    assert scrub("1 2 text None value", {"settings": settings}) == "1 2 text None value"
