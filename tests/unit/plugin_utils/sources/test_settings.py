# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._known.mac_in_text import PREFIXES
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.settings import (
    parse_prefixes,
    parse_sites,
    parse_sources,
)

KEA = {"kind": "kea", "path": "leases.csv"}
URL = "http://kea.example:8000/"


def test_sources_have_names_in_their_order() -> None:
    given = [KEA, {"kind": "kea", "url": URL, "name": "other"}, {"kind": "csv", "path": "x"}, {"kind": "mirror_log"}]
    assert [source.name for source in parse_sources(given, "/etc")] == ["kea", "other", "csv", "mirror_log"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "sources is missing"),
        ([], "sources is missing"),
        ({"kind": "kea"}, "sources is missing"),
        ([KEA] * 101, "more than 100"),
        (["kea"], "entry 1 names no kind. Choose one of asterisk"),
        ([KEA, {"kind": "netbox"}], "entry 2 names no kind"),
        ([{**KEA, "name": "a b"}], "entry 1 has a name that is none"),
        ([KEA, KEA], "two are called kea"),
        ([{"kind": "kea"}], "kea: path is missing"),
        ([{"kind": "kea", "pth": "x"}], "kea: it has no 'pth'. It knows ca_path, password, path"),
        ([{**KEA, "url": URL}], "path or url, not both"),
        ([{**KEA, "password": "n0t-to-be-seen"}], "password goes with url only"),
        ([{"kind": "kea", "url": "kea:8000"}], "url must be that of the control API"),
        ([{"kind": "kea", "url": "http://user:n0t-to-be-seen@kea/"}], "url must be"),
        ([{"kind": "kea", "url": "http://kea:99999/"}], "url must be"),
        ([{"kind": "kea", "url": URL, "timeout": "soon"}], "timeout must be"),
        ([{"kind": "kea", "url": URL, "timeout": float("inf")}], "timeout must be"),
        ([{"kind": "kea", "url": URL, "validate_certs": "perhaps"}], "validate_certs must be"),
        ([{"kind": "dnsmasq", "path": ["x"]}], "path is missing"),
        ([{"kind": "mirror_log", "paths": "x"}], "paths must be a list"),
        ([{"kind": "csv", "path": "x", "columns": ["mac"]}], "columns must be a mapping"),
        ([{"kind": "csv", "path": "x", "columns": {"a b": "c"}}], "columns: 'a b' is no name"),
        ([{"kind": "csv", "path": "x", "separator": ";;"}], "separator must be one character"),
        ([{"kind": "asterisk", "host": "pbx"}], "asterisk: it lacks username or password"),
        ([{"kind": "kamailio", "host": "pbx", "passwrd": "x"}], "kamailio: it has no 'passwrd'"),
    ],
)
def test_what_cannot_be_used_is_told_without_values(given: Any, said: str) -> None:
    with pytest.raises(InputError) as error:
        parse_sources(given, "/etc")
    assert said in error.value.reason and "n0t-to-be-seen" not in error.value.reason


def test_sites_and_prefixes_that_cannot_be_used_are_told() -> None:
    with pytest.raises(InputError, match="sites must be a mapping"):
        parse_sites(["berlin"])
    with pytest.raises(InputError, match=r"sites: '192\.0\.2\.1/24' is no network"):
        parse_sites({"192.0.2.1/24": "berlin"})
    with pytest.raises(InputError, match="mac_prefixes: '00:04' is none"):
        parse_prefixes(["00:04"])
    with pytest.raises(InputError, match="mac_prefixes must be a list"):
        parse_prefixes("00:04:13")
    assert parse_prefixes(None) == PREFIXES
    assert parse_prefixes(["aa:bb:cc"]) == (*PREFIXES, "AABBCC")
