# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documents of the XML minibrowser: conditions, callbacks, one fetch, fragments (xml 1, 2, 3). None is drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from . import firmware, screens
from .http_client import FetchError, fetch
from .settings import is_secret

if TYPE_CHECKING:
    from .phone import Phone

SILENT = ("snomipphonesilent", "ipphonesilent")
SILENT_FROM = (10, 1, 82, 0)  # xml 1.1
VISIBLE = re.compile(r"(snom)?ipphone(text|menu|input|directory|image|imagefile|batch)")
CALLBACKS_FROM = (8, 7)  # of documents that are shown: earlier ones are unproven (xml 5)
SCHEME_FROM = (8, 4, 32)  # minibrowser.htm wants one from here on, and none before (xml 4)
# Those that need a trusted host (xml 0).
PRIVILEGED = {"set", "setcache", "toggleset", "reloadset", "flush", "clearcache", "next_edit_mode"} | {
    "action_ifc",
    "var_ifc",
}
MOST_DOCUMENTS = 5  # that follow each other [invented]
_CALLBACK = re.compile(r"\$\(([a-z_]+)(?::([^()$]*))?\)")
_UNQUOTED = re.compile(r"(<\w+[^<>\"']*?\s\w+)=(\w+)(?=[\s/>])")  # the vendor's own pages have mil=10
_OPERATION = re.compile(r"(.*?)(==|!=|>=|<=|>|<)(.*)", re.DOTALL)


async def run(phone: Phone, text: str, *, trusted: bool, notified: bool = False) -> None:
    """Run a document, and those that follow. trusted: that host may do everything; notified: it came by NOTIFY."""
    for _unused in range(MOST_DOCUMENTS):
        try:
            root = ElementTree.fromstring(_UNQUOTED.sub(r'\1="\2"', text))
        except ElementTree.ParseError as error:
            phone.note("document_broken", str(error))
            return
        page = Page(phone, root, trusted=trusted, notified=notified)
        if not page.silent:
            # Shown, or not known: either way whoever sits there may notice it.
            phone.note("document_shown", root.tag)
            if not page.runs_though_shown:
                return
        url = chosen(page, root)
        phone.note("document", url)
        following = await follow(page, url) if url else None
        if following is None:
            return
        text, trusted, notified = following, trusts(phone, url or ""), False


async def open_url(phone: Phone, url: str) -> None:
    """Fetch a document, as minibrowser.htm asks for it, and run it."""
    if firmware.version_order(phone.keys.firmware) < SCHEME_FROM:
        url = f"http://{url}"
    page = Page(phone, ElementTree.Element(SILENT[0]), trusted=False, notified=False)
    text = await follow(page, url, opens=True)
    if text is not None:
        await run(phone, text, trusted=trusts(phone, url))


def trusts(phone: Phone, url: str) -> bool:
    """Whether the host of a URL is a trusted one: names and addresses, without scheme and port (xml 3)."""
    return urlsplit(url).hostname in phone.settings["mb_trusted_hosts"].split()


class Page:
    """A document on a phone."""

    def __init__(self, phone: Phone, root: Element, *, trusted: bool, notified: bool) -> None:
        self.phone = phone
        self.trusted = trusted
        self.notified = notified
        tag, version = root.tag.lower(), firmware.version_order(phone.keys.firmware)
        self.silent = tag in SILENT and version >= SILENT_FROM
        self.runs_though_shown = bool(VISIBLE.fullmatch(tag)) and version >= CALLBACKS_FROM
        self.relevant = root.get("state") == "relevant"


def chosen(page: Page, root: Element) -> str | None:
    """The URL of the first fetch whose conditions hold, with its callbacks evaluated or not, which nobody knows."""
    took_branch = False
    for item in root:
        tag = item.tag.lower()
        if tag == "fetch":
            return fetched(page, item)
        if tag == "if":
            took_branch = False
        if tag not in ("if", "elif", "else") or (tag != "if" and took_branch):
            continue
        if tag == "else" or holds(page, item.get("condition", "")):
            took_branch = True
            inner = next((one for one in item if one.tag.lower() == "fetch"), None)
            if inner is not None:
                return fetched(page, inner)
    return None


def fetched(page: Page, item: Element) -> str:
    text = (item.text or "").strip()
    return evaluated(page, text) if page.phone.keys.minibrowser.callbacks_in_fetch else text


def holds(page: Page, condition: str) -> bool:
    """Whether a condition holds. Texts are compared as they are, numbers as numbers (xml 1.3)."""
    if page.phone.keys.minibrowser.conditions == "always_true":
        return True
    text = evaluated(page, condition) if page.phone.keys.minibrowser.conditions == "evaluated" else condition
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


def evaluated(page: Page, text: str) -> str:
    """The text with its callbacks replaced, from the inside out. An unknown one stays as it is [invented]."""
    while (replaced := _CALLBACK.sub(lambda found: callback(page, found[0], found[1], found[2]), text)) != text:
        text = replaced
    return text


