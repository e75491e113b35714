# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone does with its setting server at each boot: fetch files, follow containers, apply them (protocol 5.4)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from . import firmware
from .http_client import FetchError, fetch

if TYPE_CHECKING:
    from .phone import Phone

PHONE_BOOK = ("tbook", "phone-book")  # the page on the tag names both


async def fetch_settings(phone: Phone) -> set[str]:
    """Fetch and apply what the setting server has, and return the names of the settings that have another value now.

    A file that is missing or broken is left out as a whole. With ``never_update`` no file is fetched at all, and with
    TR-069 on there is no normal provisioning (sip 2.1).
    """
    server = phone.settings["setting_server"]
    if not server or phone.settings["update_policy"] == "never_update" or phone.settings.on("tr69_use_acs"):
        return set()
    changed: set[str] = set()
    for url in first_urls(phone, server):
        async for root in files(phone, url):
            changed |= apply(phone, root)
    if any(name.startswith("user_") for name in changed):
        phone.keys.identities = identities(phone)
    phone.note("provisioned", f"{len(changed)} settings changed")
    return changed


def first_urls(phone: Phone, server: str) -> list[str]:
    """What is asked for first: the file of the model and that of the phone, or the URL itself if it has {mac}.

    Which of the two is for which URL is inferred from public set-ups, which have either.
    """
    if "{mac}" in server:
        return [server]
    if phone.settings["phone_type"]:
        return [f"{server.rstrip('/')}/.htm-{phone.url_mac}"]  # as others saw it with that among the settings (sip 2.1)
    base = f"{server.rstrip('/')}/snom{firmware.image_model(phone.keys.model)}"
    return [f"{base}.htm", f"{base}-{phone.url_mac}.htm"]


async def files(phone: Phone, url: str) -> AsyncIterator[Element]:
    """Yield the content of a file, or that of the files which it lists. A list in a list is not followed [invented]."""
    root = await get_xml(phone, url)
    if root is None:
        return
    if root.tag != "setting-files":
        yield root
        return
    for entry in root.iter("file"):
        listed = await get_xml(phone, entry.get("url", ""))
        if listed is not None:
            yield listed


async def get_xml(phone: Phone, url: str) -> Element | None:
    """Fetch one file with the phone's User-Agent (4.4), and log how that went."""
    url = url.replace("{mac}", phone.url_mac)
    try:
        content = await fetch(url, user_agent=phone.http_agent, source=phone.keys.address)
    except FetchError as error:
        phone.note("provisioning_get", str(error), target=url, status=error.status)
        return None
    phone.note("provisioning_get", target=url, status=200)
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        phone.note("provisioning_failed", f"broken XML: {error}", target=url)
        return None


def apply(phone: Phone, root: Element) -> set[str]:
    """Write what a file says to flash, and return the names of the settings that have another value now.

    Firmware in a container is ignored: it must not be listed there (3.3).
    """
    if root.tag in PHONE_BOOK:
        read_phone_book(phone, root)
        return set()
    if root.tag != "settings":
        phone.note("provisioning_failed", f"a file of {root.tag}")
        return set()
    changed = set()
    for section in root:
        if section.tag in PHONE_BOOK:
            read_phone_book(phone, section)
        elif section.tag in ("phone-settings", "functionKeys"):
            changed |= {name for item in section for name in write(phone, item)}
    return changed


def write(phone: Phone, item: Element) -> list[str]:
    """Write one setting: a number is the attribute idx in XML, and glued to the name elsewhere (5.1)."""
    index, perm = item.get("idx", ""), item.get("perm", "")
    values = {item.tag + index: item.text or ""}
    if item.tag == "fkey" and "label" in item.attrib:
        values[f"fkey_label{index}"] = item.attrib["label"]
    return [name for name, value in values.items() if phone.settings.provision(name, value, perm)]


def read_phone_book(phone: Phone, book: Element) -> None:
    """Take over a phone book; one that says complete="true" replaces what was there, others go by numbers."""
    if book.get("complete") == "true":
        phone.phone_book.clear()
    for item in book.iter("item"):
        phone.phone_book[item.findtext("number", "")] = item.findtext("name", "")


def identities(phone: Phone) -> tuple[str, ...]:
    """The identities that the settings describe, without those that are switched off."""
    settings, found = phone.settings, []
    for line in range(1, 13):
        user, host = settings[f"user_name{line}"], settings[f"user_host{line}"]
        if user and settings[f"user_active{line}"] != "off":
            found.append(f"{user}@{host}" if host else user)
    return tuple(found)


async def wanted_image(phone: Phone, last: str) -> str | None:
    """The URL of the image that is provisioned, if it brings another version (3.3). last: the one before.

    Only with the update policy ``auto_update``; ``settings_only`` and all others load none. How a phone finds that it
    has an image already is unknown (sip 7), so it is a key.
    """
    if phone.settings["update_policy"] != "auto_update" or phone.updater_broken or phone.settings.on("tr69_use_acs"):
        return None
    url = phone.settings["firmware"]  # that setting itself, as some provision it (sip 2.1)
    if status := phone.settings["firmware_status"]:
        root = await get_xml(phone, status)
        url = root.findtext("firmware", "").strip() if root is not None and root.tag == "firmware-settings" else ""
    if not url:
        return None
    real = parse_qs(url.partition("?")[2]).get("chained_url", [url])[0]
    image = firmware.named(real.partition("?")[0].rpartition("/")[2])
    match phone.keys.provisioning.compares:
        case "version":
            known = image is not None and image.version == phone.keys.firmware
        case "url":
            known = url == last
        case "never":
            known = False
    return None if known else url
