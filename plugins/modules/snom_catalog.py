#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# It runs on the controller only: all of it is in the action plugin of the same name.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_catalog
short_description: Bring a catalogue of firmware images up to date
version_added: 0.1.0
description:
  - Reads which models and versions the inventory names, as M(telephony.snom.snom_firmware_info) does. It asks the
    server that has the images about those whose size or hash is not known yet, fetches them, and writes what it saw
    into your catalogue. No phone is asked, and no image is kept.
  - Entries and comments that need no change stay as they are. New entries come in the order of their file names.
  - What a server says first is believed, as there is nothing to compare it with. Fetch images of the vendor over HTTPS,
    look at the difference, and put the file into git.
  - It fails for bad input only. What could not be had is in RV(missing); the playbook C(telephony.snom.catalog) fails
    for that.
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - telephony.snom.attributes
attributes:
  check_mode:
    support: full
    details:
      - Images are fetched in check mode, too, because only then is it known what would be written.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  catalog:
    description:
      - YAML file with a list C(images), which is brought up to date. It is the file that
        O(telephony.snom.snom_firmware#module:catalog) names. One that is not there is made.
      - A relative path counts from the current directory.
    type: path
    required: true
  hosts:
    description:
      - Names of the hosts to look at. By default those of the play; the task then needs C(run_once=true).
    type: list
    elements: str
  known:
    description:
      - What becomes of images whose size and hash are known, from your catalogue or from the built-in one.
      - With V(trust) they are not asked for.
      - With V(verify) they are fetched and compared. One that differs is not written, and named in RV(missing).
      - With V(renew) they are fetched, and what differs is written.
    type: str
    choices: [trust, verify, renew]
    default: trust
  mirror:
    description:
      - Base URL of a server on which images lie by the names that Snom gives them. It is asked in place of the servers
        that the catalogue names.
    type: str
  server:
    description:
      - Base URL of a server that has images at the paths at which Snom's has them, such as a copy of it.
    type: str
    default: https://downloads.snom.com
  use_proxy:
    description:
      - Whether the proxies count that the environment names. They are never used for phones.
    type: bool
    default: true
seealso:
  - module: telephony.snom.snom_firmware_info
  - module: telephony.snom.snom_rollout
"""

EXAMPLES = r"""
- name: Bring the catalogue up to date
  telephony.snom.snom_catalog:
    catalog: files/images.yml
  run_once: true
  register: catalog

- name: Ask the mirror instead, and compare what is known
  telephony.snom.snom_catalog:
    catalog: files/images.yml
    mirror: http://images.example/fw
    known: verify
    use_proxy: false
  run_once: true
"""

RETURN = r"""
images:
  description: The images that the hosts need and that are known now, by file name.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: Name of the file.
      returned: always
      type: str
      sample: snomD785-10.1.54.13-SIP-r.bin
    url:
      description: Where it is.
      returned: always
      type: str
      sample: https://downloads.snom.com/fw/10.1.54.13/bin/snomD785-10.1.54.13-SIP-r.bin
    size:
      description: Its size in bytes.
      returned: always
      type: int
      sample: 27951744
    sha1:
      description: Its SHA-1. Null if only its SHA-256 is known.
      returned: always
      type: str
      sample: 83a71eb47053a92493e12efca50f99931e97cd94
    sha256:
      description: Its SHA-256. Null if only its SHA-1 is known.
      returned: always
      type: str
      sample: 1ed573baacb57dc606257f3fb716ecf1895173d694110191eb3946db57c8228b
    model:
      description: The model that it is for.
      returned: always
      type: str
      sample: D785
    version:
      description: Its version. Null for a chained-update image, which brings none of its own.
      returned: always
      type: str
      sample: 10.1.54.13
    hosts:
      description: How many hosts may need it.
      returned: always
      type: int
      sample: 120
    state:
      description:
        - V(known) if size and hash were known before, and are no others where they were compared.
        - V(added) if your catalogue had no entry of it, V(completed) if its entry lacked something, and V(renewed) if
          it was known as another one.
      returned: always
      type: str
      sample: added
missing:
  description: Models and versions that are wanted, and of which an image could not be had or is not what was known.
  returned: success
  type: list
  elements: dict
  contains:
    model:
      description: The model.
      returned: always
      type: str
      sample: D785
    version:
      description: The version. Null for a chained-update image.
      returned: always
      type: str
      sample: 10.1.999.1
    reason:
      description: What is wrong and what can be done about it, in sentences.
      returned: always
      type: str
      sample: >-
        The server answers 404 for http://images.example/fw/snomD785-10.1.999.1-SIP-r.bin. Correct the version, add the
        image to your own catalog, or put it under its usual name on a mirror.
hosts_without_model:
  description: Hosts with C(snom_firmware_version) whose model nothing tells. Their images can't be named.
  returned: success
  type: list
  elements: str
  sample: [desk-17]
known:
  description: The versions of each model that the inventory names, newest first, of which an image is known now.
  returned: success
  type: dict
  sample:
    D785: [10.1.175.16, 10.1.54.13]
"""
