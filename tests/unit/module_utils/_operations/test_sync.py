# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    AuthFailed,
    InputError,
    PbxFailed,
    PhoneUnreachable,
    Refused,
    SnomError,
    Unsupported,
    WrongPhone,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._mirror.client import MirrorFailed
from ansible_collections.telephony.snom.plugins.module_utils._mirror.served_log import Position
from ansible_collections.telephony.snom.plugins.module_utils._operations.sync import ARGUMENT_SPEC, sync_phone
from ansible_collections.telephony.snom.plugins.module_utils._pbx.pbx import (
    Delivery,
    Notify,
    Registration,
    registration_of,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.tests.unit.phones import MemoryPhone, parameters_of

MAC, OTHER_MAC = "000413922D24", "000413000001"
PBX = {"kind": "asterisk", "host": "pbx.example", "username": "ansible", "password": "Never/shown&1"}
MIRROR = {"url": "https://mirror.example", "username": "ansible", "password": "Never/shown&2"}
FILE = f"/generations/d52621604ecb18fb/snomD785-{MAC}.xml"


def agent(mac: str = MAC, model: str = "D785") -> str:
    return f"Mozilla/4.0 (compatible; snom{model}-SIP 10.1.54.13 2010.12 {mac} SXM:0)"


def contact(
    account: str = "401", address: str = "127.0.0.1", mac: str | None = MAC, *, uri: str = "", **more: Any
) -> Registration:
    given = {"user_agent": f"snomD785/10.1.54.13 {mac or ''}".strip(), "expires": 60.0, **more}
    return registration_of(account, uri or f"sip:{account}@{address}:5060", **given)


class FakePbx:
    """Lists registrations and calls; a notify is noted, and does something."""

    def __init__(
        self,
        *registrations: Registration,
        calls: Mapping[str, str] | None = None,
        answer: Delivery | Exception | None = None,
    ) -> None:
        self.listed = registrations
        self.talks = {"401": "idle"} if calls is None else calls
        self.answer = Delivery(status=200, reason="OK") if answer is None else answer
        self.told: list[tuple[str, str]] = []
        self.closed = False
        self.probed = False

    def registrations(self) -> tuple[Registration, ...]:
        return self.listed

    def calls(self) -> Mapping[str, str]:
        return self.talks

    def notify(self, registration: Registration, message: Notify) -> Delivery:
        self.told.append((registration.contact, message.event))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def probe(self, registration: Registration) -> Delivery:
        self.probed = True
        return self.answer if isinstance(self.answer, Delivery) else Delivery()

    def close(self) -> None:
        self.closed = True


class FakeClient:
    """The way to the mirror, and its clock."""

    def __init__(self, phone: MemoryPhone) -> None:
        self.clock = phone.clock
        self.fault: Exception | None = None
        self.skew = 0.0

    @property
    def told(self) -> datetime:
        """Its clock."""
        return datetime.fromtimestamp(int(self.clock.time + self.skew), timezone.utc)

    def ask(self) -> None:
        if self.fault:
            raise self.fault


class FakeLog:
    """It gains an entry some seconds after it was made."""

    def __init__(self, client: FakeClient, entries: list[tuple[float, dict[str, Any] | Exception]]) -> None:
        self.client = client
        self.clock = client.clock
        self.entries = entries
        self.started = self.clock.time
        self.gap = False
        self.late = False
        """Whether a request of now does not come into it."""
        self.before: list[dict[str, Any]] = []
        """What it had before."""
        self.meanwhile: list[dict[str, Any]] = []
        """What it gains while the PBX is asked, before anything is sent."""
        self.is_read = False

    def mark(self) -> Position:
        self.client.ask()
        self.is_read = False
        # What it has by now is passed over.
        self.entries = [one for one in self.entries if self.started + one[0] >= self.clock.time]
        return Position()

    def newest(self, most: int) -> Iterator[bytes]:
        self.client.ask()
        self.is_read = True
        return iter([json.dumps(entry).encode() + b"\n" for entry in self.before])

    def read_new(self) -> Iterator[bytes]:
        if self.is_read:
            yield from (json.dumps(entry).encode() + b"\n" for entry in self.meanwhile)
            return
        due = [entry for after, entry in self.entries if self.started + after <= self.clock.time]
        self.entries = [one for one in self.entries if self.started + one[0] > self.clock.time]
        for entry in due:
            if isinstance(entry, Exception):
                raise entry
            yield json.dumps(entry).encode() + b"\n"


class FakeMirror:
    """What it shows to phones, and its log."""

    def __init__(self, phone: MemoryPhone, entries: list[tuple[float, dict[str, Any] | Exception]]) -> None:
        self.client = FakeClient(phone)
        self.log = FakeLog(self.client, entries)
        self.loads: set[str] = set()
        self.warning: str | None = None

    def armed(self) -> dict[str, float]:
        self.client.ask()
        return dict.fromkeys(self.loads, self.client.clock.time + 600)

    def clock_warning(self) -> str | None:
        return self.warning


def request(uri: str = FILE, **changes: Any) -> dict[str, Any]:
    return {
        "time": datetime(2027, 1, 15, 8, 0, 2, tzinfo=timezone.utc).isoformat(),
        "address": "127.0.0.1",
        "method": "GET",
        "uri": uri,
        "status": 200,
        "bytes": 1000,
        "length": "1000",
        "user_agent": agent(),
        **changes,
    }


class Case:
    """A phone, its PBX and its mirror."""

    def __init__(
        self,
        *entries: tuple[float, dict[str, Any] | Exception],
        pbx: FakePbx | None = None,
        host: str = "127.0.0.1",
        **phone: Any,
    ) -> None:
        self.phone = MemoryPhone(**{"settings": {}} | phone)
        self.phone.connection = Connection(address=host, mac=MAC)
        self.pbx = FakePbx(contact()) if pbx is None else pbx
        self.mirror = FakeMirror(self.phone, list(entries))
        self.is_current = lambda _log, _settings: not self.mirror.log.late

    def sync(self, *, check_mode: bool = False, **parameters: Any) -> dict[str, Any]:
        self.phone.connection = replace(self.phone.connection, transport=parameters.get("transport", "http"))
        given = parameters_of(ARGUMENT_SPEC, pbx=PBX, mirror_control=MIRROR, mac=MAC) | parameters
        return to_plain(
            sync_phone(
                self.phone,
                given,
                check_mode,
                open_one=lambda _settings: self.pbx,
                open_mirror=lambda _settings: self.mirror,
                is_current=self.is_current,
                now=self.phone.clock.now,
                sleep=self.phone.clock.sleep,
            )
        )

    def refuses(self, **parameters: Any) -> SnomError:
        with pytest.raises(SnomError) as caught:
            self.sync(**parameters)
        assert self.pbx.told == []
        return caught.value


def test_the_fetch_of_its_own_file_is_the_proof() -> None:
    case = Case((3, request()))
    result = case.sync()
    assert (result["outcome"], result["changed"], result["failed"], result["elapsed"]) == ("synced", True, False, 3.0)
    assert case.pbx.told == [("sip:401@127.0.0.1:5060", "check-sync;reboot=false")]
    assert result["evidence"] == {
        "mac": MAC,
        "checksync_action": "",
        "account": "401",
        "contact": "sip:401@127.0.0.1:5060",
        "registered": f"snomD785/10.1.54.13 {MAC}",
        "call_state": "idle",
        "call_state_source": "the PBX pbx.example",
        "event": "check-sync;reboot=false",
        "sent_at": case.mirror.log.started,
        "answer": 200,
        "answer_reason": "OK",
        "fetched": {
            "file": f"snomD785-{MAC}.xml",
            "status": 200,
            "time": 1_800_000_002.0,
            "address": "127.0.0.1",
            "firmware": "10.1.54.13",
        },
    }
    assert case.pbx.closed


@pytest.mark.parametrize(
    "entry",
    [
        request(status=404),
        request(bytes=10),
        request(method="HEAD"),
        request("/current/snomD785.htm"),
        request(f"/firmware/{MAC}.xml"),
        request(f"/beacon/{MAC}"),
        request(f"/fw/{MAC}/snomD785-10.1.54.13-SIP-r.bin"),
        request(f"/current/snomD785-{OTHER_MAC}.htm"),
        request(user_agent=agent(OTHER_MAC)),
        request(user_agent="curl/8", address="192.0.2.9"),
    ],
)
def test_nothing_else_is(entry: dict[str, Any]) -> None:
    case = Case((1, entry))
    result = case.sync()
    assert (result["outcome"], result["changed"], result["failed"], result["elapsed"]) == ("no_fetch", False, True, 60)
    assert "no fetch of its own settings within 60 s" in result["msg"] and "It answered 200" in result["reason"]
    assert "fetched" not in result["evidence"]


@pytest.mark.parametrize(
    "entry",
    [
        request(status=304, bytes=0),
        request(f"/provisioning/tok3n/{MAC.lower()}.xml"),
        request(user_agent="Mozilla/4.0 (nobody)"),
        request(length=""),
    ],
)
def test_other_spellings_of_it_are(entry: dict[str, Any]) -> None:
    result = Case((1, entry)).sync()
    assert result["outcome"] == "synced"
    assert "tok3n" not in json.dumps(result)


def test_a_fetch_of_before_that_the_log_tells_late_is_no_proof() -> None:
    case = Case((1, request(time="2027-01-15T07:59:57+00:00")))
    assert case.sync()["outcome"] == "no_fetch"
    ahead = Case((1, request(time="2027-01-15T07:59:57+00:00")))
    ahead.mirror.client.skew = -3600.0
    assert ahead.sync()["outcome"] == "synced"


def test_a_fetch_of_the_second_before_is_no_answer() -> None:
    """Clocks that differ by less than whole seconds can tell of are no excuse: the mirror's own clock counts."""
    assert Case((1, request(time="2027-01-15T07:59:59+00:00"))).sync()["outcome"] == "no_fetch"


def test_a_fetch_while_its_calls_are_looked_at_is_no_answer() -> None:
    case = Case((1, request(time="2027-01-15T08:00:01+00:00")))
    ask = case.phone.ask

    def slow(what: str) -> None:
        if what not in ("system", "settings"):
            case.phone.clock.sleep(2.0)
        ask(what)

    case.phone.ask = slow  # type: ignore[method-assign]
    case.pbx.talks = {"401": "unknown"}
    assert case.sync(unknown_call_state="proceed")["outcome"] == "no_fetch"
    assert case.pbx.told


@pytest.mark.parametrize(
    ("late", "again", "outcome"), [(False, [], "synced"), (True, [], "no_fetch"), (True, [5], "synced")]
)
def test_a_fetch_in_the_second_of_the_check_sync(late: bool, again: list[float], outcome: str) -> None:
    """Where the log is written at once, what stands behind its mark was after that."""
    case = Case((1, request(time="2027-01-15T08:00:00+00:00")), *((after, request()) for after in again))
    case.mirror.log.late = late
    result = case.sync()
    assert result["outcome"] == outcome
    assert result["elapsed"] == (again[0] if again else 60 if late else 1)
    if outcome == "no_fetch":
        assert "is not known. A request of now does not stand" in result["reason"]


def test_a_log_that_comes_late_proves_nothing() -> None:
    case = Case((90, request()))
    case.mirror.log.late = True
    result = case.sync()
    assert (result["outcome"], result["changed"]) == ("no_fetch", False)
    assert "Whether it fetched its settings is not known. A request of now does not stand" in result["reason"]
    assert "update_policy" not in result["reason"]


def test_what_comes_into_the_log_while_that_is_found_out_counts() -> None:
    case = Case((63, request()))

    def look(_log: Any, _settings: Any) -> bool:
        case.phone.clock.sleep(4.0)
        return True

    case.is_current = look
    assert case.sync()["outcome"] == "synced"


def test_of_a_generation_only_its_own_files_count() -> None:
    case = Case((1, request(f"/current/snomD785-{MAC}.htm")), (5, request()))
    assert case.sync(generation="d52621604ecb18fb")["elapsed"] == 5
    assert Case((1, request())).sync(generation="0000000000000000")["outcome"] == "no_fetch"


def test_no_answer_proves_nothing() -> None:
    for answer in (Delivery(), Delivery(status=408, reason="Request Timeout")):
        assert Case((20, request()), pbx=FakePbx(contact(), answer=answer)).sync()["outcome"] == "synced"
        result = Case(pbx=FakePbx(contact(), answer=answer)).sync(fetch_timeout=5)
        assert (result["outcome"], result["elapsed"]) == ("no_fetch", 5)


@pytest.mark.parametrize(
    ("status", "outcome", "says"),
    [
        (401, "auth_failed", "challenge_checksync"),
        (407, "auth_failed", "outbound_auth"),
        (403, "auth_failed", "filter_registrar"),
        (404, "no_fetch", "did not take the event"),
        (481, "no_fetch", "did not take the event"),
        (489, "no_fetch", "489 Why"),
        (486, "deferred", "busy"),
        (477, "unreachable", "could not send"),
        (699, "no_fetch", "699 Why"),
    ],
)
def test_a_refusal_ends_it_at_once(status: int, outcome: str, says: str) -> None:
    case = Case((0, request()), pbx=FakePbx(contact(), answer=Delivery(status=status, reason="Why")))
    result = case.sync()
    assert (result["outcome"], result["changed"], result["elapsed"]) == (outcome, False, 0)
    assert says in result["msg"] and result["evidence"]["answer"] == status


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"checksync_action": "reboot"}, "would restart"),
        ({"checksync_action": "factory-reset"}, "forget all of its settings"),
        ({"checksync_action": "delete-contacts"}, "delete its contacts"),
        ({"checksync_action": "reregister"}, "fetch nothing"),
        ({"checksync_action": "Sing"}, "what nobody knows"),
        ({"tr69_use_acs": "on"}, "TR-069"),
        ({"update_policy": "never_update"}, "never_update"),
    ],
)
def test_settings_that_make_something_else_of_it_are_refused(settings: dict[str, str], says: str) -> None:
    error = Case((0, request()), settings=settings).refuses()
    assert isinstance(error, Refused) and error.reason.startswith("The phone says: ") and says in error.reason
    assert isinstance(Case((0, request())).refuses(settings=settings), (Refused, InputError))


