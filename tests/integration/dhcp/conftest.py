# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess

import pytest
from ansible_collections.telephony.snom.tests.integration.dhcp.servers import ROOT, Wire, lay_wire


@pytest.fixture(scope="session")
def wire() -> Wire:
    """The wire of a namespace in which there is nothing yet."""
    assert (ROOT / "complete").exists(), "The servers are not there: `make check NAME=dhcp` fetches them"
    shown = subprocess.run(["ip", "-json", "link"], check=True, capture_output=True, text=True)
    cards = [card["ifname"] for card in json.loads(shown.stdout)]
    assert cards == ["lo"], "These tests change the network. `make check NAME=dhcp` runs them in one of their own"
    lay_wire()
    return Wire()
