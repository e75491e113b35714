# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook telephony.snom.interview: the first talk with a phone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.telephony.snom.tests.profiles.reading import read
from ansible_collections.telephony.snom.tests.virtual_phones.running import free_port

from .bench import REHEARSES, Bench, Run, phone, until
from .conftest import StartBench
from .telling import of_servers


def interview(found: Bench, *, rehearse: bool = REHEARSES, **variables: Any) -> Run:
    return found.play("telephony.snom.interview", variables={"snom_hosts": "phones", **variables}, rehearse=rehearse)


@pytest.mark.slow
def test_a_look_compares_what_it_reads_with_what_the_person_says(start: StartBench) -> None:
    secure = {"snom_scheme": "https", "snom_validate_certs": False}
    # Its certificate names the phone and its address.
    keys = {"tls": True, "certificate": "own", "inventory": secure}
    found = start(
        {"reception7": phone("D785", "10.1.54.13", mac="000413922D24", **keys)},
        snom_mac="00:04:13:92:2D:24",
    )
    run = interview(found, shown_version="10.1.54.13", snom_interview_dir="talk", in_call=False, rehearse=True)
    assert run.code == 0, run.output
    result = run.results("snom_interview")["reception7"]
    assert {row["fact"]: row["verdict"] for row in result["verdicts"]} == {
        "version": "agreed",
        "mac": "agreed",
        "model": "agreed",
        "registered": "agreed",
        "call": "agreed",
    }
    assert {row["module"]: row["will"] for row in result["forecast"]}["snom_firmware"] == "works"
    assert (result["contradictions"], result["taught"]) == ([], [])
    assert result["tls"]["version"].startswith("TLSv1.") and len(result["tls"]["fingerprint"]) == 64
    assert found.fleet.counters()["writes"] == 0
    profile = json.loads((found.out / "talk" / "profile-look.json").read_text())
    assert (profile["model"], profile["firmware"]) == ("D785", "10.1.54.13")
    assert result["tls"]["certificate"]["subject"] == [{"kind": "CN", "value": "reception7"}]
    assert "Certificate: of CN=reception7, issued by itself" in " ".join(run.output.split())
    assert profile["tls"]["version"] == result["tls"]["version"] and "fingerprint" not in profile["tls"]
    assert profile["tls"]["certificate"]["key"] == "EC P-256"
    text = json.dumps(profile)
    for secret in ("922D24", "922d24", found.address("reception7"), "reception7", "pbx.example:"):
        assert secret not in text, secret


@pytest.mark.slow
def test_a_person_whom_all_contradict_is_told_so(start: StartBench) -> None:
    found = start({"reception7": phone("D785", "10.1.54.13")})
    run = interview(found, shown_version="10.1.99.1", snom_interview_dir="talk")
    (sentence,) = run.results("snom_interview")["reception7"]["contradictions"]
    assert "info.htm says 10.1.54.13" in sentence and "Nobody else says what you say" in sentence
    assert not (found.out / "talk" / "snom_taught.yml").exists()
    assert "CONTRADICTION" in run.output


PLANTED = {
    "user_realname1": "Annegret Jürgensen",
    "user_idle_text1": "Frobozz-Klinik gehe1mnis 2",
    "snmp_community": "gehe1mnis 3",
    "user_host1": "tel-01.frobozz.example.net",
    "setting_server": "http://prov7:pw1x9@prov.frobozz.example.net/k/abc123def456",
    "ntp_server": "10.20.30.40",
    "fkey3": "speed 0305557788",
    "user_pname1": "k40177",
}


