# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import inspect

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_phone import SipPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.tests.unit.phones import MemoryPhone

VERBS = [name for name, member in vars(Phone).items() if inspect.isfunction(member) and not name.startswith("_")]


@pytest.mark.parametrize("way", [WebPhone, SipPhone, MemoryPhone])
@pytest.mark.parametrize("verb", VERBS)
def test_every_way_to_a_phone_has_its_verbs(verb: str, way: type) -> None:
    assert inspect.signature(getattr(way, verb)) == inspect.signature(getattr(Phone, verb))
