# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run that was cut off left in flight: watched to its end before anything new is planned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._firmware.order import (
    Ending,
    Intent,
    Order,
    pace,
)
from ansible_collections.telephony.snom.plugins.module_utils._firmware.upgrade import Upgrade
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.report.text import count_phones
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate, NotTried
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.crew import Crew, Looked, watch_each
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.journal import Journal
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Context
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target


def watch_interrupted(
    targets: Sequence[Target],
    intents: Mapping[str, Intent],
    flash_time: float,
    context: Context,
    *,
    gate: CredentialsGate,
    journal: Journal,
    by_uptime: Collection[str] = (),
) -> dict[str, Ending]:
    """Watch each phone with an open intent to its end, as the run that asked it would have; nothing is sent.

    Returns how they ended; the journal knows it too. A phone that was never seen gone, and is up on its old version
    until it need not be left alone any more, is not among them: it was perhaps not even asked, and may be triggered
    again. Nor does the journal learn of one that the gate keeps from being looked at, so that a later run can watch it.
    """
    now = context.runtime.now
    asked = {target.host: target for target in targets if target.host in intents}
    waiting: dict[str, Upgrade] = {}
    for host, target in asked.items():
        waiting[host] = _resumed(target, intents[host], flash_time, context, by_uptime=host in by_uptime)
        context.notify(f"{host}: triggered by the interrupted run, watched until its deadline or four times as long")
    endings: dict[str, Ending] = {}

    def conclude(host: str, ending: Ending) -> None:
        del waiting[host]
        wanted = asked[host].possible_versions()
        # It has the first of several images, and may be refused the next; or another version is wanted by now.
        is_elsewhere = ending.outcome.succeeded and wanted and ending.after not in wanted
        said = "not at its target yet" if is_elsewhere else ending.outcome
        context.notify(f"{host}: {said}: {ending.reason}")

    def seen(host: str, delay: Any) -> Looked:
        upgrade = waiting[host]
        if (ending := upgrade.ending) is not None:
            if ending.outcome in (Outcome.IMAGE_FAILED, Outcome.NO_FETCH):
                ending = Ending(
                    Outcome.NOT_STARTED,
                    "It was not taken; the phone may be triggered again.",
                    shown_until=ending.shown_until,
                )
            else:
                endings[host] = ending
            journal.end(host, ending, now())
            conclude(host, ending)
        return Looked(took=upgrade.took_login, refused=upgrade.refused, again=delay)

    def not_tried(host: str) -> None:
        endings[host] = _not_watched(waiting[host])
        conclude(host, endings[host])

    crew = Crew(
        context,
        summary=lambda: [f"-- interrupted run: {len(asked) - len(waiting)} of {count_phones(len(asked))} ended"],
    )
    watch_each(
        crew,
        gate,
        asked,
        look=lambda host: waiting[host].step,
        seen=seen,
        not_tried=not_tried,
    )
    journal.sync()
    return endings


def _resumed(target: Target, intent: Intent, flash_time: float, context: Context, *, by_uptime: bool) -> Upgrade:
    # A run of an older release may have asked a phone without knowing its MAC.
    known = intent if intent.mac is not None else replace(intent, mac=target.mac)
    order = _order_of(known, flash_time=flash_time, accepted=target.possible_versions())
    upgrade = Upgrade(order, context.connect(target.connection), now=context.runtime.now)
    upgrade.resume(intent, by_uptime=by_uptime)
    return upgrade


def _not_watched(upgrade: Upgrade) -> Ending:
    reason = (
        f"The interrupted run asked it to load an image, and what became of that is not known. {NotTried().reason} "
        "It may still be writing its flash: do not power it off."
    )
    evidence = upgrade.course.evidence
    return Ending(Outcome.TIMED_OUT, reason, None, True, evidence, evidence.unsafe_until)


def _order_of(intent: Intent, *, flash_time: float, accepted: frozenset[Version]) -> Order:
    """The order that an interrupted run was carrying out. It is only watched, so its image needs no URL."""
    poll, settle = pace(flash_time)
    file, version = intent.file, intent.target
    return Order(
        host=intent.host,
        hops=(Hop(version=version, file=file, url="", image_url="", size=None, sha1=None, chained=False),),
        before=intent.before,
        mac=intent.mac,
        registered=frozenset(intent.registered),
        poll=poll,
        settle=settle,
        accepted=accepted,
    )
