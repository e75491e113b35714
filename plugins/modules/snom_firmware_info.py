#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# It runs on the controller only: all of it is in the action plugin of the same name.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_firmware_info
short_description: Find out which firmware images the phones of an inventory need
version_added: 0.1.0
description:
  - Reads what the inventory states for all phones at once, and the catalogue of images. No phone is asked, and nothing
    is downloaded.
  - What a host needs follows from its host variables C(snom_model), C(snom_firmware_version) and
    C(snom_firmware_versions). Without C(snom_model) it may be any of the models that C(snom_firmware_versions) names.
  - Beside the image of the wanted version these are images that can be a bridge to it, because the catalogue says what
    they require, and the chained-update images through which newer firmware of some models is loaded. Setting files
    need the latter even where a rollout refuses them.
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
  hosts:
    description:
      - Names of the hosts to look at. By default those of the play; the task then needs C(run_once=true).
    type: list
    elements: str
  mirror:
    description:
      - Base URL of a server on which images lie by the names that Snom gives them. It replaces the servers that the
        catalogue names. Images that the catalogue does not know are then expected there, with unknown size and hash.
    type: str
  catalog:
    description:
      - YAML file with a list C(images), which adds to the built-in catalogue. The entries are those of
        O(telephony.snom.snom_firmware#module:catalog).
    type: path
seealso:
  - module: telephony.snom.snom_rollout
"""

EXAMPLES = r"""
- name: Find out which images the play's phones need
  telephony.snom.snom_firmware_info:
    catalog: files/images.yml
  run_once: true
  register: firmware

- name: Show them
  ansible.builtin.debug:
    msg: "{{ firmware.images | map(attribute='url') }}"
  run_once: true
"""

RETURN = r"""
images:
  description: The images, by file name.
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
      description: Its size in bytes. Null if unknown.
      returned: always
      type: int
      sample: 27951744
    sha1:
      description: Its SHA-1. Null if unknown.
      returned: always
      type: str
      sample: 83a71eb47053a92493e12efca50f99931e97cd94
    sha256:
      description: Its SHA-256. Null if unknown. Snom published those of a few images only.
      returned: always
      type: str
      sample: 1ed573baacb57dc606257f3fb716ecf1895173d694110191eb3946db57c8228b
    model:
      description: The model, or the expansion module, that it is for.
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
missing:
  description: Models and versions that are wanted, and for which an image is missing.
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
      description: The version.
      returned: always
      type: str
      sample: 10.1.999.1
    reason:
      description: What is missing and what can be done about it, in sentences.
      returned: always
      type: str
      sample: >-
        No image of 10.1.999.1 for the D785 is known. Correct the version, add the image to your own catalog, put it
        under its usual name on a mirror, or give its url.
hosts_without_model:
  description: Hosts with C(snom_firmware_version) whose model nothing tells. Their images can't be named.
  returned: success
  type: list
  elements: str
  sample: [desk-17]
"""
