# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import inspect

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.loadable_phone import LoadablePhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.phone import Phone
from ansible_collections.telephony.snom.plugins.module_utils._phone.readable_phone import ReadablePhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_loader import SipLoader
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_phone import SipPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.sip.sip_reader import SipReader
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_loader import WebLoader
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_reader import WebReader
from ansible_collections.telephony.snom.tests.unit.phones import MemoryPhone


def verbs(protocol: type) -> list[str]:
    return [name for name, _unused in inspect.getmembers(protocol, inspect.isfunction) if not name.startswith("_")]


@pytest.mark.parametrize(
    ("way", "protocol", "verb"),
    [
        (way, protocol, verb)
        for way, protocol in (
            (WebPhone, Phone),
            (SipPhone, Phone),
            (MemoryPhone, Phone),
            (WebLoader, LoadablePhone),
            (SipLoader, LoadablePhone),
            (SipReader, ReadablePhone),
            (WebReader, ReadablePhone),
        )
        for verb in verbs(protocol)
    ],
)
def test_every_way_to_a_phone_has_its_verbs(way: type, protocol: type, verb: str) -> None:
    assert inspect.signature(getattr(way, verb)) == inspect.signature(getattr(protocol, verb))


@pytest.mark.parametrize("reads", [ReadablePhone, LoadablePhone])
def test_whoever_can_less_has_nothing_of_the_rest(reads: type) -> None:
    assert {"look", "call", "certificate"} <= set(verbs(reads))
    assert not {"spelled", "picture", "writes", "call_lists"} & set(verbs(reads))
