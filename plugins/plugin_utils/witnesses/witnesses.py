# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who else knows whether somebody talks on a phone: its PBX, and the phone itself by a document that it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AnswerLost, InputError, expect
from ansible_collections.telephony.snom.plugins.module_utils._pbx.calls import UNKNOWN, PbxCalls
from ansible_collections.telephony.snom.plugins.module_utils._pbx.contacts import numeric
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PbxSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallReading, CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import OpenDocument
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone, Witness
from ansible_collections.telephony.snom.plugins.module_utils._phone.report import (
    Collector,
    callbacks_document,
    takes_silent_documents,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import CollectorSettings, HttpCollector
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.log_collector import LogCollector


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the inventory says of those who know of a phone."""

    pbx: PbxSettings | None = None
    account: str | None = None
    """``snom_account``."""
    collector: CollectorSettings | None = None


class Witnesses:
    """Those of all phones of a task. Each PBX and each listener is there once. To be closed."""

    def __init__(
        self,
        *,
        shares_ports: bool = False,
        calls: Callable[[PbxSettings], PbxCalls] = PbxCalls,
        collector: Callable[[CollectorSettings], Collector] | None = None,
    ) -> None:
        """shares_ports: another task may listen where this one would, so that it does without."""
        self._shares_ports = shares_ports
        self._make_calls = calls
        self._make_collector = collector or collector_of
        self._pbxs: dict[PbxSettings, PbxCalls] = {}
        self._collectors: dict[CollectorSettings, Collector] = {}

    def of(self, known: Known, *, mac: str | None, address: str) -> Mapping[CallSource, Witness]:
        """The witnesses for one phone. Raises InputError if a listener can't be opened."""
        found: dict[CallSource, Witness] = {}
        if known.pbx is not None and known.pbx.has_registrar:
            pbx = self._pbxs.setdefault(known.pbx, self._make_calls(known.pbx))
            found[CallSource.PBX] = partial(_by_pbx, pbx, known.account, mac, address)
        if (collector := self.collector(known)) is not None:
            found[CallSource.REPORT] = partial(_by_report, collector, mac, expect(known.collector).url)
        return found

    def collector(self, known: Known) -> Collector | None:
        """The listener for a phone; None where there is none. Raises InputError if it can't be opened."""
        return None if known.collector is None else self._collector(known.collector)

    def _collector(self, settings: CollectorSettings) -> Collector | None:
        if settings not in self._collectors:
            collector = self._make_collector(settings)
            try:
                collector.open()
            except InputError:
                if self._shares_ports:
                    return None
                raise
            self._collectors[settings] = collector
        return self._collectors[settings]

    def close(self) -> None:
        """Listen no longer."""
        for collector in self._collectors.values():
            collector.close()
        self._collectors = {}


def collector_of(settings: CollectorSettings, *, hears: Callable[[bytes], None] | None = None) -> Collector:
    """Where phones report by these settings. hears gets what comes to a listener here; see `HttpCollector`."""
    if settings.control is None:
        return HttpCollector(settings, hears=hears)
    return LogCollector(settings)


def _by_pbx(pbx: PbxCalls, account: str | None, mac: str | None, address: str, phone: Phone) -> CallReading:
    state = pbx.state_of(account=account, mac=mac, address=numeric(address))
    return CallReading() if state == UNKNOWN else CallReading(state, state, None, pbx.shown)


def _by_report(collector: Collector, mac: str | None, url: str, phone: Phone) -> CallReading:
    """Nothing where the phone would show the document, where another phone answers, and where it contradicts itself."""
    facts = phone.look(["system"])
    if not takes_silent_documents(facts.firmware):
        return CallReading()
    if not collector.has_documents and phone.connection.by_web:
        # It would have to fetch the document, and can't.
        return CallReading()
    address = numeric(phone.reports_from())

    def deliver(url: str, document: str) -> None:
        # Whether it got it shows when it reports.
        with suppress(AnswerLost):
            phone.command(OpenDocument(url, document))

    first = collector.ask(address, deliver)
    if first is None:
        return CallReading(
            problem=f"No report of it came to {url} (snom_collector): make sure that phones reach that address."
        )
    reports = [first]
    if first.leaves_open:
        more = collector.ask(address, deliver, document=callbacks_document)
        reports += [] if more is None else [more]
    macs, models = ({getattr(report, name) for report in reports} - {None} for name in ("mac", "model"))
    if len(macs | {mac or facts.mac} - {None}) > 1 or len(models | {facts.model} - {None}) > 1:
        return CallReading()
    if not macs and not phone.connection.by_web:
        # Its registration may be of before, and another phone have its address by now.
        return CallReading()
    if any(report.contradicts_itself for report in reports):
        return CallReading()
    readings = [report.reading for report in reports if report.reading.source is not None]
    return readings[0] if len({reading.state for reading in readings}) == 1 else CallReading()
