# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""See each check fail: ``python3 tests/gate/mutants.py [NAME ...]`` breaks one thing at a time in a copy.

A mutant is caught when its check fails and names what is wrong. Green when all are caught.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from commands import BUILD, ROOT
from environments import files_of

TREE = BUILD / "mutant"


@dataclass(frozen=True)
class Mutant:
    """One thing that is wrong: in file, old becomes new; or new is added at the end; or the file is new.

    named is what the check must say. tests narrows down pytest's work, as its ``-k`` does.
    """

    name: str
    check: str
    file: str
    old: str
    new: str
    named: str
    tests: str = ""


MUTANTS = [
    Mutant("lint", "ruff", "plugins/module_utils/_core/errors.py", "", "import shutil\n", "F401"),
    Mutant("format", "ruff", "plugins/module_utils/_core/errors.py", "", "x = {  }\n", "would be reformatted"),
    Mutant("type", "mypy", "plugins/module_utils/_core/errors.py", "", 'count: int = "one"\n', "Incompatible types"),
    Mutant("untidy YAML", "yamllint", "galaxy.yml", "", "extra:   [1,2]\n", "too many spaces"),
    Mutant("no licence", "reuse", "plugins/module_utils/nameless.py", "", "NAMELESS = True\n", "nameless.py"),
    Mutant(
        "changelog fragment",
        "changelog",
        "changelogs/fragments/bad.yml",
        "",
        "---\nnonsense:\n  - Something.\n",
        "nonsense",
    ),
    Mutant(
        "task without a name",
        "ansible-lint",
        "roles/firmware_rollout/tasks/main.yml",
        "",
        "\n- ansible.builtin.debug:\n    msg: Hello\n",
        "name[missing]",
    ),
    Mutant(
        "reference to an option that is not there",
        "antsibull-docs",
        "plugins/modules/snom_info.py",
        "description:\n",
        "description:\n  - See O(nonsense).\n",
        "nonsense",
    ),
    Mutant(
        "upward import",
        "conventions",
        "plugins/module_utils/_known/models.py",
        "from .version import Version\n",
        "from .._operations import settle\nfrom .version import Version\n",
        "must not import plugins/module_utils/_operations/settle.py",
        "layers",
    ),
    Mutant(
        "Ansible in the library",
        "conventions",
        "plugins/module_utils/_known/models.py",
        "from .version import Version\n",
        "from ansible.errors import AnsibleError\nfrom .version import Version\n",
        "must not import ansible.errors",
        "layers",
    ),
    Mutant(
        "virtual phones that know the library",
        "conventions",
        "tests/virtual_phones/keys.py",
        "from __future__ import annotations\n",
        "from __future__ import annotations\n\n"
        "from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS\n",
        "tests/virtual_phones/keys.py must not import",
        "layers",
    ),
    Mutant(
        "wrong option in an example",
        "conventions",
        "plugins/modules/snom_firmware.py",
        "    verify_image: full\n",
        "    verify_images: full\n",
        "snom_firmware has no option 'verify_images'",
        "examples",
    ),
    Mutant(
        "wrong option in a template of AWX",
        "awx",
        "extensions/awx/configuration/job_templates.yml",
        "    job_type: run\n",
        "    job_kind: run\n",
        "job_template has no option 'job_kind'",
    ),
    Mutant(
        "playbook that waits for a person",
        "awx",
        "playbooks/plan.yml",
        "  gather_facts: false\n",
        "  gather_facts: false\n  vars_prompt: []\n",
        "vars_prompt",
    ),
    Mutant(
        "wrong choice on a page",
        "conventions",
        "README.md",
        "",
        "\n```yaml\n- telephony.snom.snom_firmware:\n    verify_image: half\n```\n",
        "verify_image can't be 'half'",
        "examples",
    ),
    Mutant(
        "default that no task uses",
        "conventions",
        "roles/firmware_rollout/defaults/main.yml",
        "",
        "firmware_rollout_colour: red\n",
        "defaults and argument_specs name different variables",
        "roles",
    ),
    Mutant(
        "default other than documented",
        "conventions",
        "roles/firmware_rollout/defaults/main.yml",
        "firmware_rollout_max_bad: 0\n",
        "firmware_rollout_max_bad: 1\n",
        "test_documented_defaults_are_the_real_ones",
        "roles",
    ),
    Mutant(
        "fact that is not there",
        "conventions",
        "docs/docsite/rst/phone_facts.rst",
        "phone_fact_1_5:\n\n1.5 Calls\n",
        "phone_fact_1_6:\n\n1.6 Calls\n",
        "'plugins/module_utils/_operations/call.py': ['protocol 1.5']",
        "facts",
    ),
    Mutant(
        "mark without a meaning",
        "conventions",
        "plugins/module_utils/_operations/call.py",
        "inferred from the names of the keys [I].",
        "inferred from the names of the keys [X].",
        "('plugins/module_utils/_operations/call.py', 'X')",
        "facts",
    ),
    Mutant("broken link", "conventions", "README.md", "", "\n[nowhere](docs/nowhere.md)\n", "docs/nowhere.md", "texts"),
    Mutant(
        "package that no page names",
        "conventions",
        "CONTRIBUTING.md",
        " openssl python3-venv shellcheck ",
        " openssl python3-venv ",
        "test_a_page_names_all_that_the_checks_need_of_a_machine",
        "texts",
    ),
    Mutant(
        "module outside the action group",
        "conventions",
        "meta/runtime.yml",
        "    - snom_reboot\n",
        "",
        "an entry in the action group",
        "modules",
    ),
    Mutant("file too many in the artifact", "artifact", "notes.txt", "", "Remember the milk.\n", "notes.txt"),
    Mutant(
        "undocumented result",
        "live",
        "plugins/modules/snom_reboot.py",
        "\nreason:\n",
        "\nreasons:\n",
        "snom_reboot returns reason, which is not documented",
        "snom_reboot and again",
    ),
    Mutant(
        "write in check mode",
        "live",
        "plugins/plugin_utils/actions/phone_action.py",
        "perform(self.operation, parameters, self._task.check_mode,",
        "perform(self.operation, parameters, False,",
        "planned.writes == []",
        "snom_reboot and again",
    ),
    Mutant(
        "password shown",
        "live",
        "plugins/plugin_utils/actions/phone_action.py",
        "            return perform(",
        '            self._display.vv(variables["snom_password"])\n            return perform(',
        "the password is shown",
        "snom_info and again",
    ),
    Mutant(
        "one way returns more than the other",
        "live-slow",
        "plugins/plugin_utils/actions/phone_action.py",
        'ONLY_OF_MODULES = {"invocation"',
        'ONLY_OF_MODULES = {"phone", "invocation"',
        "test_as_a_module_it_does_and_says_the_same[snom_info]",
        "snom_info and says_the_same",
    ),
    Mutant(
        "example that fails",
        "live",
        "plugins/modules/snom_firmware.py",
        "  telephony.snom.snom_firmware:\n    url: http://images.example/fw/snom320-8.7.5.35-SIP-f.bin\n",
        "  telephony.snom.snom_firmware:\n    url: http://images.example/fw/snom320-8.7.5.35.zip\n",
        "Load one image, in the evening",
        "snom_firmware and examples",
    ),
    Mutant(
        "second run that changes something",
        "live",
        "plugins/module_utils/_operations/screen.py",
        "dest.read_bytes() == content",
        'dest.read_bytes() == b""',
        "test_check_do_and_do_again[snom_screen]",
        "snom_screen and again",
    ),
    Mutant(
        "write in a playbook's check mode",
        "playbooks",
        "plugins/plugin_utils/actions/phone_action.py",
        "perform(self.operation, parameters, self._task.check_mode,",
        "perform(self.operation, parameters, False,",
        "check mode writes",
        "test_canary_call and not hears and not needs and not dialed",
    ),
    Mutant(
        "dialing that answers what no real phone does",
        "clients",
        "tests/virtual_phones/commands.py",
        'return replies.redirect("index.htm") if',
        "return replies.nothing() if",
        "test_remote_phone_control_makes_a_call",
        "makes_a_call",
    ),
    Mutant(
        "host that never changes",
        "chaos",
        "plugins/action/snom_rollout_result.py",
        'bool(phone["changed"]) and not given["planned"]',
        "False",
        "is upgraded, and has not changed",
    ),
    Mutant(
        "answer of a phone that nobody reads",
        "pbx",
        "plugins/module_utils/_pbx/kamailio.py",
        "reason=str(reason)",
        'reason=""',
        "has_its_own_answer_told",
        "has_its_own_answer_told",
    ),
    Mutant(
        "User-Agent that Asterisk names otherwise",
        "asterisk",
        "plugins/module_utils/_pbx/asterisk.py",
        'event.get("UserAgent", "")',
        'event.get("User-Agent", "")',
        "test_registrations_name_address_model_version_and_mac",
        "registrations_name",
    ),
    Mutant(
        "phone that boots with what it had before",
        "eda",
        "extensions/eda/plugins/event_source/snom.py",
        '"version_changed": before != version',
        '"version_changed": before == version',
        "the rulebook to tell",
    ),
    Mutant(
        "address and MAC of a lease in each other's place",
        "dhcp",
        "plugins/plugin_utils/sources/dnsmasq.py",
        "address_of(words[2]), mac_of(words[1])",
        "address_of(words[1]), mac_of(words[2])",
        "test_leases_of_a_real_dnsmasq_and_a_real_dhcpd",
        "real_dnsmasq",
    ),
    Mutant(
        "virtual machine among the phones",
        "netbox",
        "docs/docsite/rst/inventory.rst",
        "    query_filters:\n      - manufacturer: snom\n    device_query_filters:\n",
        "    device_query_filters:\n      - manufacturer: snom\n",
        "test_the_recipe_for_netbox_gives_the_phones_and_nothing_else",
    ),
    Mutant(
        "page without a language",
        "pages",
        "plugins/plugin_utils/report/templates/page.html.j2",
        '<html lang="en">',
        "<html>",
        "html-has-lang",
        "axe",
    ),
    Mutant(
        "version that is released twice",
        "release",
        "tests/gate/release.py",
        'f"v{version}"',
        'f"{version}"',
        "test_a_version_that_has_a_tag_is_refused",
        "has_a_tag",
    ),
    Mutant(
        "unequal versions",
        "unit",
        "plugins/module_utils/_known/version.py",
        "tuple(int(number) for number",
        "tuple(int(number) % 10 for number",
        "test_version.py",
        "version",
    ),
    Mutant(
        "phone that does what the demo does not expect",
        "demo",
        "tests/demo/fleet.yml",
        "    faults: {keep_old_version: true}\n",
        "",
        "Unexpected outcomes: {'ward-3': 'upgraded'}",
    ),
    Mutant(
        "unequal versions on one ansible-core",
        "units-2.16",
        "plugins/module_utils/_known/version.py",
        "tuple(int(number) for number",
        "tuple(int(number) % 10 for number",
        "test_version.py",
    ),
    Mutant(
        "write in a target's check mode",
        "targets-2.22",
        "plugins/plugin_utils/actions/phone_action.py",
        "perform(self.operation, parameters, self._task.check_mode,",
        "perform(self.operation, parameters, False,",
        "The phone is calling. The action dial needs one that is idle",
    ),
    Mutant(
        "command of a guide that does not work",
        "guides",
        "docs/docsite/rst/five_minutes.rst",
        "$ ansible-playbook -i inventory.yml telephony.snom.plan",
        "$ ansible-playbook -i inventory.yml telephony.snom.plam",
        "telephony.snom.plam",
        "five_minutes",
    ),
    Mutant(
        "broken reference", "docs", "docs/docsite/rst/five_minutes.rst", "", "\n`nowhere <nowhere.rst>`__\n", "nowhere"
    ),
    Mutant(
        "option without documentation",
        "sanity-2.16",
        "plugins/modules/snom_info.py",
        "\n  gather:\n",
        "\n  gathers:\n",
        "Argument 'gather' is listed in the argument_spec, but not documented in the module documentation",
    ),
]


