# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows bitmaps, as phones draw their screens, as PNG."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from dataclasses import dataclass

from .._core.errors import AnswerUnreadable

_RGB, _BITFIELDS = 0, 3
# Red, green and blue of 16 bits where the bitmap does not say it.
_MASKS_16 = (0x7C00, 0x03E0, 0x001F)


@dataclass(frozen=True)
class _Bitmap:
    """rows are those of the file without their padding, from top to bottom. palette is red, green, blue, and so on."""

    width: int
    height: int
    depth: int
    rows: list[bytes]
    palette: bytes = b""
    masks: tuple[int, int, int] | None = None


def is_bitmap(data: bytes) -> bool:
    """Whether data begins like a bitmap."""
    return data.startswith(b"BM")


def bitmap_to_png(data: bytes) -> bytes:
    """The same picture as a PNG, with 1, 4 or 8 bits a pixel as it is, else with 24.

    Understands uncompressed bitmaps of 1, 4, 8, 16, 24 and 32 bits a pixel. Raises AnswerUnreadable.
    """
    try:
        picture = _read(data)
    except (struct.error, ValueError) as error:
        why = "it is cut off" if isinstance(error, struct.error) else error
        raise AnswerUnreadable(
            f"The phone's picture can't be made a PNG ({why}). With format: bmp it is saved as it is."
        ) from None
    if picture.palette:
        depth, kind, rows = picture.depth, 3, picture.rows
    else:
        depth, kind, rows = 8, 2, [_true_color(row, picture) for row in picture.rows]
    header = struct.pack(">IIBBBBB", picture.width, picture.height, depth, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = [(b"IHDR", header), (b"PLTE", picture.palette), (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks if chunk != (b"PLTE", b""))


def _read(data: bytes) -> _Bitmap:
    if not is_bitmap(data):
        raise ValueError("it does not begin with BM")
    start, size = struct.unpack_from("<II", data, 10)
    width, height, _planes, depth, compression = struct.unpack_from("<iiHHI", data, 18)
    if size < 40 or depth not in (1, 4, 8, 16, 24, 32):
        raise ValueError("its form is not known")
    masks = None
    if compression == _BITFIELDS and depth in (16, 32):
        masks = struct.unpack_from("<III", data, 54)
        if 0 in masks:
            raise ValueError("it has no place for a color")
    elif compression != _RGB:
        raise ValueError("it is compressed")
    # A negative height means that the first row is the top one.
    stride, count = (width * depth + 31) // 32 * 4, abs(height)
    if width <= 0 or count == 0 or start + stride * count > len(data):
        raise ValueError("it is cut off")
    used = (width * depth + 7) // 8
    rows = [data[start + stride * row :][:used] for row in range(count)]
    palette = b""
    if depth <= 8:
        (colors,) = struct.unpack_from("<I", data, 46)
        table = data[14 + size : min(start, 14 + size + 4 * min(colors or 256, 1 << depth))]
        palette = b"".join(bytes((table[at + 2], table[at + 1], table[at])) for at in range(0, len(table) - 3, 4))
        # A pixel of a color that is not in the table is black; a PNG must not have such.
        palette = palette.ljust(3 << depth, b"\0")
    if height > 0:
        rows.reverse()
    return _Bitmap(width, count, depth, rows, palette, masks or (_MASKS_16 if depth == 16 else None))


def _true_color(row: bytes, picture: _Bitmap) -> bytes:
    """Red, green and blue of each pixel, 8 bits each."""
    step = picture.depth // 8
    if picture.masks is None:
        pixels = bytearray(3 * picture.width)
        pixels[0::3], pixels[1::3], pixels[2::3] = row[2::step], row[1::step], row[0::step]
        return bytes(pixels)
    values = array("H" if step == 2 else "I", row)
    if sys.byteorder == "big":
        values.byteswap()
    # A screen has few colors: each is worked out once a row.
    colors = {value: bytes(_channel(value, mask) for mask in picture.masks) for value in set(values)}
    return b"".join(map(colors.__getitem__, values))


def _channel(value: int, mask: int) -> int:
    """The bits below a mask, stretched to 0 to 255."""
    lowest = mask & -mask
    most = mask // lowest
    return (((value & mask) // lowest) * 255 + most // 2) // most


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
