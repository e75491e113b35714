# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readers of the classic web server's pages.

No public source shows a whole page (protocol 11.1), only single lines of some. So nothing here depends on how a page is
laid out: the tags are taken out, and labels and values are looked for in the text. What can't be read is None; two
values that contradict each other can't be read. Every pattern works in linear time, because a page may be garbage.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from ..._known.mac import normalize_mac
from ..._known.models import Model, find_model
from ..._known.permissions import is_read_only
from ..._known.version import WITHIN, Version
from ..call_reading import CALLING, CONNECTED, DIALING, HOLDING, IDLE, IN_CALL, RINGING, UNKNOWN
from ..facts import Identity, SettingForm

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class SystemPage:
    """What info.htm told."""

    model: str | None = None
    """Model.name."""
    firmware: Version | None = None
    mac: str | None = None
    expansion_modules: tuple[str, ...] | None = None
    identities: tuple[Identity, ...] | None = None
    uptime: int | None = None
    """Seconds."""


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """What index.htm told."""

    model: str | None = None
    """Model.name."""
    call_state: str = UNKNOWN
    lacks_password: bool = False
    """Whether the page hints that http_pass is empty."""


@dataclass(frozen=True)
class SettingsPage:
    """What settings.htm told.

    The number of an indexed setting is the end of its name, as in requests (protocol 5.1): ``user_name1``. read_only
    holds the names of those that HTTP does not write (5.4). forms holds what the page says of a setting beside its
    value, where it does: XML tells the number from the name, and has attributes; flags are in both.
    """

    values: dict[str, str]
    read_only: frozenset[str]
    forms: dict[str, SettingForm] = field(default_factory=dict)


# What a browser does not show. A page may be cut off inside it.
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
# Real tags only: pages of plain text hold values such as <sip:100@pbx.example> (protocol 5.1).
_TAG = re.compile(r"<[/!?]?([A-Za-z][A-Za-z0-9_]*)(?=[\s/>])[^<>]*>")
# What stands in the text for a tag; for all others, the end of a line.
_GAPS = dict.fromkeys(("a", "b", "em", "font", "i", "span", "strong", "tt", "u"), "") | dict.fromkeys(
    ("dd", "td", "th"), " "
)
# Not html.unescape() over a whole page: it raises ValueError on a number of thousands of digits.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_character = lru_cache(maxsize=64)(html.unescape)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)

# These are matched against text in lower case, and begin with a letter where they can, because that makes the search
# fast: 10,000 phones are read.
VERSION = f"({WITHIN})"
_SNOM_VERSION = re.compile(r"snom\s?([a-z0-9]{2,5})-sip\s{1,5}" + VERSION)
_LABELED_VERSION = re.compile(
    r"(?:firmware|application)[-_\s]{0,3}version[\s:=]{0,20}(?:snom\s?([a-z0-9]{2,5})-sip\s{1,5})?" + VERSION
)
_HARDWARE = re.compile(r"hardware[\s:=]{0,20}(?:snom\s?)?([a-z0-9]{2,5})(?=[^0-9a-z])")
_MAC = re.compile(
    r"mac(?:[-\s]{0,3}ad{1,2}r[a-z.]{0,6})?[\s:=-]{0,20}"
    r"([0-9a-f]{12}|[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})(?![:-]?[0-9a-f])"
)
# On the next line stands only what looks like it: where a line has no value, that is another row.
_IDENTITY = re.compile(
    r"identity\s{0,3}([0-9]{1,2})\s{0,3}status[ \t\r:=]{0,20}"
    r"(?:\n(?=[ \t]{0,20}(?:sips?:)?[^\n:@]{0,100}@|[ \t]{0,20}(?:not )?registered))?((?:(?!identity)[^\n]){0,300})"
)
_UPTIME = re.compile(
    r"up[-\s]?time[\s:=]{0,20}(?:([0-9]{1,5})\s{0,3}d(?:ays?)?[,\s]{1,5})?"
    r"([0-9]{1,5}):([0-5][0-9]):([0-5][0-9])(?![0-9:])"
)
_ACTIVE_CALLS = re.compile(r"\bactive calls?[\s:=]{1,20}0*[1-9]")
_CALL_WORD = re.compile(
    r"\b(?:connected|calling|ringing|ringback|holding|on hold|held|incoming|dial+ing|alerting|talking|transferring)\b"
)
_NO_STATES = {"closed", "invalid"}
_CALL_STATES = {"offered", "on_hold"}
_CALL_COUNT = re.compile(r"\bactive calls?[\s:=]{1,20}([0-9]{1,3})(?![0-9])")
_NO_CALL = re.compile(r"\b(?:state\s{1,5}idle\b|active calls?[\s:=]{1,20}0+(?![0-9]))")
_PHASES = {
    "idle": IDLE,
    "dialing": DIALING,
    "calling": CALLING,
    "ringback": CALLING,
    "ringing": RINGING,
    "connected": CONNECTED,
    "holding": HOLDING,
}
_PHASE = re.compile(rf"\bstate\s{{1,5}}({'|'.join(_PHASES)})\b")
_OTHER_STATE = re.compile(r"\bstate\s{1,5}(offered|on_hold|offhook|auto_redial)\b")
CALL_LIST = re.compile(r"(missed|dial+ed|received)\s{1,3}(?:calls?|numbers?)[\s:=(]{1,20}([0-9]{1,4})(?![0-9:.])")
_NO_HTTP_PASSWORD = re.compile(r"http[-\s]password\s(?:is\s)?not\sset")
_ADMIN_PASSWORD = re.compile(r"admin(?:istrator)?[-\s]{1,3}password")
_BLOCKED = re.compile(r"\bblocked\b")
_LOGIN_FAILED = re.compile(r"^[ \t]*login failed[!.]?[ \t\r]*$", re.MULTILINE)
_LARGEST_REFUSAL = 16_384
_MOST_WORDS = 150
"""Of a page that says nothing but that one may not in."""
_STATE_LINE = re.compile(r"^[ \t]*state[ \t]{1,5}([a-z_]{1,30})(?:[ \t]{0,5}\([0-9]{1,4}\))?[ \t\r]*$", re.MULTILINE)

