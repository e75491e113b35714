# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AuthFailed,
    Blocked,
    InputError,
    PhoneUnreachable,
    Refused,
    Unsupported,
    UserMode,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.settings import ARGUMENT_SPEC, write_settings
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import Command, Restart, Write
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import connection_from
from ansible_collections.telephony.snom.tests.unit.phones import LONGEST, WANTS_REBOOT, MemoryPhone, parameters_of


class SettingsPhone(MemoryPhone):
    """A phone that takes settings: all but those that it does not know, or that are read-only.

    values: what it has; secrets are never shown. write_faults: what the writes raise, one after the other; None works.
    read_faults: what reading them raises. hides: whether it shows none.
    """

    def __init__(self, *, values: dict[str, str] | None = None, **attributes: Any) -> None:
        self.values = {"language": "English", "call_completion": "off", "phone_name": "", "user_name1": "100"} | (
            values or {}
        )
        self.stored = dict(self.values)
        self.ignored: set[str] = set()
        self.hides = False
        self.write_faults: list[Exception | None] = []
        self.read_faults: list[Exception] = []
        super().__init__(**attributes)

    def ask(self, what: str) -> None:
        if what == "settings":
            if self.read_faults:
                raise self.read_faults.pop(0)
            shown = {name: value for name, value in self.values.items() if "pass" not in name}
            self.settings = None if self.hides else shown
        super().ask(what)

    def obey(self, command: Command) -> None:
        if isinstance(command, Write):
            fault = self.write_faults.pop(0) if self.write_faults else None
            if fault is None or isinstance(fault, AnswerLost):
                self.save(command)
            if fault is not None:
                raise fault
        if isinstance(command, Restart):
            self.values = dict(self.stored)
            self.booted = self.clock.time

    def save(self, command: Write) -> None:
        given = command.settings
        known = {*self.values, "http_pass", *(one for one in given if one.startswith(("user_", "fkey", "action_")))}
        kept = self.read_only | self.ignored
        self.values |= {name: value for name, value in given.items() if name in known and name not in kept}
        if command.store:
            self.stored = dict(self.values)


def write(phone: SettingsPhone, *, check_mode: bool = False, **given: Any) -> dict[str, Any]:
    parameters = parameters_of(ARGUMENT_SPEC, **({"username": "admin", "password": "old"} | given))
    phone.connection = connection_from(parameters)
    return write_settings(phone, parameters, check_mode, now=phone.clock.now, sleep=phone.sleep)


def test_check_do_and_do_again() -> None:
    phone = SettingsPhone()
    wanted = {"language": "Deutsch", "phone_name": "Büro & Café", "user_name": ["100"], "call_completion": "ON"}
    expected = {
        "changed": True,
        "diff": {
            "before": "call_completion: off\nlanguage: English\nphone_name: \n",
            "after": "call_completion: ON\nlanguage: Deutsch\nphone_name: Büro & Café\n",
        },
        "written": ["call_completion", "language", "phone_name"],
        "read_only": [],
        "unknown": [],
        "unverified": [],
        "reboot_required": False,
        "rebooted": False,
    }
    assert write(phone, settings=wanted, check_mode=True) == expected
    assert phone.commands == []

    assert write(phone, settings=wanted) == expected
    assert phone.commands == ["store=call_completion=ON;language=Deutsch;phone_name=Büro & Café"]
    assert phone.stored["phone_name"] == "Büro & Café"

    phone.values["call_completion"] = "on"
    again = write(phone, settings=wanted)
    assert (again["changed"], again["written"], again["diff"]) == (False, [], {"before": "", "after": ""})
    assert len(phone.commands) == 1