def test_a_profile_gives_nobody_away_and_reads_like_the_phone(start: StartBench) -> None:
    keys = {"identities": ["k40177@tel-01.frobozz.example.net"], "title": "Annegrets Telefon", "settings": PLANTED}
    found = start(
        {"reception7": phone("D785", "10.1.54.13", mac="000413922D24", call={"state": "in_call"}, **keys)},
        defaults={"call": {"remote": "01705558899"}},
        **of_servers(9, "asterisk", "gehe1mnis"),
    )
    found.fleet.patch("reception7", call={"state": "in_call", "remote": "01705558899"})
    run = interview(found, rehearse=False, snom_interview_dir="talk")
    assert run.code == 0, run.output
    file = found.out / "talk" / "profile-look.json"
    text = file.read_text().lower()
    for part in (
        *(
            "annegret",
            "rgensen",
            "frobozz",
            "klinik",
            "tel-01",
            "prov7",
            "pw1x9",
            "abc123",
            "gehe1mnis",
            "10.20.30.40",
            "0305557788",
        ),
        *("40177", "5558899", "922d24", "92:2d:24", "reception7", found.address("reception7")),
    ):
        assert part not in text, part
    assert set(json.loads(text)["replaced"]) >= {"mac addresses", "addresses", "numbers", "words", "secrets"} - {
        "secrets"
    }
    assert list(json.loads(file.read_text())["states"]) == ["in_call"]
    assert file.stat().st_mode & 0o077 == 0
    # Played, it reads like the phone.
    replayed = read(file)["in_call"]
    assert (replayed["model"], replayed["firmware"], replayed["call_state"]) == ("D785", "10.1.54.13", "in_call")
    assert replayed["mac"] == "000413000001" and replayed["uptime"] > 0
    assert [one["registered"] for one in replayed["identities"]] == [True]
    found.hosts()["reception7"]["snom_password"] = found.password
    info = found.play(
        [
            {
                "hosts": "phones",
                "gather_facts": False,
                "tasks": [{"telephony.snom.snom_info": {"gather": ["system", "settings"]}}],
            }
        ],
        rehearse=False,
    ).results("snom_info")["reception7"]["phone"]
    assert replayed["settings"] == len(info["settings"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        ({"faults": {"garbage": True}}, 0, "does not speak proper HTTP"),
        ({"faults": {"garbage": "page"}}, 0, "version: unknown"),
        ({"faults": {"garbage": "endless"}}, 0, "larger than 4 MiB"),
        ({"faults": {"missing_pages": ["info.htm", "index.htm"]}}, 0, "version: unknown"),
        ({"running": False}, 2, "cannot connect"),
        ({"faults": {"wrong_mac": "000413AAAAAA"}}, 2, "the inventory says 000413922D24"),
        ({"inventory": {"snom_password": "n0t-to-be-seen either"}}, 2, "password"),
        ({"inventory": {"snom_taught": [{"version": {"page": "info.htm", "label": "(a+)+$", "x": 1}}]}}, 2, "entry 1"),
        ({"model": "D865", "firmware": "10.1.226.16"}, 0, "This is a D8xx: it takes no commands over HTTP"),
    ],
    ids=["wire", "page", "endless", "missing", "dark", "another", "password", "taught", "phone_manager"],
)
def test_what_answers_badly_is_named_and_nothing_is_written(
    keys: dict[str, Any], code: int, words: str, start: StartBench
) -> None:
    model = {"model": keys.pop("model", "D785"), "firmware": keys.pop("firmware", "10.1.54.13")}
    inventory = {"snom_mac": "000413922D24"} | keys.pop("inventory", {})
    found = start({"desk7": phone(**model, mac="000413922D24", inventory=inventory, **keys)})
    run = interview(found, rehearse=False, snom_interview_dir="talk")
    assert run.code == code and words in " ".join(run.output.split()), run.output
    assert found.fleet.counters()["writes"] == 0
    assert not (found.out / "talk" / "snom_taught.yml").exists()
    assert (found.out / "talk" / "profile-look.json").exists() == (code == 0)


def test_an_interview_is_for_one_phone(start: StartBench) -> None:
    found = start({"a": phone(), "b": phone()})
    run = interview(found)
    assert run.code == 2 and "An interview is for one phone" in run.output
    assert found.fleet.counters()["requests"] == 0


