# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout would do with a fleet: each phone, and all of them as one plan. Nothing here talks to a phone."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import shown_time
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    Ending,
    deadline_for,
    hop_need,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history import History, ImageStep
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import Options
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.phone_plan import plan_phone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.planned_phone import (
    KnownPhone,
    PlannedPhone,
    SettledPhone,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Reading, Target


@dataclass(kw_only=True)
class Plan:
    """All phones of a rollout, in the order of the inventory."""

    phones: list[PlannedPhone | SettledPhone]
    options: Options
    plan_id: str
    proven: frozenset[ImageStep] = frozenset()
    """The steps that an interrupted run has brought phones well through."""
    slow: Mapping[str | None, float] = field(default_factory=dict)
    """By site: seconds that a phone of an earlier run took to fetch its image, where that was more than assumed."""

    @property
    def work(self) -> list[PlannedPhone]:
        """The phones that need an upgrade."""
        return [phone for phone in self.phones if isinstance(phone, PlannedPhone)]

    @property
    def settled(self) -> list[SettledPhone]:
        """The phones that are asked for nothing."""
        return [phone for phone in self.phones if isinstance(phone, SettledPhone)]

    def refuse(self, problems: Mapping[str, SnomError]) -> None:
        """Take phones out of the work, by host."""
        self.phones = [
            phone.refuse(problems[phone.host].outcome, problems[phone.host].reason) if phone.host in problems else phone
            for phone in self.phones
        ]

    def settle(self, endings: Mapping[str, Ending]) -> None:
        """Take phones out of the work that end so, by host. Later runs are to know who must be left alone."""
        self.phones = [
            phone.settle(endings[phone.host], unrecorded=endings[phone.host].unsafe_until is not None)
            if phone.host in endings
            else phone
            for phone in self.phones
        ]

    def leave_to_others(self, shown: Mapping[str, float]) -> None:
        """Take phones out of the work that a run has asked which this journal does not know.

        shown says by host until when their mirror shows them an image. One that looks at the last moment takes as long
        as any other.
        """
        self.phones = [
            _left_to_others(phone, shown[phone.host] + phone.deadline)
            if isinstance(phone, PlannedPhone) and phone.host in shown
            else phone
            for phone in self.phones
        ]


def _left_to_others(phone: PlannedPhone, until: float) -> SettledPhone:
    reason = (
        "The mirror shows it an image for a run that this journal does not know, so it may be loading that, or begin "
        f"to. It is asked for nothing before {shown_time(until)}. Let that run end, or run again then."
    )
    # Later runs are to know it, too: what the mirror shows ends before the phone has written it.
    return phone.settle(Ending(Outcome.DEFERRED, reason, phone.before, unsafe_until=until), unrecorded=True)


def check_targets(targets: Sequence[Target]) -> None:
    """Raise InputError naming every host that can't be planned; nothing has been sent when this runs."""
    problems = [
        f"{target.host} has no target: set snom_firmware_version or snom_firmware_versions."
        for target in targets
        if not target.possible_versions() and not target.protected
    ]
    problems += _doubles(targets, lambda target: target.mac, "the MAC", "Correct snom_mac of one of them.")
    # A phone that is reached by its PBX may share its address with others, and it is never asked for.
    addressed = [target for target in targets if not target.by_provisioning]
    problems += _doubles(addressed, _address, "the address", "Correct ansible_host of one of them.")
    if problems:
        shown = problems[:20]
        if len(problems) > len(shown):
            shown.append(f"… and {len(problems) - len(shown)} more.")
        raise InputError("The inventory can't be rolled out; nothing was sent. " + " ".join(shown))


def _address(target: Target) -> str:
    """The host, and its port unless it is 80 or 443: these two are the same phone."""
    host, port = target.connection.address.lower(), target.connection.port
    return host if port in (None, 80, 443) else f"{host}:{port}"


def _doubles(targets: Iterable[Target], key: Callable[[Target], str | None], what: str, remedy: str) -> list[str]:
    seen: dict[str, list[str]] = {}
    for target in targets:
        value = key(target)
        if value is not None:
            seen.setdefault(value, []).append(target.host)
    return [
        f"{' and '.join(hosts)} have {what} {value} in common. {remedy}"
        for value, hosts in seen.items()
        if len(hosts) > 1
    ]


def make_plan(
    targets: Sequence[Target],
    readings: Mapping[str, Reading],
    options: Options,
    history: History,
    resumed: Mapping[str, Ending],
) -> Plan:
    """Decide for each phone what it needs. resumed says how phones ended that an interrupted run had triggered."""
    macs = history.macs_to_leave_alone({target.host for target in targets}, resumed)
    phones = _without_doubles(
        [
            plan_phone(target, readings[target.host], options, history, resumed.get(target.host), macs)
            for target in targets
        ]
    )
    at_site = Counter(phone.target.site for phone in phones if isinstance(phone, PlannedPhone))
    phones = [
        _with_deadlines(phone, options, at_site[phone.target.site]) if isinstance(phone, PlannedPhone) else phone
        for phone in phones
    ]
    proven = frozenset(step for step, count in history.proven.items() if count > 0)
    return Plan(phones=phones, options=options, plan_id=_plan_id(phones), proven=proven, slow=history.slow)


def _without_doubles(phones: list[PlannedPhone | SettledPhone]) -> list[PlannedPhone | SettledPhone]:
    """Refuse a phone that shows itself as several hosts: each of them would ask it, also while it writes its flash."""
    by_mac: dict[str | None, list[str]] = {}
    for phone in phones:
        by_mac.setdefault(phone.facts.mac if phone.facts else None, []).append(phone.host)

    def refused(phone: PlannedPhone | SettledPhone) -> PlannedPhone | SettledPhone:
        mac = phone.facts.mac if phone.facts else None
        if not isinstance(phone, PlannedPhone) or mac is None or len(by_mac[mac]) == 1:
            return phone
        return phone.refuse(
            Outcome.REFUSED,
            f"{' and '.join(by_mac[mac])} show the same MAC {mac}: it is one phone under several names, or it changed "
            "its address while the phones were read. Correct ansible_host of one of them, or plan again.",
        )

    return [refused(phone) for phone in phones]


def _with_deadlines(phone: PlannedPhone, options: Options, at_site: int) -> PlannedPhone | SettledPhone:
    """A phone with the seconds that it needs and gets, as one of so many at its site."""
    parallel = min(options.max_in_flight or at_site, at_site)
    bandwidth = options.bandwidth.of(phone.target.site)
    needs = tuple(
        hop_need(hop.size, phone.flash_time(options), parallel=parallel, bandwidth_mbit=bandwidth) for hop in phone.hops
    )
    given = options.deadline
    phone = replace(
        phone, needs=needs, deadlines=tuple(deadline_for(need) if given is None else given for need in needs)
    )
    if options.windows is not None and (longest := options.windows.longest(phone.target.site)) < phone.deadline:
        return phone.refuse(
            Outcome.DEFERRED,
            f"Its deadline of {phone.deadline:.0f} s never fits into the window of {longest:.0f} s: "
            "widen the window, or set firmware_rollout_deadline or firmware_rollout_flash_time.",
        )
    return phone


def _plan_id(phones: Iterable[KnownPhone]) -> str:
    """A short hash of all that would be done, and of what would be loaded: equal plans have equal ids.

    It holds what the catalogue and the inventory say of an image, and nothing that is asked of its mirror.
    """
    text = json.dumps(
        [
            [
                phone.host,
                phone.facts.mac if phone.facts else None,
                str(phone.before),
                str(phone.wanted),
                [[phone.target.by_provisioning, *map(str, vars(hop).values())] for hop in phone.hops],
                phone.outcome,
                phone.target.wave,
            ]
            for phone in sorted(phones, key=lambda phone: phone.host)
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]