@pytest.mark.parametrize("action", ["", "sync", "SYNC"])
def test_settings_that_follow_the_event_are_not(action: str) -> None:
    result = Case((0, request()), settings={"checksync_action": action}).sync(settings={"checksync_action": action})
    assert (result["outcome"], result["evidence"]["checksync_action"]) == ("synced", action)


def test_who_asks_for_a_password_is_told_only_by_who_may_know_it() -> None:
    settings = {"challenge_checksync": "on"}
    kamailio = PBX | {"kind": "kamailio"}
    assert "outbound_auth" in Case(settings=settings).refuses(pbx=kamailio).reason
    assert "outbound_auth" in Case().refuses(pbx=kamailio, settings=settings).reason
    assert Case((0, request()), settings=settings).sync()["outcome"] == "synced"
    assert Case((0, request()), settings={"challenge_checksync": "off"}).sync(pbx=kamailio)["outcome"] == "synced"


@pytest.mark.parametrize(
    "error", [Unsupported("D8xx"), AuthFailed("no"), PhoneUnreachable("closed")], ids=lambda error: type(error).__name__
)
def test_a_phone_that_shows_nothing_is_told_all_the_same_and_asked_once(error: SnomError) -> None:
    case = Case((1, request()), error=error)
    result = case.sync()
    assert (result["outcome"], result["evidence"]["checksync_action"]) == ("synced", None)
    assert case.phone.requests == ["system"]
    quiet = Case((1, request()), error=error, pbx=FakePbx(contact(), calls={}))
    assert quiet.sync(unknown_call_state="proceed")["outcome"] == "synced"
    assert quiet.phone.requests == ["system"]


