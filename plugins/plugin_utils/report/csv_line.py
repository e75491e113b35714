# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of CSV files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line

# What a spreadsheet begins a formula with, also in the wide forms of East Asian keyboards, at the beginning of a cell
# or behind what some of them take for the end of one.
_FORMULA = re.compile('(^|;)(?=[\\s"]*[=+\\-@\uff1d\uff0b\uff0d\uff20])')


def csv_line(cells: Iterable[object]) -> str:
    """One line of a CSV file, without its end. No cell is a formula to a spreadsheet, or more than one line."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(map(_cell, cells))
    return line.getvalue()


def _cell(value: object) -> object:
    return _FORMULA.sub("\\1'", visible_line(value)) if isinstance(value, str) else value
