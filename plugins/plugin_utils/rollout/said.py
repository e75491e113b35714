# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run says while it runs: lines for people, which also hold what they are about for who draws it."""

from __future__ import annotations

from typing import Any


class Said(str):
    """A line, and what it is about: plain JSON types.

    ``kind`` says what else there is:

    - ``plan``: a line of the plan; ``work`` is how many phones need work, on its first line
    - ``wave``: one begins; ``number``, ``label`` and ``phones`` are its own
    - ``phase``: another step of the run as a whole
    - ``sites``: how far a site is
    - ``phone``: one has taken a step; ``host``, ``model``, ``before``, ``wanted``, ``state`` in words, and ``waits``,
      which is whether it was put off
    - ``end``: one has its outcome; ``host``, ``outcome``
    """

    kind: str
    about: dict[str, Any]

    def __new__(cls, line: str, kind: str, **about: Any) -> Said:  # noqa: PYI034  # typing.Self came after Python 3.10
        """A line of this kind."""
        said = super().__new__(cls, line)
        said.kind = kind
        said.about = about
        return said