def test_only_indexed_labels_become_settings_and_the_context_stays_with_files() -> None:
    phone = SettingsPhone()
    keys = {"fkey": {0: {"value": "blf 101", "label": "Desk", "context": "active"}}}
    result = write(phone, settings=keys)
    assert result["written"] == ["fkey0", "fkey_label0"]
    assert result["unverified"] == ["fkey0 (context)"]
    assert not write(phone, settings=keys)["changed"]
    phone.values["fkey_label0"] = "Lab"
    assert not write(phone, settings=keys | {"fkey_label": {0: "Lab"}})["changed"]


@pytest.mark.parametrize(
    "keys", [{"fkey_label": {0: "A\nB"}}, {"fkey_short_label0": "A\nB"}, {"fkey_label": {0: {"value": "A\nB"}}}]
)
def test_a_label_of_two_lines_stays_with_files_by_its_own_name_too(keys: dict[str, Any]) -> None:
    """Nobody knows how a request would spell a line break."""
    phone = SettingsPhone()
    result = write(phone, settings=keys | {"language": "Deutsch"})
    assert (result["written"], len(result["unverified"])) == (["language"], 1)
    assert result["unverified"][0].endswith("label0 (value)")
    assert phone.commands == ["store=language=Deutsch"]


def test_a_label_of_two_lines_that_the_phone_shows_is_there() -> None:
    phone = SettingsPhone(values={"fkey_label0": "A\nB"})
    assert write(phone, settings={"fkey_label": {0: "A\nB"}})["unverified"] == []
    assert write(phone, settings={"fkey_label": {0: "A\nC"}})["unverified"] == ["fkey_label0 (value)"]


def test_what_is_not_stored_counts_as_there_until_the_phone_has_restarted() -> None:
    """What is stored can't be read, and with storing each time no run would be without a request. The docs say so."""
    phone = SettingsPhone()
    assert write(phone, settings={"language": "Deutsch"}, store=False)["written"] == ["language"]
    assert not write(phone, settings={"language": "Deutsch"})["changed"]
    assert phone.stored["language"] == "English"
    phone.values = dict(phone.stored)
    assert write(phone, settings={"language": "Deutsch"})["written"] == ["language"]
    assert phone.stored["language"] == "Deutsch"


def test_as_many_settings_in_one_request_as_a_url_holds() -> None:
    phone = SettingsPhone()
    wanted = {"fkey": {number: f"blf <sip:{number:03}@pbx.example>" for number in range(60)}}
    assert len(write(phone, settings=wanted)["written"]) == 60
    assert all(len(command) <= LONGEST for command in phone.commands)
    assert len(phone.commands) == 2
    assert not write(phone, settings=wanted)["changed"]


def test_a_setting_that_fits_into_no_url_is_refused_before_anything_is_sent() -> None:
    phone = SettingsPhone()
    with pytest.raises(InputError, match="phone_name is too long"):
        write(phone, settings={"language": "Deutsch", "phone_name": "ä" * LONGEST})
    assert phone.commands == []
    # Unless the phone has it already: setting files can hold more.
    phone.values["phone_name"] = "ä" * LONGEST
    assert write(phone, settings={"language": "Deutsch", "phone_name": "ä" * LONGEST})["written"] == ["language"]


def test_unsaved_settings() -> None:
    phone = SettingsPhone()
    assert write(phone, settings={"language": "Deutsch"}, store=False)["changed"]
    assert phone.commands == ["write=language=Deutsch"]
    assert phone.stored["language"] == "English"


def test_read_only_and_unknown_settings_are_told_and_left_out() -> None:
    phone = SettingsPhone(read_only={"language", "call_completion"})
    wanted = {
        "language": "Deutsch",
        "call_completion": False,
        "lanugage": "Deutsch",
        "nothing_known": "",
        "phone_name": "Lab",
    }
    for check_mode in (True, False):
        result = write(phone, settings=wanted, check_mode=check_mode)
        assert (result["read_only"], result["unknown"]) == (["language"], ["lanugage"])
        assert result["written"] == ["phone_name"]
        assert [warning.split(":")[1].strip().split(".")[0] for warning in result["warnings"]] == [
            "language",
            "lanugage (is it language?)",
        ]
    again = write(phone, settings=wanted)
    assert (again["changed"], again["read_only"], again["unknown"]) == (False, ["language"], ["lanugage"])
    assert len(phone.commands) == 1


