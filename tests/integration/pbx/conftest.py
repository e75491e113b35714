# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import Kamailio, running_kamailio

T = TypeVar("T")


@pytest.fixture(scope="module")
def kamailio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamailio]:
    """A Kamailio for the tests of a file. Each uses accounts of its own."""
    with running_kamailio(tmp_path_factory.mktemp("kamailio")) as pbx:
        yield pbx


def until(read: Callable[[], T], good: Callable[[T], bool]) -> T:
    """Read again and again until it is good. A test that never gets there is ended by its limit."""
    while not good(found := read()):
        time.sleep(0.05)
    return found
