# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""snom_settings on every form in which phones show settings, and on phones that don't take them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from .bench import Bench, Run, bench, phone, until
from .conftest import StartBench
from .documented import returned
from .test_modules import keys_of, keys_of_docs

D785 = {"model": "D785", "firmware": "10.1.84.12"}
# What makes a value hard to carry: entities, tags, colons, what has a meaning in URLs, an umlaut.
WANTED: dict[str, Any] = {
    "language": "Deutsch",
    "call_join_xfer": True,
    "user_realname": ['Büro <7> & "Labor"; 100%'],
    "fkey": {0: "blf <sip:101@pbx.example;user=phone>|*8", 1: {"value": "line", "label": "Ä+B"}},
    "action_incoming_url": "http://pbx.example:8080/in?a=$local&b=$remote#c",
    "http_pass": "{{ snom_password }}",
}
WRITTEN = ["action_incoming_url", "call_join_xfer", "fkey0", "fkey1", "fkey_label1", "language", "user_realname1"]
MANY = {"fkey": {number: f"blf <sip:{number:03}@pbx.example>" for number in range(60)}}


@dataclass
class Case:
    """One phone, what its inventory wants, and how that ends. writes are requests that change the phone."""

    phone: dict[str, Any]
    settings: dict[str, Any]
    written: list[str]
    writes: int
    outcome: str | None
    reason: str
    says: dict[str, Any]
    options: dict[str, Any]

    @property
    def failed(self) -> bool:
        return self.outcome not in (None, "rebooted", "deferred", "protected")


def case(
    *written: str,
    writes: int = 1,
    settings: dict[str, Any] | None = None,
    outcome: str | None = None,
    reason: str = "",
    says: dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
    **keys: Any,
) -> Case:
    wanted = WANTED if settings is None else settings
    return Case(phone(**keys), wanted, list(written), writes, outcome, reason, says or {}, options or {})


def takes(*written: str, **more: Any) -> Case:
    return case(*(written or WRITTEN), **more)


def refuses(outcome: str, reason: str, **more: Any) -> Case:
    return case(outcome=outcome, reason=reason, **({"writes": 0} | more))


LANGUAGE = {"language": "Deutsch"}
SECRET = {"user_pass": ["n0t-to-be-seen at all"]}
REBOOT = {"settings": {"dhcp": False}, "options": {"reboot": "if_required"}}
CASES = {
    "firmware-6": takes(firmware="6.5.20"),
    "firmware-7": takes(firmware="7.3.14"),
    "firmware-8": takes(firmware="8.7.5.35"),
    "firmware-10": takes(**D785),
    "download": takes(**D785, settings_layout="download"),
    "empty-secrets": takes(**D785, secrets_shown="empty"),
    "masked-secrets": takes(secrets_shown="masked"),
    "digest": takes(auth="digest"),
    "many": takes(*sorted(f"fkey{number}" for number in range(60)), settings=MANY, writes=3),
    "unsaved": takes("language", settings=LANGUAGE, options={"store": False}),
    "read-only": takes(
        "phone_name",
        settings=LANGUAGE | {"phone_name": "Lab"},
        read_only_settings=["language"],
        says={"read_only": ["language"]},
    ),
    "unknown": takes(
        "phone_name", settings={"lanugage": "Deutsch", "phone_name": "Lab"}, says={"unknown": ["lanugage"]}
    ),
    "secrets-left": takes(
        "language",
        settings=SECRET | LANGUAGE,
        options={"update_secrets": False},
        says={"unverified": ["user_pass1"]},
    ),
    "reboots": takes(
        "dhcp",
        **REBOOT,
        writes=2,
        outcome="rebooted",
        reason="is back",
        says={"reboot_required": True, "rebooted": True},
        timing={"reboot": 5},
    ),
    "needs-reboot": takes("dhcp", settings={"dhcp": False}, says={"reboot_required": True}),
    # That it needs a reboot is known from its answer only.
    "asks-for-reboot": takes(
        "network_id_port",
        settings={"network_id_port": 5060},
        reboot_asked_for=["network_id_port"],
        says={"reboot_required": True},
    ),
    "in-a-call": case(**REBOOT, writes=0, outcome="deferred", reason="in a call", call={"state": "in_call"}),
    "protected": refuses("protected", "snom_protected_override", inventory={"snom_protected": True}),
    "secrets-over-http": refuses("refused", "user_pass1", settings=SECRET),
    "made-to-take-unknown": refuses(
        "blocked", "lanugage", writes=1, settings={"lanugage": "Deutsch"}, options={"allow_unknown": True}
    ),
    "hidden-tags": refuses("blocked", "use_hidden_tags", settings=LANGUAGE, writes=1),
    "hidden-tags-without-a-word": refuses(
        "blocked", "as wanted: language.", blocked_answer=200, settings=LANGUAGE, writes=1
    ),
    "user-mode": refuses("user_mode", "administrator mode", admin_mode=False),
    "unreadable": refuses("refused", "nothing was written", faults={"missing_pages": ["settings.htm"]}),
    "wrong-phone": refuses("wrong_phone", "000413AAAAAA", inventory={"snom_mac": "000413aaaaaa"}),
    "manager": refuses("unsupported", "Phone Manager", model="D865", firmware="10.1.141.13"),
    "gone": refuses("unreachable", "", running=False),
    "garbage": refuses("unsupported", "proper HTTP", faults={"garbage": True}),
    "refuses-password": refuses("auth_failed", "snom_password", inventory={"snom_password": "n0t-to-be-seen either"}),
    "nothing-wanted": refuses("refused", "snom_settings", settings={}),
    "no-such-form": refuses("refused", "phone_name", settings={"phone_name": [1, 2]}),
    "too-long": refuses("refused", "bytes of a URL", settings={"phone_name": "x" * 1000}),
}
for _name in ("hidden-tags", "hidden-tags-without-a-word"):
    CASES[_name].phone["settings"] = {"use_hidden_tags": "on", "admin_mode_password": "4711"}
