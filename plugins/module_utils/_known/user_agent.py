# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a User-Agent tells of who is asking, over HTTP and over SIP (protocol 4.4).

Each part is read for itself: one that can't be told is None, and takes no other along. An administrator can change the
text, and whoever reaches a server can invent one, so it is bounded, and every pattern is linear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from .._core.errors import InputError
from .mac_in_text import find_mac
from .models import MODULES, find_model
from .version import PRE_RELEASE, Version

PHONE = "phone"
IMAGE_LOADER = "image_loader"
MODULE = "module"
DECT = "dect"

LONGEST = 1000
"""Characters that are read. The longest real one has 140."""

MOST_KEPT = 16_384
"""Texts of which it is remembered what they tell: about as many phones as one PBX has."""


@dataclass(frozen=True, kw_only=True)
class UserAgent:
    """What a phone says of itself. ``None`` means that it does not say it, or not so that it can be told."""

    kind: str | None = None
    """``phone``, what runs on it; ``image_loader``, what loads its images; ``module``, an expansion module;
    ``dect``, a base or handset of the M series, which is no desk phone."""
    model: str | None = None
    """Model.name; of a model that the table lacks, the name as it stands there, in capitals."""
    firmware: Version | None = None
    """The version that it gives. An image loader's own may be another than that of the phone [I]."""
    mac: str | None = None
    """In Snom's own form. It is there from 8.7.5 on, over SIP where ``mac_info_in_sip_register`` is on."""
    boot_loader: str | None = None
    """What stands behind the version. Firmware 6 names its parts there, which are no boot loader."""
    built: str | None = None
    """When that was built, as the phone writes it, in ISO form. It has no time zone."""
    modules: Mapping[str, int] = field(default_factory=dict)
    """The number behind each abbreviation: ``{"SXM": 0, "UXM": 1}``."""


_BRAND = r"(?:^|(?<=[\s(;,\"']))(?:snom|gigaset)"
# snomD785-SIP 10.1.33.33, snom360/7.3.30, snom105-2.04g, snom720 8.9.3.80, Gigaset P810 PRO/10.1.54.13
_PRODUCT = re.compile(
    _BRAND + r"[\s_-]?(meeting[\s-]?point|mp|uxm|sxm|[a-z]{0,3}[0-9]{1,4}[a-z]{0,3}\+?)(?![0-9a-z])"
    rf"(?:(?:[ _-]ip)?[ _-]pro(?![0-9a-z]))?(-SIP)?(?:[ /_-]([^\s();,\"']+(?:{PRE_RELEASE})?))?",
    re.IGNORECASE | re.ASCII,
)
# m3, m9, M300 to M900 and their handsets (protocol 1.2). The MeetingPoint is MP.
_DECT = re.compile(r"m[0-9]{1,3}[a-z]{0,3}\+?", re.IGNORECASE | re.ASCII)
# The oldest, of which nothing else is known: Mozilla/4.0 (compatible; snom lid 3605)
_NAMELESS = re.compile(_BRAND + r" lid [0-9]", re.IGNORECASE | re.ASCII)
# Who loads files calls himself a browser; over SIP nobody does.
_BROWSER = re.compile(r"Mozilla/", re.IGNORECASE)
# U-Boot's form: (Feb 25 2019 - 14:19:43)
_BUILT = re.compile(
    r"\((Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([0-9]{1,2}) ([0-9]{4})"
    r"(?: -)? ([0-9]{2}:[0-9]{2}:[0-9]{2})(?: [+-][0-9]{4})?\)",
    re.IGNORECASE | re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MODULE = re.compile(r"([A-Z]{2,6}):([0-9]{1,3})", re.IGNORECASE | re.ASCII)
_SIGN = re.compile("[();,]")
_BOOT_LOADER = re.compile(r"[0-9A-Za-z._+-]+(?: [0-9A-Za-z._+-]+){0,5}")


def read_user_agent(text: str) -> UserAgent | None:
    """What a User-Agent tells, or None if it is not one of Snom's."""
    # A PBX lists the same ones every second or two, and reading them is most of what that costs.
    return _read(text[: LONGEST + 1])


@lru_cache(maxsize=MOST_KEPT)
def _read(text: str) -> UserAgent | None:
    if len(text) > LONGEST:
        # What stands at the cut may be a part of something.
        text = text[:LONGEST].rpartition(" ")[0]
    text = " ".join(text.split())
    mac = find_mac(text)
    # Logs cut off what is long. Then the last word is not whole, and what is before it may have gone on.
    is_cut = "(" in text and not text.rstrip("\"' ").endswith(")")
    if is_cut:
        text = text.rpartition(" ")[0]
    product = _product(text)
    if product is None:
        return UserAgent(mac=mac) if _NAMELESS.search(text) else None
    name, sip, version = product.groups()
    behind = text[product.end() :]
    model, firmware = find_model(name), None if is_cut and not behind else _version(version)
    words = [word.strip("()[]<>;,\"'") for word in behind.split()]
    return UserAgent(
        kind=_kind(text, name, sip, firmware),
        model=model.name if model else name.upper(),
        firmware=firmware,
        mac=mac,
        boot_loader=_boot_loader(behind, is_cut),
        built=_built(behind),
        modules={found[1].upper(): int(found[2]) for found in map(_MODULE.fullmatch, words) if found},
    )


def _product(text: str) -> re.Match[str] | None:
    """The product that the phone is: firmware 6 names its parts beside it."""
    found = sorted(_PRODUCT.finditer(text), key=lambda match: (not match[2], _version(match[3]) is None))
    return found[0] if found else None


def _kind(text: str, name: str, sip: str | None, firmware: Version | None) -> str | None:
    if name.upper() in MODULES:
        return MODULE
    if _DECT.fullmatch(name):
        return DECT
    if sip or not _BROWSER.search(text):
        return PHONE
    return IMAGE_LOADER if firmware else None


def _version(text: str | None) -> Version | None:
    try:
        return Version.parse(text or "")
    except InputError:
        return None


def _boot_loader(behind: str, is_cut: bool) -> str | None:
    """What stands together behind the version, of what is no date, MAC address or module."""
    words = _SIGN.split(_BUILT.sub(" UXM:0 ", behind), maxsplit=1)[0].split()
    others = [bool(find_mac(word) or _MODULE.fullmatch(word)) for word in words]
    first = others.index(False) if False in others else len(words)
    last = others.index(True, first) if True in others[first:] else len(words)
    text = " ".join(words[first:last])
    is_whole = not is_cut or last < len(words)
    return text if is_whole and _BOOT_LOADER.fullmatch(text) else None


def _built(behind: str) -> str | None:
    match = _BUILT.search(behind)
    if match is None:
        return None
    month = _MONTHS.index(match[1].lower()) + 1
    try:
        return datetime.fromisoformat(f"{match[3]}-{month:02}-{int(match[2]):02}T{match[4]}").isoformat()
    except ValueError:
        return None
