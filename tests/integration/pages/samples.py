# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What pages are made from, with all that makes them hard to read: long names, long reasons, thousands of phones."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

START = 1_795_413_600.0

MODELS = {
    "300": ("8.4.35", "8.7.5.35", "8.7.5.35"),
    "D120": ("10.1.141.13", "10.1.198.19", "10.1.198.19"),
    "D315": ("8.9.3.80", "10.1.198.19", "10.1.198.19"),
    "D715": ("8.7.5.35", "8.9.3.80", "10.1.198.19"),
    "D785": ("10.1.54.13", "10.1.198.19", "10.1.198.19"),
    "D865": ("10.1.141.13", "10.1.220.0", "10.1.220.0"),
}
"""By model: the version before, the first one on the way, and the target."""

REASONS = {
    "upgraded": "{target} was read back.",
    "compliant": "It runs {target} already.",
    "deferred": "It is in a call, by its screen. It was asked 3 times in 15 minutes, and its window ended at 05:00.",
    "not_started": "The rollout stopped before its turn: 2 phones ended bad, and max_bad is 1.",
    "protected": "snom_protected is true, so nothing was sent to change it.",
    "refused": "The mirror answers 404 to https://images.pbx.example/firmware/snomD715-10.1.198.19-SIP-r.bin. Put the "
    "image there under its own name, or correct mirror.",
    "auth_failed": "It refused the user name or password. It is not asked again before retry_login is given.",
    "unreachable": "No answer from 192.0.2.17 port 443 within 5 s: no route to host.",
    "old_version": "It was gone for 94 s, and came back on {before}. The same image is sent again only with force.",
    "timed_out": "It was gone from 06:03:20 on, and not back by its deadline. Do not power it off.",
}
SHARES = {"upgraded": 78, "compliant": 8, "deferred": 3, "not_started": 4, "protected": 1, "refused": 1}
SHARES |= {"auth_failed": 1, "unreachable": 2, "old_version": 1, "timed_out": 1}
ASKED = ("upgraded", "old_version", "timed_out")


def rollout(phones: int, sites: int, *, check_mode: bool = False) -> dict[str, Any]:
    """The result of a rollout over so many phones and sites, the same each time."""
    chance = random.Random(phones)
    words = [*REASONS, *chance.choices(list(SHARES), list(SHARES.values()), k=phones)][:phones]
    entries = {}
    for number, word in enumerate(words):
        site = f"site-{number % sites:04}" if sites > 12 else ("berlin", "hamburg-altona", "wien", "köln")[number % 4]
        host = f"{site}-floor-{number % 7}-desk-{number:05}.phones.example.org"
        entries[host] = _phone(number, word, site, chance, "planned" if check_mode and word in ASKED else word)
    done = [phone["started"] + phone["elapsed"] for phone in entries.values() if phone["started"]]
    ended = max(done, default=START) + 20
    summary = dict(Counter(phone["outcome"] for phone in entries.values()).most_common())
    gone = [
        {"host": host, "until": START + 9000, "reason": phone["reason"]}
        for host, phone in entries.items()
        if phone["outcome"] == "timed_out"
    ]
    return {
        "run": "20261123-060000-4f2a",
        "plan_id": "9c1d3f5a7b",
        "check_mode": check_mode,
        "started": START,
        "ended": START + 60 if check_mode else ended,
        "stopped_by": None if check_mode else "2 phones ended bad, and max_bad is 1.",
        "resume": None
        if check_mode
        else "ansible-playbook -i inventory/production telephony.snom.rollout -e snom_hosts=phones -e "
        "firmware_rollout_journal=/srv/rollout/journal.jsonl",
        "do_not_power_off": [] if check_mode else gone[:3],
        "summary": summary,
        "waves": [] if check_mode else _waves(entries, ended),
        "options": {"max_bad": 1, "waves": ["canary", "10%", "100%"], "mirror": "https://images.pbx.example/firmware"},
        "phones": entries,
    }


