# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guides list is there, and commands that need no phone work as they stand."""

from __future__ import annotations

import csv
import os
import pty
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import is_other_word
from ansible_collections.telephony.snom.plugins.module_utils._known.models import GIGASET, MODELS, find_model
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    is_settings_variable,
    numbers_without_quotes,
    parse_settings,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import PORTS, TLS_PORTS
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import CONNECTION_ARGUMENTS
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import read_settings_file

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs" / "docsite" / "rst"


def text(page: str) -> str:
    return (DOCS / f"{page}.rst").read_text("utf-8")


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page, without their indentation."""
    found = re.findall(rf"^( *)\.\. code-block:: {language}\n\n((?:\1   .*\n|\n)+)", text(page), re.MULTILINE)
    return [textwrap.dedent(block).strip() + "\n" for _indent, block in found]


def commands(page: str) -> list[str]:
    return [line[2:] for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ ")]


def cells(page: str) -> list[list[str]]:
    """The rows of a page's tables."""
    rows = re.findall(r"^   \* - (.+(?:\n     .+)*)", text(page), re.MULTILINE)
    return [[" ".join(cell.split()) for cell in re.split(r"\n     - ", row)] for row in rows]


def test_the_cheat_sheet_has_ten_commands_that_are_there() -> None:
    found = [shlex.split(command) for command in commands("cheat_sheet")]
    # Those of a new terminal come first.
    assert [words[0] for words in found[:3]] == [".", "export", "export"] and len(found) == 3 + 10
    for words in found[3:]:
        if words[0] != "ansible-playbook":
            continue
        playbook = words[1].rpartition(".")[2]
        given = {words[number + 1].partition("=")[0] for number, word in enumerate(words) if word == "-e"}
        has_default = "default('phones')" in (ROOT / "playbooks" / f"{playbook}.yml").read_text("utf-8")
        assert ("snom_hosts" in given) is not has_default
        assert [name for name in given - {"snom_hosts"} if f"``{name}``" not in text("playbooks")] == []


def test_mirrors_have_images_where_the_role_puts_them() -> None:
    readme = (ROOT / "roles" / "firmware_mirror" / "README.md").read_text("utf-8")
    (path,) = re.findall(r"`http://MIRROR(/\w+)/`", readme)
    pages = [file.read_text("utf-8") for file in (ROOT / "docs").rglob("*") if file.suffix in (".rst", ".md", ".yml")]
    named = [url for page in pages for url in re.findall(r"snom_mirror: (https?://[\w.]+example\S*)", page)]
    assert len(named) > 6
    assert [url for url in named if not url.endswith(f".example{path}")] == []


def test_ports_are_those_of_the_code() -> None:
    ports = {row[1]: row[2] for row in cells("ports_and_rights") if len(row) == 4}
    names = {"asterisk": "Asterisk", "kamailio": "Kamailio", "freeswitch": "FreeSWITCH", "sip": "phone's SIP port"}
    for kind, port in PORTS.items():
        tls = f", with ``tls`` {TLS_PORTS[kind]}" if kind in TLS_PORTS else ""
        assert ports[names[kind]] == f"{'UDP or TCP' if kind == 'sip' else 'TCP'} {port}{tls}"
    assert ports["phone"] == f"UDP {CONNECTION_ARGUMENTS['snmp_port']['default']}"
    source = (ROOT / "extensions" / "eda" / "plugins" / "event_source" / "snom.py").read_text("utf-8")
    assert re.search(r"default: (\d+)\n  token", source)[1] in ports["host of the rulebook"]  # type: ignore[index]


def test_families_have_each_model_once_with_its_web_server_and_images() -> None:
    with open(ROOT / "plugins" / "plugin_utils" / "inventory" / "firmware_images.csv", encoding="utf-8") as file:
        images = [(row["model"], row["version"]) for row in csv.DictReader(file) if row["version"]]
    seen = []
    for _family, names, versions, server, way, _facts in cells("families")[1:]:
        models = [MODELS[name] for name in names.split(", ")]
        seen += [model.name for model in models]
        assert {model.generation for model in models} == {"classic" if server == "classic" else "phone_manager"}
        assert {model.own_page_decides for model in models} == {"or the classic one" in server}
        assert ("see below" in way) == any(model.chained_from for model in models)
        found = {version for model, version in images if model in names.split(", ")}
        ends = sorted(found, key=Version.parse)[:: max(1, len(found) - 1)]
        assert versions == (" to ".join(ends) or "none")
    assert sorted(seen) == sorted(MODELS)