def test_over_sip_alone_the_phone_is_not_asked() -> None:
    case = Case((1, request()), pbx=FakePbx(contact(), calls={}))
    assert case.sync(transport="sip")["outcome"] == "deferred"
    assert case.sync(transport="sip", unknown_call_state="proceed")["outcome"] == "synced"
    assert case.phone.requests == []


@pytest.mark.parametrize(
    ("calls", "parameters", "outcome"),
    [
        ({"401": "in_call"}, {}, "deferred"),
        ({}, {}, "synced"),  # its screen says that it is idle
        ({}, {"call_state": "in_call"}, "deferred"),
        ({"401": "in_call"}, {"call_state": "idle"}, "synced"),
        ({"401": "in_call"}, {"only_when_idle": False}, "synced"),
    ],
)
def test_nobody_is_disturbed(calls: dict[str, str], parameters: dict[str, Any], outcome: str) -> None:
    case = Case((0, request()), pbx=FakePbx(contact(), calls=calls))
    assert case.sync(**parameters)["outcome"] == outcome
    assert bool(case.pbx.told) == (outcome == "synced")


def test_a_mirror_that_takes_its_time_makes_the_pbxs_word_old() -> None:
    case = Case((0, request()))
    mark = case.mirror.log.mark

    def slow() -> Position:
        case.phone.clock.sleep(10)
        return mark()

    case.mirror.log.mark = slow  # type: ignore[method-assign]
    assert "10 s ago" in case.refuses().reason


