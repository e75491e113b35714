# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory says of a phone, and what the phone says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import ControlSettings
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import PhoneFacts
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.witnesses import Known


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the inventory says of one host."""

    host: str
    connection: Connection
    version: Version | None = None
    versions: Mapping[str, Version] = field(default_factory=dict)
    model: str | None = None
    site: str | None = None
    group: str | None = None
    wave: int = 1
    mirror: str | None = None
    protected: bool = False
    known_call_state: Callable[[], str | None] = lambda: None
    known: Known = field(default_factory=Known)
    """Who else knows of its calls."""
    control: ControlSettings | None = None
    """How to tell a mirror what to show the phone; None where the phone itself is told."""
    settings: Mapping[str, str] | None = None
    """Settings that the inventory gives it, where it is one that tells none itself."""

    @property
    def by_provisioning(self) -> bool:
        """Whether a mirror is told what it shall load; else the phone itself is."""
        return self.control is not None

    @property
    def mac(self) -> str | None:
        """The MAC that the inventory states, in normal form."""
        return self.connection.mac

    def wanted(self, model: str) -> Version | None:
        """The version that the inventory wants for a phone of this model."""
        return self.version or self.versions.get(model)

    def possible_versions(self) -> frozenset[Version]:
        """Every version that this host may be wanted on, before its model is known."""
        return frozenset({self.version} if self.version else self.versions.values())


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one phone said, or why it did not, and when (seconds since the epoch)."""

    facts: PhoneFacts | None = None
    error: SnomError | None = None
    at: float = 0.0
