# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AnswerLost,
    AnswerUnreadable,
    AuthFailed,
    Blocked,
    InputError,
    PhoneUnreachable,
    SnomError,
    Unsupported,
    UserMode,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.key_event import KeyEvent
from ansible_collections.telephony.snom.plugins.module_utils._known.keys import parse_keys
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.call_reading import CallReading, CallSource
from ansible_collections.telephony.snom.plugins.module_utils._phone.commands import (
    ClearList,
    Command,
    Dial,
    FixLineInfoLayer,
    LogOff,
    OpenDocument,
    Picture,
    Press,
    ReleaseAllCalls,
    Reregister,
    Reset,
    Restart,
    Ring,
    Tones,
    Touch,
    Write,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import SUBSETS, Identity, PhoneFacts
from ansible_collections.telephony.snom.plugins.module_utils._phone.loadable_phone import Acceptance, Load
from ansible_collections.telephony.snom.plugins.module_utils._phone.web import web_phone, web_reader
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer
from ansible_collections.telephony.snom.tests.unit.module_utils._phone.web.page_phone import SYSTEM_PAGE, PagePhone
from hypothesis import given
from hypothesis import strategies as st

HOME_IDLE = "<html><head><TITLE>snom 320</TITLE></head><body>Active calls: 0</body></html>"
HOME_BUSY = "<html><head><TITLE>snom 320</TITLE></head><body>Active calls: 1</body></html>"


@pytest.mark.parametrize(
    ("subset", "target"),
    [
        ("system", "/info.htm"),
        ("home", "/index.htm"),
        ("gui", "/state_of_gui.htm"),
        ("settings", "/settings.htm"),
    ],
)
def test_a_subset_is_one_request_and_a_missing_page_is_unknown(subset: str, target: str) -> None:
    phone = PagePhone({})
    assert phone.look([subset], timeout=3) == PhoneFacts()
    assert phone.requests == [target]
    assert phone.timeouts == [3]


def test_the_system_page_tells_all_but_the_call_state() -> None:
    facts = PagePhone({"/info.htm": SYSTEM_PAGE}).look(["system"])
    assert facts.as_dict() == {
        "model": "D785",
        "firmware": "10.1.54.13",
        "mac": "000413922D24",
        "generation": "classic",
        "call_state": "unknown",
        "call_state_source": None,
        "identities": [{"line": 1, "user": "100@pbx.example", "registered": True}],
        "expansion_modules": None,
        "uptime": 3 * 86_400 + 2 * 3_600 + 10 * 60 + 5,
        "admin_mode": None,
        "http_pass_set": None,
        "settings": None,
        "read_only_settings": None,
        "setting_forms": None,
        "vendor_controller": False,
        "cert_fingerprint": None,
        "taught": None,
    }


def test_the_model_comes_from_the_home_page_where_the_system_page_is_missing() -> None:
    facts = PagePhone({"/index.htm": HOME_IDLE}).look(["system", "home"])
    assert (facts.model, facts.generation, facts.firmware) == ("320", "classic", None)


def test_the_system_page_is_believed_before_the_title_that_a_user_can_change() -> None:
    assert PagePhone({"/info.htm": SYSTEM_PAGE, "/index.htm": HOME_IDLE}).look(SUBSETS).model == "D785"


@pytest.mark.parametrize(
    ("home", "gui", "expected"),
    [
        (HOME_IDLE, None, ("idle", "index.htm")),
        (HOME_BUSY, None, ("in_call", "index.htm")),
        (HOME_IDLE, "State Connected (12)", ("in_call", "state_of_gui.htm")),
        (HOME_BUSY, "State Idle (29)", ("idle", "state_of_gui.htm")),
        (HOME_BUSY, "", ("in_call", "index.htm")),
        (None, "", ("unknown", None)),
        (None, None, ("unknown", None)),
    ],
)
def test_the_screen_is_better_evidence_than_the_home_page(
    home: str | None, gui: str | None, expected: tuple[str, str | None]
) -> None:
    pages = {"/index.htm": home, "/state_of_gui.htm": gui}
    facts = PagePhone({name: text for name, text in pages.items() if text is not None}).look(["home", "gui"])
    assert (facts.call_state, facts.call_state_source) == expected


@pytest.mark.parametrize(
    ("page", "admin_mode", "settings"),
    [
        ("<pre>language!: English\nhttp_pass!: hunter2\n</pre>", True, {"language": "English", "http_pass": "hunter2"}),
        ("<html>Please enter the Administrator password</html>", False, None),
        ("<html>What is this?</html>", None, None),
    ],
)
def test_user_mode_is_told_apart_from_an_unreadable_page(
    page: str, admin_mode: bool | None, settings: dict[str, str] | None
) -> None:
    facts = PagePhone({"/settings.htm": page}).look(["settings"])
    assert (facts.admin_mode, facts.settings) == (admin_mode, settings)


def open_page(text: str) -> Answer:
    """A page that is shown to whoever asks for it."""
    return Answer(200, {}, text.encode(), False)


UNLINKED = "<html>Choose what to change</html>"


@pytest.mark.parametrize(
    ("answer", "settings"),
    [
        ('<settings><language perm="">English</language></settings>', {"language": "English"}),
        (Answer(401, {}, b'<language perm="">English</language>'), None),
        ("<html>Nothing here</html>", None),
        ("", None),
        (Blocked("It is forbidden."), None),
        (AnswerLost("It broke."), None),
    ],
)
def test_settings_that_no_page_leads_to_are_looked_for_without_a_login(
    answer: Any, settings: dict[str, str] | None
) -> None:
    phone = PagePhone({"/settings.htm": open_page(UNLINKED), "/settings.xml": answer})
    assert phone.look(["settings"]).settings == settings
    assert phone.requests == ["/settings.htm", "/settings.xml without login"]


LINES = "<table><tr><td>Identity 1 Status:</td><td>100@pbx.example: registered</td></tr></table>"


def test_identities_that_the_system_page_lacks_are_looked_for_on_a_page_of_their_own() -> None:
    phone = PagePhone({"/info.htm": open_page("Mac: 000413922D24"), "/state_of_identity.htm": LINES})
    for _again in range(2):
        assert phone.look(["system"]).identities == (Identity(1, "100@pbx.example", True),)
    assert phone.requests == ["/info.htm", "/state_of_identity.htm without login"] * 2


@pytest.mark.parametrize(
    "answer", ["", "<html>Nothing here</html>", Blocked("It is forbidden."), AnswerLost("It broke.")]
)
def test_identities_that_no_page_shows_are_looked_for_once(answer: Any) -> None:
    phone = PagePhone({"/info.htm": open_page("Mac: 000413922D24"), "/state_of_identity.htm": answer})
    assert [phone.look(["system"]).identities for _again in range(2)] == [None, None]
    assert phone.requests == ["/info.htm", "/state_of_identity.htm without login", "/info.htm"]


@pytest.mark.parametrize("login", [True, None])
def test_a_phone_with_a_login_is_asked_for_no_page_that_may_refuse_it(login: bool | None) -> None:
    pages = {"/info.htm": "Mac: 000413922D24", "/settings.htm": UNLINKED}
    phone = PagePhone({name: Answer(200, {}, text.encode(), login) for name, text in pages.items()})
    facts = phone.look(["system", "settings"])
    assert (facts.identities, facts.settings, phone.requests) == (None, None, list(pages))


def test_a_phone_in_user_mode_is_asked_no_further() -> None:
    phone = PagePhone({"/settings.htm": open_page("<html>Please enter the Administrator password</html>")})
    assert phone.look(["settings"]).admin_mode is False
    assert phone.requests == ["/settings.htm"]


HINT = "<TITLE>snom D785</TITLE><P>HTTP password not set</P>"


@pytest.mark.parametrize(
    ("pages", "is_set"),
    [
        ({"/info.htm": None}, None),
        ({"/info.htm": True}, True),
        ({"/info.htm": False}, False),
        # Somebody may read this page, but not that one.
        ({"/info.htm": False, "/settings.htm": True}, True),
        ({"/info.htm": None, "/index.htm": None}, False),
        ({"/info.htm": True, "/index.htm": True}, True),
    ],
)
def test_whether_there_is_a_password_for_the_web_server(pages: dict[str, bool | None], is_set: bool | None) -> None:
    texts = {"/info.htm": SYSTEM_PAGE, "/index.htm": HINT, "/settings.htm": "language!: English\n"}
    phone = PagePhone({name: Answer(200, {}, texts[name].encode(), login) for name, login in pages.items()})
    assert phone.look(["system", "home", "settings"]).http_pass_set is is_set


def test_an_error_page_without_a_login_proves_nothing() -> None:
    phone = PagePhone({"/info.htm": Answer(404, {}, b"File not found", False)})
    assert phone.look(["system"]).http_pass_set is None


def test_errors_of_the_client_are_not_hidden() -> None:
    with pytest.raises(AuthFailed):
        PagePhone({"/info.htm": AuthFailed("no")}).look(["system"])


def test_a_page_is_read_only_if_it_was_found() -> None:
    phone = PagePhone({"/info.htm": Answer(302, {"location": "/index.htm"}, SYSTEM_PAGE.encode())})
    assert phone.look(["system"]) == PhoneFacts()


def test_facts_become_plain_json_without_secrets() -> None:
    page = "\n".join(
        ["<pre>", "http_pass!: hunter2", "setting_server!: https://me:hunter2@host/a", "language!: x", "</pre>"]
    )
    facts = PagePhone({"/info.htm": SYSTEM_PAGE, "/settings.htm": page}).look(SUBSETS)
    plain = facts.as_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert "hunter2" not in json.dumps(plain)
    assert plain["settings"]["setting_server"] == "https://********@host/a"


KEYS = st.sampled_from(["ENTER", "F_HOLD", "P1", "EK143", *"0123456789*#"])
TIMES = st.none() | st.integers(0, 60_000)
USER_MODE = Answer(200, {}, b"Administrator password: <input>")
NEWER, OLDER = "/advanced_update.htm", "/advanced.htm"


def version(text: str | None) -> Version | None:
    return Version.parse(text) if text else None


SPELLED: list[tuple[Command | Picture, str]] = [
    # The example of a client that people run (protocol 1.1).
    (
        Press(tuple(parse_keys("9;ENTER,,1000;*,1000,2000;#,,1000"))),
        "/command.htm?key=9;ENTER,,1000;%2A,1000,2000;%23,,1000",
    ),
    (Touch(((0, 10, "both"), (479, 271, "press"))), "/command.htm?touch=0%2010%20pr%20479%20271%20p"),
    (Touch(((1, 2, "release"),)), "/command.htm?touch=1%202%20r"),
    (Dial("*97#"), "/command.htm?number=%2A97%23"),
    (Dial("1", "100@pbx.example"), "/command.htm?number=1&outgoing_uri=100%40pbx.example"),
    (Tones("1#*"), "/command.htm?key_dtmf=1%23%2A"),
    (ReleaseAllCalls(), "/command.htm?RELEASE_ALL_CALLS"),
    (LogOff(None), "/command.htm?LOGOFFALL"),
    (LogOff(3), "/command.htm?LOGOFFLINE=3"),
    (Reregister(12), "/command.htm?REREGISTER=12"),
    (Ring(9), "/line_login.htm?PLAY_RINGER:9=+Ringer"),
    (FixLineInfoLayer(), "/command.htm?FIX_LIL=true"),
    (ClearList("missed"), "/index.htm?misseddel=0"),
    (ClearList("received", 1), "/index.htm?receiveddel=clear"),
    (Write({"a": "1 &#"}, True), "/dummy.htm?settings=save&a=1%20%26%23&store_settings=save"),
    (Write({"a": "ü", "b": ""}, False), "/dummy.htm?settings=save&a=%C3%BC&b="),
    (
        OpenDocument("http://192.0.2.10:8099/t?a#b", "<X/>"),
        "/minibrowser.htm?url=http%3A%2F%2F192.0.2.10%3A8099%2Ft%3Fa%23b",
    ),
    (
        Load("http://images.example/a b.bin?mac=1&chained_url=x#y"),
        "/dummy.htm?swload=load&firmware=http%3A%2F%2Fimages.example%2Fa%20b.bin%3Fmac%3D1%26chained_url%3Dx%23y",
    ),
    (Picture("display"), "/screen.bmp"),
    (Picture("labels"), "/label_screen.bmp"),
    (Picture("expansion"), "/exp_screen.bmp"),
]


@pytest.mark.parametrize(("command", "target"), SPELLED)
def test_how_a_command_is_spelled(command: Command | Picture, target: str) -> None:
    phone = PagePhone({target: "Ok"})
    assert phone.spelled(command) == target
    if not isinstance(command, Picture):
        assert phone.command(command) == Acceptance(target, "200")
        assert phone.requests == [target]


def test_every_command_has_a_spelling() -> None:
    assert {type(command) for command, _target in SPELLED} | {Restart, Reset} == {*get_args(Command), Picture}


@pytest.mark.parametrize(
    ("firmware", "pages"),
    [
        ("6.5.20", (OLDER, NEWER)),
        ("7.3.14", (OLDER, NEWER)),
        ("8.4.35", (NEWER, OLDER)),
        ("8.7.5.35", (NEWER, OLDER)),
        ("10.1.54.13", (NEWER, OLDER)),
        (None, (NEWER, OLDER)),
    ],
)
def test_old_firmware_has_its_buttons_elsewhere(firmware: str | None, pages: tuple[str, str]) -> None:
    phone = PagePhone({})
    spelled = [phone.spelled(Restart(version(firmware), spelling)) for spelling in (0, 1)]
    assert spelled == [f"{page}?reboot=Reboot" for page in pages]
    assert phone.spelled(Reset(version(firmware))) == f"{pages[0]}?reset=Reset"


@given(st.lists(st.builds(KeyEvent, KEYS, TIMES, TIMES), min_size=1))
def test_a_request_holds_all_keys_and_nothing_else(events: list[KeyEvent]) -> None:
    query = parse_qs(urlsplit(PagePhone({}).spelled(Press(tuple(events)))).query, separator="&")
    assert list(query) == ["key"]
    assert parse_keys(query["key"][0]) == events


RING, RESTART, LOAD, WRITE = Ring(1), Restart(None), Load("http://a/b.bin"), Write({"a": "1"}, True)


@pytest.mark.parametrize(
    ("command", "answer", "words"),
    [
        (RING, Answer(404, {}, b"File not found"), "404"),
        (RING, Answer(500, {}, b""), "500"),
        (RING, USER_MODE, "refuses this command"),
        (WRITE, Answer(404, {}, b"File not found"), "404 to dummy.htm: it takes no settings over HTTP"),
        (WRITE, USER_MODE, "takes no settings"),
        (RESTART, USER_MODE, "does not restart"),
        (LOAD, USER_MODE, "loads no firmware"),
        (Reset(None), Answer(404, {}, b"File not found"), "404"),
        (Reset(None), USER_MODE, "refuses this command"),
    ],
)
def test_a_phone_that_says_no(command: Command, answer: Answer, words: str) -> None:
    phone = PagePhone({PagePhone({}).spelled(command): answer, "/settings.htm": USER_MODE})
    with pytest.raises(UserMode if answer is USER_MODE else Unsupported, match=words):
        phone.command(command)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(302, {}, b""), "302"),
        # Only what the phone does then proves anything (protocol 0.3).
        (Answer(404, {}, b"File not found"), "404"),
        (AnswerLost("It broke."), "no answer"),
        (AnswerUnreadable("What is this?"), "unreadable answer"),
    ],
)
@pytest.mark.parametrize("command", [RESTART, LOAD])
def test_no_answer_to_what_is_watched_is_an_error(command: Command, answer: Any, words: str) -> None:
    target = PagePhone({}).spelled(command)
    assert PagePhone({target: answer}).command(command) == Acceptance(target, words)


