# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone and its replay beside each other, request by request: what one says, the other says, but for names."""

from __future__ import annotations

import base64
import json
import re
import socket
from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import Recorded, Recorder, read_pages
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import exchange, make_profile
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer

from ...virtual_phones.running import free_port, running

MAC, PASSWORD = "000413922D24", "gehe1mnis"
LOGIN = f"Authorization: Basic {base64.b64encode(f'admin:{PASSWORD}'.encode()).decode()}"
PERSONAL = {"user_realname1": "Annegret Jürgensen", "ntp_server": "10.20.30.40", "fkey3": "speed 0305557788"}


def raw(port: int, target: str, *head: str, method: str = "GET") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: x", "Connection: close", *head, "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=120) as sock:
        sock.sendall("\r\n".join(lines).encode())
        return b"".join(iter(lambda: sock.recv(65536), b""))


def without_digits(said: Any) -> Any:
    """Uptimes and clocks run on, and what they say is replaced by other numbers."""
    return json.loads(re.sub("[0-9]", "0", json.dumps(said)))


def parsed(target: str, data: bytes) -> dict[str, Any]:
    head, blank, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    assert length is None or not body or int(length[1]) == len(body)
    return {
        "head": head.decode("latin-1").split("\r\n") if head else [],
        "head_ends": bool(blank),
        "body": body.decode("latin-1").splitlines(keepends=True),
    }


def test_a_replay_answers_as_the_original_does(tmp_path: Path) -> None:
    keys = {"address": "127.0.0.1", "model": "D785", "firmware": "10.1.54.13", "password": PASSWORD}
    own = {"mac": MAC, "title": "Annegrets Telefon", "settings": PERSONAL, "identities": ["401@pbx.frobozz.example"]}
    first, second = free_port(), free_port()
    original = {"name": "original", "port": first, **keys, **own, "call_shown_in": ["gui", "home"]}
    replacer = Replacer(macs=[MAC], secrets=[PASSWORD], versions=["10.1.54.13"], model="D785")
    recorded: dict[str, list[Recorded]] = {}
    with running({"phones": [original]}, tmp_path) as fleet:
        for state in ("idle", "in_call"):
            fleet.patch("original", call={"state": state, "remote": "01705558899"})
            recorder = Recorder()
            connection = Connection(
                address="127.0.0.1", port=first, scheme="http", username="admin", password=PASSWORD, mac=MAC
            )
            read_pages(connection, recorder)
            recorded[state] = recorder.exchanges
        made = make_profile(recorded, replacer, model="D785", firmware="10.1.54.13", mac=MAC, said=[])
        file = tmp_path / "profile.json"
        file.write_text(json.dumps(made))
        assert not re.search("annegret|frobozz|5558899|10.20.30|922d24", file.read_text(), re.IGNORECASE)
        replay = {"name": "replay", "port": second, **keys, "mac": made["mac"], "profile": str(file)}
        with running({"phones": [replay]}, tmp_path) as other:
            for state in ("idle", "in_call"):
                fleet.patch("original", call={"state": state, "remote": "01705558899"})
                other.patch("replay", call={"state": state})
                targets = list(dict.fromkeys(one.target for one in recorded[state]))
                asked = [(target, ("", LOGIN)[login], "GET") for target in targets for login in (False, True)]
                asked += [("/not-there.htm", LOGIN, "GET"), ("/info.htm", LOGIN, "HEAD")]
                for target, login, method in asked:
                    head = [login] if login else []
                    answer = raw(first, target, *head, method=method)
                    said = exchange(Recorded(target, bool(login), 0.0, answer), replacer)
                    expected = {name: said[name] for name in ("head", "head_ends", "body")}
                    if method == "HEAD":
                        # Its length is that of the page.
                        expected["head"] = [line for line in expected["head"] if "ength" not in line]
                    replayed = parsed(target, raw(second, target, *head, method=method))
                    if method == "HEAD":
                        replayed["head"] = [line for line in replayed["head"] if "ength" not in line]
                    assert without_digits(replayed) == without_digits(expected), (state, method, target, login)
            assert len(targets) >= 10
            # After a write they part, and the replay says so.
            fleet.patch("original", call={"state": "idle"})
            other.patch("replay", call={"state": "idle"})
            write = "/dummy.htm?settings=save&language=Deutsch"
            assert raw(first, write, LOGIN).startswith(b"HTTP/1.1 200 ")
            assert raw(second, write, LOGIN).startswith(b"HTTP/1.1 501 ")
            assert other.log("replay", event="replay_refused")
