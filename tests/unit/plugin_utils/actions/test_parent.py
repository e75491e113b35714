# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a task whose parent is gone. With real processes it is tested by the playbooks."""

from __future__ import annotations

import multiprocessing
import os
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import Reregister
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import CONNECTION_ARGUMENTS
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.plugin_utils.actions import phone_action
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.parent import AttendedClient, Parent
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import PhoneAction
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import FleetVariables
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned
from ansible_collections.telephony.snom.tests.unit.module_utils._phone.web.page_phone import PagePhone

PLAYBOOK, INIT = 4711, 1


@pytest.fixture(name="orphan")
def _orphan(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """This process was forked by ansible-playbook, which is gone; its exit codes, each of which would be its end."""
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        raise SystemExit(code)

    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(pid=PLAYBOOK))
    monkeypatch.setattr(os, "getppid", lambda: INIT)
    monkeypatch.setattr(os, "_exit", leave)
    return codes


def test_a_parent_that_was_gone_before_the_task_began_is_gone(orphan: list[int]) -> None:
    parent = Parent()
    assert parent.is_gone()
    with pytest.raises(Abandoned):
        parent.check()


def test_a_parent_that_lives_is_not_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(pid=os.getppid()))
    parent = Parent()
    parent.check()
    assert not parent.is_gone()


def test_without_a_note_of_ansibles_the_parent_of_the_beginning_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: None)
    parent = Parent()
    assert not parent.is_gone()
    monkeypatch.setattr(os, "getppid", lambda: INIT)
    assert parent.is_gone()


def test_a_phone_is_sent_nothing_once_nobody_is_left() -> None:
    fake, left = PagePhone({"/index.htm": "home"}), [True]

    def check() -> None:
        if not left:
            raise Abandoned

    phone = AttendedClient(fake, check)
    assert phone.get("/index.htm", timeout=3).text == "home"
    phone.reach()
    left.clear()
    with pytest.raises(Abandoned):
        phone.get("/index.htm?REBOOT=yes")
    with pytest.raises(Abandoned):
        phone.reach()
    phone.close()
    assert (fake.requests, fake.timeouts, fake.closed) == (["/index.htm"], [3], True)


def test_the_module_of_a_phone_ends_with_its_parent(orphan: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in the middle of its work, which passes each request by a look at the parent."""
    fake = PagePhone({})
    monkeypatch.setattr(phone_action, "HttpPhone", lambda connection: fake)
    monkeypatch.setattr(os, "getppid", lambda: PLAYBOOK)

    def ring_twice(phone: Phone, parameters: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        phone.look(["system"])
        monkeypatch.setattr(os, "getppid", lambda: INIT)
        phone.command(Reregister(1))
        raise AssertionError("It rang again.")

    class Ring(PhoneAction):
        argument_spec = CONNECTION_ARGUMENTS
        operation = staticmethod(ring_twice)

    task = SimpleNamespace(args={"host": "127.0.0.7"}, async_val=0, check_mode=False, delegate_to=None)
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    with pytest.raises(SystemExit):
        Ring(task, connection, None, None, None, None).run(task_vars={"inventory_hostname": "desk7"})
    assert (orphan, fake.requests) == ([1], ["/info.htm"])


def test_no_variable_of_a_fleet_is_read_once_nobody_is_left() -> None:
    class HostVars(dict[str, dict[str, Any]]):
        raw_get = dict.__getitem__

    gone: list[bool] = []
    hosts = FleetVariables(HostVars(desk={"snom_site": "berlin"}), {}, None, lambda: bool(gone))
    assert hosts.of("desk").get("snom_site") == "berlin"
    gone.append(True)
    with pytest.raises(Abandoned):
        hosts.of("desk").get("snom_site")
