# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every key of a fleet file: its default, and how it is read.

A key's type carries its reader (``Annotated[float, seconds]``), so that the fleet file and the control port accept and
refuse the same things. Readers raise ValueError with the end of a sentence ("must be ..."). README.md says what each
key does, and which fact it rests on.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from copy import copy
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

from . import replay

T = TypeVar("T")


def text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or str(value) == "":
        raise ValueError("must be text")
    return str(value)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError("must be a number, zero or more")
    return float(value)


def count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("must be a whole number, zero or more")
    return value


def port(value: object) -> int:
    if not 1 <= count(value) <= 65535:
        raise ValueError("must be a port from 1 to 65535")
    return count(value)


def loopback(value: object) -> str:
    try:
        address = ipaddress.IPv4Address(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("must be an IPv4 address in 127.0.0.0/8") from None
    if not address.is_loopback:
        raise ValueError(f"must lie in 127.0.0.0/8, not be {value}")
    return str(address)


def version(value: object) -> str:
    if not re.fullmatch(r"\d+(\.\d+)+", text(value)):
        raise ValueError("must be a version such as 8.7.5.35")
    return text(value)


def model(value: object) -> str:
    if not re.fullmatch(r"D?\d{3}M?|MP|PA1", text(value)):
        raise ValueError("must be a model such as 320, D785, MP or PA1")
    return text(value)


def mac(value: object) -> str:
    digits = re.sub(r"[:.-]", "", text(value)).upper()
    if not re.fullmatch(r"[0-9A-F]{12}", digits):
        raise ValueError("must be 12 hexadecimal digits (quoted, if all are decimal)")
    return digits


def texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("must be a list of texts")
    return tuple(text(item) for item in value)


def settings(value: object) -> dict[str, str]:
    """Read names and values. YAML reads a bare ``on`` as true; a phone says ``on``."""
    if not isinstance(value, dict):
        raise ValueError("must be a mapping of setting names to values")
    words = {True: "on", False: "off", None: ""}
    return {
        text(name): words[item] if item is None or item is True or item is False else str(item)
        for name, item in value.items()
    }


def one_of(choices: object) -> Callable[[object], Any]:
    """A reader that accepts the words of a Literal."""
    words = get_args(choices)

    def choose(value: object) -> Any:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(map(str, words))}")
        return value

    return choose


def some_of(choices: object) -> Callable[[object], frozenset[Any]]:
    choose = one_of(choices)

    def choose_some(value: object) -> frozenset[Any]:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return frozenset(choose(item) for item in value)

    return choose_some


def nested(kind: type[T]) -> Callable[[object], T]:
    return lambda value: read(kind, value)


def optional(reader: Callable[[object], T]) -> Callable[[object], T | None]:
    return lambda value: None if value is None else reader(value)


def garbage(value: object) -> str | None:
    """Read ``true`` (bytes that are no HTTP), ``page`` (a good head, noise as body), ``endless`` or ``false``."""
    return {True: "wire", "page": "page", "wire": "wire", "endless": "endless", False: None}[
        one_of(Literal[True, False, "page", "wire", "endless"])(value)
    ]


def moments(value: object) -> dict[Moment, dict[str, Any]]:
    """Read what is to change at which moment. Its keys are read when it comes."""
    if not isinstance(value, dict) or not all(isinstance(changes, dict) for changes in value.values()):
        raise ValueError("must be a mapping of moments to changes")
    choose = one_of(Moment)
    return {choose(name): dict(changes) for name, changes in value.items()}


Text = Annotated[str, text]
Flag = Annotated[bool, flag]
Seconds = Annotated[float, seconds]
Count = Annotated[int, count]
Port = Annotated[int, port]
Address = Annotated[str, loopback]
Version = Annotated[str, version]
Model = Annotated[str, model]
Mac = Annotated[str, mac]
Texts = Annotated[tuple[str, ...], texts]
Settings = Annotated[dict[str, str], settings]
MaybeText = Annotated[str | None, optional(text)]
MaybePort = Annotated[int | None, optional(port)]
MaybeVersion = Annotated[str | None, optional(version)]
MaybeMac = Annotated[str | None, optional(mac)]
MaybeCount = Annotated[int | None, optional(count)]
MaybeSeconds = Annotated[float | None, optional(seconds)]

