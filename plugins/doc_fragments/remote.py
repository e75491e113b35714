# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of what all modules share that make a phone do something."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  model:
    description:
      - Model that the phone must be. If it is another one, the outcome is C(wrong_phone) and nothing is done.
      - Taken from the host variable C(snom_model) if not given.
    type: str
notes:
  - The phone obeys only while its settings C(use_hidden_tags) and C(restrict_uri_queries) are off.
  - Snom's D8xx phones have no remote control over HTTP. The outcome is C(unsupported), unless O(transport=sip) leads
    to them and this can be done by SIP.
"""
