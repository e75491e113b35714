# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files a phone reads, by the names that they have and the lists that name them.

A phone asks for the file of its model and then for that with its MAC (protocol 5.4), or for one URL with its MAC in it.
Either may list others. Later files go over earlier ones.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import find_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model
from ansible_collections.telephony.snom.plugins.module_utils._known.user_agent import DECT, read_user_agent
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.setting_file import SettingFile

_DEEPEST = 5
"""Lists that name each other."""
_WITH_MAC = re.compile(r"(snom[a-z0-9]{2,5})-[0-9a-f]{12}", re.IGNORECASE)
_BESIDE_MAC = re.compile(r"(.+)-[0-9a-f]{12}", re.IGNORECASE)
FOR_MAC = re.compile(r"\{mac\}|\$mac\b", re.IGNORECASE)
"""Where a phone puts its MAC into a URL (protocol 5.4, 6)."""
FOR_TYPE = re.compile(r"\{phone_type\}", re.IGNORECASE)
"""Where it puts what it is (protocol 5.4)."""
_FOR_NO_PHONE = ("other", "firmware")


@dataclass(kw_only=True)
class Served:
    """What one phone is served. files are in the order in which it reads them."""

    mac: str
    model: str | None = None
    """As names tell it."""
    files: list[SettingFile] = field(default_factory=list)


@dataclass(kw_only=True)
class Assignment:
    """The phones by their MAC, and names of files for notes."""

    phones: dict[str, Served] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    """Files that lists name and that are not there."""
    unread: list[str] = field(default_factory=list)
    """Setting files that no phone reads."""
    bases: list[str] = field(default_factory=list)
    """Setting files of DECT bases, which are no desk phones, by their names."""


def fill_in(url: str, mac: str, model: str | None) -> str:
    """A URL as a phone makes it of one for all. Without its model, its type stays a place to fill in."""
    known = find_model(model) if model else None
    filled = FOR_MAC.sub(mac, url)
    return FOR_TYPE.sub(known.image_prefix, filled) if known else filled


def assign(files: Iterable[SettingFile], models: Mapping[str, str] | None = None) -> Assignment:
    """Find out which phone reads which files. models are those that the inventory says, by MAC.

    Raises InputError where that can't be told.
    """
    known = _Known(files)
    own: dict[str, list[SettingFile]] = defaultdict(list)
    called = [name for name in known.by_name if _is_of_base(name)]
    base_macs = {mac_in_name(name) for name in called} - {None}
    bases = {name for name in known.by_name if name in called or mac_in_name(name) in base_macs}
    assignment = Assignment()
    read = {*bases}
    for file in known.by_name.values():
        if (mac := mac_in_name(file.name)) and file.kind in ("settings", "list") and file.name not in read:
            own[mac].append(file)
    for mac, candidates in sorted(own.items()):
        named = (_model_of(one.name) for one in candidates)
        model = (models or {}).get(mac) or next(filter(None, named), None)
        reader = _Reader(known, mac, model, assignment.missing)
        first = reader.first_of(candidates)
        served = Served(mac=mac, model=_model_of(first.name))
        for file in (*reader.model_file(first), first):
            served.files += reader.expand(file)
        read |= reader.read
        if model is None and any(_tells_base(file) for file in served.files):
            bases |= {name for name in reader.read if mac_in_name(name) == mac}
            bases |= {file.name for file in served.files if _tells_base(file)}
            continue
        assignment.phones[mac] = served
    unread = [file for file in known.by_name.values() if file.name not in read and file.kind not in _FOR_NO_PHONE]
    bases |= {file.name for file in unread if _tells_base(file)}
    assignment.bases = [name for name in known.by_name if name in bases]
    assignment.unread = [file.name for file in unread if file.name not in bases]
    return assignment


def mac_in_name(name: str) -> str | None:
    """The MAC that the name of a file tells, or else that of a folder that it is in."""
    for part in reversed(name.split(os.sep)):
        if mac := find_mac(part):
            return mac
    return None


def plain_name(url: str) -> str:
    """The name of the file at a URL or reference. Raises InputError for one that is a path, or hides one."""
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    if not name or name.startswith(".") or len(name) > 255 or any(sign in name for sign in "/\\\0"):
        raise InputError(
            f"{visible_line(url)[:80]!r} is listed as a file, but its name is none: it is empty, begins with a dot, or "
            "hides a path. Correct the list, or take it out of the folder."
        )
    return name


