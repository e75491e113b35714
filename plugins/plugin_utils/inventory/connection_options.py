# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the options of a connection come from besides the inventory: the environment, and module_defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import CONNECTION_ARGUMENTS

ENVIRONMENT_VARIABLES = {"username": "SNOM_USERNAME", "password": "SNOM_PASSWORD"}
"""Option to the controller's environment variable that gives it where neither the task nor the host does."""


def from_environment(option: str) -> str | None:
    """What the environment says of an option. None where it says nothing; an empty variable says nothing either."""
    return os.environ.get(ENVIRONMENT_VARIABLES.get(option, "")) or None


def split_arguments(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The connection options among a task's arguments, and the others.

    They come from module_defaults for the action group, which reach the fleet's modules as well.
    """
    connection = {name: value for name, value in arguments.items() if name in CONNECTION_ARGUMENTS}
    return connection, {name: value for name, value in arguments.items() if name not in connection}
