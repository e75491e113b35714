# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays a scene with virtual phones and the real ansible-playbook, and records what was said and what happened."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ansible_collections.telephony.snom.tests.chaos.record import Record, Told
from ansible_collections.telephony.snom.tests.chaos.scene import HOP, LAST_DEADLINE, Act, Leg, Scene
from ansible_collections.telephony.snom.tests.integration.pbx.provisioned import NEW, by_provisioning, site
from ansible_collections.telephony.snom.tests.integration.pbx.provisioned import image as provisioned_image
from ansible_collections.telephony.snom.tests.integration.playbooks.bench import (
    PASSWORD,
    PATIENCE,
    SECRETS,
    TARGETS,
    Bench,
    Job,
    bench,
    image,
    lives,
    until,
)
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import running_kamailio

CHANGED = "n0t-to-be-seen, changed"
MIDWAY = ("patch", "server")
CLOCK = Path(__file__).resolve().parent / "clock"


def play(scene: Scene, folder: Path) -> Record:
    """Play it. What it writes lies in the folder."""
    with ExitStack() as stack:
        found = stack.enter_context(_with_pbx(scene, folder) if scene.with_pbx else _without(scene, folder))
        found.change_catalog(image("320"), requires="8.4.35")
        if scene.server:
            found.fleet.patch_image_server(**scene.server)
        for name, keys in scene.phones.items():
            if keys["knows_mac"] and "snom_mac" not in keys["inventory"]:
                found.hosts()[name]["snom_mac"] = found.fleet.phone(name)["mac"]
        stage = _Stage(scene, found)
        stack.callback(stage.go_on)
        runs = [stage.run(number, leg) for number, leg in enumerate(scene.legs, start=1)]
        files = {
            str(file.relative_to(found.out)): file.read_text("utf-8", "replace")
            for file in sorted(found.out.rglob("*"))
            if file.is_file()
        }
    basic = base64.b64encode(f"admin:{CHANGED}".encode()[:18]).decode()
    targets = {**TARGETS, "D862": NEW}
    return Record(phones=scene.phones, targets=targets, runs=runs, files=files, secrets=(*SECRETS, basic))


def _keys(scene: Scene) -> dict[str, dict[str, Any]]:
    """What virtual phones know of the scene's."""
    own = ("knows_mac", "by_provisioning")
    return {name: {key: value for key, value in keys.items() if key not in own} for name, keys in scene.phones.items()}


def _without(scene: Scene, folder: Path) -> AbstractContextManager[Bench]:
    return bench(folder, _keys(scene), images=[HOP], snom_timeout=10)


@contextmanager
def _with_pbx(scene: Scene, folder: Path) -> Iterator[Bench]:
    """A bench with a Kamailio and a mirror."""
    phones = _keys(scene)
    with running_kamailio(folder) as pbx:
        for number, (name, keys) in enumerate(scene.phones.items(), start=1):
            if keys.get("by_provisioning"):
                phones[name] = by_provisioning(pbx, number, **phones[name])
        # The role takes its time for each.
        models = {keys["model"] for keys in phones.values()} & TARGETS.keys()
        images = [*map(image, sorted(models)), *([HOP] if "320" in models else []), provisioned_image()]
        versions = {**TARGETS, "D862": NEW}
        with (
            site(folder, pbx, phones, *images, snom_firmware_versions=versions, snom_timeout=10) as place,
            place.timer(),
        ):
            yield place.bench


