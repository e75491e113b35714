# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which phones of a fleet Snom's own controller may reach, whoever tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.borders import may_have_vendor_controller
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version


def may_be_controlled(phone: Mapping[str, Any]) -> bool | None:
    """Whether it may reach this one by TR-369. None where model or version is not known.

    phone is one of an audit, of snom_info, or of those that a PBX or a mirror's log tells of: most models with TR-369
    show no page, and are known by these only. What was read at the phone itself wins, because its settings count there.
    """
    own = phone.get("vendor_controller")
    if own is None:
        own = (phone.get("phone") or {}).get("vendor_controller")
    if own is not None:
        return bool(own)
    try:
        firmware = Version.parse(str(phone.get("firmware") or ""))
    except InputError:
        return None
    return may_have_vendor_controller(str(phone.get("model") or ""), firmware)