CallState = Literal["idle", "calling", "ringing", "in_call", "holding"]
ShownIn = Literal["gui", "home", "snmp"]
Step = Literal["connect", "request", "before_trigger", "trigger", "poll", "reboot", "answer", "after_boot"]
Moment = Literal["read", "asked", "back", "shown"]
Layout = Literal["table", "list", "plain"]
SettingsLayout = Literal["text", "pre", "xml", "download", "unlinked"]
# Settings of the network, after which the web server asks for a reboot (protocol 5.1).
NETWORK = ("dhcp", "ip_adr", "netmask", "gateway", "dns_server1", "dns_server2")
SecretsShown = Literal["absent", "empty", "masked"]
Generation = Literal["classic", "phone_manager"]
TlsVersion = Literal["TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"]
Auth = Literal["none", "basic", "digest"]
ImageFault = Literal["not_found", "wrong_model", "truncated", "wrong_size", "corrupt"]


@dataclass(kw_only=True, slots=True)
class Reset:
    """Reset the connection at a step; ``times`` counts down, null means every time."""

    on: Annotated[Step, one_of(Step)]
    times: MaybeCount = None


@dataclass(kw_only=True, slots=True)
class Replacement:
    """The phone that answers at this address after the next boot."""

    mac: MaybeMac = None
    model: Annotated[str | None, optional(model)] = None
    firmware: MaybeVersion = None


@dataclass(kw_only=True, slots=True)
class Faults:
    keep_old_version: Flag = False
    never_return: Flag = False
    stuck_in_flash: Seconds = 0.0
    replaced_by: Annotated[Replacement | None, optional(nested(Replacement))] = None
    reverts_after: MaybeSeconds = None
    loses_registration: Flag = False
    restarts_in_download: Count = 0
    ignores_load: Flag = False
    ignores_reboot: Flag = False
    answers_while_flashing: Flag = False
    restarts_to_load: Flag = False
    shows_version_early: Flag = False
    reset: Annotated[Reset | None, optional(nested(Reset))] = None
    slow: Seconds = 0.0
    drip: Count = 0
    garbage: Annotated[str | None, garbage] = None
    truncate: MaybeCount = None
    needs_keep_alive: Flag = False
    parallel_broken: Flag = False
    blocked: Flag = False
    wrong_mac: MaybeMac = None
    hides_mac: Flag = False
    missing_pages: Texts = ()


@dataclass(kw_only=True, slots=True)
class Timing:
    """Seconds."""

    load: Seconds = 1.0
    flash: Seconds = 4.0
    boot: Seconds = 1.0
    reboot: Seconds = 3.0
    register: Seconds = 0.0
    lockout: Seconds = 60.0
    minibrowser_delay: Seconds = 8.0


@dataclass(kw_only=True, slots=True)
class CallKeys:
    state: Annotated[CallState, one_of(CallState)] = "idle"
    ends_after: MaybeSeconds = None
    remote: Text = "4711"


HttpAgent = Literal["plain", "nested", "without_mac", "own"]
Compares = Literal["version", "url", "never"]


@dataclass(kw_only=True, slots=True)
class Provisioning:
    """The firmware that the provisioning server wants, and how the phone asks for it."""

    firmware: MaybeVersion = None
    user_agent: Annotated[HttpAgent, one_of(HttpAgent)] = "plain"
    lower_case_mac: Flag = False
    polls_every: MaybeSeconds = None
    compares: Annotated[Compares, one_of(Compares)] = "version"


Refusal = Literal[200, 403, 481, 489, "nothing"]
DuringCall = Literal["obeyed", "ignored", "refused"]
CheckSync = Literal["obeyed", "ignored", "reboots"]
Answer = Literal["run", "ignored", "shown"]
Conditions = Literal["evaluated", "as_text", "always_true"]