# A module costs a process for each phone; so these stand for all there.
AS_MODULE = ("firmware-8", "digest", "read-only", "secrets-left", "user-mode", "secrets-over-http")
WAYS = {"in_process": tuple(CASES), "as_module": AS_MODULE}
PAIRS = [(name, way) for way, names in WAYS.items() for name in names]
PLAY = {
    "name": "Settings",
    "hosts": "phones",
    "gather_facts": False,
    "strategy": "free",
    "tasks": [
        {
            "name": "Settings",
            "telephony.snom.snom_settings": {
                option: f"{{{{ options.{option} | default(omit) }}}}"
                for option in sorted({option for case in CASES.values() for option in case.options})
            },
            "diff": True,
            "ignore_errors": True,
        }
    ],
}


@dataclass
class Done:
    bench: Bench
    checked: Run
    done: Run
    again: Run
    states: dict[str, Any]
    """What the phones said after the first run that wrote."""

    def result(self, run: str, name: str, way: str) -> dict[str, Any]:
        found: Run = getattr(self, run)
        return found.results("snom_settings")[f"{name}.{way}"]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """Check, do, and do again."""
    with bench(
        tmp_path_factory.mktemp("settings"), {f"{name}.{way}": CASES[name].phone for name, way in PAIRS}
    ) as found:
        for host, variables in found.hosts().items():
            name, way = host.split(".")
            variables |= {"options": CASES[name].options, "snom_in_process": way != "as_module"}
            if CASES[name].settings:
                variables["snom_settings"] = CASES[name].settings

        def run(*arguments: str) -> Run:
            return found.check(found.start([PLAY], *arguments).wait(), "lanugage")

        planned = run("--check")
        assert found.fleet.counters()["writes"] == 0
        first = run()
        states = found.fleet.phones()
        yield Done(found, planned, first, run(), states)


@pytest.mark.parametrize(("name", "way"), PAIRS)
def test_how_it_ends(name: str, way: str, done: Done) -> None:
    case, found = CASES[name], done.result("done", name, way)
    assert found.get("outcome") == case.outcome, found
    assert case.reason in found.get("reason", "")
    assert done.done.status("snom_settings", f"{name}.{way}") == ("failed" if case.failed else "ok")
    assert found["changed"] is bool(case.written)
    if not case.failed and case.outcome != "protected":
        nothing = {"read_only": [], "unknown": [], "unverified": [], "reboot_required": False, "rebooted": False}
        assert found | nothing | case.says == found
        assert found["written"] == case.written


