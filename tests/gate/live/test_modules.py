# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module's examples are run against virtual phones, and what it does and returns is compared with what it says."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import yaml
from ansible_collections.telephony.snom.tests.virtual_phones.kamailio import LOGIN, Kamailio
from playing import MIRROR_PASSWORD, PASSWORD, PHONES, ROOT, Run, Site, module_docs, open_site

MODULES = sorted(file.stem for file in (ROOT / "plugins" / "modules").glob("*.py"))
CATALOG = "files/images.yml"

# What is done for real with each module: tasks, on all phones.
ROLLOUT = {"catalog": CATALOG, "flash_time": 20, "report_dir": "report", "unknown_call_state": "proceed"}
ROLLOUT_TASK = {"telephony.snom.snom_rollout": ROLLOUT, "run_once": True, "register": "rollout"}
# The password is the one that they have; so it needs no write.
SETTINGS = {"language": "Deutsch", "fkey": {"0": "speed 110"}, "http_pass": PASSWORD}
PUBLISH = {"web_root": "www", "base_url": "https://provisioning.example"}
PUBLISH_TASK = {"telephony.snom.snom_provisioning": PUBLISH, "run_once": True}
REAL: dict[str, list[dict[str, Any]]] = {
    "snom_call": [{"telephony.snom.snom_call": {"action": "hangup_all"}}],
    "snom_call_list": [{"telephony.snom.snom_call_list": {}}],
    "snom_catalog": [{"telephony.snom.snom_catalog": {"catalog": CATALOG}, "run_once": True}],
    "snom_factory_reset": [{"telephony.snom.snom_factory_reset": {"confirm": "{{ snom_mac }}"}}],
    "snom_firmware": [{"telephony.snom.snom_firmware": {"catalog": CATALOG, "flash_time": 20}}],
    "snom_firmware_info": [{"telephony.snom.snom_firmware_info": {"catalog": CATALOG}, "run_once": True}],
    "snom_identity": [{"telephony.snom.snom_identity": {"line": "all", "state": "logged_off"}}],
    "snom_info": [{"telephony.snom.snom_info": {"gather": ["system", "home", "gui", "settings"]}}],
    "snom_interview": [{"telephony.snom.snom_interview": {"profile": "{{ inventory_hostname }}-profile.json"}}],
    "snom_key": [{"telephony.snom.snom_key": {"keys": "P1"}}],
    "snom_mirror_info": [
        {"telephony.snom.snom_mirror_info": {"paths": ["access.log"]}, "delegate_to": "localhost", "run_once": True}
    ],
    "snom_pbx_info": [{"telephony.snom.snom_pbx_info": {}, "run_once": True}],
    "snom_provisioning": [PUBLISH_TASK],
    "snom_reboot": [{"telephony.snom.snom_reboot": {"deadline": 60}}],
    "snom_ringer": [{"telephony.snom.snom_ringer": {"ringer": 1}}],
    "snom_rollout": [ROLLOUT_TASK],
    "snom_rollout_result": [
        ROLLOUT_TASK,
        {"telephony.snom.snom_rollout_result": {"rollout": "rollout"}},
    ],
    "snom_screen": [{"telephony.snom.snom_screen": {"dest": "{{ inventory_hostname }}.bmp"}}],
    "snom_setting_files": [
        {"telephony.snom.snom_setting_files": {"path": "served", "dest": "adopted"}, "run_once": True}
    ],
    "snom_settings": [{"telephony.snom.snom_settings": {"settings": SETTINGS}}],
    "snom_sync": [{"telephony.snom.snom_sync": {}}],
}
# Modules that serve a fleet from the controller; there is no other way to run them here.
FLEET = {
    *("snom_catalog", "snom_firmware_info", "snom_interview", "snom_pbx_info", "snom_provisioning"),
    *("snom_rollout", "snom_rollout_result", "snom_setting_files"),
}

# Modules that reach phones through the PBX.
BY_PBX = {"snom_sync"}

# What every result of Ansible may hold beside what a module documents.
COMMON = {"changed", "failed", "msg", "diff", "skipped", "warnings", "deprecations", "failed_when_result"}
TYPES: dict[str, type | tuple[type, ...]] = {
    "bool": bool,
    "dict": dict,
    "float": (int, float),
    "int": int,
    "list": list,
    "str": str,
}


