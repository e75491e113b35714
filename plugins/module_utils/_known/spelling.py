# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions as texts, which results and reports hold as they were written: what is equal may be written otherwise."""

from __future__ import annotations

from .._core.errors import InputError
from .version import Version


def normal(text: str) -> str:
    """One spelling for all texts of a version; other text as it is."""
    try:
        return Version.parse(text).normal
    except InputError:
        return text


def is_version(text: object, version: Version | None) -> bool:
    """Whether this is text, and a spelling of the version. No text is one of a version that is not known."""
    return isinstance(text, str) and version is not None and normal(text) == version.normal
