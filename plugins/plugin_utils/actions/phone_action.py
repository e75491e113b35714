# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the action twins of the per-phone modules share.

A twin runs the module's operation inside of the Ansible worker, which costs a tenth of a forked Python for each phone.
It is loaded before the workers fork, so everything heavy is imported at the top, here and in the library.
"""

from __future__ import annotations

import os
import re
import sys
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from ansible.constants import LOCALHOST
from ansible.errors import AnsibleError
from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import (
    InputError,
    SnomError,
    Unsupported,
    unexpected,
)
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line, visible_result
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import failure, perform
from ansible_collections.telephony.snom.plugins.module_utils._pbx.registered import Registrar
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import HOST_VARIABLES, Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.secrets import scrub
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_phone import SipPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HAS_REQUESTS, HttpPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.parent import AttendedClient, Parent
from ansible_collections.telephony.snom.plugins.plugin_utils.actions.refused_logins import (
    RefusedLogins,
    RememberingClient,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.connection_options import from_environment
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.fleet import read_known, registrar_of
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.given import (
    arguments_from_text,
    require_text_login,
    require_usable_options,
    require_usable_value,
    without_omitted,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.protection import overridden_hosts
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.witnesses import Known, Witnesses

MODEL_VARIABLES = HOST_VARIABLES | {"model": "snom_model"}
"""For modules that first make sure that it is the right phone."""

WRITER_VARIABLES = MODEL_VARIABLES | {"call_state": "snom_call_state"}
"""For modules that also look whether somebody is talking on it."""


ONLY_OF_MODULES = {"invocation", "ansible_parsed", "uid", "gid", "owner", "group", "mode", "size", "state", "secontext"}
"""What Ansible adds to the result of a module and not to that of an action: all the options, a mark (2.22), and the
attributes of a file whose ``path`` is returned."""


SSH_ARGUMENTS = ("ssh_args", "ssh_common_args", "ssh_extra_args")
TERMINAL = re.compile(r"(?i:requesttty[\s=]+(?:yes|force))|(?:^|\s)-t")
"""In the arguments of ssh."""

_REFUSED = RefusedLogins()


def is_elsewhere(task: Any, connection: Any) -> bool:
    """Whether a task is delegated to another machine. task and connection are the action plugin's."""
    return bool(task.delegate_to) and task.delegate_to not in LOCALHOST and connection.transport != "local"


def pipe_modules(connection: Any) -> None:
    """Have what is run over a connection sent to the standard input of a Python there, where the connection can that.

    Ansible's default is a file with the module and its options, passwords among them, in the user's folder there. It
    lies there as long as the module runs, and longer when Ansible is killed.
    """
    if connection.has_option("pipelining") and not _makes_terminal(connection):
        connection.set_option("pipelining", True)


def _makes_terminal(connection: Any) -> bool:
    """Whether ssh is told to make a terminal there. It would show what is piped; Ansible itself heeds it since 2.19."""
    given = [connection.get_option(name) for name in SSH_ARGUMENTS if connection.has_option(name)]
    return any(TERMINAL.search(arguments or "") for arguments in given)


