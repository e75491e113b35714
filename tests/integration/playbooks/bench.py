# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of virtual phones, an inventory that matches it, and ansible-playbook over both.

Every run of a playbook passes `Bench.play`, which asserts what holds for all of them: nothing shows a secret or a
traceback, nothing warns, results are what the modules document, and no phone was treated as no phone may be. At night,
and where a test asks for it, the same run with ``--check`` goes before, and must write nothing.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.tests.virtual_phones.running import VirtualFleet, running

from .documented import undocumented

HERE = Path(__file__).resolve().parent
# .build holds ansible_collections/telephony/snom as a link to this checkout.
COLLECTIONS = HERE.parents[2] / ".build"
PATIENCE = 480  # seconds for one run on a machine with other work; what takes longer hangs

PASSWORD = """n0t-to-be-seen'"%41&+ =/"""
# No output may hold any of these: the password's unmistakable beginning, as it is and within a Basic login.
SECRETS = ("n0t-to-be-seen", base64.b64encode(b"admin:n0t-to-be-seen"[:18]).decode())

TARGETS = {
    "320": "8.7.5.35",
    "360": "8.7.5.35",
    "370": "8.7.5.35",
    "720": "8.9.3.80",
    "760": "8.9.3.80",
    "821": "8.7.5.35",
    "870": "8.7.5.35",
    "D335": "10.1.175.16",
    "D345": "10.1.175.16",
    "D375": "10.1.175.16",
    "D385": "10.1.175.16",
    "D735": "10.1.175.16",
    "D785": "10.1.175.16",
}
"""What the inventories want of the models."""

HELD = {"stuck_in_flash": 3600}
"""Faults of a phone that flashes until `Bench.release`."""

REHEARSES = "REHEARSES" in os.environ
"""Whether every run that may be rehearsed is: for the night, since that takes half as long again."""

_numbers = itertools.count()


def phone(model: str = "320", firmware: str = "8.4.35", *, inventory: dict[str, Any] | None = None, **keys: Any) -> Any:
    """Keys of a virtual phone; inventory has variables of its host."""
    return {"model": model, "firmware": firmware, "inventory": inventory or {}, **keys}


def image(model: str) -> str:
    """The name of the image that a model wants."""
    return f"snom{model}-{TARGETS[model]}-SIP-{'f' if model.startswith('3') else 'r'}.bin"


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait until something is true, and return it."""
    give_up = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < give_up, f"waited {seconds} s in vain: {what}"
        time.sleep(0.05)
    return value


def lives(pid: int) -> bool:
    """Whether a process has not ended. One that has stays in /proc, as a zombie, until its parent looks after it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@dataclass
class Run:
    """One finished run of ansible-playbook."""

    code: int
    output: str
    lines: list[dict[str, Any]]

    @cached_property
    def rollout(self) -> dict[str, Any]:
        """The result of the run's only snom_rollout."""
        (result,) = (line["result"] for line in self.lines if line.get("action") == "telephony.snom.snom_rollout")
        return dict(result)

    @property
    def outcomes(self) -> dict[str, str]:
        """How each phone ended in the run's rollout."""
        return {host: record["outcome"] for host, record in self.rollout["phones"].items()}

    @cached_property
    def recap(self) -> dict[str, str]:
        """How each host ended: failed, changed or ok."""
        (recap,) = (line["recap"] for line in self.lines if "recap" in line)
        return {
            host: "failed" if counts["failures"] else "changed" if counts["changed"] else "ok"
            for host, counts in recap.items()
        }

    @property
    def stats(self) -> dict[str, Any]:
        """What the run set with set_stats."""
        (custom,) = (line["custom"] for line in self.lines if "recap" in line)
        return dict(custom.get("_run", {}))

    @property
    def memory(self) -> float:
        """The most that any process of the run had, in megabytes."""
        (megabytes,) = (line["memory"] for line in self.lines if "memory" in line)
        return float(megabytes)

    @property
    def warnings(self) -> list[str]:
        return re.findall(r"^\[(?:DEPRECATION )?WARNING\].*(?:\n(?!\n).+)*", self.output, re.MULTILINE)

    def results(self, module: str) -> dict[str, dict[str, Any]]:
        """The last result of a module, by host."""
        return {line["host"]: line["result"] for line in self.lines if line.get("action") == f"telephony.snom.{module}"}

    def status(self, module: str, host: str) -> str:
        """How the last task with a module ended on a host: ok, failed or unreachable. Ignored errors are failures."""
        action = f"telephony.snom.{module}"
        *_earlier, last = (line for line in self.lines if (line.get("action"), line.get("host")) == (action, host))
        return str(last["status"])


