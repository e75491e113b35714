# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One mirror for all phones that it serves: whom it shows a firmware, and what its log gained, read once for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timezone
from typing import Any

from .._core.clock import system_time
from .._core.errors import InputError
from .._known.mac import normalize_mac
from .._known.version import Version
from .._provisioning.xml import firmware_file
from .begun_load import Told, ToldLog
from .client import WHOLE_SECONDS, MirrorFailed
from .control import MirrorControl
from .control_settings import ControlSettings
from .probe import ask, is_noted
from .progress import FetchProgress, ProgressLog
from .served_log import Position

FRESH = 1.0
"""Seconds since the log was read for which that serves others. An end of a phone's turn is never judged by an older
reading than the end of what it was shown."""

_LATE_FOR = 60.0
"""Seconds for which a log that came late is not tried again."""


class Armory:
    """One mirror. Any thread may ask.

    A phone is followed before it is armed, so that no line of it is passed over; what it fetched before does not count,
    because its firmware file then has another length.
    """

    def __init__(
        self,
        settings: ControlSettings,
        *,
        control: Callable[[ControlSettings], MirrorControl] = MirrorControl,
        now: Callable[[], float] = system_time,
        clock: Callable[[], float] = system_time,
        pause: Callable[[float], None] = time.sleep,
        ask: Callable[[str, bool | str], bool] = ask,
    ) -> None:
        """now gives seconds and never runs backwards; clock those since the epoch. ask is `probe.ask`."""
        self.settings = settings
        self._make = control
        self._pause = pause
        self._ask = ask
        self._control = control(settings)
        self._now = now
        self._clock = clock
        self._progress_log = ProgressLog()
        self._reading = threading.Lock()
        self._reads_from: float | None = None
        """When the reading of the log began to count: time of the oldest mark. None while none is followed."""
        self._is_reading = False
        self._read_at = float("-inf")
        self._gaps = 0
        self._gaps_before: dict[str, int] = {}
        """How often lines were lost by the time that a phone was followed from."""
        self._checking = threading.Lock()
        self._telling = threading.Lock()
        self._others = control(settings)
        """By which the log is read for what other runs do."""
        self._told: ToldLog | None = None
        self._begun_before: dict[str, datetime | None] = {}
        self._disarmed_at: dict[str, float] = {}
        # Until when all stands in the log, and until when it is not asked again after it came late.
        self._whole_until = self._late_until = float("-inf")
        self._failed: tuple[float, str] = (float("-inf"), "")
        """When the mirror was last asked for its log in vain, and why."""

    @property
    def control(self) -> MirrorControl:
        """The mirror's own control."""
        return self._control

    def mark(self, image_url: str, image: str) -> dict[str, Any]:
        """Where the log stands now, and what tells of a phone that is shown this image: plain data for a journal.

        image is the name of the file that is loaded in the end. Raises MirrorFailed.
        """
        with self._reading:
            self._begin()
            position = self._control.log.position
            # Its own clock, which no answer that came late shifts. Whatever it told last was before what comes now.
            told = self._control.client.told
        since = self._clock() + self._control.client.skew if told is None else told.timestamp()
        return {
            "position": position.as_dict(),
            "since": since,
            "image": image,
            "length": len(firmware_file(image_url)),
        }

    def follow(self, mac: str, mark: dict[str, Any]) -> None:
        """Read the log for this phone from its mark on. Raises InputError for a mark that is none.

        Of several marks of an interrupted run the oldest is where reading begins: follow all before the first reading.
        """
        try:
            since = float(mark["since"])
            position = Position(**{name: mark["position"][name] for name in Position.__dataclass_fields__})
            _check(position)
            begun = datetime.fromtimestamp(since - WHOLE_SECONDS, timezone.utc)
            image, length = str(mark["image"]), int(mark["length"])
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            raise InputError("journal: what it holds of a mirror's log can't be read. Mend that line.") from None
        with self._reading:
            if not self._is_reading and (self._reads_from is None or since < self._reads_from):
                self._reads_from = since
                self._control.log.position = position
            self._progress_log.expect(mac, image, begun, length)
            self._gaps_before[normalize_mac(mac)] = self._gaps
            self._read_at = float("-inf")

    def arm(self, mac: str, image_url: str, deadline: float) -> None:
        """Show a phone an image until a time (seconds since the epoch).

        Raises MirrorFailed, and MirrorAnswerLost where the phone may be shown it all the same.
        """
        self._disarmed_at.pop(normalize_mac(mac), None)
        self._control.arm(mac, image_url, deadline)

    def disarm(self, mac: str) -> None:
        """Show a phone nothing any more. Its progress is read anew afterwards. Raises MirrorFailed."""
        self._control.disarm(mac)
        self._disarmed_at[normalize_mac(mac)] = self._now()
        self._read_at = float("-inf")

    def armed(self) -> dict[str, float]:
        """Who is shown something, and until when (seconds since the epoch). Raises MirrorFailed."""
        return self._control.armed()

    def sees(self, place: str | None = None) -> bool:
        """Whether a request to a web server comes into this mirror's log, within seconds.

        place is its URL without a path, by default this mirror's own. Raises MirrorFailed.
        """
        return is_noted(self._make(self.settings).log, self.settings, place, ask=self._ask, pause=self._pause)

    def is_whole(self, mac: str) -> bool:
        """Whether the log, as it is read next, certainly has all that a phone got while it was shown an image.

        For one that is shown it still, all that it got until now. Raises MirrorFailed.
        """
        until = self._disarmed_at.get(normalize_mac(mac), self._now())
        with self._checking:
            began = self._now()
            if self._whole_until < until and began >= self._late_until:
                with self._failing_for_all():
                    sees = self.sees()
                if sees:
                    self._whole_until = began
                    self._read_at = float("-inf")
                else:
                    self._late_until = self._now() + _LATE_FOR
            return self._whole_until >= until

    def progress(self, mac: str, *, fresh: float = FRESH) -> FetchProgress:
        """How far a phone came that is followed, as of so many seconds ago at most. Raises MirrorFailed."""
        with self._reading:
            if self._now() - self._read_at >= fresh:
                began = self._now()
                with self._failing_for_all():
                    self._begin()
                    self._progress_log.read(self._control.log.read_new())
                if self._control.log.gap:
                    self._control.log.gap = False
                    self._gaps += 1
                self._read_at = began
            found = self._progress_log.of(normalize_mac(mac))
            if found is None:
                raise InputError("The phone is not followed.")
            return copy(found)

    def told_by(self, macs: Collection[str]) -> tuple[Mapping[str, Told], datetime]:
        """What its log tells of each phone, as far back as is read, and its clock's time. Raises MirrorFailed.

        From then on `has_begun` sees what is new of these.
        """
        with self._telling:
            log = self._others.log
            log.mark()
            self._told = ToldLog(macs)
            self._told.read(log.newest())
            now = self._moment()
            found = {mac: copy(self._told.of(mac)) for mac in macs}
            self._begun_before = {mac: one.begun((), now) for mac, one in found.items()}
            return found, now

    def has_begun(self, mac: str, said: Collection[Version]) -> bool:
        """Whether a phone began to load since `told_by`, and nothing says that it runs that. Raises MirrorFailed.

        said are the versions that it says elsewhere. False for a phone that was not among those.
        """
        with self._telling:
            if self._told is None or mac not in self._begun_before:
                return False
            self._told.read(self._others.log.read_new())
            begun = self._told.of(mac).begun(said, self._moment())
            return begun is not None and begun != self._begun_before[mac]

    def _moment(self) -> datetime:
        """What the mirror's clock shows, as it told last while it was read for `told_by`."""
        client = self._others.client
        return client.told or datetime.fromtimestamp(self._clock() + client.skew, timezone.utc)

    def has_gap(self, mac: str) -> bool:
        """Whether lines of the log may be lost since this phone is followed, and others may have been read twice.

        So it counts, too, where the log shows a load, and not by its times that this is the one that is followed.
        """
        progress = self._progress_log.of(mac)
        is_doubtful = progress is not None and progress.doubtful
        return is_doubtful or self._gaps != self._gaps_before.get(normalize_mac(mac))

    def seconds(self, moment: datetime | None) -> float | None:
        """A time of the log by the controller's clock, in seconds since the epoch."""
        return None if moment is None else moment.timestamp() - self._control.client.skew

    @contextmanager
    def _failing_for_all(self) -> Iterator[None]:
        """What fails now fails for all who have waited for it: each of a thousand phones would wait so long again."""
        failed_at, why = self._failed
        if self._now() - failed_at < FRESH:
            raise MirrorFailed(why)
        try:
            yield
        except MirrorFailed as error:
            self._failed = self._now(), error.reason
            raise

    def _begin(self) -> None:
        """Begin to read, at the end of the log unless somebody is followed from before."""
        if not self._is_reading and self._reads_from is None:
            self._control.log.mark()
        self._is_reading = True


def _check(position: Position) -> None:
    """Raise ValueError unless this can be a position."""
    numbers = position.offset, position.overlap
    if any(isinstance(one, bool) or not isinstance(one, int) or one < 0 for one in numbers):
        raise ValueError
    if position.overlap > position.offset or not isinstance(position.digest, str):
        raise ValueError
