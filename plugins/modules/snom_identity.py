#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_identity
short_description: Log the lines of a Snom desk phone off, or register them again
description:
  - Logs one line or all lines off, or registers them again.
  - Whether a line is registered is read before and after where the phone shows it.
version_added: 0.1.0
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.connection
  - telephony.snom.remote
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads the phone, and returns what would be sent.
  diff_mode:
    support: N/A
    details:
      - The lines of the result have their states before and after.
  idempotent:
    support: partial
    details:
      - V(logged_off) and V(registered) send nothing for lines that are known to be so already. V(reregistered) is sent
        each time.
options:
  line:
    description: Number of the line, from 1 to the last of the model, or V(all).
    type: str
    required: true
  state:
    description:
      - V(logged_off) logs off. A line that is not registered, for example because the PBX is down, is left alone.
      - It does not look for a call, and whether one would go on is not known. The playbook C(log_off) leaves phones
        alone that are in one.
      - V(reregistered) registers again in any case.
      - V(registered) does so only where the line is known not to be registered.
    type: str
    required: true
    choices: [logged_off, registered, reregistered]
"""

EXAMPLES = r"""
- name: Log a hot desk off
  telephony.snom.snom_identity:
    line: all
    state: logged_off

- name: Register the first line again
  telephony.snom.snom_identity:
    line: 1
    state: reregistered

- name: Register what is not registered
  telephony.snom.snom_identity:
    line: all
    state: registered
  register: identity

- name: Show what became of it
  ansible.builtin.debug:
    var: identity.lines
"""

RETURN = r"""
lines:
  description: The lines that were meant.
  returned: when the phone was read
  type: list
  elements: dict
  contains:
    line:
      description: Number of the line.
      returned: always
      type: int
      sample: 1
    before:
      description: Whether it was registered. Null where the phone does not show it.
      returned: always
      type: bool
      sample: true
    after:
      description: The same afterwards. What it was before in check mode.
      returned: always
      type: bool
      sample: false
sent:
  description: The requests that were sent, or would be in check mode.
  returned: when the phone was read
  type: list
  elements: str
  sample: ["/command.htm?LOGOFFLINE=1"]
outcome:
  description: What went wrong, in one word, or V(protected).
  returned: failure
  type: str
  sample: refused
reason:
  description: What went wrong and what can be done about it, in sentences.
  returned: failure
  type: str
  sample: The D785 has no key P25. They go from P1 to P24.
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.telephony.snom.plugins.module_utils._operations.identity import ARGUMENT_SPEC, set_identity
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import perform
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import (
    HAS_REQUESTS,
    REQUESTS_IMPORT_ERROR,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    if not HAS_REQUESTS:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    result = perform(set_identity, module.params, module.check_mode, connect=WebPhone)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
