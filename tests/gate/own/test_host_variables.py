# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of all host variables is that of the table below, and the table names those that the code reads.

``PYTHONPATH=.build python`` and the name of this file writes the page.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import HOST_VARIABLES
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import PhoneAction
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import (
    FleetVariables,
    read_stated,
    read_targets,
)
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "docsite" / "rst" / "host_variables.rst"
HEAD = """..
  Copyright (c) 2026, the telephony.snom contributors
  GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.telephony.snom.docsite.host_variables:

All host variables
==================

A variable of a group holds for all its hosts; one of a host wins. Where a module has an option of the same meaning, the
option wins. A test compares this page with what the code reads.

"""
CONNECTION = """
How to reach a phone
--------------------

Every module that talks to a phone reads these, and so do rollouts and all playbooks. Each is an option of the module as
well, and what it means in full stands there:
`snom_info <../../../plugins/modules/snom_info.py>`__.

"""
EXAMPLES = {
    "host": "192.0.2.17",
    "port": "8080",
    "scheme": "http",
    "username": "admin",
    "password": '"{{ vault_snom_password }}"',
    "auth": "digest",
    "validate_certs": "false",
    "ca_path": "/etc/ssl/phones.pem",
    "cert_fingerprint": '"' + "ab" * 32 + '"',
    "tls_min_version": "TLSv1",
    "tls_ciphers": "DEFAULT@SECLEVEL=0",
    "timeout": "20",
    "mac": '"000413922D24"',
    "snmp": "true",
    "snmp_port": "1161",
    "snmp_community": "phones",
    "taught": "[]",
    "transport": "sip",
}
# Name; what it says; who reads it beside what all do; default; example.
# Those whose actions spare protected phones.
WRITERS = (
    "snom_firmware, snom_settings, snom_reboot, snom_factory_reset, snom_sync, snom_identity, snom_key, snom_call, "
    "snom_call_list, snom_ringer, snom_screen"
)
WANTED = [
    (
        "snom_firmware_version",
        "The version that the phone should run. In quotes where YAML would read a number.",
        "snom_firmware, snom_rollout, snom_catalog, snom_firmware_info, snom_provisioning, drift, audit",
        "",
        "10.1.175.16",
    ),
    (
        "snom_firmware_versions",
        "The same by model, where ``snom_firmware_version`` is not set.",
        "snom_firmware, snom_rollout, snom_catalog, snom_firmware_info, snom_provisioning, drift, audit",
        "",
        '{"320": 8.7.5.35, D785: 10.1.175.16}',
    ),
    (
        "snom_expansion_firmware",
        "The file with the firmware of its expansion modules, as the catalogue has it.",
        "snom_firmware_info, snom_provisioning",
        "",
        "snomD7C-1.9.1-r.bin",
    ),
    (
        "snom_model",
        "The model that the phone must be. Where it is another one, nothing is done to it.",
        "snom_firmware, snom_rollout, snom_catalog, snom_firmware_info, snom_provisioning",
        "",
        "D785",
    ),
    (
        "snom_mirror",
        "Base URL of a server on which images lie by their names.",
        "snom_firmware, snom_rollout, snom_provisioning",
        "where the catalogue has them",
        "http://mirror.example/fw",
    ),
    (
        "snom_mirror_control",
        "How the controller reaches the mirror's control: ``url``, ``username``, ``password``, ``ca_path``, …",
        "snom_sync, snom_rollout",
        "",
        "{url: 'https://mirror.example', username: ansible, password: '{{ vault_snom_mirror }}'}",
    ),
    (
        "snom_settings",
        "Settings of the phone.",
        "snom_settings, snom_provisioning, snom_sync, snom_rollout, drift, restore",
        "",
        "{language: Deutsch}",
    ),
    (
        "snom_settings_…",
        "More settings, under ``snom_settings``: they go over each other in the order of their names.",
        "snom_settings, snom_provisioning, snom_sync, snom_rollout, drift, restore",
        "",
        "{language: English}",
    ),
    (
        "snom_phone_book",
        "Entries of the phone's own phone book.",
        "snom_provisioning",
        "",
        '[{name: Reception, number: "100"}]',
    ),
    (
        "snom_phone_book_complete",
        "Whether these replace what is in the phone. If not, they go beside it, by their numbers.",
        "snom_provisioning",
        "true",
        "false",
    ),
]
FLEET = [
    (
        "snom_site",
        "The site that shares a line and a window.",
        "snom_rollout, audit, drift",
        "one site for all without",
        "berlin",
    ),
    (
        "snom_group",
        "Phones that must not restart together: a ward, a switch, a power supply.",
        "snom_rollout",
        "",
        "ward-3",
    ),
    ("snom_wave", "The first wave in which the phone may have its turn.", "snom_rollout", "1", "3"),
    (
        "snom_protected",
        "Nothing changes, rings or presses this phone.",
        f"{WRITERS}, snom_rollout",
        "false",
        "true",
    ),
    (
        "snom_protected_override",
        "Protected hosts that are meant all the same. Give it for one run, with ``-e``.",
        f"{WRITERS}, snom_rollout",
        "",
        "[lift]",
    ),
    (
        "snom_allow_cleartext_secrets",
        "Whether keys that are a secret, such as a PIN, may go over http.",
        "snom_key, snom_call",
        "false",
        "true",
    ),
    (
        "snom_in_process",
        "False runs modules as ordinary ones, in a process of their own.",
        f"snom_info, {WRITERS}",
        "true",
        "false",
    ),
]
WITNESSES = [
    (
        "snom_call_state",
        "Whether somebody talks on the phone, where you know: ``idle``, ``in_call`` or ``unknown``.",
        "snom_firmware, snom_rollout, snom_reboot, snom_settings, snom_sync, snom_call",
        "",
        "idle",
    ),
    (
        "snom_pbx",
        "The PBX: ``kind``, ``host``, ``port``, ``username``, ``password``, ``tls``, …",
        "snom_pbx_info, snom_sync, snom_rollout, snom_firmware, snom_reboot, snom_settings, audit",
        "",
        "{kind: asterisk, host: pbx.example, username: ansible, password: '{{ vault_snom_pbx_password }}'}",
    ),
    (
        "snom_account",
        "The phone's account at the PBX. In quotes: YAML makes 257 of ``0401``, and numbers are warned about.",
        "snom_rollout, snom_sync, audit",
        "by MAC or address",
        '"401"',
    ),
    (
        "snom_collector",
        "Where its own reports arrive: ``url`` as phones see it, and ``listen``; without that the mirror's log.",
        "snom_rollout, snom_firmware, snom_reboot, snom_settings",
        "",
        "{url: 'http://192.0.2.10:8099', listen: '192.0.2.10:8099'}",
    ),
    ("snom_test_phone", "Whether it is one of the two phones of ``canary_call``.", "canary_call", "false", "true"),
    ("snom_test_number", "What ``canary_call`` dials to reach it.", "canary_call", "its first identity", '"101"'),
]
FOUND = [
    (
        "snom_firmware_seen",
        "The version that ran when a source saw the phone. The inventory plugin sets it; nothing reads it.",
        "telephony.snom.phones",
        "",
        "10.1.84.12",
    ),
    (
        "snom_sources",
        "What each source says of the phone. The inventory plugin sets it.",
        "telephony.snom.phones",
        "",
        "{}",
    ),
]
SECTIONS = {
    "What a phone should have": WANTED,
    "Where it stands in a fleet": FLEET,
    "What others know of it": WITNESSES,
    "What is found, not said": FOUND,
}
OTHERS = [row for rows in SECTIONS.values() for row in rows]
# Names in the code that begin alike and are none: metrics, and a prefix.
NO_VARIABLES = re.compile(r"snom_(adopted_secrets|audit_time_seconds|phone_|phone_info|settings_(all)?)")