# These are matched against text as it is.
_EXPANSION_MODULE = re.compile(r"D(?<!\wD)(?:7C|8C|7|3)(?=\s)")
# A capital letter at the beginning, and a blank behind it, is how people write.
_TEXT_SETTING = re.compile(
    r"^[ \t]*([a-z][A-Za-z0-9_]*(?=[ !&$#]?:)|[A-Z][A-Za-z0-9_]*(?=[!&$#]:))([ !&$#]?):(.*)", re.MULTILINE
)
_XML_SETTING = re.compile(r"""<([A-Za-z][A-Za-z0-9_]*)(\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>([^<]*)(?=<)""")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_ATTRIBUTE = re.compile(r"""\s([A-Za-z_]{1,40})\s{0,5}=\s{0,5}(?:"([^"<]*)"|'([^'<]*)')""")
_LINK = re.compile(
    r"""(?i)<a\s[^<>]{0,200}?href\s{0,5}=\s{0,5}["']?([^"'\s<>]{1,200})(?=["'\s>])[^<>]{0,200}>([^<]{0,200})"""
)
_NUMBER = re.compile("[0-9]{1,9}")
_TEXT = re.compile("text|txt|plain")
_PATH = re.compile(r"/[A-Za-z0-9_.~%/-]+")
# What one can write into.
_BOX = re.compile(
    r"""<input\b(?![^<>]{0,200}\stype\s{0,5}=\s{0,5}["']?(?:submit|button|hidden|password))""", re.IGNORECASE
)
# Labels that are settings of their own in requests (protocol 5.1).
_LABELS = ("label", "short_label")


def read_system(page: str) -> SystemPage:
    """Read info.htm, the System Information page (protocol 4.1; identities and uptime are inferred)."""
    text = visible_text(page)
    low = lower_text(text)
    firmware, model = _firmware_and_model(page, low)
    mac = only({normalize_mac(match) for match in _MAC.findall(low)})
    modules = tuple(_EXPANSION_MODULE.findall(text))
    return SystemPage(
        model=model.name if model else None,
        firmware=firmware,
        mac=mac,
        # Nothing public says how a phone without modules shows that, so no names are not the same as no modules.
        expansion_modules=modules or None,
        identities=_identities(text, low),
        uptime=_uptime(low),
    )


def read_home(page: str) -> HomePage:
    """Read index.htm, the home page (protocol 2.6), and its hint that the HTTP password is not set (2.1).

    How it shows a call is inferred.
    """
    model = _titled_model(page)
    return HomePage(
        model=model.name if model else None,
        call_state=_call_state(page),
        lacks_password=bool(_NO_HTTP_PASSWORD.search(lower_text(visible_text(page)))),
    )


def read_call_count(page: str) -> int | None:
    """How many calls index.htm shows, by a line such as ``Active calls: 2``, which is inferred."""
    return only({int(number) for number in _CALL_COUNT.findall(lower_text(visible_text(page)))})


def read_gui(page: str) -> str:
    """The call state that state_of_gui.htm, the text of the screen, tells.

    Inferred from the state names in the phones' logs (protocol 4.2). Safe if wrong: unless all states are idle,
    any word of a call is a call, and without a clear sign of idleness the state is unknown.
    """
    return _call_state(page)


