# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.models import (
    MODELS,
    by_name,
    find_model,
    named,
    takes_no_commands,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.tests.unit.tables import check_models


def test_the_table_has_no_problems() -> None:
    assert check_models() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, "D785: stands in the table 2 times"),
        ({"name": "Z1"}, "Z1: find_model('snomZ1') does not find it"),
        ({"generation": "modern"}, "D785: generation 'modern' is neither"),
        ({"image_letter": "x"}, "D785: image letter 'x'"),
        ({"soft_keys": 5}, "D785: 5 soft keys"),
        ({"function_keys": -1}, "D785: function_keys is negative"),
        ({"identities": -1}, "D785: identities is negative"),
        ({"expansion_modules": -1}, "D785: expansion_modules is negative"),
    ],
)
def test_the_checker_finds_what_is_wrong(change: dict[str, object], problem: str) -> None:
    model = MODELS["D785"]
    problems = check_models([model, replace(model, **change)])
    assert any(found.startswith(problem) for found in problems), problems


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("320", "320"),
        ("snom320", "320"),
        ("snom 320", "320"),
        ("Snom_320", "320"),
        ("snom-320", "320"),
        ("D785", "D785"),
        ("d785", "D785"),
        ("785", "D785"),
        ("snomD785", "D785"),
        ("SNOM D785", "D785"),
        ("snomD785-SIP", "D785"),
        ("D715", "715"),
        ("snom D715", "715"),
        ("snom715", "715"),
        ("D725", "725"),
        ("snomD305-8325FE", "D305"),
        ("snom 105 VoIP Phone :: Home", "105"),
        ("D895", "D895"),
        ("D895M", "D895M"),
        ("PA1", "PA1"),
        ("snomPA1", "PA1"),
        ("MP", "MP"),
        ("snom MeetingPoint", "MP"),
        ("snom320-8.7.5.35-SIP-f.bin", "320"),
        ("D810B", "D810"),
        ("d810wb", "D810"),
        ("PA1plus", "PA1"),
        ("PA1+", "PA1"),
        ("snomD815W", "D815"),
        ("Snom D815W", "D815"),
        ("P710", "D713"),
        ("P810", "D810"),
        ("p820", "D812"),
        ("P825", "D812"),
        ("Gigaset P850", "D815"),
        ("Gigaset P850 PRO", "D815"),
        ("P810PRO", "D810"),
        ("Gigaset P850W PRO", "D815"),
        ("p850w", "D815"),
        ("P855", "D815"),
        ("P855BW", "D815"),
        ("Gigaset P855BW IP PRO", "D815"),
        ("P810B IP PRO", "D810"),
        ("P82x", "D812"),
        ("GigasetP82x", "D812"),
        ("Gigaset P85x PRO", "D815"),
    ],
)
def test_finds_a_model_in_any_spelling(text: str, name: str) -> None:
    model = find_model(text)
    assert model is not None
    assert model.name == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "snom",
        "snom VoIP phone: Error",
        "Phone Manager",
        "M700",
        "snomM900",
        "snomD7C-1.6.1-r.bin",
        "3200",
        "D78",
        "D7855",
        "320x",
        "snomlang_8.7.5.zip",
        "snomUXM-2.1.1.bin",
        "999",
        "D999",
        "Reception 320",
        "P785",
        "D785W",
        "D815X",
        "D815BW7",
        "D82x",
        "P81x",
        "P82xy",
        "P810PROX",
        "D785PRO",
        "Gigaset N510",
    ],
)
def test_finds_no_model_where_none_is_named(text: str) -> None:
    assert find_model(text) is None


def test_two_models_that_differ_by_the_d_alone_have_their_own_names() -> None:
    d821 = replace(MODELS["D785"], name="D821")
    models = by_name([*MODELS.values(), d821])
    assert check_models([*MODELS.values(), d821]) == []
    assert find_model("snom821-8.7.5.35-SIP-r.bin", models) is MODELS["821"]
    assert find_model("snomD821", models) is d821
    assert find_model("d821", models) is d821
    assert find_model("785", models) is MODELS["D785"]


def test_of_a_d81x_its_own_page_decides_about_commands() -> None:
    assert [name for name, model in MODELS.items() if model.own_page_decides] == ["D810", "D812", "D815"]
    for name, shown, refused in [
        ("D815", "classic", False),
        ("D815", None, True),
        ("D815", "phone_manager", True),
        ("D865", "classic", True),
        ("D785", "classic", False),
        ("D785", None, False),
    ]:
        assert takes_no_commands(MODELS[name], shown) is refused, (name, shown)


def test_models_are_named_in_sentences() -> None:
    assert named(lambda model: model.touch_screen) == "870"
    assert named(lambda model: model.line_info_layer) == "820 and 821"
    assert named(lambda model: model.chained_from is not None and model.name < "D4") == "715, D315, D335 and D385"


def test_chained_updates_are_for_the_models_that_facts_name() -> None:
    chained = {name for name, model in MODELS.items() if model.chained_from}
    assert chained == {"D315", "D335", "D385", "D712", "715", "D717", "D735", "D785"}
    assert {MODELS[name].chained_from for name in chained} == {Version.parse("10.1.184.15")}


@pytest.mark.parametrize(
    ("name", "generation", "soft_keys", "suffix"),
    [
        ("320", "classic", 4, ".bin"),
        ("870", "classic", 0, ".bin"),
        ("190", "classic", 3, ".bin"),
        ("D785", "classic", 4, ".bin"),
        ("D865", "phone_manager", 4, ".swu"),
    ],
)
def test_generations(name: str, generation: str, soft_keys: int, suffix: str) -> None:
    model = MODELS[name]
    assert (model.generation, model.soft_keys, model.image_suffix) == (generation, soft_keys, suffix)
