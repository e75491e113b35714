# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kea's control API, by answers as its reference manual has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import requests
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.plugin_utils.sources import kea_control
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kea_control import KeaControl, read_kea_control
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.said import SourceFailed

NOW = 1_700_000_000
CONTROL = KeaControl(url="https://kea.example:8000/", username="ansible", password="n0t-to-be-seen")


class Answer:
    """One answer of requests."""

    def __init__(self, content: bytes, status: int = 200) -> None:
        self.status_code = status
        self._content = content

    def iter_content(self, size: int) -> Iterator[bytes]:
        yield from (self._content[start : start + size] for start in range(0, len(self._content), size))


class Script:
    """What Kea answers, in its order, and what it is asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.paused: list[float] = []

    def post(self, session: Any, url: str, *, json: dict[str, Any], **options: Any) -> nullcontext[Answer]:
        assert url == CONTROL.url and session.auth == ("ansible", "n0t-to-be-seen") and not session.trust_env
        self.asked.append(json)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return nullcontext(answer if isinstance(answer, Answer) else Answer(_encoded(answer)))


def _encoded(answer: object) -> bytes:
    return json.dumps(answer).encode()


def lease(number: int, **more: Any) -> dict[str, Any]:
    return {
        "ip-address": f"192.0.2.{number}",
        "hw-address": f"00:04:13:45:12:{number:02x}",
        "cltt": NOW - 60,
        "valid-lft": 3600,
        "hostname": "desk",
        "state": 0,
        **more,
    }


def page(*leases: Any) -> list[dict[str, Any]]:
    return [{"result": 0, "arguments": {"leases": list(leases), "count": len(leases)}}]


def read(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> tuple[dict[str | None, str | None], Script]:
    script = Script(*answers)

    def post(session: Any, url: str, **options: Any) -> nullcontext[Answer]:
        return script.post(session, url, **options)

    monkeypatch.setattr(requests.Session, "post", post)
    found = read_kea_control(CONTROL, PREFIXES, NOW, sleep=script.paused.append)
    return {one.mac: one.address for one in found.said}, script


def test_pages_are_asked_for_until_one_is_not_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kea_control, "_PAGE", 2)
    found, script = read(monkeypatch, page(lease(1), lease(2)), page(lease(3)))
    assert found == {"000413451201": "192.0.2.1", "000413451202": "192.0.2.2", "000413451203": "192.0.2.3"}
    assert [one["arguments"]["from"] for one in script.asked] == ["start", "192.0.2.2"]
    assert script.asked[0]["command"] == "lease4-get-page" and script.asked[0]["service"] == ["dhcp4"]


def test_a_kea_that_restarts_in_the_middle_is_read_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kea_control, "_PAGE", 2)
    gone = [{"result": 1, "text": "unable to forward command to the dhcp4 service: No such file or directory"}]
    first = page(lease(1), lease(2))
    found, script = read(monkeypatch, first, gone, requests.ConnectionError(), first, page(lease(3)))
    assert len(found) == 3 and script.paused == [1.0, 1.0]
    assert [one["arguments"]["from"] for one in script.asked] == ["start", "192.0.2.2", "start", "start", "192.0.2.2"]
    # Not without an end, and not for what does not go away.
    with pytest.raises(SourceFailed, match="unable to forward"):
        read(monkeypatch, *[gone] * 3)
    with pytest.raises(SourceFailed, match="no such service"):
        read(monkeypatch, [{"result": 1, "text": "no such service"}])


def test_what_has_run_out_or_is_no_lease_of_a_phone_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _script = read(
        monkeypatch,
        page(
            lease(1, cltt=NOW - 4000),
            lease(2, state=1),
            lease(3, **{"hw-address": "02:00:00:00:00:01"}),
            lease(4, **{"valid-lft": 0xFFFFFFFF}),
            lease(5, **{"ip-address": "somewhere"}),
            lease(6, cltt="soon"),
            "nonsense",
        ),
    )
    assert found == {"000413451204": "192.0.2.4"}


def test_the_server_itself_answers_without_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, page(lease(1))[0])[0] == {"000413451201": "192.0.2.1"}
    assert read(monkeypatch, {"result": 3, "text": "0 IPv4 lease(s) found."})[0] == {}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([{"result": 2, "text": "unknown command"}], "Let it load the hook libdhcp_lease_cmds"),
        ([{"result": 1, "text": "no such service"}], "refuses: no such service"),
        (Answer(b"no", 401), "refused the login"),
        (Answer(b"<html>"), "something answers 200 that is not Kea"),
        (Answer(b"[" * 100_000), "not Kea"),
        ([], "not Kea"),
        ("text", "not Kea"),
        (requests.ConnectionError(), "can't be reached"),
        (requests.Timeout(), "no answer within 10 s"),
        (requests.exceptions.SSLError(), "certificate of Kea .* is not trusted"),
        (Answer(b"x" * (9 * 1024 * 1024)), "answers too much"),
    ],
)
def test_what_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch, answer: Any, said: str) -> None:
    with pytest.raises(SourceFailed, match=said) as error:
        read(monkeypatch, answer)
    assert "n0t-to-be-seen" not in error.value.reason


def test_a_list_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kea_control, "_PAGE", 1)
    with pytest.raises(SourceFailed, match="without an end"):
        read(monkeypatch, page(lease(1)))


def test_a_ca_that_is_not_there_is_told() -> None:
    with pytest.raises(SourceFailed, match="there is no /nowhere"):
        read_kea_control(KeaControl(url=CONTROL.url, ca_path="/nowhere"), PREFIXES, NOW)