@pytest.mark.parametrize("update_secrets", [True, False])
def test_all_unknown_settings_are_told_before_anything_is_written(update_secrets: bool) -> None:
    """Secrets and names in capitals too, each with the known name that is most like it."""
    names = [f"unheard_of_{one}_{two}" for one in "abcdefghij" for two in "klmnopqrs"][:80]
    wanted = dict.fromkeys([*names, "LANGUAGE", "Htpp_Pass", "User_Name1"], "x")
    phone = SettingsPhone()
    result = write(phone, settings=wanted, check_mode=True, update_secrets=update_secrets, scheme="https")
    assert (result["unknown"], result["written"], phone.commands) == (sorted(wanted), [], [])
    (warning,) = result["warnings"]
    assert [name for name in wanted if f" {name}" not in warning] == []
    for near in ("LANGUAGE (is it language?)", "Htpp_Pass (is it http_pass?)", "User_Name1 (is it user_name?)"):
        assert near in warning


def test_unknown_settings_that_are_meant() -> None:
    phone = SettingsPhone(values={"odd_one": ""}, ignored=set())
    assert write(phone, settings={"odd_one": 1})["written"] == ["odd_one"]
    result = write(phone, settings={"no_such": 1, "language": "Deutsch"}, allow_unknown=True)
    assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "blocked")
    assert result["written"] == ["language"]
    assert "no_such" in result["reason"]
    assert "language" not in result["reason"]
    assert result["msg"] == f"127.0.0.1: {result['reason']}"


def test_a_setting_that_stays_as_it_was() -> None:
    phone = SettingsPhone(ignored={"language"})
    result = write(phone, settings={"language": "Deutsch", "phone_name": "Lab", "http_user": "root"})
    assert (result["failed"], result["outcome"], result["changed"], result["written"]) == (
        True,
        "blocked",
        True,
        ["phone_name"],
    )
    assert "as wanted: language." in result["reason"]
    # What changes the way in is left alone then.
    assert len(phone.commands) == 1

    phone = SettingsPhone(ignored={"language"})
    result = write(phone, settings={"language": "Deutsch"})
    assert (result["changed"], result["diff"]) == (False, {"before": "", "after": ""})


# Secrets

SECRET = {"user_pass": ["n0t&shown"]}


def test_secrets_are_written_each_time_and_never_shown() -> None:
    phone = SettingsPhone()
    for _run in range(2):
        result = write(phone, settings=SECRET)
        assert (result["changed"], result["written"], result["unverified"]) == (True, ["user_pass1"], ["user_pass1"])
        assert result["diff"] == {"before": "", "after": "user_pass1: ********\n"}
    assert phone.commands == ["store=user_pass1=n0t&shown"] * 2
    assert write(phone, settings=SECRET, check_mode=True) == result


def test_secrets_that_are_left_as_they_are() -> None:
    phone = SettingsPhone()
    for scheme in ("http", "https"):
        result = write(phone, settings=SECRET | {"language": "English"}, update_secrets=False, scheme=scheme)
        assert (result["changed"], result["unverified"]) == (False, ["user_pass1"])
    assert phone.commands == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_secrets_stay_off_http(check_mode: bool) -> None:
    phone = SettingsPhone()
    with pytest.raises(Refused, match=r"user_pass1.*allow_cleartext_secrets"):
        write(phone, settings=SECRET, scheme="http", check_mode=check_mode)
    assert phone.requests == []
    with pytest.raises(Refused, match="setting_server"):
        write(phone, settings={"setting_server": "http://u:pw@h/"}, scheme="http")
    assert phone.commands == []
    assert write(phone, settings=SECRET, scheme="http", allow_cleartext_secrets=True)["changed"]


