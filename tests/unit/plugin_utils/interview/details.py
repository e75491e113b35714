# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Personal details of each kind, and places in answers where they may stand."""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote

from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import Recorded
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import (
    exchange,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer

MAC = "000413922D24"
DETAILS = {
    "a name": "Annegret",
    "a name with an umlaut": "Jürgensen",
    "a short name": "Bo",
    "a name that is a tag": "Li",
    "a name that is a color": "Black",
    "a name that is a header": "Max",
    "a number with dots": "030.55.57.788",
    "a name of other letters": "Иванов",
    "a company": "Frobozz-Klinik",
    "a number": "4711",
    "a number with a country": "+49 170 5558899",
    "a number in brackets": "(030) 77-88-99",
    "an account": "k401@pbx.frobozz.de",
    "a host": "tel-01.frobozz.de",
    "a private address": "10.20.30.40",
    "an address of IPv6": "fe80::20c:29ff:fe3a:1",
    "the MAC address": "00:04:13:92:2D:24",
    "the MAC address bare": MAC.lower(),
    "the MAC address with dots": "0004.1392.2d24",
    "the end of the MAC address": "922D24",
    "another MAC address": "8c-85-90-1b-2c-3d",
    "a password": "gehe1mnis!",
    "a URL": "http://anna:pw1x@prov.frobozz.de/k/abc123def",
}

# What of a detail must not be found: each part that says something.
PARTS = {
    kind: [part for part in re.findall(r"[^\W_]{2,}", text) if len(part) > 2 or "name" in kind]
    for kind, text in DETAILS.items()
}
HARMLESS = {"http", "pbx", "prov", "fe80"}


def in_page(text: str) -> str:
    return f"<html><title>snom D785</title><table><tr><td>Name:</td><td>{html.escape(text)}</td></tr></table></html>"


def element(text: str) -> str:
    """The text as the name of an element."""
    return re.sub(r"[^\w.-]+", "_", text if text[0].isalpha() else f"x{text}")


PLACES = {
    "a cell": in_page,
    "an element": lambda text: f"<list><{element(text)} {element(text)}='1'/></list>",
    "an element of settings": lambda text: (
        f'<settings><phone-settings {element(text)}="on"><dst perm=""/><{element(text)} perm="">on</{element(text)}>'
        f"</phone-settings> {html.escape(text)} <!-- {html.escape(text)} --><{element(text)}/></settings>"
    ),
    "a line among settings": lambda text: (
        f"language$: Deutsch\n{text}\nvon {text} an\n# {text}\n{element(text)}.: on\n"
    ),
    "a title": lambda text: f"<title>{html.escape(text)}</title>",
    "a label": lambda text: f"<b>{html.escape(text)}:</b> 3",
    "a comment": lambda text: f"<!-- {text} -->",
    "a script": lambda text: f"<script>var user = {json.dumps(text)};</script>",
    "an attribute": lambda text: f'<input name="NUMBER" value="{html.escape(text)}">',
    "a link": lambda text: f'<a href="command.htm?number={quote(text)}">call</a>',
    "numbered letters": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "a screen": lambda text: f"State Idle (29)\r\n09:41\r\n{text}\r\n",
    "text settings": lambda text: f"language$: Deutsch\nuser_realname1: {text}\nfoo_bar!: {text}\n",
    "XML settings": lambda text: (
        f'<?xml version="1.0"?>\n<settings><user_realname idx="1" perm="">{html.escape(text)}</user_realname>'
        f'<fkey idx="0" label="{html.escape(text)}" perm="RW">blf {html.escape(text)}</fkey></settings>'
    ),
    "CDATA": lambda text: f'<settings><user_realname idx="1" perm=""><![CDATA[{text}]]></user_realname></settings>',
    "JSON": lambda text: json.dumps({"name": text}),
    "base64": lambda text: base64.b64encode(f"xx{text}xx".encode()).decode(),
    "garbage": lambda text: f"\x01\x02{text}\x7f",
}


def replacer() -> Replacer:
    return Replacer(macs=[MAC], secrets=["gehe1mnis!"], versions=["10.1.54.13"], model="D785")


def shown(page: str, head: str = "HTTP/1.1 200 Ok\r\nContent-Type: text/html") -> str:
    """All of a profile that comes of an answer, readable."""
    body = page.encode()
    data = f"{head}\r\nContent-Length: {len(body)}".encode() + b"\r\n\r\n" + body
    made = exchange(Recorded("/info.htm", False, 0.0, data), replacer())
    raw = "".join([*made["head"], *made["body"]]).encode("latin-1")
    return raw.decode("utf-8", "replace")


def leaks(text: str, kind: str) -> list[str]:
    decoded = html.unescape(text)
    parts = [part for part in PARTS[kind] if part.lower() not in HARMLESS]
    found = [
        part for part in parts if re.search(rf"{part}(?![a-z])" if len(part) < 3 else part, decoded, re.IGNORECASE)
    ]
    # Digits of a MAC address that are its maker's stay.
    return [part for part in found if not ("MAC" in kind and part in ("000413", "0004"))]