def test_check_mode_sends_nothing() -> None:
    case = Case((0, request()))
    result = case.sync(check_mode=True)
    assert (result["outcome"], result["changed"], case.pbx.told) == ("planned", True, [])


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"pbx": None}, "snom_pbx"),
        ({"mirror_control": None}, "snom_mirror_control"),
        ({"fetch_timeout": 0.5}, "fetch_timeout"),
        ({"settings": {"phone_name": ["a", {}]}}, "settings"),
    ],
)
def test_what_is_missing_is_named(parameters: dict[str, Any], says: str) -> None:
    error = Case().refuses(**parameters)
    assert isinstance(error, InputError) and says in error.reason


def test_without_a_log_nothing_is_sent() -> None:
    case = Case()
    case.mirror.client.fault = MirrorFailed("The mirror refuses the login.")
    assert "refuses the login" in case.refuses().reason


def test_a_phone_that_is_shown_a_firmware_is_left_alone() -> None:
    case = Case((0, request()))
    case.mirror.loads = {MAC}
    assert "rollout" in case.refuses().reason
    case.mirror.loads = {OTHER_MAC}
    assert case.sync()["outcome"] == "synced"


ARMED = request(f"/firmware/{MAC}.xml", time="2027-01-15T07:50:00+00:00", bytes=190)
IMAGE = request("/fw/snomD785-10.1.175.16-SIP-r.bin", time="2027-01-15T07:52:00+00:00")
NEW = agent().replace("10.1.54.13", "10.1.175.16")