@dataclass(kw_only=True, slots=True)
class SipKeys:
    """Where a phone registers, and what it does with what comes from there."""

    registrar: Text
    transport: Annotated[Literal["udp", "tcp"], one_of(Literal["udp", "tcp"])] = "udp"
    port: MaybePort = None
    tls_port: MaybePort = None
    password: Text = field(default="phone-secret", repr=False)
    expires: Seconds = 600.0
    new_contact: Flag = False
    unregisters: Flag = False
    deaf: Flag = False
    refuses_with: Annotated[Refusal, one_of(Refusal)] = 403
    check_sync: Annotated[CheckSync, one_of(CheckSync)] = "obeyed"
    passes: Count = 1
    during_call: Annotated[DuringCall, one_of(DuringCall)] = "obeyed"
    options: Annotated[Literal["answered", "filtered"], one_of(Literal["answered", "filtered"])] = "answered"
    trusted_hosts: Annotated[
        Literal["behind_filter", "pass_filter"], one_of(Literal["behind_filter", "pass_filter"])
    ] = "behind_filter"
    document_host: Annotated[Literal["sender", "none"], one_of(Literal["sender", "none"])] = "sender"


@dataclass(kw_only=True, slots=True)
class MinibrowserKeys:
    """What nobody knows of documents."""

    callbacks_in_fetch: Flag = False
    conditions: Annotated[Conditions, one_of(Conditions)] = "evaluated"
    silent_fetches_http: Flag = True
    silent_answer: Annotated[Answer, one_of(Answer)] = "run"
    set_by_notify: Annotated[Literal["works", "ignored"], one_of(Literal["works", "ignored"])] = "works"
    keys_need_relevant: Flag = False
    reboot: Annotated[Literal["acts", "asks"], one_of(Literal["acts", "asks"])] = "acts"
    reboot_yes: Annotated[Literal["resets", "reboots"], one_of(Literal["resets", "reboots"])] = "resets"
    unregister: Annotated[Literal["logs_off", "removes"], one_of(Literal["logs_off", "removes"])] = "logs_off"


@dataclass(kw_only=True, slots=True)
class PhoneKeys:
    """One phone: first what the file says, then what has become of it. An upgrade changes ``firmware``."""

    address: Address
    model: Model
    firmware: Version
    name: Text = ""
    port: Port = 0  # 443 with tls, else 80
    mac: Mac = ""
    username: Text = "admin"
    password: MaybeText = field(default=None, repr=False)
    auth: Annotated[Auth | None, optional(one_of(Auth))] = None
    tls: Flag = False
    certificate: Annotated[Literal["shared", "own"], one_of(Literal["shared", "own"])] = "shared"
    new_certificate: Flag = False
    tls_max_version: Annotated[TlsVersion | None, optional(one_of(TlsVersion))] = None
    http_port: MaybePort = None
    generation: Annotated[Generation | None, optional(one_of(Generation))] = None
    old_server_port: MaybePort = None
    old_server_command: Annotated[
        Literal["allowed", "refused", "absent"], one_of(Literal["allowed", "refused", "absent"])
    ] = "allowed"
    identities: Texts = ()
    unregistered: Texts = ()
    expansion_modules: Texts = ()
    settings: Settings = field(default_factory=dict, repr=False)
    new_settings: Settings = field(default_factory=dict, repr=False)
    read_only_settings: Texts = ()
    admin_mode: Flag = True
    running: Flag = True
    call: Annotated[CallKeys, nested(CallKeys)] = field(default_factory=CallKeys)
    call_shown_in: Annotated[frozenset[ShownIn], some_of(ShownIn)] = frozenset({"gui"})
    snmp_port: MaybePort = None
    timing: Annotated[Timing, nested(Timing)] = field(default_factory=Timing)
    provisioning: Annotated[Provisioning, nested(Provisioning)] = field(default_factory=Provisioning)
    sip: Annotated[SipKeys | None, optional(nested(SipKeys))] = None
    minibrowser: Annotated[MinibrowserKeys, nested(MinibrowserKeys)] = field(default_factory=MinibrowserKeys)
    title: MaybeText = None
    profile: Annotated[replay.Profile | None, optional(replay.load)] = field(default=None, repr=False)
    profile_state: MaybeText = None
    page_layout: Annotated[Layout, one_of(Layout)] = "table"
    secrets_shown: Annotated[SecretsShown, one_of(SecretsShown)] = "absent"
    has_webserver_admin_password: Flag = False
    identity_page: Flag = False
    settings_layout: Annotated[SettingsLayout | None, optional(one_of(SettingsLayout))] = None
    reboot_asked_for: Texts = NETWORK
    load_answer: Annotated[Literal[200, 302, "drop"], one_of(Literal[200, 302, "drop"])] = 200
    dial_answer: Annotated[Literal[302, "drop"], one_of(Literal[302, "drop"])] = 302
    list_clear: Annotated[Literal["0", "clear", "both"], one_of(Literal["0", "clear", "both"])] = "both"
    locked_keys: Annotated[Literal["pass", "ignored"], one_of(Literal["pass", "ignored"])] = "ignored"
    key_chains: Annotated[Literal["known", "ignored"], one_of(Literal["known", "ignored"])] = "known"
    transfer_confirm: Flag = True
    blocked_answer: Annotated[Literal[403, 200], one_of(Literal[403, 200])] = 403
    digest_qop: Annotated[Literal["auth", "none"], one_of(Literal["auth", "none"])] = "auth"
    nonce_uses: Count = 0
    says_stale: Flag = True
    count_missing_credentials: Flag = False
    chained_from: MaybeVersion = None
    deadlock_below: MaybeVersion = None
    faults: Annotated[Faults, nested(Faults)] = field(default_factory=Faults)
    at: Annotated[dict[Moment, dict[str, Any]], moments] = field(default_factory=dict, repr=False)