def test_what_differs_is_told_also_where_a_secret_may_not_be_written() -> None:
    phone = SettingsPhone()
    wanted = {"setting_server": "http://u:n0t-shown@h/", "language": "Deutsch"}
    result = write(phone, settings=wanted, scheme="http", check_mode=True)
    assert (result["failed"], result["outcome"], "setting_server" in result["msg"]) == (True, "refused", True)
    assert result["written"] == ["language", "setting_server"] and "language: Deutsch" in result["diff"]["after"]
    assert "n0t-shown" not in str(result) and phone.commands == []


def test_settings_may_be_secret_although_their_names_do_not_tell() -> None:
    phone = SettingsPhone()
    result = write(phone, secret_settings={"phone_name": "n0t shown"})
    assert result["diff"] == {"before": "phone_name: \n", "after": "phone_name: ********\n"}
    assert (result["written"], result["unverified"]) == (["phone_name"], [])
    assert not write(phone, secret_settings={"phone_name": "n0t shown"})["changed"]
    assert write(phone, secret_settings={"phone_name": "other"})["diff"] == {
        "before": "phone_name: ********\n",
        "after": "phone_name: ********\n",
    }
    with pytest.raises(Refused, match="phone_name"):
        write(phone, secret_settings={"phone_name": "new"}, scheme="http")


def test_a_login_inside_of_a_url_is_masked() -> None:
    result = write(SettingsPhone(values={"setting_server": ""}), settings={"setting_server": "https://u:pw@h/a"})
    assert result["diff"]["after"] == "setting_server: https://********@h/a\n"


def test_the_password_that_opened_the_phone_needs_no_write() -> None:
    phone = SettingsPhone(values={"http_pass": "old"}, login=True)
    for scheme in ("http", "https"):
        result = write(phone, settings={"http_pass": "old"}, scheme=scheme)
        assert (result["changed"], result["unverified"]) == (False, [])
    # With login None the password went along unasked; so nothing is proven.
    for login in (False, None):
        phone = SettingsPhone(values={"http_pass": ""}, login=login)
        with pytest.raises(Refused, match="http_pass"):
            write(phone, settings={"http_pass": "old"}, scheme="http")
        assert write(phone, settings={"http_pass": "old"})["changed"]


def test_a_phone_that_asks_for_no_login_has_no_password() -> None:
    phone = SettingsPhone(login=False)
    result = write(phone, settings={"http_pass": ""}, password=None)
    assert (result["changed"], result["unverified"]) == (False, [])


def test_the_way_in_is_changed_last_and_the_new_login_used() -> None:
    phone = SettingsPhone(values={"http_user": "admin", "use_hidden_tags": "off", "http_pass": "old"}, login=True)
    wanted = {"http_pass": "new", "http_user": "root", "language": "Deutsch", "use_hidden_tags": True}
    checked = write(phone, settings=wanted, check_mode=True)
    assert (phone.commands, phone.logins) == ([], [])
    result = write(phone, settings=wanted)
    assert result == checked
    assert result["written"] == sorted(wanted)
    assert result["unverified"] == []
    assert [command.split("=")[1] for command in phone.commands] == [
        "language",
        "http_pass",
        "use_hidden_tags",
    ]
    assert phone.logins == [("root", "new")]
    assert "snom_password" in result["warnings"][0]


def test_what_can_shut_the_way_in_is_last_in_capitals_too() -> None:
    phone = SettingsPhone(values={"HTTP_User": "admin", "Use_Hidden_Tags": "off"})
    write(phone, settings={"HTTP_User": "root", "Use_Hidden_Tags": True, "language": "Deutsch"})
    assert [command.split("=")[1] for command in phone.commands] == ["language", "HTTP_User", "Use_Hidden_Tags"]


