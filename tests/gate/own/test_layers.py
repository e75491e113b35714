# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arrows between the layers point downwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = "ansible_collections.telephony.snom.plugins"

# The lowest layer of the library: access to one phone, and what is known about phones and images.
ACCESS = {
    "catalog",
    "dialect",
    "errors",
    "http_phone",
    "http_auth",
    "key_events",
    "mac",
    "models",
    "pages",
    "regular_files",
    "setting_names",
    "setting_values",
    "snmp",
    "timed_response",
    "tls",
    "transport",
    "upgrade_path",
    "version",
    "visible",
}
# Operations speak to the transport interface. These reach past it, for the reason given.
HTTP_USERS = {
    "images": "the image lies on a web server, not on a phone",
    "perform": "it opens the connection that operations are given",
}


def imports(file: Path) -> Iterator[str]:
    """The full name of everything that a file imports: ``package.module.name``."""
    package = ".".join(["ansible_collections.telephony.snom", *file.relative_to(ROOT).parent.parts])
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parents, *filter(None, [node.module])]) if node.level else str(node.module)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def siblings(file: Path) -> set[str]:
    """The names of the library's own modules that one of them imports."""
    start = f"{PLUGINS}.module_utils."
    return {name.removeprefix(start).split(".")[0] for name in imports(file) if name.startswith(start)}


def python_files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


LIBRARY = python_files("plugins/module_utils")

# What the files of a folder may import from the rest of this collection and from Ansible.
ALLOWED = {
    "plugins/module_utils": [f"{PLUGINS}.module_utils."],
    "plugins/plugin_utils": [f"{PLUGINS}.module_utils.", f"{PLUGINS}.plugin_utils.", "ansible."],
    "plugins/modules": [f"{PLUGINS}.module_utils.", "ansible.module_utils."],
    "plugins/action": [f"{PLUGINS}.module_utils.", f"{PLUGINS}.plugin_utils.", "ansible."],
    "plugins/filter": [f"{PLUGINS}.module_utils.", f"{PLUGINS}.plugin_utils.", "ansible."],
    "plugins/inventory": [f"{PLUGINS}.module_utils.", f"{PLUGINS}.plugin_utils.", "ansible."],
    "plugins/doc_fragments": [],
    "extensions": [f"{PLUGINS}.module_utils."],
    # The virtual phones share no code with the library: a fake that imports the client's constants proves nothing.
    "tests/virtual_phones": ["ansible_collections.telephony.snom.tests.virtual_phones"],
}


@pytest.mark.parametrize(
    ("file", "allowed"),
    [
        pytest.param(file, allowed, id=relative(file))
        for folder, allowed in ALLOWED.items()
        for file in python_files(folder)
    ],
)
def test_imports_only_what_lies_below(file: Path, allowed: list[str]) -> None:
    ours = [name for name in imports(file) if name.split(".")[0] in ("ansible", "ansible_collections", "plugins")]
    upward = [name for name in ours if not name.startswith(tuple(allowed))]
    assert not upward, f"{relative(file)} must not import {upward[0]}"


def test_every_folder_of_plugins_has_a_rule() -> None:
    folders = {relative(file.parent) for file in python_files("plugins")}
    assert folders <= set(ALLOWED)


@pytest.mark.parametrize("file", LIBRARY, ids=relative)
def test_library_imports_its_own_relatively(file: Path) -> None:
    names = [
        str(node.module)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level == 0
    ]
    assert not [name for name in names if name.startswith("ansible_collections")]


@pytest.mark.parametrize("file", [file for file in LIBRARY if file.stem in ACCESS], ids=relative)
def test_phone_access_knows_nothing_of_operations(file: Path) -> None:
    upward = siblings(file) - ACCESS
    assert not upward, f"{relative(file)} is phone access and must not import the operation {min(upward)}"


@pytest.mark.parametrize("file", [file for file in LIBRARY if file.stem not in ACCESS], ids=relative)
def test_operations_speak_to_the_transport(file: Path) -> None:
    if file.stem in HTTP_USERS:
        return
    roots = {name.split(".")[0] for name in imports(file)} & {"requests", "urllib3", "ssl"}
    assert not roots, f"{relative(file)} is an operation and must not import {min(roots)}"
    assert "http_phone" not in siblings(file), f"{relative(file)} is an operation and must not import http_phone"


def test_no_import_goes_in_a_circle() -> None:
    try:
        TopologicalSorter({file.stem: siblings(file) for file in LIBRARY}).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


def test_the_tables_above_name_what_is_there() -> None:
    there = {file.stem for file in LIBRARY}
    assert there >= ACCESS | set(HTTP_USERS)
