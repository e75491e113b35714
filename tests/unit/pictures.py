# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pictures as a phone would draw them, and a reader of what is made of them. Written for tests, pixel by pixel."""

from __future__ import annotations

import struct
import zlib

Pixel = tuple[int, int, int]

# A picture of five columns, so that rows of every depth need padding.
PICTURE: list[list[Pixel]] = [
    [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0), (255, 255, 255)],
    [(255, 255, 255), (255, 0, 0), (255, 0, 0), (0, 0, 255), (0, 255, 0)],
    [(0, 0, 0), (0, 0, 0), (0, 255, 0), (255, 255, 255), (255, 0, 0)],
]
TWO_COLORS: list[list[Pixel]] = [[(0, 0, 0) if pixel[0] else (255, 200, 100) for pixel in row] for row in PICTURE]


def bitmap(
    picture: list[list[Pixel]], depth: int, *, top_down: bool = False, masks: Pixel | None = None, colors: int = 0
) -> bytes:
    """Write a picture as a bitmap, pixel by pixel."""
    palette = sorted({pixel for row in picture for pixel in row}) if depth <= 8 else []
    rows = []
    for row in picture:
        bits = ""
        for red, green, blue in row:
            if depth <= 8:
                bits += f"{palette.index((red, green, blue)):0{depth}b}"
            elif depth == 24 or (depth == 32 and not masks):
                bits += f"{blue:08b}{green:08b}{red:08b}" + "0" * (depth - 24)
            else:
                value = sum(
                    (channel * (mask // (mask & -mask)) // 255) * (mask & -mask)
                    for channel, mask in zip((red, green, blue), masks or (0x7C00, 0x3E0, 0x1F), strict=True)
                )
                bits += "".join(f"{byte:08b}" for byte in value.to_bytes(depth // 8, "little"))
        bits = bits.ljust((len(bits) + 31) // 32 * 32, "0")
        rows.append(int(bits, 2).to_bytes(len(bits) // 8, "big"))
    table = b"".join(bytes((blue, green, red, 0)) for red, green, blue in palette)
    if masks:
        table = struct.pack("<III", *masks)
    elif depth <= 8 and not colors:
        table = table.ljust(4 << depth, b"\0")
    height = -len(picture) if top_down else len(picture)
    head = struct.pack("<IiiHHIIiiII", 40, len(picture[0]), height, 1, depth, 3 if masks else 0, 0, 0, 0, colors, 0)
    start = 14 + len(head) + len(table)
    body = b"".join(rows if top_down else reversed(rows))
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + head + table + body


def pixels(png: bytes) -> list[list[Pixel]]:
    """Read a PNG without filters, and check its form."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(name + content),)
        chunks[name] = content
        at += 12 + length
    assert list(chunks) in ([b"IHDR", b"IDAT", b"IEND"], [b"IHDR", b"PLTE", b"IDAT", b"IEND"])
    width, height, depth, kind, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert rest == [0, 0, 0]
    data = zlib.decompress(chunks[b"IDAT"])
    used = (width * depth * (3 if kind == 2 else 1) + 7) // 8
    assert len(data) == height * (used + 1)
    picture = []
    for row in (data[at : at + used + 1] for at in range(0, len(data), used + 1)):
        assert row[0] == 0
        if kind == 2:
            picture.append([(row[at], row[at + 1], row[at + 2]) for at in range(1, used, 3)])
        else:
            bits = "".join(f"{byte:08b}" for byte in row[1:])
            indices = [int(bits[at : at + depth], 2) for at in range(0, width * depth, depth)]
            palette = chunks[b"PLTE"]
            assert len(palette) == 3 << depth
            picture.append([(palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]) for i in indices])
    return picture