@dataclass
class Job:
    """A run of ansible-playbook under way."""

    process: subprocess.Popen[bytes]
    output: Path
    record: Path
    patience: float = PATIENCE

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to ansible-playbook alone, not to its workers."""
        self.process.send_signal(number)

    def ended(self) -> int:
        """Wait for the end of ansible-playbook, whatever becomes of its workers, and return its exit code."""
        try:
            return self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"The run hangs:\n{self.output.read_text('utf-8', 'replace')}") from None

    def workers(self) -> list[int]:
        """The processes that it forked and that live."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split() if lives(int(pid))]

    def says(self, text: str) -> bool:
        return text in self.output.read_text("utf-8", "replace")

    def wait(self) -> Run:
        code = self.ended()
        lines = self.record.read_text("utf-8").splitlines() if self.record.exists() else []
        return Run(code, self.output.read_text("utf-8", "replace"), [json.loads(line) for line in lines])


@dataclass
class Bench:
    """A running fleet and the folder of its runs: what they are given lies there, what they write in its `out`."""

    fleet: VirtualFleet
    folder: Path
    addresses: dict[str, str]
    port: int
    inventory: dict[str, Any]
    expected_violations: int = 0
    patience: float = PATIENCE
    """Seconds for one run of ansible-playbook."""
    _runs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    password = PASSWORD

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def journal(self) -> Path:
        return self.out / "journal.jsonl"

    @property
    def catalog(self) -> Path:
        return self.folder / "catalog.yml"

    def address(self, name: str) -> str:
        return self.addresses[name]

    def release(self, name: str, firmware: str) -> None:
        """Let a phone that is held in its flash come up with this version.

        ``HELD`` holds it. So what is to happen first does, however busy the machine is.
        """
        self.fleet.patch(name, firmware=firmware, running=True)

    def firmware(self, *names: str) -> list[str]:
        """What the phones run, as they themselves know."""
        return [self.fleet.phone(name)["firmware"] for name in names]

    def fetches(self) -> dict[str, int]:
        """How often each phone has fetched an image."""
        return {name: sum(state["fetches"].values()) for name, state in self.fleet.phones().items()}

    def change_catalog(self, file: str, **changes: str) -> None:
        """Change an entry of the user's catalogue."""
        images = json.loads(self.catalog.read_text())["images"]
        next(entry for entry in images if entry["file"] == file).update(changes)
        self.catalog.write_text(json.dumps({"images": images}))

    def write_inventory(self) -> Path:
        file = self.folder / "inventory.json"
        file.write_text(json.dumps(self.inventory))
        return file

    def hosts(self) -> dict[str, dict[str, Any]]:
        """Variables of the inventory's hosts, to be changed before a run."""
        hosts: dict[str, dict[str, Any]] = self.inventory["phones"]["hosts"]
        return hosts

    def start(
        self,
        playbook: str | Sequence[Mapping[str, Any]],
        *arguments: str,
        variables: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        pipe: int | None = None,
    ) -> Job:
        """Start ansible-playbook over a playbook of the collection, or over plays.

        pipe is the writing end of one, where its output is not to go into a file.
        """
        number = next(self._runs)
        if not isinstance(playbook, str):
            file = self.folder / f"playbook-{number}.yml"
            file.write_text(json.dumps(playbook))
            playbook = str(file)
        program = Path(sys.executable).with_name("ansible-playbook")
        command = [str(program), "-i", str(self.write_inventory()), playbook, *arguments]
        if variables:
            given = self.folder / f"variables-{number}.json"
            given.write_text(json.dumps(variables))
            command += ["-e", f"@{given}"]
        job_output, record = self.out / f"output-{number}.txt", self.out / f"record-{number}.jsonl"
        with job_output.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.out,
                env=environment(self.folder) | {"RECORD_TO": str(record)} | dict(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=output if pipe is None else pipe,
                stderr=subprocess.STDOUT,
            )
        return Job(process, job_output, record, self.patience)

    def play(
        self,
        playbook: str | Sequence[Mapping[str, Any]],
        *arguments: str,
        variables: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        rehearse: bool = REHEARSES,
        warns: str | None = None,
    ) -> Run:
        """Run a playbook, with rehearse first with ``--check``, and then in earnest.

        warns is a part of the one warning that is expected.
        """
        if rehearse:
            before = self.fleet.counters()
            self.check(self.start(playbook, *arguments, "--check", variables=variables, env=env).wait(), warns)
            after = self.fleet.counters()
            assert (after["writes"], after["fetches"]) == (before["writes"], before["fetches"]), "check mode writes"
        return self.check(self.start(playbook, *arguments, variables=variables, env=env).wait(), warns)

    def rollout(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        rehearse: bool = REHEARSES,
        warns: str | None = None,
        **options: Any,
    ) -> Run:
        """Run the playbook of the rollout; options are those of the role, without its prefix."""
        return self.play(
            "telephony.snom.rollout",
            *arguments,
            variables=self.rollout_variables(options),
            env=env,
            rehearse=rehearse,
            warns=warns,
        )

    def rollout_variables(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What a rollout here gets: options quick enough for phones that flash within a second or two.

        The deadline leaves a busy machine room. Who waits for it to pass gives a shorter one.
        """
        given = {
            "waves": ["100%"],
            "max_bad": "100%",
            "max_in_flight": 0,
            "flash_time": 4,
            **({} if "flash_time" in options else {"deadline": 60}),
            "deferred_interval": 1,
            "catalog": str(self.catalog),
            "journal": str(self.journal),
            "report_dir": str(self.out / "report"),
            **options,
        }
        return {"snom_hosts": "phones"} | {f"firmware_rollout_{name}": value for name, value in given.items()}

    def check(self, run: Run, warns: str | None = None) -> Run:
        """What holds for every run."""
        for mistake in ("Traceback (most recent call last)", "please report it"):
            assert mistake not in run.output
        if warns is None:
            assert not run.warnings, run.warnings
        else:
            assert warns in " ".join(" ".join(run.warnings).split()), run.output
        self.check_secrets()
        for line in run.lines:
            # Where a host is unreachable, the result is Ansible's.
            if line.get("action", "").startswith("telephony.snom.") and line["status"] != "unreachable":
                # A loop has a result for each turn.
                for result in line["result"].get("results", [line["result"]]):
                    loop = {"ansible_loop_var", result.get("ansible_loop_var")}
                    own = {name: value for name, value in result.items() if name not in loop}
                    assert undocumented(line["action"].rpartition(".")[2], own) == []
        assert self.fleet.counters()["violations"] == self.expected_violations, self.fleet.log(event="violation")
        return run

    def check_secrets(self) -> None:
        """No file that any run has written, its output among them, shows a secret."""
        for file in self.out.rglob("*"):
            if file.is_file():
                text = file.read_text("utf-8", "replace")
                shown = [secret for secret in SECRETS if secret in text]
                assert not shown, f"{file.name} shows a password"


def environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    nowhere = "http://127.0.0.1:9"
    return clean | {
        "ANSIBLE_CALLBACKS_ENABLED": "recorder",
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_FORKS": "20",
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_HOST_KEY_CHECKING": "false",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        "HOME": str(folder / "home"),
        "PYTHONDONTWRITEBYTECODE": "1",
        # What goes to a proxy never arrives. No traffic to phones or mirrors may.
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "no_proxy": "",
    }


@contextmanager
def bench(
    folder: Path,
    phones: Mapping[str, Mapping[str, Any]],
    *,
    images: Sequence[str] = (),
    defaults: Mapping[str, Any] | None = None,
    **variables: Any,
) -> Iterator[Bench]:
    """Run a fleet until the block ends.

    phones: what `phone` returns, by name. images: more files for the image server. defaults: keys for every phone.
    variables: for all hosts of the inventory.
    """
    # Each process has addresses of its own, so that tests can run side by side, and each fleet a port.
    process = os.getpid()
    net, port = f"127.{1 + process // 250 % 250}.{1 + process % 250}", 10_000 + next(_numbers)
    # For more phones than one net has. Who has a thousand of them runs alone.
    more = [f"127.{second}.{third}" for third in (1 + process % 250, 251, 252, 253) for second in (251, 252, 253, 254)]
    free = (f"{one}.{number}" for one in (net, *more) for number in range(1, 251))
    addresses = dict(zip(phones, free, strict=False))
    given, hosts = [], {}
    for name, keys in phones.items():
        host = {"ansible_host": addresses[name]} | keys["inventory"]
        hosts[name] = {key: value for key, value in host.items() if value is not None}
        given.append(
            {"name": name, "address": addresses[name], "port": port}
            | {key: value for key, value in keys.items() if key != "inventory"}
        )
    server = {"address": f"{net}.254", "port": port, "images": [*map(image, TARGETS), *images]}
    timing = {"load": 0.2, "flash": 1, "boot": 0.2, "reboot": 1}
    common = {"password": PASSWORD, "identities": ["100"], "timing": timing} | dict(defaults or {})
    everybody = {
        "snom_scheme": "http",
        "snom_port": port,
        "snom_username": "admin",
        "snom_password": PASSWORD,
        "snom_timeout": 20,  # a busy machine's phones answer late; who tests lateness asks for less
        "snom_firmware_versions": TARGETS,
    } | variables
    (folder / "out").mkdir(parents=True)
    with running({"image_server": server, "defaults": common, "phones": given}, folder) as fleet:
        (folder / "catalog.yml").write_text(json.dumps({"images": fleet.catalog()}))
        yield Bench(fleet, folder, addresses, port, {"phones": {"hosts": hosts, "vars": everybody}})


def certificate(address: str, port: int) -> str:
    """The certificate that answers there, as PEM."""
    return ssl.get_server_certificate((address, port))
