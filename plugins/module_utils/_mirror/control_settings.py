# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How to reach a mirror's control: the mapping ``snom_mirror_control``."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .._core.errors import InputError
from .._core.given import boolean_in, seconds_in
from .._known.images import check_url

OPTION = "snom_mirror_control"
PASSWORD_VARIABLE = "SNOM_MIRROR_PASSWORD"
"""The environment variable that gives the password where the mapping does not."""

_EXAMPLE = "for example {url: 'https://mirror.example', username: ansible, password: '{{ vault_snom_mirror }}'}"


@dataclass(frozen=True, kw_only=True)
class ControlSettings:
    """How to reach a mirror's control."""

    url: str
    username: str
    password: str = field(repr=False)
    ca_path: str | None = None
    validate_certs: bool = True
    timeout: float = 30.0
    """Seconds for one request with its whole answer."""


def parse_control(value: object) -> ControlSettings | None:
    """Read the mapping ``snom_mirror_control``. None for nothing.

    Raises InputError that names option and remedy, without values.
    """
    if value in (None, "", {}):
        return None
    if not isinstance(value, Mapping):
        raise wrong("must be a mapping", _EXAMPLE)
    unknown = sorted(str(name) for name in value if name not in ControlSettings.__dataclass_fields__)
    if unknown:
        raise wrong(f"has no {unknown[0]!r}", f"It knows {', '.join(ControlSettings.__dataclass_fields__)}")
    given: dict[str, Any] = {str(name): one for name, one in value.items() if one is not None}
    given.setdefault("password", os.environ.get(PASSWORD_VARIABLE))
    url = _checked_url(str(given.get("url", "")))
    username, password = (str(given.get(name) or "") for name in ("username", "password"))
    for name, one in (("username", username), ("password", password)):
        if not one or not one.isprintable():
            raise wrong(
                f"lacks a usable {name}",
                f"Give that of the role firmware_mirror; {PASSWORD_VARIABLE} in the environment may hold the password",
            )
    if ":" in username:
        raise wrong("has a username with a colon", "HTTP has no such names")
    found: dict[str, Any] = {}
    if "ca_path" in given:
        found["ca_path"] = str(given["ca_path"])
    if "validate_certs" in given:
        found["validate_certs"] = boolean_in(given["validate_certs"])
        if found["validate_certs"] is None:
            raise wrong("has validate_certs with another value than true or false", "Give one of these")
    if "timeout" in given:
        found["timeout"] = seconds_in(given["timeout"])
        if found["timeout"] is None:
            raise wrong("has a timeout that is none", "Give a number of seconds above 0")
    return ControlSettings(url=url, username=username, password=password, **found)


def _checked_url(url: str) -> str:
    try:
        check_url(url)
    except InputError:
        raise wrong(
            "has no usable url", "Give the mirror's, without login and path, as in https://mirror.example"
        ) from None
    parts = urlsplit(url)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise wrong("has a url with a path", "Give it without, as in https://mirror.example")
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise wrong("has a url with http", "The login would travel in the clear. Use https")
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def wrong(what: str, remedy: str) -> InputError:
    """What is the matter with the mapping, and what to do: the end of a sentence, and one without its stop."""
    return InputError(f"{OPTION} {what}. {remedy}.")
