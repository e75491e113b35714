# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arrows between the layers point downwards."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES

ROOT = Path(__file__).resolve().parents[3]
COLLECTION = "ansible_collections.telephony.snom"

# From the bottom up: each package, and what lies right below it. It may import that, and all that lies below that. What
# may run on a jump host is in module_utils; what only the controller runs is in plugin_utils.
BELOW = {
    "plugins/module_utils/_core": (),
    "plugins/module_utils/_known": ("plugins/module_utils/_core",),
    "plugins/module_utils/_phone": ("plugins/module_utils/_known",),
    "plugins/module_utils/_phone/web": ("plugins/module_utils/_phone",),
    "plugins/module_utils/_firmware": ("plugins/module_utils/_phone",),
    "plugins/module_utils/_provisioning": ("plugins/module_utils/_known",),
    # What a mirror shows a phone is a provisioning file.
    "plugins/module_utils/_mirror": ("plugins/module_utils/_provisioning",),
    "plugins/module_utils/_pbx": ("plugins/module_utils/_known",),
    "plugins/module_utils/_phone/sip": (
        "plugins/module_utils/_mirror",
        "plugins/module_utils/_pbx",
        "plugins/module_utils/_phone",
    ),
    "plugins/module_utils/_operations": (
        "plugins/module_utils/_firmware",
        # One tells a phone by its PBX, and sees by the mirror's log what that did.
        "plugins/module_utils/_mirror",
        "plugins/module_utils/_pbx",
    ),
    "plugins/plugin_utils/provisioning": ("plugins/module_utils/_provisioning",),
    # A mirror's log is one of the places for phones' reports.
    "plugins/plugin_utils/witnesses": (
        "plugins/module_utils/_mirror",
        "plugins/module_utils/_pbx",
        "plugins/module_utils/_phone",
    ),
    "plugins/plugin_utils/report": ("plugins/module_utils/_firmware",),
    "plugins/plugin_utils/sources": ("plugins/module_utils/_mirror", "plugins/module_utils/_pbx"),
    "plugins/plugin_utils/rollout": (
        "plugins/module_utils/_phone/sip",
        "plugins/plugin_utils/report",
        "plugins/plugin_utils/witnesses",
    ),
    "plugins/plugin_utils/inventory": (
        "plugins/module_utils/_phone/web",
        "plugins/plugin_utils/provisioning",
        "plugins/plugin_utils/rollout",
    ),
    "plugins/plugin_utils/adoption": ("plugins/plugin_utils/inventory", "plugins/plugin_utils/sources"),
    "plugins/plugin_utils/interview": (
        "plugins/module_utils/_operations",
        "plugins/module_utils/_phone/web",
        "plugins/plugin_utils/rollout",
    ),
    "plugins/plugin_utils/actions": (
        "plugins/module_utils/_operations",
        "plugins/plugin_utils/inventory",
        "plugins/plugin_utils/rollout",
    ),
    "plugins/callback": ("plugins/plugin_utils/actions",),
    "plugins/doc_fragments": (),
    "plugins/filter": ("plugins/module_utils/_operations", "plugins/plugin_utils/inventory"),
    "plugins/inventory": ("plugins/plugin_utils/inventory", "plugins/plugin_utils/sources"),
    "plugins/modules": (
        "plugins/module_utils/_operations",
        # Which way leads to a phone, and with how much of its verbs.
        "plugins/module_utils/_phone/web",
        "plugins/module_utils/_provisioning",
    ),
    "plugins/action": (
        "plugins/plugin_utils/actions",
        "plugins/plugin_utils/adoption",
        "plugins/plugin_utils/interview",
    ),
    "extensions": ("plugins/module_utils/_mirror",),
    # The virtual phones share no code with the library: a fake that imports the client's constants proves nothing.
    "tests/virtual_phones": (),
}
# What of Ansible they may import.
OF_ANSIBLE = {
    "plugins/plugin_utils/actions": "ansible.",
    "plugins/plugin_utils/inventory": "ansible.",
    "plugins/callback": "ansible.",
    "plugins/filter": "ansible.",
    "plugins/inventory": "ansible.",
    "plugins/modules": "ansible.module_utils.",
    "plugins/action": "ansible.",
}
# Imports that go upwards until what they take has a home of its own. This list only gets shorter.
WAITING: dict[str, set[str]] = {}
# Only in _phone/web a phone's web server is spoken to with these. Which other packages speak HTTP or TLS, and to whom.
WEB = {"http", "requests", "ssl", "urllib3"}
WEB_USERS = {
    "plugins/module_utils/_phone/web": "phones",
    "plugins/module_utils/_core": "nobody; how long an answer may take is one rule for all of these",
    "plugins/module_utils/_firmware": "the server that has the image",
    "plugins/module_utils/_mirror": "mirrors",
    "plugins/module_utils/_pbx": "PBXs",
    "plugins/plugin_utils/adoption": "the server that has phones' files of settings",
    "plugins/plugin_utils/inventory": "the server that has the image",
    "plugins/plugin_utils/sources": "DHCP servers",
    "plugins/plugin_utils/witnesses": "phones that report: it is a web server itself",
}
# A page of a phone's web server. Sentences send a person to it by its name in the phone's menu.
PAGE = re.compile(r"\w\.(?:htm|bmp)\b")
# Who names pages all the same, and why.
NAMES_PAGES = {
    "plugins/module_utils/_phone/web": "that is what it is for",
    "plugins/module_utils/_known/taught.py": "users teach by pages: it says how they write one",
    "plugins/plugin_utils/interview": "it looks at pages with a person, and finds what can be taught of them",
}