def callback(page: Page, whole: str, name: str, argument: str | None) -> str:
    """One callback (xml 2)."""
    phone, legs = page.phone, page.phone.legs
    match name, argument:
        case "phone_state", None:
            if not page.silent:
                return "Minibrowser"
            # Idle is documented; the other names are unknown, so they are invented.
            return "Idle" if not legs else {"in_call": "Connected"}.get(phone.call_state, phone.call_state.title())
        case "lines", _:
            states = {"connected": "in_call", "ringing": "ringing", "calling": "calling", "holding": "holding"}
            return str(sum(argument is None or leg.state == states.get(argument) for leg in legs))
        case "set", str():
            own = {"mac": phone.keys.mac, "ip_adr": phone.keys.address, "phone_type": f"snom{phone.keys.model}"}
            own["firmware_version"] = f"snom{firmware.image_model(phone.keys.model)}-SIP {phone.keys.firmware}"
            setting = re.sub(r"[\[\] ]", "", argument)
            return "" if is_secret(setting) else own.get(setting, phone.settings[setting])
        case "urlencode", str():
            return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(argument, safe=""))
        case "empty", _:
            return "1" if not argument else "0"
        case "condition", str():
            return "1" if holds(page, argument) else "0"
        case "current_line", None:
            return phone.settings["active_line"]
        case "max_registrations", None:
            return "12"
    return whole


async def follow(page: Page, url: str, *, opens: bool = False) -> str | None:
    """Fetch a URL and apply its fragment; the document that it leads to, if the phone runs it.

    What becomes of a document that a silent one leads to is unknown (xml 1.4), so it is a key. opens: the phone was
    told to open this URL.
    """
    phone = page.phone
    keys = phone.keys.minibrowser
    before, _hash, fragment = url.partition("#")
    document = None
    if before.startswith(("http://", "https://")):
        if page.silent and not opens and not keys.silent_fetches_http:
            phone.note("document_refused", before)
            return None
        try:
            content = await fetch(before, user_agent=phone.http_agent, source=phone.keys.address)
        except FetchError as error:
            phone.note("document_failed", str(error), target=before)
        else:
            document = content.decode("utf-8", "replace") or None
    for part in filter(None, fragment.split("&")):
        apply(page, unquote(part))
    if document and page.silent and not opens and keys.silent_answer != "run":
        if keys.silent_answer == "shown":
            phone.note("document_shown", "answer")
        return None
    return document


def apply(page: Page, fragment: str) -> None:
    """One fragment (xml 3). What nobody has seen working is noted, and does what Snom's text says or a key."""
    phone, keys = page.phone, page.phone.keys.minibrowser
    name, equals, value = fragment.partition("=")
    kind, colon, setting = name.partition(":")
    phone.note("fragment", fragment[:120])
    if kind in PRIVILEGED and not page.trusted:
        phone.note("fragment_refused", kind)
        return
    match kind:
        case "set" | "setcache" | "toggleset" if not colon or (page.notified and keys.set_by_notify == "ignored"):
            phone.note("fragment_ignored", kind)
        case "set":
            phone.settings.write(setting, value)
        case "setcache":
            phone.cached_settings[setting] = value
        case "flush":
            for setting, value in phone.cached_settings.items():
                phone.settings.write(setting, value)
            phone.cached_settings.clear()
        case "clearcache":
            phone.cached_settings.clear()
        case "toggleset":
            phone.settings.write(setting, "off" if phone.settings.on(setting) else "on")
        case "reloadset":
            phone.synchronize()
        case "key" if page.silent and keys.keys_need_relevant and not page.relevant:
            phone.note("fragment_ignored", kind)
        case "key":
            screens.press(phone, screens.SOFT_KEYS.get(value, value))
        case "numberdial":
            screens.enter_number(phone, value)
        case "reboot" if not equals and keys.reboot == "asks":
            phone.note("asks_user", "reboot")
        case "reboot":
            # Snom's sentence can be read so that yes resets, too: the worst for its owner.
            phone.reboot(factory_reset=value == "reset" or (value == "yes" and keys.reboot_yes == "resets"))
        case "reregister":
            phone.set_registered(int(value or 0) + 1, True)
        case "unregister":
            unregister(phone, value)
        case "calllistclear":
            for one in screens.LISTS:
                if value.lower() in (one, "maxcalllists"):
                    phone.lists[one].clear()


def unregister(phone: Phone, value: str) -> None:
    """Log off an identity from 0 on, the first one if none is named, or all; perhaps for good (xml 3)."""
    lines = range(1, len(phone.identities) + 1) if value == "-1" else [int(value or 0) + 1]
    for line in lines:
        phone.set_registered(line, False)
        if phone.keys.minibrowser.unregister == "removes":
            phone.settings.force({f"user_name{line}": "", f"user_active{line}": "off"})
            phone.note("identity_removed", str(line))
