# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
import stat
import tempfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.clock import utc
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.plugin_utils.report.report import check_report_dir, write_report

START = 1_795_413_600.0
START_UTC = "2026-11-23T06:00:00+00:00"


def phone(outcome="upgraded", **more):
    return {
        "outcome": outcome,
        "reason": "10.1.198.19 was read back.",
        "before": "10.1.54.13",
        "after": "10.1.198.19",
        "target": "10.1.198.19",
        "path": ["10.1.198.19"],
        "model": "D785",
        "mac": "000413922D24",
        "site": "berlin",
        "group": None,
        "wave": 1,
        "elapsed": 312.25,
        "evidence": {"triggered_at": START + 60, "call_state": "idle"},
        "notes": [],
        "snapshot": None,
        "unverified": False,
    } | more


def result(phones, **more):
    summary = {}
    for entry in phones.values():
        summary[entry["outcome"]] = summary.get(entry["outcome"], 0) + 1
    return {
        "run": "run-1",
        "plan_id": "plan-1",
        "check_mode": False,
        "started": START,
        "ended": START + 3600,
        "stopped_by": None,
        "resume": None,
        "do_not_power_off": [],
        "summary": summary,
        "waves": [
            {
                "number": 1,
                "label": "canary",
                "phones": 1,
                "started": START + 60,
                "ended": START + 1860,
                "summary": {"upgraded": 1},
            },
            {"number": 2, "label": "100%", "phones": 0, "started": None, "ended": None, "summary": {}},
        ],
        "options": {"max_bad": 0, "waves": ["canary", "100%"]},
        "phones": phones,
    } | more