def read_gui_phase(page: str) -> str:
    """What read_gui does, or more exactly what kind of a call, where the screen names a single one.

    Inferred like that. ``ringing`` is a phone that is called, ``dialing`` one that calls, or where somebody types a
    number and there may be no call at all.
    """
    state = _call_state(page)
    phase = only({_PHASES[name] for name in _PHASE.findall(lower_text(visible_text(page)))})
    return phase if phase and state == IN_CALL and phase != IDLE else state


def read_settings(page: str) -> SettingsPage | None:
    """Read settings.htm as text or XML (protocol 4.2, 5.4), or return None where the page is something else."""
    # Text that is no HTML may hold tags and entities in its values, and these may look like settings in XML.
    page = page.lstrip("\ufeff")
    has_tags = page.lstrip().startswith("<")
    if has_tags and " perm=" in page and (settings := _xml_settings(page)) is not None:
        return settings
    # Lines of old files end in a carriage return alone (Snom's questions and answers of 2004).
    text = (visible_text(page) if has_tags else page).replace("\r\n", "\n").replace("\r", "\n")
    found = _TEXT_SETTING.findall(text)
    lines = sum(1 for line in text.splitlines() if line.strip())
    if any(flag for _unused, flag, _unused in found) or (found and 2 * len(found) >= lines):
        return SettingsPage(
            {name: value.strip() for name, _unused, value in found},
            frozenset(name for name, flag, _unused in found if is_read_only(flag)),
            {name: SettingForm(name, perm=flag) for name, flag, _unused in found if flag},
        )
    return None


def settings_downloads(page: str) -> list[str]:
    """The paths where a settings.htm without settings offers them: that of the XML form first, then of the text.

    Their URLs are not public, only what the forms are called: "plain text settings", "regular XML settings" (protocol
    4.2, 11.10). So links are followed that speak of settings and of a form. Safe if wrong: they lead nowhere else than
    to the phone and have no query, and what has none only reads (1.4).
    """
    found: dict[str, str] = {}
    for reference, label in _LINK.findall(page):
        try:
            target = urlsplit(urljoin("/settings.htm", _unescape(reference)))
        except ValueError:
            continue
        words = f"{target.path} {_unescape(label)}".lower()
        form = "xml" if "xml" in words else "text" if _TEXT.search(words) else None
        here = _PATH.fullmatch(target.path) and not (target.scheme or target.netloc or target.query)
        if form and here and "setting" in words and target.path != "/settings.htm":
            found.setdefault(form, target.path)
    return [found[form] for form in ("xml", "text") if form in found]


def is_phone_manager(page: str) -> bool:
    """Whether this is the Phone Manager of a D8xx, which answers every path with the same page (protocol 4.1)."""
    return "phone manager" in _title(page).lower()


def is_lockout(page: str) -> bool:
    """Whether the web server says that it is blocked after failed logins.

    All that is known of that page is the word "blocked" (protocol 2.3), which may be the name of a caller, too. So
    inferred is that it is short, and shows nothing of what a page has that is at work, nor a box to fill in, such as
    that to call a number (protocol 1.4).
    """
    low = _short_text_with("blocked", page)
    return low is not None and bool(_BLOCKED.search(low)) and not (_BOX.search(page) or _is_at_work(page, low))


def refuses_login(page: str) -> bool:
    """Whether a page that came as if nothing were wrong says that the login failed.

    Known of it are these words, by which a public program tells it (protocol 2.2). Inferred is the rest, as above. It
    may have boxes for another try.
    """
    low = _short_text_with("login failed", page)
    return low is not None and bool(_LOGIN_FAILED.search(low)) and not _is_at_work(page, low)


def _short_text_with(words: str, page: str) -> str | None:
    """The text of a page in lower case, if it is a short one with these words."""
    if len(page) > _LARGEST_REFUSAL or words not in page.lower():
        return None
    text = visible_text(page)
    return lower_text(text) if len(text.split()) <= _MOST_WORDS else None


def asks_admin_password(page: str) -> bool:
    """Whether a phone in user mode wants its administrator password first (protocol 2.1; the wording is inferred)."""
    return bool(_ADMIN_PASSWORD.search(lower_text(visible_text(page)))) and read_settings(page) is None


def visible_text(page: str) -> str:
    """The text of a page: each row, list item and paragraph a line, cells with a blank between.

    Text without tags is not HTML, and stays as it is.
    """
    # Text and names of tags take turns.
    pieces = _TAG.split(_UNSEEN.sub(" ", page))
    if len(pieces) == 1:
        return pieces[0]
    pieces[1::2] = [_GAPS.get(name.lower(), "\n") for name in pieces[1::2]]
    return _unescape("".join(pieces)).replace("\xa0", " ")


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda entity: _character(entity[0]), text)


