#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_call_list
short_description: Empty the call lists of a Snom desk phone
description:
  - Empties the lists of missed, dialed and received calls.
  - Snom's pages have two spellings of the request. The second one is sent only where the phone shows that the first did
    nothing, or does not show its lists; clearing a list twice does no harm.
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
      - Reads the phone, and returns what would be sent first.
  diff_mode:
    support: N/A
    details:
      - The result has the lengths of the lists before and after.
  idempotent:
    support: partial
    details:
      - A list that is known to be empty is left alone. Many phones don't show that; theirs are cleared each time.
options:
  lists:
    description: The lists to empty.
    type: list
    elements: str
    choices: [missed, dialed, received]
    default: [missed, dialed, received]
  state:
    description: V(absent) empties them.
    type: str
    choices: [absent]
    default: absent
"""

EXAMPLES = r"""
- name: Leave no trace of calls on a meeting room's phone
  telephony.snom.snom_call_list:

- name: Empty the list of missed calls
  telephony.snom.snom_call_list:
    lists: [missed]
"""

RETURN = r"""
before:
  description: How many calls each list had. Null where the phone does not show it.
  returned: when the phone was read
  type: dict
  sample: {"missed": 3}
after:
  description: The same afterwards. Null in check mode.
  returned: when the phone was read
  type: dict
  sample: {"missed": 0}
sent:
  description: The requests that were sent, or would be in check mode.
  returned: when the phone was read
  type: list
  elements: str
  sample: ["/index.htm?misseddel=0"]
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
from ansible_collections.telephony.snom.plugins.module_utils._operations.call_list import (
    ARGUMENT_SPEC,
    clear_call_lists,
)
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
    module.exit_json(**perform(clear_call_lists, module.params, module.check_mode, connect=WebPhone))


if __name__ == "__main__":
    main()
