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
  - The phone's pages are read over HTTP with its web login, also with O(transport=sip).
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
    support: N/A
    details:
      - RV(ignore:changed) is true where the file of the profile changed. How long each answer took stands in it.
options:
  step:
    description:
      - V(look) only reads.
      - V(call) reads again and again while you make a call, and finds out who tells of it.
      - V(reboot) and V(upgrade) weigh what M(telephony.snom.snom_reboot) and M(telephony.snom.snom_firmware) returned,
        and wait until a line is registered.
      - V(settings) chooses a setting that does no harm, or weighs what M(telephony.snom.snom_settings) returned for it.
      - V(registration) reads again and again while you log a line off and on, and finds out how that shows.
      - V(notify) and V(minibrowser) have the phone run a silent document that reports, by a NOTIFY of its PBX or by
        C(minibrowser.htm). V(direct) has it open a URL of its own, without a document. V(csta) asks it for its calls by
        CSTA over HTTP. V(document_reboot) has it run a document that says C(reboot). None of these is sure to work.
      - V(capture) weighs what the mirror's log says that the phone asked for since an event, O(capture_event).
    type: str
    choices:
      - look
      - call
      - registration
      - reboot
      - settings
      - upgrade
      - notify
      - minibrowser
      - direct
      - csta
      - capture
      - document_reboot
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
  watch:
    description:
      - Seconds for which O(step=call) looks, unless it has seen a whole call before. Leave the phone alone in the first
        third, be in a call in the middle, and leave it alone in the last third.
    type: float
    default: 90.0
  ended:
    description:
      - What the module returned that did the step.
    type: dict
  record:
    description:
      - Only look at a phone that a module is about to change (V(before)), or has changed for a while (V(changed)). What
        it shows is kept beside O(profile) until the step is weighed, in a file that only you can read.
      - With V(before) nothing goes on where your word contradicts all others.
    type: str
    choices: [before, changed]
  mirror_lines:
    description:
      - What M(telephony.snom.snom_mirror_info) returned as C(lines).
    type: list
    elements: str
  mirror_lines_before:
    description:
      - The same from before the event, for O(step=capture).
    type: list
    elements: str
  registered_lines:
    description:
      - Numbers of the lines that are registered, as the phone's display shows you.
    type: list
    elements: int
  unregistered_lines:
    description:
      - Numbers of the lines that are not. Where the phone has none, O(step=registration) makes one.
    type: list
    elements: int
  confirm_reboot:
    description:
      - The request that a look has seen on a page for a restart, if you know that it is for that.
    type: str
  confirm_clear_lists:
    description:
      - The word that a look has seen on a page for clearing a list, likewise.
    type: str
  confirm_settings_page:
    description:
      - The page that holds all settings, likewise.
    type: str
  capture_event:
    description:
      - What has the phone fetch its files in O(step=capture).
      - V(check_sync) is a check-sync by M(telephony.snom.snom_sync), whose result is O(ended). V(by_hand) is you.
      - V(notify) and V(minibrowser) are a silent document that says C(reloadset), by a NOTIFY of its PBX or by
        C(minibrowser.htm). Without O(mirror_lines) and O(ended) it is sent, if the phone is idle and not protected;
        RV(tried) is the evidence of O(ended) then, with C(sent) as the outcome.
    type: str
    choices: [check_sync, by_hand, notify, minibrowser]
    default: check_sync
  may_show:
    description:
      - Whether a document may show on the phone's display. Firmware before 10.1.82.0 shows each.
    type: bool
    default: false
  number:
    description:
      - The number that O(step=direct) dials, in quotes. Without a number, nothing is dialed.
      - Emergency numbers are refused, as M(telephony.snom.snom_call) does by default.
    type: raw
  csta_path:
    description:
      - Where the phone takes CSTA over HTTP. That is not public, and nothing is guessed.
    type: str
  saw:
    description:
      - What you saw at the phone when the step was done. Nothing is sent then; your word is added to O(profile).
    type: str
    choices: [nothing, shown, asked, acted, call_went_on, call_ended]
  keep_words:
    description:
      - Words that may stay in the profile, such as labels of pages in your language. Every word that the collection
        does not know is replaced otherwise, because it could be somebody's name.
    type: list
    elements: str
  hide_words:
    description:
      - Names of people that are known words, such as Day or Keys, and would stay in the profile. Beside it a list names
        known words that may be some.
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
  returned: O(step=look), not in check mode
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
  returned: O(step=look), not in check mode
  type: list
  elements: str
  sample: ["version: info.htm says 10.1.54.13; the phone's display says 10.1.54.14."]
pages:
  description: The pages that were asked for, and what came back.
  returned: O(step=look), not in check mode
  type: list
  elements: dict
  sample: [{"path": "/info.htm", "said": "200, 812 bytes"}]
not_read:
  description: What could not be read, and why.
  returned: O(step=look), not in check mode
  type: list
  elements: str
  sample: []
