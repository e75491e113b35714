# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with phones beside each other, and what may not be meant, in sentences. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.telephony.snom.plugins.module_utils._known.images import (
    loaded_files,
    read_image_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import (
    STATE,
    WAY,
    is_known,
    is_other_word,
    kind_of,
    nearest_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import masked
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    OTHER_WORD,
    Setting,
    is_number,
    merge_settings,
    numbers_without_quotes,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import (
    Entry,
    ProvisionedPhone,
)

LARGEST_NAMED = 10
"""How many hosts or names a message lists."""

# Snom's own controller is number 1 of the settings of TR-369, by Snom's page on them.
_VENDORS_CONTROLLER = 1
_STATUS = "firmware_status"
_IMAGES = ("firmware", _STATUS)
_USER_AGENTS = ("http_user_agent_string", "web_user_agent_string", "user_agent_string")

# What is rendered all the same, and what to say of it.
_NOTES = {
    "way": (
        "These lead phones to another server than base_url and snom_mirror: {}. Take them out unless that is meant: "
        "such phones may not come back here."
    ),
    "state": "Users change these at the phone, and each provisioning sets them back: {}. Take them out if users may.",
    "controller": (
        "These are those of Snom's own controller, which may start updates: {}. Number 2 is for one of your own."
    ),
    "user agent": (
        "With a User-Agent of its own a phone may not be seen in any log: {}. Keep model, version and MAC in it."
    ),
    "word": f"Given as text: {{}}. {OTHER_WORD}",
}


def twins(phones: Iterable[ProvisionedPhone]) -> Iterator[str]:
    """Phones with one MAC address: a sentence for each such address."""
    hosts = defaultdict(list)
    for phone in phones:
        hosts[phone.mac].append(phone.host)
    for mac, names in hosts.items():
        if len(names) > 1:
            yield f"{_named(names)} have the same snom_mac {mac}. Correct it on all but one."


def shared_users(phones: Iterable[ProvisionedPhone], allowed: frozenset[str]) -> Iterator[str]:
    """SIP users on more than one phone. allowed are those that may be, with or without @host."""
    hosts: dict[str, dict[str, None]] = defaultdict(dict)
    for phone in phones:
        for user in sip_users(phone.settings):
            hosts[user][phone.host] = None
    for user, names in hosts.items():
        if len(names) > 1 and not {user, user.partition("@")[0]} & allowed:
            yield (
                f"{_named(list(names))} have the same SIP user {user}. Correct it, or list it in shared_users if it is "
                "meant to ring on all of them."
            )


def sip_users(settings: Mapping[str, Setting]) -> Iterator[str]:
    """The users that a phone with these settings, by their names in requests, would register.

    They are user@host, or user where no host is given.
    """
    for setting in settings.values():
        if setting.name == "user_name" and setting.value:
            active, host = (settings.get(f"{name}{setting.index}") for name in ("user_active", "user_host"))
            if active is None or active.value != "off":
                yield f"{setting.value}@{host.value}" if host and host.value else setting.value


def exposed_secrets(phones: Iterable[ProvisionedPhone], *, in_cleartext: bool, readable_by_all: bool) -> Iterator[str]:
    """Secrets that others could read: on their way, or where the files lie."""
    secrets = {
        phone.host: names
        for phone in phones
        if (names := [name for name, one in phone.settings.items() if _holds_secret(one)])
    }
    if not secrets:
        return
    host, names = min(secrets.items())
    several = f"{len(secrets)} phones" if len(secrets) > 1 else "1 phone"
    held = f"the settings of {several} hold secrets ({names[0]} of {host}, for example)"
    if in_cleartext:
        yield (
            f"base_url is http, and {held}: everybody on the network could read them. Use https, or set "
            "allow_cleartext_secrets: true."
        )
    if readable_by_all:
        yield f"mode lets everybody on that machine read the files, and {held}. Use 0640, and set group."


def _holds_secret(setting: Setting) -> bool:
    texts = (setting.value, *setting.attributes.values())
    return any(masked(setting.name, text) != text for text in texts)


def unknown_settings(phones: Iterable[ProvisionedPhone]) -> Iterator[str]:
    """At most one sentence, which shows every name: a fleet may well use hundreds that the table does not have."""
    hosts = defaultdict(list)
    for phone in phones:
        for name in dict.fromkeys(setting.name for setting in phone.settings.values() if not is_known(setting.name)):
            hosts[name].append(phone.host)
    if hosts:
        nearest = {name: nearest_name(name) for name in hosts}
        found = [
            f"{name} ({_named(hosts[name])}{f'; is it {nearest[name]}?' if nearest[name] else ''})"
            for name in sorted(hosts)
        ]
        yield (
            f"Settings that this collection does not know: {', '.join(found)}. Phones ignore names that they don't "
            "know. Look for slips, and set unknown_settings: ignore if all is right."
        )


def consequences(phones: Iterable[ProvisionedPhone], base_url: str) -> Iterator[str]:
    """What is rendered as it is wanted, and may have consequences that nobody wanted. One sentence of a kind."""
    found: dict[str, dict[str, list[str]]] = {sentence: defaultdict(list) for sentence in _NOTES.values()}
    for phone in phones:
        ours = tuple(url.rstrip("/") for url in (base_url, phone.mirror) if url)
        for name, setting in phone.settings.items():
            if note := _note(setting, ours):
                found[_NOTES[note]][name].append(phone.host)
            if is_other_word(setting.name, setting.value):
                found[_NOTES["word"]][name].append(phone.host)
    for sentence, hosts in found.items():
        if hosts:
            yield sentence.format(", ".join(f"{name} ({_named(hosts[name])})" for name in hosts))


def _note(setting: Setting, ours: tuple[str, ...]) -> str | None:
    """Which of the notes a setting of a phone needs. ours are the URLs of the servers that its inventory names."""
    # Nobody knows whether capitals make another name to a phone.
    name = setting.name.lower()
    if name.startswith("tr369_"):
        return "controller" if setting.index == _VENDORS_CONTROLLER else None
    if name in _USER_AGENTS and setting.value:
        return "user agent"
    kind = kind_of(setting.name)
    if kind == STATE:
        return "state"
    # p.example.net is another server than p.example.
    is_ours = setting.value.startswith(tuple(f"{url}/" for url in ours)) or setting.value in ours
    return "way" if kind == WAY and setting.value and not is_ours else None


def wrong_images(phones: Iterable[ProvisionedPhone]) -> Iterator[str]:
    """Images that are of another model, or that stand where a file should that names one."""
    others, misplaced = defaultdict(list), defaultdict(list)
    for phone in phones:
        for setting in (one for one in phone.settings.values() if one.name.lower() in _IMAGES):
            named = loaded_files(setting.value)
            image = next(filter(None, map(read_image_name, named)), None)
            if image and image[0] is not phone.model:
                others[setting.name, image[0].name].append(phone.host)
            elif setting.name.lower() == _STATUS and named[0].lower().endswith((".bin", ".swu")):
                misplaced[setting.name].append(phone.host)
    for (name, model), hosts in others.items():
        yield f"{name} names an image of the {model} for {_named(hosts)}, which is of another model. Correct it."
    for name, hosts in misplaced.items():
        yield (
            f"{name} names an image for {_named(hosts)}. Phones look there for a file that names one. State the image "
            "as firmware."
        )


def long_phone_books(phones: Iterable[ProvisionedPhone]) -> Iterator[str]:
    """Phone books with more entries than a model holds. One sentence of a model."""
    hosts = defaultdict(list)
    for phone in phones:
        most = phone.model.contacts
        if most is not None and len(phone.phone_book or ()) > most:
            hosts[phone.model.name, most].append(phone.host)
    for (model, most), names in hosts.items():
        yield f"The phone book of {_named(names)} has more entries than a {model} holds, which are {most}. Shorten it."


def too_many_identities(phones: Iterable[ProvisionedPhone]) -> Iterator[str]:
    """Identities above those of a model. One sentence of a model."""
    hosts = defaultdict(list)
    for phone in phones:
        last = phone.model.identities
        if last is not None and any(
            setting.name.startswith("user_") and (setting.index or 0) > last for setting in phone.settings.values()
        ):
            hosts[phone.model].append(phone.host)
    for model, names in hosts.items():
        yield (
            f"Identities that the {model.name} does not have (it has {model.identities}, counted from 1) are set for "
            f"{_named(names)}. Take them out unless the phone itself shows them."
        )


def too_many_keys(phones: Iterable[ProvisionedPhone]) -> Iterator[str]:
    """Function keys above those of a model. One sentence of a model."""
    hosts = defaultdict(list)
    for phone in phones:
        if any(
            setting.name == "fkey" and (setting.index or 0) >= phone.model.function_keys
            for setting in phone.settings.values()
        ):
            hosts[phone.model].append(phone.host)
    for model, names in hosts.items():
        yield (
            f"Function keys that the {model.name} itself does not have (it has {model.function_keys}, counted from 0) "
            f"are set for {_named(names)}. They need an expansion module."
        )


def unquoted(entries: Iterable[Entry]) -> Iterator[str]:
    """Secrets, what is dialed and entries of phone books that are given as numbers: at most one sentence."""
    hosts = defaultdict(list)
    for entry in entries:
        names = [*numbers_without_quotes(merge_settings(entry.settings)), *_book_without_quotes(entry.phone_book)]
        for name in names:
            hosts[name].append(entry.host)
    if hosts:
        found = ", ".join(f"{name} ({_named(hosts[name])})" for name in sorted(hosts))
        yield (
            f"Given as numbers without quotes: {found}. YAML takes a plus and zeros in front off, and makes 83 of "
            "0123. Put them in quotes."
        )


def _book_without_quotes(book: object) -> Iterator[str]:
    """The name of the variable, if a number in it is given as one."""
    entries = [one for one in book if isinstance(one, Mapping)] if isinstance(book, (list, tuple)) else []
    listed = [one for entry in entries for one in (entry.get("numbers") or ()) if isinstance(one, Mapping)]
    if any(is_number(one.get("number")) for one in (*entries, *listed)):
        yield "snom_phone_book"


def _named(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - LARGEST_NAMED
    shown = ", ".join(names[:LARGEST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
