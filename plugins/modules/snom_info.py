#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_info
short_description: Read model, firmware, call state and more from a Snom desk phone
version_added: 0.1.0
description:
  - Reads the pages of a phone's own web server and returns what they say.
  - What a phone does not show is null. Nothing is guessed.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.connection
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
  gather:
    description:
      - What to read. Each costs one request, V(settings) up to five.
      - V(system) reads C(info.htm), the system information. Where that shows no registrations and the phone wants no
        login, C(state_of_identity.htm) is asked for them once.
      - V(home) reads the home page, for the model where older firmware shows it nowhere else, and for the call state.
      - V(gui) reads C(state_of_gui.htm), the text of the screen, for the call state.
      - V(settings) reads C(settings.htm), which the phone shows in admin mode only, or what is offered for download
        there.
      - V(certificate) reads the fingerprint of the phone's TLS certificate without trusting it. Alone it sends no
        request, so it can be had before there is any trust; the playbook C(telephony.snom.fingerprints) does that.
      - V(system) is always read if O(mac) is given, unless V(certificate) is all that is wanted.
    type: list
    elements: str
    choices: [system, home, gui, settings, certificate]
    default: [system]
"""

EXAMPLES = r"""
- name: Read model, firmware and registrations of every phone
  telephony.snom.snom_info:
  register: info

- name: Show the firmware
  ansible.builtin.debug:
    msg: "{{ info.phone.model }} runs {{ info.phone.firmware }}"

- name: Find out whether somebody is talking
  telephony.snom.snom_info:
    gather: [gui, home]
  register: info

- name: Read a phone that is not in the inventory
  telephony.snom.snom_info:
    host: 192.0.2.17
    scheme: http
    username: admin
    password: "{{ vault_phone_password }}"
    gather:
      - system
      - settings
  register: info
"""

RETURN = r"""
phone:
  description: What the phone says about itself. Everything that it does not say is null.
  returned: success
  type: dict
  contains:
    model:
      description: Model in short form.
      returned: success
      type: str
      sample: D785
    firmware:
      description: Version of the firmware.
      returned: success
      type: str
      sample: 10.1.54.13
    mac:
      description: MAC address, as 12 upper-case hex digits.
      returned: success
      type: str
      sample: 000413922D24
    generation:
      description:
        - V(classic) for the web server that this collection can use.
        - V(phone_manager) for that of the D8xx, which has no remote control over HTTP and shows nothing else.
      returned: success
      type: str
      sample: classic
    call_state:
      description: V(idle), V(in_call), or V(unknown) unless one of these is sure.
      returned: success
      type: str
      sample: idle
    call_state_source:
      description: Where RV(phone.call_state) was read, null if it is V(unknown).
      returned: success
      type: str
      sample: state_of_gui.htm
    identities:
      description: The lines that are set up.
      returned: success
      type: list
      elements: dict
      contains:
        line:
          description: Number of the identity, from 1.
          returned: success
          type: int
          sample: 1
        user:
          description: Account at the PBX.
          returned: success
          type: str
          sample: 100@pbx.example
        registered:
          description: Whether the PBX accepted it.
          returned: success
          type: bool
          sample: true
    expansion_modules:
      description: Names of the connected expansion modules.
      returned: success
      type: list
      elements: str
      sample: [D7C]
    uptime:
      description: Seconds since the phone booted.
      returned: success
      type: int
      sample: 267005
    admin_mode:
      description: Whether the phone shows its settings without asking for its administrator password.
      returned: success
      type: bool
      sample: true
    http_pass_set:
      description: Whether the phone has a password for its web server. It has where it asked for a login.
      returned: success
      type: bool
      sample: true
    settings:
      description:
        - Settings by name, values that look like secrets masked. Only read if O(gather) says so.
        - Characters that steer a terminal are spelled out, as P(telephony.snom.visible#filter) does it.
      returned: success
      type: dict
      sample: {"language": "English", "http_pass": "********"}
    read_only_settings:
      description: Names of the settings that only provisioning can change. Only read if O(gather) says so.
      returned: success
      type: list
      elements: str
      sample: [setting_server]
    setting_forms:
      description:
        - What the settings page says of settings beside their values, by the names of RV(phone.settings). Settings of
          which it says nothing else are not there. Only read if O(gather) says so.
        - C(name) and C(number) tell the name from its number; C(number) is null where the page does not do that.
          C(perm) is the flag of permission, C(attributes) what else a function key has.
      returned: success
      type: dict
      sample:
        fkey0: {"name": "fkey", "number": 0, "perm": "R", "attributes": {"context": "active", "label": "Desk"}}
    vendor_controller:
      description:
        - Whether Snom's own controller may reach the phone by TR-369, and start an update for example. It is on by
          default from 10.1.161 until 10.1.226, on models that have TR-369; C(tr369_enable1) overrules that if the
          settings are read.
        - Null where neither tells.
      returned: success
      type: bool
      sample: false
    taught:
      description:
        - What was read as O(taught) says, by its keys; the call state is C(call_state) here. Null for nothing.
      returned: success
      type: list
      elements: str
      sample: [version, mac]
    cert_fingerprint:
      description: SHA-256 of the phone's TLS certificate, in hex. Only read if O(gather) says so.
      returned: success
      type: str
      sample: 5f2c1a9e0b7d4c3f8e6a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60
outcome:
  description: What went wrong, in one word.
  returned: failure
  type: str
  sample: auth_failed
reason:
  description: What went wrong and what can be done about it, in sentences.
  returned: failure
  type: str
  sample: The phone refused the credentials.
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.telephony.snom.plugins.module_utils._operations.info import ARGUMENT_SPEC, read_info
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import perform
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import (
    HAS_REQUESTS,
    REQUESTS_IMPORT_ERROR,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_reader import WebReader


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    if not HAS_REQUESTS:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    module.exit_json(**perform(read_info, module.params, module.check_mode, connect=WebReader))


if __name__ == "__main__":
    main()