def written(tmp_path, phones, **more):
    """The content of each file of a report."""
    paths = write_report(result(phones, **more), str(tmp_path))
    contents = {}
    for kind, path in paths.items():
        with open(path, encoding="utf-8", newline="") as file:
            contents[kind] = file.read()
    return contents


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text outside style and script."""

    def __init__(self, source):
        super().__init__()
        self.tags = []
        self.text = ""
        self._hidden = False
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._hidden = tag in ("style", "script")

    def handle_endtag(self, tag):
        self._hidden = False

    def handle_data(self, data):
        if not self._hidden:
            self.text += data


def test_the_four_files_are_named_and_readable_by_the_group_only(tmp_path):
    directory = tmp_path / "new" / "reports"
    paths = write_report(result({"a": phone()}), str(directory))
    assert {kind: os.path.basename(path) for kind, path in paths.items()} == {
        "json": "report.json",
        "csv": "report.csv",
        "junit": "report.junit.xml",
        "html": "report.html",
    }
    assert {stat.S_IMODE(os.stat(path).st_mode) for path in paths.values()} == {0o640}
    assert sorted(os.listdir(directory)) == sorted(os.path.basename(path) for path in paths.values())


def test_json_is_the_result_itself(tmp_path):
    phones = {"a": phone(reason="Grüße \ud800 \x00")}
    assert json.loads(written(tmp_path, phones)["json"]) == result(phones)


def test_an_earlier_report_stays_whole_when_a_new_one_can_not_be_written(tmp_path, monkeypatch):
    before = written(tmp_path, {"a": phone()})

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match=r"^report_dir: .*No space left on device"):
        write_report(result({"b": phone()}), str(tmp_path))
    assert (tmp_path / "report.json").read_text() == before["json"]
    assert len(os.listdir(tmp_path)) == 4


def test_where_the_last_file_finds_no_room_none_is_replaced(tmp_path, monkeypatch):
    before = written(tmp_path, {"a": phone()})
    make = tempfile.mkstemp

    def full(*, prefix, dir):
        if "html" in prefix:
            raise OSError(28, "No space left on device")
        return make(prefix=prefix, dir=dir)

    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(InputError, match=r"No space left on device.* is of an earlier run"):
        write_report(result({"b": phone()}), str(tmp_path))
    assert (tmp_path / "report.json").read_text() == before["json"]
    assert (tmp_path / "report.html").read_text() == before["html"]
    assert len(os.listdir(tmp_path)) == 4


@pytest.mark.parametrize("name", ["report.json", "report.html"])
def test_a_folder_in_the_place_of_a_report_is_found_before(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(InputError, match=rf"^report_dir: .*{name} is a folder\. Move it away"):
        check_report_dir(str(tmp_path))


def test_a_time_that_no_calendar_has_is_none():
    assert [utc(seconds) for seconds in (1e15, float("inf"), float("nan"))] == [None] * 3


@pytest.mark.parametrize("attempt", [check_report_dir, lambda directory: write_report(result({}), directory)])
def test_a_directory_that_can_not_be_made_is_an_error_with_a_remedy(tmp_path, attempt):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"^report_dir: .*/file/reports: Not a directory\. Name a directory"):
        attempt(str(tmp_path / "file" / "reports"))


def test_checking_the_directory_creates_it_and_leaves_nothing_in_it(tmp_path):
    check_report_dir(str(tmp_path / "a" / "b"))
    assert os.listdir(tmp_path / "a" / "b") == []


def test_checking_finds_a_directory_that_takes_no_files(tmp_path, monkeypatch):
    def read_only(*_args, **_kwargs):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(InputError, match="Read-only file system"):
        check_report_dir(str(tmp_path))


def test_each_outcome_that_wants_something_done_names_its_first_hosts(tmp_path):
    phones = {f"desk-{number}": phone("old_version") for number in range(7)} | {
        "ward-8.example": phone("unreachable"),
        "well": phone(),
    }
    source = written(tmp_path, phones)["html"]
    who = re.findall(r'<span class="who">(.*)</span>', source)
    assert sorted(who) == ["desk-0, desk-1, desk-2, desk-3, desk-4 and 2 more", "ward-8.<wbr>example"]


def test_one_phone_that_must_not_be_powered_off_is_not_called_they(tmp_path):
    danger = [{"host": "a", "until": START + 7200, "reason": "Do not touch it."}]
    text = Page(written(tmp_path, {"a": phone("timed_out")}, do_not_power_off=danger)["html"]).text
    said = text.partition("Do not power off 1 phone")[2].partition("Do not touch it.")[0]
    assert "it may not start again" in said and not re.search(r"\b(they|their)\b", said, re.IGNORECASE)


def test_csv_has_stable_columns_and_one_line_for_each_phone(tmp_path):
    phones = {
        "b": phone("timed_out", after=None, site=None, path=["8.9.3.80", "10.1.198.19"], unverified=True),
        "a": phone(elapsed=None),
    }
    danger = [{"host": "b", "until": START + 7200, "reason": "It may be writing its flash."}]
    first, second = csv.DictReader(written(tmp_path, phones, do_not_power_off=danger)["csv"].splitlines())
    assert ",".join(first) == (
        "host,outcome,reason,model,mac,site,group,wave,before,after,target,path,elapsed_s,unverified,"
        "do_not_power_off_until,snapshot_changes"
    )
    assert (first["host"], first["outcome"], first["elapsed_s"], first["unverified"]) == ("a", "upgraded", "", "False")
    assert second == {
        "host": "b",
        "outcome": "timed_out",
        "reason": "10.1.198.19 was read back.",
        "model": "D785",
        "mac": "000413922D24",
        "site": "",
        "group": "",
        "wave": "1",
        "before": "10.1.54.13",
        "after": "",
        "target": "10.1.198.19",
        "path": "8.9.3.80 > 10.1.198.19",
        "elapsed_s": "312.25",
        "unverified": "True",
        "do_not_power_off_until": "2026-11-23T08:00:00+00:00",
        "snapshot_changes": "",
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " ="])
def test_no_cell_of_the_csv_is_a_formula(tmp_path, start):
    evil = start + 'cmd|"/c calc"!A1'
    report = written(tmp_path, {evil: phone(reason=evil, site=evil, after=evil)})["csv"]
    (cells,) = csv.DictReader(report.splitlines(keepends=True))
    assert {cells[column] for column in ("host", "reason", "site", "after")} == {f"'{evil}"}


def junit(tmp_path, phones, **more):
    return ElementTree.fromstring(written(tmp_path, phones, **more)["junit"])


@pytest.mark.parametrize("word", [*OUTCOMES, "unheard_of"])
def test_junit_shows_each_outcome_as_the_recap_does(tmp_path, word):
    root = junit(tmp_path, {"a": phone(word, reason="Because.")})
    kinds = [child.tag for child in root.find("testsuite/testcase")]
    if word in ("planned", "deferred", "not_started", "protected"):
        assert kinds == ["skipped"]
    elif word in ("compliant", "triggered", "upgraded", "rebooted", "synced"):
        assert kinds == []
    else:
        assert kinds == ["failure"]
    for shown in root.find("testsuite/testcase"):
        assert (shown.get("type"), shown.get("message")) == (word, f"{word}: Because.")
        assert "before: 10.1.54.13, after: 10.1.198.19, target: 10.1.198.19" in shown.text


@pytest.mark.parametrize("word", ["unreachable", "deferred", "not_started"])
@pytest.mark.parametrize(("recap", "kind"), [("ok", "skipped"), ("failed", "failure")])
def test_junit_is_as_red_as_the_recap_that_the_options_gave(tmp_path, word, recap, kind):
    root = junit(tmp_path, {"a": phone(word, reason="Because.", recap=recap)})
    (shown,) = root.find("testsuite/testcase")
    assert (shown.tag, shown.get("message")) == (kind, f"{word}: Because.")
    assert root.find("testsuite").get("failures") == ("1" if kind == "failure" else "0")


def test_junit_counts_each_site_as_a_suite(tmp_path):
    phones = {
        "a": phone(),
        "b": phone("refused", elapsed=None),
        "c": phone("deferred", elapsed=0.5),
        "d": phone(site=None, model=None),
    }
    berlin, nowhere = junit(tmp_path, phones)
    assert berlin.attrib == {
        "name": "berlin",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
        "time": "312.750",
        "timestamp": START_UTC,
    }
    assert [case.attrib for case in berlin] == [
        {"classname": "berlin.D785", "name": "a", "time": "312.250"},
        {"classname": "berlin.D785", "name": "b", "time": "0.000"},
        {"classname": "berlin.D785", "name": "c", "time": "0.500"},
    ]
    assert nowhere[0].get("classname") == "no_site.unknown"


def test_junit_is_xml_whatever_a_phone_said(tmp_path):
    root = junit(tmp_path, {"a": phone("refused", reason="]]></failure>\x00\x1b\ud800 & ü")})
    assert root.find("testsuite/testcase/failure").get("message") == r"refused: ]]></failure>\x00\x1b\ud800 & ü"


EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"' style=x & \x00"


def test_html_shows_what_phones_and_users_wrote_as_text(tmp_path):
    plain = Page(written(tmp_path, {"a": phone("timed_out")}, stopped_by="x", resume="x")["html"])
    entry = phone("timed_out", **dict.fromkeys(("reason", "before", "after", "target", "model", "mac"), EVIL))
    entry |= {"site": EVIL, "group": EVIL, "path": [EVIL], "evidence": {EVIL: EVIL, "x": {EVIL: [EVIL]}}}
    source = written(
        tmp_path,
        {EVIL: entry},
        run=EVIL,
        plan_id=EVIL,
        stopped_by=EVIL,
        resume=EVIL,
        do_not_power_off=[{"host": EVIL, "until": START, "reason": EVIL}],
        waves=[{"number": 1, "label": EVIL, "phones": 1, "started": START, "ended": None, "summary": {EVIL: 1}}],
        summary={EVIL: 1},
        options={EVIL: [EVIL]},
    )["html"]
    page = Page(source)
    assert page.text.count(EVIL.replace("\x00", r"\x00")) > 20
    assert {tag for tag, _attributes in page.tags} <= {tag for tag, _attributes in plain.tags} | {"ul", "li"}
    assert sum(tag == "script" for tag, _attributes in page.tags) == 1


def test_html_admits_only_its_own_style_and_script(tmp_path):
    source = written(tmp_path, {"a": phone()})["html"]
    policy = next(
        attributes["content"]
        for tag, attributes in Page(source).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    allowed = dict(re.findall(r"(style|script)-src 'sha256-([^']+)'", policy))
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        (content,) = re.findall(rf"<{kind}>(.*?)</{kind}>", source, re.DOTALL)
        assert allowed[kind] == base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def test_html_needs_nothing_from_elsewhere_and_nothing_that_its_policy_forbids(tmp_path):
    for tag, attributes in Page(written(tmp_path, {"a": phone("timed_out")})["html"]).tags:
        assert tag not in ("link", "img", "iframe", "object", "base")
        assert not [name for name in attributes if name in ("src", "style") or name.startswith("on")]
        # A link asks nothing before somebody follows it, and then it does not say where from.
        if not attributes.get("href", "#").startswith("#"):
            assert tag == "a" and attributes["rel"] == "noreferrer"
            assert attributes["href"].startswith("https://github.com/telephony/snom")


def text_of(tmp_path, phones, **more):
    return re.sub(r"\s+", " ", Page(written(tmp_path, phones, **more)["html"]).text)


def test_html_says_in_a_sentence_how_it_ended(tmp_path):
    phones = {"a": phone(), "b": phone("compliant"), "c": phone("old_version"), "d": phone("deferred")}
    text = text_of(tmp_path, phones | {"e": phone("protected")})
    assert "2 of 5 phones on target" in text
    assert "1 failed, 1 left for another run, 1 protected and left alone." in text
    assert "Took1:00:00" in text


def test_html_of_a_plan_says_that_nothing_was_changed(tmp_path):
    text = text_of(tmp_path, {"a": phone("planned"), "b": phone("refused")}, check_mode=True, waves=[])
    assert "Plan: 1 of 2 phones would be upgraded" in text
    assert "Nothing was sent that changes a phone. 1 can't be upgraded." in text
    assert "Waves" not in text


def test_html_names_what_stopped_it_the_command_that_resumes_and_what_must_keep_its_power(tmp_path):
    text = text_of(
        tmp_path,
        {"a": phone("timed_out")},
        stopped_by="1 phone ended bad, and max_bad is 0.",
        resume="ansible-playbook telephony.snom.rollout",
        do_not_power_off=[{"host": "a", "until": START + 60, "reason": "It is gone."}],
    )
    assert "The rollout stopped early 1 phone ended bad, and max_bad is 0." in text
    assert "To go on: ansible-playbook telephony.snom.rollout" in text
    assert "Do not power off 1 phone " in text
    assert "a until 2026-11-23 06:01:00 UTC. It is gone." in text


def test_html_keeps_quiet_about_what_did_not_happen(tmp_path):
    text = text_of(tmp_path, {"a": phone()})
    assert "power off" not in text
    assert "stopped" not in text
    assert "To go on" not in text


def test_html_lists_what_failed_or_waits_first_with_its_evidence(tmp_path):
    phones = {"a": phone(), "b": phone("deferred"), "c": phone("old_version"), "d": phone("compliant", evidence={})}
    source = written(tmp_path, phones)["html"]
    assert re.findall(r"<th scope=row>(.)", source) == ["c", "b", "a", "d"]
    text = Page(source).text
    assert "mac000413922D24path10.1.198.19triggered at2026-11-23 06:01:00 UTCcall stateidle" in text


def test_html_draws_a_wave_where_it_lay_in_time(tmp_path):
    source = written(tmp_path, {"a": phone()})["html"]
    waves = source[source.index('<h2 id="waves">') : source.index('<h2 id="phones">')]
    # One hour in all; the wave lasted from the first minute to the 31st.
    assert re.findall(r'x="([\d.]+)" width="([\d.]+)"', waves) == [("1.67", "50.00")]
    assert "0:30:00" in waves


def test_html_makes_one_failure_among_thousands_visible(tmp_path):
    source = written(tmp_path, {"a": phone()}, summary={"upgraded": 9999, "old_version": 1})["html"]
    outcomes = source[source.index('<h2 id="outcomes">') :].split("</svg>")[0]
    (width,) = re.findall(r'class="fail" x="[\d.]+" width="([\d.]+)"', outcomes)
    assert float(width) > 1


@pytest.mark.parametrize("phones", [{}, {"a": phone("failed", path=None, evidence=None, wave=None, elapsed=None)}])
def test_a_report_of_nothing_or_of_little_can_be_written(tmp_path, phones):
    assert f"{len(phones)} phone" in written(tmp_path, phones, waves=[], options={}, stopped_by="No phone.")["html"]


# What changed beside the firmware ---------------------------------------------------------------------------------


def snapshot(settings=None, registrations=None, more=0, read=True, reason=None):
    return {
        "read": read,
        "reason": reason,
        "settings": settings or {},
        "more": more,
        "registrations": registrations or {},
    }


ENGLISH = {"language": ["Deutsch", "English"]}
SNAPSHOTS = {
    "a": snapshot(ENGLISH),
    "b": snapshot(ENGLISH),
    "c": snapshot({"language": ["Dansk", "English"], "<new>": [None, "=1"]}, {"2": [True, False]}, more=7),
    "same": snapshot(),
    "lost": snapshot(read=False, reason="Its settings were not read after: <It broke>."),
}


def test_changes_by_setting_and_by_phone(tmp_path):
    page = Page(written(tmp_path, {host: phone(snapshot=taken) for host, taken in SNAPSHOTS.items()})["html"])
    text = " ".join(page.text.split())
    text = text[text.index("What changed besides the firmware") :]
    # What was registered first, then what changed on most phones.
    assert "SettingPhonesBeforeAfter Identity 21registerednot registered language3DeutschEnglish" in text
    assert "English and in 1 other way <new>1not there=1" in text
    # The same on two phones.
    assert "2 phones, 1 change: a, b" in text and "1 phone, 3 changes: c" in text
    assert "And up to 7 more settings" in text
    assert "1 phone without any change: same" in text
    assert "1 phone not fully compared: lost. Its settings were not read after: <It broke>." in text
    assert "other changes10" in text


def test_without_snapshots_there_is_no_word_of_changes(tmp_path):
    files = written(tmp_path, {"a": phone()})
    assert "besides the firmware" not in files["html"] and "system-out" not in files["junit"]


def test_many_different_changes_stay_readable(tmp_path):
    phones = {
        f"desk-{number:03}": phone(snapshot=snapshot({f"setting_{number:03}": ["1", "2"]})) for number in range(120)
    }
    text = " ".join(Page(written(tmp_path, phones)["html"]).text.split())
    assert "And 20 more: see report.json." in text
    assert "And 70 more groups: see report.json." in text
    alike = {f"desk-{number:03}": phone(snapshot=snapshot(ENGLISH)) for number in range(120)}
    text = " ".join(Page(written(tmp_path, alike)["html"]).text.split())
    assert "120 phones, 1 change: desk-000, desk-001, desk-002 …" in text and "desk-039 and 80 more" in text


def test_changes_in_csv_and_junit(tmp_path):
    files = written(tmp_path, {host: phone(snapshot=taken) for host, taken in SNAPSHOTS.items()} | {"off": phone()})
    counts = {line["host"]: line["snapshot_changes"] for line in csv.DictReader(files["csv"].splitlines())}
    assert counts == {"a": "1", "b": "1", "c": "10", "same": "0", "lost": "", "off": ""}
    cases = {case.get("name"): case for case in ElementTree.fromstring(files["junit"]).iter("testcase")}
    told = {name: case.findtext("system-out") for name, case in cases.items()}
    assert told["a"] == "language: Deutsch -> English"
    assert told["c"].splitlines() == [
        "Identity 2: registered -> not registered",
        "language: Dansk -> English",
        "<new>: not there -> =1",
        "… and 7 more settings.",
    ]
    assert told["same"] == "Nothing else changed." and told["off"] is None
    assert told["lost"] == "Its settings were not read after: <It broke>."


def test_notes_stand_in_the_evidence(tmp_path):
    page = Page(written(tmp_path, {"a": phone(notes=["Make sure of it."])})["html"])
    assert "notesMake sure of it." in page.text
