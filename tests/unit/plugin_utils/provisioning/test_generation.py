# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from .rendering import BASE, entry, rendered, settings_in, urls_in


def test_a_phone_asks_for_its_own_file_which_names_those_of_one_generation() -> None:
    found = rendered(entry(settings={"language": "English"}), entry(2, settings={"language": "English"}))
    assert found.phones == {"h1": "snomD785-000413920001.htm", "h2": "snomD785-000413920002.htm"}
    here = f"{BASE}/generations/{found.generation}"
    assert urls_in(found, "snomD785-000413920001.htm") == [
        f"{here}/snomD785.xml",
        f"{here}/snomD785-000413920001.xml",
    ]
    assert settings_in(found, "snomD785.htm") == {}


def test_what_all_of_a_model_share_stands_in_one_file() -> None:
    found = rendered(
        entry(
            1, settings={"language": "English", "phone_name": "One", "call_completion": {"value": "off", "perm": "R"}}
        ),
        entry(2, settings={"language": "English", "phone_name": "Two", "call_completion": "off"}),
        entry(3, model="320", settings={"language": "Deutsch"}),
    )
    assert settings_in(found, "snomD785.xml")["language"] == "English"
    assert settings_in(found, "snomD785-000413920001.xml") == {"phone_name": "One", "call_completion": "off"}
    assert settings_in(found, "snomD785-000413920002.xml") == {"phone_name": "Two", "call_completion": "off"}
    assert settings_in(found, "snom320-000413920003.xml")["language"] == "Deutsch"
    assert "snom320.xml" not in found.files  # one phone alone shares nothing


def test_a_phone_book_is_one_file_for_all_who_have_it() -> None:
    book = [{"name": "Desk", "number": "12"}]
    found = rendered(entry(phone_book=book), entry(2, phone_book=book), entry(3), entry(4, phone_book=[]))
    (first,), (second,), none, (empty,) = (
        [url for url in urls_in(found, f"snomD785-00041392000{number}.htm") if "phone-book" in url]
        for number in (1, 2, 3, 4)
    )
    assert first == second != empty and none == []


def test_a_phone_book_beside_the_one_in_the_phone() -> None:
    book = [{"name": "Desk", "number": "12"}]
    found = rendered(entry(phone_book=book), entry(2, phone_book=book, phone_book_complete=False))
    books = {content.count(b"complete") for name, content in found.files.items() if name.startswith("phone-book-")}
    assert books == {0, 1}


def test_the_same_content_is_the_same_generation() -> None:
    def generation(**keys: Any) -> str:
        return rendered(entry(**keys)).generation

    assert generation() == generation(host="another name")
    others = [
        generation(),
        generation(settings={"language": "English"}),
        generation(phone_book=[]),
        generation(mac="000413920009"),
        rendered(entry(), base_url="https://else").generation,
    ]
    assert len(set(others)) == len(others)
