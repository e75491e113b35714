# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gives each test phones of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio, running_kamailio

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def kamailio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamailio]:
    """The PBX. It holds nothing that a test could change."""
    with running_kamailio(tmp_path_factory.mktemp("kamailio")) as pbx:
        yield pbx
