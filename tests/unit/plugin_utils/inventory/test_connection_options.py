# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import CONNECTION_ARGUMENTS
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.connection_options import (
    from_environment,
    split_arguments,
)


def test_only_the_login_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CONNECTION_ARGUMENTS:
        monkeypatch.setenv(f"SNOM_{name.upper()}", "given")
    assert {name for name in CONNECTION_ARGUMENTS if from_environment(name)} == {"username", "password"}


def test_an_empty_or_missing_environment_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOM_USERNAME", "")
    monkeypatch.delenv("SNOM_PASSWORD", raising=False)
    assert (from_environment("username"), from_environment("password")) == (None, None)


def test_connection_options_are_told_from_the_others() -> None:
    connection, own = split_arguments({"username": "a", "soak": 5, "tls_min_version": None})
    assert (connection, own) == ({"username": "a", "tls_min_version": None}, {"soak": 5})
