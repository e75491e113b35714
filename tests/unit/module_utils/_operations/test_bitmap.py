# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct
from array import array

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AnswerUnreadable
from ansible_collections.telephony.snom.plugins.module_utils._operations.bitmap import bitmap_to_png, is_bitmap
from ansible_collections.telephony.snom.tests.unit.pictures import PICTURE, TWO_COLORS, Pixel, bitmap, pixels
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize(
    ("depth", "masks"),
    [
        *((1, None), (4, None), (8, None), (16, None), (24, None), (32, None)),
        *((16, (0xF800, 0x07E0, 0x001F)), (32, (0xFF0000, 0xFF00, 0xFF)), (32, (0xFF, 0xFF00, 0xFF0000))),
    ],
)
def test_the_png_shows_the_same_picture(depth: int, masks: Pixel | None, top_down: bool) -> None:
    picture = TWO_COLORS if depth == 1 else PICTURE
    assert pixels(bitmap_to_png(bitmap(picture, depth, masks=masks, top_down=top_down))) == picture


def test_shades_of_sixteen_bits() -> None:
    picture = [[(0, 0, 0), (132, 132, 132), (255, 255, 255)]]
    (shown,) = pixels(bitmap_to_png(bitmap(picture, 16)))
    assert all(
        abs(one - other) <= 8 for a, b in zip(shown, picture[0], strict=True) for one, other in zip(a, b, strict=True)
    )


def test_a_short_table_of_colors() -> None:
    assert pixels(bitmap_to_png(bitmap(PICTURE, 8, colors=5))) == PICTURE


def test_a_pixel_that_is_not_in_the_table_is_black() -> None:
    data = bytearray(bitmap([[(9, 9, 9)]], 8, colors=1))
    data[-4] = 200
    assert pixels(bitmap_to_png(bytes(data))) == [[(0, 0, 0)]]


WHOLE = bitmap(PICTURE, 24)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "does not begin with BM"),
        (b"<html>Not found</html>", "does not begin with BM"),
        (b"BM", "cut off"),
        (WHOLE[:-1], "cut off"),
        (WHOLE[:30], "cut off"),
        (WHOLE[:14] + struct.pack("<I", 12) + WHOLE[18:], "form is not known"),
        (WHOLE[:18] + struct.pack("<i", 0) + WHOLE[22:], "cut off"),
        (WHOLE[:18] + struct.pack("<i", -5) + WHOLE[22:], "cut off"),
        (WHOLE[:22] + struct.pack("<i", 0) + WHOLE[26:], "cut off"),
        (WHOLE[:22] + struct.pack("<i", 2_000_000_000) + WHOLE[26:], "cut off"),
        (WHOLE[:28] + struct.pack("<H", 2) + WHOLE[30:], "form is not known"),
        (WHOLE[:30] + struct.pack("<I", 1) + WHOLE[34:], "compressed"),
        (bitmap(PICTURE, 16, masks=(0xF800, 0x7E0, 0x1F)).replace(struct.pack("<I", 0x7E0), bytes(4)), "no place"),
    ],
)
def test_what_is_no_bitmap(data: bytes, reason: str) -> None:
    with pytest.raises(AnswerUnreadable, match=reason):
        bitmap_to_png(data)


@given(st.data())
def test_garbage_is_an_error_that_people_can_read(data: st.DataObject) -> None:
    depth = data.draw(st.sampled_from([1, 8, 16, 24]))
    broken = bytearray(bitmap(TWO_COLORS, depth))
    for _change in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(2, 60))] = data.draw(st.integers(0, 255))
    try:
        png = bitmap_to_png(bytes(broken))
    except AnswerUnreadable:
        return
    assert pixels(png)


def test_how_a_bitmap_begins() -> None:
    assert is_bitmap(WHOLE)
    assert not is_bitmap(b"\x89PNG")


def test_a_large_screen_of_many_colors_stays_small_work() -> None:
    noise = array("H", range(480)).tobytes()
    header = bitmap([[(0, 0, 0)] * 480], 16)[:54]
    data = header[:22] + struct.pack("<i", 272) + header[26:] + noise * 272
    assert len(pixels(bitmap_to_png(data))) == 272
