# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options of modules that may type a secret, such as a PIN."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  secret:
    description:
      - Whether what is typed or dialed is a secret, such as a PIN. It is masked in the result then, stays out of the
        system's log where the module runs, and goes over https only, unless O(allow_cleartext_secrets) is set.
      - The default is whether the task has C(no_log=true). Only that hides the options of the task from Ansible's own
        output too.
    type: bool
  allow_cleartext_secrets:
    description:
      - Whether a secret may go over http, where everybody on the network can read it.
      - Taken from the host variable C(snom_allow_cleartext_secrets) if not given.
    type: bool
    default: false
"""
