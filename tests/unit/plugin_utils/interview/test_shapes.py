# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones whose pages nobody here foresaw are looked at, a call is watched, they are taught, and then read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._known.taught import parse_taught
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.interview import ARGUMENT_SPEC, interview
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Subject

from ....profiles.reading import read
from ....virtual_phones.running import free_port, running

FINNISH = (
    "<table><tr><td><table><tr><td>Ohjelmistoversio</td></tr></table></td><td><table><tr><td><b>10.1.54.13</b></td></tr>"
    "</table></td></tr><tr><td>Laiteosoite<td>000413922D24<tr><td>Laite<td>snomD785</table>"
    "<p>Tili 1: 401@pbx.example kirjautunut</p><p>Tili 2: vapaana</p><h2>{call}</h2>"
)
PORTUGUESE = (
    '<form><label>Vers&atilde;o</label><input type="text" name="a" readonly value="10.1.54.13"><br>Endere&ccedil;o '
    "<input value='00:04:13:92:2D:24'><br>Aparelho: <input size=3 value=\"D785\"><input type=hidden value=9></form>"
    "<ul><li>Conta 1: 401@pbx.example ligada<li>Conta 2: desligada</ul><p>{call}</p>"
)
SCRIPTED = (
    '<div id=x></div><script>var info = {{"fwRelease": "10.1.54.13", "hwAddress":"00041392 2D24"}};\n'
    "var device='D785';\nshow('macAddress', '000413922D24');</script><p>Loading</p>"
    "<p>Account 1: 401@pbx.example online</p><p>Account 2: vacant</p><p>{call}</p>"
)
HEADED = (
    "<table><thead><tr><th>Enhet</th><th>H&aring;rdvaruadress</th><th>Programversion</th></tr></thead><tbody><tr>"
    "<td>snomD785</td><td>00:04:13:92:2D:24</td><td>10.1.54.13</td></tr></tbody></table>"
    "<p>Konto 1: 401@pbx.example ansluten</p><p>Konto 2: ledigt</p><p>{call}</p>"
)
SHAPES = {
    "headed": (HEADED, ("Inget samtal", "Samtal med Annegret")),
    "nested": (FINNISH, ("Ei puhelua", "Puhelu: Annegret")),
    "fields": (PORTUGUESE, ("Nenhuma chamada", "Conversa com Annegret")),
    "scripts": (SCRIPTED, ("Nobody speaks", "Conversation with Annegret")),
}


def profile_of(page: str, calls: tuple[str, str]) -> dict[str, Any]:
    def answer(request: str, body: str) -> dict[str, Any]:
        page = f"<html><head><title>-</title></head><body>{body}</body></html>\n"
        head = ["HTTP/1.1 200 Ok", "Server: snom embedded", "Content-Type: text/html", f"Content-Length: {len(page)}"]
        return {"request": request, "login": False, "head": head, "body": [page]}

    button = '<form action="tools.htm"><input type="submit" name="reboot" value="Reboot"></form>'
    home = answer("/index.htm", f'<a href="odd.htm">1</a>{button}')
    states = {
        state: [home, answer("/odd.htm", page.format(call=call))]
        for state, call in zip(("idle", "in_call"), calls, strict=True)
    }
    return {"format": "telephony.snom profile 1", "firmware": "10.1.54.13", "mac": "000413922D24", "states": states}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_phone_of_another_shape_is_looked_at_taught_and_read(shape: str, tmp_path: Path) -> None:
    file = tmp_path / "shape.json"
    file.write_text(json.dumps(profile_of(*SHAPES[shape])))
    port = free_port()
    keys = {"name": "desk", "address": "127.0.0.1", "port": port, "model": "D785", "firmware": "10.1.54.13"}
    keys |= {"mac": "000413922D24", "profile": str(file)}
    with running({"phones": [keys]}, tmp_path) as fleet:

        def step(name: str, taught: list[Any], **given: Any) -> dict[str, Any]:
            connection = Connection(address="127.0.0.1", port=port, scheme="http", taught=parse_taught(taught))
            subject = Subject(host="desk", connection=connection, model=None, account=None, witnesses={}, taught=taught)
            defaults = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}
            return interview(subject, defaults | {"step": name} | given, False, **clock)

        clock: dict[str, Any] = {}
        said = {"shown_version": "10.1.54.13", "shown_mac": "00:04:13:92:2D:24", "shown_model": "D785"}
        lines = {"registered_lines": [1], "unregistered_lines": [2]}
        first = step("look", [])
        assert {row["verdict"] for row in first["verdicts"]} == {"unknown"}
        assert {row["module"]: row["will"] for row in first["forecast"]}["snom_firmware"] == "refuses"
        assert any("say confirm_reboot=" in sentence for sentence in first["to_confirm"])
        sure = {"confirm_reboot": "tools.htm?reboot=Reboot"}
        taught = yaml.safe_load(step("look", [], **said, **lines, **sure)["taught_yaml"])["snom_taught"]
        assert taught[0].keys() >= {"version", "mac", "model", "registration", "reboot"}

        # The person's schedule: nobody else knows of calls. Time is that of the looks.
        moment = [0.0]

        def sleep(seconds: float) -> None:
            moment[0] += seconds
            for at, state in ((8, "in_call"), (15, "idle")):
                if at <= moment[0] < at + seconds:
                    fleet.patch("desk", call={"state": state})

        clock = {"now": lambda: moment[0], "sleep": sleep}
        taught = yaml.safe_load(step("call", taught, watch=24.0)["taught_yaml"])["snom_taught"]
        assert taught[-1].keys() >= {"idle", "busy"}

        kept = tmp_path / "kept.json"
        last = step("look", taught, in_call=False, profile=str(kept), **said)
        facts = {row["fact"]: (row["verdict"], row["value"]) for row in last["verdicts"]}
        assert facts["version"] == ("agreed", "10.1.54.13") and facts["mac"][0] == facts["model"][0] == "agreed"
        assert facts["call"] == ("agreed", "idle") and facts["registered"][0] == "agreed"
        assert {row["module"]: row["will"] for row in last["forecast"]}["snom_firmware"] == "works"
        assert last["contradictions"] == last["to_confirm"] == [] and fleet.counters()["writes"] == 0
    # What was taught belongs to the profile, which is read with it as the phone was.
    (played,) = read(kept).values()
    assert (played["firmware"], played["mac"], played["model"]) == ("10.1.54.13", "000413000001", "D785")
    assert [one["registered"] for one in played["identities"]] == [True, False] and played["call_state"] == "idle"
    assert "401" not in kept.read_text() and "922d24" not in kept.read_text().lower()
