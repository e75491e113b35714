# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python report.py``: the report of a rollout, as a browser shows it.

The picture says in a text chunk of which words it was made, so that a test sees when it is not of today any more.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

from ansible_collections.telephony.snom.plugins.filter.page import page
from ansible_collections.telephony.snom.tests.integration.pages import samples

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "report.png"

SIZE = (1280, 1180)
"""Of the window, in pixels."""

_END = 12
"""Bytes of the chunk that ends a PNG."""


def sample() -> str:
    """The page."""
    return page(samples.rollout(40, 4), "rollout")


def words_of(html: str) -> str:
    """What can be read on a page, without its look, as a digest."""
    text = re.sub(r"(?s)<(style|script)\b.*?</\1>|<[^>]*>", " ", html)
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def made_of(picture: bytes) -> str | None:
    """The digest that a picture names."""
    found = re.search(rb"tEXtSource\0([0-9a-f]{64})", picture)
    return found[1].decode() if found else None


def marked(picture: bytes, digest: str) -> bytes:
    """The picture with the digest in a text chunk before its end."""
    chunk = b"tEXtSource\0" + digest.encode()
    framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return picture[:-_END] + framed + picture[-_END:]


def main() -> None:
    """Show the page in a browser and write what it shows."""
    html = sample()
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder) / "report.html", Path(folder) / "shot.png"
        source.write_text(html, "utf-8")
        # Its sandbox needs what root is not given.
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        subprocess.run(
            [
                *("chromium", "--headless", *sandbox, "--disable-gpu", "--hide-scrollbars"),
                f"--user-data-dir={folder}",
                *(f"--window-size={SIZE[0]},{SIZE[1]}", f"--screenshot={shot}", source.as_uri()),
            ],
            check=True,
            # It complains about desktops that are not there.
            stderr=subprocess.DEVNULL,
        )
        PICTURE.write_bytes(marked(shot.read_bytes(), words_of(html)))


if __name__ == "__main__":
    main()