def python_files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imports(file: Path) -> Iterator[str]:
    """The full name of everything that a file imports: ``package.module.name``."""
    package = ".".join([COLLECTION, *file.relative_to(ROOT).parent.parts])
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parents, *filter(None, [node.module])]) if node.level else str(node.module)
            yield from (f"{base}.{alias.name}" for alias in node.names)


def ours(file: Path) -> set[str]:
    """What a file imports from this collection: the path of each file, or the name where there is no such file."""
    found = set()
    for name in imports(file):
        if name.split(".")[0] in ("ansible_collections", "plugins"):
            path = name.removeprefix(f"{COLLECTION}.").replace(".", "/")
            files = [f"{path}.py", f"{path.rpartition('/')[0]}.py"]
            found.add(next((one for one in files if (ROOT / one).is_file()), name))
    return found


def layer(path: str) -> str | None:
    """The key of BELOW that a file belongs to."""
    return next((key for key in map(str, Path(path).parents) if key in BELOW), None)


def all_below(key: str) -> set[str]:
    return {key}.union(*(all_below(one) for one in BELOW[key]))


FILES = sorted({file for folder in BELOW for file in python_files(folder)} | set(python_files("plugins")))
LIBRARY = python_files("plugins/module_utils", "plugins/plugin_utils")
SHIPPED = python_files("plugins/module_utils")


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_imports_only_what_lies_below(file: Path) -> None:
    key = layer(relative(file))
    assert key is not None
    upward = {name for name in ours(file) if layer(name) not in all_below(key)}
    waiting = WAITING.get(relative(file), set())
    assert upward <= waiting, f"{relative(file)} must not import {min(upward - waiting)}"
    assert waiting <= upward, f"WAITING can forget that {relative(file)} imports {min(waiting - upward)}"


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_only_the_surface_knows_ansible(file: Path) -> None:
    allowed = OF_ANSIBLE.get(str(layer(relative(file))), "nothing of it")
    upward = [name for name in imports(file) if name.split(".")[0] == "ansible" and not name.startswith(allowed)]
    assert not upward, f"{relative(file)} must not import {upward[0]}"


def test_every_folder_of_plugins_has_a_rule() -> None:
    assert {relative(file.parent) for file in python_files("plugins")} <= set(BELOW)


@pytest.mark.parametrize("file", SHIPPED, ids=relative)
def test_library_imports_its_own_relatively(file: Path) -> None:
    names = [
        str(node.module)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level == 0
    ]
    assert not [name for name in names if name.startswith("ansible_collections")]


@pytest.mark.parametrize("file", LIBRARY, ids=relative)
def test_only_one_folder_speaks_http(file: Path) -> None:
    path, package = relative(file), layer(relative(file))
    roots = {name.split(".")[0] for name in imports(file)} & WEB
    assert not roots or package in WEB_USERS, f"{path} must not import {min(roots)}"
    if not {path, package} & set(NAMES_PAGES):
        found = re.search(rf".*{PAGE.pattern}", file.read_text("utf-8"))
        assert not found, f"{path} must not know a page, which is a verb of a phone: {found[0].strip()}"


TESTS_IN_VERBS = [
    ROOT / "tests/unit/phones.py",
    *python_files("tests/unit/module_utils/_operations", "tests/unit/module_utils/_firmware"),
    *python_files("tests/unit/plugin_utils/rollout"),
]


@pytest.mark.parametrize("file", TESTS_IN_VERBS, ids=relative)
def test_tests_of_what_asks_phones_know_no_page(file: Path) -> None:
    """They have phones in memory. A page of a phone is written in the tests of who reads pages."""
    assert not [name for name in imports(file) if "._phone.web" in name]
    # A file of settings, which a phone fetches, is called as its model.
    assert not re.findall(r"/(?!snom)\w+\.htm\b", file.read_text("utf-8"))


@pytest.mark.parametrize("file", SHIPPED, ids=relative)
def test_package_files_are_empty(file: Path) -> None:
    # A module takes along what the package files of its library import.
    assert file.name != "__init__.py" or not file.read_text("utf-8")


