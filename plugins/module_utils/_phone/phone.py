# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One phone in verbs, whatever leads to it: what it can be asked and told, and what it says about itself.

Who uses a phone knows no path, no page and no status code. What it does not say stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, Literal, Protocol, Union

from .._core.errors import InputError, Refused, WrongPhone
from .._known.dialect import may_have_vendor_controller
from .._known.key_event import KeyEvent
from .._known.mac import normalize_mac
from .._known.masks import MASK, is_secret, masked
from .._known.models import find_model
from .._known.version import Version
from .connection import Connection

IDLE = "idle"
IN_CALL = "in_call"
UNKNOWN = "unknown"

DIALING = "dialing"
CALLING = "calling"
RINGING = "ringing"
CONNECTED = "connected"
HOLDING = "holding"

SUBSETS = ("system", "home", "gui", "settings")
"""What a phone can be read for: what it is, its home page, its screen, its settings."""

LISTS = ("missed", "dialed", "received")
"""The lists of calls that a phone keeps."""

SPELLINGS = 2
"""In how many ways the vendor's pages spell the commands that have a spelling. The likeliest is number 0."""


@dataclass(frozen=True)
class Press:
    """Press keys, one after the other."""

    keys: tuple[KeyEvent, ...]


@dataclass(frozen=True)
class Touch:
    """Touch the screen at places: x, y and ``press``, ``release`` or ``both`` for each."""

    places: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Dial:
    """Call a number or address, from one of the phone's own addresses if it is given."""

    number: str
    outgoing_uri: str | None = None


@dataclass(frozen=True)
class Tones:
    """Send tones to the other side of a call."""

    tones: str


@dataclass(frozen=True)
class ReleaseAllCalls:
    """Hang up every call."""


@dataclass(frozen=True)
class LogOff:
    """Log off a line, or all of them."""

    line: int | None


@dataclass(frozen=True)
class Reregister:
    """Register a line again."""

    line: int


@dataclass(frozen=True)
class Ring:
    """Play a ringing tone."""

    ringer: int


@dataclass(frozen=True)
class FixLineInfoLayer:
    """Put the line info layer where pictures of the screen show it."""


@dataclass(frozen=True)
class ClearList:
    """Empty one of `LISTS`."""

    name: str
    spelling: int = 0


@dataclass(frozen=True)
class Write:
    """Write settings. `Phone.writes` makes those that are not too long."""

    settings: Mapping[str, str] = field(repr=False)
    store: bool


@dataclass(frozen=True)
class OpenDocument:
    """Fetch a document of the XML minibrowser from a URL, and run it."""

    url: str


@dataclass(frozen=True)
class Load:
    """Load the firmware image at a URL.

    A phone that fetches it by provisioning is shown it until a time, in seconds since the epoch, and no longer.
    """

    url: str
    image: str | None = None
    """The URL of the image itself, where that at url only leads to it."""
    until: float | None = None


@dataclass(frozen=True)
class Restart:
    """Restart. firmware is what the phone runs, None where that is not known."""

    firmware: Version | None
    spelling: int = 0


@dataclass(frozen=True)
class Reset:
    """Go back to the settings of the factory. firmware is that of `Restart`."""

    firmware: Version | None


# ansible-test's pylint takes a union by bars for arithmetic.
Command = Union[  # noqa: UP007
    Press,
    Touch,
    Dial,
    Tones,
    ReleaseAllCalls,
    LogOff,
    Reregister,
    Ring,
    FixLineInfoLayer,
    ClearList,
    Write,
    OpenDocument,
    Load,
    Restart,
    Reset,
]
"""What `Phone.command` takes."""


@dataclass(frozen=True)
class Acceptance:
    """What came back for a command, in words, with what was sent for it. It proves nothing (protocol 0.3, 0.4)."""

    request: str
    answer: str
    asks_reboot: bool = False
    """Whether the phone says that what was changed takes effect at its next boot."""


@dataclass(frozen=True)
class Picture:
    """What can be read as a picture: the ``display``, the ``labels`` beside the function keys, or an ``expansion``."""

    which: str


class CallSource(str, Enum):
    """Where it shows whether somebody talks on a phone."""

    PBX = "pbx"
    """What the PBX knows. Raises PbxFailed where it can't be asked."""
    COUNTER = "counter"
    REPORT = "report"
    """The phone's own word, by a document that it runs."""
    SCREEN = "screen"
    HOME = "home"