@pytest.mark.parametrize("settings", ["language!: English\n", AnswerLost("It broke."), Answer(404, {}, b"Not found")])
@pytest.mark.parametrize("command", [RESTART, LOAD, RING, WRITE, Reset(None)])
def test_an_answer_that_only_warns_of_the_administrator_password_is_no_refusal(command: Command, settings: Any) -> None:
    """A phone that has begun to load would not be watched, and one that took a setting would be said to have none."""
    target = PagePhone({}).spelled(command)
    warns = Answer(200, {}, b"Loading. <b>The administrator password is not set!</b>")
    phone = PagePhone({target: warns, "/settings.htm": settings})
    assert phone.command(command) == Acceptance(target, "200, speaks of the administrator password")
    assert phone.requests.count(target) == 1


@pytest.mark.parametrize("error", [PhoneUnreachable("no"), AuthFailed("no"), Blocked("no"), Unsupported("no")])
@pytest.mark.parametrize("command", [RESTART, LOAD, RING, WRITE])
def test_what_never_reached_the_phone_is_raised(command: Command, error: SnomError) -> None:
    with pytest.raises(type(error)):
        PagePhone({PagePhone({}).spelled(command): error}).command(command)


@pytest.mark.parametrize("error", [AnswerLost("It broke."), AnswerUnreadable("What is this?")])
@pytest.mark.parametrize("command", [RING, WRITE, Reset(None)])
def test_any_other_lost_answer_is_for_the_asker_to_judge(command: Command, error: SnomError) -> None:
    with pytest.raises(AnswerLost, match=error.reason.rstrip("?")):
        PagePhone({PagePhone({}).spelled(command): error}).command(command)


