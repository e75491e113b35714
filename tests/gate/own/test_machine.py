# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate on other machines: which Python it takes, what it names when one is missing, and how a run then ends."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

import checks
import environments
import machine
import pytest
from checks import Check
from commands import GateError
from environments import Core, parsed_pip_settings, pip_config

GATE = Path(__file__).resolve().parents[1]
Program = Callable[..., Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts programs on a PATH that holds nothing else. Each prints a text and ends with a code."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))

    def put(name: str, prints: str = "", code: int = 0) -> Path:
        file = folder / name
        file.write_text(f"#!/bin/sh\necho '{prints}'\nexit {code}\n")
        file.chmod(0o755)
        return file

    return put


def test_a_python_without_ensurepip_is_passed_over(program: Program) -> None:
    program("python3.8", "/usr/bin/python3.8", 1)
    program("python3.9", "/opt/python3.9")
    assert machine.interpreter(["3.8", "3.9"]) == Path("/opt/python3.9")
    assert machine.missing_package(["3.8", "3.9"]) is None


def test_pythons_of_uv_and_pyenv_are_found(program: Program, tmp_path: Path) -> None:
    for place in (".local/share/uv/python/cpython-3.8.20-linux-x86_64-gnu", ".pyenv/versions/3.9.2"):
        folder = tmp_path / place / "bin"
        folder.mkdir(parents=True)
        version = place.partition("cpython-")[2][:3] or "3.9"
        program(f"python{version}", f"/kept/python{version}").rename(folder / f"python{version}")
    assert machine.interpreter(["3.8"]) == Path("/kept/python3.8")
    assert machine.interpreter(["3.9"]) == Path("/kept/python3.9")


def test_the_python_that_runs_the_gate_needs_no_path(program: Program) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (found,) = machine.pythons([version])
    assert found.whole and found.path.samefile(sys.executable)


def test_what_makes_a_python_of_the_system_whole_is_named(program: Program) -> None:
    program("python3.8", "/usr/bin/python3.8", 1)
    assert machine.missing_package(["3.7", "3.8"]) == "python3.8-venv"
    default = Path("/usr/bin/python3").resolve()
    assert machine.Python("3.8", default, whole=False).missing_package == "python3-venv"
    assert machine.Python("3.8", default, whole=True).missing_package is None


def test_a_python_of_ones_own_making_is_no_matter_of_packages(program: Program) -> None:
    program("python3.8", "/opt/bin/python3.8", 1)
    assert machine.missing_package(["3.8"]) is None


def test_a_user_is_told_the_packages(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program("apt-get", code=1)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(GateError, match="As root, run `apt-get install nginx-light python3-venv`"):
        machine.install({"python3-venv", "nginx-light"})


def test_programs_that_are_not_here_are_told_as_packages(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program("here")
    monkeypatch.setattr(machine, "PROGRAMS", {"here": "some-package", "nowhere-to-be-found": "other-package"})
    assert machine.missing_programs(["here", "nowhere-to-be-found"]) == {"other-package"}


def test_a_machine_without_apt_is_told_their_names(program: Program) -> None:
    with pytest.raises(GateError, match="what Debian calls: python3-venv"):
        machine.install({"python3-venv"})
    machine.install([])


@pytest.mark.parametrize(
    ("lacks", "ci", "is_minded"),
    [({"nice"}, "", False), ({"needed", "nice"}, "", True), ({"nice"}, "true", True)],
)
def test_what_a_check_can_do_without_is_named_with_what_it_cannot(
    monkeypatch: pytest.MonkeyPatch, lacks: set[str], ci: str, is_minded: bool
) -> None:
    def install(packages: set[str]) -> None:
        raise GateError(", ".join(sorted(packages)))

    monkeypatch.setattr(checks, "install", install)
    monkeypatch.setattr(checks, "missing_package", lambda _versions: None)
    monkeypatch.setattr(checks, "missing_programs", lacks.intersection)
    monkeypatch.setenv("CI", ci)
    check = Check("demo", "demo", "", lambda: None, ("needed",), welcome=("nice",))
    with pytest.raises(GateError, match=", ".join(sorted(lacks))) if is_minded else nullcontext():
        checks.prepare([check])


@pytest.mark.parametrize(
    ("programs", "way"),
    [
        ({"apt-cache": "python3.7-venv python3.9-venv", "pyenv": ""}, "as root, run `apt-get install python3.9-venv`"),
        ({"apt-cache": "python3.9-minimal", "pyenv": "", "uv": ""}, "run `pyenv install 3.8`"),
        ({"apt-cache": "", "uv": ""}, "run `uv python install 3.8`"),
        ({}, "install it with pyenv or uv, or put it on PATH"),
    ],
)
def test_the_way_to_a_python_is_one_of_this_machine(
    program: Program, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str], way: str
) -> None:
    monkeypatch.setattr(machine, "_packages_of_pythons", machine._packages_of_pythons.__wrapped__)  # nothing is kept
    for name, prints in programs.items():
        program(name, prints)
    assert machine.needs(["3.8", "3.9"]).startswith("needs Python 3.8 or 3.9, and none is here: ")
    assert way in machine.way_to(["3.8", "3.9"])


def test_pip_settings_of_variables_are_stronger_than_those_of_files() -> None:
    listed = """:env:.cert='/mine.pem'
global.cert='/x.pem'
global.extra-index-url='\\nhttp://a\\nhttp://b'
list.format='json'
"""
    assert parsed_pip_settings(listed) == {"cert": "/mine.pem", "extra-index-url": "http://a http://b"}
    assert pip_config({"cert": "/mine.pem"}) == "[global]\ncert = /mine.pem\n"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The gate's program, with one check for all and one on each of two ansible-cores. Nothing is run."""
    spec = importlib.util.spec_from_file_location("gate", GATE / "__main__.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "gate", module)
    spec.loader.exec_module(module)
    cores = {name: Core(name, f"{name}.1", ("3.8", "3.9"), "") for name in ("1.0", "1.1")}
    checks = [Check(f"sanity-{name}", "sanity", "", lambda: None, core=core) for name, core in cores.items()]
    monkeypatch.setattr(module, "CHECKS", [Check("ruff", "lint", "", lambda: None), *checks])
    monkeypatch.setattr(module, "LONG_CHECKS", [])
    monkeypatch.setattr(module, "prepare", lambda _checks: None)
    monkeypatch.setattr(module, "run_apart", lambda check: module.Result(check, True, 2.0))
    for place in (module, environments):
        monkeypatch.setattr(place, "CORES", cores)
        monkeypatch.setattr(place, "ASKED_CORES", [])
    for function in ("interpreter", "missing_package"):
        monkeypatch.setattr(environments, function, lambda _versions: None)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(machine, "way_to", lambda _versions: "build one")
    # Both need the same here, so that the newer one has to be given apart.
    missing = environments.cores_left_out()
    monkeypatch.setattr(module, "cores_left_out", lambda: {"1.0": missing["1.0"]})
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield module
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_long_ones_begin_first(gate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(checks.LONGEST) <= {check.name.partition("-")[0] for check in [*checks.CHECKS, *checks.LONG_CHECKS]}
    monkeypatch.setattr(gate, "cores_left_out", dict)
    monkeypatch.setattr(gate, "LONGEST", ("sanity",))
    begun: list[str] = []

    def run_apart(check: Check) -> Any:
        begun.append(check.name)
        return gate.Result(check, True, 2.0)

    monkeypatch.setattr(gate, "run_apart", run_apart)
    assert gate.main(["--jobs=1"]) == 0
    assert begun == ["sanity-1.0", "sanity-1.1", "ruff"]


def test_a_core_without_a_python_is_left_out_and_said(gate: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.main([]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "ruff        passed        2.0      0.0" in said
    assert "sanity-1.0  left out      0.0      0.0" in said
    assert "ansible-core 1.0 needs Python 3.8 or 3.9, and none is here: build one." in said
    assert any('`make test CORES="1.1"`' in line for line in said)
    assert said[-1] == "2 passed, 0 failed, 1 skipped"


def test_nothing_is_said_of_cores_when_all_were_run(
    gate: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "cores_left_out", dict)
    assert gate.main([]) == 0
    said = capsys.readouterr().out
    assert said.endswith("sanity-1.1  passed        2.0      0.0\n\n3 passed, 0 failed\n")


@pytest.mark.parametrize(("variable", "asked"), [("true", []), ("1", []), ("", ["1.0", "1.1"])])
def test_a_missing_core_fails_where_it_is_wanted(
    gate: ModuleType,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    asked: list[str],
) -> None:
    monkeypatch.setenv("CI", variable)
    monkeypatch.setattr(environments, "ASKED_CORES", asked)
    assert gate.main([]) == 1
    said = capsys.readouterr()
    assert "ansible-core 1.0 needs Python 3.8 or 3.9" in said.err and "passed" not in said.out


def test_a_python_that_a_package_makes_whole_is_not_missing(gate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "missing_package", lambda _versions: "python3-venv")
    assert environments.cores_left_out() == {}


def test_a_run_of_nothing_is_not_green(gate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "cores_left_out", lambda: dict.fromkeys(["1.0", "1.1"], "None is here."))
    assert gate.main(["sanity"]) == 1


def test_what_failed_is_counted_and_named(
    gate: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gate, "run_apart", lambda check: gate.Result(check, check.name != "ruff", 2.0))
    monkeypatch.setattr(gate, "BUILD", tmp_path)
    (tmp_path / "log").mkdir()
    log = tmp_path / "log/ruff.txt"
    log.write_text(f"3 items\nFAILED test_a.py::test_b\nfatal: [a]: FAILED! => {'x' * 9999}\n1 failed\n", "utf-8")
    assert gate.main([]) == 1
    head = "fatal: [a]: FAILED! => "
    shown = f"FAILED test_a.py::test_b\n{head.ljust(gate.CHARACTERS_SHOWN, 'x')}\n1 failed"
    assert capsys.readouterr().out.endswith(f"\nruff:\n{shown}\n\n1 passed, 1 failed, 1 skipped\n")
    log.write_text("Would reformat: a.py\nfound 1 error\n", "utf-8")
    assert gate.main([]) == 1
    assert "\nruff:\nfound 1 error\n" in capsys.readouterr().out


def test_a_run_that_is_ended_ends_its_checks(gate: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One check is told to end as soon as it runs; the second never starts."""
    started: list[subprocess.Popen[bytes]] = []

    def told_to_end(check: Check) -> object:
        process = subprocess.Popen(["sleep", "600"])
        started.append(process)
        gate.RUNNING.append(process)
        os.kill(os.getpid(), signal.SIGTERM)
        return gate.Result(check, process.wait() == 0, 2.0)

    monkeypatch.setattr(gate, "run_apart", told_to_end)
    with pytest.raises(SystemExit, match="Ended by SIGTERM"):
        gate.main(["--jobs", "1"])
    assert [process.wait(60) for process in started] == [-signal.SIGTERM]


def test_an_unknown_core_is_refused(
    gate: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "ASKED_CORES", ["1.1", "1.2"])
    with pytest.raises(SystemExit):
        gate.main([])
    assert "there is no ansible-core '1.2'" in capsys.readouterr().err