@pytest.mark.parametrize(("name", "way"), PAIRS)
def test_what_the_phone_has(name: str, way: str, done: Done) -> None:
    case, state = CASES[name], done.states[f"{name}.{way}"]
    assert state["writes"] == case.writes
    assert bool(state["unsaved_settings"]) is (case.options.get("store") is False)
    shown = {name: value for name, value in state["settings"].items() if name in case.written}
    if case.settings is WANTED and case.written:
        assert shown == {
            "action_incoming_url": WANTED["action_incoming_url"],
            "call_join_xfer": "on",
            "fkey0": WANTED["fkey"][0],
            "fkey1": "line",
            "fkey_label1": "Ä+B",
            "language": "Deutsch",
            "user_realname1": WANTED["user_realname"][0],
        }


@pytest.mark.parametrize(("name", "way"), PAIRS)
def test_check_mode_tells_the_same(name: str, way: str, done: Done) -> None:
    case, checked, found = CASES[name], done.result("checked", name, way), done.result("done", name, way)
    if not case.failed:
        later = (
            {"outcome", "reason", "rebooted", "reboot_required"} if case.outcome == "rebooted" else {"reboot_required"}
        )
        assert drop(checked, later) == drop(found, later)


def drop(result: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name not in names}


@pytest.mark.parametrize(("name", "way"), PAIRS)
def test_again_there_is_nothing_to_do(name: str, way: str, done: Done) -> None:
    case, again = CASES[name], done.result("again", name, way)
    assert again["changed"] is False
    if not case.failed:
        assert done.bench.fleet.phone(f"{name}.{way}")["writes"] == case.writes
    if not case.failed and case.outcome != "protected":
        assert (again["written"], again["diff"]) == ([], {"before": "", "after": ""})
        assert again["read_only"] == case.says.get("read_only", [])


def test_the_diff(done: Done) -> None:
    assert done.result("done", "unsaved", "in_process")["diff"] == {
        "before": "language: English\n",
        "after": "language: Deutsch\n",
    }
    assert "-language: English" in done.done.output
    assert "+language: Deutsch" in done.done.output


def test_warnings_name_what_was_left_out(done: Done) -> None:
    assert any("language" in warning for warning in done.result("done", "read-only", "in_process")["warnings"])
    assert any("lanugage" in warning for warning in done.result("done", "unknown", "in_process")["warnings"])


def test_what_is_not_stored_is_lost_at_a_reboot(done: Done) -> None:
    fleet = done.bench.fleet
    assert fleet.phone("unsaved.in_process")["settings"]["language"] == "Deutsch"
    fleet.patch("unsaved.in_process", running=False)
    fleet.patch("unsaved.in_process", running=True)
    until(lambda: fleet.phone("unsaved.in_process")["phase"] == "up", "the phone boots")
    assert fleet.phone("unsaved.in_process")["settings"].get("language") != "Deutsch"


def test_a_password_that_was_refused_is_never_sent_again(done: Done) -> None:
    # One for each run.
    assert len(done.bench.fleet.log("refuses-password.in_process", event="login_failed")) == 3


def test_every_documented_key_is_returned_by_some_phone(done: Done) -> None:
    seen: set[str] = set()
    for found in done.done.results("snom_settings").values():
        seen |= set(keys_of(found))
    assert set(keys_of_docs(returned("snom_settings"))) - seen == set()


# Secrets, over https


def secure(**keys: Any) -> Any:
    inventory = {"snom_scheme": "https", "snom_validate_certs": False} | keys.pop("inventory", {})
    return phone(inventory=inventory, tls=True, **keys)


NEW_PASSWORD = "n0t-to-be-seen & new"
LOGIN = {
    "http_pass": NEW_PASSWORD,
    "user_pass": ["n0t-to-be-seen + PBX"],
    "setting_server": "http://u:n0t-to-be-seen@h/",
}


