# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what an inventory says of its phones to the files that they provision themselves from. Nothing is written here.

A phone asks for two files below its setting server (protocol 5.4): that of its model, which says nothing here, and that
of its MAC, which names files of one generation by their whole URLs. So whatever is published meanwhile, a phone never
mixes two generations. What all phones of a model share stands in one file, and the rest in the phone's own.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, check_url
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import (
    STATE,
    WAY,
    is_known,
    kind_of,
    nearest_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.mac import normalize_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import masked
from ansible_collections.telephony.snom.plugins.module_utils._known.models import (
    MODELS,
    Model,
    find_model,
    versions_by_model,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.provisioned_image import (
    module_image,
    provisioned_url,
    refuse_module,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    Setting,
    merge_settings,
    parse_settings,
    with_labels,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.tr069 import (
    TAKES_NO_PROVISIONING,
    takes_provisioning,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import (
    Contact,
    container,
    firmware_file,
    is_well_formed,
    parse_phone_book,
    phone_book_file,
    settings_file,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.names import require_plain_name

LARGEST_NAMED = 10
"""How many hosts or names a message lists."""

# Snom's own controller is number 1 of the settings of TR-369, by Snom's page on them.
_VENDORS_CONTROLLER = 1
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
}
# More than that no model has. A phone may show more than our table gives its model, and adoption states what it shows.
_MOST_IDENTITIES = max(model.identities or 0 for model in MODELS.values())
_ID_LENGTH = 16
_HASH_LENGTH = 8


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the inventory says of one phone, as it stands there. settings holds the variables with settings, by name.

    expansion is the file with the firmware of its expansion modules.
    """

    host: str
    mac: object = None
    model: object = None
    settings: Mapping[str, object] = field(default_factory=dict)
    version: object = None
    versions: object = None
    expansion: object = None
    mirror: str | None = None
    phone_book: object = None
    phone_book_complete: bool = True


@dataclass(frozen=True, kw_only=True)
class RenderOptions:
    """How to render.

    shared_users are SIP users, with or without @host, that may stand on more than one phone. unknown_settings is
    ``warn``, ``fail`` or ``ignore``. readable_by_all says that everybody on the web server can read the files.
    """

    base_url: str
    shared_users: frozenset[str] = frozenset()
    unknown_settings: str = "warn"
    allow_cleartext_secrets: bool = False
    readable_by_all: bool = False


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """Files by name, and by host the name of the file that its phone asks for."""

    generation: str
    files: dict[str, bytes]
    phones: dict[str, str]
    warnings: list[str]


@dataclass(frozen=True, kw_only=True)
class _Phone:
    host: str
    mac: str
    model: Model
    settings: dict[str, Setting]
    firmware: tuple[str, bytes] | None
    phone_book: tuple[Contact, ...] | None
    phone_book_complete: bool
    mirror: str | None

    @property
    def asked_for(self) -> str:
        return f"{self.model.image_prefix}-{self.mac}.htm"


def asked_for(mac: object, model: object) -> str:
    """The name of the file that a phone asks for (protocol 5.4). Raises InputError for a MAC or model that is none."""
    return f"{_model(model).image_prefix}-{_mac(mac)}.htm"


def render(entries: Sequence[Entry], catalog: Catalog, options: RenderOptions) -> Rendering:
    """Check what the inventory says, and make the files. The same input gives the same files, and the same generation.

    Raises InputError that names everything that is wrong.
    """
    base_url = _checked_base_url(options.base_url)
    read = [_phone_or_problem(entry, catalog, base_url) for entry in entries]
    phones = [phone for phone in read if isinstance(phone, _Phone)]
    problems = [problem for problem in read if isinstance(problem, str)]
    in_cleartext = options.base_url.startswith("http:") and not options.allow_cleartext_secrets
    problems += [
        *_twins(phones),
        *_shared_users(phones, options.shared_users),
        *_exposed_secrets(phones, in_cleartext=in_cleartext, readable_by_all=options.readable_by_all),
    ]
    unknown = list(_unknown_settings(phones))
    if options.unknown_settings == "fail":
        problems += unknown
    if problems:
        more = f" … and {len(problems) - LARGEST_NAMED} more." if len(problems) > LARGEST_NAMED else ""
        raise InputError(f"Nothing was written. {' '.join(problems[:LARGEST_NAMED])}{more}")
    warnings = [
        *_too_many_identities(phones),
        *_too_many_keys(phones),
        *_long_phone_books(phones),
        *_notes(phones, base_url),
        *(unknown if options.unknown_settings == "warn" else []),
    ]
    files, lists = _files(phones)
    generation = _generation(base_url, files, lists)
    for name, listed in lists.items():
        files[name] = container(f"{base_url}/generations/{generation}/{one}" for one in listed)
    if broken := [name for name, content in files.items() if not is_well_formed(content)]:
        raise SnomError(f"{broken[0]} came out as broken XML, which is a mistake of this collection. Please report it.")
    return Rendering(
        generation=generation,
        files=files,
        phones={phone.host: phone.asked_for for phone in phones},
        warnings=warnings,
    )


def _checked_base_url(url: str) -> str:
    try:
        check_url(url)
    except InputError as error:
        fault = error.reason.partition(" Write it like")[0]
        raise InputError(f"base_url: {fault} Give the URL under which the web server has web_root.") from None
    parts = urlsplit(url)
    if parts.query or parts.fragment or "{" in url:
        raise InputError("base_url must not have a query, a fragment or a {mac}: names of files are put at its end.")
    return url.rstrip("/")


def _phone_or_problem(entry: Entry, catalog: Catalog, base_url: str) -> _Phone | str:
    try:
        return _phone(entry, catalog, base_url)
    except (InputError, Refused) as error:
        return f"{entry.host}: {error.reason}"


def _phone(entry: Entry, catalog: Catalog, base_url: str) -> _Phone:
    require_plain_name(entry.host)
    mac, model = _mac(entry.mac), _model(entry.model)
    given = with_labels(parse_settings(merge_settings(entry.settings), "snom_settings"), "snom_settings")
    settings = {setting.wire_name: setting for setting in given}
    _check_lines(settings.values(), model)
    if not all(takes_provisioning({one.name: one.value}) for one in settings.values()):
        raise InputError(f"snom_settings: {TAKES_NO_PROVISIONING}")
    # Who says nothing of it gets no firmware by provisioning: that is the rollout's business.
    settings.setdefault("update_policy", Setting(name="update_policy", value="settings_only"))
    settings.setdefault("setting_server", Setting(name="setting_server", value=f"{base_url}/current/"))
    firmware = None
    if settings["update_policy"].value == "auto_update" and "firmware_status" not in settings:
        firmware = _firmware(entry, model, catalog)
    if firmware:
        # Not of one generation: a phone asks for it again and again, long after that generation is gone.
        status = f"{base_url}/current/{firmware[0]}"
        settings["firmware_status"] = Setting(name="firmware_status", value=status)
    book = None if entry.phone_book is None else parse_phone_book(entry.phone_book, "snom_phone_book")
    return _Phone(
        host=entry.host,
        mac=mac,
        model=model,
        settings=settings,
        firmware=firmware,
        phone_book=book,
        phone_book_complete=entry.phone_book_complete,
        mirror=entry.mirror,
    )


def _mac(value: object) -> str:
    if value in (None, ""):
        raise InputError("snom_mac is missing. The phone's files are named by its MAC address.")
    try:
        return normalize_mac(str(value))
    except InputError as error:
        raise InputError(f"snom_mac: {error.reason}") from None


def _model(value: object) -> Model:
    if value in (None, ""):
        raise InputError("snom_model is missing. The phone's files are named by its model, such as 320 or D785.")
    model = find_model(str(value))
    if model is None:
        raise InputError(f"snom_model is {str(value)!r}, which is no model that this collection knows. Correct it.")
    return model


def _check_lines(settings: Iterable[Setting], model: Model) -> None:
    for setting in settings:
        if not setting.name.startswith("user_") or setting.index is None:
            continue
        if not 1 <= setting.index <= _MOST_IDENTITIES:
            last = model.identities
            raise InputError(
                f"snom_settings: {setting.wire_name} is for identity {setting.index}, but those of the {model.name} go "
                f"from 1{f' to {last}' if last is not None else ''}. Take it out."
            )


def _firmware(entry: Entry, model: Model, catalog: Catalog) -> tuple[str, bytes] | None:
    """Name and content of the file that makes the phone load its firmware; None where the inventory wants none."""
    if entry.version is not None:
        try:
            version = Version.parse(str(entry.version))
        except InputError as error:
            raise InputError(f"snom_firmware_version: {error.reason}") from None
    else:
        wanted = versions_by_model(entry.versions, "snom_firmware_versions").get(model.name)
        if wanted is None:
            return None
        version = wanted
    modules = _module_url(entry, model, version, catalog)
    content = firmware_file(provisioned_url(model, version, catalog, entry.mirror), modules)
    return f"firmware-{model.name}-{version.normal}-{_hash(content)}.xml", content


def _module_url(entry: Entry, model: Model, version: Version, catalog: Catalog) -> str | None:
    """Where the firmware of the phone's expansion modules is; None where the inventory names none."""
    if entry.expansion in (None, ""):
        return None
    try:
        image = module_image(entry.expansion, catalog, entry.mirror)
        refuse_module(image, model, version)
    except (InputError, Refused) as error:
        raise InputError(f"snom_expansion_firmware: {error.reason}") from None
    return image.url


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]


def _twins(phones: Iterable[_Phone]) -> Iterator[str]:
    hosts = defaultdict(list)
    for phone in phones:
        hosts[phone.mac].append(phone.host)
    for mac, names in hosts.items():
        if len(names) > 1:
            yield f"{_named(names)} have the same snom_mac {mac}. Correct it on all but one."


def _shared_users(phones: Iterable[_Phone], allowed: frozenset[str]) -> Iterator[str]:
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


def _exposed_secrets(phones: Iterable[_Phone], *, in_cleartext: bool, readable_by_all: bool) -> Iterator[str]:
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


def _unknown_settings(phones: Iterable[_Phone]) -> Iterator[str]:
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


def _notes(phones: Iterable[_Phone], base_url: str) -> Iterator[str]:
    """What is rendered as it is wanted, and may have consequences that nobody wanted. One sentence of a kind."""
    found: dict[str, dict[str, list[str]]] = {sentence: defaultdict(list) for sentence in _NOTES.values()}
    for phone in phones:
        ours = tuple(url.rstrip("/") for url in (base_url, phone.mirror) if url)
        for name, setting in phone.settings.items():
            if note := _note(setting, ours):
                found[_NOTES[note]][name].append(phone.host)
    for sentence, hosts in found.items():
        if hosts:
            yield sentence.format(", ".join(f"{name} ({_named(hosts[name])})" for name in hosts))


def _note(setting: Setting, ours: tuple[str, ...]) -> str | None:
    """Which of the notes a setting of a phone needs. ours are the URLs of the servers that its inventory names."""
    if setting.name.startswith("tr369_"):
        return "controller" if setting.index == _VENDORS_CONTROLLER else None
    if setting.name in _USER_AGENTS and setting.value:
        return "user agent"
    kind = kind_of(setting.name)
    if kind == STATE:
        return "state"
    # p.example.net is another server than p.example.
    is_ours = setting.value.startswith(tuple(f"{url}/" for url in ours)) or setting.value in ours
    return "way" if kind == WAY and setting.value and not is_ours else None


def _long_phone_books(phones: Iterable[_Phone]) -> Iterator[str]:
    hosts = defaultdict(list)
    for phone in phones:
        most = phone.model.contacts
        if most is not None and len(phone.phone_book or ()) > most:
            hosts[phone.model.name, most].append(phone.host)
    for (model, most), names in hosts.items():
        yield f"The phone book of {_named(names)} has more entries than a {model} holds, which are {most}. Shorten it."


def _too_many_identities(phones: Iterable[_Phone]) -> Iterator[str]:
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


def _too_many_keys(phones: Iterable[_Phone]) -> Iterator[str]:
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


def _named(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - LARGEST_NAMED
    shown = ", ".join(names[:LARGEST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def _files(phones: Iterable[_Phone]) -> tuple[dict[str, bytes], dict[str, list[str]]]:
    """The files with content, and by container the names of those that it is to list."""
    files: dict[str, bytes] = {}
    lists: dict[str, list[str]] = {}
    models: dict[str, list[_Phone]] = defaultdict(list)
    for phone in phones:
        models[phone.model.image_prefix].append(phone)
    nothing = settings_file(())
    for prefix, members in sorted(models.items()):
        files[f"{prefix}.htm"] = nothing
        shared = _shared_settings(members)
        if shared:
            files[f"{prefix}.xml"] = settings_file(shared.values())
        for phone in members:
            own = f"{prefix}-{phone.mac}.xml"
            files[own] = settings_file(setting for name, setting in phone.settings.items() if name not in shared)
            listed = [f"{prefix}.xml", own] if shared else [own]
            if phone.firmware:
                files[phone.firmware[0]] = phone.firmware[1]
            if phone.phone_book is not None:
                content = phone_book_file(phone.phone_book, complete=phone.phone_book_complete)
                book = f"phone-book-{_hash(content)}.xml"
                files[book] = content
                listed.append(book)
            lists[phone.asked_for] = listed
    return files, lists


def _shared_settings(phones: Sequence[_Phone]) -> dict[str, Setting]:
    """What all phones of a model have in common. One phone alone shares nothing."""
    if len(phones) < 2:
        return {}
    shared = dict(phones[0].settings)
    for phone in phones[1:]:
        for name in [name for name, setting in shared.items() if phone.settings.get(name) != setting]:
            del shared[name]
    return shared


def _generation(base_url: str, files: Mapping[str, bytes], lists: Mapping[str, Sequence[str]]) -> str:
    """The name of a generation: the same content has the same one."""
    digest = hashlib.sha256(base_url.encode())
    for name, content in sorted(files.items()):
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    for name, listed in sorted(lists.items()):
        digest.update("\0".join(["", name, *listed]).encode())
    return digest.hexdigest()[:_ID_LENGTH]
