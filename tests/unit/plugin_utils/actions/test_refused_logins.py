# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often a task sends a login that a phone has refused: each item of its loop and each try is an action."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import AuthFailed
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import CONNECTION_ARGUMENTS, Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HttpPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import PhoneAction
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.refused_logins import (
    RefusedLogins,
    RememberingClient,
)
from ansible_collections.telephony.snom.tests.unit.raw_server import RawServer, page

Result = dict[str, Any]

RIGHT = "Basic " + base64.b64encode(b"admin:right").decode()
CHALLENGE = page("", "401 Unauthorized", 'WWW-Authenticate: Basic realm="snom"')


def serve(request: str) -> bytes:
    return page("<html></html>") if f"\r\nAuthorization: {RIGHT}" in request else CHALLENGE


def logins(server: RawServer) -> list[str]:
    """The passwords that were sent."""
    sent = [request.partition("\r\nAuthorization: Basic ")[2].split("\r\n")[0] for request in server.requests]
    return [base64.b64decode(one).decode().partition(":")[2] for one in sent if one]


def look(phone: Phone, parameters: Result, check_mode: bool) -> Result:
    phone.look(["system"])
    return {"changed": False, "outcome": "unchanged"}


def look_leniently(phone: Phone, parameters: Result, check_mode: bool) -> Result:
    """As some operations do, which go on with what others say of the phone."""
    try:
        return look(phone, parameters, check_mode)
    except AuthFailed:
        return {"changed": False, "outcome": "unchanged"}


class Look(PhoneAction):
    argument_spec = CONNECTION_ARGUMENTS
    operation = staticmethod(look)


class LookLeniently(Look):
    operation = staticmethod(look_leniently)


class ByThePbx(Look):
    own_way = True


def run(
    task: str,
    password: str,
    port: int = 80,
    *,
    action: type[PhoneAction] = Look,
    in_process: bool = True,
    auth: str = "auto",
) -> Result:
    args = {"host": "127.0.0.1", "port": port, "scheme": "http", "username": "admin", "password": password}
    fields = {"async_val": 0, "check_mode": False, "delegate_to": None, "action": "look"}
    connection = connection_loader.get("local", PlayContext())
    task_of = SimpleNamespace(_uuid=task, args=args | {"auth": auth}, **fields)
    made = action(task_of, connection, PlayContext(), None, None, None)
    made._shared_loader_obj = SimpleNamespace(connection_loader=SimpleNamespace(get=lambda *_some, **_more: connection))
    return made.run(task_vars={"inventory_hostname": "desk7", "snom_in_process": in_process})


@pytest.mark.parametrize("action", [Look, LookLeniently])
def test_a_task_sends_a_refused_login_once(action: type[PhoneAction]) -> None:
    with RawServer(serve) as server:
        for _item in range(3):
            run("loop", "wrong", server.port, action=action)
        assert logins(server) == ["wrong"]
        assert len(server.requests) == 2


@pytest.mark.parametrize("shown_to", ["all", "who logs in"])
@pytest.mark.parametrize("auth", ["auto", "basic"])
def test_a_locked_phone_is_asked_once(shown_to: str, auth: str) -> None:
    """Nobody has published whether it counts logins while it is locked, nor to whom it says that it is."""
    locked = page("<html>The web interface is blocked.</html>")

    def lock(request: str) -> bytes:
        return locked if shown_to == "all" or "Authorization" in request else CHALLENGE

    with RawServer(lock) as server:
        results = [run("loop", "right", server.port, auth=auth) for _item in range(3)]
        assert [result["outcome"] for result in results] == ["locked_out"] * 3
        assert len(logins(server)) <= 1 and len(server.requests) <= 2
    assert "nothing was sent" in results[2]["reason"]


def test_what_is_not_tried_again_ends_as_it_did_and_says_that_nothing_was_sent() -> None:
    with RawServer(serve) as server:
        first, second = (run("until", "wrong", server.port) for _try in range(2))
    assert (first["outcome"], second["outcome"], second["failed"]) == ("auth_failed", "auth_failed", True)
    assert second["reason"].startswith(first["reason"]) and "nothing was sent" in second["reason"]
    assert "nothing was sent" not in first["reason"]


def test_another_password_and_another_way_to_log_in_are_tried() -> None:
    with RawServer(serve) as server:
        outcomes = [
            run("loop", password, server.port, auth=auth)["outcome"]
            for password, auth in [("right", "digest"), ("right", "auto"), ("wrong", "auto"), ("right", "auto")]
        ]
        assert outcomes == ["auth_failed", "unchanged", "auth_failed", "unchanged"]
        assert logins(server) == ["right", "wrong", "right"]


def test_another_phone_gets_the_login() -> None:
    with RawServer(serve) as one, RawServer(serve) as other:
        for server in (one, other):
            run("loop", "wrong", server.port)
        assert (logins(one), logins(other)) == (["wrong"], ["wrong"])


def test_another_task_tries_once_more() -> None:
    """Where one process does several: somebody may have corrected the phone meanwhile."""
    with RawServer(serve) as server:
        for task in ("first", "second", "second"):
            run(task, "wrong", server.port)
        assert logins(server) == ["wrong", "wrong"]


def test_a_login_that_was_changed_is_another_one() -> None:
    with RawServer(serve) as server:
        connection = Connection(
            address="127.0.0.1", port=server.port, scheme="http", username="admin", password="right"
        )
        refused = RefusedLogins()
        for _item in range(2):
            phone = RememberingClient(HttpPhone(connection), connection, refused)
            assert phone.get("/info.htm").status == 200
            phone.use_login("admin", "untaken")
            for _again in range(2):
                with pytest.raises(AuthFailed):
                    phone.get("/info.htm")
            assert phone.get("/info.htm", login=False).status == 401
            phone.close()
        assert logins(server) == ["right", "untaken", "right"]


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """The arguments of the real modules that were run; each ends with a refused login."""
    seen: list[Result] = []

    def execute(self: PhoneAction, module_args: Result, task_vars: Result) -> Result:
        seen.append(module_args)
        return {"changed": False, "failed": True, "outcome": "auth_failed", "reason": "It refused.", "msg": "It."}

    monkeypatch.setattr(PhoneAction, "_execute_module", execute)
    return seen


def test_a_real_module_is_not_run_again_for_a_refused_login(modules: list[Result]) -> None:
    results = [run("loop elsewhere", "wrong", in_process=False) for _item in range(3)]
    assert [result["outcome"] for result in results] == ["auth_failed"] * 3
    assert results[2]["reason"].startswith("It refused. ")
    run("loop elsewhere", "other", in_process=False)
    assert [arguments["password"] for arguments in modules] == ["wrong", "other"]


def test_a_login_that_a_pbx_refused_is_none_of_the_phone(modules: list[Result]) -> None:
    for _try in range(2):
        run("by the pbx", "right", action=ByThePbx, in_process=False)
    assert len(modules) == 2
