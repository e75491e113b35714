# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for everything that reads what others wrote: see `readers.reader`."""

from __future__ import annotations

import time

import pytest
from ansible_collections.telephony.snom.tests.unit.readers.inputs import inputs, long_inputs
from ansible_collections.telephony.snom.tests.unit.readers.table import READERS
from hypothesis import given, settings
from hypothesis import strategies as st

LONG = 65536
"""Bytes. A pattern that goes over all of it again at each byte takes minutes."""

LONGEST = 30.0
"""Seconds of CPU, not of the clock. All take less than a hundredth of it, so that no slow machine decides this."""


@pytest.mark.parametrize("name", READERS)
def test_seeds_are_read(name: str) -> None:
    for seed in READERS[name].seeds:
        READERS[name].check(seed)
    assert not isinstance(READERS[name].check(READERS[name].seeds[0]), Exception)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_comes_in(name: str, data: st.DataObject) -> None:
    READERS[name].check(data.draw(inputs(READERS[name])))


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=5)
@given(data=st.data())
def test_work_grows_with_what_comes_in(name: str, data: st.DataObject) -> None:
    text = data.draw(long_inputs(READERS[name], LONG))
    began = time.process_time()
    READERS[name].check(text)
    assert time.process_time() - began < LONGEST
