# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook telephony.snom.audit: who could not be read is named, with the reason, and the exit code tells of it."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import Bench, Run, phone
from .conftest import StartBench

UNDEFINED = phone(inventory={"snom_password": "{{ vault_snom_password }}"})
UNPINNED = phone(tls=True, certificate="own", inventory={"snom_scheme": "https"})
WRONG = phone(inventory={"snom_password": "n0t-to-be-seen either"})
DARK = phone(running=False)


def audit(found: Bench, **variables: Any) -> Run:
    return found.play("telephony.snom.audit", variables={"snom_hosts": "phones", **variables})


def test_an_audit_says_who_could_not_be_read_and_why(start: StartBench) -> None:
    found = start({"well": phone(), "dark": DARK, "unpinned": UNPINNED, "wrong": WRONG, "undefined": UNDEFINED})
    run = audit(found)
    assert run.code == 2
    assert {name: run.recap[name] for name in found.hosts()} == {
        "well": "ok",
        "dark": "ok",
        "unpinned": "failed",
        "wrong": "failed",
        "undefined": "failed",
    }
    for words in (
        "1 x 320 8.4.35",
        "1 x unreachable",
        f"Not read: dark: unreachable: http://{found.address('dark')}",
        "Not read: unpinned: certificate_rejected: ",
        "the playbook telephony.snom.fingerprints",
        "Not read: wrong: auth_failed: ",
        "Not read: undefined: failed: ",
        "'vault_snom_password' is undefined",
    ):
        assert words in run.output, words
    assert "Not read: well" not in run.output
    # Which of them are failures is for a job to say.
    assert audit(found, snom_audit_fail_on=[]).code == 0
    listed = audit(found, snom_audit_fail_on="unreachable, certificate_rejected")
    assert {name for name, recap in listed.recap.items() if recap == "failed"} == {"dark", "unpinned"}


@pytest.mark.parametrize("keys", [DARK, UNPINNED, WRONG, UNDEFINED], ids=["dark", "unpinned", "wrong", "undefined"])
def test_an_audit_of_nobody_is_not_green(keys: Any, start: StartBench) -> None:
    found = start({"a": keys, "b": keys})
    run = audit(found, snom_audit_fail_on=[])
    assert (run.code, run.recap["a"], run.recap["b"]) == (2, "failed", "failed")
    assert "No phone at all could be read." in run.output


def test_an_outcome_that_is_none_is_no_choice(start: StartBench) -> None:
    run = audit(start({"a": phone()}), snom_audit_fail_on="unreachabel")
    assert run.code == 2 and "snom_audit_fail_on has unreachabel, which is no outcome" in " ".join(run.output.split())