def as_plays(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": "Try a module", "hosts": "phones", "gather_facts": False, "tasks": tasks}]


def examples(name: str, site: Site) -> list[dict[str, Any]]:
    """A module's examples as plays that run here: what stands for a user's own is replaced."""
    text: str = module_docs(name)["examples"]
    for shown, real in {
        "http://images.example": site.fleet.images,
        "192.0.2.17": PHONES["hall"]["address"],
        "/var/lib/rollout/": f"{site.folder}/",
        "/tmp/stop-rollout": f"{site.folder}/stop-rollout",
        "approved/report.json": f"{site.folder}/report/report.json",
        "/srv/provisioning": f"{site.folder}/www",
        "/srv/served": f"{site.folder}/served",
        "/var/log/snom-mirror/": f"{site.folder}/",
        "jump.example": "localhost",
        "mirror.example": "localhost",
        "host: pbx.example": f"host: {site.pbx.address}",
        "5080": str(site.pbx.rpc_port),
    }.items():
        text = text.replace(shown, real)
    found: list[dict[str, Any]] = yaml.safe_load(text)
    plays = found if "hosts" in found[0] else as_plays(found)
    # The virtual phones' images are small; the built-in catalogue knows the sizes of the real ones.
    images = {
        f"telephony.snom.{module}": {"catalog": CATALOG}
        for module in ("snom_firmware", "snom_firmware_info", "snom_rollout")
    }
    return [play | {"module_defaults": images} for play in plays]


def check_output(run: Run) -> None:
    """Nothing that worries or betrays the user. How a task failed is told; that is checked elsewhere."""
    assert [line for line in run.output.splitlines() if line.startswith(("[WARNING]", "[DEPRECATION"))] == []
    assert "Traceback" not in run.output
    login = b64encode(f"admin:{PASSWORD}".encode()).decode()
    for secret in (
        PASSWORD,
        quote(PASSWORD, safe=""),
        quote_plus(PASSWORD),
        quote(PASSWORD),
        login,
        LOGIN[1],
        MIRROR_PASSWORD,
    ):
        assert secret not in run.output, "the password is shown"


def undocumented(where: str, result: Mapping[str, Any], documented: Mapping[str, Any]) -> Iterator[str]:
    for key, value in result.items():
        if key not in documented:
            yield f"{where} returns {key}, which is not documented."
        else:
            yield from mistyped(f"{where}.{key}", value, documented[key])


def mistyped(where: str, value: Any, documented: Mapping[str, Any]) -> Iterator[str]:
    """How a value differs from its documentation. Null stands for what is not known."""
    kind = documented["type"]
    if value is None:
        return
    if kind in TYPES and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "bool")):
        yield f"{where} is {value!r}, but is documented as {kind}."
        return
    if contains := documented.get("contains"):
        values = value if isinstance(value, list) else [value]
        if kind == "dict" and not set(value) & set(contains):
            values = list(value.values())  # a mapping by name, such as phones by host
        for one in values:
            yield from undocumented(where, one, contains)


def check_documentation(name: str, results: list[dict[str, Any]]) -> None:
    documented = module_docs(name)["return"]
    known = documented | {key: {"type": "any"} for key in COMMON - set(documented)}
    bad = [problem for result in results for problem in undocumented(name, result, known)]
    for key, entry in documented.items():
        if entry["returned"] in ("always", "success"):
            bad += [f"{name} does not return {key}, which is documented." for result in results if key not in result]
    assert not bad, "\n".join(sorted(set(bad)))


def steady(value: Any, folder: Path) -> Any:
    """A result without what differs from run to run: folder, times, which are floats, how long a phone has been up."""
    if isinstance(value, dict):
        return {key: steady(one, folder) for key, one in value.items() if "uptime" not in key}
    if isinstance(value, list):
        return [steady(one, folder) for one in value]
    if isinstance(value, str):
        return value.replace(str(folder), "folder")
    return "a time" if isinstance(value, float) else value


@pytest.mark.parametrize("name", MODULES)
def test_examples_run_in_check_mode(name: str, kamailio: Kamailio, tmp_path: Path) -> None:
    """Each example ends well on one of the phones at least, and no phone is touched."""
    with open_site(tmp_path, kamailio, registers=name in BY_PBX) as site:
        if "approved/report.json" in module_docs(name)["examples"]:
            site.play(as_plays([ROLLOUT_TASK]), "--check")  # writes the plan that an example approves
        if "rollback: true" in module_docs(name)["examples"]:
            for url in ("https://one.example", "https://two.example"):  # an example goes back to the first one
                site.play(as_plays([PUBLISH_TASK | {"telephony.snom.snom_provisioning": PUBLISH | {"base_url": url}}]))
        run = site.play([play | {"ignore_errors": True} for play in examples(name, site)], "--check", "--diff")
    check_output(run)
    assert run.writes == []
    ended: dict[str, list[dict[str, Any]]] = {}
    for recorded in run.results:
        ended.setdefault(recorded["task"], []).append(recorded["result"])
    assert ended
    for task, results in ended.items():
        messages = [result.get("msg") for result in results]
        assert any(not result.get("failed") for result in results), f"{task}: {messages}"
    check_documentation(name, [result for result in run.of(name) if not result.get("failed")])


@pytest.mark.parametrize("name", MODULES)
def test_check_do_and_do_again(name: str, kamailio: Kamailio, tmp_path: Path) -> None:
    with open_site(tmp_path, kamailio, registers=name in BY_PBX) as site:
        planned, done = check_and_do(name, site)
        assert planned.writes == []
        for run in (planned, done):
            check_output(run)
            check_documentation(name, run.of(name))
        assert [result["changed"] for result in planned.of(name)] == [result["changed"] for result in done.of(name)]
        if module_docs(name)["doc"]["attributes"]["idempotent"]["support"] in ("full", "partial"):
            again = site.play(as_plays(REAL[name]), "--diff")
            assert again.code == 0, again.output
            check_output(again)
            check_documentation(name, again.of(name))
            assert not any(result["changed"] for result in again.of(name))
            assert again.writes == []


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(MODULES) - FLEET))
def test_as_a_module_it_does_and_says_the_same(name: str, kamailio: Kamailio, tmp_path: Path) -> None:
    """In this process and as a module, where it runs as both: phones and results see no difference."""
    folders = tmp_path / "in_process", tmp_path / "as_module"
    with open_site(folders[0], kamailio, registers=name in BY_PBX) as site:
        in_process = check_and_do(name, site)
    with open_site(folders[1], kamailio, registers=name in BY_PBX) as site:
        as_module = check_and_do(name, site, snom_in_process=False)
    for here, there in zip(in_process, as_module, strict=True):
        check_output(there)
        assert steady(here.of(name), folders[0]) == steady(there.of(name), folders[1])
        assert there.writes == here.writes


def check_and_do(name: str, site: Site, **variables: object) -> tuple[Run, Run]:
    """What a module leaves behind in check mode, and then when it does its work."""
    planned = site.play(as_plays(REAL[name]), "--check", "--diff", **variables)
    assert planned.code == 0, planned.output
    done = site.play(as_plays(REAL[name]), "--diff", **variables)
    assert done.code == 0, done.output
    return planned, done