def _pids(folder: Path, *words: str) -> list[int]:
    """The processes that were started with a file of this folder, and that do one of these."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            ours = str(folder) in line or (parent > 1 and str(folder) in _line(parent))
            if ours and any(word in line for word in words):
                found.append(int(process.name))
    return found


def _line(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    return ""


class _Stage:
    """A bench, and what has been done to it."""

    def __init__(self, scene: Scene, found: Bench) -> None:
        self._scene = scene
        self._found = found
        self._lines = 0
        """Of the journal, that earlier runs wrote."""
        self._events = 0
        """Of the phones' log, that were before this run."""
        self._clock = 0.0
        self._seen: Counter[str] = Counter()
        self._seen_until = 0
        """The last of the phones' log that was counted."""
        self._full = False
        self._standing: list[int] = []
        """Processes of the PBX or the mirror that stand still."""
        self._places: dict[str, str | None] = {name: name for name in scene.phones}

    def run(self, number: int, leg: Leg) -> Told:
        found = self._found
        (found.out / "stop").unlink(missing_ok=True)
        if leg.heals:
            self._heal()
        for act in leg.acts:
            if act.event is None:
                self._prepare(act)
        before = found.fleet.phones()
        self._events = max((entry["number"] for entry in found.fleet.log()), default=0)
        self._full = False
        options = self._scene.options | {"stop_file": str(found.out / "stop")}
        if leg.heals:
            # What is left over is not asked again for ever, and nobody stops the others.
            options |= {"max_bad": "100%", "waves": ["100%"], "max_in_flight": 0, "retry_login": True}
            options["deadline"] = LAST_DEADLINE
        env = {"PYTHONPATH": str(CLOCK), "CHAOS_CLOCK": str(self._clock)}
        job = found.start("telephony.snom.rollout", variables=found.rollout_variables(options), env=env)
        done = self._watch(job, [act for act in leg.acts if act.event is not None])
        run = job.wait()
        self._await_orphan()
        (found.folder / f"said-{number}.txt").write_text(run.output)
        journal = self._journal()
        self._lines += len(journal)
        told = Told(
            places=dict(self._places),
            hosts={name: dict(variables) for name, variables in found.hosts().items()},
            options=options,
            acts=[str(act) for act in done],
            code=run.code,
            output=run.output,
            settled=run.results("snom_rollout_result"),
            journal=journal,
            clock=self._clock,
            disk_full=self._full,
            heals=leg.heals,
            log=found.fleet.log(since=self._events),
            before=before,
            after=found.fleet.phones(),
        )
        results = [line["result"] for line in run.lines if line.get("action") == "telephony.snom.snom_rollout"]
        told.result = results[-1] if results and "phones" in results[-1] else None
        recaps = [line["recap"] for line in run.lines if "recap" in line]
        told.recap = recaps[0] if recaps else None
        self._read_report(told)
        return told

    def _read_report(self, told: Told) -> None:
        folder = self._found.out / "report"
        file = folder / "report.json"
        report = json.loads(file.read_text()) if file.exists() else None
        if report is None or report["run"] not in {line["run"] for line in told.journal}:
            return
        told.report = report
        rows = csv.DictReader(io.StringIO((folder / "report.csv").read_text()))
        told.csv = {row["host"]: row["outcome"] for row in rows}
        tree = ElementTree.parse(folder / "report.junit.xml")
        told.junit = {
            str(case.get("name")): {"skipped": "skipped", "failure": "failure"}.get(
                next((child.tag for child in case if child.tag in ("skipped", "failure")), ""), "passed"
            )
            for case in tree.iter("testcase")
        }

    def _journal(self) -> list[dict[str, Any]]:
        """The whole lines that this run has added."""
        file = self._found.journal
        lines = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
        return [_entry(line) for line in lines[self._lines :]]

    # -- in the middle of a run ---------------------------------------------------------------------------------------

    def _watch(self, job: Job, acts: list[Act]) -> list[Act]:
        """Do what is to happen, each thing at its event, until the run ends."""
        waiting, done = list(acts), []
        give_up = time.monotonic() + PATIENCE
        self._seen, self._seen_until = Counter(), self._events
        while job.process.poll() is None:
            seen = self._look()
            for act in [act for act in waiting if seen[str(act.event)] >= act.count]:
                waiting.remove(act)
                if self._act(act, job):
                    done.append(act)
            assert time.monotonic() < give_up, f"The run hangs:\n{job.output.read_text('utf-8', 'replace')}"
            # Each look costs the phones something.
            time.sleep(0.03 if waiting else 0.2)
        return done

    def _look(self) -> Counter[str]:
        """How often each event was seen in this run."""
        for entry in self._found.fleet.log(since=self._seen_until):
            self._seen[entry["event"]] += 1
            self._seen["asked"] += entry["event"] == "check_sync" or "swload" in (entry["target"] or "")
            self._seen_until = entry["number"]
        lines = Counter(line["type"] for line in self._journal())
        return self._seen + lines

    def _act(self, act: Act, job: Job) -> bool:
        """Whether it could be done: a process may have ended meanwhile."""
        found, given = self._found, act.given
        if act.do == "patch":
            found.fleet.patch(given["host"], **given["keys"])
        elif act.do == "server":
            found.fleet.patch_image_server(**given)
        elif act.do == "stop file":
            (found.out / "stop").touch()
        elif act.do == "full disk":
            return self._fill()
        elif act.do.endswith(" stands still"):
            words = ("nginx",) if act.do.startswith("mirror") else ("kamailio",)
            for pid in _pids(found.folder, *words):
                os.kill(pid, signal.SIGSTOP)
                self._standing.append(pid)
        elif act.do.startswith("worker "):
            worker = self._worker_of_run()
            if worker is None or not lives(worker):
                return False
            os.kill(worker, signal.Signals[act.do.removeprefix("worker ")])
        else:
            job.kill(signal.Signals[act.do])
        return True

    def _fill(self) -> bool:
        """Let the worker write no file any further than the journal has come. As root or not, that is a full disk."""
        worker = self._worker_of_run()
        if worker is None or not lives(worker):
            return False
        size = self._found.journal.stat().st_size
        try:
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        except ProcessLookupError:
            return False
        self._full = True
        return True

    def _worker_of_run(self) -> int | None:
        """The process that does the rollout; None before it has begun."""
        workers = [line["process"] for line in self._journal() if line["type"] == "run"]
        return workers[-1] if workers else None

    def _await_orphan(self) -> None:
        """A worker may outlive ansible-playbook, to bring what it has begun to its end."""
        worker = self._worker_of_run()
        if worker is not None:
            until(lambda: not lives(worker), "the worker has ended")

    # -- between the runs ---------------------------------------------------------------------------------------------

    def _prepare(self, act: Act) -> None:
        hosts, given = self._found.hosts(), act.given
        if act.do == "swap":
            # As after a DHCP server has lost its leases: what the inventory calls one is the other.
            one, other = given["one"], given["other"]
            hosts[one]["ansible_host"], hosts[other]["ansible_host"] = (
                hosts[other]["ansible_host"],
                hosts[one]["ansible_host"],
            )
            self._places[one], self._places[other] = self._places[other], self._places[one]
        elif act.do == "leaves":
            first, *_others = self._found.addresses.values()
            hosts[given["host"]]["ansible_host"] = f"{first.rpartition('.')[0]}.252"
            self._places[given["host"]] = None
        elif act.do == "clock":
            self._clock = float(given["seconds"])
        else:
            raise AssertionError(act.do)

    def go_on(self) -> None:
        """Let what stands still go on."""
        for pid in self._standing:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._standing.clear()

    def _heal(self) -> None:
        """Mend all that a person could: phones, PBX, mirror, clock, and what the inventory says."""
        found = self._found
        self.go_on()
        found.fleet.patch_image_server(faults={}, bytes_per_second=0)
        self._clock = 0.0
        self._places = {name: name for name in self._scene.phones}
        for name, keys in self._scene.phones.items():
            found.hosts()[name]["ansible_host"] = found.addresses[name]
            for wrong in ("snom_password", "snom_model", "snom_timeout", "snom_firmware_version"):
                found.hosts()[name].pop(wrong, None)
            state = found.fleet.phone(name)
            if keys["inventory"].get("snom_mac"):
                found.hosts()[name]["snom_mac"] = state["mac"]
            changes: dict[str, Any] = {
                "faults": dict.fromkeys({*state["faults"], *keys.get("faults", {})}),
                "call": {"state": "idle"},
                "call_shown_in": ["gui"],
                "admin_mode": True,
                "password": PASSWORD,
                "provisioning": {"firmware": None},
            }
            if state["phase"] in ("off", "dead"):
                changes["running"] = True
            if keys.get("by_provisioning"):
                changes["settings"] = {"update_policy": "auto_update"}
                changes["timing"] = {"load": 0.2}
            if (keys.get("settings") or {}).get("restrict_uri_queries"):
                changes["settings"] = {"restrict_uri_queries": "off"}
            found.fleet.patch(name, **changes)


def _entry(line: bytes) -> dict[str, Any]:
    """A line of the journal, or that it is none."""
    try:
        return dict(json.loads(line))
    except ValueError:
        return {"type": "broken", "run": "", "line": repr(line)}


def lines(record: Record) -> Mapping[str, Any]:
    """The record as JSON, for people who look into a contradiction."""
    return dict(json.loads(json.dumps(record, default=vars)))
