# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from itertools import zip_longest
from textwrap import dedent

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog_text import NEW_FILE, change_catalog
from hypothesis import given
from hypothesis import strategies as st

ENTRY: dict[str, str | int] = {"url": "http://images.example/m", "size": 5}
SHOWN = """\
  - file: "m.bin"
    url: "http://images.example/m"
    size: 5
"""


def test_a_new_file_gets_its_first_entries_in_order() -> None:
    text = change_catalog(NEW_FILE, {"n.bin": ENTRY, "m.bin": ENTRY})
    assert text == NEW_FILE.replace("images: []", "images:") + SHOWN + SHOWN.replace("m.bin", "n.bin")
    assert change_catalog(text, {"m.bin": ENTRY}) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("images: []", f"images:\n{SHOWN}"),
        ("images: []  # none yet\nowner: us\n", f"images:  # none yet\n{SHOWN}owner: us\n"),
        (
            "images:\n  - file: a.bin\n    url: x\n\n# the end\n",
            f"images:\n  - file: a.bin\n    url: x\n{SHOWN}\n# the end\n",
        ),
        ("images:\n  # about z\n  - file: z.bin\n", f"images:\n{SHOWN}  # about z\n  - file: z.bin\n"),
        (
            "images:\n- file: a.bin\n  url: x\n# about z\n-\n  file: z.bin\nmore: 1\n",
            f"images:\n- file: a.bin\n  url: x\n{dedent(SHOWN)}# about z\n-\n  file: z.bin\nmore: 1\n",
        ),
        ("images:\n  - {file: a.bin, url: x}", f"images:\n  - {{file: a.bin, url: x}}\n{SHOWN}"),
        (
            "more:\n  images: 1\nimages:\n  - file: 'ü z.bin'\n...\n",
            f"more:\n  images: 1\nimages:\n{SHOWN}  - file: 'ü z.bin'\n...\n",
        ),
    ],
)
def test_a_new_entry_has_its_place(before: str, after: str) -> None:
    assert change_catalog(before, {"m.bin": ENTRY}) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "images:\n  - file: m.bin  # ours\n    size: 4 # wrong\n\n  # about n\n  - file: n.bin\n",
            'images:\n  - file: m.bin  # ours\n    size: 5 # wrong\n    sha1: "ab"\n\n  # about n\n  - file: n.bin\n',
        ),
        (
            "images:\n  - {file: m.bin, sha1: aa}  # ours\n  - file: n.bin\n",
            'images:\n  - {file: m.bin, sha1: "ab", size: 5}  # ours\n  - file: n.bin\n',
        ),
        (
            "images:\n  - size:\n    file: m.bin",
            'images:\n  - size: 5\n    file: m.bin\n    sha1: "ab"\n',
        ),
        (
            "images:\r\n  - file: m.bin\r\n    url: ü\r\n",
            'images:\r\n  - file: m.bin\r\n    url: ü\r\n    size: 5\r\n    sha1: "ab"\r\n',
        ),
    ],
)
def test_an_entry_is_completed_where_it_stands(before: str, after: str) -> None:
    assert change_catalog(before, {"m.bin": {"size": 5, "sha1": "ab"}}) == after


@pytest.mark.parametrize(
    "text",
    [
        '{"images": [{"file": "m.bin"}]}',
        "images: [{file: m.bin}]",
        "images:\n  - &a {file: a.bin, size: &s 4}\n  - file: m.bin\n    size: *s\n",
        "images:\n  - file: m.bin\n    size: |\n      4\n",
        "images:\n  - &m\n    file: m.bin\n    size: 4\n  - <<: *m\n    file: n.bin\n",
    ],
)
def test_what_cannot_be_changed_for_sure_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="can't be changed without changing more"):
        change_catalog(text, {"m.bin": ENTRY})


@given(
    st.lists(st.text("amnzü '#:", min_size=1).filter(lambda name: name == name.strip()), unique=True),
    st.lists(st.sampled_from(["", "# note", "    # deeper"]), max_size=4),
    st.booleans(),
    st.sampled_from(["m", "a", "zz"]),
)
def test_whatever_is_there_stays(files: list[str], comments: list[str], dashes: bool, file: str) -> None:
    """Each line of the text before is one of the text after, in the same order."""
    blank = "" if dashes else "  "
    lines = ["images: []"] if not files else ["images:"]
    for name, comment in zip_longest(files, comments[: len(files)], fillvalue=""):
        lines += [comment, f"{blank}- url: x", f"{blank}  file: {json.dumps(name)}"]
    text = "\n".join(lines) + "\n"
    after = change_catalog(text, {file: {"size": 5}})
    images = yaml.safe_load(after)["images"]
    assert [row["size"] for row in images if row["file"] == file] == [5]
    assert [row["file"] for row in images if row["file"] in files] == files
    rest = iter(after.splitlines())
    assert all(line in rest for line in lines if line != "images: []")