def lower_text(text: str) -> str:
    """The text in lower case and of the same length, so that positions in both agree.

    Patterns with IGNORECASE would take several times as long.
    """
    return text.encode("ascii", "replace").lower().decode("ascii")


def _title(page: str) -> str:
    match = _TITLE.search(page)
    return _unescape(match[1]).strip() if match else ""


def _titled_model(page: str) -> Model | None:
    # Users can change the title (protocol 2.6): one that does not begin like Snom's own says nothing.
    title = _title(page)
    return find_model(title) if title.lower().startswith("snom") else None


def only(values: set[_T]) -> _T | None:
    return values.pop() if len(values) == 1 else None


def _firmware_and_model(page: str, low: str) -> tuple[Version | None, Model | None]:
    labeled = set(_LABELED_VERSION.findall(low))
    found = {pair for pair in labeled if pair[0]} or set(_SNOM_VERSION.findall(low)) or labeled
    # A line on hardware may be about something else; a firmware of an unknown model is one of an unknown model.
    hardware = {find_model(name) for name in _HARDWARE.findall(low)} - {None}
    models = {find_model(name) for name, _unused in found if name} | hardware
    model = only(models) if models else _titled_model(page)
    return only({Version.parse(version) for _unused, version in found}), model


def _identities(text: str, low: str) -> tuple[Identity, ...] | None:
    found: dict[int, Identity] = {}
    for match in _IDENTITY.finditer(low):
        line = int(match[1])
        found.setdefault(line, _identity(line, text[match.start(2) : match.end(2)].split()))
    return tuple(found.values()) or None


def _identity(line: int, words: list[str]) -> Identity:
    """Read ``100@pbx.example: registered``, with or without the user and the colon. The form is inferred.

    What comes after that, or with a label of its own, is told of something else.
    """
    words = [word for word in words if word != ":"]
    labels = [number for number, word in enumerate(words) if word.endswith(":")]
    words, registered = words[: labels[1] if len(labels) > 1 else None], None
    for number, word in enumerate(words):
        if word.lower() == "registered":
            registered = number == 0 or words[number - 1].lower() != "not"
            words = words[: number if registered else number - 1]
            break
    else:
        words = words[: labels[0] + 1 if labels else None]
    users = [word.rstrip(":") for word in words if "@" in word or (registered is not None and len(words) == 1)]
    return Identity(line, users[0] if users and users[0] else None, registered)


def _uptime(low: str) -> int | None:
    match = _UPTIME.search(low)
    if match is None:
        return None
    days, hours, minutes, seconds = (int(number or 0) for number in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _is_at_work(page: str, low: str) -> bool:
    """Whether a page has what only a server shows that lets one in: a state of the phone, lists of calls, what info.htm
    tells, settings.
    """
    system = read_system(page)
    return bool(
        _STATE_LINE.search(low) or CALL_LIST.search(low) or system.firmware or system.mac or read_settings(page)
    )


def _call_state(page: str) -> str:
    low = lower_text(visible_text(page))
    # A name or an idle text may have such words, too: "ACME Holding".
    elsewhere = {*_PHASE.findall(low), *_OTHER_STATE.findall(low)} - {"idle"}
    states = elsewhere.union(_STATE_LINE.findall(low)) - _NO_STATES
    if _ACTIVE_CALLS.search(low) or states & _CALL_STATES or (states != {"idle"} and _CALL_WORD.search(low)):
        return IN_CALL
    # One line may be idle beside another that is offhook (xml 2).
    return IDLE if _NO_CALL.search(low) and states <= {"idle"} else UNKNOWN


def _xml_settings(page: str) -> SettingsPage | None:
    values: dict[str, str] = {}
    labels: dict[str, str] = {}
    read_only = set()
    forms = {}
    page = _CDATA.sub(lambda part: html.escape(part[1]), _UNSEEN.sub(" ", page))
    for tag, text, value in _XML_SETTING.findall(page):
        attributes = {name: double or single for name, double, single in _ATTRIBUTE.findall(text)}
        index = attributes.get("idx", "")
        if not {"perm", "idx"} & attributes.keys() or not (_NUMBER.fullmatch(index) or index == ""):
            continue
        name = tag + index
        perm = _unescape(attributes.get("perm", ""))
        # <name perm="RW"/> is empty; what follows it is not its value.
        values[name] = "" if text.endswith("/") else _unescape(value).strip()
        if is_read_only(perm):
            read_only.add(name)
        beside = {key: _unescape(text) for key, text in attributes.items() if key not in ("perm", "idx")}
        if index or perm or beside:
            forms[name] = SettingForm(tag, int(index) if index else None, perm, beside)
        if index:
            labels |= {f"{tag}_{key}{index}": beside[key].strip() for key in _LABELS if key in beside}
    return SettingsPage(labels | values, frozenset(read_only), forms) if values else None