@pytest.mark.parametrize(
    "before",
    [
        [ARMED],
        [ARMED, IMAGE],
        [IMAGE],
        [request(), ARMED, IMAGE, request(f"/beacon/{MAC}")],
        [ARMED, IMAGE | {"user_agent": "curl/8"}],
        [ARMED | {"user_agent": "unknown"}, IMAGE | {"user_agent": "unknown"}],
        [ARMED, request(user_agent=NEW), ARMED | {"user_agent": NEW}],
        [IMAGE | {"status": 206, "bytes": 10}],
        # It is told over HTTP to load its own version once more.
        [request(user_agent=NEW, time="2027-01-15T07:40:00+00:00"), IMAGE, request(user_agent=NEW)],
    ],
)
def test_a_phone_that_may_write_its_flash_is_left_alone(before: list[dict[str, Any]]) -> None:
    """The rollout shows it nothing any more, and the PBX lists it still."""
    case = Case((0, request()))
    case.mirror.log.before = before
    error = case.refuses()
    assert isinstance(error, Refused) and "it fetched a firmware at 2027-01-15 07:5" in error.reason
    assert isinstance(case.refuses(check_mode=True), Refused)
    for skew, refused in ((3000.0, True), (-3000.0, True), (8000.0, False), (-8000.0, False)):
        later = Case((0, request()))
        later.mirror.log.before, later.mirror.client.skew = before, skew
        if refused:
            later.refuses()
        else:
            # The clock of its mirror says that this was long ago.
            later.sync()
            assert later.pbx.told


