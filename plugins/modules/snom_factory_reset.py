#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_factory_reset
short_description: Reset a Snom desk phone to its factory settings
description:
  - Makes a phone forget all its settings, and watches it restart. Calls are cut.
  - After that the phone has no web login at all. Everybody in its network can control it until its provisioning sets a
    password again.
  - A phone that is reached by its PBX (C(snom_transport) is V(sip)) compares the confirmed MAC address with its own
    before it obeys. Nothing tells whether it did, so the outcome is C(triggered).
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
      - Reads the phone. The outcome is C(planned) if it would be reset.
  diff_mode:
    support: N/A
    details:
      - Which settings it forgets is not read.
  idempotent:
    support: none
    details:
      - Each run resets the phone.
options:
  confirm:
    description:
      - MAC address of the phone. If it has another one, or shows none, it is not reset.
      - Write it out, or pass it with C(--extra-vars). The host variable C(snom_mac) confirms nothing.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Reset one phone, named with --limit and -e reset_mac=00:04:13:92:2D:24
  telephony.snom.snom_factory_reset:
    confirm: "{{ reset_mac }}"
  when: reset_mac is defined
"""

RETURN = r"""
sent:
  description: The requests that were sent, or would be in check mode.
  returned: when the phone was read
  type: list
  elements: str
  sample: ["/advanced_update.htm?reset=Reset"]
outcome:
  description:
    - How it ended, in one word.
    - V(rebooted) (it was seen gone and is back), V(triggered) (it was seen gone, or may have been, or was
      told through its PBX), V(planned) and
      V(protected) are no failures. All others are, V(blocked) among them, and V(certificate_rejected) where what
      answers afterwards shows a certificate that is not trusted.
  returned: when the task ran
  type: str
  sample: rebooted
reason:
  description: The same in sentences, with what it means for the safety of the phone.
  returned: when the task ran
  type: str
  sample: It was seen gone and is back. It is open to everybody until its provisioning sets a password again.
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.telephony.snom.plugins.module_utils._operations.factory_reset import ARGUMENT_SPEC, reset_phone
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
    module.exit_json(**perform(reset_phone, module.params, module.check_mode, connect=WebPhone))


if __name__ == "__main__":
    main()
