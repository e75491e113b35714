# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration for AWX uses options that the modules of awx.awx have, and names only what it defines.

infra.aap_configuration, whose variables the files fill, is not on PyPI. Its roles hand the items on to these modules,
as setup.yml does.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2.nativetypes import NativeEnvironment
from options import problems

ROOT = Path(__file__).resolve().parents[3]
AWX = ROOT / "extensions" / "awx"
FILES = sorted((AWX / "configuration").glob("*.yml"))
PLAYBOOKS = sorted((AWX / "project").glob("*.yml"))

# The variables of infra.aap_configuration, and the module that takes each of their items.
MODULES = {
    "controller_credential_types": "credential_type",
    "controller_credentials": "credential",
    "controller_execution_environments": "execution_environment",
    "controller_inventories": "inventory",
    "controller_inventory_sources": "inventory_source",
    "controller_projects": "project",
    "controller_schedules": "schedule",
    "controller_templates": "job_template",
    "controller_workflows": "workflow_job_template",
}
NODES = "simplified_workflow_nodes"

# What AWX's pages on surveys say of a question. The module itself takes any dict.
QUESTION: dict[str, type | tuple[type, ...]] = {
    "choices": list,
    "default": (str, int),
    "max": int,
    "min": int,
    "question_description": str,
    "question_name": str,
    "required": bool,
    "type": str,
    "variable": str,
}
QUESTION_TYPES = {"float", "integer", "multiplechoice", "multiselect", "password", "text", "textarea"}
# How AWX tells a playbook from other files of a project, in its older releases.
LISTED_BY_AWX = re.compile(r"^\s*?-?\s*?(?:hosts|include|import_playbook):", re.MULTILINE)


class Loader(yaml.SafeLoader):
    """Reads ``!unsafe``, which keeps AWX's own templates from being filled in here."""


Loader.add_constructor("!unsafe", lambda loader, node: node.value)


