#!/usr/bin/python
# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: snom_firmware
short_description: Bring a Snom desk phone to a firmware version, with proof
version_added: 0.1.0
description:
  - Tells a phone to load a firmware image, waits until it is back, and reads its version.
  - A phone counts as upgraded only when it shows the wanted version itself. What it answers to the request proves
    nothing.
  - Identities that are registered right before must be so again by its deadline. Where none is any more that was at
    first, the phone is left alone. Where they can't be read afterwards, the reason says so.
  - Where an image can't be loaded from the present version, the images on the way are loaded one after the other.
  - An upgrade from before 10.1.185.0 to that version or a later one is refused where the phone is known to have no
    password for its web server, because that becomes its administrator password. Where it can't be told, there is a
    warning.
  - The result is changed once the phone was asked to load an image, however that ended, unless it was watched to the
    end, and goes on as before.
  - For many phones use M(telephony.snom.snom_rollout), which watches all of them at once and stops when some fail.
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
      - Reads the phone and looks at the images. The outcome is C(planned) where the phone would be upgraded.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - A phone that shows the wanted version is left alone, unless O(force) is set.
options:
  version:
    description:
      - The version that is wanted. C(08.9.3.80) is the same as C(8.9.3.80), and C(10.1.54.13-beta) is another one than
        C(10.1.54.13).
      - Of versions with the same numbers only C(alpha), C(beta), C(pre) and C(rc) are known to be older than the one
        without. From any other to that, and back, it takes O(allow_downgrade).
      - Needed unless O(url) is given and its file name holds the version, or O(versions) is.
      - Taken from the host variable C(snom_firmware_version) if not given.
    type: str
  versions:
    description:
      - The version that is wanted, by model. Counts where there is no O(version) and none in O(url).
      - Taken from the host variable C(snom_firmware_versions) if not given.
    type: dict
  url:
    description:
      - From where the phone loads the image of O(version). The default is what O(mirror) and O(catalog) say.
      - The phone fetches it itself, so it must be able to reach the server.
      - It must not hold a login. Models that load newer images through a chained-update image take the complete URL,
        with C(chained_url) in its query. Nobody has tried that over HTTP; it is known from provisioning files.
    type: str
  mirror:
    description:
      - Base URL of a server on which images lie by the names that Snom gives them. It replaces the servers that the
        catalogue names.
      - Taken from the host variable C(snom_mirror) if not given.
    type: str
  catalog:
    description:
      - Images that the built-in catalogue does not have, or has otherwise. An entry replaces the built-in one of the
        same file.
      - Either the path of a YAML file on the controller with a list C(images), or such a list itself, which then
        replaces the built-in catalogue too.
      - Each entry has C(file) and C(url); C(model) and C(version) where the name of the file does not tell them;
        C(size) in bytes, C(sha1) and C(sha256), which O(verify_image) compares; C(requires), the oldest version that
        may load it; and C(chain), the chained-update file through which it is loaded.
    type: raw
  verify_image:
    description:
      - How the image is looked at before the phone is asked to load it, from the machine where the module runs.
      - V(head) asks whether it is there, and whether its size is that of the catalogue. V(full) fetches it and
        compares its SHA-1 and SHA-256 too, as far as they are known. V(none) is for images that only the phones can
        reach.
      - A server that is silent for 15 s, or sends less than 4 KB a second for 45 s, counts as one that lacks it.
    type: str
    choices: [head, full, none]
    default: head
  allow_downgrade:
    description:
      - Whether to go to an older version. From 8.9.3 or later that needs O(force) too, because some of these phones
        can't be updated any more after it; which version is safe is not public.
    type: bool
    default: false
  force:
    description:
      - Whether to load the image although the phone has that version. See O(allow_downgrade) for its other meaning. It
        overrides nothing else.
      - Where the version does not change, only an uptime that fell proves that the phone has restarted. It is watched
        until its deadline, as it may restart a second time, and one without an uptime ends as C(unproven).
    type: bool
    default: false
  only_when_idle:
    description:
      - Whether to leave a phone alone that is in a call. The outcome is C(deferred) then. It is asked right before the
        image is loaded; a call that begins while the phone fetches its image can be cut.
    type: bool
    default: true
  wait:
    description:
      - Whether to wait for the phone. With V(false) the outcome is C(triggered) once the phone was asked, nothing is
        proven, and only the first image on the way is loaded.
    type: bool
    default: true
  snapshot:
    description:
      - Whether to read the phone's settings and registrations before and after its upgrade, and to report what changed
        besides the firmware. See RV(snapshot).
      - What can't be read is said, and changes no outcome.
    type: bool
    default: false
  flash_time:
    description:
      - Seconds that a phone may take to write an image and to restart. How long phones really take is not public, so
        the default is an assumption.
      - More counts where O(taught) says that such a phone takes longer.
    type: float
    default: 600.0
  deadline:
    description:
      - Seconds after which a phone counts as lost, for each image. It is not touched then; do not power it off.
      - A phone that was not seen gone until then may still be loading. It is watched for as long again, and has its
        whole deadline from when it goes down. So the task can take three times as long.
      - The default is C(1.5 * (transfer + flash_time)), where the transfer is computed for 100 Mbit/s.
      - Two weeks at most, as O(flash_time).
    type: float
seealso:
  - module: telephony.snom.snom_rollout
  - module: telephony.snom.snom_info
"""

EXAMPLES = r"""
- name: Bring each phone to the version that the inventory states in snom_firmware_version
  telephony.snom.snom_firmware:

- name: Show what would be done to a phone
  telephony.snom.snom_firmware:
    version: 10.1.198.19
    mirror: http://images.example/fw
  check_mode: true
  diff: true

