# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Screenshots as 24-bit bitmaps (protocol 1.4).

Everything but the existence of the three files and the size of the 870 (its touch range) is invented: the other sizes,
and the picture. A character is a cell in the grey of its code, so that what is drawn can be compared.
"""

from __future__ import annotations

import struct

CELL = 6  # pixels, width of a character
LINE = 10  # pixels, height of a line of text
GAP = 2  # pixels, below a line of text

# Width and height in pixels by model. All but the 870: invented.
SIZES = {
    "870": (480, 272),
    **dict.fromkeys(("820", "821", "D375", "D385", "D717", "D735", "D765", "760"), (320, 240)),
    "D785": (480, 272),
    **dict.fromkeys(("360", "370"), (240, 128)),
}
SMALL = (128, 64)
EXPANSION = (160, 320)
LABELS = (160, 320)
WITH_LABELS = {"D335", "D345", "D385", "D785"}  # phones with a second screen beside their keys [invented]

NOT_FIXED = b"\x00\x00\x00"  # black, where the line-info layer is missing [invented]


def display(model: str, lines: list[str], line_info: list[str] | None) -> bytes:
    """Draw the display. The line-info layer is the lower quarter, and black when it is None."""
    width, height = SIZES.get(model, SMALL)
    quarter = height // 4
    upper = _rows(lines, width, height - quarter)
    lower = [NOT_FIXED * width] * quarter if line_info is None else _rows(line_info, width, quarter)
    return _bitmap(width, upper + lower)


def labels(texts: list[str], size: tuple[int, int]) -> bytes:
    width, height = size
    return _bitmap(width, _rows(texts, width, height))


def _rows(lines: list[str], width: int, height: int) -> list[bytes]:
    """Draw text, from the upper edge on, on white."""
    blank = b"\xff" * 3 * width
    rows: list[bytes] = []
    for line in lines[: height // LINE]:
        cells = b"".join(bytes((code,)) * 3 * CELL for code in line.encode("latin-1", "replace"))
        rows += [cells[: len(blank)].ljust(len(blank), b"\xff")] * (LINE - GAP) + [blank] * GAP
    return rows + [blank] * (height - len(rows))


def _bitmap(width: int, rows: list[bytes]) -> bytes:
    """Put a header before the rows, which a bitmap has from the lowest up, each filled to four bytes."""
    padding = b"\0" * (-3 * width % 4)
    pixels = b"".join(row + padding for row in reversed(rows))
    head = struct.pack("<IiiHHIIiiII", 40, width, len(rows), 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + head + pixels
