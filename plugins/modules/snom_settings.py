#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_settings
short_description: Bring the settings of a Snom desk phone to what the inventory states
version_added: 0.1.0
description:
  - Reads a phone's settings, writes those that differ, and reads them back. What a phone answers when it is written to
    proves nothing; what it shows afterwards does.
  - Identities and function keys are settings, too.
  - Settings that the phone marks as read-only, and names that neither the phone nor this collection knows, are left out
    with a warning, because phones of several models share the variables of their groups.
  - What changes the way in (the login, the type of the web server, hidden tags, administrator mode) is written last.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.connection
  - telephony.snom.remote
  - telephony.snom.calls
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads the phone and compares.
  diff_mode:
    support: full
    details:
      - Shows the settings that differ. Secrets are masked.
  idempotent:
    support: partial
    details:
      - No page shows what a secret is, so secrets are written each time, and count as changed. With
        O(update_secrets=false) they are left as they are.
      - C(http_pass) is no such secret if it is the password with which the phone was just opened.
options:
  settings:
    description:
      - The settings, by name.
      - A value is text, a number, or true and false, which phones spell V(on) and V(off). An indexed setting takes a
        mapping by number, or a list from its first number on, where that is known. What provisioning files need beside
        a value is allowed here, too (C(value) with C(perm)). The guide on settings has all forms.
      - The words V(true) and V(false) as text are kept as they are, with a warning where a switch has other ones;
        V(yes) and V(no) as text are refused for switches. In a template write C(| bool) behind them.
      - What is dialed, SIP users and secrets need quotes, because YAML takes zeros in front off. Those that are numbers
        are warned about.
      - If not given, the host's variables C(snom_settings) and C(snom_settings_<suffix>) are merged, in the order of
        their names, with C(snom_settings) last. A setting that is null is taken out.
    type: dict
  secret_settings:
    description:
      - More settings, whose values are secret although their names don't tell. They are treated like those that have
        C(pass), C(pin) or C(secret) in their names, which are recognised in O(settings), too.
    type: dict
  store:
    description:
      - Whether the phone stores the settings in its flash. With V(false) they are lost at its next boot.
      - What is stored can't be read. So a later task with V(true) finds what was written with V(false), counts it as
        there, and stores nothing. To store it, restart the phone before that task, for example with
        M(telephony.snom.snom_reboot), or save the settings in its web interface.
    type: bool
    default: true
  update_secrets:
    description:
      - Whether to write secrets, such as passwords, although it can't be read whether the phone has them already.
    type: bool
    default: true
  allow_unknown:
    description:
      - Whether to write settings that neither the phone shows nor this collection knows. Phones ignore what they don't
        know; such a setting is reported as a failure then.
    type: bool
    default: false
  allow_cleartext_secrets:
    description:
      - Whether secrets, and URLs with a login inside, may go over http, where everybody on the network can read them.
      - Check mode is refused, too, and still shows how the phone differs.
      - Taken from the host variable C(snom_allow_cleartext_secrets) if not given.
    type: bool
    default: false
  reboot:
    description:
      - Whether to restart the phone if a setting that was changed takes effect at a boot only.
      - If a setting is known to need it and the phone can't be restarted now, because of a call, nothing is written
        either. The outcome is C(deferred), and the next run does both.
      - A call that begins while it is being restarted can keep it from that. The outcome is C(deferred) then, too, and
        RV(reboot_required) stays true; the next run does not know of it, so restart the phone otherwise.
    type: str
    choices: [never, if_required]
    default: never
  only_when_idle:
    description:
      - Whether a phone that is in a call is not restarted.
    type: bool
    default: true
  deadline:
    description:
      - Seconds after which a phone that is not back from its restart counts as lost.
    type: float
    default: 300.0
seealso:
  - module: telephony.snom.snom_info
  - module: telephony.snom.snom_reboot
"""

EXAMPLES = r"""
- name: Bring each phone to the settings of its host and group variables
  telephony.snom.snom_settings:

- name: Set the language and two function keys
  telephony.snom.snom_settings:
    settings:
      language: English
      fkey:
        0: blf 101
        1: speed 110
  diff: true

- name: See which phones have drifted, without counting their passwords
  telephony.snom.snom_settings:
    update_secrets: false
  check_mode: true
  register: drift

- name: Change the type of the web server, and restart phones that nobody talks on
  telephony.snom.snom_settings:
    settings:
      webserver_type: http_https
    reboot: if_required
    unknown_call_state: proceed
"""

RETURN = r"""
diff:
  description:
    - The settings that were changed, a line for each. Secrets are masked.
    - Line breaks and characters that steer a terminal are spelled out, as P(telephony.snom.visible#filter) does it.
  returned: when the phone was read
  type: dict
  contains:
    before:
      description: What the phone had. A setting that it did not show is left out.
      returned: always
      type: str
      sample: "language: English\n"
    after:
      description: What it shows now, or would show.
      returned: always
      type: str
      sample: "language: Deutsch\n"
written:
  description:
    - Names of the settings that were changed, or would be in check mode. The number of an indexed one is the end of its
      name.
  returned: when the phone was read
  type: list
  elements: str
  sample: [fkey0, language]
read_only:
  description: Settings that differ, but that the phone lets only its provisioning change.
  returned: when the phone was read
  type: list
  elements: str
  sample: [setting_server]
unknown:
  description: Settings that neither the phone nor this collection knows. They were not written.
  returned: when the phone was read
  type: list
  elements: str
  sample: [lanugage]
unverified:
  description:
    - Secrets of which nobody can see whether the phone has them. They were written, or left out with
      O(update_secrets=false).
    - Also what only provisioning files can give a function key, its C(context) or a label of two lines.
  returned: when the phone was read
  type: list
  elements: str
  sample: [user_pass1]
reboot_required:
  description: Whether something that was changed takes effect at the phone's next boot only.
  returned: when the phone was read
  type: bool
  sample: false
rebooted:
  description: Whether the phone was restarted and is back.
  returned: when the phone was read
  type: bool
  sample: false
outcome:
  description:
    - What went wrong, in one word, or V(protected).
    - V(rebooted) or V(deferred) where the phone was, or is to be, restarted.
  returned: failure, or when there was something to restart for
  type: str
  sample: user_mode
reason:
  description: The same in sentences, with what can be done about it.
  returned: with RV(outcome)
  type: str
  sample: The phone is in user mode and takes no settings. Switch it to administrator mode.
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import perform
from ansible_collections.telephony.snom.plugins.module_utils._operations.settings import ARGUMENT_SPEC, write_settings
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import (
    HAS_REQUESTS,
    REQUESTS_IMPORT_ERROR,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    if not HAS_REQUESTS:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    module.exit_json(**perform(write_settings, module.params, module.check_mode, connect=WebPhone))


if __name__ == "__main__":
    main()
