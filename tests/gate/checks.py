# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks, in the order of the table that ``make test`` ends with. Each raises GateError when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from environments import BUILD, CORES, ROOT, Core, copy_collection, environment, link_collections, run


@dataclass(frozen=True)
class Check:
    """One line of the table. group is what a make target runs as one."""

    name: str
    group: str
    about: str
    run: Callable[[], None]


def _pytest(*arguments: str | Path) -> None:
    run(
        environment("venv") / "bin" / "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *arguments,
        env={"PYTHONPATH": str(link_collections()), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _ruff() -> None:
    ruff = environment("venv") / "bin" / "ruff"
    run(ruff, "format", "--check", ROOT)
    run(ruff, "check", ROOT)


def _mypy() -> None:
    mypy = environment("venv") / "bin" / "mypy"
    run(mypy, "-p", "ansible_collections.telephony.snom.plugins", env={"MYPYPATH": str(link_collections())})
    run(mypy, ROOT / "tests" / "gate", env={"MYPYPATH": str(ROOT / "tests" / "gate")})


CHECKS = [
    Check("ruff", "lint", "Python is formatted and free of lint", _ruff),
    Check("mypy", "lint", "types hold, strictly", _mypy),
    Check("unit", "unit", "unit tests, on the everyday ansible-core", partial(_pytest, "tests/unit")),
]
