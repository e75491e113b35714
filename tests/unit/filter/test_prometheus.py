# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read by the parser of Prometheus' own library."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.filter.prometheus import prometheus
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import parser

BEGUN = "2026-11-29T22:00:00+00:00"
HOSTILE = 'x"} 1\nsnom_phone_reachable{phone="y\\'


def phone(host: str = "desk", **more: Any) -> dict[str, Any]:
    unknown = dict.fromkeys(("site", "model", "firmware", "mac", "source", "phone", "registration"))
    return {"host": host, "outcome": "read", **unknown, **more}


def samples(*phones: dict[str, Any]) -> dict[str, list[tuple[dict[str, str], float]]]:
    """The samples by metric, each as labels and value."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in parser.text_string_to_metric_families(prometheus(list(phones), BEGUN)):
        assert family.type == "gauge" and family.documentation
        found[family.name] = [(dict(sample.labels), sample.value) for sample in family.samples]
    return found


def value(metric: str, **more: Any) -> float | None:
    found = samples(phone(**more))[f"snom_phone_{metric}"]
    assert len(found) <= 1
    return found[0][1] if found else None


def test_each_phone_is_described_in_the_order_of_names() -> None:
    found = samples(phone("b"), phone("a", site="Köln", model="D785", firmware="10.1.54.13", mac="000413922D24"))
    assert found["snom_phone_info"] == [
        (
            {
                "phone": "a",
                "site": "Köln",
                "model": "D785",
                "version": "10.1.54.13",
                "mac": "000413922D24",
                "outcome": "read",
            },
            1,
        ),
        ({"phone": "b", "outcome": "read"}, 1),
    ]
    assert found["snom_audit_time_seconds"] == [({}, 1795989600)]


@pytest.mark.parametrize(
    ("outcome", "expected"), [("read", 1), ("auth_failed", 1), ("unreachable", 0), ("failed", None)]
)
def test_reachable_is_who_answered(outcome: str, expected: float | None) -> None:
    assert value("reachable", outcome=outcome) == expected


@pytest.mark.parametrize(
    ("registered", "registration", "expected"),
    [
        ([True, True], None, 1),
        ([True, False], {"account": "1"}, 0),
        ([True, None], None, None),
        ([None], {"account": "1"}, 1),
        ([], None, None),
        ([], {"account": "1"}, 1),
    ],
)
def test_registered_is_what_phone_or_pbx_say(registered: list[Any], registration: Any, expected: float | None) -> None:
    identities = [{"line": 1, "registered": one} for one in registered]
    assert value("registered", phone={"identities": identities}, registration=registration) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"wanted_version": "10.1.54.13"}, 0),
        ({"wanted_version": "10.1.54.14"}, 1),
        ({"wanted_versions": {"snomD785": "10.1.54.14"}}, 1),
        ({"wanted_versions": {"D785": "10.1.54.13"}, "wanted_version": ""}, 0),
        ({"wanted_versions": {"320": "8.7.5.35"}}, None),
        ({}, None),
        ({"wanted_version": "newest"}, None),
        ({"wanted_versions": "newest"}, None),
        ({"wanted_version": "10.1.54.13", "firmware": None}, None),
        ({"wanted_version": "10.1.54.13", "firmware": "?"}, None),
    ],
)
def test_drifted_is_another_version_than_the_inventory_says(wanted: dict[str, Any], expected: float | None) -> None:
    assert value("drifted", **{"model": "D785", "firmware": "10.1.54.13", **wanted}) == expected


def test_hostile_text_stays_within_its_label() -> None:
    found = samples(phone(HOSTILE, site="\x1b[2J\u202e", model=HOSTILE))
    shown = HOSTILE.replace("\n", "\\n")
    assert found["snom_phone_reachable"] == [({"phone": shown}, 1)]
    assert found["snom_phone_info"][0][0]["site"] == "\\x1b[2J\\u202e"


@given(st.text(), st.text())
def test_whatever_is_said_is_one_sample(host: str, site: str) -> None:
    found = samples(phone(host, site=site))
    assert [len(found[f"snom_phone_{name}"]) for name in ("info", "reachable")] == [1, 1]
