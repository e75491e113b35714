# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Adds to a copy what CONTRIBUTING.md says how to add, in the places that it names, and sees that all of it works."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
OUTCOMES = "plugins/module_utils/_core/outcomes.py"
ERRORS = "plugins/module_utils/_core/errors.py"
LAST_OUTCOME = "    FAILED = _Row("


class Copy:
    """A copy of what makes the collection work, in which a stranger adds something."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "ansible_collections/telephony/snom"
        for name in ("plugins", "tests/unit"):
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))

    def add(self, file: str, text: str, before: str) -> None:
        path = self.root / file
        content = path.read_text("utf-8")
        assert content.count(before) == 1, (file, before)
        path.write_text(content.replace(before, text + before), "utf-8")

    def add_outcome(self, row: str) -> None:
        name = row.split('"')[1]
        self.add(OUTCOMES, f"    {name.upper()} = _Row({row})\n", LAST_OUTCOME)

    def add_error(self, word: str) -> None:
        path = self.root / ERRORS
        error = f'\n\nclass Added(SnomError):\n    """Added."""\n\n    outcome = Outcome.{word.upper()}\n'
        path.write_text(path.read_text("utf-8") + error, "utf-8")

    def run(self, script: str) -> None:
        """Run a script that uses the copy."""
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=self.folder,
            env={"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(name="copy")
def _copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


FLEET = '''
import re
from pathlib import Path
from xml.etree import ElementTree

from ansible_collections.telephony.snom.plugins.filter.outcomes import outcomes
from ansible_collections.telephony.snom.plugins.module_utils._core import errors
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._operations.firmware import ARGUMENT_SPEC, upgrade_phone
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import failure
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.measure import measured, proposed
from ansible_collections.telephony.snom.tests.unit.phones import Clock, LabPhone
from ansible_collections.telephony.snom.tests.unit.plugin_utils.rollout import test_rollout as lab

GOES_WELL, NEW, RESUME, Fleet = lab.GOES_WELL, lab.NEW, lab.RESUME, lab.Fleet
defaults = {name: argument.get("default") for name, argument in ARGUMENT_SPEC.items()}


def by_module(**phone):
    clock = Clock()
    given = {"host": "127.0.0.1", "version": NEW, "mirror": "http://images.example/fw", "verify_image": "none"}
    try:
        result = upgrade_phone(
            LabPhone(clock, GOES_WELL, **phone), defaults | given, False, now=clock.now, sleep=clock.sleep
        )
    except SnomError as error:
        result = failure(error, "127.0.0.1")
    return to_plain(result)


def report_of(word):
    """The kind of a JUnit report, whether the page counts it on target, and its color."""
    kinds = [child.tag for child in ElementTree.parse("report/report.junit.xml").find("testsuite/testcase")]
    page = Path("report/report.html").read_text()
    (tone,) = set(re.findall(f"<b class=([a-z]+)>{word}</b>", page))
    return kinds, "<title>1 of 1 phone on target" in page, tone
'''


def test_an_outcome_that_is_no_failure(copy: Copy) -> None:
    copy.add_outcome('"busy", "Loads another image already.", "fail_on", passing=True')
    copy.add_error("busy")
    copy.run(
        FLEET
        + """
busy = errors.Added("It loads another image already.")
module = by_module(answer=busy)
assert (module["outcome"], module["changed"]) == ("busy", False), module
assert module["msg"] and not module["failed"]

fleet = Fleet(one={"answer": busy, "scripts": []})
result = to_plain(fleet.run(report_dir="report", deferred_retries=2, journal="journal"))
assert len(fleet.phones["one"].commands) == 3
assert result["summary"] == {"busy": 1}
assert result["phones"]["one"]["recap"] == "failed"
assert result["resume"] == RESUME
assert result["stopped_by"] is None
assert report_of("busy") == (["failure"], False, "wait")

fleet = Fleet(one={"answer": busy, "scripts": []})
assert "busy" in outcomes("left_over")
tolerated = to_plain(fleet.run(fail_on=["deferred"], deferred_retries=0, journal="journal", report_dir="report"))
assert tolerated["phones"]["one"]["recap"] == "ok"
assert report_of("busy") == (["skipped"], False, "wait")

