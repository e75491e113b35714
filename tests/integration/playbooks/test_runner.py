# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks under ansible-runner, which is how AWX runs them: at once, or shipped to a node and back."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

import pytest
import yaml

from .bench import HELD, PATIENCE, SECRETS, Bench, Run, environment, phone, until
from .conftest import StartBench

AWX = Path(__file__).resolve().parents[3] / "extensions" / "awx"
PROJECT = AWX / "project"
PROGRAM = str(Path(sys.executable).with_name("ansible-runner"))
# What ansible-runner itself writes of the job: the command with its whole environment.
OF_THE_RUNNER = "command"


@dataclass
class Job:
    """A job that has ended: what Ansible recorded, and the folder of artifacts as it came back."""

    run: Run
    artifacts: Path

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The job's events, in their order."""
        files = sorted((self.artifacts / "job_events").glob("*.json"), key=lambda file: int(file.name.split("-")[0]))
        return [json.loads(file.read_text("utf-8")) for file in files]

    @property
    def screen(self) -> list[str]:
        """What a user of AWX sees, line by line."""
        return [line.rstrip() for event in self.events for line in event["stdout"].splitlines()]

    def shows(self, text: str) -> bool:
        return any(text in line for line in self.screen)

    @property
    def stats(self) -> dict[str, Any]:
        """What AWX shows as the job's artifacts."""
        (stats,) = (event["event_data"] for event in self.events if event["event"] == "playbook_on_stats")
        return dict(stats["artifact_data"])

    def files_with_secrets(self) -> list[Path]:
        files = [file for file in self.artifacts.rglob("*") if file.is_file()]
        assert files
        return [file for file in files if any(secret in file.read_text("utf-8", "replace") for secret in SECRETS)]