@dataclass(frozen=True)
class CallReading:
    """What one source says about calls. Everything is unknown where it says nothing, or the phone does not have it."""

    state: str = UNKNOWN
    """IDLE, IN_CALL or UNKNOWN."""
    phase: str = UNKNOWN
    """The state, or more exactly DIALING, CALLING, RINGING, CONNECTED or HOLDING."""
    count: int | None = None
    source: str | None = None
    """The source in words for users. None if the state is unknown."""


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What a phone has fetched since it was told to load an image, as its mirror tells.

    Times are in seconds since the epoch; None for what did not happen.
    """

    settings_at: float | None = None
    firmware_file_at: float | None = None
    """When it got the file that names the image. From then on it may be loading, which shows only when it is done."""
    image_at: float | None = None
    """When the image was last sent as a whole."""
    images: int = 0
    """How often it was."""
    started_at: float | None = None
    """When the phone said that it had started, after that."""
    complete: bool = True
    """Whether all that the mirror noted could be read, so that what is not there did not happen."""

    @property
    def may_load(self) -> bool:
        """Whether it may be loading the image, or have loaded it."""
        return not self.complete or self.firmware_file_at is not None or self.image_at is not None


Witness = Callable[["Phone"], CallReading]
"""Somebody else who knows of a phone's calls. Raises a SnomError."""


class Phone(Protocol):
    """One phone, one request at a time. Each verb raises a SnomError."""

    @property
    def connection(self) -> Connection:
        """What leads to it."""

    def look(self, subsets: Collection[str], *, timeout: float | None = None) -> PhoneFacts:
        """Read what is named of SUBSETS. What the phone does not have is unknown.

        timeout (s) is for each request and replaces the connection's own.
        """

    def call(self, source: CallSource) -> CallReading:
        """Read whether somebody talks on it."""

    def call_lists(self) -> dict[str, int]:
        """How many calls its lists hold, of LISTS that it shows."""

    def certificate(self) -> str:
        """The fingerprint of the certificate that it shows, without trusting it or sending anything."""

    def picture(self, picture: Picture) -> bytes:
        """What a part of it shows, as a Windows bitmap."""

    def command(self, command: Command) -> Acceptance:
        """Tell it to do something, once.

        Raises UserMode and Unsupported where it says no, and AnswerLost where it may have got the command all the same:
        no answer came, or none that can be read. To load an image and to restart are watched by whoever asks for it,
        so there that is no error.
        """

    def mark(self, load: Load) -> Mapping[str, Any] | None:
        """From where on it shows what comes of a load: for a journal, before the command. None where that needs none.

        Nothing is told to the phone by this.
        """

    def follow(self, mark: Mapping[str, Any] | None) -> None:
        """Watch for what comes of a load that an interrupted run has commanded or was about to, from its mark on.

        Raises InputError for a mark that is none of this way to a phone.
        """

    def remind(self) -> None:
        """Ask it once more for what a load asked it for, where it may not have looked for that the first time.

        Only for a phone that has fetched nothing of it yet. Where the phone was told itself, this does nothing.
        """

    def withdraw(self) -> None:
        """Show it no image any more. What it has begun to load it goes on with. Doing it again does nothing.

        Where the phone was told itself, there is nothing to withdraw. Raises SnomError where it may be shown it still.
        """

    def traces(self) -> Traces | None:
        """What it has fetched of a load that it was told or that is followed, as far as that could be read.

        None where nothing but the phone itself tells how far it is.
        """

    def spelled(self, command: Command | Picture) -> str:
        """What would be sent for a command or a picture."""

    def fits(self, command: Command) -> bool:
        """Whether a command is no longer than the phone may read."""

    def writes(self, settings: Mapping[str, str], *, store: bool) -> list[Write]:
        """The commands that write settings, in their order. Raises InputError for one that is too long."""

    def reach(self) -> None:
        """Make sure that something listens at its address, without sending anything. Raises PhoneUnreachable."""

    def use_login(self, username: str | None, password: str | None) -> None:
        """Log in so from now on, because the phone's own login was changed."""

    def close(self) -> None:
        """Give up the connection. The next request opens a new one; what was learned about the phone is kept."""


@dataclass(frozen=True)
class Identity:
    """One SIP identity. Lines count from 1."""

    line: int
    user: str | None
    registered: bool | None