def test_a_phone_that_asks_to_be_rebooted() -> None:
    target = PagePhone({}).spelled(WRITE)
    assert PagePhone({target: "<a href='CONFIRM_REBOOT'>"}).command(WRITE) == Acceptance(target, "200", True)
    warns = "<a href='CONFIRM_REBOOT'> The administrator password is not set!"
    assert PagePhone({target: warns}).command(WRITE).asks_reboot


def test_no_url_is_longer_than_a_thousand_bytes() -> None:
    phone = PagePhone({})
    phone.connection = Connection(address="phone." * 40 + "example")
    start = len(f"https://[{phone.connection.address}]:65535/command.htm?key=1")
    assert phone.fits(Press((KeyEvent("1"), *[KeyEvent("2")] * ((1000 - start) // 2))))
    assert not phone.fits(Press((KeyEvent("1"), *[KeyEvent("2")] * ((1000 - start) // 2 + 1))))


@pytest.mark.parametrize("store", [True, False])
def test_settings_are_written_in_as_few_requests_as_possible(store: bool) -> None:
    phone = PagePhone({})
    settings = {f"fkey{number}": "x" * 90 for number in range(30)}
    commands = phone.writes(settings, store=store)
    assert [name for command in commands for name in command.settings] == [*settings]
    assert len(commands) == 4
    for command in commands:
        assert len(f"https://[127.0.0.1]:65535{phone.spelled(command)}") <= 1000
        assert command.store is store
    assert phone.writes({}, store=store) == []


def test_a_setting_that_is_too_long_is_named() -> None:
    with pytest.raises(InputError, match="phone_name takes 1212 bytes of a URL"):
        PagePhone({}).writes({"a": "1", "phone_name": "ü" * 200}, store=True)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("State Connected (12)", CallReading("in_call", "connected", None, "state_of_gui.htm")),
        ("State Idle (29)", CallReading("idle", "idle", None, "state_of_gui.htm")),
        ("Menu", CallReading()),
        (Answer(404, {}, b"State Idle (29)"), CallReading()),
    ],
)
def test_the_screen_shows_what_kind_of_a_call(page: str | Answer, expected: CallReading) -> None:
    assert PagePhone({"/state_of_gui.htm": page}).call(CallSource.SCREEN) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("Active calls: 2", CallReading("in_call", "in_call", 2, "index.htm")),
        ("Active calls: 0", CallReading("idle", "idle", 0, "index.htm")),
        ("Menu", CallReading()),
        (Answer(404, {}, b"Active calls: 0"), CallReading()),
    ],
)
def test_the_home_page_shows_how_many_calls(page: str | Answer, expected: CallReading) -> None:
    assert PagePhone({"/index.htm": page}).call(CallSource.HOME) == expected


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        (0, CallReading("idle", "idle", 0, "SNMP call counter")),
        (2, CallReading("in_call", "in_call", 2, "SNMP call counter")),
        (None, CallReading()),
    ],
)
def test_the_call_counter_is_asked_where_allowed(
    calls: int | None, expected: CallReading, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = PagePhone({})
    phone.connection = Connection(address="127.0.0.1", snmp=True)
    monkeypatch.setattr(web_reader, "read_calls", lambda connection: calls)
    assert phone.call(CallSource.COUNTER) == expected
    assert phone.requests == []


def test_without_opting_in_no_snmp_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_reader, "read_calls", lambda connection: pytest.fail("asked over SNMP"))
    assert PagePhone({}).call(CallSource.COUNTER) == CallReading()


def test_how_long_the_lists_are() -> None:
    assert PagePhone({"/index.htm": "Missed calls: 3<br>Received calls: 0"}).call_lists() == {
        "missed": 3,
        "received": 0,
    }
    assert PagePhone({}).call_lists() == {}


def test_the_certificate_is_read_without_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_reader, "certificate_fingerprint", lambda connection: f"of {connection.address}")
    phone = PagePhone({})
    assert (phone.certificate(), phone.requests) == ("of 127.0.0.1", [])


@pytest.mark.parametrize(
    ("which", "path"), [("display", "/screen.bmp"), ("labels", "/label_screen.bmp"), ("expansion", "/exp_screen.bmp")]
)
def test_a_picture_is_fetched_past_all_caches(which: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_phone, "system_time", lambda: 1.5)
    phone = PagePhone({f"{path}?nocache=1500": Answer(200, {}, b"BM, more or less")})
    assert phone.picture(Picture(which)) == b"BM, more or less"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(404, {}, b"File not found"), Unsupported),
        (Answer(500, {}, b"BM"), AnswerUnreadable),
        ("<html>Please log in</html>", AnswerUnreadable),
        ("", AnswerUnreadable),
        (AnswerLost("It broke."), AnswerLost),
    ],
)
def test_what_is_no_picture(answer: Any, error: type[SnomError], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_phone, "system_time", lambda: 1.5)
    with pytest.raises(error):
        PagePhone({"/screen.bmp?nocache=1500": answer}).picture(Picture("display"))


def test_a_login_that_was_changed() -> None:
    phone = PagePhone({})
    web = web_phone.WebPhone(phone.connection, phone)
    web.use_login("admin", "new")
    assert (web.connection.username, web.connection.password) == ("admin", "new")