class PhoneAction(ActionBase):  # type: ignore[misc]  # ansible-core is untyped
    """Base of a twin, which names the module's spec and operation:

    argument_spec, operation: those of the module (see `perform`).
    host_variables: option to the host variable that gives it where the task does not.
    writes: whether the module changes, presses or rings anything. Protected phones are spared then.
    not_by_sip: why it can do nothing for a phone that is reached by its PBX (transport sip); None where it can.
    own_way: whether the operation itself goes by the PBX, whatever the transport is.
    """

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    argument_spec: ClassVar[dict[str, dict[str, Any]]]
    host_variables: ClassVar[Mapping[str, str]] = HOST_VARIABLES
    writes: ClassVar[bool] = True
    not_by_sip: ClassVar[str | None] = None
    own_way: ClassVar[bool] = False

    @staticmethod
    @abstractmethod
    def operation(phone: Phone, parameters: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        """What the module does to a phone."""

    def prepare(self, parameters: dict[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as the operation or module gets them. For what only the controller can look up."""
        return parameters

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the operation here, or the real module where the task or its variables want that."""
        parent = Parent()
        super().run(tmp, task_vars)
        try:
            return self._serve(task_vars or {}, parent)
        except Abandoned:
            parent.follow()
        except AnsibleError:
            raise
        except Exception as error:
            # Ansible would show its text, and that may be an option with a password.
            reason = unexpected(error)
            outcome = Outcome.FAILED.value
            return {"changed": False, "failed": True, "msg": reason, "outcome": outcome, "reason": reason}

    def _serve(self, variables: dict[str, Any], parent: Parent) -> dict[str, Any]:
        """Do the task's work and return its result. Raises Abandoned."""
        parameters: dict[str, Any] = {}
        try:
            parameters = self._arguments(variables)
            parameters = self._validated(parameters)
            elsewhere = is_elsewhere(self._task, self._connection)
            if not elsewhere:
                parameters |= self._absolute_paths(parameters)
            runs_module = elsewhere or not self._flag("snom_in_process", variables, default=True)
            if self.writes and self._is_protected(variables):
                host = visible_line(variables["inventory_hostname"])
                return {
                    "changed": False,
                    "outcome": Outcome.PROTECTED.value,
                    "reason": f"snom_protected is true for {host}, so nothing was sent. "
                    "Name the host in snom_protected_override if it is meant all the same.",
                }
            by_pbx = parameters["transport"] == "sip" and not self.own_way
            if by_pbx:
                self._check_pbx_way(runs_module)
            parameters = self.prepare(parameters, variables)
            _REFUSED.begin(getattr(self._task, "_uuid", None))
            if runs_module and (refusal := _REFUSED.refusal(_login(parameters))):
                raise refusal
        except SnomError as error:
            failed = failure(error, variables["inventory_hostname"])
            result: dict[str, Any] = visible_result(scrub(failed, parameters))
            return result
        parent.check()
        if runs_module:
            answer = self._run_module(parameters, variables)
            # What a module does by the PBX may have been refused there.
            if not self.own_way:
                _REFUSED.note(_login(parameters), answer.get("outcome", ""), answer.get("reason", ""))
            return answer
        if not HAS_REQUESTS:
            missing = missing_required_lib("requests")
            return {
                "changed": False,
                "failed": True,
                "msg": missing,
                "outcome": Outcome.FAILED.value,
                "reason": missing,
            }
        # Each fork is a process of its own.
        witnesses = Witnesses(shares_ports=True)
        try:
            known = self._known(variables, by_pbx)

            def connect(connection: Connection) -> Phone:
                others = witnesses.of(known, mac=connection.mac, address=connection.address)
                if by_pbx:
                    return SipPhone(connection, registrar=Registrar(registrar_of(connection, known)), witnesses=others)
                client = RememberingClient(HttpPhone(connection), connection, _REFUSED)
                return WebPhone(connection, AttendedClient(client, parent.check), witnesses=others)

            return perform(self.operation, parameters, self._task.check_mode, connect=connect)
        except SnomError as error:
            refused: dict[str, Any] = visible_result(scrub(failure(error, variables["inventory_hostname"]), parameters))
            return refused
        finally:
            witnesses.close()

    def _check_pbx_way(self, runs_module: bool) -> None:
        """Raise what speaks against reaching the phone by its PBX."""
        if self.not_by_sip is not None:
            raise Unsupported(f"This phone is reached by its PBX (snom_transport is sip), and {self.not_by_sip}.")
        if runs_module:
            raise InputError(
                "snom_transport is sip, and the PBX is asked from the controller only: take delegate_to and "
                "snom_in_process: false away."
            )

    def _known(self, variables: Mapping[str, Any], by_pbx: bool) -> Known:
        """Who else knows of the phone and its calls, for modules that ask for these. Raises InputError."""
        if "call_state" not in self.argument_spec and not by_pbx:
            return Known()
        known = read_known(lambda name: self._variable(name, variables))
        return known if "call_state" in self.argument_spec else replace(known, collector=None)

    def _arguments(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The task's options; for those that it does not give, the host's variables; and then the environment.

        Raises InputError.
        """
        require_usable_options(self._task.args)
        arguments = {option: value for option, value in self._task.args.items() if value is not None}
        for option, variable in self.host_variables.items():
            if option not in arguments:
                value = self._address(variables) if option == "host" else self._variable(variable, variables)
                if value is None:
                    value = from_environment(option)
                if value is not None:
                    arguments[option] = value
        # Plain, because a value from an encrypted file is an object of its own kind on ansible-core 2.16.
        plain: dict[str, Any] = to_plain(arguments)
        require_text_login(plain)
        return plain

    def _address(self, variables: Mapping[str, Any]) -> Any:
        """ansible_host, or the host's name in the inventory.

        In a delegated task Ansible puts the other machine's ansible_host here if neither the phone nor the task, its
        blocks and its play have one.
        """
        name = variables["inventory_hostname"]
        if self._task.delegate_to:
            givers = (variables["hostvars"].raw_get(name), self._task.get_vars(), self._task.get_play().get_vars())
            if not any("ansible_host" in giver for giver in givers):
                return name
        return self._variable("ansible_host", variables) or name

    def _variable(self, name: str, variables: Mapping[str, Any]) -> Any:
        """A host variable, templated. What can't be a template is spared that: it costs CPU on every phone.

        Raises InputError.
        """
        value = variables.get(name)
        plain = value is None or isinstance(value, (bool, int, float))
        if not plain and not (isinstance(value, str) and "{" not in value):
            value = without_omitted(self._templar.template(value))
        require_usable_value(value, name)
        return value

    def _flag(self, name: str, variables: Mapping[str, Any], default: bool) -> bool:
        value = self._variable(name, variables)
        try:
            return default if value is None else bool(boolean(value))
        except TypeError:
            raise InputError(f"The variable {name} is {value!r}. Give true or false.") from None

    def _validated(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments checked and completed as AnsibleModule does it. Raises InputError."""
        # A raw one may be anything that begins with a bracket.
        read = arguments_from_text(arguments, self.argument_spec, ("list", "dict"))
        result = ArgumentSpecValidator(self.argument_spec).validate(read)
        if result.error_messages:
            unknown = "Unsupported options: " if result.unsupported_parameters else ""
            raise InputError(unknown + "; ".join(result.error_messages))
        return dict(result.validated_parameters)

    def _absolute_paths(self, parameters: Mapping[str, Any]) -> dict[str, str]:
        """The options that are files of the controller. Modules run in another directory than actions do."""
        paths = [name for name, argument in self.argument_spec.items() if argument.get("type") == "path"]
        return {name: os.path.abspath(parameters[name]) for name in paths if parameters[name]}

    def _is_protected(self, variables: Mapping[str, Any]) -> bool:
        if not self._flag("snom_protected", variables, default=False):
            return False
        override = self._variable("snom_protected_override", variables)
        return variables["inventory_hostname"] not in overridden_hosts(override)

    def _run_module(self, parameters: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        """Run the real module on the delegated host, or else on the controller: the inventory host is a phone."""
        if not self._task.delegate_to:
            self._connection = self._shared_loader_obj.connection_loader.get(
                "ansible.builtin.local", self._play_context, new_stdin=None
            )
            variables = variables | {"ansible_python_interpreter": sys.executable}
        pipe_modules(self._connection)
        result: dict[str, Any] = self._execute_module(
            module_args=_given(parameters, self.argument_spec), task_vars=variables
        )
        return {name: visible_result(value) for name, value in result.items() if name not in ONLY_OF_MODULES}


def _login(parameters: Mapping[str, Any]) -> Connection:
    """Who is asked and who logs in, of a module's options."""
    names = ("port", "username", "password", "auth")
    return Connection(address=parameters["host"], **{name: parameters[name] for name in names})


def _given(options: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Options without those that were not given: the module would take null for a value that is none of its choices."""
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        suboptions = spec.get(name, {}).get("options")
        if suboptions and isinstance(value, Mapping):
            given[name] = _given(value, suboptions)
    return given
