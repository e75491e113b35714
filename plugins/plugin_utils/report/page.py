# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a rollout as one HTML page that needs nothing else: neither network nor JavaScript,
which only adds comfort.

What phones and users wrote is shown on it, so every value goes through `_text`, and a content security policy admits
only the page's own style and script. Optional end tags are left out of the long table: that saves a tenth of its size.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import shown_time, utc
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES, Outcome
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible
from ansible_collections.telephony.snom.plugins.module_utils._firmware.snapshot import changes, count_changes

_HERE = Path(__file__).parent / "templates"
_STYLE = _HERE.joinpath("page.css").read_text("utf-8")
_SCRIPT = _HERE.joinpath("page.js").read_text("utf-8")

_TONES_IN_ORDER = ("same", "good", "move", "kept", "wait", "fail")

_NO_SITE = "no site"
_NOTHING = "&ndash;"


def render_html(result: Mapping[str, Any]) -> str:
    """The whole page. The form of result is described in `report`."""
    phones: Mapping[str, Mapping[str, Any]] = result["phones"]
    body = "\n".join(
        part
        for part in (
            _header(result),
            _power(result["do_not_power_off"]),
            _stop(result),
            _outcomes(result["summary"]),
            _sites(phones.values()),
            _waves(result),
            _changes(phones),
            _phones(phones),
            _options(result["options"]),
        )
        if part
    )
    policy = f"default-src 'none'; style-src {_digest(_STYLE)}; script-src {_digest(_SCRIPT)}; base-uri 'none'"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{_text(_headline(result))} · {_text(result["run"])}</title>