PAGE = "<html><head><title>Desk</title></head><body>{}</body></html>\n"
STATUS = PAGE.format(
    "<table><tr><th>Product</th><td>snom D785</td></tr><tr><th>Software release</th><td>10.1.54.13</td></tr>"
    "<tr><th>Ethernet ID</th><td>00:04:13:92:2D:24</td></tr></table><p>{call}</p>"
    '<form action="tools.htm"><input type="submit" name="reboot" value="Reboot"></form>'
    "<p>Account 1: 401@pbx.example connected</p><p>Account 2: vacant</p>"
)


def strange(file: Path) -> str:
    """The profile of a phone whose pages are not as anybody here foresaw."""

    def answer(request: str, page: str) -> dict[str, Any]:
        head = ["HTTP/1.1 200 Ok", "Server: snom embedded", "Content-Type: text/html", f"Content-Length: {len(page)}"]
        return {"request": request, "login": True, "head": head, "body": [page]}

    home = answer("/index.htm", PAGE.format('<a href="status.htm">Status</a>'))
    states = {
        state: [home, answer("/status.htm", STATUS.replace("{call}", call))]
        for state, call in (("idle", "Nobody speaks"), ("in_call", "Conversation with Annegret"))
    }
    profile = {"format": "telephony.snom profile 1", "firmware": "10.1.54.13", "mac": "000413922D24", "states": states}
    file.write_text(json.dumps(profile))
    return str(file)


@pytest.mark.slow
def test_a_phone_with_strange_pages_is_interviewed_taught_and_upgraded_with_proof(
    start: StartBench, tmp_path: Path
) -> None:
    snmp = free_port()
    shape = strange(tmp_path / "strange.json")
    keys = {"mac": "000413922D24", "profile": shape, "snmp_port": snmp, "call_shown_in": ["snmp"]}
    found = start({"desk7": phone("D785", "10.1.54.13", **keys)}, snom_mac="00:04:13:92:2D:24")
    folder = found.out / "talk"

    # Nothing built in reads it.
    refused = found.rollout(unknown_call_state="proceed", rehearse=False)
    assert refused.outcomes == {"desk7": "refused"}

    said: dict[str, Any] = {"shown_version": "10.1.54.13", "shown_model": "D785", "snom_interview_dir": "talk"}
    look = interview(found, **said, rehearse=False)
    (sentence,) = look.results("snom_interview")["desk7"]["to_confirm"]
    assert sentence.endswith("say confirm_reboot=tools.htm?reboot=Reboot")
    said |= {"registered_lines": [1], "unregistered_lines": [2], "confirm_reboot": "tools.htm?reboot=Reboot"}
    look = interview(found, **said)
    will = {row["module"]: row["will"] for row in look.results("snom_interview")["desk7"]["forecast"]}
    assert (will["snom_firmware"], will["snom_settings"]) == ("refuses", "refuses")
    taught = yaml.safe_load((folder / "snom_taught.yml").read_text())
    assert taught == {
        "snom_taught": [
            {
                "models": ["D785"],
                "firmware": ["10.1"],
                "version": {"page": "status.htm", "label": "Software release"},
                "mac": {"page": "status.htm", "label": "Ethernet ID"},
                "model": {"page": "status.htm", "label": "Product"},
                "registration": {
                    "page": "status.htm",
                    "label": "Account",
                    "registered": "connected",
                    "unregistered": "vacant",
                },
                "reboot": "tools.htm?reboot=Reboot",
            }
        ]
    }
    found.hosts()["desk7"].update(taught)

    # Somebody calls while it looks. The counter tells, and so which texts of the page do.
    found.hosts()["desk7"].update(snom_snmp=True, snom_snmp_port=snmp)
    variables = {"snom_hosts": "phones", "step": "call", "snom_interview_dir": "talk", "snom_interview_watch": 600}
    job = found.start("telephony.snom.interview", variables=variables)

    def looks() -> int:
        return sum(line["target"] == "/status.htm" for line in found.fleet.log("desk7", event="request"))

    before = looks()
    until(lambda: looks() >= before + 4, "it looks at the idle phone")
    found.fleet.patch("desk7", call={"state": "in_call"})
    during = looks()
    until(lambda: looks() >= during + 4, "it looks at the phone in a call")
    found.fleet.patch("desk7", call={"state": "idle"})
    call = found.check(job.wait())
    assert call.code == 0, call.output
    assert call.results("snom_interview")["desk7"]["call"]["tells"] == ["counter"]
    taught = yaml.safe_load((folder / "snom_taught.yml").read_text())
    assert {key: value for key, value in taught["snom_taught"][-1].items() if key in ("idle", "busy")} == {
        "idle": {"page": "status.htm", "text": "Nobody speaks"},
        "busy": {"page": "status.htm", "text": "Conversation with"},
    }
    profile = json.loads((folder / "profile-call.json").read_text())
    assert set(profile["states"]) == {"idle", "in_call"}
    assert "annegret" not in json.dumps(profile).lower()

    found.hosts()["desk7"].update(taught, snom_snmp=False)
    run = found.rollout()
    assert run.outcomes == {"desk7": "upgraded"}, run.output
    evidence = run.rollout["phones"]["desk7"]["evidence"]
    assert evidence["by_snom_taught"] == ["mac", "model", "registration", "version"]
    assert evidence["call_state_source"] == "status.htm, as snom_taught says"
    # All others read it in the same way.
    for playbook, module in (("audit", "snom_info"), ("drift", "snom_info")):
        read = found.play(f"telephony.snom.{playbook}", variables={"snom_hosts": "phones"}).results(module)["desk7"]
        assert read["phone"]["firmware"] == "10.1.175.16" and "version" in read["phone"]["taught"]


