# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone by its PBX and its provisioning, as far as it is read, also while it loads an image (sip 7).

What it is comes from its newest registration. To load an image it is shown one by the mirror, in a firmware file of its
own, and told by a check-sync to look. From then on two witnesses tell what it does, neither of which is the phone
itself, so this is what their words are taken for:

- Until its image was sent as a whole it is up, whatever a registration says: those stay listed when a phone is off, and
  a phone may restart for its settings alone.
- From then on only what is told anew counts: a request in the log behind the image, and a registration that was not
  there when the phone was shown it. Where there is neither, it is silent: it may be writing its flash.
- The version that it had proves nothing then, unless it is certain that it has started meanwhile: a phone that has its
  image still says the old one. That the two contradict each other proves nothing either.
- It is shown its image once: when that was sent as a whole, it is shown none any more. One that loads another one all
  the same is in a loop.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core.errors import Looping, PbxFailed, PhoneUnreachable, SnomError, Unsupported, expect
from ..._core.outcomes import Outcome
from ..._known.version import Version
from ..._mirror.armory import FRESH, Armory
from ..._mirror.client import MirrorFailed
from ..._mirror.probe import LATE
from ..._mirror.progress import FetchProgress
from ..._pbx.registered import Registered, Registrar
from ..call_reading import CallReading, CallSource
from ..connection import Connection
from ..facts import Identity, PhoneFacts
from ..loadable_phone import Traces

_LATER = 5.0
"""Seconds by which a registration must run out later than before, to be a new one: PBXs tell whole seconds."""


class Unheard(PhoneUnreachable):
    """The phone has fetched its image as a whole, and nothing has told since what it runs: it may be flashing."""

    outcome = Outcome.UNPROVEN


class Unproven(SnomError):
    """What is told of a phone that was shown an image contradicts itself, or can't be read now."""

    outcome = Outcome.UNPROVEN


@dataclass
class ShownImage:
    """An image that the phone was shown, or is about to be."""

    mark: Mapping[str, Any]
    before: Version | None
    accounts: tuple[str, ...]
    """In the order of the lines that they were told to have."""
    known: Mapping[str, float]
    """The contacts that it had, each with when it ran out."""
    withdrawn: bool = False
    known_at_image: frozenset[str] | None = None
    """The contacts that it had when the image was first known to be sent as a whole."""
    traces: Traces = field(default_factory=lambda: Traces(complete=False))