def image_faults(value: object) -> dict[str, ImageFault]:
    if not isinstance(value, dict):
        raise ValueError("must be a mapping of image files (or '*') to faults")
    choose = one_of(ImageFault)
    return {text(name): choose(item) for name, item in value.items()}


@dataclass(kw_only=True, slots=True)
class ImageServerKeys:
    address: Address = "127.0.0.1"
    port: Port = 8880
    images: Texts = ()
    image_size: Count = 4096
    bytes_per_second: Count = 0
    faults: Annotated[dict[str, ImageFault], image_faults] = field(default_factory=dict)


@cache
def readers(kind: type) -> dict[str, Callable[[object], Any]]:
    """The reader of each key of a dataclass."""
    hints = get_type_hints(kind, include_extras=True)
    return {item.name: hints[item.name].__metadata__[0] for item in fields(kind)}


def read_key(kind: type, name: object, value: object) -> Any:
    known = readers(kind)
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"has no key {name!r}; there are {', '.join(sorted(known))}")
    try:
        return known[name](value)
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None


def read(kind: type[T], raw: object) -> T:
    """Make a ``kind`` of a mapping. A null stands for the default. Raises ValueError with the end of a sentence."""
    if not isinstance(raw, dict):
        raise ValueError("must be a mapping")
    given = {name: read_key(kind, name, value) for name, value in raw.items() if value is not None}
    for item in fields(kind):  # type: ignore[arg-type]
        if item.name not in given and item.default is MISSING and item.default_factory is MISSING:
            raise ValueError(f"lacks the key {item.name}")
    return kind(**given)


def change(target: Any, changes: dict[str, object]) -> None:
    """Change keys of a dataclass in place: mappings are merged, a null brings the default back.

    Nothing is changed when one of the changes is wrong: ValueError.
    """
    kind = type(target)
    defaults = {item.name: item for item in fields(kind)}
    new: dict[str, Any] = {}
    for name, value in changes.items():
        current = getattr(target, name, None)
        if value is None and name in defaults:
            item = defaults[name]
            if item.default is MISSING and item.default_factory is MISSING:
                raise ValueError(f"{name} cannot be null")
            new[name] = item.default_factory() if item.default_factory is not MISSING else item.default
        elif isinstance(value, dict) and hasattr(current, "__dataclass_fields__"):
            merged = copy(current)  # so that a later mistake leaves the target as it was
            try:
                change(merged, value)
            except ValueError as error:
                raise ValueError(f"{name} {error}") from None
            new[name] = merged
        else:
            new[name] = read_key(kind, name, value)
    for name, value in new.items():
        setattr(target, name, value)
