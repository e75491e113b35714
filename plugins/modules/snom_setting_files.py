#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# It runs on the controller only: all of it is in the action plugin of the same name.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_setting_files
short_description: Describe phones by the setting files that they are served
version_added: 0.1.0
description:
  - Reads a folder of setting files, as FusionPBX, FS PBX, wazo, tancredi, Provisioner and others give them to phones.
    They are XML or text, with lists of files, function keys, phone books and files of firmware. It writes the variables
    that describe these phones, and asks no phone. The playbook C(telephony.snom.adopt) does so with
    C(snom_adopt_files).
  - A phone is known by the MAC address in the name of its file or folder. It reads that file, what that lists, and
    before these C(snom720.htm) if its own file is called C(snom720-000413AABBCC.htm). So it is with any other name
    before the MAC address. Later files go over earlier ones.
  - What all phones have in common goes to the group, the rest to each host. Provisioning by these variables gives
    phones what the files gave them.
  - Secrets, SIP passwords above all, go to a file of their own with mode 0600. The other files refer to it. It is
    written in clear; encrypt it with C(ansible-vault) before you commit it.
  - Left out, and named with the reason, is what leads back to the old server, such as C(setting_server), what a phone
    tells of itself, such as C(phone_type), and what no inventory can hold.
  - Templates that nobody has filled in, document types, links out of the folder and files without an end are refused,
    and then nothing is written.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The file of secrets is not shown.
  idempotent:
    support: full
options:
  path:
    description:
      - The folder, or its URL. Folders in a folder are read, too. A relative path counts from the current directory.
      - A URL with C({mac}) in it, as phones have it in C(setting_server), is asked for each phone of the inventory that
        has C(snom_mac). C({phone_type}) in it is filled in by C(snom_model). One that ends in a slash is that of a
        folder whose files the server lists. What lists of files name is fetched from the same server, too; redirects
        are refused.
    type: str
    required: true
  dest:
    description:
      - Folder to write C(group_vars) and C(host_vars) into. A relative path counts from the current directory.
      - Phones that the inventory does not have in O(group) are listed in C(adopted.yml) there, which is an inventory.
        They are called by their MAC address, as P(telephony.snom.phones#inventory) does it.
    type: path
    required: true
  group:
    description: The group of the phones.
    type: str
    default: phones
  overwrite:
    description: Whether files that are there, and that hold something else, may be overwritten.
    type: bool
    default: false
  url_username:
    description: Name for HTTP authentication, if O(path) is a URL.
    type: str
  url_password:
    description: Password for it.
    type: str
  url_ca_path:
    description: File or folder of the CAs that are trusted, if the certificate of the server is of none that the
      controller knows.
    type: path
  allow_cleartext_secrets:
    description: Whether O(url_password) may be sent over http, where everybody on the network can read it.
    type: bool
    default: false
seealso:
  - module: telephony.snom.snom_provisioning
  - module: telephony.snom.snom_settings
"""

EXAMPLES = r"""
- name: Describe the phones that FusionPBX serves
  telephony.snom.snom_setting_files:
    path: /srv/served
    dest: inventory
  run_once: true
  register: adopted

- name: Ask the server for the file of each phone of the inventory, with its login
  telephony.snom.snom_setting_files:
    path: https://pbx.example/app/provision/{mac}.xml
    dest: adopted
    url_username: "{{ provisioning_user }}"
    url_password: "{{ provisioning_password }}"
  run_once: true
  when: provisioning_password is defined

- name: Show what there is to know about it
  ansible.builtin.debug:
    var: adopted.notes
  run_once: true
"""

RETURN = r"""
phones:
  description: The phones, without any value of a setting.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: Name of the host.
      returned: always
      type: str
      sample: snom-000413aabbcc
    mac:
      description: Its MAC address.
      returned: always
      type: str
      sample: 000413AABBCC
    model:
      description: Its model. Null if nothing tells it.
      returned: always
      type: str
      sample: D120
    version:
      description: The firmware that its files make it load. Null if they make it load none.
      returned: always
      type: str
      sample: 10.1.39.11
    settings:
      description: How many settings its files give it. An indexed one counts once.
      returned: always
      type: int
      sample: 312
    secrets:
      description: Settings that are in the file of secrets.
      returned: always
      type: list
      elements: str
      sample: [http_pass, user_pass1]
    left_out:
      description: Why a setting is not taken over, by name; or why its flag is not, by name with C(, perm) behind it.
      returned: always
      type: dict
      sample:
        phone_type: it tells what the phone is, not what it should be
    phone_book:
      description: How many entries its phone book has. Null if it is given none.
      returned: always
      type: int
      sample: 17
    files:
      description: The files that it reads, in order.
      returned: always
      type: list
      elements: str
      sample: [snomD120.htm, snomD120-000413AABBCC.htm]
shared:
  description: Settings that all have in common.
  returned: success
  type: list
  elements: str
  sample: [language, timezone]
notes:
  description: What there is to know, in sentences.
  returned: success
  type: list
  elements: str
  sample:
    - "Left out because they lead back to the server that the phones come from: setting_server (12)."
files:
  description: The files that describe the phones. In check mode they may not be there.
  returned: success
  type: list
  elements: str
  sample: [/srv/inventory/group_vars/phones/settings.yml]
"""