class Node:
    """Runs the playbooks of the project, as AWX gives them to ansible-runner."""

    def __init__(self, found: Bench) -> None:
        self.found = found
        self.jobs = 0

    def _private(self, inventory: Mapping[str, Any], variables: Mapping[str, Any], env: Mapping[str, str]) -> Path:
        """A private data directory for one job."""
        self.jobs += 1
        private = self.found.folder / f"job-{self.jobs}"
        shutil.copytree(PROJECT, private / "project")
        record = self.found.out / f"job-{self.jobs}.jsonl"
        given = {
            "inventory/hosts.json": inventory,
            # AWX adds variables of its own to each job.
            "env/extravars": {"awx_job_id": self.jobs} | dict(variables),
            "env/envvars": {"RECORD_TO": str(record), "JOB_ID": str(self.jobs)} | dict(env),
        }
        for name, content in given.items():
            file = private / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(content))
        return private

    def play(
        self,
        playbook: str,
        variables: Mapping[str, Any],
        *,
        shipped: bool = False,
        inventory: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        warns: str | None = None,
    ) -> Job:
        """Run a playbook of the project; shipped: transmitted to a worker, whose stream is then processed.

        warns is a part of the one warning that is expected.
        """
        if not shipped:
            return self.begin(playbook, variables, inventory=inventory, env=env)(warns)
        private = self._private(inventory or self.found.inventory, variables, env or {})
        node = self.found.folder / f"node-{self.jobs}"
        sent = self._runner("transmit", "--ident", str(self.jobs), "--playbook", playbook, str(private))
        back = self._runner("worker", "--private-data-dir", str(node), given=sent)
        output = self._runner("process", "--ident", str(self.jobs), str(private), given=back)
        return self._ended(private, output, warns)

    def begin(
        self,
        playbook: str,
        variables: Mapping[str, Any],
        *,
        inventory: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Callable[[str | None], Job]:
        """Start a playbook of the project. What is returned waits for its end, and takes the warning to expect."""
        private = self._private(inventory or self.found.inventory, variables, env or {})
        process = self._start("run", "--ident", str(self.jobs), "--playbook", playbook, str(private))
        return lambda warns: self._ended(private, process.communicate(timeout=PATIENCE)[0], warns)

    def _ended(self, private: Path, output: bytes, warns: str | None) -> Job:
        number = private.name.removeprefix("job-")
        record = self.found.out / f"job-{number}.jsonl"
        lines = record.read_text("utf-8").splitlines()
        artifacts = private / "artifacts" / number
        # The exit code of "process" is its own. What AWX looks at is in this file.
        code = int((artifacts / "rc").read_text())
        run = Run(code, output.decode("utf-8", "replace"), [json.loads(line) for line in lines])
        return Job(self.found.check(run, warns), artifacts)

    def _runner(self, *arguments: str, given: bytes = b"") -> bytes:
        return self._start(*arguments).communicate(given, PATIENCE)[0]

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [PROGRAM, *arguments],
            cwd=self.found.out,
            env=environment(self.found.folder) | {"PATH": f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def cancel_rollout(self, when: Callable[[], bool], options: Mapping[str, Any]) -> str:
        """Start the project's rollout, and end ansible-runner as AWX does it for a cancelled job, once when is true.

        Returns the status that ansible-runner gives the job.
        """
        private = self._private(self.found.inventory, self.found.rollout_variables(options), {})
        process = self._start("run", "--ident", str(self.jobs), "--playbook", "snom_rollout.yml", str(private))
        until(when, "the moment to cancel has come")
        process.terminate()
        process.communicate(timeout=PATIENCE)
        return (private / "artifacts" / str(self.jobs) / "status").read_text()

    def rollout(self, *, options: Mapping[str, Any] | None = None, **more: Any) -> Job:
        """Run the project's rollout; options are those of the role, without its prefix."""
        return self.play("snom_rollout.yml", self.found.rollout_variables(options or {}), **more)


# How they end, and that the job fails for it.
PHONES = {
    "desk-1": phone(),
    "desk-2": phone("D785", "10.1.84.12"),
    "in-a-call": phone(call={"state": "in_call"}),
    "lift": phone(inventory={"snom_protected": True}),
    "right-already": phone(firmware="8.7.5.35"),
}
OUTCOMES = {
    "desk-1": "upgraded",
    "desk-2": "upgraded",
    "in-a-call": "deferred",
    "lift": "protected",
    "right-already": "compliant",
}


def without_login(found: Bench) -> dict[str, str]:
    """Take the phones' login out of the inventory, and return the environment that a credential gives instead."""
    common = found.inventory["phones"]["vars"]
    return {"SNOM_USERNAME": common.pop("snom_username"), "SNOM_PASSWORD": common.pop("snom_password")}


@pytest.mark.parametrize("shipped", [False, True], ids=["run", "transmit, worker, process"])
def test_a_job_ends_like_the_playbook(shipped: bool, start: StartBench) -> None:
    """Same outcomes and recap, progress in the events, the summary as an artifact, no password anywhere."""
    found = start(PHONES)
    login = without_login(found)
    job = Node(found).rollout(options={"deferred_retries": 0}, shipped=shipped, env=login)
    assert job.run.code != 0
    assert job.run.outcomes == OUTCOMES
    assert job.run.recap == {
        "desk-1": "changed",
        "desk-2": "changed",
        "in-a-call": "failed",
        "lift": "ok",
        "localhost": "ok",
        "right-already": "ok",
    }
    for line in (
        "3 of 5 phones need work",
        "desk-1: asked to load, still up (320 8.4.35 -> 8.7.5.35)",
        "desk-1: down (320 8.4.35 -> 8.7.5.35)",
        "desk-2: upgraded: Runs 10.1.175.16, read back from the phone.",
        "Wave 1 ended: ",
    ):
        assert job.shows(line), line
    assert job.stats["snom_rollout_summary"] == job.run.rollout["summary"]
    assert job.run.rollout["resume"] == "relaunch this job"
    # The runner keeps the environment for itself, in a file that AWX masks and that nobody else may read.
    for file in job.files_with_secrets():
        assert file.name == OF_THE_RUNNER
        assert file.stat().st_mode & 0o077 == 0


def test_a_cancelled_job_is_resumed_by_the_next(start: StartBench) -> None:
    found = start({f"phone-{number}": phone(faults=HELD) for number in range(1, 5)})
    options = {"max_in_flight": 2, "deadline": 120}
    node = Node(found)
    status = node.cancel_rollout(lambda: sum(found.fetches().values()) == 2, options)
    assert status == "canceled"
    with open(f"{found.journal}.lock", encoding="utf-8") as lock:
        until(lambda: is_free(lock), "nobody rolls out any more")
    for name, fetches in found.fetches().items():
        if fetches:
            found.release(name, "8.7.5.35")
        else:
            found.fleet.patch(name, faults={"stuck_in_flash": 0})
    job = node.rollout(options=options)
    assert job.run.code == 0
    assert set(found.firmware(*found.hosts())) == {"8.7.5.35"}
    assert set(found.fetches().values()) == {1}
    assert job.shows("triggered by the interrupted run, watched until its deadline")


def is_free(lock: TextIO) -> bool:
    """Whether nobody holds the lock of the journal."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(lock, fcntl.LOCK_UN)
    return True


def sliced(inventory: Mapping[str, Any], number: int, count: int) -> dict[str, Any]:
    """An inventory as AWX cuts it: each count-th host by name, beginning with the one of this number. Groups stay."""
    hosts = inventory["phones"]["hosts"]
    return {"phones": inventory["phones"] | {"hosts": {host: hosts[host] for host in sorted(hosts)[number::count]}}}


@pytest.mark.slow
def test_slices_upgrade_each_phone_once(start: StartBench) -> None:
    """Each slice has its own canary and its own journal, and knows nothing of the others."""
    found = start({f"phone-{number:02}": phone() for number in range(1, 11)})
    node = Node(found)
    # As the guide names it.
    first = "{{ query('ansible.builtin.inventory_hostnames', snom_hosts) | sort | first }}"
    sizes, canaries = [], []
    for number in range(4):
        job = node.rollout(
            options={"journal": f"{found.out}/{first}.journal", "waves": ["canary", "100%"]},
            inventory=sliced(found.inventory, number, 4),
        )
        assert job.run.code == 0
        phones = job.run.rollout["phones"]
        journal = found.out / f"{min(phones)}.journal"
        asked = [entry["host"] for entry in map(json.loads, journal.open()) if entry["type"] == "intent"]
        assert sorted(asked) == sorted(phones)
        sizes.append(len(phones))
        canaries += [host for host, record in phones.items() if record["wave"] == 1]
    assert sizes == [3, 3, 2, 2]
    assert canaries == ["phone-01", "phone-02", "phone-03", "phone-04"]
    assert found.fetches() == dict.fromkeys(found.hosts(), 1)
    assert set(found.firmware(*found.hosts())) == {"8.7.5.35"}


@pytest.mark.slow
def test_a_bad_canary_of_one_job_stops_all_others(start: StartBench) -> None:
    """Eight jobs at a time, one for each site, and a stop file on the volume that they share."""
    sites = [f"site-{number}" for number in range(1, 9)]
    bad = sites.pop()
    phones = {f"{site}-{number}": phone(faults=HELD) for site in sites for number in (1, 2, 3)}
    found = start(phones | {f"{bad}-{number}": phone(faults={"keep_old_version": True}) for number in (1, 2, 3)})
    node, stop = Node(found), found.out / "stop"

    def begin(site: str, deadline: int) -> Callable[[str | None], Job]:
        hosts = {host: one for host, one in found.inventory["phones"]["hosts"].items() if host.startswith(site)}
        options = {"journal": f"{found.out}/{site}.journal", "report_dir": f"{found.out}/{site}", "deadline": deadline}
        options |= {"waves": ["canary", "100%"], "stop_file": str(stop), "stop_others": True}
        inventory = {"phones": found.inventory["phones"] | {"hosts": hosts}}
        return node.begin("snom_rollout.yml", found.rollout_variables(options), inventory=inventory)

    waits = {site: begin(site, 600) for site in sites}
    until(lambda: sum(found.fetches().values()) == len(sites), "each site loads its first phone")
    failed = begin(bad, 20)(None).run.rollout
    assert failed["stopped_by"].startswith(f"The canary {bad}-1 ")
    assert failed["stopped_by"] in stop.read_text("utf-8")
    asked = {name for name, fetches in found.fetches().items() if fetches}
    for name in asked - {f"{bad}-1"}:
        found.release(name, "8.7.5.35")
    for wait in waits.values():
        rolled = wait(None).run.rollout
        assert rolled["summary"] == {"upgraded": 1, "not_started": 2}
        assert failed["stopped_by"] in rolled["stopped_by"]
    # And none begins until somebody has looked.
    assert begin(bad, 20)(None).run.rollout["stopped_by"].startswith("The stop file ")
    assert {name for name, fetches in found.fetches().items() if fetches} == asked


@pytest.mark.slow
@pytest.mark.parametrize("playbook", ["snom_audit.yml", "snom_drift.yml", "snom_plan.yml", "snom_rollout.yml"])
def test_an_empty_slice_ends_well(playbook: str, start: StartBench) -> None:
    found = start({"a": phone(), "b": phone()})
    empty = sliced(found.inventory, 2, 3) | {"others": {"hosts": {"switch": {}}}}
    job = Node(found).play(playbook, found.rollout_variables({}) | {"awx_workflow_job_id": 7}, inventory=empty)
    assert job.run.code == 0
    assert job.shows("No phone of phones is in this slice of the inventory, so there is nothing to do.")


@pytest.mark.parametrize(
    ("pattern", "of_awx", "warns"),
    [
        # Not a slice: a slice is always a part of a workflow.
        ("phones:!phones", {}, None),
        # A slice perhaps, but no group has this name.
        ("phnoes", {"awx_workflow_job_id": 7}, "Could not match supplied host pattern, ignoring: phnoes"),
        ("phones:&berlin", {"awx_workflow_job_id": 7}, "Could not match supplied host pattern, ignoring: berlin"),
    ],
)
def test_a_mistyped_pattern_fails_all_the_same(
    pattern: str, of_awx: dict[str, Any], warns: str | None, start: StartBench
) -> None:
    found = start({"a": phone()})
    job = Node(found).play("snom_audit.yml", {"snom_hosts": pattern} | of_awx, warns=warns)
    assert job.run.code != 0
    assert job.shows("which matches no host of the inventory")


COUNT = 200


@pytest.mark.slow
def test_events_of_many_phones_are_few_and_small(start: StartBench) -> None:
    """What AWX has to keep of a rollout grows with the phones, by a few KB each, and by a handful of events."""
    timing = {"load": 0, "flash": 0, "boot": 0, "reboot": 0}
    found = start({f"phone-{number:03}": phone() for number in range(1, COUNT + 1)}, defaults={"timing": timing})
    job = Node(found).rollout()
    assert set(job.run.outcomes.values()) == {"upgraded"}
    size = sum(len(json.dumps(event)) for event in job.events)
    assert len(job.events) < 8 * COUNT
    assert size / COUNT < 12_288
    # AWX cuts a result that is larger (MAX_EVENT_RES_DATA).
    assert max(len(json.dumps(event["event_data"].get("res", ""))) for event in job.events) < 700_000
    assert len(json.dumps(job.stats)) < 2_048


class Loader(yaml.SafeLoader):
    """Reads ``!unsafe``, which keeps what AWX is to fill in from being filled in while it is set up."""


Loader.add_constructor("!unsafe", lambda loader, node: node.value)


def items(name: str) -> dict[str, dict[str, Any]]:
    """What a file of the configuration for AWX defines, by name."""
    text = (AWX / "configuration" / f"{name}.yml").read_text("utf-8")
    (entries,) = yaml.load(text, Loader).values()
    return {entry["name"]: entry for entry in entries}


class Workflow:
    """The jobs of the workflow, with the variables that its templates, nodes and survey give them."""

    def __init__(self, found: Bench, **answers: str) -> None:
        (workflow,) = items("workflows").values()
        self.nodes = {node["identifier"]: node for node in workflow["simplified_workflow_nodes"]}
        self.answers = answers
        self.templates = items("job_templates")
        self.node = Node(found)
        # Mounted into each job.
        self.volume = found.out / "volume"
        self.volume.mkdir()
        self.artifacts: dict[str, Any] = {}

    def job(self, identifier: str) -> Job:
        """Run the job of a node. What it publishes is handed on, as AWX does it."""
        node = self.nodes[identifier]
        template = self.templates[node["unified_job_template"]]
        of_awx = {"awx_workflow_job_id": 7}
        job = self.run(template, self.artifacts | self.answers | node.get("extra_data", {}) | of_awx)
        self.artifacts |= job.stats
        return job

    def run(self, template: Mapping[str, Any], given: Mapping[str, Any]) -> Job:
        """Run a job of a template. given goes before its variables and the answers that are its survey's defaults."""
        questions = template.get("survey_spec", {"spec": []})["spec"]
        defaults = {question["variable"]: question["default"] for question in questions}
        variables = template.get("extra_vars", {}) | defaults | given
        in_place = json.loads(json.dumps(variables).replace("/var/lib/snom", str(self.volume)))
        return self.node.play(template["playbook"], in_place)


def start_fleet(start: StartBench, *, deadline: int = 60, **faults: Any) -> Bench:
    phones = {"a": phone(**faults), "b": phone(), "c": phone(), "d": phone("370")}
    found = start(phones, firmware_rollout_flash_time=4, firmware_rollout_deadline=deadline)
    found.inventory["phones"]["vars"]["firmware_rollout_catalog"] = str(found.catalog)
    return found


@pytest.mark.slow
def test_the_workflow(start: StartBench) -> None:
    found = start_fleet(start)
    workflow = Workflow(found, snom_hosts="phones")
    assert workflow.job("audit").run.code == 0
    assert set(workflow.job("plan").run.outcomes.values()) == {"planned"}
    canary = workflow.job("canary")
    assert canary.run.code == 0
    assert canary.run.outcomes == {"a": "upgraded", "b": "not_started", "c": "not_started", "d": "upgraded"}
    # While people think about it, somebody else works on a phone that the plan knows.
    found.fleet.patch("c", firmware="8.7.3.25.9")
    rollout = workflow.job("rollout")
    assert rollout.run.outcomes == {"a": "compliant", "b": "upgraded", "c": "deferred", "d": "compliant"}
    assert found.fetches() == {"a": 1, "b": 1, "c": 0, "d": 1}
    report = workflow.job("report")
    assert report.run.code != 0
    assert report.shows("Ended: 2 compliant, 1 upgraded, 1 deferred")
    assert report.shows("Not well: c. The rollout's job says why.")


@pytest.mark.slow
def test_the_nightly_job_is_red_where_a_phone_differs(start: StartBench) -> None:
    found = start_fleet(start)
    found.fleet.patch("b", firmware="8.7.5.35")
    workflow = Workflow(found)
    (schedule,) = items("schedules").values()
    template = workflow.templates[schedule["unified_job_template"]]
    job = workflow.run(template, schedule["extra_data"])
    assert job.run.code != 0
    assert job.run.recap == {"a": "failed", "b": "ok", "c": "failed", "d": "failed", "localhost": "ok"}
    # Behind another comparison in a workflow it gets what that has published.
    again = workflow.run(template, schedule["extra_data"] | job.stats)
    assert again.run.recap == job.run.recap
    assert found.fleet.counters()["writes"] == 0
    assert json.loads((workflow.volume / "drift" / "drift.json").read_text("utf-8"))


def test_the_workflow_sends_nothing_before_its_plan_is_approved(start: StartBench) -> None:
    found = start_fleet(start)
    workflow = Workflow(found, snom_hosts="phones")
    for identifier in itertools.takewhile(lambda name: "approval_node" not in workflow.nodes[name], workflow.nodes):
        assert workflow.job(identifier).run.code == 0
    assert workflow.artifacts["snom_rollout_summary"] == {"planned": 4}
    assert found.fetches() == {"a": 0, "b": 0, "c": 0, "d": 0}
    assert found.fleet.counters()["writes"] == 0


@pytest.mark.slow
def test_a_bad_canary_ends_the_workflow_red(start: StartBench) -> None:
    found = start_fleet(start, deadline=20, faults={"keep_old_version": True})
    workflow = Workflow(found, snom_hosts="phones")
    workflow.job("plan")
    assert workflow.job("canary").run.code != 0
    report = workflow.job("report")
    assert report.run.code != 0
    assert report.shows("Not well: a. The rollout's job says why.")


@pytest.mark.slow
def test_the_report_comes_back_with_the_artifacts(start: StartBench) -> None:
    """ansible-runner names its folder of artifacts, which it brings back from the node."""
    found = start({"a": phone()})
    job = Node(found).rollout(
        options={"report_dir": "{{ lookup('ansible.builtin.env', 'AWX_ISOLATED_DATA_DIR') }}/report"}, shipped=True
    )
    report = json.loads((job.artifacts / "report" / "report.json").read_text("utf-8"))
    assert report["summary"] == job.stats["snom_rollout_summary"] == {"upgraded": 1}
    assert job.files_with_secrets() == []