@pytest.mark.slow
def test_a_restart_an_upgrade_and_a_setting_are_tried_and_measured(start: StartBench) -> None:
    found = start({"desk7": phone("D785", "10.1.54.13", settings={"date_us_format": "off"}, timing={"reboot": 8})})
    images = {"snom_interview_catalog": str(found.catalog), "snom_mirror": found.fleet.images}
    reboot = interview(found, step="reboot", snom_interview_deadline=60)
    assert reboot.code == 0, reboot.output
    result = reboot.results("snom_interview")["desk7"]
    assert result["measured"]["outcome"] == "rebooted" and result["measured"]["gone_for"] > 0
    assert result["proposed"] == {"deadline": 60} and result["measured"]["registered_after"] is not None

    setting = interview(found, step="settings", snom_interview_dir="talk")
    assert setting.results("snom_interview")["desk7"]["setting_taken"] is True
    assert found.fleet.phone("desk7")["settings"].get("date_us_format", "off") == "off"
    wrote = [line["target"] for line in found.fleet.log("desk7", event="request") if "date_us_format" in line["target"]]
    assert [target.partition("date_us_format=")[2] for target in wrote] == ["on", "off"]
    # Its profile has both states, plays both, and nothing that was kept for it is left.
    file = found.out / "talk" / "profile-settings.json"
    profile = json.loads(file.read_text())
    assert list(profile["states"]) == ["idle", "changed"]
    assert profile["shows"] == {"changed": {"settings": {"date_us_format": "on"}}}
    assert sorted(one.name for one in file.parent.iterdir()) == [file.name, f"{file.name}.replaced.txt"]
    assert set(read(file)) == {"idle", "changed"}

    upgrade = interview(found, step="upgrade", snom_interview_flash_time=20, snom_interview_dir="talk", **images)
    assert upgrade.code == 0, upgrade.output
    result = upgrade.results("snom_interview")["desk7"]
    assert result["measured"]["outcome"] == "upgraded"
    assert result["proposed"]["flash_time"] >= 10 and result["taught"][0]["models"] == ["D785"]
    profile = json.loads((found.out / "talk" / "profile-upgrade.json").read_text())
    assert (profile["firmware"], profile["shows"]["after"]["firmware"]) == ("10.1.54.13", "10.1.175.16")
    assert list(profile["states"]) == ["idle", "after"] and profile["measured"]["outcome"] == "upgraded"