def test_what_files_take_out_of_a_list_is_not_written_as_the_list() -> None:
    phone = SettingsPhone(values={"status_msgs_that_are_important": "LowBattery UxmConnected", "language": "English"})
    taken_out = {"value": "UxmConnected", "attributes": {"action": "remove"}}
    result = write(phone, settings={"status_msgs_that_are_important": taken_out, "language": "English"})
    assert (result["changed"], phone.commands) == (False, [])
    assert result["unverified"] == ["status_msgs_that_are_important (action)"]


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ({"hide_identity": [False]}, {"hide_identity1": "false"}),
        ({"hide_identity": ["false"]}, {"hide_identity1": "off"}),
        ({"call_completion": "true"}, {"call_completion": "on"}),
        ({"call_completion": True}, {"call_completion": "True"}),
        ({"tr369_enable": {1: True}}, {"tr369_enable1": "on"}),
    ],
)
def test_a_switch_that_is_shown_in_the_words_of_others_is_as_wanted(
    wanted: dict[str, Any], shown: dict[str, str]
) -> None:
    phone = SettingsPhone(values=shown)
    result = write(phone, settings=wanted)
    assert (result["changed"], phone.commands) == (False, [])


def test_a_phone_that_keeps_its_word_for_a_switch_took_it() -> None:
    class OwnWords(SettingsPhone):
        def save(self, command: Write) -> None:
            super().save(command)
            self.values["call_completion"] = "true"

    result = write(OwnWords(), settings={"call_completion": True})
    assert (result["changed"], "failed" in result) == (True, False)


def test_what_is_no_switch_needs_its_very_word() -> None:
    phone = SettingsPhone(values={"phone_name": "on"})
    assert write(phone, settings={"phone_name": "true"})["written"] == ["phone_name"]
    # Of one that the phone shows alone, nobody knows whether it is a switch.
    assert write(SettingsPhone(values={"user_odd1": "on"}), settings={"user_odd1": "true"})["written"] == ["user_odd1"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_switch_in_the_words_of_others_is_told(check_mode: bool) -> None:
    wanted = {"call_completion": "true", "language": "true", "tr369_enable": {1: "off"}}
    result = write(SettingsPhone(values={"tr369_enable1": "false"}), settings=wanted, check_mode=check_mode)
    (warning,) = [one for one in result["warnings"] if "as text" in one]
    assert "Given as text: call_completion, tr369_enable1." in warning and "| bool" in warning
    assert "warnings" not in write(SettingsPhone(), settings={"call_completion": True})


def test_a_password_that_yaml_took_for_a_number_is_told() -> None:
    """0000 without quotes."""
    result = write(SettingsPhone(), settings={"lock_pin": "0107", "vlan_id": 7, "admin_mode_password": 0})
    assert ["admin_mode_password." in one for one in result["warnings"] if "quotes" in one] == [True]
    assert not any("lock_pin" in one and "quotes" in one for one in result["warnings"])


def test_a_new_login_that_the_phone_refuses() -> None:
    phone = SettingsPhone()
    phone.read_faults = []
    phone.use_login = lambda *login: phone.read_faults.append(AuthFailed("Refused."))  # type: ignore[method-assign]
    result = write(phone, settings={"http_pass": "new", "use_hidden_tags": True})
    assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "auth_failed")
    assert len(phone.commands) == 1


def test_administrator_mode_is_left_at_the_end() -> None:
    phone = SettingsPhone(values={"admin_mode": "on", "use_hidden_tags": "off"})
    phone.ignored = {"admin_mode"}
    result = write(phone, settings={"admin_mode": False})
    assert (result["failed"], result["outcome"]) == (True, "blocked")

    class Shuts(SettingsPhone):
        def save(self, command: Write) -> None:
            super().save(command)
            self.hides = self.values["admin_mode"] == "off"
            self.admin_mode = not self.hides

    phone = Shuts(values={"admin_mode": "on", "use_hidden_tags": "off"})
    result = write(phone, settings={"admin_mode": False, "use_hidden_tags": True, "language": "Deutsch"})
    assert (result["changed"], result["written"]) == (True, ["admin_mode", "language", "use_hidden_tags"])
    assert result["unverified"] == ["use_hidden_tags"]
    with pytest.raises(UserMode):
        write(phone, settings={"language": "English"})


