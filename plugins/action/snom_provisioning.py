# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task that renders the provisioning files of a play's phones here, and publishes them where the web root is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.publish import (
    ARGUMENT_SPEC,
    Publication,
    pack,
    publish_content,
    read_mode,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.fleet_action import FleetAction
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.phone_action import ONLY_OF_MODULES
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import controller_path, load_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import FleetVariables
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.provisioned_fleet import (
    known_phones,
    phones_by_mac,
    read_entries,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.render import RenderOptions, render

# The rest is for rendering. A module writes its options into the log of its machine, where no phone book belongs.
_OF_PUBLISHING = ("web_root", "base_url", "keep", "mode", "owner", "group", "rollback", "allow_removal")


class ActionModule(FleetAction):
    # One task for all hosts of the play; a strategy that can't do that refuses it.
    BYPASS_HOST_LOOP = True

    def serve(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Render and publish."""
        self._check_task(task_vars)
        parameters: dict[str, Any] = to_plain(self.parameters(ARGUMENT_SPEC, paths=["catalog"]))
        content, warnings = self._content(task_vars, parameters)
        self.parent.check()
        if self._runs_module():
            result = self._run_module(content, parameters, task_vars)
        else:
            if parameters["web_root"]:
                parameters["web_root"] = controller_path(parameters["web_root"])
            result = publish_content(content, parameters, self._task.check_mode, before_switch=self.parent.check)
        if not self._task.diff:
            result.pop("diff", None)
        if warnings:
            result["warnings"] = [*result.get("warnings", []), *warnings]
        return result

    def _check_task(self, task_vars: Mapping[str, Any]) -> None:
        # ansible-pull can't do without a limit.
        if task_vars.get("ansible_limit") not in (None, "", "all"):
            raise InputError(
                "A run with --limit would take the files of all other phones away. Run without it; for a part of the "
                "phones with a web_root of its own, let hosts name them (snom_hosts, in the playbooks)."
            )
        self.require_run_once()
        if self._play_context.become and not self._task.delegate_to:
            raise InputError(
                "become needs a host: set delegate_to to the host with the web root, which may be localhost."
            )

    def _content(
        self, task_vars: Mapping[str, Any], parameters: Mapping[str, Any]
    ) -> tuple[Publication, Sequence[str]]:
        """What to publish, and the warnings about it. To roll back nothing is rendered."""
        # All of the play's hosts, those too that failed in an earlier task: it is not about reaching phones.
        fleet = FleetVariables.of_task(self._task, task_vars, self._templar, self.parent.is_gone)
        hosts = task_vars["ansible_play_hosts_all"]
        others = phones_by_mac(set(task_vars["groups"]["all"]).difference(hosts), fleet)
        if parameters["rollback"]:
            return Publication(known_phones(hosts, fleet), others=others), []
        options = RenderOptions(
            base_url=parameters["base_url"],
            shared_users=frozenset(parameters["shared_users"]),
            unknown_settings=parameters["unknown_settings"],
            allow_cleartext_secrets=parameters["allow_cleartext_secrets"],
            readable_by_all=bool(read_mode(parameters["mode"]) & 0o004),
        )
        rendering = render(read_entries(hosts, fleet, parameters), load_catalog(parameters["catalog"]), options)
        return Publication(rendering.phones, rendering.generation, rendering.files, others), rendering.warnings

    def _runs_module(self) -> bool:
        """Whether another machine or another user is to publish, which takes a module."""
        if not self._task.delegate_to:
            return False
        return self._connection.transport != "local" or bool(self._play_context.become)

    def _run_module(
        self, content: Publication, parameters: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Bring the files there as Ansible brings any file, and run the module. Its options hold no secrets."""
        folder = self._make_tmp_path()
        try:
            packed = self._connection._shell.join_path(folder, "content")
            self._transfer_data(packed, pack(content))
            self._fixup_perms2((folder, packed))
            self.parent.check()
            given = {name: parameters[name] for name in _OF_PUBLISHING if parameters[name] is not None}
            result: dict[str, Any] = self._execute_module(
                module_args=given | {"_content": packed}, task_vars=dict(task_vars)
            )
        finally:
            self._remove_tmp_path(folder)
        return {name: value for name, value in result.items() if name not in ONLY_OF_MODULES}
