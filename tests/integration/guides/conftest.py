# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets what a reader of the guides has be named on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--copy", required=True, type=Path, help="a copy of this collection, whose index is up to date")
    parser.addoption("--pip-config", required=True, type=Path, help="how pip reaches an index here")