@pytest.mark.parametrize("meanwhile", [[ARMED], [ARMED, IMAGE], [IMAGE]])
def test_a_phone_that_began_to_load_while_its_pbx_was_asked_is_left_alone(meanwhile: list[dict[str, Any]]) -> None:
    """The mirror shows it nothing any more by then, and did not when its log was read."""
    case = Case((0, request()))
    case.mirror.log.meanwhile = meanwhile
    assert "it fetched a firmware at 2027-01-15 07:5" in case.refuses().reason


@pytest.mark.parametrize(
    "before",
    [
        [request(f"/firmware/{MAC}.xml", bytes=112)],
        [ARMED | {"status": 404}, IMAGE | {"status": 404}],
        [ARMED | {"method": "HEAD"}, IMAGE | {"method": "HEAD"}],
        [ARMED, request(user_agent=NEW)],
        [IMAGE, request(f"/beacon/{MAC}", user_agent=NEW)],
        [request(f"/firmware/{OTHER_MAC}.xml", user_agent=agent(OTHER_MAC)), IMAGE | {"user_agent": agent(OTHER_MAC)}],
        [IMAGE | {"user_agent": "curl/8"}],
    ],
)
def test_a_phone_that_has_loaded_nothing_or_runs_it_is_not(before: list[dict[str, Any]]) -> None:
    case = Case((0, request()))
    case.mirror.log.before = before
    assert case.sync()["outcome"] == "synced"


def test_a_phone_that_registers_with_the_version_of_its_image_has_loaded_it() -> None:
    registered = contact(user_agent=f"snomD785/10.1.175.16 {MAC}")
    for before in ([ARMED, IMAGE], [ARMED | {"user_agent": "unknown"}, IMAGE | {"user_agent": "unknown"}]):
        case = Case((0, request()), pbx=FakePbx(registered))
        case.mirror.log.before = before
        assert case.sync()["outcome"] == "synced"
    # It has it from before.
    case = Case(pbx=FakePbx(registered))
    case.mirror.log.before = [request(user_agent=NEW), IMAGE]
    assert isinstance(case.refuses(), Refused)
    # Which image it was shown is not known, and it may register with what it had before that.
    case = Case(pbx=FakePbx(registered))
    case.mirror.log.before = [ARMED]
    assert isinstance(case.refuses(), Refused)


def test_a_mirror_that_fails_for_a_while_is_asked_again() -> None:
    assert Case((0, MirrorFailed("gone")), (2, request())).sync()["outcome"] == "synced"
    result = Case((60, MirrorFailed("It is gone."))).sync()
    assert (result["outcome"], result["reason"]) == (
        *("no_fetch",),
        "Whether it fetched its settings is not known. It is gone.",
    )


