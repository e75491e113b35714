# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is listed, and what is not, where what a source says decides whether a phone is protected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.utils.display import Display
from ansible_collections.telephony.snom.plugins.inventory import phones

LIFT, DESK, NEW = "snom-00041345120a", "snom-00041345120b", "snom-00041345120c"
SOURCES = [
    {"kind": "csv", "name": "leases", "path": "leases.csv"},
    {"kind": "csv", "name": "rooms", "path": "rooms.csv", "columns": {"mac": "Kennung", "room": "Raum"}},
]
PLAIN = "snom_sources.rooms.room == 'Aufzug'"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three phones, and the rooms of two of them."""
    (tmp_path / "leases.csv").write_text(
        "MAC;IP\n00041345120A;192.0.2.1\n00041345120B;192.0.2.2\n00041345120C;192.0.2.3\n", "utf-8"
    )
    (tmp_path / "rooms.csv").write_text("Kennung;Raum\n00041345120A;Aufzug\n00041345120B;12\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class _Phones(phones.InventoryModule):
    """The plugin without Ansible's loader of plugins, which alone knows what options are where none is given."""

    _redirected_names = None
    _OTHERS: ClassVar[dict[str, Any]] = {
        "sites": {},
        "mac_prefixes": [],
        "cache": False,
        "strict": False,
        "use_extra_vars": False,
        "leading_separator": True,
        "compose": {},
        "groups": {},
        "keyed_groups": [],
    }

    def set_options(self, *_unused: object, direct: dict[str, Any], **_more: object) -> None:
        self._options = self._OTHERS | direct

    def get_option(self, option: str, hostvars: object = None) -> Any:
        return self._options[option]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is warned of."""
    sentences: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_more, **_named: sentences.append(msg))
    return sentences


def parsed(**options: Any) -> InventoryData:
    """An inventory. One that fails leaves no host behind, for Ansible goes on."""
    file = Path("phones.yml").absolute()
    # JSON is YAML.
    file.write_text(json.dumps({"plugin": "telephony.snom.phones", "sources": SOURCES, **options}), "utf-8")
    inventory = InventoryData()
    try:
        _Phones().parse(inventory, DataLoader(), str(file))
    except AnsibleError:
        assert not inventory.hosts and not any(group.hosts for group in inventory.groups.values())
        raise
    assert set(inventory.groups["phones"].get_hosts()) == set(inventory.hosts.values())
    return inventory


def listed(**options: Any) -> dict[str, dict[str, Any]]:
    """The hosts of an inventory, with their variables."""
    return {name: dict(host.vars) for name, host in parsed(**options).hosts.items()}


def protected(**options: Any) -> dict[str, Any]:
    return {name: variables.get("snom_protected") for name, variables in listed(**options).items()}


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"compose": {"snom_protected": PLAIN, "other": "1"}}, "compose: snom_protected,"),
        ({"compose": {"snom_group": "snom_sources['rooms']['room'] | default('')"}}, "compose: snom_group,"),
        ({"groups": {"lifts": "'rooms' in snom_sources"}}, "groups: lifts,"),
        ({"keyed_groups": [{"prefix": "room", "key": "snom_sources.rooms.room"}]}, "keyed_groups,"),
    ],
)
def test_no_phone_is_listed_without_the_source_that_decides_of_it(
    folder: Path, options: dict[str, Any], place: str
) -> None:
    (folder / "rooms.csv").unlink()
    with pytest.raises(AnsibleError, match=f"The source rooms can't be read: .* What rooms says decides in {place}"):
        listed(**options)


def test_a_source_that_decides_nothing_costs_no_phone(folder: Path, said: list[str]) -> None:
    (folder / "rooms.csv").unlink()
    names = {"rooms": "snom_mac", "mushrooms": "snom_sources.leases"}
    assert set(listed(compose=names)) == {LIFT, DESK, NEW}
    assert [one for one in said if "rooms can't be read" in one]


def test_a_phone_that_no_row_tells_of_is_protected(said: list[str]) -> None:
    assert protected(compose={"snom_protected": PLAIN}) == {LIFT: True, DESK: False, NEW: True}
    (warning,) = said
    assert f"snom_protected has no value for 1 phone ({NEW}), which counts as true." in warning
    said.clear()
    default = "snom_sources.rooms.room | default('12') == 'Aufzug'"
    assert protected(compose={"snom_protected": default}) == {LIFT: True, DESK: False, NEW: False}
    assert protected(compose={"snom_group": "snom_sources.rooms.room"}) == {LIFT: None, DESK: None, NEW: None}
    assert said == []


def test_groups_see_who_is_protected_for_want_of_a_row() -> None:
    found = parsed(compose={"snom_protected": PLAIN}, groups={"spared": "snom_protected"})
    assert {host.name for host in found.groups["spared"].get_hosts()} == {LIFT, NEW}


def test_strict_lists_no_phone_if_one_has_no_value() -> None:
    """The others were listed, and the one that failed without its protection."""
    with pytest.raises(AnsibleError, match=NEW):
        listed(compose={"snom_protected": PLAIN}, strict=True)


@pytest.mark.parametrize("strict", [False, True])
def test_the_documented_recipe_protects_whom_no_row_tells_of(said: list[str], strict: bool) -> None:
    recipe = list(yaml.safe_load_all(phones.EXAMPLES))[-1]
    given = {option: recipe[option] for option in ("compose", "keyed_groups")}
    assert protected(**given, strict=strict) == {LIFT: True, DESK: False, NEW: True}
    assert said == []


def test_no_example_keeps_phones_where_anybody_can_write_them() -> None:
    """Who makes that folder first says where the phones are, and so who gets their login."""
    caches = [one["cache_connection"] for one in yaml.safe_load_all(phones.EXAMPLES) if "cache_connection" in one]
    assert caches and all(cache.startswith("~/") for cache in caches)
