#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_pbx_info
short_description: Read from the PBX which phones are registered, with which firmware, and who talks
version_added: 0.1.0
description:
  - Asks an Asterisk, Kamailio or FreeSWITCH for its registrations and calls, in one login for the whole play. It only
    reads, and asks no phone.
  - A phone says model and firmware in the C(User-Agent) of its registration, and its MAC address where its setting
    C(mac_info_in_sip_register) is on. So phones that answer nothing over HTTP, such as the D8xx, show here what they
    run.
  - A phone whose contact has changed is listed twice until the old one runs out. The one with the larger
    RV(registrations[].expires) is the newer.
  - It runs on the controller. Where only another machine reaches the PBX, delegate the task there.
  - What each kind of PBX tells, and which rights it takes, stands in
    R(the guide,ansible_collections.telephony.snom.docsite.pbx).
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.pbx
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
seealso:
  - module: telephony.snom.snom_info
  - module: telephony.snom.snom_mirror_info
"""

EXAMPLES = r"""
- name: Read what the PBX knows of all phones
  telephony.snom.snom_pbx_info:
    pbx:
      kind: kamailio
      host: pbx.example
      port: 5080
      username: ansible
      password: "{{ vault_snom_pbx_password }}"
  run_once: true
  register: pbx

- name: Show the D8xx that are not on the new firmware
  ansible.builtin.debug:
    msg: >-
      {{ pbx.registrations | selectattr('model', 'match', 'D8') | rejectattr('firmware', 'eq', '10.1.226.13')
         | map(attribute='account') }}
  run_once: true

- name: Read it through a host of the voice network
  telephony.snom.snom_pbx_info:
    pbx: "{{ snom_pbx }}"
  delegate_to: jump.example
  run_once: true
"""

RETURN = r"""
registrations:
  description: Every contact of every account, in the order of the accounts.
  returned: success
  type: list
  elements: dict
  sample:
    - account: "401"
      contact: sip:401@192.0.2.17:5060;line=x3k8
      address: 192.0.2.17
      user_agent: snomD862/10.1.226.13 00041399AABB
      model: D862
      firmware: 10.1.226.13
      mac: 00041399AABB
      expires: 541
      reachable: true
  contains:
    account:
      description: The account. With its domain only where the PBX tells of more than one domain.
      returned: always
      type: str
      sample: "401"
    contact:
      description: The SIP URI under which the phone is reached.
      returned: always
      type: str
      sample: sip:401@192.0.2.17:5060;line=x3k8
    address:
      description: The IP address that the PBX sends to. Null where it does not tell.
      returned: always
      type: str
      sample: 192.0.2.17
    user_agent:
      description: What the phone says of itself.
      returned: always
      type: str
      sample: snomD862/10.1.226.13 00041399AABB
    model:
      description: The model that it says. Null for a phone that is not Snom's, or does not say it.
      returned: always
      type: str
      sample: D862
    firmware:
      description: The version that it says, likewise.
      returned: always
      type: str
      sample: 10.1.226.13
    mac:
      description: The MAC address that it says, likewise, as 12 upper-case hexadecimal digits.
      returned: always
      type: str
      sample: 00041399AABB
    expires:
      description: Seconds until the registration runs out. Null where the PBX does not tell.
      returned: always
      type: int
      sample: 541
    reachable:
      description: Whether the phone answers the PBX's own probe. Null where it does not probe.
      returned: always
      type: bool
      sample: true
calls:
  description:
    - Whether each account is in a call, V(idle), V(in_call) or V(unknown). An account is V(unknown) where the PBX can't
      tell.
  returned: success
  type: dict
  sample: {"401": idle, "402": in_call}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._pbx.overview import ARGUMENT_SPEC, read_pbx


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        result = read_pbx(module.params["pbx"])
    except SnomError as error:
        module.fail_json(msg=error.reason)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
