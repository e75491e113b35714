#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_reboot
short_description: Restart a Snom desk phone, with proof
version_added: 0.1.0
description:
  - Restarts a phone and waits until it is back.
  - A phone counts as restarted only when it was seen gone and back, or when its uptime fell. What it answers to the
    request proves nothing.
  - Old and new firmware restart at different requests. The likely one is sent first. The other one is sent only when a
    third of O(deadline) has passed and the phone's uptime proves that it did not restart. Its MAC address and its calls
    are looked at again before. Where somebody began to talk meanwhile, the outcome is C(deferred).
  - A phone that loads an image still answers, and only rollouts know of that. So restart none beside a rollout, nor one
    that is listed under DO NOT POWER OFF.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.connection
  - telephony.snom.remote
  - telephony.snom.calls
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads the phone. The outcome is C(planned) where it would be restarted.
  diff_mode:
    support: N/A
    details:
      - Restarting changes no state.
  idempotent:
    support: N/A
    details:
      - Each run restarts the phone.
options:
  only_when_idle:
    description:
      - Whether to leave a phone alone that is in a call. The outcome is C(deferred) then. Restarting cuts calls.
    type: bool
    default: true
  wait:
    description:
      - Whether to wait for the phone. With V(false) the outcome is C(triggered) once the phone was asked, and nothing
        is proven.
    type: bool
    default: true
  deadline:
    description:
      - Seconds after which a phone that is not back counts as lost, two weeks at most.
    type: float
    default: 300.0
seealso:
  - module: telephony.snom.snom_info
"""

EXAMPLES = r"""
- name: Restart each phone that nobody talks on
  telephony.snom.snom_reboot:

- name: Restart phones at night, although they don't show whether they are in a call
  telephony.snom.snom_reboot:
    unknown_call_state: proceed
    deadline: 180
  register: reboot

- name: Show how long each was away
  ansible.builtin.debug:
    msg: "{{ reboot.evidence.seen_back_at - reboot.evidence.seen_gone_at }} s"
  when: reboot.outcome == "rebooted"
"""

RETURN = r"""
outcome:
  description:
    - How it ended, in one word.
    - V(rebooted), V(planned), V(triggered), V(deferred) and V(protected) are no failures.
    - All others are, V(timed_out), V(blocked) and V(certificate_rejected) among them.
  returned: always
  type: str
  sample: rebooted
reason:
  description: The same in sentences, with what can be done about it.
  returned: always
  type: str
  sample: It was gone and is back.
elapsed:
  description: Seconds from the request to the end.
  returned: when the phone was read
  type: float
  sample: 61.3
evidence:
  description:
    - What was seen. It holds only what was looked at.
    - Times are in seconds since the epoch. A failure has none, because all of it is shown to people. Its reason says
      what they need.
  returned: when the phone was read
  type: dict
  contains:
    mac:
      description: MAC address before.
      returned: always
      type: str
      sample: 000413922D24
    uptime_before:
      description: Seconds since the phone had booted, before. Null if it does not show that.
      returned: always
      type: int
      sample: 267005
    call_state:
      description: V(idle), V(in_call) or V(unknown), read right before the phone was asked.
      returned: when O(only_when_idle) is set
      type: str
      sample: idle
    call_state_source:
      description: Where RV(evidence.call_state) comes from.
      returned: when O(only_when_idle) is set
      type: str
      sample: state_of_gui.htm
    request:
      description: The request that was sent last.
      returned: when the phone was asked
      type: str
      sample: /advanced_update.htm?reboot=Reboot
    answer:
      description: Status code of the phone's answer, or that there was none that can be read. It proves nothing.
      returned: when the phone was asked
      type: str
      sample: "302"
    seen_gone_at:
      description: When it was seen gone, or known to have restarted.
      returned: when it was, unless it failed
      type: float
      sample: 1795413670.7
    seen_back_at:
      description: When it was seen back.
      returned: when it was, unless it failed
      type: float
      sample: 1795413721.2
    uptime_after:
      description: Seconds since it had booted, when it was back. Null if it does not show that.
      returned: when it was seen back
      type: int
      sample: 12
    mac_after:
      description: MAC address when it was back.
      returned: when it was seen back
      type: str
      sample: 000413922D24
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.telephony.snom.plugins.module_utils._operations.reboot import ARGUMENT_SPEC, reboot_phone
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
    module.exit_json(**perform(reboot_phone, module.params, module.check_mode, connect=WebPhone))


if __name__ == "__main__":
    main()
