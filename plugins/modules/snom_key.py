#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_key
short_description: Press keys of a Snom desk phone
description:
  - Presses keys as if somebody stood at the phone, or touches the screen of an 870.
  - Names are checked against the phone's model before anything is sent. Where Snom has not said that a model has a key,
    there is a warning.
  - What a key does depends on what the screen shows, and the phone does not say what came of it. For calls,
    M(telephony.snom.snom_call) looks before and after. Numbers that are typed with keys are not checked.
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
      - Reads the phone, checks the keys, and returns what would be sent.
  diff_mode:
    support: N/A
    details:
      - What keys change is not known.
  idempotent:
    support: none
    details:
      - Each run presses the keys.
options:
  keys:
    description:
      - The keys, in one of three forms.
      - A list of names, V([OFFHOOK, '7', '#']). Times go in mappings instead of names. Of these, C(key) is the name,
        C(press) the milliseconds to hold it and C(pause) the milliseconds to wait after it, both at most 60000.
      - A text in the phone's own grammar, V(KEY[,press[,pause]];KEY...), for example V(9;1;ENTER,,1000).
      - Digits alone, V('0049123'), in quotes. Each is a key.
      - "There are V(CANCEL), V(ENTER), V(OFFHOOK), V(ONHOOK), V(RIGHT), V(LEFT), V(UP), V(DOWN), V(VOLUME_UP),
        V(VOLUME_DOWN), V(MENU), V(MUTE), V(REDIAL), V(DND), V(REC), V(SPEAKER), V(HEADSET), V(TRANSFER), V(F_HOLD),
        V(F_ADR_BOOK), the digits, V(*) and V(#). Soft keys are V(F1) to V(F4), function keys V(P1) and up, those of
        expansion modules V(EK0) and up. Old phones also have V(DISCONNECT), V(CLEAR), V(FUNCTION) and V(RECALL)."
      - By SIP there are V(F_CANCEL), V(F_OK), V(F_TRANSFER), V(F_CONFERENCE), V(F_MUTE) and V(F_DND), too. A D862 was
        seen to end a call with V(F_CANCEL), and to transfer one with V(F_TRANSFER) and V(F_OK).
      - V(F_HOLD) and V(F_R) are the same key. What is sent is the name that the phone's firmware knows.
      - Many keys go in several requests, because long ones may not get through. Firmware 7 and older gets one key in
        each, and C(press) is refused there, because Snom's page for it knows single keys only. C(pause) is kept; where
        it is not given, two seconds lie between the keys.
      - Not together with O(touch).
    type: raw
  touch:
    description:
      - Places to touch on the screen of an 870, one after the other.
    type: list
    elements: dict
    suboptions:
      x:
        description: Pixels from the left, 0 to 479.
        type: int
        required: true
      y:
        description: Pixels from the top, 0 to 271.
        type: int
        required: true
      event:
        description: What to do there.
        type: str
        choices: [press, release, both]
        default: both
seealso:
  - module: telephony.snom.snom_call
"""

EXAMPLES = r"""
- name: Press the first function key
  telephony.snom.snom_key:
    keys: [P1]

- name: Call the voice mailbox, and give it time to answer
  telephony.snom.snom_key:
    keys:
      - key: OFFHOOK
        pause: 500
      - "*97"
      - ENTER

- name: The same as one text
  telephony.snom.snom_key:
    keys: OFFHOOK,,500;*97;ENTER

- name: Unlock a hot desk with a PIN that nobody sees
  telephony.snom.snom_key:
    keys: "{{ vault_desk_pin }}"
    # These phones are so old that they have no https.
    allow_cleartext_secrets: true
  no_log: true

- name: Hold the key for do not disturb for two seconds
  telephony.snom.snom_key:
    keys:
      - key: DND
        press: 2000
"""

RETURN = r"""
sent:
  description:
    - The requests that were sent, or would be in check mode, with the place of a secret masked.
  returned: when the phone was asked
  type: list
  elements: str
  sample: ["/command.htm?key=OFFHOOK,,500;%2A;9;7;ENTER"]
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
from ansible_collections.telephony.snom.plugins.module_utils._operations.key import ARGUMENT_SPEC, press_keys
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
    result = perform(press_keys, module.params, module.check_mode, connect=WebPhone)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
