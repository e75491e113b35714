# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of how modules reach the control of a mirror."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  mirror_control:
    description:
      - The control of the mirror from which the phone fetches its settings, as the role
        P(telephony.snom.firmware_mirror#role) sets it up. Its log is the proof.
      - Taken from the host variable C(snom_mirror_control) if not given.
    type: dict
    suboptions:
      url:
        description:
          - URL of the mirror, without login and path.
        type: str
        required: true
      username:
        description:
          - User of the control.
        type: str
      password:
        description:
          - Password of the control. Where it is not given, that of the environment variable E(SNOM_MIRROR_PASSWORD).
        type: str
      ca_path:
        description:
          - A file or folder with the CA of the mirror's certificate.
        type: path
      validate_certs:
        description:
          - Whether that certificate must be trusted. True, if not given.
        type: bool
      timeout:
        description:
          - Seconds for one question. 30, if not given.
        type: float
"""
