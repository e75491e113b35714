# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interviews one phone from the controller: see what it shows, and what can be made of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._pbx.registered import Registrar
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Witness
from ansible_collections.telephony.snom.plugins.module_utils._phone.secrets import scrub
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_phone import SipPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HAS_REQUESTS
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.fleet_action import FleetAction
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import ARGUMENT_SPEC, interview
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Ear, Subject
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.connection_options import split_arguments
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import FleetVariables, read_targets
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.witnesses import Witnesses, collector_of


class ActionModule(FleetAction):
    def serve(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Do one step."""
        if not HAS_REQUESTS:
            raise InputError(missing_required_lib("requests"))
        parameters = self.parameters(ARGUMENT_SPEC, paths=["profile"])
        connection, _own = split_arguments(self._task.args)
        host = str(task_vars["inventory_hostname"])
        fleet = FleetVariables.of_task(self._task, task_vars, self._templar, self.parent.is_gone)
        # Its pages are read over HTTP with its web login, also where commands reach it by its PBX: that says how it is
        # controlled, and asks for what only a rollout needs.
        (target,) = read_targets([host], fleet, connection | {"transport": "http"})
        by_sip = (connection.get("transport") or fleet.of(host).get("snom_transport")) == "sip"
        ear = Ear()
        witnesses = Witnesses(collector=partial(collector_of, hears=ear.reports.append))
        try:
            others = witnesses.of(target.known, mac=target.mac, address=target.connection.address)
            subject = Subject(
                host=host,
                connection=target.connection,
                model=target.model,
                account=target.known.account,
                witnesses=_told_by_sip(target, others) if by_sip else others,
                pbx=target.known.pbx,
                collector=witnesses.collector(target.known),
                protected=target.protected,
                by_sip=by_sip,
                ear=ear,
                taught=to_plain(connection.get("taught") or fleet.of(host).get("snom_taught") or []),
            )
            result = interview(subject, parameters, self._task.check_mode)
        finally:
            witnesses.close()
        secrets = {"password": target.connection.password, "snmp_community": target.connection.snmp_community}
        shown: dict[str, Any] = scrub(to_plain(result), secrets | {"username": target.connection.username})
        return shown


def _told_by_sip(target: Target, witnesses: Mapping[CallSource, Witness]) -> Mapping[CallSource, Witness]:
    """The same witnesses, but that the phone is asked for its own word by its PBX, as all others ask it."""
    report, pbx = witnesses.get(CallSource.REPORT), target.known.pbx
    if report is None or target.mac is None or pbx is None or not pbx.has_registrar:
        return {source: witness for source, witness in witnesses.items() if source is not CallSource.REPORT}
    connection = replace(target.connection, transport="sip", username=None, password=None)
    phone = SipPhone(connection, registrar=Registrar(pbx))
    return {**witnesses, CallSource.REPORT: lambda _shown: report(phone)}
