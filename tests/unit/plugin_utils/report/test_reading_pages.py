# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.filter.page import page
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES
from ansible_collections.telephony.snom.plugins.plugin_utils.report.versions import shares_by_model

AT = "2026-11-23T06:00:00+00:00"
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"' style=x & \x00"


class Text(HTMLParser):
    """What a reader sees, and the tags."""

    def __init__(self, source):
        super().__init__()
        self.tags = set()
        self.text = ""
        self.feed(re.sub(r"<(style|script)>.*?</\1>", "", source, flags=re.DOTALL))
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not [name for name, _value in attrs if name in ("src", "style") or name.startswith("on")]

    def handle_data(self, data):
        self.text += data


def drifted(**more):
    return {
        "outcome": "drifted",
        "reason": None,
        "site": None,
        "model": "D785",
        "firmware": None,
        "settings": None,
        "unknown": [],
        "read_only": [],
        "vendor_controller": False,
    } | more


def audited(host, outcome="read", **more):
    return {
        "host": host,
        "site": None,
        "outcome": outcome,
        "reason": None,
        "model": "D785",
        "firmware": "10.1.54.13",
        "mac": "000413922D24",
        "account": None,
        "source": "phone",
        "seen": AT,
        "contradiction": None,
        "fetched": [],
        "registration": None,
        "phone": {"call_state": "idle", "vendor_controller": False} if outcome == "read" else None,
    } | more


def audit(*phones, **more):
    return page({"phones": list(phones), "unlisted": [], "not_asked": [], "begun": AT} | more, "audit")


def test_a_comparison_lists_what_differs_and_counts_the_rest():
    found = {
        "same": drifted(outcome="in_order"),
        "old": drifted(firmware={"now": "8.4.35", "wanted": "8.7.5.35"}, site="berlin"),
        "changed": drifted(settings={"before": "a: 1\n", "after": "a: 2\n"}, read_only=["b"], unknown=["c"]),
        "gone": drifted(outcome="unreachable", reason="No answer.", model=None),
    }
    source = page({"phones": found, "at": AT}, "drift")
    assert "<h1>2 of 4 phones drifted</h1>" in source
    assert "<del>a: 1</del>\n<ins>a: 2</ins>" in source
    assert "<del>firmware: 8.4.35</del>\n<ins>firmware: 8.7.5.35</ins>" in source
    assert re.findall(r"<th scope=row>(\w+)", source) == ["gone", "changed", "old"]
    text = Text(source).text
    assert "1 in order, 2 drifted, 1 could not be read." in text and "Compared2026-11-23 06:00:00 UTC" in text
    assert "Only provisioning can change, and they differ: b" in text and "The phone does not have: c" in text
    assert OUTCOMES["unreachable"].remedy in text


def test_nothing_that_differs_is_no_list():
    text = Text(page({"phones": {"same": drifted(outcome="in_order")}, "at": AT}, "drift")).text
    assert "0 of 1 phone drifted" in text and "Secrets" not in text


def test_an_audit_names_all_and_counts_models_and_versions():
    source = audit(
        audited("a"),
        audited("b", phone={"call_state": "in_call", "vendor_controller": True}, contradiction="It says two things."),
        audited("c", "auth_failed", reason="It refused.", source="pbx", account="401@pbx"),
        unlisted=[{"account": "499", "model": "D865", "firmware": None, "mac": None, "address": "192.0.2.9"}],
        not_asked=["pbx2: refused."],
    )
    text = Text(source).text
    assert "2 of 3 phones read" in text and "1 could not be read. Nothing was changed." in text
    assert re.findall(r"<th scope=row>(\w+)", source) == ["c", "a", "b"]
    for words in (
        "Not asked: pbx2: refused.",
        "unless tr369_enable says otherwise: b",
        "It says two things.",
        "in_call",
    ):
        assert words in text, words
    assert "499D865\u2013\u2013192.0.2.9" in text
    assert OUTCOMES["auth_failed"].remedy in text and "account401@pbx" in text


