#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# It runs on the controller only: all of it is in the action plugin of the same name.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_interview
short_description: Find out what a phone shows, and what can be made of that
version_added: 0.1.0
description:
  - The first talk with the first phone of a model. It reads all pages that are known or linked, asks all who know of
    the phone, and compares what they say with each other and with what you see.
  - It says what the other modules will do on such a phone, and proposes what you could teach them by O(taught).
  - With O(profile) it writes down what the phone answered, without what is about people and their network. Read it
    before you send it. See R(the guide,ansible_collections.telephony.snom.docsite.interview).
  - It runs on the controller. The playbook C(telephony.snom.interview) runs it, and shows the result.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.connection
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Sends nothing, and says what it would send.
  diff_mode:
    support: none
    details:
      - A profile is to be read as a whole.
  idempotent:
    support: partial
    details:
      - RV(ignore:changed) is true where the file of the profile changed. How long each answer took stands in it.
options:
  step:
    description:
      - V(look) only reads.
    type: str
    choices: [look]
    default: look
  shown_version:
    description:
      - The firmware version that the phone's display shows you.
    type: str
  shown_mac:
    description:
      - The MAC address that the display, or the label below, shows you.
    type: str
  shown_model:
    description:
      - The model that is printed on the phone.
    type: str
  shown_registered:
    description:
      - Whether the display shows that a line is registered.
    type: bool
  in_call:
    description:
      - Whether somebody talks on the phone now, as you see it.
    type: bool
  registrations:
    description:
      - What M(telephony.snom.snom_pbx_info) returned under this name.
    type: list
    elements: dict
  mirror_phones:
    description:
      - What M(telephony.snom.snom_mirror_info) returned as C(phones).
    type: dict
  profile:
    description:
      - File on the controller to write the profile into, as JSON. One that is there is overwritten.
    type: path
  keep_words:
    description:
      - Words that may stay in the profile, such as labels of pages in your language. Every word that the collection
        does not know is replaced otherwise, because it could be somebody's name.
    type: list
    elements: str
seealso:
  - module: telephony.snom.snom_info
"""

EXAMPLES = r"""
- name: Look at the first phone of a model
  telephony.snom.snom_interview:
    shown_version: 10.1.54.13
    in_call: false
    profile: "{{ inventory_hostname }}-profile.json"
  register: look

- name: Show what it found
  ansible.builtin.debug:
    msg: "{{ look.summary }}"
"""

RETURN = r"""
step:
  description: The step that was done.
  returned: success
  type: str
  sample: look
will_send:
  description: What the step sends, in words.
  returned: success
  type: str
  sample: look reads 18 known pages and those that they link.
summary:
  description: All of it, as lines for people.
  returned: success
  type: list
  elements: str
  sample: ["version: 10.1.54.13", "    10.1.54.13  (info.htm; the phone's own page)"]
verdicts:
  description: For each fact, who says what.
  returned: success, not in check mode
  type: list
  elements: dict
  sample:
    - fact: version
      value: 10.1.54.13
      verdict: agreed
      said: [{"value": "10.1.54.13", "source": "pages", "where": "info.htm", "sure": "the phone's own page"}]
  contains:
    fact:
      description: C(version), C(mac), C(model), C(registered) or C(call).
      returned: always
      type: str
      sample: version
    value:
      description: The value, where all who know one say the same. Null otherwise.
      returned: always
      type: str
      sample: 10.1.54.13
    verdict:
      description: C(agreed), C(contradiction) or C(unknown).
      returned: always
      type: str
      sample: agreed
    said:
      description: Who says what, where that stands, and how sure it is.
      returned: always
      type: list
      elements: dict
      sample: [{"value": "10.1.54.13", "source": "person", "where": "the phone's display", "sure": "your word"}]
contradictions:
  description: A sentence for each fact on which they differ.
  returned: success, not in check mode
  type: list
  elements: str
  sample: ["version: info.htm says 10.1.54.13; the phone's display says 10.1.54.14."]
pages:
  description: The pages that were asked for, and what came back.
  returned: success, not in check mode
  type: list
  elements: dict
  sample: [{"path": "/info.htm", "said": "200, 812 bytes"}]
not_read:
  description: What could not be read, and why.
  returned: success, not in check mode
  type: list
  elements: str
  sample: []
tls:
  description: Version and cipher of TLS, and the fingerprint of the certificate. Null over http.
  returned: success, not in check mode
  type: dict
  sample: {"version": "TLSv1.2", "cipher": "ECDHE-ECDSA-AES256-GCM-SHA384", "fingerprint": "f1"}
forecast:
  description: What each module will do on this phone, and why.
  returned: success, not in check mode
  type: list
  elements: dict
  sample: [{"module": "snom_firmware", "will": "refuses", "why": "No page shows the version."}]
taught:
  description: What you could teach. Nothing where nothing is missing, or nothing was found.
  returned: success, not in check mode
  type: list
  elements: dict
  sample: [{"version": {"page": "status.htm", "label": "Software release"}}]
taught_yaml:
  description: The same as a file of variables.
  returned: success, not in check mode
  type: str
  sample: |
    snom_taught:
    - version: {"page": "status.htm", "label": "Software release"}
profile:
  description: The file of the profile. Null where none was wanted.
  returned: success, not in check mode
  type: str
  sample: reception-profile.json
"""