- name: Load one image, in the evening, when nobody phones
  telephony.snom.snom_firmware:
    url: http://images.example/fw/snom320-8.7.5.35-SIP-f.bin
    unknown_call_state: proceed
  register: firmware

- name: Show when the phone was gone and back
  ansible.builtin.debug:
    msg: "{{ firmware.outcome }}, {{ firmware.evidence }}"

- name: Use images of your own
  telephony.snom.snom_firmware:
    version: 10.1.198.19
    catalog: files/images.yml
    verify_image: full
"""

RETURN = r"""
outcome:
  description:
    - How it ended, in one word.
    - V(compliant), V(planned), V(triggered), V(upgraded), V(deferred) and V(protected) are no failures.
    - All others are, V(image_failed), V(old_version), V(timed_out), V(not_registered) and V(certificate_rejected) among
      them.
  returned: always
  type: str
  sample: upgraded
reason:
  description: The same in sentences, with what can be done about it.
  returned: always
  type: str
  sample: Runs 10.1.54.13, read back from the phone.
before:
  description: Version that the phone showed at first.
  returned: when the phone was read
  type: str
  sample: 10.1.39.11
after:
  description: Version that it showed last. Null if it did not show any after it was asked to load one.
  returned: when the phone was read
  type: str
  sample: 10.1.54.13
path:
  description:
    - The versions that were loaded and read back, in their order; those to be loaded if RV(outcome) is V(planned) or
      V(triggered).
  returned: when the phone was read
  type: list
  elements: str
  sample: [10.1.54.13]
elapsed:
  description: Seconds from the first request to the end.
  returned: when the phone was read
  type: float
  sample: 312.4
evidence:
  description:
    - What was seen. It holds only what was looked at.
    - Times are in seconds since the epoch. A failure has none, because all of it is shown to people. Its reason says
      what they need.
  returned: when the phone was read
  type: dict
  contains:
    mac:
      description: MAC address before.
      returned: when an upgrade began
      type: str
      sample: 000413922D24
    model:
      description: Model before.
      returned: when an upgrade began
      type: str
      sample: D785
    firmware_before:
      description: Version before.
      returned: when an upgrade began
      type: str
      sample: 10.1.39.11
    call_state:
      description: V(idle), V(in_call) or V(unknown), read right before the phone was asked.
      returned: when O(only_when_idle) is set and an upgrade began
      type: str
      sample: idle
    call_state_source:
      description: Where RV(evidence.call_state) comes from.
      returned: when O(only_when_idle) is set and an upgrade began
      type: str
      sample: state_of_gui.htm
    triggered_at:
      description: When the phone was asked to load its last image.
      returned: when the phone was asked, unless it failed
      type: float
      sample: 1795413660.5
    deadline_at:
      description: When it counts as lost.
      returned: when the phone was asked, unless it failed
      type: float
      sample: 1795414577.3
    watched_until:
      description: When the watch is over of a phone that was not seen gone by its deadline.
      returned: when it was not, unless it failed
      type: float
      sample: 1795415494.1
    trigger_answer:
      description: Status code of the phone's answer, or that there was none. It proves nothing.
      returned: when the phone was asked
      type: str
      sample: "302"
    seen_gone_at:
      description: When it was seen gone, or known to have restarted.
      returned: when it was, unless it failed
      type: float
      sample: 1795413670.7
    seen_back_at:
      description: When it was seen back.
      returned: when it was, unless it failed
      type: float
      sample: 1795413967.9
    mac_after:
      description: MAC address after.
      returned: when the phone was read after it was asked
      type: str
      sample: 000413922D24
    firmware_after:
      description: Version after.
      returned: when the phone was read after it was asked
      type: str
      sample: 10.1.54.13
snapshot:
  description:
    - What the upgrade changed besides the firmware. Null without O(snapshot), and unless the phone runs the wanted
      version after it.
    - Settings that only repeat the version of the firmware, and uptimes, are left out. Secrets are masked.
  returned: when the phone was read
  type: dict
  contains:
    read:
      description: Whether the settings were read both before and after.
      returned: always
      type: bool
      sample: true
    reason:
      description: What could not be compared, and why.
      returned: always
      type: str
      sample: It shows no registrations to compare.
    settings:
      description:
        - "[before, after] by the name of the setting; null where it was not there."
        - The first 25. Changed ones come before those that are gone, and those before new ones.
      returned: always
      type: dict
      sample: {"language": ["Deutsch", "English"], "new_setting": [null, "on"]}
    more:
      description: How many more settings changed.
      returned: always
      type: int
      sample: 0
    registrations:
      description: "[before, after] by the number of the identity, where that changed; null for unknown."
      returned: always
      type: dict
      sample: {"2": [true, false]}
diff:
  description: The version before and after.
  returned: when the phone was read
  type: dict
  contains:
    before:
      description: Version before.
      returned: always
      type: str
      sample: "10.1.39.11\n"
    after:
      description: Version after, or the wanted one if RV(outcome) is V(planned) or V(triggered).
      returned: always
      type: str
      sample: "10.1.54.13\n"
"""

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.telephony.snom.plugins.module_utils._operations.firmware import ARGUMENT_SPEC, upgrade_phone
from ansible_collections.telephony.snom.plugins.module_utils._operations.run import perform
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import (
    HAS_REQUESTS,
    REQUESTS_IMPORT_ERROR,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_loader import WebLoader


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    if not HAS_REQUESTS:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    result = perform(upgrade_phone, module.params, module.check_mode, connect=WebLoader)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
