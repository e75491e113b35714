# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleet files: what is accepted, what is filled in, and the sentence for what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.tests.virtual_phones.fleet_file import BadFleet, load, parse
from ansible_collections.telephony.snom.tests.virtual_phones.keys import PhoneKeys, change, read

PHONE = {"address": "127.0.0.2", "model": "320", "firmware": "8.4.35"}


def one(**keys: object) -> PhoneKeys:
    return parse({"phones": [{**PHONE, **keys}]}).phones[0]


def test_three_keys_are_enough() -> None:
    keys = one()
    assert (keys.name, keys.port, keys.mac, keys.password) == ("127.0.0.2", 80, "000413000002", None)
    assert one(tls=True).port == 443


def test_a_bare_number_is_a_model_and_a_bare_on_is_on() -> None:
    keys = one(model=320, settings={"use_hidden_tags": True, "dhcp": False, "firmware_interval": 2880})
    assert keys.model == "320"
    assert keys.settings == {"use_hidden_tags": "on", "dhcp": "off", "firmware_interval": "2880"}


def test_defaults_are_merged_below_each_phone() -> None:
    defaults = {"timing": {"flash": 9, "boot": 8}, "username": "u"}
    keys = parse({"defaults": defaults, "phones": [{**PHONE, "timing": {"boot": 1}}]}).phones[0]
    assert (keys.timing.flash, keys.timing.boot, keys.username) == (9, 1, "u")


def test_default_macs_are_snoms_and_never_the_same() -> None:
    phones = [{**PHONE, "address": f"127.0.{i // 200}.{i % 200 + 1}", "port": 81 + i % 2} for i in range(500)]
    phones.append({**PHONE, "address": "127.0.0.1", "port": 9000})
    macs = [keys.mac for keys in parse({"phones": phones}).phones]
    assert len(set(macs)) == len(macs)
    assert {mac[:6] for mac in macs} == {"000413", "1C7126"}


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"address": "192.168.1.1"}, "phone 1: address must lie in 127.0.0.0/8"),
        ({"address": None}, "phone 1: lacks the key address"),
        ({"model": "snom320"}, "phone 1: model must be a model"),
        ({"firmware": "newest"}, "phone 1: firmware must be a version"),
        ({"port": 0}, "phone 1: port must be a port"),
        ({"port": True}, "phone 1: port must be a whole number"),
        ({"mac": "00041"}, "phone 1: mac must be 12 hexadecimal digits"),
        ({"auth": "ntlm"}, "phone 1: auth must be one of none, basic, digest"),
        ({"auth": "basic"}, "phone 1: auth basic needs a password"),
        ({"http_port": 8080}, "phone 1: http_port is the plain door"),
        ({"faults": {"slow": -1}}, "phone 1: faults slow must be a number"),
        ({"faults": {"slo": 1}}, "phone 1: faults has no key 'slo'; there are answers_while"),
        ({"faults": {"reset": {"on": "monday"}}}, "phone 1: faults reset on must be one of connect"),
        ({"faults": {"reset": {}}}, "phone 1: faults reset lacks the key on"),
        ({"name": "reception", "color": "red"}, r"phone 1 \(reception\): has no key 'color'"),
    ],
)
def test_a_wrong_key_is_named(keys: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        one(**keys)


def test_names_and_sockets_are_taken_once() -> None:
    with pytest.raises(ValueError, match="two phones are called a"):
        parse({"phones": [{**PHONE, "name": "a"}, {**PHONE, "name": "a", "port": 81}]})
    with pytest.raises(ValueError, match=r"a and b have the same address and port 127\.0\.0\.2:80"):
        parse({"phones": [{**PHONE, "name": "a"}, {**PHONE, "name": "b"}]})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("phones: [", "is not YAML at line"),
        ("- 1", "there must be a mapping with a list 'phones'"),
        ("phones: {}", "there must be a mapping with a list 'phones'"),
        ("phones: []\nphone: 1", "unknown key phone; there are defaults"),
        ("phones: [1]", "phone 1 must be a mapping"),
        ("phones: []\nimage_server: {port: x}", "image_server or log_size: port must be"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    file = tmp_path / "fleet.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadFleet, match=sentence) as caught:
        load(str(file))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadFleet, match="cannot be read: No such file"):
        load(str(tmp_path / "none.yml"))


def test_a_change_is_all_or_nothing_and_null_is_the_default() -> None:
    keys = read(PhoneKeys, {**PHONE, "faults": {"slow": 1, "never_return": True}, "title": "T"})
    with pytest.raises(ValueError, match="faults drip must be"):
        change(keys, {"title": "U", "faults": {"slow": 2, "drip": "x"}})
    assert (keys.title, keys.faults.slow) == ("T", 1)
    change(keys, {"title": None, "faults": {"slow": None}})
    assert (keys.title, keys.faults.slow, keys.faults.never_return) == (None, 0, True)
    change(keys, {"faults": None})
    assert keys.faults.never_return is False
    with pytest.raises(ValueError, match="model cannot be null"):
        change(keys, {"model": None})