def items() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each item of each file, with the variable that it belongs to."""
    for file in FILES:
        for variable, entries in yaml.load(file.read_text("utf-8"), Loader).items():
            # The notification is made up from what the user gives, and the user's own values are no list.
            for entry in entries if isinstance(entries, list) else []:
                yield variable, entry


ITEMS = list(items())


def named(variable: str) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for found, item in ITEMS if found == variable}


def nodes() -> list[dict[str, Any]]:
    return [node for workflow in named("controller_workflows").values() for node in workflow[NODES]]


SURVEYS = [pytest.param(item["survey_spec"], id=item["name"]) for _variable, item in ITEMS if "survey_spec" in item]


@pytest.fixture(scope="module")
def options(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """The options of each module."""
    env = os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(request.config.getoption("--collections"))}
    modules = MODULES | {NODES: "workflow_job_template_node"}
    names = [f"awx.awx.{module}" for module in modules.values()]
    told = subprocess.run(
        [Path(sys.executable).with_name("ansible-doc"), "--json", "--type", "module", *names],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    docs = json.loads(told.stdout)
    return {variable: docs[f"awx.awx.{module}"]["doc"]["options"] for variable, module in modules.items()}


def test_there_is_something_of_each_kind() -> None:
    assert {variable for variable, _item in ITEMS} == MODULES.keys()


@pytest.mark.parametrize(("variable", "item"), ITEMS, ids=lambda part: part if isinstance(part, str) else part["name"])
def test_options_exist_and_have_the_right_type(
    variable: str, item: Mapping[str, Any], options: dict[str, dict[str, Any]]
) -> None:
    item = dict(item)
    for node in item.pop(NODES, []):
        assert list(problems("node", options[NODES], {"workflow_job_template": item["name"], **node})) == []
    assert list(problems(MODULES[variable], options[variable], item)) == []


def test_a_wrong_option_would_be_found(options: dict[str, dict[str, Any]]) -> None:
    wrong = {
        "name": "x",
        "survey": {},
        "job_tyqe": "run",
        "workflow_nodes": [{"identifier": 1, "related": {"next": []}}],
    }
    found = list(problems("workflow", options["controller_workflows"], wrong))
    assert found == ["workflow has no option 'job_tyqe'.", "workflow: workflow_nodes: related has no option 'next'."]


def test_setup_hands_on_all_that_the_configuration_says() -> None:
    handed: dict[str, set[str]] = {}
    for task in yaml.safe_load((AWX / "setup" / "tasks.yml").read_text("utf-8")):
        (variable,) = re.findall(r"controller_\w+", task["loop"])
        (arguments,) = (value for key, value in task.items() if key.startswith("awx.awx."))
        handed.setdefault(variable, set()).update(arguments)
    assert handed.keys() == MODULES.keys() | {"controller_notifications"}
    for variable, item in ITEMS:
        assert item.keys() - handed[variable] <= {NODES}
        for node in item.get(NODES, []):
            assert node.keys() <= handed[variable]


@pytest.mark.parametrize("survey", SURVEYS)
def test_a_survey_has_few_typed_questions_and_dry_run_is_the_default(survey: Mapping[str, Any]) -> None:
    assert survey.keys() == {"name", "description", "spec"}
    assert 0 < len(survey["spec"]) <= 6
    for question in survey["spec"]:
        assert not question.keys() - QUESTION.keys()
        assert {"question_name", "variable", "type", "required"} <= question.keys()
        for key, value in question.items():
            assert isinstance(value, QUESTION[key]), (question["variable"], key)
        assert question["type"] in QUESTION_TYPES
        if question["type"] == "multiplechoice":
            assert question["default"] in question["choices"]
        if question["type"] == "integer":
            assert question["min"] <= question["default"] <= question["max"]
        if question["variable"] == "snom_dry_run":
            assert question["default"] == "yes"


@pytest.mark.parametrize("survey", SURVEYS)
def test_a_survey_asks_for_variables_that_playbooks_read(survey: Mapping[str, Any]) -> None:
    role = yaml.safe_load((ROOT / "roles" / "firmware_rollout" / "defaults" / "main.yml").read_text("utf-8"))
    playbooks = "".join(file.read_text("utf-8") for file in (ROOT / "playbooks").glob("*.yml"))
    asked = {question["variable"] for question in survey["spec"]}
    # One answer goes through a template's own variable first.
    known = role.keys() | {"snom_approved_plan"}
    assert {name for name in asked - known if not re.search(rf"\b{name}\b", playbooks)} == set()


@pytest.mark.parametrize("template", named("controller_templates").values(), ids=lambda template: template["name"])
def test_what_changes_phones_can_be_a_dry_run(template: Mapping[str, Any]) -> None:
    if template["playbook"] == "snom_rollout.yml":
        assert "snom_dry_run" in {question["variable"] for question in template["survey_spec"]["spec"]}


def test_a_phone_that_is_switched_off_ends_no_workflow() -> None:
    """As in the audit, which spares such phones by itself."""
    templates = named("controller_templates")
    run = ("Snom plan", "Snom canary", "Snom rollout")
    assert [templates[name]["extra_vars"]["firmware_rollout_spare_unreachable"] for name in run] == [True] * 3


def test_nobody_is_asked_for_a_part_of_the_phones_that_share_a_web_root() -> None:
    (template,) = (one for one in named("controller_templates").values() if one["playbook"] == "snom_provision.yml")
    assert "survey_spec" not in template and "snom_hosts" in template["extra_vars"]


def test_templates_run_playbooks_of_the_project() -> None:
    used = {template["playbook"] for template in named("controller_templates").values()}
    assert used == {file.name for file in PLAYBOOKS}


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda file: file.name)
def test_awx_lists_the_playbook_and_the_collection_has_what_it_imports(playbook: Path) -> None:
    text = playbook.read_text("utf-8")
    assert LISTED_BY_AWX.search(text)
    (play,) = yaml.safe_load(text)
    name = play["import_playbook"].removeprefix("telephony.snom.")
    assert (ROOT / "playbooks" / f"{name}.yml").is_file()


def test_names_lead_somewhere() -> None:
    known = {variable: set(named(variable)) for variable in MODULES}
    references = {
        "credential_type": known["controller_credential_types"],
        "execution_environment": known["controller_execution_environments"],
        "inventory": known["controller_inventories"],
        "project": known["controller_projects"],
        "source_project": known["controller_projects"],
        "unified_job_template": known["controller_templates"],
    }
    for _variable, item in ITEMS:
        for option, names in references.items():
            assert item.get(option) in names | {None}
    for node in nodes():
        assert "approval_node" in node or node["unified_job_template"] in known["controller_templates"]


def test_each_template_gets_the_login_and_the_password_of_the_vault_if_there_is_one() -> None:
    named_so = yaml.safe_load((AWX / "configuration" / "credentials.yml").read_text("utf-8"))["__snom_awx_credentials"]
    credentials: Any = NativeEnvironment().from_string(named_so)
    assert credentials.render(snom_awx_vault_credential="") == [*named("controller_credentials")]
    assert credentials.render(snom_awx_vault_credential="Vault") == [*named("controller_credentials"), "Vault"]
    # The report asks no phone.
    given = {name: item.get("credentials") for name, item in named("controller_templates").items()}
    assert given == dict.fromkeys(given, "{{ __snom_awx_credentials }}") | {"Snom report": None}


def test_the_workflow_goes_through_every_node_and_asks_before_each_that_changes_phones() -> None:
    relations = ("success_nodes", "failure_nodes", "always_nodes")
    following = {
        node["identifier"]: [after for relation in relations for after in node.get(relation, [])] for node in nodes()
    }
    assert following == {
        "audit": ["plan"],
        "plan": ["plan_approval"],
        "plan_approval": ["canary"],
        "canary": ["approval", "report"],
        "approval": ["rollout"],
        "rollout": ["report"],
        "report": [],
    }
    approvals = {node["identifier"] for node in nodes() if "approval_node" in node}
    assert {before for before, after in following.items() if {"canary", "rollout"} & {*after}} == approvals


def test_who_approves_is_asked_about_what_has_happened() -> None:
    """As a dry run the canaries would end well, and people be asked how they are."""
    (workflow,) = named("controller_workflows").values()
    assert "snom_dry_run" not in {question["variable"] for question in workflow["survey_spec"]["spec"]}
    dry = {node["identifier"]: node["extra_data"]["snom_dry_run"] for node in nodes() if "extra_data" in node}
    assert dry == {"canary": "no", "rollout": "no"}


def filled(template: str, variable: str, **given: object) -> str:
    """What a job gets for a variable of its template, of which AWX hands on the text as it stands."""
    environment = NativeEnvironment()
    text = named("controller_templates")[template]["extra_vars"][variable]
    return str(environment.from_string(text).render(given))


@pytest.mark.parametrize("changes", ["canary", "rollout"])
def test_a_later_plan_does_not_get_into_the_place_of_the_approved_one(changes: str) -> None:
    """A workflow waits a day for its yes, in which somebody may launch the plan alone, or another workflow."""
    (node,) = (node for node in nodes() if node["identifier"] == changes)
    template = node["unified_job_template"]

    def approved(**job: object) -> str:
        return filled(template, "firmware_rollout_approved_plan", **node["extra_data"], **job)

    def written(**job: object) -> str:
        return filled("Snom plan", "firmware_rollout_report_dir", **job) + "/report.json"

    assert approved(awx_workflow_job_id=7) == written(awx_workflow_job_id=7) == "/var/lib/snom/plan/7/report.json"
    assert approved(awx_workflow_job_id=7) not in {written(), written(awx_workflow_job_id=8)}
    # Relaunched on its own it is in no workflow, and must not go without an approval.
    assert approved() not in {"", written()}
    # Whoever launches the template may name a plan, or none.
    assert filled(template, "firmware_rollout_approved_plan", snom_approved_plan="/a/report.json") == "/a/report.json"
    assert filled(template, "firmware_rollout_approved_plan", snom_approved_plan="") == ""
    # AWX drops what a workflow says that was launched before the survey was another one.
    assert (
        filled(template, "firmware_rollout_approved_plan", awx_workflow_job_id=7) == "/var/lib/snom/plan/7/report.json"
    )


def test_no_answer_is_a_template() -> None:
    """AWX hands answers of nodes and surveys on as plain text: only what a template says is filled in."""
    assert "{{" not in json.dumps([node.get("extra_data", {}) for node in nodes()])


def test_answers_of_a_node_are_ones_that_its_template_asks_for() -> None:
    """AWX drops all others without a word."""
    templates = named("controller_templates")
    for node in nodes():
        survey = templates.get(node.get("unified_job_template", ""), {}).get("survey_spec", {"spec": []})
        assert node.get("extra_data", {}).keys() <= {question["variable"] for question in survey["spec"]}


def test_the_login_goes_through_the_environment_only() -> None:
    (kind,) = named("controller_credential_types").values()
    assert kind["injectors"] == {"env": {"SNOM_USERNAME": "{{ username }}", "SNOM_PASSWORD": "{{ password }}"}}
    assert [field["id"] for field in kind["inputs"]["fields"] if field.get("secret")] == ["password"]