# What goes wrong


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({}, "snom_settings"),
        ({"settings": {"a b": 1}}, "no name"),
        ({"settings": {}, "secret_settings": {"a": [1]}}, "secret_settings: a"),
        ({"settings": {}, "store": False, "reboot": "if_required"}, "contradict"),
        ({"settings": {}, "deadline": 0, "reboot": "if_required"}, "deadline"),
    ],
)
def test_bad_input(parameters: dict[str, Any], word: str) -> None:
    phone = SettingsPhone()
    with pytest.raises(InputError, match=word):
        write(phone, **parameters)
    assert phone.requests == []


def test_another_phone() -> None:
    phone = SettingsPhone()
    with pytest.raises(WrongPhone):
        write(phone, settings={"language": "Deutsch"}, mac="000413AAAAAA")
    assert phone.commands == []


@pytest.mark.parametrize(
    ("admin_mode", "error", "word"),
    [(False, UserMode, "administrator mode"), (None, Refused, "nothing was written")],
)
def test_a_phone_whose_settings_cannot_be_read(admin_mode: bool | None, error: type[Exception], word: str) -> None:
    phone = SettingsPhone(hides=True, admin_mode=admin_mode)
    with pytest.raises(error, match=word):
        write(phone, settings={"language": "Deutsch"})
    assert phone.commands == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Blocked("Forbidden."), Blocked),
        (PhoneUnreachable("Gone."), PhoneUnreachable),
        (Unsupported("It takes none."), Unsupported),
        (UserMode("It is in user mode."), UserMode),
    ],
)
def test_a_phone_that_takes_nothing(fault: Exception, error: type[Exception]) -> None:
    phone = SettingsPhone(write_faults=[fault])
    with pytest.raises(error):
        write(phone, settings={"language": "Deutsch"})
    # Afterwards something has been sent, and the result says what.
    phone = SettingsPhone(write_faults=[None, fault])
    result = write(phone, settings={"language": "Deutsch", "http_user": "root"})
    assert (result["failed"], result["changed"], result["written"]) == (True, True, ["language"])
    assert result["outcome"] == error.outcome  # type: ignore[attr-defined]


def test_a_lost_answer_is_judged_by_what_the_phone_shows() -> None:
    phone = SettingsPhone(write_faults=[AnswerLost("It broke.")], read_faults=[])
    result = write(phone, settings={"language": "Deutsch"} | SECRET)
    assert (result["changed"], "failed" in result) == (True, False)
    assert len(phone.commands) == 1

    phone = SettingsPhone(write_faults=[AnswerLost("It broke.")], ignored={"language"})
    result = write(phone, settings={"language": "Deutsch"})
    assert (result["changed"], result["outcome"]) == (False, "blocked")

    # Nobody can see whether a secret arrived.
    phone = SettingsPhone(write_faults=[AnswerLost("It broke.")])
    result = write(phone, settings=SECRET)
    assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "unreachable")


def test_a_phone_that_is_put_into_user_mode_says_so_at_once_and_has_obeyed() -> None:
    class Shuts(SettingsPhone):
        def save(self, command: Write) -> None:
            super().save(command)
            self.hides, self.admin_mode = True, False
            raise UserMode("It is in user mode.")

    result = write(Shuts(values={"admin_mode": "on"}), settings={"admin_mode": False})
    assert (result["changed"], result["written"], "failed" in result) == (True, ["admin_mode"], False)


