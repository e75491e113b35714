# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout needs from the controller that it runs on: a console, requests to stop, threads, the inventory."""

from __future__ import annotations

import os
import re
import shlex
import sys
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import MASK, is_secret, masked
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.secrets import scrub
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HAS_REQUESTS
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.console import Console
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.parent import Parent
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import load_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.connection_options import split_arguments
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import FleetVariables, read_targets
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.clock_changes import ClockOfRun, this_moment
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.mirrors import Mirrors
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.rollout import rollout
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import (
    Connect,
    Context,
    ThreadRuntime,
    raise_file_limit,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.stop_requests import StopRequests
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.witnesses import Witnesses

PATHS = ("catalog", "approved_plan", "stop_file", "journal", "report_dir")
"""The options that are files of the controller."""

# How ansible-playbook takes extra variables: -e, also behind flags without a value, and any beginning of --extra-vars.
_EXTRA_VARS = re.compile(r"(-[bCDJkKv]*e|--e[a-z-]*=?)(?P<value>.*)", re.DOTALL)
_NAMES_SECRET = re.compile("pass|secret|token|community", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def run(
    task: Any,
    templar: Any,
    parameters: Mapping[str, Any],
    task_vars: Mapping[str, Any],
    parent: Parent,
    console: Console,
) -> dict[str, Any]:
    """Run the rollout of a task and return the task's result. Raises InputError before anything is sent, and Abandoned.

    task, templar and parent are the action plugin's; parameters are the task's own options, checked.
    """
    if not HAS_REQUESTS:
        raise InputError(missing_required_lib("requests"))
    connection, _own = split_arguments(task.args)
    stop = StopRequests(parameters["stop_file"], others=parameters["stop_others"] and not task.check_mode)

    def abandoned() -> bool:
        if not parent.is_gone():
            return False
        console.leave()
        # After a SIGTERM the parent ends at once, and this run in order.
        return not stop.signalled

    fleet = FleetVariables.of_task(task, task_vars, templar, abandoned)
    targets = read_targets(task_vars["ansible_play_batch"], fleet, connection)
    raise_file_limit()
    witnesses = Witnesses()
    try:
        return _roll_out(task, parameters, targets, stop, abandoned, console, witnesses)
    finally:
        witnesses.close()


def _roll_out(
    task: Any,
    parameters: Mapping[str, Any],
    targets: list[Target],
    stop: StopRequests,
    abandoned: Callable[[], bool],
    console: Console,
    witnesses: Witnesses,
) -> dict[str, Any]:
    """Run it."""
    runtime = ThreadRuntime()
    mirrors = Mirrors(targets)
    clock = ClockOfRun()
    run_id = uuid.uuid4().hex[:12]

    def stop_others(reason: str) -> None:
        if problem := stop.stop_others(f"Run {run_id} has stopped. {reason}"):
            console.show(problem)

    context = Context(
        run=run_id,
        runtime=runtime,
        connect=_ways(targets, witnesses, mirrors),
        mirrors=mirrors if mirrors else None,
        notify=console.show,
        stop_requested=lambda: stop.reason() or console.reason() or clock.reason(),
        stop_others=stop_others,
        abandoned=abandoned,
        moment=this_moment,
        resume_command=_command_line(targets),
    )
    with stop:
        try:
            result = rollout(targets, parameters, load_catalog(parameters["catalog"]), task.check_mode, context)
        finally:
            runtime.close()
    return {"changed": False, **to_plain(result)}


def _ways(targets: list[Target], witnesses: Witnesses, mirrors: Mirrors) -> Connect:
    """What leads to each phone."""
    by_place = {}
    for target in targets:
        connection = target.connection
        # One that is reached by its PBX is known there by its MAC address. Its name need not lead anywhere.
        address = connection.address if target.control is None else _NOWHERE
        of_phone = witnesses.of(target.known, mac=target.mac, address=address)
        by_place[connection.address, connection.port, connection.mac] = target, of_phone

    # What one visit teaches about a phone's login saves a request on the next; and what a phone was shown is known on.
    @cache
    def connect(connection: Connection) -> Phone:
        target, of_phone = by_place[connection.address, connection.port, connection.mac]
        if target.control is not None:
            return mirrors.phone(target, of_phone)
        return WebPhone(connection, witnesses=of_phone)

    return connect


_NOWHERE = "0.0.0.0"
"""An address that no phone has."""


def _command_line(targets: list[Target]) -> str:
    """The command that runs this again, without secrets.

    Of extra variables that name or hold one nothing is shown: a secret can stand there in more spellings than can be
    told. A file that is not there stands for them, so that Ansible refuses the command until they are given again.
    """
    if os.environ.get("AWX_ISOLATED_DATA_DIR") or os.environ.get("JOB_ID"):
        return "relaunch this job"
    shown = [os.path.basename(sys.argv[0])]
    passwords = {target.connection.password for target in targets if target.connection.password}
    for before, argument in pairwise(sys.argv):
        flag, attached = _EXTRA_VARS.fullmatch(before), _EXTRA_VARS.fullmatch(argument)
        value = argument if flag and not flag["value"] else attached["value"] if attached else ""
        if _holds_secret(value) or (value and any(password in value for password in passwords)):
            shown.append(f"{'' if flag and not flag['value'] else '-e'}@{MASK}")
        else:
            shown.append(argument)
    command = shlex.join(shown)
    for password in passwords:
        command = scrub(command, {"password": password})
    return command


def _holds_secret(variables: str) -> bool:
    """Whether extra variables name a secret, or have a login or a token in a URL. Those in a file stay there."""
    if variables.startswith("@"):
        return False
    names = _NAMES_SECRET.search(variables) or any(map(is_secret, _WORD.findall(variables)))
    return bool(names) or masked("", variables) != variables
