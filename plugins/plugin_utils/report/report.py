# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a rollout, as JSON, CSV, JUnit and one HTML page.

All four show the same result, which is plain JSON. Its keys: ``run``, ``plan_id``, ``check_mode``, ``started``,
``ended``, ``stopped_by``, ``resume`` (the command), ``do_not_power_off`` (list of host, until, reason), ``still_shown``
(list of host, until), ``summary`` (outcome: count), ``waves`` (list of number, label, phones, started, ended, summary),
``options``, and ``phones`` (by host: outcome, reason, recap, changed, before, after, target, path, model, mac,
call_state, transport, site, group, wave, started, elapsed, deadline, evidence, notes (list of sentences), snapshot (see
the module `snapshot`), unverified). Times are in seconds since the epoch, ``elapsed`` in seconds. What is not known, or
did not happen, is null.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import utc
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible
from ansible_collections.telephony.snom.plugins.plugin_utils.report.changes import change_lines, count_changes
from ansible_collections.telephony.snom.plugins.plugin_utils.report.csv_line import csv_line
from ansible_collections.telephony.snom.plugins.plugin_utils.report.rollout_page import render_html

FILES = {"json": "report.json", "csv": "report.csv", "junit": "report.junit.xml", "html": "report.html"}
"""The names of the files, by their kind."""


def check_report_dir(directory: str) -> None:
    """Make sure, before any phone is touched, that a report can be written: creates the directory and tries it.

    Raises InputError.
    """
    try:
        os.makedirs(directory, exist_ok=True)
        for name in FILES.values():
            if os.path.isdir(path := os.path.join(directory, name)):
                raise InputError(f"report_dir: {path} is a folder. Move it away, or name another directory.")
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise _unwritable(directory, error) from None


def write_report(result: Mapping[str, Any], directory: str) -> dict[str, str]:
    """Write the four files and return their paths by kind: json, csv, junit, html.

    They are readable by owner and group. All are written before the first one takes the place of an earlier one, so
    that files of two runs don't stand side by side where there is no room for all. Raises InputError when the directory
    can't be written.
    """
    contents = {
        "json": json.dumps(result, indent=2, sort_keys=True) + "\n",
        "csv": _csv(result),
        "junit": _junit(result),
        "html": render_html(result),
    }
    paths = {kind: os.path.join(directory, name) for kind, name in FILES.items()}
    written: dict[str, str] = {}
    try:
        os.makedirs(directory, exist_ok=True)
        for kind, path in paths.items():
            written[path] = _write(path, contents[kind])
        for path, temporary in written.items():
            os.replace(temporary, path)
    except OSError as error:
        reason = f"{_unwritable(directory, error).reason} A report that is there is of an earlier run."
        raise InputError(reason) from None
    finally:
        # Renamed ones are not there any more.
        for temporary in written.values():
            with contextlib.suppress(OSError):
                os.unlink(temporary)
    return paths


def _unwritable(directory: str, error: OSError) -> InputError:
    return InputError(
        f"report_dir: no report can be written to {directory}: {error.strerror or error}. "
        "Name a directory that the user who runs the playbook may write to."
    )


def _write(path: str, content: str) -> str:
    """Write a file beside the one that it is to replace, and return its name."""
    directory, name = os.path.split(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), 0o640)
            file.write(content)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    return temporary


def _csv(result: Mapping[str, Any]) -> str:
    """One line for each phone, with columns that stay the same from release to release."""
    columns = ("model", "mac", "site", "group", "wave", "before", "after", "target")
    until = {entry["host"]: utc(entry["until"]) for entry in result["do_not_power_off"]}
    lines = [
        csv_line(
            [
                *("host", "outcome", "reason", *columns, "path", "elapsed_s", "unverified"),
                *("do_not_power_off_until", "snapshot_changes"),
            ],
        )
    ]
    for host, phone in sorted(result["phones"].items()):
        cells = [host, phone["outcome"], phone["reason"], *(phone.get(column) for column in columns)]
        cells += [" > ".join(phone.get("path") or ()), phone.get("elapsed"), bool(phone.get("unverified"))]
        snapshot = phone.get("snapshot")
        cells += [until.get(host), count_changes(snapshot) if snapshot and snapshot["read"] else None]
        lines.append(csv_line(cells))
    return "".join(f"{line}\r\n" for line in lines)


def _junit(result: Mapping[str, Any]) -> str:
    """One test case for each phone in one suite for each site. The form is that of pytest, which CI servers read."""
    sites: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for host, phone in sorted(result["phones"].items()):
        sites.setdefault(phone.get("site") or "no_site", []).append((host, phone))
    root = ElementTree.Element("testsuites", name=visible(f"Firmware rollout {result['run']}"))
    for site, phones in sorted(sites.items()):
        suite = ElementTree.SubElement(root, "testsuite", name=visible(site))
        kinds = [_test_case(suite, site, host, phone) for host, phone in phones]
        suite.attrib |= {
            "tests": str(len(kinds)),
            "failures": str(kinds.count("failure")),
            "errors": "0",
            "skipped": str(kinds.count("skipped")),
            "time": f"{sum(phone.get('elapsed') or 0 for _host, phone in phones):.3f}",
            "timestamp": utc(result["started"]) or "",
        }
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _test_case(suite: ElementTree.Element, site: str, host: str, phone: Mapping[str, Any]) -> str:
    """Append one phone to its suite and return the kind of its result: passed, skipped or failure."""
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=visible(f"{site}.{phone.get('model') or 'unknown'}"),
        name=visible(host),
        time=f"{phone.get('elapsed') or 0:.3f}",
    )
    if snapshot := phone.get("snapshot"):
        ElementTree.SubElement(case, "system-out").text = visible("\n".join(change_lines(snapshot)))
    word, reason = phone["outcome"], visible(phone["reason"])
    kind, recap = OUTCOMES[word].junit if word in OUTCOMES else "failure", phone.get("recap")
    # A CI job is as red as the playbook: fail_on makes hosts fail of phones left alone, and others are spared.
    if recap == "failed":
        kind = "failure"
    elif kind == "failure" and recap == "ok":
        kind = "skipped"
    if kind == "passed":
        return kind
    ElementTree.SubElement(case, kind, type=word, message=f"{word}: {reason}").text = visible(
        f"{reason}\nbefore: {phone.get('before')}, after: {phone.get('after')}, target: {phone.get('target')}"
    )
    return kind