def test_a_second_controller_is_named_of_phones_that_only_others_know():
    d862 = {"phone": None, "source": "pbx", "model": "D862", "firmware": "10.1.215.13"}
    text = Text(
        audit(
            audited("by-pbx", "unsupported", **d862),
            audited("by-log", "unreachable", **d862 | {"source": "mirror_log", "firmware": "10.1.161.0"}),
            audited("off-by-default", "unsupported", **d862 | {"firmware": "10.1.226.13"}),
            audited("unknown", "unreachable", **d862 | {"firmware": None}),
            audited("no-version", "unreachable", **d862 | {"firmware": "\x00"}),
            # What the phone itself says wins, because its settings may have it off or on.
            audited("off", **d862 | {"phone": {"call_state": "idle", "vendor_controller": False}}),
            audited("silent", **d862 | {"phone": {"call_state": "idle", "vendor_controller": None}}),
            unlisted=[
                {"account": "499", "model": "D865", "firmware": "10.1.215.13", "mac": None, "address": None},
                {"account": "498", "model": "D865", "firmware": None, "mac": None, "address": None},
            ],
        )
    ).text
    assert "unless tr369_enable says otherwise: by-pbx, by-log, silent, account 499 " in text


@pytest.mark.parametrize("kind", ["audit", "drift"])
def test_pages_show_what_phones_and_users_wrote_as_text(kind):
    if kind == "audit":
        plain = audit(audited("a", "auth_failed", reason="x", contradiction="x", fetched=["x"]), not_asked=["x"])
        words = dict.fromkeys(("reason", "site", "model", "firmware", "mac", "account", "seen", "contradiction"), EVIL)
        other = dict.fromkeys(("account", "model", "firmware", "mac", "address"), EVIL)
        state = {"call_state": EVIL, "vendor_controller": EVIL}
        evil = audited(EVIL, EVIL, fetched=[EVIL], phone=state, **words)
        source = audit(evil, unlisted=[other], not_asked=[EVIL], begun=EVIL)
    else:
        change = {
            "settings": {"before": "x", "after": "x"},
            "read_only": ["x"],
            "firmware": {"now": "x", "wanted": "x"},
        }
        plain = page({"phones": {"a": drifted(reason="x", **change)}, "at": AT}, "drift")
        entry = drifted(
            outcome=EVIL,
            reason=EVIL,
            site=EVIL,
            model=EVIL,
            firmware={"now": EVIL, "wanted": EVIL},
            settings={"before": EVIL, "after": EVIL},
            unknown=[EVIL],
            read_only=[EVIL],
        )
        source = page({"phones": {EVIL: entry}, "at": EVIL}, "drift")
    shown = Text(source)
    assert shown.text.count(EVIL.replace("\x00", r"\x00")) > 10
    assert shown.tags <= Text(plain).tags | {"ul", "li", "tbody", "code"}
    assert source.count("<script") == 1


def test_what_is_no_such_file_is_said():
    with pytest.raises(AnsibleFilterError, match="kind is 'x': give one of audit, drift, rollout"):
        page({}, "x")
    for found in ({}, {"phones": 5}, {"phones": [1]}, []):
        for kind in ("audit", "drift", "rollout"):
            with pytest.raises(AnsibleFilterError, match=f"not what is in the JSON file of kind {kind}"):
                page(found, kind)


def test_versions_are_counted_by_model_and_time():
    seen = [("D785", ("1.9", "1.10")), ("D785", ("1.10", "1.10")), ("D785", ("1.9", None)), (None, (None, None))]
    d785, unknown = shares_by_model(seen, {("D785", "1.10")})
    assert (d785.name, d785.phones, unknown.name, unknown.phones) == ("D785", 3, "unknown", 1)
    assert [(one.text, one.numbers, one.wanted) for one in d785.versions] == [
        ("1.10", [1, 2], True),
        ("1.9", [2, 0], False),
        ("unknown", [0, 1], False),
    ]
    # Equal versions that are written otherwise.
    (same,) = shares_by_model([("105", ("2.04g",)), ("105", ("2.4g",))], {("105", "2.4G")})
    assert [(one.text, one.numbers, one.wanted) for one in same.versions] == [("2.04g", [2], True)]
    assert [d785.versions[0].share(number, 1000) for number in (0, 1, 500, 1000)] == ["0.00", "1.50", "50.00", "100.00"]
