# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firmware images: how they are named, where they are, how big they are, and what may load them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlsplit

from .._core.errors import InputError
from .._core.visible import visible_line
from .borders import NEW_FLASH_LAYOUT
from .models import MODELS, MODULES, Model, find_model
from .version import PRE_RELEASE, Version

PHONE = "phone"
CHAINED_UPDATE = "chained-update"
MODULE = "module"
OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Image:
    """One file that can be loaded. ``None`` means unknown."""

    file: str
    model: str | None = None
    """Model.name, which phone and chained-update images have; of a module's firmware, one of MODULES."""
    version: Version | None = None
    """Every phone image has one."""
    kind: str = PHONE
    """``phone``, ``chained-update``, ``module`` or ``other``.

    Through a chained-update some models load a newer image (protocol 3.3.5); a module is the firmware of an expansion
    module, which no phone runs (protocol 3.1).
    """
    url: str
    size: int | None = None
    """Bytes."""
    sha1: str | None = None
    sha256: str | None = None
    requires: Version | None = None
    """The oldest version that may load it. Only users' entries have it: no public source lists such limits."""
    chain: str | None = None
    """The chained-update file through which it is to be loaded. Only users' entries have it: that is asking by name."""

    def as_dict(self) -> dict[str, str | int | None]:
        """Plain JSON. parse_images() reads it back."""
        values = {name: getattr(self, name) for name in _FIELDS}
        return {name: str(value) if isinstance(value, Version) else value for name, value in values.items()}


_FIELDS = tuple(field.name for field in fields(Image))


class Catalog:
    """Images by file name. Where two are the same version of the same model, the later one counts."""

    def __init__(self, images: Iterable[Image] = ()) -> None:
        self._by_file = {image.file: image for image in images}
        self._by_version = {
            (image.model, image.version): image for image in self._by_file.values() if image.kind == PHONE
        }

    def __iter__(self) -> Iterator[Image]:
        return iter(self._by_file.values())

    def image_for(self, model: Model, version: Version) -> Image | None:
        """The image of exactly this version."""
        return self._by_version.get((model.name, version))

    def images_of(self, model: Model) -> list[Image]:
        """The phone images of a model."""
        return [image for image in self._by_version.values() if image.model == model.name]

    def by_file(self, name: str) -> Image | None:
        return self._by_file.get(name)

    def merged(self, images: Iterable[Image]) -> Catalog:
        """A catalogue in which each of these images replaces the one of the same file, or is added."""
        replaced = {image.file: image for image in images}
        # Replacements go to the end too: the later one counts.
        return Catalog([image for image in self if image.file not in replaced] + [*replaced.values()])


_IMAGE_NAME = re.compile(
    r"(snom(?:[dp]?[0-9]{3}m?|d8[0-9]{2}(?:wb?|b)|mp|pa1)|(?:gigaset)?p[78][0-9][0-9x](?:wb?|bw?)?)-"
    rf"([0-9.]+[a-z]?(?:[-_][0-9a-z._+~-]+(?=-sip-)|[-_]?{PRE_RELEASE})?)(?:-sip-[a-z]+)?\.(?:bin|swu)",
    re.IGNORECASE,
)
_MODULE_NAME = re.compile(rf"snom({'|'.join(sorted(MODULES))})-([0-9.]+)(?:-[a-z]+)?\.(?:bin|swu)", re.IGNORECASE)
# The parts of firmware 6 and older beside its application, and what converts them: snom3x0-3.25l.bin (kernel),
# snom360jffs2ToRamdisk3.31-br.bin; and what puts a VPN into others: snom821-vpnfeature-r.bin (protocol 3.1).
_PART_LETTER = re.compile(r"snom[1-3][0-9x]{2}-[0-6](?:\.[0-9]+)+-?(?:l|br?|r)\.bin", re.IGNORECASE)
_PART_WORD = re.compile(
    r"ramdisk(?!-chained-update)|jffs2|kernel|rootfs|linux|u-?boot|boot-?loader|vpn-?feature", re.IGNORECASE
)
_OF_SNOM = re.compile(r"snom[a-z0-9]", re.IGNORECASE)
_URL = re.compile(r"[!-~]+")
_FILE = re.compile(r"[^\s/\\?#.][^\s/\\?#]*")
_HEX = re.compile(r"[0-9a-fA-F]+")
_INTEGER = re.compile(r"-?[0-9]{1,12}")