def test_families_name_phones_by_what_else_they_are_sold_as() -> None:
    page = " ".join(text("families").split())
    chained = [model.name for model in MODELS.values() if model.chained_from]
    assert f"The {', '.join(chained[:-1])} and {chained[-1]} load images from 10.1.184.15 on" in page
    for sold, name in {**GIGASET, "D715": "715", "785": "D785", "D810WB": "D810", "D815W": "D815"}.items():
        assert find_model(sold) is MODELS[name] and sold in page and name in page


def test_the_glossary_is_sorted_and_has_no_word_twice() -> None:
    telephony, ansible = text("glossary").split("\nAnsible\n---")
    words = [re.findall(r"^(\w.*)\n   \w", part, re.MULTILINE) for part in (telephony, ansible)]
    assert words == [sorted(part, key=str.lower) for part in words] and len(words[0]) > 12
    assert len(set(words[0] + words[1])) == len(words[0] + words[1])


def test_the_vault_works_word_by_word(tmp_path: Path) -> None:
    """Each command of the page up to the first job, in one shell, with an editor that writes what the page says."""
    page = "ansible_for_phone_people"
    inventory, secret = blocks(page, "yaml")
    (tmp_path / "inventory.yml").write_text(inventory)
    (tmp_path / "secret.yml").write_text(secret)
    # The page names an editor.
    editor = tmp_path / "bin" / "nano"
    editor.parent.mkdir()
    editor.write_text(f'#!/bin/sh\ncp {tmp_path}/secret.yml "$1"\n')
    editor.chmod(0o755)
    typed = [command for command in commands(page) if not command.startswith("ansible-playbook")]
    shown = "ansible desk-17 -i inventory.yml -m ansible.builtin.debug -a var=snom_password"
    environment = {
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join([str(editor.parent), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PAGER": "cat",
        "LC_ALL": "C.UTF-8",
    }
    (tmp_path / "commands.sh").write_text("\n".join([*typed, shown]))
    # It opens an editor on a terminal only.
    master, slave = pty.openpty()
    with subprocess.Popen(
        ["sh", "-e", "commands.sh"], cwd=tmp_path, env=environment, stdin=slave, stdout=slave, stderr=slave
    ) as run:
        os.close(slave)
        said = b""
        # At its end a terminal is an error.
        with suppress(OSError):
            while read := os.read(master, 65536):
                said += read
        os.close(master)
    output = said.decode()
    assert run.returncode == 0, output
    assert '"snom_password": "the password of the phones"' in output and "|--desk-17" in output
    assert (tmp_path / "group_vars" / "phones" / "vault.yml").read_text().startswith("$ANSIBLE_VAULT;")


def test_the_events_of_the_guide_are_those_of_the_source() -> None:
    source = (ROOT / "extensions" / "eda" / "plugins" / "event_source" / "snom.py").read_text("utf-8")
    types = re.findall(r'"(\w+)"', re.search(r"^TYPES = \((.*?)^\)", source, re.MULTILINE | re.DOTALL)[1])  # type: ignore[index]
    rows = [row for row in cells("events") if row[0].startswith("``action_")]
    assert [row[1].strip("`") for row in rows] == types
    facts = text("phone_facts")
    assert [row[0] for row in rows if row[0] not in facts] == []


def stated(value: Any) -> Iterator[tuple[str, Any]]:
    """The settings within YAML, with the names of their variables; those that a task gives, too."""
    if isinstance(value, list):
        for item in value:
            yield from stated(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if is_settings_variable(str(name)) and item is not None:
                yield str(name), item
            elif name == "telephony.snom.snom_settings" and item:
                yield from ((option, item[option]) for option in ("settings", "secret_settings") if option in item)
            else:
                yield from stated(item)


def test_settings_of_the_guides_and_the_examples_are_taken_without_a_warning() -> None:
    texts = {page.stem: blocks(page.stem, "yaml") for page in DOCS.glob("*.rst")}
    texts |= {str(file): [file.read_text("utf-8")] for file in (ROOT / "docs" / "examples").rglob("*.yml")}
    pages = set()
    for page, yamls in texts.items():
        for name, settings in (
            one for text in yamls for document in yaml.safe_load_all(text) for one in stated(document)
        ):
            pages.add(page)
            read = parse_settings(settings, f"{page}: {name}")
            assert [one.name for one in read if is_other_word(one.name, one.value)] == []
            assert list(numbers_without_quotes(settings)) == []
    assert {"settings", "provisioning", "rollout_by_provisioning", "events"} < pages and len(pages) > 6


def test_another_system_is_told_the_settings_that_the_role_would_publish() -> None:
    page = "rollout_by_provisioning"
    (settings,) = (one for text in blocks(page, "yaml") for _name, one in stated(yaml.safe_load(text)))
    (file,) = (text for text in blocks(page, "xml") if "phone-settings" in text)
    read = {one.wire_name: one.value for one in read_settings_file(file.encode())}
    assert read == {one.wire_name: one.value for one in parse_settings(settings)}
