#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_call
short_description: Dial, answer, hang up, hold and transfer on a Snom desk phone
description:
  - Does one thing with a call, with the keys and requests that the vendor names.
  - The screen of the phone is read before and after where it shows the state of the call. An action that has nothing to
    do changes nothing, and one that makes no sense is refused before anything is sent. What the phone answers to a
    request proves nothing, so the action fails if the screen shows afterwards that it was not done. V(dial) counts as
    changed then, because the phone may dial later than it is looked at.
  - No public source shows what the pages of a phone look like during a call. Where they can't be read, nothing is
    proven.
version_added: 0.1.0
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.connection
  - telephony.snom.remote
  - telephony.snom.secrets
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads the phone, and returns the steps that would be taken.
  diff_mode:
    support: N/A
    details:
      - A call is no state to compare.
  idempotent:
    support: partial
    details:
      - Where the state of the call can be read, an action that is done already changes nothing. V(dial), V(dtmf) and
        the transfers are done each time.
options:
  action:
    description:
      - What to do.
      - V(dial) calls O(number) from a phone that is idle.
      - V(answer) takes the call that rings, V(reject) turns it down.
      - V(hangup) ends the call, V(hangup_all) ends all calls. Where it can only be seen that there is a call, V(hangup)
        may turn down one that rings.
      - V(hold) and V(resume) put the call on hold and take it back.
      - V(dtmf) sends O(digits) to the other side of a call.
      - V(blind_transfer) gives the call to O(number) at once.
      - V(attended_transfer_start) puts the call on hold and calls O(number); V(attended_transfer_complete) then gives
        the call on hold to it. Between the two, people can talk. If the phone asks then to which call, ENTER answers,
        by SIP F_OK. Where the phone shows that it has a single call the action is refused.
    type: str
    required: true
    choices:
      - dial
      - answer
      - reject
      - hangup
      - hangup_all
      - hold
      - resume
      - dtmf
      - blind_transfer
      - attended_transfer_start
      - attended_transfer_complete
  number:
    description:
      - Number to call, in quotes. Blanks and the signs V(-), V(.), V(/), V((), V(\)) are taken out.
      - For V(dial) also an address V(user@host), if the host is that of one of the phone's identities.
    type: raw
  outgoing_uri:
    description:
      - Identity to call from, V(user@host). Where the phone's identities can be read, it must be one of them. The
        default is the one that is active at the phone.
    type: str
  number_format:
    description:
      - How an international number is sent. V(plus) makes V(+49) of V(0049), V(00) the other way round.
      - A transfer types the number on the keypad, which has no V(+).
    type: str
    choices: [keep, plus, '00']
    default: keep
  digits:
    description: Tones to send, of V(0) to V(9), V(*), V(#) and V(A) to V(D). In quotes.
    type: raw
  audio:
    description:
      - What to talk with, for V(dial) and V(answer). The key for it is pressed after dialing, or to answer.
      - The default leaves it to the phone. By SIP there is no V(handset), because a D862 was seen to ignore its key.
    type: str
    choices: [handset, headset, speaker]
  emergency_numbers:
    description:
      - Numbers that are not called, in quotes, without which they are refused. They are found behind one digit for the
        outside line, an international prefix or a feature code, too.
      - The default has those of many countries with three digits. Those of two digits, as in France, are not in it,
        because extensions end with them.
    type: list
    elements: str
    default:
      - '000'
      - '110'
      - '111'
      - '112'
      - '113'
      - '114'
      - '115'
      - '117'
      - '118'
      - '119'
      - '122'
      - '133'
      - '144'
      - '190'
      - '911'
      - '995'
      - '997'
      - '998'
      - '999'
  allow_emergency:
    description: Whether to call such numbers all the same.
    type: bool
    default: false
  unknown_call_state:
    description:
      - What to do where the state of the call can't be read, and the keys do something else in another state.
      - V(defer) refuses the action, V(proceed) presses them.
      - V(dial), V(dtmf) and V(hangup_all) are sent in either case.
    type: str
    choices: [defer, proceed]
    default: defer
  call_state:
    description:
      - What the PBX knows about the phone, for where its screen does not show it.
      - Taken from the host variable C(snom_call_state) if not given.
    type: str
    choices: [idle, in_call, unknown]
    default: unknown
notes:
  - Before dialing and transfers the phone's settings are read, where it shows them. The action is refused if hidden
    tags or restricted URI queries block it, or if C(call_join_xfer) or C(transfer_dialing_on_transfer) make another
    thing of a transfer.
seealso:
  - module: telephony.snom.snom_key
"""

EXAMPLES = r"""
- name: Call the front desk over the loudspeaker
  telephony.snom.snom_call:
    action: dial
    number: "4711"
    audio: speaker

- name: Call from one of several identities
  telephony.snom.snom_call:
    action: dial
    number: +49 (0)30 1234-0
    number_format: "00"
    outgoing_uri: 100@pbx.example

- name: End all calls
  telephony.snom.snom_call:
    action: hangup_all

- name: Hold the call, if there is one
  telephony.snom.snom_call:
    action: hold
    unknown_call_state: proceed
  register: hold
  failed_when: hold.failed and hold.outcome != "refused"

- name: Transfer a call after a word with the other side
  when: transfer_to is defined
  block:
    - name: Hold the call, and call the other side
      telephony.snom.snom_call:
        action: attended_transfer_start
        number: "{{ transfer_to }}"

    - name: Wait for the word
      ansible.builtin.pause:

    - name: Give the call away
      telephony.snom.snom_call:
        action: attended_transfer_complete
"""

RETURN = r"""
before:
  description:
    - What the phone showed before. V(idle), V(dialing) (it calls, or somebody types a number), V(calling), V(ringing)
      (it is called), V(connected), V(holding), V(in_call) (a call, but not what kind), or V(unknown).
  returned: when the phone was read
  type: str
  sample: connected
after:
  description: The same afterwards. Null in check mode, V(unknown) where it can't be read.
  returned: when the phone was read
  type: str
  sample: holding
steps:
  description: What was sent, one after the other, or would be in check mode.
  returned: when the phone was read
  type: list
  elements: dict
  contains:
    request:
      description: The request, with the place of a secret masked.
      returned: always
      type: str
      sample: /command.htm?key=F_HOLD
    answer:
      description: Status code of the phone's answer, or that there was none. It proves nothing. Null in check mode.
      returned: always
      type: str
      sample: "200"
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
from ansible_collections.telephony.snom.plugins.module_utils._operations.call import ARGUMENT_SPEC, control_call
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
    if module.params["secret"] is None:
        module.params["secret"] = module.no_log
    result = perform(control_call, module.params, module.check_mode, connect=WebPhone)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
