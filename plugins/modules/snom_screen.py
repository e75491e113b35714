#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_screen
short_description: Save what a Snom desk phone shows on its screen
description:
  - Saves a picture of the phone's screen as a file.
  - The file is written at once or not at all, on the machine where the task runs. That is the controller, unless the
    task is delegated.
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
      - Reads the picture and compares it with the file, but does not write it.
  diff_mode:
    support: N/A
    details:
      - Pictures are not shown.
  idempotent:
    support: partial
    details:
      - A file that has the same content is left alone. Most screens show the time.
options:
  dest:
    description:
      - Path of the file. Its folder must exist.
      - A relative one counts from the current directory, or from that of the login on a machine that the task is
        delegated to.
    type: path
    required: true
  format:
    description: V(bmp) is what the phone sends, V(png) is much smaller.
    type: str
    choices: [bmp, png]
    default: bmp
  which:
    description:
      - V(display) is the screen, V(labels) the one beside the function keys, V(expansion) that of the expansion module.
      - The outcome is C(unsupported) if the phone does not have it.
    type: str
    choices: [display, labels, expansion]
    default: display
  fix_line_info_layer:
    description:
      - Whether to repair the picture first, in which the layer with the line info may be missing.
      - For the 820 and 821 only. This alone is a command to the phone, from which protected phones are spared.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Save the screen of each phone
  telephony.snom.snom_screen:
    dest: "/tmp/{{ inventory_hostname }}.png"
    format: png
  register: screen

- name: Show where it is
  ansible.builtin.debug:
    var: screen.path
"""

RETURN = r"""
path:
  description: Path of the file.
  returned: success
  type: str
  sample: /tmp/reception.png
checksum:
  description: SHA-1 of the file, as C(ansible.builtin.stat) has it.
  returned: success
  type: str
  sample: 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12
sent:
  description: The requests that were sent. In check mode one that repairs the picture is named, but not sent.
  returned: when the phone was read
  type: list
  elements: str
  sample: [/screen.bmp]
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
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import perform
from ansible_collections.telephony.snom.plugins.module_utils._operations.screen import ARGUMENT_SPEC, save_screen
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import (
    HAS_REQUESTS,
    REQUESTS_IMPORT_ERROR,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    if not HAS_REQUESTS:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    module.exit_json(**perform(save_screen, module.params, module.check_mode, connect=WebPhone))


if __name__ == "__main__":
    main()
