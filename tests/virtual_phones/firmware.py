# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firmware of virtual phones: versions, names of images, the made-up images themselves, the User-Agents."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

# The form of the names: protocol 3.1.
IMAGE = re.compile(r"snom(D?\d{3}|MP|PA1)-(\d+(?:\.\d+)+)-SIP-[frjl]\.(?:bin|swu)")
CHAINED_UPDATE = re.compile(r"snom(D?\d{3}|MP|PA1)-ramdisk-chained-update-r\.bin")
# These phones came out without the D, and their images kept that name when a D was painted on (protocol 3.1).
NEVER_A_D = frozenset({"710", "715", "720", "725", "760"})

MAGIC = b"VIRTUAL SNOM IMAGE\n"  # invented, like the whole inside of an image


class BadImage(Exception):
    """The image is not one that this phone takes; the text says why."""


@dataclass(frozen=True)
class Image:
    """What an image says about itself."""

    file: str
    model: str
    version: str  # empty for a chained update, which brings none of its own (protocol 3.3)
    kind: Literal["phone", "chained-update"]


def version_order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def major(version: str) -> int:
    return version_order(version)[0]


def image_model(model: str) -> str:
    """A model as images and User-Agents spell it: D715 -> 715, D785 -> D785."""
    return model[1:] if model[:1] == "D" and model[1:] in NEVER_A_D else model


def named(file: str) -> Image | None:
    """What a file name promises, or None when no image is called so."""
    if found := IMAGE.fullmatch(file):
        return Image(file, found[1], found[2], "phone")
    if found := CHAINED_UPDATE.fullmatch(file):
        return Image(file, found[1], "", "chained-update")
    return None


@lru_cache(maxsize=256)
def build(image: Image, size: int) -> bytes:
    """Make the file of an image: deterministic, of about ``size`` bytes, different for each file name."""
    seed = hashlib.sha256(image.file.encode()).digest()
    payload = hashlib.shake_128(seed).digest(size + seed[0])
    return _head(image, payload) + payload


def _head(image: Image, payload: bytes) -> bytes:
    lines = (image.model, image.version or "-", image.kind, str(len(payload)), hashlib.sha1(payload).hexdigest())
    return MAGIC + "\n".join(lines).encode() + b"\n\n"


def check(file: str, data: bytes, model: str) -> Image:
    """Check an image as a phone does before it erases anything (protocol 3.4). Raises BadImage."""
    head, found, payload = data.partition(b"\n\n")
    if not found or not head.startswith(MAGIC):
        raise BadImage("no firmware image")
    try:
        made_for, version, kind, length, checksum = head[len(MAGIC) :].decode("latin-1").split("\n")
    except ValueError:
        raise BadImage("no firmware image") from None
    if len(payload) != int(length):
        raise BadImage(f"{len(payload)} bytes instead of {length}")
    if hashlib.sha1(payload).hexdigest() != checksum:
        raise BadImage("wrong checksum")
    if made_for != image_model(model):
        raise BadImage(f"made for {made_for}, not for {image_model(model)}")
    if kind == "phone":
        return Image(file, made_for, version, "phone")
    return Image(file, made_for, "", "chained-update")


def user_agent(model: str, version: str, mac: str) -> str:
    """The User-Agent of the phone's own HTTP client, in the forms of real ones (protocol 4.4)."""
    name = f"snom{image_model(model)}"
    rest = f"; {name} jffs2 v3.36; {name} linux 3.38" if major(version) <= 6 else f" {boot_loader(model, version)}"
    if version_order(version) >= (8, 7, 5):
        rest += f" {mac}"
    if major(version) >= 10:
        rest += " SXM:0 UXM:0"
    return f"Mozilla/4.0 (compatible; {name}-SIP {version}{rest})"


def http_agent(form: str, model: str, version: str, mac: str) -> str:
    """The User-Agent in a form: today's of 10.1 (sip 2.3), without the MAC, an admin's own (xml 1.4)."""
    match form:
        case "nested":
            built = "2010.12-00001-gd311851f1 (Feb 25 2019 - 14:19:43)"
            return f"Mozilla/4.0 (compatible; snom{image_model(model)}-SIP {version} {built} {mac} SXM:0 UXM:0 UXMC:0)"
        case "without_mac":
            return user_agent(model, version, mac).replace(f" {mac}", "")
        case "own":
            return "Desk phone"
    return user_agent(model, version, mac)


def boot_loader(model: str, version: str) -> str:
    """A boot loader that was seen on phones of that time (protocol 4.4); which belongs to which is invented."""
    if major(version) >= 10:
        return "2010.12-00004-g9ba52f5"
    return "1.1.5-IFX-05.01.12" if image_model(model).startswith("7") else "1.1.3-u"