def _model_of(name: str) -> str | None:
    """The model that the name of a phone's file begins with, or the folder that it is in is called by."""
    for part in reversed(name.split(os.sep)):
        if model := find_model(part):
            return model.name
    return None


def _is_of_base(name: str) -> bool:
    """Whether a file is called as a DECT base asks for it: ``snomM700-0004130A0B0C`` with an ending."""
    agent = read_user_agent(os.path.basename(name))
    return agent is not None and agent.kind == DECT


def _tells_base(file: SettingFile) -> bool:
    """Whether a file has settings that only a DECT base knows: those of its handsets (phone 1.2)."""
    return any(setting.wire_name.startswith("subscr_") for setting in file.settings)


def _stem(name: str) -> str:
    return os.path.splitext(os.path.basename(name))[0]


class _Known:
    """The files by their names. Capitals don't count where a list or a phone names one."""

    def __init__(self, files: Iterable[SettingFile]) -> None:
        self.by_name = {file.name: file for file in files}
        self.lowered = {name.lower(): file for name, file in self.by_name.items()}
        self.by_base: dict[str, list[SettingFile]] = defaultdict(list)
        for name, file in self.by_name.items():
            self.by_base[os.path.basename(name).lower()].append(file)


class _Reader:
    """One phone among the files."""

    def __init__(self, known: _Known, mac: str, model: str | None, missing: set[str]) -> None:
        self._known = known
        self._mac = mac
        self._model = model
        self._missing = missing
        self.read: set[str] = set()

    def first_of(self, candidates: list[SettingFile]) -> SettingFile:
        """The file that the phone asks for: the one with its MAC that none of the others lists."""
        listed = {file.name for one in candidates for file in self._listed(one)}
        left = [one for one in candidates if one.name not in listed] or candidates
        said = [(one.settings, one.listed, one.phone_books) for one in left]
        if any(one != said[0] for one in said[1:]):
            names = ", ".join(visible_line(one.name) for one in left[:5])
            raise InputError(
                f"{names} are all for the phone {self._mac}, and say different things. Nothing tells which one it asks "
                "for: take the others out of the folder."
            )
        self.read |= {one.name for one in left}
        # Provisioner has the same under a name without a model, which has no file of the model before it.
        return next((one for one in left if _WITH_MAC.fullmatch(_stem(one.name))), left[0])

    def model_file(self, first: SettingFile) -> Iterator[SettingFile]:
        """The file of the phone's model, which it reads before, if the two have the names that phones ask for.

        A phone that is given a URL without its MAC asks for that file, and then for the same with its MAC behind.
        """
        if match := _BESIDE_MAC.fullmatch(_stem(first.name)):
            folder, ending = os.path.dirname(first.name), os.path.splitext(first.name)[1]
            file = self._known.lowered.get(os.path.join(folder, match[1] + ending).lower())
            if file is not None:
                yield file

    def expand(self, file: SettingFile, depth: int = 0) -> Iterator[SettingFile]:
        """The file, or what it lists, in order."""
        self.read.add(file.name)
        if file.kind != "list":
            yield file
            return
        if depth >= _DEEPEST:
            raise InputError(
                f"{visible_line(file.name)} is a list in a list, {_DEEPEST} deep or without an end. Take it out."
            )
        for one in self._listed(file, note=True):
            yield from self.expand(one, depth + 1)

    def _listed(self, file: SettingFile, note: bool = False) -> Iterator[SettingFile]:
        for listed in file.listed:
            url = fill_in(listed, self._mac, self._model)
            path, name = unquote(urlsplit(url).path), plain_name(url)
            found = self._find(name, path, file.name)
            if found:
                yield found
            elif note:
                self._missing.add(name)

    def _find(self, name: str, path: str, lister: str) -> SettingFile | None:
        found = self._known.by_base.get(name.lower(), [])
        if len(found) > 1:
            # The one whose folders are those of the URL, or that stands beside the list.
            beside = os.path.join(os.path.dirname(lister), name).lower()
            exact = [one for one in found if ("/" + path.lower()).endswith("/" + one.name.lower())]
            found = exact[:1] if len(exact) == 1 else [one for one in found if one.name.lower() == beside] or found
        if len(found) > 1:
            raise InputError(
                f"{visible_line(lister)} lists {visible_line(name)}, and there are {len(found)} files of that name. "
                "Leave the one in the folder that phones get."
            )
        return found[0] if found else None