def image_name(model: Model, version: Version) -> str:
    """The file name that Snom gives the image (protocol 3.1). Raises InputError where no pattern is known."""
    letter = model.image_letter
    if letter is None:
        raise InputError(
            f"Nothing public says how images of the {model.name} are named. "
            "Give the image as url, or as an entry of your own catalog."
        )
    if letter == "f" and version.major < NEW_FLASH_LAYOUT:
        letter = "j"
    return f"{model.image_prefix}-{version.normal}-SIP-{letter}{model.image_suffix}"


def read_image_name(name: str) -> tuple[Model, Version] | None:
    """Read model and version from the name of a phone image, or return None if it does not tell both.

    The part ``-SIP-r`` may be missing (protocol 3.1: ``snomD785-10.1.42.14.bin``).
    """
    match = _IMAGE_NAME.fullmatch(name)
    model = find_model(match[1]) if match else None
    if match is None or model is None or _is_part(name):
        return None
    try:
        return model, Version.parse(match[2])
    except InputError:
        return None


def _read_module_name(name: str) -> tuple[str, Version] | None:
    """Read an expansion module and its version from the name of a file, which must have this form (protocol 3.1)."""
    match = _MODULE_NAME.fullmatch(name)
    try:
        return (match[1].upper(), Version.parse(match[2])) if match else None
    except InputError:
        return None


def _is_part(name: str) -> bool:
    """Whether a file is a part of old firmware that is no application: a kernel, a boot loader, a file system."""
    return name.lower().startswith("snom") and bool(_PART_LETTER.fullmatch(name) or _PART_WORD.search(name))


def contradiction(name: str, model: str | None, version: Version | None) -> str | None:
    """What a file name says against a model and a version, as a sentence without its full stop."""
    named = find_model(name)
    if _is_part(name):
        return f"the file name {name} is that of a kernel or another part of old firmware, which is no application"
    if named is None and _OF_SNOM.match(name):
        return f"the file name {name} is not that of a phone's image"
    if named and named.name != model:
        return f"the file name {name} is that of an image for the {named.name}, not for the {model}"
    read = read_image_name(name)
    if read and version and read[1] != version:
        return f"the file name {name} says version {read[1]}, not {version}"
    return None