def main(names: Sequence[str]) -> int:
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    escaped = 0
    for mutant in chosen:
        started = time.monotonic()
        problem = escape(mutant)
        escaped += problem is not None
        verdict = "caught" if problem is None else f"ESCAPED: {problem}"
        print(f"{mutant.check:<15} {mutant.name}: {verdict} ({time.monotonic() - started:.0f} s)", flush=True)
    print(f"\n{len(chosen) - escaped} passed, {escaped} failed")
    return 1 if escaped or not chosen else 0


def escape(mutant: Mutant) -> str | None:
    """Apply one mutation and run its check: why it was not caught, or None."""
    copy_project()
    file = TREE / mutant.file
    before = file.read_text("utf-8") if file.exists() else ""
    if mutant.old not in before:
        return f"{mutant.file} no longer holds {mutant.old!r}; mend the mutant"
    file.write_text(before.replace(mutant.old, mutant.new, 1) if mutant.old else before + mutant.new, "utf-8")
    env = os.environ | ({"PYTEST_ADDOPTS": f"-k '{mutant.tests}'"} if mutant.tests else {})
    command = [sys.executable, str(TREE / "tests" / "gate"), mutant.check]
    done = subprocess.run(
        command,
        cwd=TREE,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (BUILD / "log").mkdir(exist_ok=True)
    (BUILD / "log" / "mutant.txt").write_text(done.stdout, "utf-8")
    if done.returncode == 0:
        return "the check passes"
    return None if mutant.named in done.stdout else f"the check fails, but does not say {mutant.named!r}"


def copy_project() -> None:
    """A fresh copy of the project that uses this checkout's environments."""
    if TREE.exists():
        shutil.rmtree(TREE)
    for name in files_of(ROOT):
        (TREE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, TREE / name, follow_symlinks=False)
    subprocess.run(["git", "init", "--quiet", TREE], check=True)
    (TREE / ".build").mkdir()
    for folder in BUILD.iterdir():
        if folder.name in ("venv", "tools", "home", "others") or folder.name.startswith("core-"):
            (TREE / ".build" / folder.name).symlink_to(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
