#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_ringer
short_description: Let a Snom desk phone play a ringing tone
description:
  - Plays a ringing tone on the phone, to find it or to try its tones.
  - The phone does not show that it plays, so nothing is proven.
  - Snom's page does not say whether the number is that of the tone or that of the line whose tone is played. Its
    example speaks for the tone.
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
      - Playing a tone changes no state.
  idempotent:
    support: none
    details:
      - Each run plays the tone.
options:
  ringer:
    description: Number of the tone, from 1 to 9.
    type: int
    required: true
"""

EXAMPLES = r"""
- name: Find a phone by its sound
  telephony.snom.snom_ringer:
    ringer: 1
"""

RETURN = r"""
sent:
  description: The requests that were sent, or would be in check mode.
  returned: when the phone was asked
  type: list
  elements: str
  sample: ["/line_login.htm?PLAY_RINGER:1=+Ringer"]
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
from ansible_collections.telephony.snom.plugins.module_utils._operations.ringer import ARGUMENT_SPEC, play_ringer
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
    module.exit_json(**perform(play_ringer, module.params, module.check_mode, connect=WebPhone))


if __name__ == "__main__":
    main()