@pytest.mark.slow
def test_secrets_over_https(start: StartBench) -> None:
    phones = {
        "basic": secure(),
        "digest": secure(auth="digest"),
        "module": secure(auth="digest", inventory={"snom_in_process": False}),
        "masked": secure(secrets_shown="masked"),
    }
    found = start(phones, snom_settings_all={"http_user": "boss", "language": "Deutsch"}, snom_settings=LOGIN)
    play = {
        "name": "Settings",
        "hosts": "phones",
        "gather_facts": False,
        "tasks": [{"name": "Settings", "telephony.snom.snom_settings": {}, "diff": True}],
    }
    log = {"ANSIBLE_LOG_PATH": str(found.out / "ansible.log")}
    run = found.play([play], "-vvvvv", env=log, warns="snom_password")
    for name in phones:
        result = run.results("snom_settings")[name]
        assert result["written"] == ["http_pass", "http_user", "language", "setting_server", "user_pass1"], name
        # That the phone has its password is proven: it was read with it.
        assert result["unverified"] == ["user_pass1"], name
        assert "user_pass1: ********" in result["diff"]["after"]
        written = [entry["detail"] for entry in found.fleet.log(name, event="settings")]
        assert written == ["language, setting_server, user_pass1", "http_pass, http_user"], name
        assert found.fleet.log(name, event="login_failed") == []

    # From now on the new login opens the phones; what nobody can see is written again, unless it is to be left alone.
    variables = {"snom_username": "boss", "snom_password": NEW_PASSWORD}
    run = found.play([play], "-vvvvv", env=log, variables=variables)
    assert {tuple(result["written"]) for result in run.results("snom_settings").values()} == {("user_pass1",)}
    play["tasks"][0]["telephony.snom.snom_settings"] = {"update_secrets": False}
    run = found.play([play], variables=variables, rehearse=False)
    assert set(run.recap.values()) == {"ok"}


def test_a_login_that_did_not_change_is_told_and_tried_once(start: StartBench) -> None:
    found = start({"stubborn": secure(read_only_settings=["http_pass"], secrets_shown="absent")})
    play = {
        "name": "Settings",
        "hosts": "phones",
        "gather_facts": False,
        "tasks": [{"telephony.snom.snom_settings": {"settings": LOGIN | {"language": "Deutsch"}}}],
    }
    run = found.play([play], warns="snom_password", rehearse=False)
    result = run.results("snom_settings")["stubborn"]
    assert (result["outcome"], result["changed"]) == ("auth_failed", True)
    assert len(found.fleet.log("stubborn", event="login_failed")) == 1


def test_the_doors_are_shut_last(start: StartBench) -> None:
    found = start({"a": secure(settings={"admin_mode_password": "4711"}, timing={"reboot": 5})})
    wanted = {"use_hidden_tags": True, "webserver_type": "http_https", "language": "Deutsch", "http_scheme": True}
    play = {
        "name": "Settings",
        "hosts": "phones",
        "gather_facts": False,
        "tasks": [{"name": "Settings", "telephony.snom.snom_settings": {"settings": wanted}}],
    }
    run = found.play([play], rehearse=True)
    assert run.results("snom_settings")["a"]["reboot_required"] is True
    written = [entry["detail"] for entry in found.fleet.log("a", event="settings")]
    assert written == ["language", "http_scheme, webserver_type", "use_hidden_tags"]
    # Reading is all that is left, and enough where nothing is to be done.
    assert set(found.play([play]).recap.values()) == {"ok"}


def test_a_reboot_for_the_type_of_the_web_server(start: StartBench) -> None:
    found = start({"a": secure(timing={"reboot": 5}), "b": secure()})
    found.hosts()["b"]["snom_settings"] = {"webserver_type": "http"}
    play = {
        "name": "Settings",
        "hosts": "phones",
        "gather_facts": False,
        "tasks": [{"telephony.snom.snom_settings": {"reboot": "if_required"}, "ignore_errors": True}],
    }
    found.inventory["phones"]["vars"]["snom_settings_all"] = {"webserver_type": "http_https"}
    run = found.play([play])
    results = run.results("snom_settings")
    assert (results["a"]["outcome"], results["a"]["rebooted"], results["a"]["changed"]) == ("rebooted", True, True)
    assert (results["b"]["outcome"], results["b"]["changed"]) == ("refused", False)
    assert "snom_scheme" in results["b"]["reason"]
    assert found.fleet.phone("b")["writes"] == 0
    run = found.play([play], rehearse=False)
    assert run.recap["a"] == "ok"
