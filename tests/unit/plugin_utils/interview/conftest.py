# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The phones that are talked with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ....virtual_phones.running import VirtualFleet, free_port, running
from .talks import PHONES


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VirtualFleet]:
    phones = [
        {"name": name, "address": "127.0.0.1", "port": free_port(), "model": "D785", "timing": {"reboot": 2}, **keys}
        for name, keys in PHONES.items()
    ]
    phones[0]["sip"] = {"registrar": "127.0.0.1:9"}
    phones[0]["settings"] = {"filter_registrar": "off", "mb_trusted_hosts": "127.0.0.1"}
    with running({"phones": phones}, tmp_path_factory.mktemp("fleet")) as found:
        yield found
