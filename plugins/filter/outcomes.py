# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which outcomes there are of a kind, for playbooks and roles: a list of words there would not know the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import Outcome

DOCUMENTATION = r"""
name: outcomes
short_description: List the outcomes of a kind
version_added: 0.1.0
description:
  - Lists the words of the outcomes of which something is so. A playbook that asks so also knows those that a later
    version adds.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description:
      - What is so of them.
      - V(at_target) are those of a phone that is where it was wanted; V(changed) those of one that was changed, or
        would be.
      - V(failed) are failures. V(left_over) are those where nothing is wrong and the phone is left for another run.
      - V(login_refused) are those of a phone that took no login. Each further one brings it closer to a lock, or makes
        that longer.
      - V(spared) are failures of a phone that may just be switched off, which
        O(telephony.snom.snom_rollout#module:spare_unreachable) is about.
    type: str
    choices: [at_target, changed, failed, left_over, login_refused, spared]
    required: true
seealso:
  - name: All outcomes
    description: What each means, and what to do.
    link: https://github.com/telephony/snom/blob/main/docs/docsite/rst/outcomes.rst
"""

EXAMPLES = r"""
- name: Restart it
  telephony.snom.snom_reboot:
  register: reboot
  # It is in a call, for example.
  failed_when: reboot is failed or reboot.outcome in 'left_over' | telephony.snom.outcomes
"""

RETURN = r"""
_value:
  description: Their words.
  type: list
  elements: str
  sample: [deferred, not_started]
"""

_KINDS: dict[str, Callable[[Outcome], bool]] = {
    "at_target": lambda outcome: outcome.at_target,
    "changed": lambda outcome: outcome.changed,
    "failed": lambda outcome: outcome.failed,
    "left_over": lambda outcome: outcome.left_over,
    "login_refused": lambda outcome: outcome in (Outcome.AUTH_FAILED, Outcome.LOCKED_OUT),
    "spared": lambda outcome: outcome.spared,
}


def outcomes(kind: str) -> list[str]:
    """Their words. Raises AnsibleFilterError for a kind that there is not."""
    if kind not in _KINDS:
        raise AnsibleFilterError(f"outcomes: {kind!r} is no kind of outcomes: give one of {', '.join(_KINDS)}.")
    return [outcome.value for outcome in Outcome if _KINDS[kind](outcome)]


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"outcomes": outcomes}
