# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The phones that are talked with."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from ansible_collections.telephony.snom.tests.unit.plugin_utils.interview.talks import PHONES
from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, free_port, running

_PROCESS = os.getpid()


@pytest.fixture(scope="session")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualFleet]:
    phones = [
        {"name": name, "address": "127.0.0.1", "port": free_port(), "model": "D785", "timing": {"reboot": 2}, **keys}
        for name, keys in PHONES.items()
    ]
    phones[0]["sip"] = {"registrar": "127.0.0.1:9"}
    phones[0]["settings"] = {"filter_registrar": "off", "mb_trusted_hosts": "127.0.0.1"}
    with running({"phones": phones}, tmp_path_factory.mktemp("fleet")) as found:
        yield found


@pytest.fixture
def fleet(talking: VirtualFleet) -> Iterator[VirtualFleet]:
    """The same phones for all tests. In a fork for one test nobody else would end them, as ansible-test makes it."""
    yield talking
    if os.getpid() != _PROCESS:
        os.kill(talking.pid, signal.SIGTERM)
