#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# It runs on the controller only: all of it is in the action plugin of the same name.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_rollout_result
short_description: Turn a phone's outcome of a rollout into ok, changed or failed of its host
version_added: 0.1.0
description:
  - M(telephony.snom.snom_rollout) is one task for all phones and never fails for one of them. This task after it makes
    the recap, C(--limit) and the host counts of AWX show what became of each phone.
  - A host is changed if something changed on its phone, as far as anybody knows. That is so once it was asked to load
    an image, however it ended, unless it was watched to the end, and goes on as before. M(telephony.snom.snom_firmware)
    says the same.
  - It talks to no phone.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - A phone that would be upgraded is changed.
  diff_mode:
    support: N/A
    details:
      - Changes nothing.
  idempotent:
    support: full
    details:
      - Says the same of the same rollout each time.
options:
  rollout:
    description:
      - Name of the variable in which the result of M(telephony.snom.snom_rollout) is registered. This host's entry of
        it is taken.
      - Either this or O(phone) is needed.
    type: str
  phone:
    description:
      - This host's entry of RV(telephony.snom.snom_rollout#module:phones), where it does not stand in a registered
        variable. In a fleet of thousands O(rollout) costs much less, because it is no template.
    type: dict
  planned:
    description:
      - The rollout was a plan, so no host is changed.
    type: bool
    default: false
seealso:
  - module: telephony.snom.snom_rollout
"""

EXAMPLES = r"""
- name: Roll out
  telephony.snom.snom_rollout:
    journal: rollout.journal
  run_once: true
  register: rollout

- name: Count each phone as ok, changed or failed
  telephony.snom.snom_rollout_result:
    rollout: rollout
"""

RETURN = r"""
outcome:
  description: How the phone ended, in one word. M(telephony.snom.snom_rollout) lists them.
  returned: always
  type: str
  sample: upgraded
reason:
  description: The same in sentences, with what can be done about it. Of a failed host it is in the message.
  returned: unless it failed
  type: str
  sample: Runs 10.1.54.13, read back from the phone.
before:
  description: Version that it showed at first.
  returned: unless it failed
  type: str
  sample: 10.1.39.11
after:
  description: Version that it showed last.
  returned: unless it failed
  type: str
  sample: 10.1.54.13
path:
  description: Versions that were loaded and read back, in their order. In check mode those to be loaded.
  returned: unless it failed
  type: list
  elements: str
  sample: [10.1.54.13]
wave:
  description: Number of the wave in which it was upgraded, from 1.
  returned: unless it failed
  type: int
  sample: 2
elapsed:
  description: Seconds from the begin of its turn to its end.
  returned: unless it failed
  type: float
  sample: 312.4
evidence:
  description: What was seen, as in RV(telephony.snom.snom_firmware#module:evidence).
  returned: unless it failed
  type: dict
  sample: {"seen_gone_at": 1795413670.7, "seen_back_at": 1795413967.9, "firmware_after": 10.1.54.13}
"""
