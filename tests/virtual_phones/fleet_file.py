# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a fleet file, and say in one sentence what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from .keys import ImageServerKeys, PhoneKeys, count, read

TOP = {"phones", "defaults", "image_server", "log_size"}
LOG_SIZE = 200_000  # entries; about 400 bytes each


class BadFleet(Exception):
    """The fleet file is wrong; the text is a sentence."""


@dataclass(frozen=True)
class FleetFile:
    phones: tuple[PhoneKeys, ...]
    image_server: ImageServerKeys | None
    log_size: int


def load(path: str) -> FleetFile:
    """Read a fleet file. Raises BadFleet."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster, where libyaml is there
    try:
        raw = yaml.load(Path(path).read_text(encoding="utf-8"), loader)
    except OSError as error:
        raise BadFleet(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadFleet(f"{path} is not UTF-8 text.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise BadFleet(f"{path} is not YAML{where}: {getattr(error, 'problem', None) or 'unreadable'}.") from None
    try:
        return parse(raw)
    except ValueError as error:
        raise BadFleet(f"{path}: {error}.") from None


def parse(raw: object) -> FleetFile:
    """Read the content of a fleet file. Raises ValueError."""
    if not isinstance(raw, dict) or not isinstance(raw.get("phones"), list):
        raise ValueError("there must be a mapping with a list 'phones'")
    if unknown := sorted(map(str, raw.keys() - TOP)):
        raise ValueError(f"unknown key {unknown[0]}; there are {', '.join(sorted(TOP))}")
    defaults = raw.get("defaults") or {}
    if not isinstance(defaults, dict):
        raise ValueError("defaults must be a mapping")
    images = raw.get("image_server")
    try:
        server = None if images is None else read(ImageServerKeys, images)
        log_size = count(raw.get("log_size", LOG_SIZE))
    except ValueError as error:
        raise ValueError(f"image_server or log_size: {error}") from None
    phones = tuple(_phone(number, entry, defaults) for number, entry in enumerate(raw["phones"], 1))
    return FleetFile(_named(phones), server, log_size)


def _phone(number: int, entry: object, defaults: dict[Any, Any]) -> PhoneKeys:
    name = entry.get("name") if isinstance(entry, dict) else None
    where = f"phone {number}" + (f" ({name})" if name else "")
    if not isinstance(entry, dict):
        raise ValueError(f"{where} must be a mapping")
    merged = {**defaults, **entry}
    for key, value in defaults.items():
        if isinstance(value, dict) and isinstance(entry.get(key), dict):
            merged[key] = {**value, **entry[key]}
    try:
        keys = read(PhoneKeys, merged)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    if keys.http_port and not keys.tls:
        raise ValueError(f"{where}: http_port is the plain door of a phone with tls: true")
    if keys.auth in ("basic", "digest") and keys.password is None:
        raise ValueError(f"{where}: auth {keys.auth} needs a password")
    keys.port = keys.port or (443 if keys.tls else 80)
    return keys


def _named(phones: tuple[PhoneKeys, ...]) -> tuple[PhoneKeys, ...]:
    """Give names and MACs to the phones that have none, and see that no name and no socket is taken twice."""
    named: dict[str, PhoneKeys] = {}
    sockets: dict[tuple[str, int], str] = {}
    macs = {keys.mac for keys in phones}
    for number, keys in enumerate(phones, 1):
        name = keys.name or (keys.address if keys.address not in named else f"{keys.address}:{keys.port}")
        if name in named:
            raise ValueError(f"two phones are called {name}")
        for port in filter(None, (keys.port, keys.http_port, keys.old_server_port)):
            other = sockets.setdefault((keys.address, port), name)
            if other != name:
                raise ValueError(f"{other} and {name} have the same address and port {keys.address}:{port}")
        mac = keys.mac
        if not mac:
            # Snom's two prefixes (protocol 4.4), and the address: the same in each run.
            mac = "000413" + "".join(f"{int(part):02X}" for part in keys.address.split(".")[1:])
            if mac in macs:
                mac = f"1C7126{number:06X}"
            macs.add(mac)
        named[name] = replace(keys, name=name, mac=mac)
    return tuple(named.values())