def _phone(number: int, word: str, site: str, chance: random.Random, outcome: str) -> dict[str, Any]:
    model = list(MODELS)[number % len(MODELS)]
    before, hop, target = MODELS[model]
    if word == "compliant":
        before = target
    asked = word in ASKED and outcome == word
    begun = START + 30 + number * 0.8 + chance.random() * 40
    gone, back = begun + 45 + chance.random() * 60, begun + 160 + chance.random() * 120
    evidence: dict[str, Any] = {"mac": f"000413{number:06X}", "model": model, "firmware_before": before}
    evidence |= {"call_state": "idle", "call_state_source": "its screen"}
    if asked:
        evidence |= {"triggered_at": begun + 4, "deadline_at": begun + 900, "trigger_answer": "302"}
        evidence |= {"seen_gone_at": gone}
        if word != "timed_out":
            evidence |= {"seen_back_at": back, "mac_after": f"000413{number:06X}", "firmware_after": target}
    changed = {"language": ["Deutsch", "English"]} if number % 5 == 0 else {}
    after = {"upgraded": target, "timed_out": None, "unreachable": None}.get(word, before)
    return {
        "outcome": outcome,
        "reason": REASONS[word].format(before=before, target=target),
        "recap": "ok",
        "before": None if word == "unreachable" else before,
        "after": before if outcome == "planned" else after,
        "target": target,
        "path": [hop] if hop == target else [hop, target],
        "model": model,
        "mac": f"000413{number:06X}",
        "transport": "http",
        "call_state": None if word == "unreachable" else "idle",
        "site": site,
        "group": f"rack-{number % 9}" if number % 3 == 0 else None,
        "wave": 1 if number < 12 else 2 if number < 100 else 3,
        "started": begun if asked else None,
        "elapsed": (900.0 if word == "timed_out" else round(back - begun + 12, 1)) if asked else None,
        "deadline": begun + 900 if asked else None,
        "evidence": evidence,
        "notes": ["Its call state was read 4 s before."] if number % 11 == 0 else [],
        "snapshot": {"read": True, "reason": None, "settings": changed, "more": 0, "registrations": {}}
        if asked and word == "upgraded"
        else None,
        "unverified": number % 50 == 49,
    }


def _waves(phones: dict[str, Any], ended: float) -> list[dict[str, Any]]:
    waves = []
    for number, label in ((1, "canary"), (2, "10%"), (3, "100%")):
        hosts = [phone for phone in phones.values() if phone["wave"] == number]
        begun = [phone["started"] for phone in hosts if phone["started"]]
        done = [phone["started"] + phone["elapsed"] for phone in hosts if phone["started"]]
        waves.append(
            {
                "number": number,
                "label": label,
                "phones": len(hosts),
                "started": min(begun, default=None),
                "ended": max(done, default=None),
                "summary": dict(Counter(phone["outcome"] for phone in hosts)),
            }
        )
    return waves


def drift(phones: int, sites: int) -> dict[str, Any]:
    """What a comparison of so many phones found, as the playbook gives it to its page."""
    entries = {}
    for number in range(phones):
        model = list(MODELS)[number % len(MODELS)]
        before, _hop, target = MODELS[model]
        word = ("drifted", "in_order", "in_order", "unreachable", "drifted")[number % 5]
        entries[f"desk-{number:05}.floor-{number % 7}.phones.example.org"] = {
            "outcome": word,
            "reason": REASONS["unreachable"] if word == "unreachable" else None,
            "site": f"site-{number % sites:04}",
            "model": None if word == "unreachable" else model,
            "firmware": {"now": before, "wanted": target} if number % 10 == 0 else None,
            "settings": {
                "before": "language: English\nntp_server: 192.0.2.1, which is not there any more\n",
                "after": f"language: Deutsch\nntp_server: ntp.{'very-' * 12}long-name.example.org\n",
            }
            if word == "drifted"
            else None,
            "unknown": ["setting_of_newer_firmware"] if number % 10 == 4 else [],
            "read_only": ["phone_name"] if number % 10 == 4 else [],
            "vendor_controller": number % 20 == 0,
        }
    return {"phones": entries, "at": "2026-11-23T06:00:00+00:00"}


def audit(phones: int, sites: int) -> dict[str, Any]:
    """What an audit of so many phones found, as the playbook gives it to its page."""
    entries = []
    for number in range(phones):
        model = list(MODELS)[number % len(MODELS)]
        word = "auth_failed" if number % 9 == 4 else "unreachable" if number % 7 == 3 else "read"
        firmware = MODELS[model][number % 2]
        entries.append(
            {
                "host": f"desk-{number:05}.floor-{number % 7}.phones.example.org",
                "site": f"site-{number % sites:04}",
                "outcome": word,
                "reason": None if word == "read" else REASONS[word],
                "model": None if word == "unreachable" else model,
                "firmware": None if word == "unreachable" else firmware,
                "mac": f"000413{number:06X}",
                "account": f"{400 + number}@pbx.example",
                "source": "phone" if word == "read" else "pbx" if word == "auth_failed" else None,
                "seen": "2026-11-23T06:00:00+00:00",
                "contradiction": f"It says {firmware}, but its request to the mirror at 06:00:02 said 8.7.3.19."
                if number % 30 == 0
                else None,
                "fetched": ["snomD785.htm", f"000413{number:06X}.htm"] if number % 4 == 0 else [],
                "registration": None,
                "phone": {"call_state": "idle", "vendor_controller": number % 40 == 0} if word == "read" else None,
            }
        )
    other = {"account": "499@pbx.example", "model": "D865", "firmware": None, "mac": "000413009999", "address": None}
    return {
        "phones": entries,
        "unlisted": [other, other | {"account": "498@pbx.example", "mac": None, "firmware": "10.1.220.0"}],
        "not_asked": ["pbx2.example: Connection refused. Is its AMI on port 5038?"],
        "begun": "2026-11-23T06:00:00+00:00",
    }