def test_a_phone_that_is_busy_is_read_again() -> None:
    phone = SettingsPhone()
    original = phone.save

    def save(command: Write) -> None:
        original(command)
        phone.read_faults = [AnswerLost("It broke."), PhoneUnreachable("Gone.")]

    phone.save = save  # type: ignore[method-assign]
    assert write(phone, settings={"language": "Deutsch"})["changed"]
    assert phone.sleeps == [2, 2]

    def break_off(command: Write) -> None:
        original(command)
        phone.read_faults = [PhoneUnreachable("Gone.")] * 3

    phone.save = break_off  # type: ignore[method-assign]
    result = write(phone, settings={"language": "English"})
    assert (result["failed"], result["changed"], result["outcome"]) == (True, True, "unreachable")


def test_a_phone_that_shows_no_settings_any_more() -> None:
    class Shuts(SettingsPhone):
        def save(self, command: Write) -> None:
            super().save(command)
            self.hides = True

    result = write(Shuts(), settings={"language": "Deutsch"})
    assert (result["failed"], result["outcome"], result["changed"]) == (True, "blocked", True)
    assert "since then: language." in result["reason"]


# Reboots

DHCP = {"dhcp": False}


def test_a_reboot_where_it_is_needed() -> None:
    phone = SettingsPhone(values={"dhcp": "on"})
    result = write(phone, settings=DHCP, reboot="if_required", check_mode=True)
    assert (result["changed"], result["reboot_required"], result["rebooted"]) == (True, True, False)
    assert phone.commands == []

    result = write(phone, settings=DHCP, reboot="if_required")
    assert (result["changed"], result["reboot_required"], result["rebooted"]) == (True, True, True)
    assert result["outcome"] == "rebooted"
    assert phone.commands == ["store=dhcp=off", "restart=0"]

    again = write(phone, settings=DHCP, reboot="if_required")
    assert (again["changed"], again["reboot_required"], "outcome" in again) == (False, False, False)


def test_no_reboot_unless_wanted() -> None:
    phone = SettingsPhone(values={"dhcp": "on"})
    result = write(phone, settings=DHCP)
    assert (result["reboot_required"], result["rebooted"], len(phone.commands)) == (True, False, 1)


def test_the_phone_itself_may_ask_for_a_reboot() -> None:
    phone = SettingsPhone(answer=WANTS_REBOOT)
    result = write(phone, settings={"language": "Deutsch"}, reboot="if_required")
    assert (result["reboot_required"], result["rebooted"]) == (True, True)


def test_a_phone_in_a_call_is_left_alone_as_a_whole() -> None:
    phone = SettingsPhone(values={"dhcp": "on"}, phases=["connected"])
    for check_mode in (True, False):
        result = write(phone, settings=DHCP, reboot="if_required", check_mode=check_mode)
        assert (result["changed"], result["written"], result["outcome"]) == (False, [], "deferred")
        assert "failed" not in result or not result["failed"]
    assert phone.commands == []


def test_a_setting_that_does_not_survive_the_reboot() -> None:
    phone = SettingsPhone(values={"dhcp": "on"})
    phone.stored = {**phone.values}
    original = phone.save

    def save(command: Write) -> None:
        original(command)
        phone.stored["dhcp"] = "on"

    phone.save = save  # type: ignore[method-assign]
    result = write(phone, settings=DHCP, reboot="if_required")
    assert (result["failed"], result["outcome"], result["rebooted"], result["changed"]) == (
        True,
        "blocked",
        True,
        False,
    )


@pytest.mark.parametrize(("scheme", "value"), [("http", "https"), ("https", "http"), ("https", False)])
def test_a_reboot_after_which_nobody_could_look_is_refused(scheme: str, value: str | bool) -> None:
    phone = SettingsPhone(values={"webserver_type": "http_https"})
    with pytest.raises(Refused, match=f"does not speak {scheme}"):
        write(phone, settings={"webserver_type": value}, scheme=scheme, reboot="if_required")
    assert phone.commands == []
