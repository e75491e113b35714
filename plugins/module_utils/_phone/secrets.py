# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone's parameters hold that no output may show."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from .._core.visible import visible_line
from .._known.masks import MASK, secret_values
from .connection import CONNECTION_ARGUMENTS

# Under these names it is no secret, and of no use with a part masked, as passwords such as 1234 or phone would have it.
_WHOLE = re.compile(r"cert_fingerprint [0-9a-f]{64}|mac(?:_after)? [0-9A-Fa-f]{12}|outcome [a-z_]{2,20}")
_ENCODED = re.compile("%..")


def scrub(value: Any, parameters: Mapping[str, Any]) -> Any:
    """The plain value without the secrets among the parameters, in any form in which they travel."""
    forms = _secret_forms(parameters)
    return _without(value, forms) if forms else value


def _secret_forms(parameters: Mapping[str, Any]) -> list[str]:
    """Every spelling of every secret, longest first, so that no shorter one leaves a rest of it behind."""
    # "public" is what SNMP agents answer to out of the box, and "on" and "off" are what half of all settings are: no
    # secrets, but words that texts need.
    secrets = {
        *(str(parameters.get(name) or "") for name, argument in CONNECTION_ARGUMENTS.items() if argument.get("no_log")),
        *secret_values(parameters.get("settings")),
        *secret_values(parameters.get("secret_settings"), all_secret=True),
        # Those of a PBX and a mirror.
        *(str(one.get("password") or "") for one in parameters.values() if isinstance(one, dict)),
    } - {"", "public", "on", "off"}
    forms: set[str] = set()
    for text in secrets:
        raw = text.encode(errors="surrogateescape")
        encoded = {quote(raw), quote(raw, safe=""), quote_plus(raw)}
        encoded |= {_ENCODED.sub(lambda sign: sign[0].lower(), form) for form in encoded}
        encoded |= {html.escape(text), html.escape(text, quote=False)}
        forms |= {text, repr(text)[1:-1], visible_line(text), *encoded, *(form.replace("%", "%25") for form in encoded)}
    if parameters.get("password"):
        login = f"{parameters.get('username') or ''}:{parameters['password']}"
        sent = (login.encode(errors="surrogateescape"), login.encode("latin-1", "replace"))
        forms |= {base64.b64encode(one).decode() for one in sent}
    return sorted(forms, key=len, reverse=True)


def _without(value: Any, forms: list[str], name: str = "") -> Any:
    if isinstance(value, str):
        for form in () if _WHOLE.fullmatch(f"{name} {value}") else forms:
            value = value.replace(form, MASK)
        return value
    if isinstance(value, list):
        return [_without(item, forms) for item in value]
    if isinstance(value, dict):
        return {key: _without(item, forms, key) for key, item in value.items()}
    return value
