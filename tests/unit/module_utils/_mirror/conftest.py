# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of mirrors share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.telephony.snom.tests.unit.module_utils._mirror.mirror import Mirror
from ansible_collections.telephony.snom.tests.unit.serving import serving


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving(Mirror()) as server:
        yield server