def check_url(url: str) -> None:
    """Refuse what a phone can't load. Raises InputError, which does not repeat the URL: it may hold a secret."""
    remedy = "Write it like https://images.example/fw/snom320-8.7.5.35-SIP-f.bin."
    if not _URL.fullmatch(url):
        raise InputError(f"The URL is empty, or holds a blank or another character that must be encoded. {remedy}")
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port != 0
    except ValueError:
        raise InputError(f"The URL can't be read. {remedy}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_valid:
        raise InputError(f"The URL needs http or https and a host. {remedy}")
    if "@" in parts.netloc:
        raise InputError(f"The URL holds a login, which every plan and report would show. Leave it out. {remedy}")


def file_in_url(url: str) -> str:
    """The last part of the path, decoded. It is empty where the path ends in a slash."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def files_in_url(url: str) -> list[str]:
    """The file at the end of the path, and what the query calls like an image.

    Public servers give images by such a name: firmware.php?file=...
    """
    values = [value.rpartition("/")[2] for _name, value in parse_qsl(urlsplit(url).query)]
    return [file_in_url(url), *(value for value in values if value.lower().endswith((".bin", ".swu")))]


def chained_url(url: str) -> str | None:
    """The real image's URL out of a chained-update URL (protocol 3.3.5), or None where it is not one.

    Raises ValueError for what is no URL.
    """
    return parse_qs(urlsplit(url).query).get("chained_url", [None])[0]


def loaded_files(url: str) -> list[str]:
    """All that a URL may make a phone load, what it loads in the end first. An empty name for what is no URL."""
    try:
        return [*files_in_url(chained_url(url) or url), *files_in_url(url)]
    except ValueError:
        return [""]


def image_url(file: str, mirror: str) -> str:
    """Where a file lies on a mirror. Raises InputError."""
    try:
        check_url(mirror)
    except InputError as error:
        raise InputError(f"mirror: {error.reason}") from None
    parts = urlsplit(mirror)
    if parts.query or parts.fragment:
        raise InputError("mirror: the URL must not have a query or a fragment: the file name is put at its end.")
    return f"{mirror.rstrip('/')}/{quote(file)}"


def parse_images(rows: Iterable[Mapping[str, Any]], source: str) -> list[Image]:
    """Read entries of a catalogue.

    Of a phone's image, model and version may be missing where the file name tells them. Raises InputError, which names
    the source, the entry, the field and the remedy.
    """
    images: dict[str, Image] = {}
    for number, row in enumerate(rows, 1):
        file = row.get("file") if isinstance(row, Mapping) else None
        try:
            image = _parse_image(row)
            if image.file in images:
                raise InputError("file: an earlier entry has the same file. Keep one of them.")
        except InputError as error:
            raise InputError(f"{source}, entry {number} ({file or 'no file name'}): {error.reason}") from None
        images[image.file] = image
    return list(images.values())


def _parse_image(row: Mapping[str, Any]) -> Image:
    if not isinstance(row, Mapping):
        raise InputError("it is not a mapping. Write file: NAME, url: URL and so on below one dash.")
    unknown = sorted(str(key) for key in row if key not in _FIELDS)
    if unknown:
        raise InputError(f"{unknown[0]}: there is no such field. The fields are {', '.join(_FIELDS)}.")
    file, url = _text(row, "file"), _text(row, "url")
    if file is None or not _FILE.fullmatch(file) or visible_line(file) != file:
        raise InputError("file: give the file name, without a path, blanks, control characters or a dot before it.")
    if url is None:
        raise InputError("url: give the URL from which phones load the file.")
    try:
        check_url(url)
    except InputError as error:
        raise InputError(f"url: {error.reason}") from None
    kind = _text(row, "kind") or PHONE
    if kind not in (PHONE, CHAINED_UPDATE, MODULE, OTHER):
        raise InputError(f"kind: {kind!r} is none of {PHONE}, {CHAINED_UPDATE}, {MODULE} and {OTHER}.")
    model, version = _module(row) if kind == MODULE else _model(row), _version(row, "version")
    if kind == MODULE:
        of_module = _read_module_name(file)
        if of_module is None or of_module[0] != (model or of_module[0]) or of_module[1] != (version or of_module[1]):
            raise InputError(
                "file: of a module it must be called like snomD7C-1.9.1-r.bin, and say its model and version."
            )
        model, version = of_module
    elif kind != OTHER:
        named, read = find_model(file), read_image_name(file)
        model = model or (named.name if named else None)
        version = version or (read[1] if read else None)
        if model is None:
            raise InputError("model: give the model, for example 320 or D785. The file name does not tell it.")
        if kind == PHONE and version is None:
            raise InputError("version: give the version, in quotes. The file name does not tell it.")
        for name in {file: None, file_in_url(url): None}:
            problem = contradiction(name, model, version)
            if problem:
                raise InputError(f"{'file' if name == file else 'url'}: {problem}. Correct one of the two.")
    requires = _version(row, "requires")
    if requires and version and requires >= version:
        raise InputError(
            f"requires: {requires} is not older than {version}. It is the oldest version that may load it."
        )
    return Image(
        file=file,
        model=model,
        version=version,
        kind=kind,
        url=url,
        size=_size(row),
        sha1=_digest(row, "sha1", 40),
        sha256=_digest(row, "sha256", 64),
        requires=requires,
        chain=_text(row, "chain"),
    )


def _text(row: Mapping[str, Any], field: str) -> str | None:
    value = row.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InputError(f"{field}: {value!r} is not a text. Put it in quotes.")
    return value.strip()


def _digest(row: Mapping[str, Any], field: str, digits: int) -> str | None:
    text = _text(row, field)
    if text and not (len(text) == digits and _HEX.fullmatch(text)):
        raise InputError(f"{field}: give {digits} hexadecimal digits, in quotes.")
    return text.lower() if text else None


def _version(row: Mapping[str, Any], field: str) -> Version | None:
    text = _text(row, field)
    try:
        return Version.parse(text) if text else None
    except InputError as error:
        raise InputError(f"{field}: {error.reason}") from None


def _module(row: Mapping[str, Any]) -> str | None:
    text = _text(row, "model")
    if text is not None and text.upper() not in MODULES:
        raise InputError(f"model: {text!r} is not a known module. Known are {', '.join(sorted(MODULES))}.")
    return text.upper() if text else None


def _model(row: Mapping[str, Any]) -> str | None:
    value = row.get("model")
    # YAML reads the unquoted model 320 as a number.
    text = str(value) if isinstance(value, int) else _text(row, "model")
    if text is None:
        return None
    model = find_model(text)
    if model is None:
        raise InputError(f"model: {text!r} is not a known model. Known are {', '.join(MODELS)}.")
    return model.name


def _size(row: Mapping[str, Any]) -> int | None:
    value = row.get("size")
    if value is None or value == "":
        return None
    # YAML's true is an int to Python.
    if isinstance(value, bool) or not _INTEGER.fullmatch(str(value)):
        raise InputError(f"size: {value!r} is not a number of bytes.")
    if int(value) <= 0:
        raise InputError(f"size: {value} is not a number of bytes above 0.")
    return int(value)
