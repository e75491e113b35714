#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_mirror_info
short_description: Read from a mirror's log which phone runs and fetched what
version_added: 0.1.0
description:
  - Reads the access log of a mirror that the role P(telephony.snom.firmware_mirror#role) runs. It runs where the log
    is, and asks no phone.
  - A phone says model and firmware in the C(User-Agent) of its requests, and from 8.7.5 on its MAC address. The address
    of others is known from the file, the folder or the query that they ask for by it, in any usual spelling.
  - What a phone does not say, or not so that it can be told, is null. A phone whose settings
    C(web_user_agent_string) or C(http_user_agent_string) hide that it is Snom's is not seen at all.
  - So even phones that can't be read show here what they run. It is what they said at that time.
  - RV(phones.fetched) proves that a file was sent to a phone, not that the phone wrote it into its flash.
  - Log lines are written by whoever asks the mirror. Who can reach it can pretend to be any phone.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads in both modes and changes nothing in either.
  diff_mode:
    support: N/A
    details:
      - Changes nothing.
  idempotent:
    support: full
options:
  paths:
    description:
      - Log files on the host of the task, in any order. Wildcards are allowed, and so are compressed files that end in
        C(.gz).
    type: list
    elements: str
    default: [/var/log/snom-mirror/access.log*]
  lines_of:
    description:
      - MAC address of a phone whose lines are returned as they are, the newest 500. The playbook C(interview) puts them
        into a profile.
    type: str
seealso:
  - module: telephony.snom.snom_info
"""

EXAMPLES = r"""
- name: Read what the mirror saw
  telephony.snom.snom_mirror_info:
    paths:
      - /var/log/snom-mirror/access.log
      - /var/log/snom-mirror/access.log.*.gz
  delegate_to: mirror.example
  run_once: true
  register: mirror

- name: Show what each phone ran when it last came
  ansible.builtin.debug:
    msg: "{{ mirror.phones | dict2items | map(attribute='value.firmware') }}"
  run_once: true
"""

RETURN = r"""
phones:
  description: The phones, by the MAC address of each, which is 12 upper-case hexadecimal digits.
  returned: success
  type: dict
  sample:
    000413922D24:
      model: D785
      firmware: 10.1.54.13
      said_by: phone
      said_at: "2026-11-26T22:14:05+00:00"
      boot_loader: 2010.12-00004-g9ba52f5
      boot_loader_built: "2019-01-02T03:04:05"
      modules: {SXM: 0, UXM: 0}
      address: 192.0.2.17
      last_seen: "2026-11-26T22:14:05+00:00"
      fetched:
        - file: snomD785-10.1.54.13-SIP-r.bin
          path: /fw/snomD785-10.1.54.13-SIP-r.bin
          status: 200
          complete: true
          time: "2026-11-26T22:10:51+00:00"
  contains:
    model:
      description:
        - The model, as the phone said at RV(phones.said_at). Null if it did not say it.
        - Of a model that this collection does not know, the name that it gives itself.
      returned: always
      type: str
      sample: D785
    firmware:
      description: The version, likewise. Null if it does not begin with numbers, such as C(873_19_20130321).
      returned: always
      type: str
      sample: 10.1.54.13
    said_by:
      description:
        - Who said so. V(phone) is what runs on it.
        - V(image_loader) is what loads its images, and V(module) an expansion module. They give a version of their own,
          which need not be that of the phone, and count only where V(phone) never came.
        - Null where it can't be told.
      returned: always
      type: str
      sample: phone
    said_at:
      description: When the newest request with these words ended, in UTC.
      returned: always
      type: str
      sample: "2026-11-26T22:14:05+00:00"
    boot_loader:
      description: What the phone names behind its version. Null if that is nothing.
      returned: always
      type: str
      sample: 2010.12-00004-g9ba52f5
    boot_loader_built:
      description: When that was built, without a time zone. Present 10.1 phones say it.
      returned: always
      type: str
      sample: "2019-01-02T03:04:05"
    modules:
      description: The number that the phone gives for each kind of module.
      returned: always
      type: dict
      sample: {SXM: 0, UXM: 0}
    address:
      description: From where it asked.
      returned: always
      type: str
      sample: 192.0.2.17
    last_seen:
      description: When its newest request ended, in UTC.
      returned: always
      type: str
      sample: "2026-11-26T22:14:05+00:00"
    fetched:
      description: The newest request for each file.
      returned: always
      type: list
      elements: dict
      contains:
        file:
          description: Name of the file.
          returned: always
          type: str
          sample: snomD785-10.1.54.13-SIP-r.bin
        path:
          description: Where it was asked for, without a query.
          returned: always
          type: str
          sample: /fw/snomD785-10.1.54.13-SIP-r.bin
        status:
          description: The HTTP status of the answer.
          returned: always
          type: int
          sample: 200
        complete:
          description: Whether all bytes of the file were sent, in one piece or in several that fit together.
          returned: always
          type: bool
          sample: true
        time:
          description: When the request ended, in UTC.
          returned: always
          type: str
          sample: "2026-11-26T22:10:51+00:00"
unknown:
  description: How many lines could not be put to a phone, because they are of others, such as DECT bases, or of
    phones that did not say their MAC address.
  returned: success
  type: int
  sample: 12
lines:
  description: The lines of the phone that O(lines_of) names, in the order of time. They hold what the phone sent.
  returned: when O(lines_of) is given
  type: list
  elements: str
  sample: ['{"time": "2026-11-26T22:14:05+00:00", "uri": "/snomD785-000413922D24.htm", "status": 200}']
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._mirror.log import ARGUMENT_SPEC, read_logs


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        result = read_logs(module.params["paths"], module.params["lines_of"])
    except SnomError as error:
        module.fail_json(msg=error.reason)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