def options() -> dict[str, dict[str, Any]]:
    """The connection options, as modules document them."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    return found


def connection_rows() -> Iterator[list[str]]:
    for option, documented in options().items():
        about = as_rst(documented["description"][0])
        yield [
            f"``{HOST_VARIABLES[option]}``",
            about,
            default(documented.get("default", "")),
            example(EXAMPLES[option]),
        ]


def as_rst(text: str) -> str:
    text = re.sub(r"\bR\(([^,)]*), ansible_collections\.telephony\.snom\.docsite\.(\w+)\)", r"`\1 <\2.rst>`__", text)
    return re.sub(r"\b[CVO]\(([^)]*)\)", r"``\1``", text)


def default(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"``{text}``" if text and " " not in text else text


def example(text: str) -> str:
    return f"``{text}``"


def page() -> str:
    head = [
        '"Variable", "What it says", "Default", "Example"',
        '"Variable", "What it says", "Read by", "Default", "Example"',
    ]
    parts = [HEAD, CONNECTION.lstrip("\n"), table(head[0], "20 44 12 24", connection_rows())]
    for title, rows in SECTIONS.items():
        lines = [
            [f"``{name}``", about, marked(readers), default(value), example(shown)]
            for name, about, readers, value, shown in rows
        ]
        parts.append(f"\n{title}\n{'-' * len(title)}\n\n" + table(head[1], "18 30 22 10 20", lines))
    return "".join(parts)


def marked(readers: str) -> str:
    return ", ".join(f"``{name}``" for name in readers.split(", "))


def table(head: str, widths: str, rows: Any) -> str:
    lines = "".join("   " + ", ".join('"{}"'.format(cell.replace('"', '""')) for cell in row) + "\n" for row in rows)
    return f".. csv-table::\n   :header: {head}\n   :widths: {widths}\n\n{lines}"


def read_by_code() -> set[str]:
    """The names of host variables that stand in the library."""
    modules = {file.stem for file in (ROOT / "plugins" / "modules").glob("*.py")}
    found = set()
    for folder in ("action", "filter", "inventory", "module_utils", "plugin_utils"):
        for file in (ROOT / "plugins" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found |= {node.value} if re.fullmatch(r"snom_[a-z_]+", node.value) else set()
    return {name for name in found - modules | set(HOST_VARIABLES.values()) if not NO_VARIABLES.fullmatch(name)}


def test_the_page_is_that_of_the_table() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_the_page_has_the_variables_that_the_code_reads() -> None:
    listed = {row[0] for row in OTHERS}
    in_playbooks = {"snom_test_phone", "snom_test_number"}
    # The settings' variables are told by their beginning.
    assert listed - {"snom_settings_…", "snom_settings"} - in_playbooks | set(HOST_VARIABLES.values()) == read_by_code()
    playbooks = "".join(file.read_text("utf-8") for file in (ROOT / "playbooks").rglob("*") if file.is_file())
    assert [name for name in in_playbooks if not re.search(rf"\b{name}\b", playbooks)] == []


def test_each_module_that_writes_is_told() -> None:
    found = set()
    for file in (ROOT / "plugins" / "action").glob("snom_*.py"):
        action = import_module(f"ansible_collections.telephony.snom.plugins.action.{file.stem}").ActionModule
        found |= {file.stem} if issubclass(action, PhoneAction) and action.writes else set()
    assert set(WRITERS.split(", ")) == found


def test_its_readers_are_there() -> None:
    there = {file.stem for folder in ("plugins/modules", "playbooks") for file in (ROOT / folder).glob("*.*")}
    readers = {name for row in OTHERS for name in row[2].split(", ")}
    assert readers - there == {"telephony.snom.phones"}


def host() -> dict[str, Any]:
    shown = {HOST_VARIABLES[option]: yaml.safe_load(text) for option, text in EXAMPLES.items()}
    shown |= {row[0]: yaml.safe_load(row[4]) for row in OTHERS}
    # What stands in a vault is a text.
    shown["snom_password"] = "secret"
    shown["snom_pbx"]["password"] = shown["snom_mirror_control"]["password"] = "secret"
    # One of the two ways to trust a certificate.
    return {name: value for name, value in shown.items() if name not in ("snom_ca_path", "snom_validate_certs")}


def test_its_examples_are_taken_as_they_stand() -> None:
    class HostVars(dict[str, dict[str, Any]]):
        raw_get = dict.__getitem__
        _variable_manager = SimpleNamespace(get_vars=lambda play, task: {})

    fleet = FleetVariables(HostVars(desk=host()), {}, None)
    (target,) = read_targets(["desk"], fleet, {})
    assert (target.site, target.group, target.wave, target.model) == ("berlin", "ward-3", 3, "D785")
    assert not target.protected or "lift" in host()["snom_protected_override"]
    (one,) = read_stated(["desk"], fleet)
    assert str(one.version) == "10.1.175.16"


@pytest.mark.parametrize("name", sorted(HOST_VARIABLES))
def test_every_way_to_a_phone_has_an_example(name: str) -> None:
    assert name in EXAMPLES and name in options()


def test_a_number_that_is_dialed_needs_quotes() -> None:
    """Of snom_test_number: 0107 YAML makes 71, and text of that is a number of somebody else."""
    *_others, play = yaml.safe_load((ROOT / "playbooks" / "canary_call.yml").read_text("utf-8"))
    (conditions,) = (
        task["ansible.builtin.assert"]["that"] for task in play["tasks"] if "ansible.builtin.assert" in task
    )
    known: dict[str, Any] = {"call_state": "idle", "identities": [{"user": "100@pbx.example"}]}
    phone = {"snom_protected": False, "canary_phone": {"phone": known}}
    environment = Environment(autoescape=True)
    environment.filters["bool"] = bool

    def passes(**variables: object) -> bool:
        return all(environment.compile_expression(one)(**phone, **variables) for one in conditions)

    assert passes() and passes(snom_test_number="0107") and not passes(snom_test_number=71)
    # An identity that is registered may show no user, and a phone none.
    for identities in ([{"user": None}], [], None):
        known["identities"] = identities
        assert not passes() and passes(snom_test_number="0107")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