COMPILES = re.compile(r"\bre\.(?:match|fullmatch|search|sub|split|findall|finditer)\(r?[fb]?[\"']")


@pytest.mark.parametrize("file", SHIPPED, ids=relative)
def test_patterns_are_compiled_once(file: Path) -> None:
    # Each host has a fresh worker, which compiles anew what its parent has not.
    found = [line.strip() for line in file.read_text("utf-8").splitlines() if COMPILES.search(line)]
    assert not found, f"compile it at the top of {file.name}"


def test_one_name_is_one_thing() -> None:
    """What several files of the library may want has a name that no other file gives to something else."""
    homes: dict[str, list[str]] = {}
    for file in LIBRARY:
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(relative(file))
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


def test_docstrings_have_one_dialect() -> None:
    """What is returned is named, not that it is; and what is said of a field stands below it."""
    found: list[str] = []
    for file in python_files("plugins", "extensions", "tests"):
        text = file.read_text("utf-8")
        lines = text.splitlines()
        fields = [
            node.lineno
            for one in ast.walk(ast.parse(text))
            if isinstance(one, ast.ClassDef)
            for node in one.body
            if isinstance(node, ast.AnnAssign)
        ]
        above = [lines[number - 2] for number in fields if lines[number - 2].lstrip().startswith("# ")]
        found += [f"{relative(file)}: {line}" for line in [*re.findall(r'"""Returns? .*', text), *above]]
    assert found == []


def test_no_import_goes_in_a_circle() -> None:
    try:
        TopologicalSorter({relative(file): ours(file) for file in LIBRARY}).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


def test_the_tables_above_name_what_is_there() -> None:
    assert {*WAITING, *NAMES_PAGES} <= {*map(relative, LIBRARY), *BELOW}
    speaks = {layer(relative(file)) for file in LIBRARY if {name.split(".")[0] for name in imports(file)} & WEB}
    assert speaks == set(WEB_USERS)


# Words of outcomes that are something else somewhere: a field of an end, what a web server says that locks users out, a
# recap; and by file what it is there.
OTHER_MEANINGS = {"triggered", "blocked", "failed"}
NO_LIST = {
    "plugins/action/snom_rollout_result.py": {"planned"},  # an option
    "plugins/module_utils/_operations/settings.py": {"rebooted"},  # a part of its result
    "plugins/module_utils/_pbx/freeswitch.py": {"unreachable"},  # what FreeSWITCH says of a contact
    "plugins/plugin_utils/rollout/options.py": {"unreachable"},  # an option
    # What its step capture is to find out, and so no refusal.
    "playbooks/interview.yml": {"no_fetch"},
    # test_the_role_s_options_are_those_of_the_outcomes holds it to them.
    "roles/firmware_rollout/defaults/main.yml": {"deferred", "not_started"},
    "roles/firmware_rollout/meta/argument_specs.yml": {"deferred", "not_started"},
}
SURFACE = [
    ROOT / name
    for folder in ("playbooks", "roles")
    for name in sorted(str(file.relative_to(ROOT)) for file in (ROOT / folder).rglob("*"))
    if name.endswith((".yml", ".j2"))
]


def words_in(file: Path) -> set[str]:
    """The words of outcomes that a file of code, YAML or templates compares with, lists, or sorts by."""
    text = file.read_text("utf-8")
    if file.suffix == ".py":
        found = {
            element.value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.Compare, ast.Dict, ast.Set, ast.List, ast.Tuple))
            for element in ast.iter_child_nodes(node)
            if isinstance(element, ast.Constant) and isinstance(element.value, str)
        }
    elif file.suffix == ".j2":
        found = set(quoted_in(re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)))
    else:
        found = set(words_of_yaml(yaml.compose(text)))
    return found & (set(OUTCOMES) - OTHER_MEANINGS)


def quoted_in(expression: str) -> list[str]:
    return re.findall(r"[\"']([a-z_]+)[\"']", expression)


def words_of_yaml(node: yaml.Node | None) -> Iterator[str]:
    """What stands in lists, and what expressions name. A key is an option of a task."""
    if isinstance(node, yaml.ScalarNode):
        yield from quoted_in(node.value)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from [one.value] if isinstance(one, yaml.ScalarNode) else []
            yield from words_of_yaml(one)
    elif isinstance(node, yaml.MappingNode):
        for _key, value in node.value:
            yield from words_of_yaml(value)


@pytest.mark.parametrize(
    "file", [one for one in python_files("plugins") if one.name != "outcomes.py"] + SURFACE, ids=relative
)
def test_no_file_but_one_lists_outcomes(file: Path) -> None:
    """What follows from an outcome is asked of the outcome: a list of words would not know the next one."""
    assert words_in(file) == NO_LIST.get(relative(file), set())
