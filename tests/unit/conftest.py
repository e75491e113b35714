# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How hypothesis runs here, and which test a machine is told of that never ends."""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

HANGS = 600
"""Seconds. No test takes a tenth of it, so it decides none: it names one that hangs."""

# How long an example takes says something about the machine, not about the code.
settings.register_profile("gate", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
# For the same tests on another ansible-core: what only a rare example shows does not depend on that.
settings.register_profile("again", settings.get_profile("gate"), max_examples=15)
settings.load_profile("gate")


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    """End the process of a test that hangs. ansible-test forks one for each, passes no option on and has no limit."""
    faulthandler.dump_traceback_later(HANGS, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
