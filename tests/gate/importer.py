# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Galaxy's importer, which gives ansible-lint as long as it takes: ``python importer.py ARTIFACT``.

By itself it ends ansible-lint after 180 s and calls that an error, so that a busy machine would decide.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from galaxy_importer import main
from galaxy_importer.loaders import collection


class Patient(subprocess.Popen[str]):
    """A process that is waited for."""

    def communicate(self, input: str | None = None, timeout: float | None = None) -> tuple[Any, Any]:
        return super().communicate(input)


collection.Popen = Patient
sys.exit(main.main())
