# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``sources``: which sources there are, and how each is read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.given import boolean_in, seconds_in
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import OPTION, parse_pbx
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.dnsmasq import read_dnsmasq
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.isc_dhcpd import read_isc_dhcpd
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_control import KeaControl, read_kea_control
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_file import read_kea_file
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.merge import Sites
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.mirror_log import read_mirror_log
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.registrations import read_registrations
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import Statements
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.table import Table, is_field, read_table

PBX_KINDS = ("asterisk", "freeswitch", "kamailio")
KINDS = (*PBX_KINDS, "kea", "isc_dhcpd", "dnsmasq", "mirror_log", "csv")

KEA_PASSWORD_VARIABLE = "SNOM_KEA_PASSWORD"
"""The environment variable that gives the password of Kea's control API where the source does not."""

_MAX_SOURCES = 100
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}", re.ASCII)
_PREFIX = re.compile(r"[0-9A-F]{6,12}")
_OWN = {
    "kea": {"path", "url", "username", "password", "validate_certs", "ca_path", "timeout"},
    "isc_dhcpd": {"path"},
    "dnsmasq": {"path"},
    "mirror_log": {"paths"},
    "csv": {"path", "columns", "separator", "encoding"},
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source that can be read."""

    name: str
    read: Callable[[tuple[str, ...], float], Statements]
    """Takes the prefixes of phones' MAC addresses and the time in seconds since the epoch. Raises SourceFailed, and
    InputError where the option and not the source is at fault."""


def parse_sources(value: object, folder: str) -> list[Source]:
    """Read the option. Paths count from folder. Raises InputError that names source and remedy, without values."""
    if not isinstance(value, (list, tuple)) or not value:
        raise InputError(
            "sources is missing. Give a list, for example [{kind: kea, path: /var/lib/kea/kea-leases4.csv}]."
        )
    if len(value) > _MAX_SOURCES:
        raise InputError(f"sources has more than {_MAX_SOURCES} entries.")
    found: dict[str, Source] = {}
    for number, one in enumerate(value, start=1):
        given = {str(name): value for name, value in one.items() if value is not None} if _is_mapping(one) else {}
        kind = str(given.pop("kind", ""))
        if kind not in KINDS:
            raise InputError(f"sources: entry {number} names no kind. Choose one of {', '.join(KINDS)}.")
        name = str(given.pop("name", kind))
        if not _NAME.fullmatch(name):
            raise InputError(f"sources: entry {number} has a name that is none. Use letters, digits and underscores.")
        if name in found:
            raise InputError(f"sources: two are called {name}. Give each a name: {{kind: {kind}, name: ...}}.")
        try:
            found[name] = Source(name=name, read=_reader(kind, given, folder))
        except InputError as error:
            # What reads the mapping of a PBX knows it by the name of a variable.
            raise InputError(f"sources: {name}: {error.reason.replace(OPTION, 'it', 1)}") from None
    return list(found.values())


def parse_sites(value: object) -> Sites:
    """Read the option sites, the site of each network. The narrowest network comes first. Raises InputError."""
    if value is None:
        return []
    if not isinstance(value, Mapping):
        raise InputError("sites must be a mapping from networks to sites, for example {192.0.2.0/24: berlin}.")
    found = [(_network(str(network)), str(site)) for network, site in value.items()]
    return sorted(found, key=lambda one: -one[0].prefixlen)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise InputError(
            f"sites: {visible_line(text[:60])!r} is no network. Write its first address and its size: 192.0.2.0/24."
        ) from None


def parse_prefixes(value: object) -> tuple[str, ...]:
    """Read the option mac_prefixes, beside those that are known. Raises InputError."""
    if value is None:
        return PREFIXES
    if not isinstance(value, (list, tuple)):
        raise InputError("mac_prefixes must be a list, for example ['00:04:13'].")
    found = [re.sub("[:.-]", "", str(one)).upper() for one in value]
    if wrong := [str(one) for one, bare in zip(value, found, strict=True) if not _PREFIX.fullmatch(bare)]:
        raise InputError(
            f"mac_prefixes: {visible_line(wrong[0][:40])!r} is none. Give at least three bytes, in quotes: '00:04:13'."
        )
    return (*PREFIXES, *found)


def _reader(kind: str, given: dict[str, Any], folder: str) -> Callable[[tuple[str, ...], float], Statements]:
    if kind in PBX_KINDS:
        if "ca_path" in given:
            given["ca_path"] = _path(given, "ca_path", folder)
        settings = parse_pbx({"kind": kind, **given})
        if settings is None:
            raise AssertionError("a mapping with a kind is one")
        return lambda prefixes, now: read_registrations(settings, prefixes)
    if unknown := sorted(given.keys() - _OWN[kind]):
        raise InputError(f"it has no {visible_line(unknown[0][:40])!r}. It knows {', '.join(sorted(_OWN[kind]))}.")
    if kind == "mirror_log":
        paths = given.get("paths", ["/var/log/snom-mirror/access.log*"])
        if not isinstance(paths, (list, tuple)) or not paths:
            raise InputError("paths must be a list of files.")
        where = [_absolute(str(path), folder) for path in paths]
        return lambda prefixes, now: read_mirror_log(where, prefixes)
    if kind == "kea" and "url" in given:
        control = _kea_control(given, folder)
        return partial(read_kea_control, control)
    if kind == "csv":
        table = _table(given, folder)
        return lambda prefixes, now: read_table(table, prefixes)
    if extra := sorted(given.keys() - {"path"}):
        raise InputError(f"{extra[0]} goes with url only. Give url instead of path, or leave it away.")
    read = {"kea": read_kea_file, "isc_dhcpd": read_isc_dhcpd, "dnsmasq": read_dnsmasq}[kind]
    return partial(read, _path(given, "path", folder))


def _kea_control(given: Mapping[str, Any], folder: str) -> KeaControl:
    if "path" in given:
        raise InputError("give path or url, not both.")
    url = str(given["url"])
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or parts.username is not None or parts.query or parts.fragment:
        raise InputError(
            "url must be that of the control API, as in https://kea.example:8000/, with the login in username and "
            "password and not in it."
        )
    timeout = seconds_in(given.get("timeout", 10))
    if timeout is None:
        raise InputError("timeout must be a number of seconds above 0, and at most two weeks.")
    certs = boolean_in(given.get("validate_certs", True))
    if certs is None:
        raise InputError("validate_certs must be true or false.")
    password = given.get("password") or os.environ.get(KEA_PASSWORD_VARIABLE)
    return KeaControl(
        url=url,
        username=str(given["username"]) if "username" in given else None,
        password=None if password is None else str(password),
        validate_certs=certs,
        ca_path=_path(given, "ca_path", folder) if "ca_path" in given else None,
        timeout=timeout,
    )


def _table(given: Mapping[str, Any], folder: str) -> Table:
    columns = given.get("columns", {})
    if not _is_mapping(columns):
        raise InputError("columns must be a mapping, for example {mac: MAC-Adresse, site: Standort}.")
    if wrong := [str(name) for name in columns if not is_field(str(name))]:
        raise InputError(
            f"columns: {visible_line(wrong[0][:40])!r} is no name. Use lower-case letters, digits and underscores."
        )
    separator = str(given["separator"]) if "separator" in given else None
    if separator is not None and (len(separator) != 1 or separator in '"\r\n\0'):
        raise InputError('separator must be one character, for example ";", or "\\t" in double quotes.')
    return Table(
        path=_path(given, "path", folder),
        columns={str(name): str(heading) for name, heading in columns.items()},
        separator=separator,
        encoding=str(given["encoding"]) if "encoding" in given else None,
    )


def _path(given: Mapping[str, Any], name: str, folder: str) -> str:
    path = given.get(name)
    if not path or not isinstance(path, str):
        raise InputError(f"{name} is missing. Give the file.")
    return _absolute(path, folder)


def _absolute(path: str, folder: str) -> str:
    return os.path.join(folder, os.path.expanduser(path))


def _is_mapping(value: object) -> Any:
    return isinstance(value, Mapping)