<style>{_STYLE}</style>
<script>{_SCRIPT}</script>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _digest(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _text(value: object) -> str:
    """Any value as HTML text; nothing as a dash."""
    if value is None or value == "":
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return html.escape(visible(str(value)))


def _time(seconds: float | None) -> str:
    """A time in UTC; the script adds the reader's own."""
    stamp = None if seconds is None else utc(seconds)
    return _NOTHING if seconds is None or stamp is None else f'<time datetime="{stamp}">{shown_time(seconds)}</time>'


def _took(seconds: float | None) -> str:
    """Seconds as h:mm:ss."""
    if seconds is None:
        return _NOTHING
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _count(number: int) -> str:
    return f"{number:,} phone{'' if number == 1 else 's'}"


def _headline(result: Mapping[str, Any]) -> str:
    summary = result["summary"]
    total = sum(summary.values())
    if result["check_mode"]:
        return f"Plan: {summary.get(Outcome.PLANNED, 0):,} of {_count(total)} would be upgraded"
    done = _on_target(summary)
    return f"{done:,} of {_count(total)} on target"


def _header(result: Mapping[str, Any]) -> str:
    by_tone = _by_tone(result["summary"])
    failed = "can't be upgraded" if result["check_mode"] else "failed"
    phrases = {"fail": failed, "wait": "left for another run", "kept": "protected and left alone"}
    counts = ", ".join(f"{by_tone[tone]:,} {phrase}" for tone, phrase in phrases.items() if by_tone[tone])
    lead = ("Nothing was sent that changes a phone. " if result["check_mode"] else "") + (
        f"{counts}." if counts else ""
    )
    facts = {
        "Started": _time(result["started"]),
        "Ended": _time(result["ended"]),
        "Took": _took(result["ended"] - result["started"]),
        "Plan": f"<code>{_text(result['plan_id'])}</code>",
    }
    kind = "Plan of a firmware rollout" if result["check_mode"] else "Firmware rollout"
    return f"""<header>
<p class="over">{kind} · <code>{_text(result["run"])}</code></p>
<h1>{_text(_headline(result))}</h1>
{f'<p class="lead">{_text(lead)}</p>' if lead else ""}
<dl class="facts">{"".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())}</dl>
</header>"""


def _power(entries: list[Mapping[str, Any]]) -> str:
    if not entries:
        return ""
    items = "\n".join(
        f"<li><strong>{_text(entry['host'])}</strong> until {_time(entry['until'])}. {_text(entry['reason'])}</li>"
        for entry in entries
    )
    return f"""<section class="box power" aria-labelledby="power">
<h2 id="power">Do not power off {_count(len(entries))}</h2>
<p>They may still be loading, or writing their flash. A phone that loses power then may not start again. Once its time
has passed, look at its screen first: this run has not seen it since.</p>
<ul>
{items}
</ul>
</section>"""


def _stop(result: Mapping[str, Any]) -> str:
    if not result["stopped_by"] and not result["resume"]:
        return ""
    reason = f"<p>{_text(result['stopped_by'])}</p>" if result["stopped_by"] else ""
    resume = f"<p>To go on:</p>\n<pre><code>{_text(result['resume'])}</code></pre>" if result["resume"] else ""
    heading = "The rollout stopped early" if result["stopped_by"] else "What is left"
    return f"""<section class="box stop" aria-labelledby="stop">
<h2 id="stop">{heading}</h2>
{reason}
{resume}
</section>"""


def _tone(word: str) -> str:
    """The color of an outcome, as a class of the style sheet."""
    outcome = OUTCOMES.get(word, Outcome.FAILED)
    if outcome.failed:
        return "fail"
    if outcome.left_over:
        return "wait"
    if outcome.changed:
        return "good" if outcome.at_target else "move"
    return "same" if outcome.at_target else "kept"


def _on_target(summary: Mapping[str, int]) -> int:
    return sum(summary.get(outcome, 0) for outcome in Outcome if outcome.at_target)


def _by_tone(summary: Mapping[str, int]) -> Counter[str]:
    by_tone: Counter[str] = Counter()
    for word, number in summary.items():
        by_tone[_tone(word)] += number
    return by_tone


def _in_order(summary: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts above 0 in the order of the table of outcomes; words that it does not know come last."""
    known = list(OUTCOMES)
    return sorted(
        ((word, number) for word, number in summary.items() if number),
        key=lambda item: (known.index(item[0]) if item[0] in OUTCOMES else len(known), item[0]),
    )


def _bar(summary: Mapping[str, int], start: float = 0.0, width: float = 100.0) -> str:
    """Counts as a bar with a part for each color, from start over width percent of the line; text beside it says them.

    No part is too narrow to be seen: one failed phone of ten thousand matters.
    """
    by_tone = _by_tone(summary)
    shares = {tone: max(by_tone[tone] / by_tone.total(), 0.015) for tone in _TONES_IN_ORDER if by_tone[tone]}
    parts = []
    for tone, share in shares.items():
        part = width * share / sum(shares.values())
        parts.append(f'<rect class="{tone}" x="{start:.2f}" width="{part:.2f}" height="10" />')
        start += part
    return f'<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}</svg>'


def _chip(word: str) -> str:
    return f"<b class={_tone(word)}>{_text(word)}</b>"


def _words(summary: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,}&nbsp;{_text(word)}" for word, number in _in_order(summary)) or _NOTHING


def _outcomes(summary: Mapping[str, int]) -> str:
    items = "\n".join(
        f'<li><span data-filter="outcome" data-value="{_text(word)}">{_chip(word)} <strong>{number:,}</strong></span> '
        f"<small>{_text(OUTCOMES[word].meaning) if word in OUTCOMES else ''}</small></li>"
        for word, number in _in_order(summary)
    )
    return f"""<section class="box" aria-labelledby="outcomes">
<h2 id="outcomes">Outcomes</h2>
{_bar(summary)}
<ul class="legend">
{items}
</ul>
</section>"""


def _table(name: str, heading: str, columns: Iterable[str], rows: Iterable[str]) -> str:
    """A section with a table that scrolls sideways, also with the keyboard, where the screen is too narrow."""
    return _section(name, heading, _grid(name, columns, rows))


def _section(name: str, heading: str, body: str) -> str:
    return f"""<section class="box" aria-labelledby="{name}">
<h2 id="{name}">{heading}</h2>
{body}
</section>"""


def _grid(name: str, columns: Iterable[str], rows: Iterable[str]) -> str:
    body = "\n".join(rows)
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return f"""<div class="scroll" role="region" aria-labelledby="{name}" tabindex="0">
<table id="{name}-table" aria-labelledby="{name}">
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
</table>
</div>"""


def _sites(phones: Iterable[Mapping[str, Any]]) -> str:
    sites: dict[str, Counter[str]] = {}
    for phone in phones:
        sites.setdefault(phone.get("site") or _NO_SITE, Counter())[phone["outcome"]] += 1
    rows = (
        f'<tr><th scope="row"><span data-filter="site" data-value="{_text(site)}">{_text(site)}</span></th>'
        f"<td>{summary.total():,}</td><td>{_on_target(summary):,}</td>"
        f'<td class="wide">{_bar(summary)}</td><td>{_words(summary)}</td></tr>'
        for site, summary in sorted(sites.items())
    )
    return _table("sites", "Sites", ("Site", "Phones", "On target", "Share", "Outcomes"), rows)


def _waves(result: Mapping[str, Any]) -> str:
    waves = result["waves"]
    if not waves:
        return ""
    begin = result["started"]
    whole = max(result["ended"] - begin, 1.0)
    rows = []
    for wave in waves:
        started, ended = wave["started"], wave["ended"] or result["ended"]
        line = took = _NOTHING
        if started is not None:
            left = 100 * (started - begin) / whole
            line = _bar(wave["summary"], left, max(100 * (ended - started) / whole, 0.5))
            took = _took(ended - started)
        rows.append(
            f'<tr><th scope="row">{_text(wave["number"])} · {_text(wave["label"])}</th><td>{wave["phones"]:,}</td>'
            f'<td>{_time(started)}</td><td>{took}</td><td class="wide">{line}</td>'
            f"<td>{_words(wave['summary'])}</td></tr>"
        )
    return _table("waves", "Waves", ("Wave", "Phones", "Started", "Took", "Timeline", "Outcomes"), rows)


_MOST_ROWS = 100
_MOST_GROUPS = 50
_MOST_HOSTS = 40


def _changes(phones: Mapping[str, Mapping[str, Any]]) -> str:
    """What the upgrades changed besides the firmware: by setting, and then by phone, the same changes only once."""
    snapshots = {host: phone["snapshot"] for host, phone in sorted(phones.items()) if phone.get("snapshot")}
    if not snapshots:
        return ""
    groups: dict[tuple[tuple[str, str, str], ...], list[str]] = {}
    silent: dict[str, list[str]] = {}
    for host, snapshot in snapshots.items():
        groups.setdefault(tuple(changes(snapshot)), []).append(host)
        if snapshot["reason"]:
            silent.setdefault(snapshot["reason"], []).append(host)
    same = [host for host in groups.pop((), []) if snapshots[host]["read"]]
    parts = [_changes_by_setting(groups)] if groups else []
    parts += [_group(changed, hosts, snapshots) for changed, hosts in _largest(groups)[:_MOST_GROUPS]]
    if len(groups) > _MOST_GROUPS:
        parts.append(f"<p><small>And {len(groups) - _MOST_GROUPS:,} more groups: see report.json.</small></p>")
    if same:
        parts.append(f"<p><strong>{_count(len(same))}</strong> without any change: {_hosts(same)}</p>")
    parts += [
        f"<p><strong>{_count(len(hosts))}</strong> not fully compared: {_hosts(hosts)}. {_text(reason)}</p>"
        for reason, hosts in sorted(silent.items())
    ]
    return _section("changes", "What changed besides the firmware", "\n".join(parts))


def _largest(groups: Mapping[Any, list[str]]) -> list[tuple[Any, list[str]]]:
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[1]))


def _changes_by_setting(groups: Mapping[tuple[tuple[str, str, str], ...], list[str]]) -> str:
    """A line for each setting: on how many phones it changed, and how on most of them."""
    by_name: dict[str, Counter[tuple[str, str]]] = {}
    for changed, hosts in groups.items():
        for what, before, after in changed:
            by_name.setdefault(what, Counter())[before, after] += len(hosts)
    # Lost registrations first; only they have a blank in their names.
    ordered = sorted(by_name.items(), key=lambda item: (" " not in item[0], -item[1].total(), item[0]))
    rows = []
    for what, pairs in ordered[:_MOST_ROWS]:
        ((before, after), _number), *others = pairs.most_common()
        more = f" <small>and in {len(others):,} other way{'' if len(others) == 1 else 's'}</small>" if others else ""
        rows.append(
            f'<tr><th scope="row"><code>{_text(what)}</code></th><td>{pairs.total():,}</td>'
            f"<td>{_text(before)}</td><td>{_text(after)}{more}</td></tr>"
        )
    if len(ordered) > _MOST_ROWS:
        rows.append(
            f"<tr><td colspan=4><small>And {len(ordered) - _MOST_ROWS:,} more: see report.json.</small></td></tr>"
        )
    return _grid("changes", ("Setting", "Phones", "Before", "After"), rows)


def _group(
    changed: tuple[tuple[str, str, str], ...], hosts: list[str], snapshots: Mapping[str, Mapping[str, Any]]
) -> str:
    """Phones on which the same changed, folded away."""
    things = f"{len(changed):,} change{'' if len(changed) == 1 else 's'}"
    pairs = "".join(
        f"<dt><code>{_text(what)}</code><dd>{_text(before)} → {_text(after)}" for what, before, after in changed
    )
    more = max(snapshots[host]["more"] for host in hosts)
    rest = f"<p><small>And up to {more:,} more settings, which are not listed.</small></p>" if more else ""
    names = _hosts(hosts[:3]) + (" …" if len(hosts) > 3 else "")
    return f"""<details class="group"><summary>{_count(len(hosts))}, {things}: {names}</summary>
<dl>{pairs}</dl>{rest}
<p><small>{_hosts(hosts)}</small></p></details>"""


def _hosts(hosts: list[str]) -> str:
    more = f" and {len(hosts) - _MOST_HOSTS:,} more" if len(hosts) > _MOST_HOSTS else ""
    return ", ".join(map(_text, hosts[:_MOST_HOSTS])) + more


_COLUMNS = ("Host", "Outcome", "Reason", "Site", "Model", "Before", "After", "Target", "Wave", "Took")


def _phones(phones: Mapping[str, Mapping[str, Any]]) -> str:
    """The long table, what failed or waits first."""
    rows = sorted(phones.items(), key=lambda item: (-_TONES_IN_ORDER.index(_tone(item[1]["outcome"])), item[0]))
    table = _table("phones", "Phones", _COLUMNS, (_phone(host, phone) for host, phone in rows))
    # The script fills these and shows them.
    controls = """<form id="controls" role="search" aria-label="Filter phones" hidden>
<label>Outcome <select name="outcome"><option value="">all</option></select></label>
<label>Site <select name="site"><option value="">all</option></select></label>
<label>Text <input name="text" type="search" placeholder="host, MAC, version, reason…"></label>
<button type="reset">Clear</button>
<output name="found" aria-live="polite"></output>
<button type="button" name="all" hidden>Show all</button>
</form>
<div class="scroll\""""
    return table.replace('<div class="scroll"', controls, 1)


def _phone(host: str, phone: Mapping[str, Any]) -> str:
    group = f"<small>{_text(phone['group'])}</small>" if phone.get("group") else ""
    unverified = " <small>unverified</small>" if phone.get("unverified") else ""
    versions = "".join(f"<td>{_text(phone.get(name))}" for name in ("before", "after", "target"))
    return (
        f"<tr><th scope=row>{_text(host).replace('.', '.<wbr>')}<td>{_chip(phone['outcome'])}{unverified}"
        f"<td>{_text(phone['reason'])}{_evidence(phone)}<td>{_text(phone.get('site') or _NO_SITE)}{group}"
        f"<td>{_text(phone.get('model'))}{versions}<td>{_text(phone.get('wave'))}<td>{_took(phone.get('elapsed'))}"
    )


def _evidence(phone: Mapping[str, Any]) -> str:
    """What the outcome rests on, folded away."""
    shown = {
        "mac": phone.get("mac"),
        "path": " → ".join(phone.get("path") or ()),
        "notes": " ".join(phone.get("notes") or ()),
        "other_changes": count_changes(snapshot) if (snapshot := phone.get("snapshot")) and snapshot["read"] else None,
    } | dict(phone.get("evidence") or {})
    pairs = "".join(
        f"<dt>{_text(name.replace('_', ' '))}<dd>{_evidence_value(name, value)}"
        for name, value in shown.items()
        if value not in (None, "")
    )
    return f"<details><summary>Evidence</summary><dl>{pairs}</dl></details>" if pairs else ""


def _evidence_value(name: str, value: object) -> str:
    if name.endswith("_at") and isinstance(value, int | float):
        return _time(value)
    if isinstance(value, Mapping):
        return (
            ", ".join(f"{_text(key)}: {_evidence_value(str(key), below)}" for key, below in value.items()) or _NOTHING
        )
    if isinstance(value, list | tuple):
        return ", ".join(_evidence_value("", below) for below in value) or _NOTHING
    return _text(value)


def _options(options: Mapping[str, Any]) -> str:
    pairs = "".join(
        f"<dt>{_text(name)}</dt><dd>{_evidence_value('', value)}</dd>" for name, value in sorted(options.items())
    )
    return f'<details class="box"><summary>Options of this run</summary><dl>{pairs}</dl></details>' if pairs else ""
