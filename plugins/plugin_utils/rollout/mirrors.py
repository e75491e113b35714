# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PBXs and mirrors by which phones of a rollout are reached that are not told themselves: each is there once."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import shown_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, expect
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import Ending
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._mirror.armory import Armory
from ansible_collections.telephony.snom.plugins.module_utils._mirror.begun_load import LONGEST
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import MirrorFailed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import OPTION, ControlSettings
from ansible_collections.telephony.snom.plugins.module_utils._mirror.probe import LATEST
from ansible_collections.telephony.snom.plugins.module_utils._mirror.progress import IMAGE_FOLDER
from ansible_collections.telephony.snom.plugins.module_utils._pbx.registered import Registrar
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Witness
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_phone import SipPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import PlannedPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target

T = TypeVar("T")

Witnesses = Mapping[CallSource, Witness]

_SAME = 10.0
"""Seconds by which a mirror may tell a deadline later than it was given: in its own time, which is read anew."""


class Mirrors:
    """Those of one run."""

    def __init__(
        self,
        targets: Iterable[Target],
        *,
        armory: Callable[[ControlSettings], Armory] = Armory,
        registrar: Callable[[PbxSettings], Registrar] = Registrar,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pause = pause
        self._targets = [target for target in targets if target.control is not None]
        self._armories = {one: armory(one) for one in {expect(target.control) for target in self._targets}}
        self._registrars = {one: registrar(one) for one in {expect(target.known.pbx) for target in self._targets}}

    def __bool__(self) -> bool:
        """Whether any phone is reached that way."""
        return bool(self._targets)

    def phone(self, target: Target, witnesses: Witnesses = MappingProxyType({})) -> SipPhone:
        """The way to a phone by its PBX and its provisioning."""
        return SipPhone(
            target.connection,
            registrar=self._registrars[expect(target.known.pbx)],
            armory=self._armories[expect(target.control)],
            settings=target.settings,
            witnesses=witnesses,
            pause=self._pause,
        )

    def check(self) -> list[str]:
        """Make sure that each mirror can be controlled and read; return what to warn of.

        Raises InputError: without that no phone may be shown anything.
        """
        warnings = [_or_input_error(armory.control.check) for armory in self._armories.values()]
        return [warning for warning in warnings if warning]

    def check_images(self, phones: Iterable[PlannedPhone]) -> None:
        """Make sure that phones fetch their images from the mirror whose log is read, by a request of this run's own.

        Raises InputError: else nothing that a phone does would be seen.
        """
        places: dict[tuple[ControlSettings, str], str] = {}
        for phone in phones:
            control = phone.target.control
            for hop in phone.hops if control is not None else ():
                parts = urlsplit(hop.image_url)
                if not parts.path.startswith(IMAGE_FOLDER):
                    raise InputError(
                        f"{phone.host} is brought to its firmware by provisioning, and {hop.file} would come from "
                        f"another place than the folder {IMAGE_FOLDER} of a mirror of the role firmware_mirror: "
                        "nothing would tell what the phone does. Set snom_mirror to that, as in "
                        "https://mirror.example/fw."
                    )
                places[expect(control), f"{parts.scheme}://{parts.netloc}"] = phone.host
        for (control, place), host in places.items():
            if not _or_input_error(partial(self._armories[control].sees, place)):
                raise InputError(
                    f"A request to {place}, where {host} would fetch its image, does not stand in the log of the "
                    f"mirror {control.url} within {LATEST:g} s, so nothing would tell in time what the phone does. Let "
                    f"{OPTION} name that same mirror, make sure that it can be reached from the controller under both "
                    "names, and let nginx write each line at once (access_log without buffer)."
                )

    def left_by_log(self, phones: Iterable[PlannedPhone], known: Mapping[str, float]) -> dict[str, Ending]:
        """How phones end that must not be asked by what their mirror's log tells, by host.

        They may be loading what another run has withdrawn already, or said last that they run what they would load.
        known says by MAC until when a load may be that of this journal's runs (seconds since the epoch).
        """
        by_mirror: dict[ControlSettings, dict[str, PlannedPhone]] = {}
        for phone in phones:
            if phone.target.control is not None:
                by_mirror.setdefault(phone.target.control, {})[expect(phone.target.mac)] = phone
        found: dict[str, Ending] = {}
        for control, by_mac in by_mirror.items():
            armory = self._armories[control]
            try:
                told, now = armory.told_by(by_mac)
            except MirrorFailed as error:
                reason = f"{error.reason} So it is not known whether it loads an image just now. Run again."
                found |= {phone.host: Ending(Outcome.DEFERRED, reason, phone.before) for phone in by_mac.values()}
                continue
            for mac, one in told.items():
                phone = by_mac[mac]
                begun = one.begun({expect(phone.before)}, now)
                at = armory.seconds(begun)
                if at is not None and at > known.get(mac, 0.0) + _SAME:
                    found[phone.host] = _may_load(phone, one.file, at, now - expect(begun))
                elif one.said in {hop.version for hop in phone.hops}:
                    found[phone.host] = _may_be_there(phone, expect(one.said))
        return found

    def clear(self, left: Mapping[str, float]) -> list[str]:
        """Show nothing to phones any more for which an earlier run could not end that; return what was done, in words.

        left says by host until when it had shown them something. A phone may see that at any time.
        """
        lines = []
        for target, armory, until in self._shown():
            if _is_left(left, target, until):
                _or_input_error(partial(armory.disarm, expect(target.mac)))
                lines.append(f"{target.host}: an earlier run had left it shown an image; it is not any more.")
        return lines

    def shown_by_others(self, watched: Collection[str], left: Mapping[str, float]) -> dict[str, float]:
        """By host: until when a phone is shown an image of which this run's journal knows nothing.

        watched are the hosts that it knows to be asked; left is that of `clear`. Such an image is not withdrawn: its
        run may be alive, and would take its phone for one that fetches nothing. Where it is dead the mirror ends that.
        """
        return {
            target.host: until
            for target, _armory, until in self._shown()
            if target.host not in watched and not _is_left(left, target, until)
        }

    def _shown(self) -> Iterator[tuple[Target, Armory, float]]:
        """The phones of this run that a mirror shows an image, and until when. Raises InputError."""
        for settings, armory in self._armories.items():
            armed = _or_input_error(armory.armed)
            for target in self._targets:
                if target.control == settings and target.mac in armed:
                    yield target, armory, armed[target.mac]


def _may_load(phone: PlannedPhone, file: str, at: float, ago: timedelta) -> Ending:
    until = at + LONGEST.total_seconds()
    reason = (
        f"The mirror shows that it began to load {file or 'an image'} {max(ago.total_seconds(), 0.0):.0f} s ago, not "
        "by this journal, and nothing says since that it runs that, so it may be writing its flash. It is asked for "
        f"nothing before {shown_time(until)}. Let the run end that asked it, or run again then."
    )
    return Ending(Outcome.DEFERRED, reason, phone.before, unsafe_until=until)


def _may_be_there(phone: PlannedPhone, said: Version) -> Ending:
    """A registration stays listed when its phone has restarted and did not register again.

    But that the mirror's line is newer is not known either: it has another clock, and is somebody's word in the phone's
    name. What else it said may be from before it registered, where it doesn't ask when it starts: what it says when it
    is asked tells. So it does, too, where the log was rotated.
    """
    reason = (
        f"Its registration says {phone.before}, and its newest request to the mirror says {said}. Which of the two is "
        "old can't be told, so it is not asked to load that. Restart it, or wait until it has registered and fetched "
        "its settings again, and run again."
    )
    return Ending(Outcome.DEFERRED, reason, phone.before)


def _is_left(left: Mapping[str, float], target: Target, until: float) -> bool:
    """Whether this is what an earlier run had shown it, and not what another one has since."""
    return until <= left.get(target.host, 0.0) + _SAME


def _or_input_error(ask: Callable[[], T]) -> T:
    """What a mirror answers. Raises InputError where it does not."""
    try:
        return ask()
    except MirrorFailed as error:
        raise InputError(f"{OPTION}: {error.reason} Nothing was sent to a phone.") from None