fleet = Fleet(one={"answer": busy, "scripts": []}, two={})
fleet.run(waves=[1, "100%"], soak=600, deferred_retries=0, journal="other")
assert any("2/2 done" in line and "1 deferred, 0 bad" in line for line in fleet.said), fleet.said
"""
    )


def test_an_outcome_that_is_a_failure(copy: Copy) -> None:
    copy.add_outcome('"scorched", "Smells.", "failed", bad="always"')
    copy.add_error("scorched")
    copy.run(
        FLEET
        + """
scorched = errors.Added("It smells.")
module = by_module(answer=scorched)
assert (module["outcome"], module["failed"], module["changed"]) == ("scorched", True, False), module

fleet = Fleet(one={"answer": scorched, "scripts": []}, two={})
result = to_plain(fleet.run(report_dir="report", waves=[1, "100%"], journal="journal"))
assert result["summary"] == {"scorched": 1, "not_started": 1}
assert result["phones"]["one"]["recap"] == "failed"
assert "(scorched)" in result["stopped_by"]

# Playbooks fail for it, an audit by default.
assert "scorched" in set(outcomes("failed")) - set(outcomes("spared"))

alone = to_plain(Fleet(one={"answer": scorched, "scripts": []}).run(report_dir="report", journal="journal"))
assert alone["resume"] is None
assert report_of("scorched") == (["failure"], False, "fail")
"""
    )


def test_an_outcome_that_is_a_success(copy: Copy) -> None:
    copy.add_outcome('"polished", "Runs what was wanted, and shines.", "changed", at_target=True, loaded=True')
    upgrade = copy.root / "plugins/module_utils/_firmware/following.py"
    content = upgrade.read_text("utf-8")
    assert content.count("Outcome.UPGRADED") == 1
    upgrade.write_text(content.replace("Outcome.UPGRADED", "Outcome.POLISHED"), "utf-8")
    copy.run(
        FLEET
        + """
module = by_module()
assert (module["outcome"], module["failed"], module["changed"]) == ("polished", False, True), module
assert "msg" not in module

# The canary proves the image for the others, and the soak looks at it again.
fleet = Fleet(one={}, two={}, three={})
result = to_plain(fleet.run(waves=["canary", "100%"], soak=30, snapshot=True, journal="journal"))
assert result["summary"] == {"polished": 3}
assert {phone["recap"] for phone in result["phones"].values()} == {"changed"}
assert all(phone["snapshot"]["read"] for phone in result["phones"].values())
assert (result["stopped_by"], result["resume"]) == (None, None)
assert any("soak" in line for line in fleet.said)

# An interview measures it, and does not call it refused.
assert "polished" in outcomes("at_target")
assert proposed("upgrade", measured("upgrade", module)), module

one = to_plain(Fleet(one={}).run(report_dir="report", journal="journal"))
assert report_of("polished") == ([], True, "good")
"""
    )


def test_a_model(copy: Copy) -> None:
    """The hardest there is: it differs by the D alone from another one."""
    row = 'Model(name="D821", generation=PHONE_MANAGER, identities=12, function_keys=14)'
    copy.add("plugins/module_utils/_known/models.py", f"    {row},\n", '    Model(name="D862"')
    copy.run("""
from ansible_collections.telephony.snom.plugins.module_utils._known.images import image_name
from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.tests.unit.tables import check_models

assert not check_models(), check_models()
old, new = find_model("821"), find_model("D821")
assert (old.name, old.function_keys) == ("821", 12)
assert (new.name, new.function_keys, new.image_suffix) == ("D821", 14, ".swu")
assert find_model("snomD821") is new and find_model("snom821") is old
assert image_name(new, Version((10, 1, 215, 13))).startswith("snomD821-")
""")


def test_a_key(copy: Copy) -> None:
    copy.add("plugins/module_utils/_known/keys.py", '    "TEAM",\n', '    "F_ADR_BOOK",\n')
    copy.run("""
from ansible_collections.telephony.snom.plugins.module_utils._known.keys import fit_keys, parse_keys
from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model

events, warnings = fit_keys(parse_keys("1;team"), find_model("D785"), None)
assert [event.key for event in events] == ["1", "TEAM"], events
assert warnings == []
""")
