#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The controller renders, in the action plugin of the same name. This part publishes, where that is another machine.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_provisioning
short_description: Publish the files that Snom desk phones provision themselves from
version_added: 0.1.0
description:
  - One task for all hosts of a play. It renders from the inventory the files that the phones fetch at boot, checks
    them, compares them with what is published, and publishes them in one step. Phones see the old files or the new
    ones, and never a mixture, also if the run is killed.
  - The files of one state of the inventory are a generation, C(generations/<id>) below O(web_root), and the link
    C(current) leads to the one that phones see. The same inventory gives the same generation, so a second run writes
    nothing.
  - It touches no phone. Phones fetch the files when they boot, or when the PBX asks them to, which
    M(telephony.snom.snom_sync) lets it do.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Renders, checks and compares, and writes nothing. The folder O(web_root) must be there.
  diff_mode:
    support: full
    details:
      - Shows for each phone which settings change, with secrets masked, and at most 1000 lines.
  idempotent:
    support: full
    details:
      - With O(rollback) it goes back each time.
  bypass_host_loop:
    description: Runs once for all hosts of the play.
    support: full
options:
  web_root:
    description:
      - Folder that the web server serves under O(base_url), on the host that the task is delegated to, or else on the
        controller. It must be there, and the user who publishes must be able to write there. Where that is root, the
        folder must be root's, and nobody else may write into it. Publish into that of another user as that user
        (C(become_user)).
      - What lies in its folder C(generations) is the work of this module. It is refused if it is a link, belongs to
        another user, or has folders in it that are no generations.
    type: path
    required: true
  base_url:
    description:
      - URL under which phones find O(web_root). Their setting C(setting_server) becomes C(<base_url>/current/), unless
        the inventory says otherwise.
    type: str
    required: true
  keep:
    description:
      - How many earlier generations to keep, 1 or more. A phone that boots while a new one is published still asks for
        the files of the one before.
    type: int
    default: 1
  mode:
    description:
      - Mode of the files, in quotes. Folders get it with the right to enter for all who may read.
      - Files that everybody on that machine can read are refused if the settings hold secrets.
    type: raw
    default: "0640"
  owner:
    description:
      - Name or number of the files' owner, which only root can choose. The default is the user who publishes. Folders
        stay with that user.
    type: str
  group:
    description:
      - Name or number of the files' group, which the web server must be in. The default is the group of O(web_root).
    type: str
  shared_users:
    description:
      - SIP users that may stand on more than one phone, as V(user) or V(user@host). Without that, two phones with the
        same user are an error.
    type: list
    elements: str
    default: []
  unknown_settings:
    description:
      - What to do with settings that this collection does not know. Phones silently ignore names that they don't know,
        so a slip would not show. All are named, each with the nearest known one. There are many more settings than
        those that are known.
    type: str
    choices: [warn, fail, ignore]
    default: warn
  allow_cleartext_secrets:
    description:
      - Whether settings that hold secrets may be served over http, where everybody on the network can read them.
    type: bool
    default: false
  mirror:
    description:
      - Base URL of a server on which images lie by the names that Snom gives them. The host variable C(snom_mirror)
        says the same for a phone, and wins.
    type: str
  catalog:
    description:
      - YAML file on the controller with a list C(images), which adds to the built-in catalogue. The entries are those
        of O(telephony.snom.snom_firmware#module:catalog).
    type: path
  phone_book:
    description:
      - Phone book for the phones whose host has no variable C(snom_phone_book). It replaces the one in the phone,
        unless O(phone_book_complete) says otherwise. Without any, the phone's own stays as it is.
      - Each entry has C(name), or C(first_name) and C(last_name), and C(number). It may have C(type) and
        C(number_type), which are words that the phone has for it, and C(fav), C(context), C(title), C(organization),
        C(email), C(note), C(group) and C(birthday).
      - Instead of C(number) it may have C(numbers), a list of mappings with C(number) and C(number_type). It becomes as
        many entries of that name.
    type: list
    elements: dict
  phone_book_complete:
    description:
      - Whether the phone book replaces the one in the phone, for the phones whose host has no variable
        C(snom_phone_book_complete). If not, its entries go beside those in the phone, or in the place of those with the
        same number. An entry that you take out of it stays in the phone.
    type: bool
    default: true
  rollback:
    description:
      - Whether to make the previous generation the one that phones see, instead of rendering one. Done twice, it comes
        back to where it was.
    type: bool
    default: false
  allow_removal:
    description:
      - Whether files may go of phones that the play has not. Without that the phones are named, and nothing is written.
        It is for phones that are to find nothing in O(web_root) any more, because they are no more, or have another
        one now. An inventory also lacks a phone if a source of it can't be read, or if a lease ran out.
    type: bool
    default: false
  _content:
    description:
      - Where the rendered files lie on the host that publishes. The action plugin sets it; leave it out.
    type: path
notes:
  - The task needs C(run_once=true). Without it Ansible would register the result on the first host only, so it refuses
    to run. C(strategy=free) can't run it.
  - It publishes the phones of the play and no others. What would take the files of others away is refused, whether the
    inventory has them or not, and with C(--limit) at once. See O(allow_removal).
  - Delegate it to the host with the web root. Without O(ignore:delegate_to) it publishes on the controller.
  - C(when) and templates in the options are evaluated for the first host only.
  - What a phone should have is said by host variables. C(snom_mac) and C(snom_model) are needed. C(snom_settings) and
    all C(snom_settings_<suffix>) are merged, in the order of their names and C(snom_settings) last.
  - A phone gets firmware by provisioning only if its settings say C(update_policy=auto_update). Then
    C(snom_firmware_version) or C(snom_firmware_versions) say which, and C(snom_expansion_firmware) which file is for
    its expansion modules, behind its own. Otherwise C(update_policy) becomes
    C(settings_only), so that M(telephony.snom.snom_rollout) is in charge.
  - The phone decides what to do with firmware that it is told to load. What it runs now is not looked at, so an older
    version is a downgrade.
  - Secrets stand in the published files, readable for their owner and group. The web server hands them to whoever asks
    for the right name, so let it serve only the network of the phones.
seealso:
  - module: telephony.snom.snom_rollout
"""

EXAMPLES = r"""
- name: Publish the provisioning files
  hosts: phones
  gather_facts: false
  tasks:
    - name: Render and publish
      telephony.snom.snom_provisioning:
        web_root: /srv/provisioning
        base_url: https://provisioning.example
        shared_users: ["900"]
      run_once: true
      diff: true
      register: provisioning

    - name: Count the phones that would fetch something new
      ansible.builtin.debug:
        msg: "{{ provisioning.counts.changed }} of {{ provisioning.counts.phones }}"
      run_once: true

- name: Go back to what was published before
  hosts: phones
  gather_facts: false
  tasks:
    - name: Make the previous generation current again
      telephony.snom.snom_provisioning:
        web_root: /srv/provisioning
        base_url: https://provisioning.example
        rollback: true
      run_once: true
"""

RETURN = r"""
generation:
  description: Name of the generation that phones see now, or would see without check mode.
  returned: success
  type: str
  sample: d52621604ecb18fb
previous:
  description: Name of the generation that phones saw before the task. Null before the first.
  returned: success
  type: str
  sample: 44eb6439e856dee4
phones:
  description: What is new for each phone, by the name of its host.
  returned: success
  type: dict
  contains:
    changed:
      description: Whether the phone finds other settings or another phone book than before.
      returned: always
      type: bool
      sample: true
    files:
      description: The files that it fetches, the one that it asks for first.
      returned: always
      type: list
      elements: str
      sample: [snomD785-000413922D24.htm, snomD785.xml, snomD785-000413922D24.xml]
gone:
  description: Files that phones asked for before and that are not there any more.
  returned: success
  type: list
  elements: str
  sample: [snomD785-000413922D25.htm]
counts:
  description: How many there are.
  returned: success
  type: dict
  contains:
    phones:
      description: Phones in the generation.
      returned: always
      type: int
      sample: 120
    changed:
      description: Phones with something new.
      returned: always
      type: int
      sample: 2
    files:
      description: Files in the generation.
      returned: always
      type: int
      sample: 245
    gone:
      description: Files that are not there any more.
      returned: always
      type: int
      sample: 0
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.publish import (
    ARGUMENT_SPEC,
    publish_content,
    unpack,
)


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    if not module.params["_content"]:
        module.fail_json(msg="This module publishes what its action plugin renders. Call it as a task of a playbook.")
    content = unpack(Path(module.params["_content"]).read_bytes())
    module.exit_json(**publish_content(content, module.params, module.check_mode))


if __name__ == "__main__":
    main()
