#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_sync
short_description: Let a Snom desk phone fetch its settings without a restart, with proof
version_added: 0.1.0
description:
  - Sends a phone the SIP event C(check-sync;reboot=false) through its PBX, and waits until the log of the mirror shows
    that the phone fetched its own settings file afterwards. It works for all desk phones, the D8xx among them.
  - Only that fetch counts. That the PBX has sent the event proves nothing, and neither does what the phone answers to
    it. Where the PBX fails as it sends it, the phone may have got it, so the log is waited for all the same. The file
    is the phone's by the MAC address in its path or query. It has to come whole, to what says that it is a Snom phone
    or to the phone's own address.
  - C(reboot=true) is never sent. But a phone restarts by itself where a setting that it fetched needs that, so one that
    is in a call is left alone.
  - Nothing is sent where C(checksync_action) makes something else of a check-sync, where C(tr69_use_acs) or
    C(update_policy) keep the phone from fetching, where it asks for a password that the PBX does not give
    (C(challenge_checksync)), where the PBX lists other phones with it that can't be told apart, and while the mirror
    shows the phone a firmware. These settings are read from the phone where it shows them, and from O(settings).
  - Nor is anything sent for two hours after the phone has fetched a firmware by the mirror's log, unless it says since,
    there or to the PBX, that it runs that. It may be loading it, or writing its flash.
  - It runs on the controller. Where only another machine reaches PBX and mirror, delegate the task there.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.connection
  - telephony.snom.pbx
  - telephony.snom.mirror_control
  - telephony.snom.calls
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads phone, PBX and mirror, and sends the phone nothing. The outcome is C(planned) where it would be asked.
  diff_mode:
    support: N/A
    details:
      - What the phone fetches is shown by M(telephony.snom.snom_provisioning).
  idempotent:
    support: N/A
    details:
      - Each run lets the phone fetch its files.
options:
  account:
    description:
      - The phone's account at the PBX. Without it, the registration counts that names the phone's MAC address, else the
        only one from its address.
      - In quotes, because YAML takes zeros in front off. A number is warned about.
      - Taken from the host variable C(snom_account) if not given.
    type: str
  settings:
    description:
      - What the phone is provisioned with, as in M(telephony.snom.snom_settings). Only what decides about a check-sync
        is looked at.
      - Taken from the host variables C(snom_settings) and C(snom_settings_<suffix>) if not given.
    type: dict
  generation:
    description:
      - Name of a generation, as M(telephony.snom.snom_provisioning) returns it. Only a file of that one counts then.
    type: str
  fetch_timeout:
    description:
      - Seconds that the phone has to fetch its file, two weeks at most.
    type: float
    default: 60.0
  only_when_idle:
    description:
      - Whether to leave a phone alone that is in a call. The outcome is C(deferred) then.
    type: bool
    default: true
  model:
    description:
      - Model that the phone must be. If it is another one, the outcome is C(wrong_phone) and nothing is sent.
      - Taken from the host variable C(snom_model) if not given.
    type: str
seealso:
  - module: telephony.snom.snom_provisioning
  - module: telephony.snom.snom_reboot
  - name: The PBX
    description: What each kind of PBX can do, and which rights it takes.
    link: https://github.com/telephony/snom/blob/main/docs/docsite/rst/pbx.rst
"""

EXAMPLES = r"""
- name: Let each phone fetch its settings
  telephony.snom.snom_sync:
    pbx: "{{ snom_pbx }}"
    mirror_control: "{{ snom_mirror_control }}"

- name: Let phones fetch theirs that nobody can ask whether somebody talks
  telephony.snom.snom_sync:
    unknown_call_state: proceed
    fetch_timeout: 120
  register: sync

- name: Show which file each has fetched
  ansible.builtin.debug:
    msg: "{{ sync.evidence.fetched.file }}"
  when: sync.outcome == "synced"
"""

RETURN = r"""
outcome:
  description:
    - How it ended, in one word.
    - V(synced), V(planned), V(deferred) and V(protected) are no failures.
    - All others are, V(no_fetch), V(refused), V(auth_failed) and V(unreachable) among them.
  returned: always
  type: str
  sample: synced
reason:
  description: The same in sentences, with what can be done about it.
  returned: always
  type: str
  sample: It was asked, and then fetched snomD862-000413A1B2C3.xml.
elapsed:
  description: Seconds from the event to the end.
  returned: when the phone may be told
  type: float
  sample: 2.1
evidence:
  description:
    - What was seen. It holds only what was looked at.
    - Times are in seconds since the epoch. A failure has none, because all of it is shown to people. Its reason says
      what they need.
  returned: when the phone may be told
  type: dict
  contains:
    mac:
      description: MAC address of the phone.
      returned: always
      type: str
      sample: 000413A1B2C3
    checksync_action:
      description: The phone's setting of that name. Null where the phone does not show its settings.
      returned: always
      type: str
      sample: ""
    account:
      description: The account under which it was reached.
      returned: always
      type: str
      sample: "401"
    contact:
      description: The contact to which the event was sent.
      returned: always
      type: str
      sample: sip:401@192.0.2.17:5060
    registered:
      description: What the phone says of itself, in its registration or over straight SIP in an answer.
      returned: always
      type: str
      sample: snomD862/10.1.226.13 000413A1B2C3
    call_state:
      description: V(idle), V(in_call) or V(unknown), right before the event was sent.
      returned: when O(only_when_idle) is set
      type: str
      sample: idle
    call_state_source:
      description: Where RV(evidence.call_state) comes from.
      returned: when O(only_when_idle) is set
      type: str
      sample: the PBX pbx.example
    event:
      description: The event.
      returned: when it was sent
      type: str
      sample: check-sync;reboot=false
    sent_at:
      description: When it was sent.
      returned: when it was sent, unless it failed
      type: float
      sample: 1795413670.7
    answer:
      description: The phone's own answer. V(408) for none, null where the PBX does not tell it. It proves nothing.
      returned: when it was sent
      type: int
      sample: 200
    answer_reason:
      description: What stands behind it.
      returned: when it was sent
      type: str
      sample: OK
    fetched:
      description: The request that proves it.
      returned: when the phone fetched its file
      type: dict
      contains:
        file:
          description: Name of the file.
          returned: always
          type: str
          sample: snomD862-000413A1B2C3.xml
        status:
          description: Status of the mirror's answer. V(304) tells a phone that it has the file already.
          returned: always
          type: int
          sample: 200
        time:
          description: When that was, by the mirror's clock.
          returned: always
          type: float
          sample: 1795413672.0
        address:
          description: From where it was asked for.
          returned: always
          type: str
          sample: 192.0.2.17
        firmware:
          description: The version that the phone said it runs. Null where it did not say it.
          returned: always
          type: str
          sample: 10.1.226.13
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import perform
from ansible_collections.telephony.snom.plugins.module_utils._operations.sync import ARGUMENT_SPEC, sync_phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import (
    HAS_REQUESTS,
    REQUESTS_IMPORT_ERROR,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_reader import WebReader


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    if not HAS_REQUESTS:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    module.exit_json(**perform(sync_phone, module.params, module.check_mode, connect=WebReader))


if __name__ == "__main__":
    main()