def test_lost_lines_and_a_wrong_clock_are_told() -> None:
    case = Case()
    case.mirror.log.gap, case.mirror.warning = True, "The clock differs."
    result = case.sync()
    assert "may have been rotated away" in result["reason"] and result["warnings"] == ["The clock differs."]


def test_another_phone_is_told_apart_before_and_after() -> None:
    assert isinstance(Case(mac=OTHER_MAC).refuses(), WrongPhone)
    assert isinstance(Case(pbx=FakePbx(contact(mac=None))).refuses(model="D375"), WrongPhone)
    said = Delivery(status=200, user_agent=f"snomD785/10.1.54.13 {OTHER_MAC}")
    result = Case((0, request()), pbx=FakePbx(contact(), answer=said)).sync()
    assert (result["outcome"], result["failed"]) == ("wrong_phone", True)


def test_without_a_mac_address_nothing_could_be_proven() -> None:
    case = Case(pbx=FakePbx(contact(mac=None)), error=Unsupported("D8xx"))
    case.phone.connection = Connection(address="127.0.0.1")
    assert "snom_mac" in case.refuses(mac=None).reason
    by_registration = Case((0, request()), error=Unsupported("D8xx"))
    by_registration.phone.connection = Connection(address="127.0.0.1")
    assert by_registration.sync(mac=None)["outcome"] == "synced"


def test_a_pbx_that_fails_as_it_tells_the_phone_may_have_told_it() -> None:
    case = Case((3, request()), pbx=FakePbx(contact(), answer=PbxFailed("It is gone.")))
    result = case.sync()
    assert (result["outcome"], result["changed"], case.pbx.closed) == ("synced", True, True)
    case = Case(pbx=FakePbx(contact(), answer=PbxFailed("It is gone.")))
    with pytest.raises(PbxFailed, match=r"It is gone\. The mirror's log shows no fetch of its own settings within 5 s"):
        case.sync(fetch_timeout=5)
    assert case.pbx.closed and case.phone.clock.time - case.mirror.log.started == 5


STRAIGHT = {"kind": "sip", "port": 5066}


def test_straight_to_the_phone_it_says_first_who_it_is() -> None:
    said = Delivery(status=200, reason="Ok", user_agent=f"snomD785/10.1.54.13 {MAC}")
    case = Case((1, request()), pbx=FakePbx(answer=said))
    result = case.sync(pbx=STRAIGHT, account="401")
    assert (result["outcome"], result["evidence"]["registered"]) == ("synced", f"snomD785/10.1.54.13 {MAC}")
    assert case.pbx.told == [("sip:401@127.0.0.1:5066", "check-sync;reboot=false")]
    assert result["evidence"]["call_state_source"] == "screen"
    other = Case(pbx=FakePbx(answer=Delivery(status=200, user_agent=f"snomD785/10.1.54.13 {OTHER_MAC}")))
    assert isinstance(other.refuses(pbx=STRAIGHT), WrongPhone)


def test_straight_to_a_phone_that_answers_no_probe_it_is_told_all_the_same() -> None:
    case = Case((1, request()), pbx=FakePbx(answer=Delivery(status=408)))
    assert (case.sync(pbx=STRAIGHT)["outcome"], case.pbx.probed) == ("synced", True)


def test_a_password_that_straight_sip_has_answers_a_challenge() -> None:
    settings = {"challenge_checksync": "on"}
    assert "straight SIP without a password does not give it" in Case(settings=settings).refuses(pbx=STRAIGHT).reason
    case = Case((1, request()), settings=settings, pbx=FakePbx())
    assert case.sync(pbx=STRAIGHT | {"password": "Never/shown&3"}, account="401")["outcome"] == "synced"