@dataclass(frozen=True, kw_only=True)
class PhoneFacts:
    """One reading of a phone. None means unknown: not asked for, or not shown by this firmware.

    mac is 12 upper-case hex digits, uptime is in seconds. generation is what the web server shows itself to be.
    call_state is "idle", "in_call" or "unknown"; call_state_source names the page it was read from. admin_mode is False
    when the phone wanted its administrator password for the settings page (protocol 2.1), True when it showed them.
    http_pass_set is True when the phone wanted a login, False when it did not or its home page says so (protocol 2.1).
    read_only_settings are the names of those that HTTP does not write (5.4); setting_forms holds what the page says of
    a setting beside its value.
    cert_fingerprint is the SHA-256 of the certificate that the phone shows, as 64 lower-case hex digits.
    taught names what was read as ``snom_taught`` says, by its keys, or as ``call_state``.
    """

    model: str | None = None
    firmware: Version | None = None
    mac: str | None = None
    generation: Literal["classic", "phone_manager"] | None = None
    call_state: str = "unknown"
    call_state_source: str | None = None
    identities: tuple[Identity, ...] | None = None
    expansion_modules: tuple[str, ...] | None = None
    uptime: int | None = None
    admin_mode: bool | None = None
    http_pass_set: bool | None = None
    settings: dict[str, str] | None = None
    read_only_settings: frozenset[str] | None = None
    setting_forms: dict[str, SettingForm] | None = None
    cert_fingerprint: str | None = None
    taught: tuple[str, ...] = ()

    @property
    def vendor_controller(self) -> bool | None:
        """Whether Snom's own controller may reach the phone by TR-369. None where nothing tells.

        It is the first of them, by Snom's page; its setting overrules what is so by default.
        """
        said = (self.settings or {}).get("tr369_enable1", "").lower()
        if said in ("true", "on", "false", "off"):
            return said in ("true", "on")
        return may_have_vendor_controller(self.model, self.firmware)

    def shows(self, setting: str, attribute: str, value: str) -> bool:
        """Whether the settings page shows that the setting has this attribute."""
        form = (self.setting_forms or {}).get(setting)
        return form is not None and form.attributes.get(attribute) == value

    def as_dict(self) -> dict[str, Any]:
        """The facts as plain JSON types, without secrets."""
        return asdict(self) | {
            "firmware": None if self.firmware is None else str(self.firmware),
            "vendor_controller": self.vendor_controller,
            "identities": None if self.identities is None else [asdict(identity) for identity in self.identities],
            "taught": list(self.taught) or None,
            "expansion_modules": None if self.expansion_modules is None else list(self.expansion_modules),
            "settings": None if self.settings is None else mask_settings(self.settings),
            "read_only_settings": None if self.read_only_settings is None else sorted(self.read_only_settings),
            "setting_forms": (
                None
                if self.setting_forms is None
                else {key: form.as_dict() for key, form in self.setting_forms.items()}
            ),
        }


def mask_settings(settings: dict[str, str]) -> dict[str, str]:
    """The settings as outputs may show them.

    The phone leaves passwords out of its settings page (protocol 4.2). Names that look like a secret are masked all the
    same, and so is the login inside of a URL.
    """
    return {name: masked(name, value) for name, value in settings.items()}


def check_identity(facts: PhoneFacts, *, mac: str | None, model: str | None) -> None:
    """Compare a phone with what the inventory says about it; None there means that it says nothing.

    Raises WrongPhone when they differ, Refused when the phone shows no MAC to compare with, InputError when the
    inventory's own value can't be right. A phone that shows no model passes: its MAC is the stronger evidence.
    """
    if mac is not None:
        expected = normalize_mac(mac)
        if facts.mac is None:
            raise Refused(
                f"The inventory gives the MAC address {expected}, but the phone shows none, so it can't be told apart "
                "from another one. Look at info.htm in a browser; without snom_mac this host is not checked."
            )
        if facts.mac != expected:
            raise WrongPhone(
                f"The phone that answers has the MAC address {facts.mac}, the inventory says {expected}. "
                "Correct the address or snom_mac of this host."
            )
    if model is not None:
        known = find_model(model)
        if known is None:
            raise InputError(f"snom_model is {model!r}, which is no model that this collection knows. Correct it.")
        if facts.model is not None and facts.model != known.name:
            raise WrongPhone(
                f"The phone that answers is a {facts.model}, the inventory says {known.name}. "
                "Correct the address or snom_model of this host."
            )


@dataclass(frozen=True)
class SettingForm:
    """What a settings page says of a setting beside its value. number is None where the page does not tell it.

    perm is the flag of permission as it stands there, attributes is what else a function key has (protocol 5.1, 5.4).
    """

    name: str
    number: int | None = None
    perm: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The form as plain JSON types, without secrets."""
        hidden = is_secret(self.name)
        attributes = {key: MASK if hidden and value else masked(key, value) for key, value in self.attributes.items()}
        return asdict(self) | {"attributes": attributes}