@pytest.mark.slow
def test_a_first_test_is_a_step_that_says_what_it_sends_and_takes_a_persons_word(start: StartBench) -> None:
    port = free_port()
    inventory = {"snom_collector": {"url": f"http://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}"}}
    found = start(
        {"desk7": phone("D785", "10.1.169.16", mac="000413922D24", inventory=inventory)}, snom_mac="00:04:13:92:2D:24"
    )
    run = interview(found, step="minibrowser", snom_interview_dir="talk")
    assert run.code == 0, run.output
    assert run.results("snom_interview")["desk7"]["tried"]["says"] == "idle"
    assert "It costs nothing, or a line on the display" in " ".join(run.output.split())
    asked = found.fleet.counters()["requests"]
    word = interview(found, step="minibrowser", saw="nothing", snom_interview_dir="talk", rehearse=False)
    assert word.code == 0 and found.fleet.counters()["requests"] == asked, word.output
    profile = json.loads((found.out / "talk" / "profile-minibrowser.json").read_text())
    assert profile["measured"]["minibrowser"] == {
        "reported": True,
        "says": "idle",
        "callbacks_in_fetch": "literal",
        "saw": "nothing",
    }
    # A word that contradicts all others ends a step that changes something before it begins.
    refused = interview(found, step="reboot", shown_version="10.1.99.1", rehearse=False)
    assert refused.code == 2 and "is this the phone before you" in " ".join(refused.output.split())
    assert found.fleet.counters()["writes"] == 0


EVERY_STEP: tuple[dict[str, Any], ...] = (
    *({"step": step} for step in ("look", "reboot", "settings", "upgrade", "minibrowser", "direct", "notify")),
    {"step": "call", "watch": 6},
    {"step": "registration", "watch": 6},
    {"step": "csta", "csta_path": "/csta"},
    {"step": "capture", "mirror_lines": []},
    {"step": "reboot", "ended": {"outcome": "rebooted", "elapsed": 9, "evidence": {}}},
    # The last: it restarts the phone.
    {"step": "document_reboot", "in_call": False},
)
"""One task for each step, and for each part of a step, that reads the phone."""


@pytest.mark.slow
def test_each_step_reads_with_its_web_login_a_phone_whose_commands_go_by_its_pbx(start: StartBench) -> None:
    port = free_port()
    inventory = {
        "snom_transport": "sip",
        "snom_account": "401",
        "snom_collector": {"url": f"http://127.0.0.1:{port}", "listen": f"127.0.0.1:{port}"},
    }
    settings = {"filter_registrar": "off", "mb_trusted_hosts": "127.0.0.1"}
    sip = {"registrar": "127.0.0.1:9"}
    found = start({"desk7": phone("D785", "10.1.169.16", inventory=inventory, settings=settings, sip=sip)})
    straight = {"kind": "sip", "port": found.fleet.phone("desk7")["sip_port"], "timeout": 20}
    found.hosts()["desk7"]["snom_pbx"] = straight
    tasks = [{"telephony.snom.snom_interview": given, "ignore_errors": True} for given in EVERY_STEP]
    play = {"hosts": "phones", "gather_facts": False, "tasks": tasks}
    run = found.play([play], rehearse=False)
    done = [line for line in run.lines if line.get("action") == "telephony.snom.snom_interview"]
    failed = [
        (given["step"], one["result"]) for given, one in zip(EVERY_STEP, done, strict=True) if one["status"] != "ok"
    ]
    assert failed == [], run.output
    look = done[0]["result"]
    assert {row["fact"]: row["verdict"] for row in look["verdicts"]}["version"] == "agreed"


def test_a_protected_phone_is_not_restarted(start: StartBench) -> None:
    found = start({"lift": phone(inventory={"snom_protected": True})})
    run = interview(found, step="reboot")
    assert run.code == 2 and "protected" in run.output
    assert found.fleet.counters()["writes"] == 0
