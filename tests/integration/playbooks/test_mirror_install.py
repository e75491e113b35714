# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role firmware_mirror does to an nginx that was there before it. The managers are not the real ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from .bench import Run, phone
from .conftest import StartBench

MANAGER = """\
import json
from ansible.module_utils.basic import AnsibleModule

module = AnsibleModule({"name": {}, "state": {}, "enabled": {"type": "bool"}})
with open(%r, "a") as file:
    file.write(json.dumps(module.params) + "\\n")
module.exit_json(changed=True)
"""


@pytest.fixture
def installs(start: StartBench) -> Any:
    """Run install.yml with a package to install, and return what it asked of the managers."""

    def installs(*before: Path) -> list[dict[str, Any]]:
        found = start({"desk": phone()})
        asked, library = found.folder / "asked.jsonl", found.folder / "library"
        library.mkdir()
        for manager in ("packages", "services"):
            (library / f"{manager}.py").write_text(MANAGER % str(asked))
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        found.inventory["mirrors"] = {"hosts": {"box": local}}
        managers = {"pkg_mgr": "ansible.legacy.packages", "service_mgr": "ansible.legacy.services", "cacheable": True}
        role = {"name": "telephony.snom.firmware_mirror", "tasks_from": "install.yml"}
        tasks = [{"ansible.builtin.set_fact": managers}, {"ansible.builtin.include_role": role}]
        run: Run = found.play(
            [{"hosts": "box", "gather_facts": False, "tasks": tasks}],
            variables={"__firmware_mirror_of_nginx": list(map(str, before))} if before else {},
            env={"ANSIBLE_LIBRARY": str(library)},
            rehearse=False,
        )
        assert run.code == 0, run.output
        return [json.loads(line) for line in asked.read_text().splitlines()]

    return installs


def test_an_nginx_that_serves_other_things_goes_on(installs: Any) -> None:
    """This machine has one, of which nginx-light need not be a part: that package can come to it."""
    assert [call["name"] for call in installs()] == ["nginx-light"]


@pytest.mark.slow
def test_the_service_that_came_with_the_package_is_stopped(installs: Any, tmp_path: Path) -> None:
    package, service = installs(tmp_path / "nowhere" / "nginx")
    assert package["name"] == "nginx-light"
    assert service == {"name": "nginx", "state": "stopped", "enabled": False}