class SipReader:
    """One phone, in the verbs of `ReadablePhone`. Nothing is sent before the first verb."""

    def __init__(
        self,
        connection: Connection,
        *,
        registrar: Registrar,
        armory: Armory | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """connection has its MAC address. settings are those that the inventory gives it; None where it gives none."""
        self.connection = connection
        self._mac = expect(connection.mac)
        self._registrar = registrar
        self._mirror = armory
        self._settings = settings
        self._watched: ShownImage | None = None

    @property
    def _armory(self) -> Armory:
        return expect(self._mirror)

    def look(self, subsets: Collection[str], *, timeout: float | None = None) -> PhoneFacts:
        """Ask the PBX, and the mirror of a phone that was told to load an image.

        Its settings are those that its inventory gives it, for nothing else tells them. Raises PhoneUnreachable,
        Unheard, Unproven, Looping, PbxFailed.
        """
        settings = dict(self._settings) if self._settings is not None and "settings" in subsets else None
        if "system" not in subsets:
            return PhoneFacts(settings=settings)
        watched = self._watched
        if watched is None:
            return self._as_registered(settings)
        progress = self._progress(watched)
        if progress.images:
            return self._after_the_image(watched, progress, settings)
        if watched.withdrawn and not watched.traces.may_load:
            # Nothing came of that.
            return self._as_registered(settings)
        return self._before_the_image(watched, progress, settings)

    def _as_registered(self, settings: dict[str, str] | None) -> PhoneFacts:
        """It is what its newest registration says."""
        contacts = self._registrar.of(self._mac)
        if not contacts:
            raise PhoneUnreachable(self._unregistered())
        accounts = tuple(sorted({one.registration.account for one in contacts}))
        return self._facts(contacts[0], version_of(contacts[0]), _identities(accounts, accounts), settings)

    def _before_the_image(
        self, watched: ShownImage, progress: FetchProgress, settings: dict[str, str] | None
    ) -> PhoneFacts:
        """It is up, and what it was, whoever is asked: it has nothing yet to become another version by."""
        contacts = self._contacts()
        said = version_of(contacts[0]) if contacts else None
        if said is not None and said != watched.before:
            raise Unproven(
                f"It registers with {said}, and its mirror has not sent it an image: it has that version from "
                "elsewhere, or the log of the mirror is not whole."
            )
        asks_as = progress.version_before
        if asks_as is not None and watched.before is not None and asks_as != watched.before:
            raise Unproven(
                f"It asks its mirror as one that runs {asks_as}, and its registration says {watched.before}: that is "
                "an old one. See that it registers, and run again."
            )
        newest = contacts[0] if contacts else None
        return self._facts(newest, watched.before, _identities(watched.accounts, watched.accounts), settings)

    def _after_the_image(
        self, watched: ShownImage, progress: FetchProgress, settings: dict[str, str] | None
    ) -> PhoneFacts:
        self._withdraw_quietly()
        contacts = self._contacts()
        anew = [one for one in contacts or () if _is_new(one, watched.known)]
        if watched.known_at_image is None:
            watched.known_at_image = frozenset(one.key for one in contacts or ())
        newest = anew[0] if anew else None
        registered = version_of(newest) if newest else None
        if progress.is_looping(watched.before) and watched.traces.complete and registered in (None, watched.before):
            raise Looping(
                f"It has loaded the whole image {progress.images} times, and does not leave {watched.before}. It is "
                "shown none any more. It may be writing its flash: do not power it off. Check that the image is made "
                "for this model."
            )
        words = {version for version in (progress.version, registered) if version is not None}
        if len(words) > 1:
            raise Unheard(f"Its registration says {registered} and its requests to the mirror say {progress.version}.")
        if not words and contacts == () and watched.known:
            raise PhoneUnreachable("It has its image, and is not registered any more.")
        if not words:
            raise Unheard("It has its image, and nothing has told since which version it runs.")
        (version,) = words
        if version == watched.before and not self._has_started(watched, progress, anew):
            raise Unheard(f"It has its image, and what is told of it since says {version} as before.")
        accounts = {one.registration.account for one in anew}
        contact = newest or (contacts[0] if contacts else None)
        facts = self._facts(contact, version, _identities(watched.accounts, accounts), settings)
        # It has started since it was asked; when is not known.
        return replace(facts, uptime=0)

    def _has_started(self, watched: ShownImage, progress: FetchProgress, anew: list[Registered]) -> bool:
        """Whether it has certainly started since it has its image: it said so, or it has a contact of a new start."""
        fresh = [one for one in anew if one.key not in (watched.known_at_image or ()) and one.registration.call_id]
        return progress.beacon is not None or bool(fresh)

    def _facts(
        self,
        contact: Registered | None,
        version: Version | None,
        identities: tuple[Identity, ...],
        settings: dict[str, str] | None,
    ) -> PhoneFacts:
        agent = contact.registration.agent if contact else None
        return PhoneFacts(
            model=agent.model if agent else None,
            firmware=version,
            mac=self._mac,
            identities=identities or None,
            settings=settings,
        )

    def _contacts(self) -> tuple[Registered, ...] | None:
        """Those at the PBX; None where it can't be asked."""
        try:
            return self._registrar.of(self._mac)
        except PbxFailed:
            return None

    def _progress(self, watched: ShownImage, *, fresh: float = FRESH) -> FetchProgress:
        try:
            progress = self._armory.progress(self._mac, fresh=fresh)
            if watched.withdrawn and not (progress.firmware_fetched or progress.image_whole):
                # What is not there did not happen only where all is there.
                if not self._armory.is_whole(self._mac):
                    raise Unproven(f"Whether it has fetched its image is not known. {LATE}")
                progress = self._armory.progress(self._mac, fresh=fresh)
        except MirrorFailed as error:
            raise Unproven(f"What it fetches can't be read. {error.reason}") from None
        seconds = self._armory.seconds
        watched.traces = Traces(
            asked_at=seconds(progress.asked),
            settings_at=seconds(progress.settings_fetched),
            firmware_file_at=seconds(progress.firmware_fetched),
            image_at=seconds(progress.image_whole),
            images=progress.images,
            started_at=seconds(progress.beacon),
            complete=not self._armory.has_gap(self._mac),
        )
        return progress

    def _unregistered(self) -> str:
        return (
            f"No registration at {self._registrar.shown} names its MAC address {self._mac}. Check that it is "
            "registered there, and that its setting mac_info_in_sip_register is on."
        )

    def withdraw(self) -> None:
        """Have the mirror show it no image. Raises MirrorFailed."""
        if self._watched is not None and not self._watched.withdrawn:
            self._armory.disarm(self._mac)
            self._watched.withdrawn = True

    def _withdraw_quietly(self) -> None:
        """As soon as it has its image. What fails now is tried again, and told at the end."""
        try:
            self.withdraw()
        except MirrorFailed:
            return

    def call(self, source: CallSource) -> CallReading:
        """Nothing of it tells."""
        return CallReading()

    def certificate(self) -> str:
        """It shows none."""
        raise Unsupported("A phone shows no certificate to its PBX.")

    def reach(self) -> None:
        """Look whether it is registered."""
        if not self._registrar.of(self._mac):
            raise PhoneUnreachable(self._unregistered())

    def close(self) -> None:
        """Nothing is kept open."""


def version_of(contact: Registered) -> Version | None:
    """Which firmware a registration names, if it names one."""
    agent = contact.registration.agent
    return agent.firmware if agent else None


def _is_new(contact: Registered, known: Mapping[str, float]) -> bool:
    """Whether a contact was registered, or registered again, since those were all."""
    return contact.key not in known or contact.until > known[contact.key] + _LATER


def _identities(accounts: Collection[str], registered: Collection[str]) -> tuple[Identity, ...]:
    return tuple(Identity(line, account, account in registered) for line, account in enumerate(accounts, 1))
