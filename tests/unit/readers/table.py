# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that reads what others wrote, in one table.

Whoever adds a reader adds a line to the list of its file here. `test_readers` runs hypothesis over all of it, and
``tests/fuzz`` a fuzzer that sees which branches an input takes.
"""

from __future__ import annotations

from ansible_collections.telephony.snom.tests.unit.readers import files, mirrors, pbxs, phones, sources
from ansible_collections.telephony.snom.tests.unit.readers.reader import Reader

READERS: dict[str, Reader] = {
    reader.name: reader for part in (phones, pbxs, mirrors, files, sources) for reader in part.READERS
}
"""By name."""
