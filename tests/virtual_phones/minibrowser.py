# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The silent documents of the XML minibrowser: conditions, callbacks, one fetch, fragments (xml 1, 2, 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from . import calls, firmware, screens
from .http_client import FetchError, fetch
from .settings import is_secret

if TYPE_CHECKING:
    from .phone import Phone

SILENT = ("snomipphonesilent", "ipphonesilent")
SILENT_FROM = (10, 1, 82, 0)  # xml 1.1
PRIVILEGED = ("set", "setcache", "toggleset", "reloadset", "flush", "clearcache", "action_ifc", "var_ifc")  # xml 3
MOST_DOCUMENTS = 5  # that follow each other [invented]
_CALLBACK = re.compile(r"\$\(([a-z_]+)(?::([^()$]*))?\)")
_OPERATION = re.compile(r"(.*?)(==|!=|>=|<=|>|<)(.*)", re.DOTALL)


async def run(phone: Phone, text: str, *, trusted: bool) -> None:
    """Run a document that came by NOTIFY or from a server. What is none, or is not silent, does nothing here."""
    for _unused in range(MOST_DOCUMENTS):
        try:
            root = ElementTree.fromstring(text)
        except ElementTree.ParseError as error:
            phone.note("document_broken", str(error))
            return
        if root.tag.lower() not in SILENT or firmware.version_order(phone.keys.firmware) < SILENT_FROM:
            # Shown, or not known: either way whoever sits there may notice it.
            phone.note("document_shown", root.tag)
            return
        url = chosen(phone, root)
        phone.note("document", url)
        if not url:
            return
        following = await follow(phone, url, trusted=trusted)
        if following is None:
            return
        text = following


async def open_url(phone: Phone, url: str) -> None:
    """Fetch a document, as minibrowser.htm asks for it, and run it."""
    text = await follow(phone, url, trusted=False)
    if text is not None:
        await run(phone, text, trusted=False)


def chosen(phone: Phone, root: Element) -> str | None:
    """The URL of the first fetch whose conditions hold, with its callbacks evaluated or not, which nobody knows."""
    took_branch = False
    for item in root:
        tag = item.tag.lower()
        if tag == "fetch":
            return fetched(phone, item)
        if tag == "if":
            took_branch = False
        if tag not in ("if", "elif", "else") or (tag != "if" and took_branch):
            continue
        if tag == "else" or holds(phone, item.get("condition", "")):
            took_branch = True
            inner = next((one for one in item if one.tag.lower() == "fetch"), None)
            if inner is not None:
                return fetched(phone, inner)
    return None


def fetched(phone: Phone, item: Element) -> str:
    text = (item.text or "").strip()
    return evaluated(phone, text) if phone.keys.minibrowser.callbacks_in_fetch else text


def holds(phone: Phone, condition: str) -> bool:
    """Whether a condition holds. Texts are compared as they are, numbers as numbers (xml 1.3)."""
    if phone.keys.minibrowser.conditions == "always_true":
        return True
    text = evaluated(phone, condition) if phone.keys.minibrowser.conditions == "evaluated" else condition
    negated = text.startswith("!")
    found = _OPERATION.fullmatch(text.removeprefix("!"))
    if not found:
        return (text.removeprefix("!") not in ("", "0", "false")) != negated
    left, operator, right = found.groups()
    if left.strip().isdigit() and right.strip().isdigit():
        one, other = int(left), int(right)
        results = {"==": one == other, "!=": one != other, ">": one > other, "<": one < other}
        results |= {">=": one >= other, "<=": one <= other}
    else:
        results = {"==": left == right, "!=": left != right}
    return results.get(operator, False) != negated


def evaluated(phone: Phone, text: str) -> str:
    """The text with its callbacks replaced, from the inside out. An unknown one stays as it is [invented]."""
    while (replaced := _CALLBACK.sub(lambda found: callback(phone, found[0], found[1], found[2]), text)) != text:
        text = replaced
    return text


def callback(phone: Phone, whole: str, name: str, argument: str | None) -> str:
    """One callback (xml 2)."""
    if name == "phone_state":
        # Idle is documented; the other names are unknown, so they are invented.
        return "Idle" if not phone.legs else {"in_call": "Connected"}.get(phone.call_state, phone.call_state.title())
    if name == "lines":
        states = {"connected": "in_call", "ringing": "ringing", "calling": "calling", "holding": "holding"}
        wanted = states.get(argument or "")
        return str(sum(argument is None or leg.state == wanted for leg in phone.legs))
    if name == "set" and argument:
        own = {"mac": phone.keys.mac, "ip_adr": phone.keys.address, "phone_type": f"snom{phone.keys.model}"}
        own["firmware_version"] = f"snom{firmware.image_model(phone.keys.model)}-SIP {phone.keys.firmware}"
        setting = re.sub(r"[\[\] ]", "", argument)
        return "" if is_secret(setting) else own.get(setting, phone.settings[setting])
    if name == "urlencode":
        return quote(argument or "", safe="").replace("%2F", "%2f")
    return whole


async def follow(phone: Phone, url: str, *, trusted: bool) -> str | None:
    """Fetch a URL and apply its fragment; the document that it leads to, if it leads to one."""
    before, _hash, fragment = url.partition("#")
    document = None
    if before.startswith(("http://", "https://")):
        try:
            content = await fetch(before, user_agent=phone.http_agent, source=phone.keys.address)
        except FetchError as error:
            phone.note("document_failed", str(error), target=before)
        else:
            document = content.decode("utf-8", "replace") or None
    for part in filter(None, fragment.split("&")):
        apply(phone, unquote(part), trusted=trusted)
    return document


def apply(phone: Phone, fragment: str, *, trusted: bool) -> None:
    """One fragment (xml 3). What nobody has seen working is noted, and does what Snom's text says."""
    name, _equals, value = fragment.partition("=")
    kind, _colon, setting = name.partition(":")
    phone.note("fragment", fragment[:120])
    if kind in PRIVILEGED and not trusted:
        phone.note("fragment_refused", kind)
    elif kind == "set":
        phone.settings.write(setting, value)
    elif kind == "key":
        screens.press(phone, value)
    elif kind == "numberdial":
        calls.dial(phone, value, None)
    elif kind == "reboot":
        # Snom's sentence can be read so that yes resets, too. Here it does: the worst for its owner.
        phone.reboot(factory_reset=value in ("yes", "reset"))
    elif kind == "reregister":
        phone.set_registered(int(value or 0) + 1, True)
    elif kind == "unregister":
        lines = range(1, len(phone.identities) + 1) if value == "-1" else [int(value or 0) + 1]
        for line in lines:
            phone.set_registered(line, False)
    elif kind == "calllistclear":
        for one in ("missed", "dialed", "received"):
            if value.lower() in (one, "maxcalllists"):
                phone.lists[one].clear()
