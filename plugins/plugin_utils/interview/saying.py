# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an interview leaves: the profile, what could be taught as YAML, and the table for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._phone.web.recorder import Recorded
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.channels import Heard
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.look import Word
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.profile import (
    NOTHING,
    make_profile,
    write_profile,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.replacer import Replacer
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.seeing import Subject
from ansible_collections.telephony.snom.plugins.plugin_utils.interview.vocabulary import IN_HEADERS

MOST_BESIDE = 50
"""Words that a person is asked to look at."""


def write(
    subject: Subject,
    parameters: Mapping[str, Any],
    states: Mapping[str, Sequence[Recorded]],
    words: Sequence[Word],
    tls: Mapping[str, Any] | None,
    measured: Mapping[str, Any] | None = None,
    heard: Heard = NOTHING,
    shows: Mapping[str, Mapping[str, Any]] | None = None,
) -> bool:
    """Write the profile if one is wanted; whether its file changed."""
    if not parameters["profile"]:
        return False
    known = {word.fact: word.value for word in words if word.fact in ("model", "version", "mac")}
    later = [str(one["firmware"]) for one in (shows or {}).values() if one.get("firmware")]
    hidden = parameters["hide_words"] or []
    replacer = replacer_for(subject, words, parameters["keep_words"] or [], later, hidden)
    profile = make_profile(
        states,
        replacer,
        model=known.get("model"),
        firmware=known.get("version"),
        mac=known.get("mac"),
        said=[{"fact": word.fact, "value": word.value, "source": word.source, "where": word.where} for word in words],
        tls=tls,
        measured=measured,
        heard=heard,
        shows=shows,
        taught=subject.taught,
    )
    beside = [word for word, _count in replacer.words.beside.most_common(MOST_BESIDE)]
    return write_profile(profile, parameters["profile"], replacer.stand_ins.replacements(), beside)


def replacer_for(
    subject: Subject,
    words: Sequence[Word],
    keep: Sequence[str],
    versions: Sequence[str] = (),
    hidden: Sequence[str] = (),
) -> Replacer:
    """What takes out of a profile all that is about people. Of labels, those stay that a person has taught.

    One that was only proposed may hold a name that stood on the page.
    """
    connection = subject.connection
    labels = [text for lesson in connection.taught for place in lesson.places.values() for text in place.words]
    names = [connection.password, connection.snmp_community, connection.username, subject.host, connection.address]
    names += [subject.account, subject.pbx.password if subject.pbx else None]
    secrets = [name for name in names if name and name.lower() not in IN_HEADERS | {"public"} and not _is_address(name)]
    return Replacer(
        macs={word.value for word in words if word.fact == "mac"},
        secrets=secrets,
        words=[*keep, *labels],
        hidden=hidden,
        versions={word.value for word in words if word.fact == "version"} | set(versions),
        model=next((word.value for word in words if word.fact == "model"), None),
    )


def _is_address(name: str) -> bool:
    return all(sign in "0123456789abcdefABCDEF.:%" for sign in name)


def taught_yaml(taught: Sequence[Mapping[str, Any]]) -> list[str]:
    """What could be taught, as lines of YAML: JSON is YAML, and needs no care for quotes."""
    lines = []
    for lesson in taught:
        for number, (key, value) in enumerate(lesson.items()):
            lines.append(f"{'  ' if number else '- '}{key}: {json.dumps(value, ensure_ascii=False)}")
    return lines


def _told(certificate: Mapping[str, Any] | None) -> str:
    """A certificate on one line."""
    if certificate is None:
        return "it can't be read."
    subject, issuer = (
        ", ".join(f"{one['kind']}={one['value']}" for one in certificate[name]) or "nobody"
        for name in ("subject", "issuer")
    )
    by = "by itself" if certificate["self_issued"] else f"by {issuer}"
    times = f"from {certificate['not_before']} to {certificate['not_after']}"
    return f"of {subject}, issued {by}, {times}; {certificate['key']}, signed with {certificate['signature']}"


def summary(result: Mapping[str, Any]) -> list[str]:
    """The table for people."""
    lines = []
    for row in result["verdicts"]:
        lines.append(f"{row['fact']}: {row['value'] or row['verdict']}")
        lines += [f"    {said['value']}  ({said['where']}; {said['sure']})" for said in row["said"]]
    lines += [f"CONTRADICTION: {sentence}" for sentence in result["contradictions"]]
    lines += [f"Not read: {note}" for note in result["not_read"]]
    lines += result["to_confirm"]
    read = [page for page in result["pages"] if page["said"].startswith("200")]
    lines.append(f"Pages: {len(read)} of {len(result['pages'])} could be read.")
    if result["tls"]:
        lines.append(f"TLS: {result['tls']['version']}, {result['tls']['cipher']}")
        lines.append(f"Certificate: {_told(result['tls']['certificate'])}")
    lines.append("What the modules will do:")
    lines += [f"    {row['module']}: {row['will']}. {row['why']}" for row in result["forecast"]]
    if result["taught"]:
        lines.append(
            "What you could teach stands in the result as taught, and in the file snom_taught.yml if one is written."
        )
    if result["profile"]:
        lines.append(f"Profile: {result['profile']}. Read it before you send it.")
    return lines
