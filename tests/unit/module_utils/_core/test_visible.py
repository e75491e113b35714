# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile text in every place from which it comes, and a look at what comes out."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.telephony.snom.plugins.action import snom_mirror_info, snom_rollout_result
from ansible_collections.telephony.snom.plugins.filter.csv_line import line
from ansible_collections.telephony.snom.plugins.filter.visible import show
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import (
    may_be_spelled_out,
    visible,
    visible_line,
    visible_result,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.info import ARGUMENT_SPEC as INFO_ARGUMENTS
from ansible_collections.telephony.snom.plugins.module_utils._operations.info import read_info
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import perform
from ansible_collections.telephony.snom.plugins.module_utils._operations.settings import (
    ARGUMENT_SPEC as SETTINGS_ARGUMENTS,
)
from ansible_collections.telephony.snom.plugins.module_utils._operations.settings import write_settings
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.publish import (
    ARGUMENT_SPEC,
    Publication,
    publish_content,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.console import Console
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.fleet_action import FleetAction
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.parent import Parent
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import PhoneAction
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory import fleet
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.adoption import describe_settings
from ansible_collections.telephony.snom.plugins.plugin_utils.report.csv_line import csv_line
from ansible_collections.telephony.snom.plugins.plugin_utils.report.report import write_report
from ansible_collections.telephony.snom.tests.unit.phones import MemoryPhone, parameters_of
from hypothesis import given, settings
from hypothesis import strategies as st

EVIL = "\x1b]0;pwned\x07\x1b[2J\r\x9b31m\x7f\u202ecod\u2066\u2028\x85\ud800\x00"
ORDINARY = ["", "Grüße", "日本語", "שלום \u200f!", "👩‍👩‍👧", "C:\\x\\ringtones", "sip:\\1@pbx.example", "a\tb\nc", "é"]
TRICKS = st.sampled_from(
    [*"=+-@;,\"'\t\n\r \x1b\x07\x9b\x7f\x85\u2028\u202e\u2067\ud800\ufffe\uff1d\\", "\x1b[2J", "]]>"]
)
HOSTILE = st.lists(st.one_of(TRICKS, st.characters(), st.sampled_from("a1"))).map("".join)
# In a URL of a request, or on a page of a phone, there are no halves of characters.
ENCODABLE = HOSTILE.map(lambda text: text.encode("utf-8", "ignore").decode())

_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def raw(text: str, lines: str = "\n\t") -> set[str]:
    """What a terminal would obey, by what Unicode itself says of each character."""
    return {
        one
        for one in text
        if (unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") and one not in lines)
        or unicodedata.bidirectional(one) in _TURNS
    }


def texts(value: Any) -> list[str]:
    """All texts and keys in a plain value."""
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


def assert_shown(value: Any) -> None:
    assert not raw("".join(texts(value)))


@given(HOSTILE)
def test_nothing_that_steers_is_left_and_all_else_is(text: str) -> None:
    assert not raw(visible(text)) and not raw(visible_line(text), "")
    steers = raw(text) | {"\ufffe", "\uffff"}
    if not steers & set(text):
        assert visible(text) == text
    elif "\\" not in text and steers & set(text) - {"\n", "\t"}:
        assert may_be_spelled_out(visible(text))
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text
    assert not may_be_spelled_out(text)


def test_what_is_replaced_can_be_seen() -> None:
    shown = r"\x1b]0;pwned\x07\x1b[2J\x0d\x9b31m\x7f\u202ecod\u2066\u2028\x85\ud800\x00"
    assert visible(EVIL) == show(EVIL) == shown
    assert visible_line("a\n\tb") == show("a\n\tb", lines=False) == r"a\n\tb"
    assert show(5) == "5"


@given(st.recursive(HOSTILE, lambda inner: st.lists(inner) | st.dictionaries(HOSTILE, inner), max_leaves=4))
def test_results_are_shown_through_and_through(value: Any) -> None:
    assert_shown(visible_result(value))


# Modules ----------------------------------------------------------------------------------------------------------


@given(HOSTILE)
def test_whatever_an_operation_returns_or_raises(text: str) -> None:
    def works(*_unused: object) -> dict[str, Any]:
        return {"changed": False, text: [text, {"x": text}]}

    def refuses(*_unused: object) -> dict[str, Any]:
        raise Refused(f"The phone says {text}.")

    def breaks(*_unused: object) -> dict[str, Any]:
        raise ValueError(text)

    for operation in (works, refuses, breaks):
        assert_shown(perform(operation, {"host": f"127.0.0.1{text}"}, False, connect=lambda _connection: MemoryPhone()))


@pytest.mark.parametrize("secret", ["hush\x1b[2J", "hush\rhush", "hush\thush\n", "hush\u202e", "hush\x9b"])
def test_a_secret_is_masked_in_its_spelling_too(secret: str) -> None:
    def operation(*_unused: object) -> dict[str, Any]:
        return {"changed": False, "msg": secret, "diff": visible_line(f"x: {secret}"), "end": visible(secret)}

    parameters = {"host": "127.0.0.1", "username": "admin", "password": secret}
    result = perform(operation, parameters, False, connect=lambda _connection: MemoryPhone())
    assert "hush" not in json.dumps(result)


@given(ENCODABLE)
def test_what_a_phone_shows_of_itself(text: str) -> None:
    phone = MemoryPhone(model=text, settings={"language": text, "phone_name": "x"})
    gather = {"gather": ["system", "settings"]}
    parameters = parameters_of(INFO_ARGUMENTS, **gather)
    result = perform(read_info, parameters, False, connect=lambda _connection: phone)
    assert result["phone"]["settings"]["phone_name"] == "x"
    assert_shown(result)


@given(ENCODABLE)
def test_a_diff_has_one_line_for_a_setting(text: str) -> None:
    phone = MemoryPhone(settings={"language": text})
    parameters = parameters_of(SETTINGS_ARGUMENTS, settings={"language": "Deutsch"})
    result = perform(write_settings, parameters, True, connect=lambda _connection: phone)
    assert_shown(result)
    assert len(result["diff"]["before"].splitlines()) == 1
    assert result["diff"]["before"].startswith("language: ") and result["diff"]["after"] == "language: Deutsch\n"


def _xml(text: str) -> str:
    return "".join(f"&#{ord(one)};" for one in text)


@given(ENCODABLE)
def test_adopted_settings_are_those_of_the_phone_or_left_out(text: str) -> None:
    phone = MemoryPhone(settings={"language": text})
    parameters = parameters_of(INFO_ARGUMENTS, gather=["settings"])
    found = read_info(phone, parameters, False)["phone"]["settings"]["language"]
    shown = perform(read_info, parameters, False, connect=lambda _connection: phone)["phone"]
    described, left_out = describe_settings(shown)
    assert_shown([described, left_out])
    if "language" in described:
        assert described["language"] == {"on": True, "off": False}.get(found, found)
    else:
        assert not found or "language" in left_out


def test_a_spelling_is_not_taken_for_what_it_spells() -> None:
    assert describe_settings({"settings": {"language": visible(EVIL)}})[0] == {}
    assert describe_settings({"settings": {"language": "\u202eabc"}})[0] == {}
    for text in ORDINARY[1:-2]:
        assert describe_settings({"settings": {"language": text}})[0] == {"language": text}


# Actions that serve a fleet, and those around a module ---------------------------------------------------------------


def test_the_results_of_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = {"outcome": EVIL, "reason": EVIL, "recap": "failed", "evidence": {EVIL: EVIL}}
    answer = {"changed": False, "msg": EVIL, "phones": {EVIL: {"fetched": [{"path": EVIL}]}}}
    task = SimpleNamespace(args={"phone": outcome}, async_val=0, check_mode=False, diff=False, delegate_to="jump")
    task.get_vars, task.get_play = dict, lambda: SimpleNamespace(get_vars=dict)
    connection = SimpleNamespace(transport="ssh", _shell=SimpleNamespace(tmpdir=None))
    rest = (task, connection, SimpleNamespace(), None, None, None)
    assert_shown(snom_rollout_result.ActionModule(*rest).run(task_vars={}))

    class Fleet(FleetAction):
        def serve(self, task_vars: Any) -> dict[str, Any]:
            if task_vars:
                raise InputError(EVIL)
            return answer

    assert_shown(Fleet(*rest).run(task_vars={}))
    assert_shown(Fleet(*rest).run(task_vars={"x": 1}))

    class Phone(PhoneAction):
        argument_spec = INFO_ARGUMENTS
        operation = staticmethod(read_info)

    monkeypatch.setattr(PhoneAction, "_execute_module", lambda _self, **_given: answer)
    monkeypatch.setattr(snom_mirror_info.ActionModule, "_execute_module", lambda _self, **_given: answer)
    task.args = {}
    assert_shown(snom_mirror_info.ActionModule(*rest).run(task_vars={}))
    host = {"inventory_hostname": EVIL, "ansible_host": "127.0.0.1"}
    host["hostvars"] = SimpleNamespace(raw_get=lambda _name: host)
    for more in ({}, {"snom_protected": True}, {"snom_port": EVIL}):
        assert_shown(Phone(*rest).run(task_vars=host | more))


@given(HOSTILE)
def test_lines_of_a_rollout_and_warnings(text: str) -> None:
    said: list[str] = []
    console = Console(Parent())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(console, "is_gone", lambda: False)
        patch.setattr(fleet, "display", SimpleNamespace(warning=said.append))
        console.show(text)
        fleet._warn(text)
    said.append(console._lines.get_nowait() or "")
    assert len(said) == 2 and not raw("".join(said), "")


@settings(max_examples=25, deadline=None)
@given(ENCODABLE)
def test_a_diff_of_published_files_has_one_line_for_a_change(text: str) -> None:
    def files(value: str) -> dict[str, bytes]:
        content = f'<settings><phone-settings><language perm="">{value}</language></phone-settings></settings>'
        listed = '<setting-files><file url="https://p/generations/0/x.xml"/></setting-files>'
        return {"snomD785-000413920001.htm": listed.encode(), "x.xml": content.encode()}

    phones = {f"h{text}": "snomD785-000413920001.htm"}
    defaults = {name: argument.get("default") for name, argument in ARGUMENT_SPEC.items()}
    printable = "".join(one for one in text if one in "\t\n\r" or (ord(one) >= 0x20 and one not in "\ufffe\uffff"))
    with tempfile.TemporaryDirectory() as folder:
        options = defaults | {"web_root": folder, "base_url": "https://p"}
        for generation, value in (("a" * 16, _xml(printable)), ("b" * 16, "x")):
            result = publish_content(Publication(phones, generation, files(value)), options, False)
    lines = result["diff"]["prepared"]
    assert not raw(lines) and lines.count("\n") == len(lines.splitlines()) == (printable.strip() != "x")


# Tables and reports -----------------------------------------------------------------------------------------------


def formulas(text: str, delimiter: str) -> list[str]:
    """The cells that begin like a formula, of a table that is read with this delimiter."""
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    return [
        cell
        for row in rows
        for cell in row
        if cell.lstrip(' \t\r\n"').startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20"))
    ]


@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_no_cell_is_a_formula_or_more_than_one_cell(cells: list[str]) -> None:
    text = csv_line(cells)
    assert line(cells) == text
    assert len(text.splitlines()) <= 1 and not raw(text, "")
    (row,) = csv.reader([text])
    assert len(row) == len(cells)
    assert not formulas(text, ",") and not formulas(text, ";")


def test_ordinary_cells_stay_as_they_are() -> None:
    assert line(["desk-1", None, 1.5, True, "Hall, 2nd", 'say "hi"', "a - b", "-1"]) == (
        'desk-1,,1.5,True,"Hall, 2nd","say ""hi""",a - b,\'-1'
    )


@given(HOSTILE)
def test_reports(text: str) -> None:
    phone = {"outcome": "refused", "reason": text, "wave": 1, "elapsed": 1.5, "notes": [text], "unverified": False}
    phone |= dict.fromkeys(("before", "after", "target", "model", "mac", "site", "group"), text)
    phone |= {"path": [text], "evidence": {text: {text: [text]}}}
    phone["snapshot"] = {
        "read": True,
        "reason": text,
        "settings": {text: [text, None]},
        "more": 1,
        "registrations": {text: [True, None]},
    }
    result = {
        **dict.fromkeys(("run", "plan_id", "stopped_by", "resume"), text),
        "check_mode": False,
        "started": 0.0,
        "ended": 1.0,
        "summary": {text: 1, "refused": 1},
        "do_not_power_off": [{"host": text, "until": 5.0, "reason": text}],
        "waves": [{"number": 1, "label": text, "phones": 1, "started": 0.0, "ended": 1.0, "summary": {text: 1}}],
        "options": {text: [text]},
        "phones": {text: phone},
    }
    with tempfile.TemporaryDirectory() as folder:
        paths = write_report(result, folder)
        written = {kind: Path(path).read_bytes().decode("utf-8") for kind, path in paths.items()}
    for kind, content in written.items():
        assert not raw(content, "\n\t\r" if kind == "csv" else "\n\t"), kind
    assert not formulas(written["csv"], ",") and written["csv"].count("\r\n") == len(written["csv"].splitlines()) == 2
    ElementTree.fromstring(written["junit"])