to_confirm:
  description: What was seen on its pages and is proposed once you confirm it, and why other things are not proposed.
  returned: O(step=look), not in check mode
  type: list
  elements: str
  sample: []
tls:
  description: Which TLS the phone speaks, and its certificate. Null over http.
  returned: O(step=look), not in check mode
  type: dict
  contains:
    version:
      description: The version that was agreed on, the highest that both know.
      returned: O(step=look), not in check mode
      type: str
      sample: TLSv1.2
    cipher:
      description: The cipher that was agreed on.
      returned: O(step=look), not in check mode
      type: str
      sample: ECDHE-ECDSA-AES256-GCM-SHA384
    fingerprint:
      description: SHA-256 of the certificate, as O(cert_fingerprint) has it.
      returned: O(step=look), not in check mode
      type: str
      sample: 3f0a5e7c1d2b4869a1c0e5d4f3b2a19087766554433221100ffeeddccbbaa998
    certificate:
      description:
        - What the certificate says of itself. Null where it can't be read.
        - C(subject), C(issuer) and C(other_names) have C(kind) and C(value) of each name.
        - A profile has the names without what is about people, and C(from_year) and C(days) in the place of the times.
      returned: O(step=look), not in check mode
      type: dict
      sample:
        subject: [{"kind": "CN", "value": "000413922D24"}]
        issuer: [{"kind": "CN", "value": "000413922D24"}]
        other_names: []
        self_issued: true
        key: RSA 2048
        signature: RSA, SHA-256
        not_before: "2018-05-04T00:00:00Z"
        not_after: "2038-04-29T00:00:00Z"
        serial_bytes: 8
forecast:
  description: What each module will do on this phone, and why.
  returned: O(step=look), not in check mode
  type: list
  elements: dict
  sample: [{"module": "snom_firmware", "will": "refuses", "why": "No page shows the version."}]
taught:
  description: What you could teach. Nothing where nothing is missing, or nothing was found.
  returned: O(step=look), O(step=call), O(step=registration), O(step=reboot) and O(step=upgrade), not in check mode
  type: list
  elements: dict
  sample: [{"version": {"page": "status.htm", "label": "Software release"}}]
taught_yaml:
  description: The same as a file of variables, behind what is taught already.
  returned: O(step=look), O(step=call), O(step=registration), O(step=reboot) and O(step=upgrade), not in check mode
  type: str
  sample: |
    snom_taught:
    - version: {"page": "status.htm", "label": "Software release"}
call:
  description: Who told the call, when each witness changed, and texts that come and go with it.
  returned: O(step=call), not in check mode
  type: dict
  sample:
    tells: [pbx]
    changes: {"pbx": [{"seconds": 0.1, "state": "idle"}, {"seconds": 32.4, "state": "in_call"}]}
    told_by: witnesses
    texts: {"busy": {"page": "status.htm", "text": "Line in use"}}
    looks: 24
setting:
  description: The setting that can be tried without harm, and its values. Null where the phone shows none.
  returned: O(step=settings) with O(record=before), not in check mode
  type: dict
  sample: {"name": "date_us_format", "before": "off", "other": "on"}
setting_taken:
  description: Whether the setting was written, read back and put back.
  returned: O(step=settings) with O(ended), not in check mode
  type: bool
  sample: true
measured:
  description: Seconds from the request until it was gone, until it was back, and from then until a line was registered.
  returned: O(step=reboot) and O(step=upgrade), not in check mode
  type: dict
  sample: {"outcome": "upgraded", "elapsed": 214.0, "gone_after": 31.0, "gone_for": 172.0, "registered_after": 4.0}
proposed:
  description: O(ignore:flash_time) and O(ignore:deadline) with a reserve of half of what was measured.
  returned: O(step=reboot) and O(step=upgrade), not in check mode
  type: dict
  sample: {"deadline": 330, "flash_time": 260}
tried:
  description: What came of a test of what nobody has published. Its keys are those of the step.
  returned: >-
    O(step=notify), O(step=minibrowser), O(step=direct), O(step=csta) and O(step=document_reboot), and where
    O(step=capture) has sent a document; not in check mode
  type: dict
  sample: {"reported": true, "says": "idle", "callbacks_in_fetch": "evaluated"}
captured:
  description: Which files the phone asked for, as whom, and when. Seconds count from its first request.
  returned: O(step=capture), not in check mode
  type: dict
  sample:
    event: check-sync
    outcome: synced
    answer: 200
    first_after: 0.4
    image_after: 1.2
    agents: 2
    requests: [{"seconds": 0.0, "file": "snomD865-000413A1B2C3.xml", "status": 200, "as": "phone D865 10.1.226.13"}]
profile:
  description: The file of the profile. Null where none was wanted.
  returned: success, where one is written
  type: str
  sample: reception-profile.json
"""
