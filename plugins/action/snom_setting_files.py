# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe phones by the setting files that they are served: asks no phone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HAS_REQUESTS
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.fleet_action import FleetAction
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.fleet import Adopted, adopt
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.folder import Found, read_folder
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.setting_file import parse_file
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.web_folder import (
    WebFolder,
    is_url,
    read_web_folder,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.writing import (
    changed,
    spare,
    texts,
    write_texts,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import controller_path
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import FleetVariables
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.provisioned_fleet import phones_by_mac

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "path": {"type": "str", "required": True},
    "dest": {"type": "path", "required": True},
    "group": {"type": "str", "default": "phones"},
    "overwrite": {"type": "bool", "default": False},
    "url_username": {"type": "str"},
    "url_password": {"type": "str", "no_log": True},
    "url_ca_path": {"type": "path"},
    "allow_cleartext_secrets": {"type": "bool", "default": False},
}


class ActionModule(FleetAction):
    def serve(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Read the files, and write what they say."""
        # Plain, because YAML knows no objects of the kinds that Ansible has for texts.
        parameters = to_plain(self.parameters(ARGUMENT_SPEC, paths=["dest", "url_ca_path"]))
        self.require_run_once()
        folder, group = parameters["dest"], parameters["group"]
        groups: Mapping[str, Any] = to_plain(task_vars.get("groups") or {})
        variables = FleetVariables.of_task(self._task, task_vars, self._templar, self.parent.is_gone)
        names = groups.get("all", ())
        hosts = phones_by_mac(names, variables)
        # Of two hosts with one MAC the last is found, and from the other end the first.
        twins = {mac: host for mac, host in phones_by_mac(reversed(names), variables).items() if hosts[mac] != host}
        models = {
            mac: str(model) for mac, host in hosts.items() if (model := to_plain(variables.of(host).get("snom_model")))
        }
        found = self._read(parameters, list(hosts), models)
        files = [parse_file(name, content) for name, content in found.files.items()]
        fleet = adopt(files, found.others, hosts, models)
        for phone in fleet.phones:
            if phone.mac in twins:
                raise InputError(
                    f"{twins[phone.mac]} and {hosts[phone.mac]} have the same snom_mac {phone.mac}. Correct it on one."
                )
        written = texts(fleet, group, groups.get(group, ()))
        different = changed(folder, written)
        spare(folder, [one for one, _before in different], parameters["overwrite"])
        self.parent.check()
        if different and not self._task.check_mode:
            write_texts(folder, [one for one, _before in different])
        result: dict[str, Any] = {
            "changed": bool(different),
            "phones": list(map(_shown, fleet.phones)),
            "shared": sorted(fleet.shared),
            "notes": fleet.notes,
            "files": [os.path.join(folder, one.path) for one in written],
        }
        if self._task.diff:
            result["diff"] = [
                {"before_header": one.path, "after_header": one.path, "before": before, "after": one.text}
                for one, before in different
                if not one.secret
            ]
        return dict(to_plain(result))

    def _read(self, parameters: Mapping[str, Any], macs: list[str], models: Mapping[str, str]) -> Found:
        if not is_url(parameters["path"]):
            return read_folder(controller_path(parameters["path"]))
        if not HAS_REQUESTS:
            raise InputError("The Python library requests is not installed on the controller. Install it with pip.")
        folder = WebFolder(
            url=parameters["path"],
            username=parameters["url_username"],
            password=parameters["url_password"],
            ca_path=parameters["url_ca_path"],
            allow_cleartext_secrets=parameters["allow_cleartext_secrets"],
        )
        return read_web_folder(folder, macs, lambda: not self.parent.is_gone(), models)


def _shown(phone: Adopted) -> dict[str, Any]:
    """A phone as the result shows it: no values."""
    return {
        "host": phone.host,
        "mac": phone.mac,
        "model": phone.model,
        "version": str(phone.version) if phone.version else None,
        "settings": len(phone.settings),
        "secrets": sorted(phone.secrets),
        "left_out": phone.left_out,
        "phone_book": None if phone.phone_book is None else len(phone.phone_book),
        "files": phone.files,
    }
