# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How hypothesis runs here, and which test a machine is told of that never ends."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

HANGS = 600
"""Seconds. No test takes a tenth of it, so it decides none: it names one that hangs."""

# How long an example takes says something about the machine, not about the code.
settings.register_profile("gate", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("gate")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test its limit here: ansible-test passes no option of pytest on, and knows no limit of its own."""
    if config.pluginmanager.hasplugin("timeout"):
        for item in items:
            # Of the test alone: ansible-test forks for each, and the process that waits for it is not to be stopped.
            # By a thread, which ends the process: what hangs in an example, hypothesis would try again for ever.
            item.add_marker(pytest.mark.timeout(HANGS, method="thread", func_only=True))
