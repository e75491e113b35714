# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python drawings.py``: the pictures of the guides, from text files.

Each is as wide as a small telephone, so that it can be read there without being made smaller, and has colours for light
and dark. Who asks whom and how a phone can end are drawn from files of YAML in ``docs/pictures``, the workflow from the
very file that sets it up in AWX.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.outcomes import OUTCOMES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
WORKFLOW = ROOT / "extensions" / "awx" / "configuration" / "workflows.yml"

WIDTH, MARGIN, LINE = 360, 12, 17
"""Pixels: of the picture, around all, and from one line of text to the next."""

CHARACTER = 6.9
"""Pixels that a character takes at most on average, in the font of plain text."""

STYLE = """
.card{fill:#fff;stroke:#d0d7de}.box{fill:#eef2f6;stroke:#9aa5b1}.lane{stroke:#d0d7de}.way{stroke:#57606a;fill:none}
.tip{fill:#57606a}text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1f2328}
.name{font-weight:600}.title{font-size:14px;font-weight:600}.soft{fill:#57606a}.good{fill:#116329}.bad{fill:#b42318}
.wait{fill:#7d4e00}
@media (prefers-color-scheme:dark){.card{fill:#12171e;stroke:#30363d}.box{fill:#1f2731;stroke:#57606a}
.lane{stroke:#30363d}.way{stroke:#9aa5b1}.tip{fill:#9aa5b1}text{fill:#e6edf3}.soft{fill:#9aa5b1}.good{fill:#7ee787}
.bad{fill:#ff9b94}.wait{fill:#e3b341}}
"""


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{html.escape(words, quote=False)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str = "box") -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind}"/>'


def arrow(*points: tuple[float, float]) -> str:
    """A line through points, with its tip at the last one."""
    (x1, y1), (x2, y2) = points[-2:]
    across, down = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
    tip = [(x2, y2), *((x2 - 8 * across + side * down, y2 - 8 * down + side * across) for side in (-4, 4))]
    # It ends within its tip.
    line = [*points[:-1], (x2 - 4 * across, y2 - 4 * down)]
    way, end = (" ".join(f"{x:g},{y:g}" for x, y in shape) for shape in (line, tip))
    return f'<polyline points="{way}" class="way"/><polygon points="{end}" class="tip"/>'


def wrapped(words: Sequence[str], width: float) -> Iterator[list[str]]:
    """Words, as many on a line as fit. Raises ValueError for one that is too long by itself."""
    line: list[str] = []
    for word in words:
        if len(word) * CHARACTER > width:
            raise ValueError(f"{word!r} is wider than {width:g} pixels.")
        if line and len("  ".join([*line, word])) * CHARACTER > width:
            yield line
            line = []
        line.append(word)
    if line:
        yield line


def drawn(title: str, height: float, parts: Sequence[str]) -> str:
    """A picture with its title on top."""
    if len(title) * CHARACTER * 1.05 > WIDTH - 2 * MARGIN:
        raise ValueError(f"The title is too long: {title}")
    size = f'viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{html.escape(title)}</title>",
            f"<style>{STYLE}</style>",
            box(0.5, 0.5, WIDTH - 1, height - 1, "card"),
            text(MARGIN, 26, title, "title"),
            *parts,
            "</svg>",
            "",
        ]
    )


def ports() -> str:
    """Who asks whom: a lane for each, and a line of text above each arrow."""
    source = yaml.safe_load((FOLDER / "ports.yml").read_text("utf-8"))
    step = (WIDTH - 2 * MARGIN) / len(source["lanes"])
    middle = {name: MARGIN + step * (number + 0.5) for number, name in enumerate(source["lanes"])}
    top, row = 72, 42
    height = top + row * len(source["rows"]) + MARGIN
    parts = [
        f'<line x1="{x:g}" x2="{x:g}" y1="{top - 8}" y2="{height - MARGIN:g}" class="lane"/>' for x in middle.values()
    ]
    for name, x in middle.items():
        parts += [box(x - step / 2 + 4, 40, step - 8, 24), text(x, 57, name, "name", "middle")]
    for number, one in enumerate(source["rows"]):
        y = top + row * number
        begin, end = middle[one["from"]], middle[one["to"]]
        words = f"{one['port']}: {one['for']}"
        left = min(begin, end) + 6
        if left + len(words) * CHARACTER > WIDTH - MARGIN:
            raise ValueError(f"Too long: {words}")
        # A ground of its own, so that no lane goes through the words.
        parts.append(box(left - 2, y + 5, len(words) * CHARACTER, 16, "card").replace('rx="6"', 'style="stroke:none"'))
        parts.append(
            f'<text x="{left:g}" y="{y + 18:g}"><tspan class="name">{html.escape(one["port"])}</tspan>'
            f'<tspan class="soft">: {html.escape(one["for"])}</tspan></text>'
        )
        parts.append(arrow((begin, y + 28), (end, y + 28)))
    return drawn(source["title"], height, parts)


def kind_of(word: str) -> str:
    outcome = OUTCOMES[word]
    return "bad" if outcome.failed else "wait" if outcome.left_over else "good"


def states() -> str:
    """The steps of a phone one below the other; beside each how it can end there."""
    source = yaml.safe_load((FOLDER / "states.yml").read_text("utf-8"))
    parts: list[str] = []
    wide, y = 156, 42
    beside = MARGIN + wide + 24
    steps = source["steps"]
    for number, step in enumerate(steps):
        lines: list[list[tuple[str, str]]] = []
        for words, note in zip(step["ends"], step.get("notes", [""] * len(step["ends"])), strict=True):
            if note:
                lines.append([(f"{note}:", "soft")])
            found = wrapped(words, WIDTH - beside - MARGIN)
            lines += [[(word, kind_of(word)) for word in line] for line in found]
        height = max(LINE * (1 + len(step["says"])), LINE * len(lines)) + 14
        if max(map(len, [step["name"], *step["says"]])) * CHARACTER > wide - 16:
            raise ValueError(f"Too long: {step}")
        parts += [box(MARGIN, y, wide, height), text(MARGIN + 8, y + 18, step["name"], "name")]
        parts += [text(MARGIN + 8, y + 18 + LINE * at, said, "soft") for at, said in enumerate(step["says"], 1)]
        parts.append(arrow((MARGIN + wide, y + 13), (beside - 6, y + 13)))
        for at, line in enumerate(lines):
            spans = "  ".join(f'<tspan class="{kind}">{html.escape(word)}</tspan>' for word, kind in line)
            parts.append(f'<text x="{beside:g}" y="{y + 18 + LINE * at:g}" xml:space="preserve">{spans}</text>')
        if number < len(steps) - 1:
            parts.append(arrow((MARGIN + wide / 2, y + height), (MARGIN + wide / 2, y + height + 18)))
        y += height + 18
    return drawn(source["title"], y - 18 + MARGIN, parts)


def workflow() -> str:
    """The nodes of the workflow, one below the other, with the ways that lead past some of them."""
    (source,) = yaml.safe_load(WORKFLOW.read_text("utf-8"))["controller_workflows"]
    nodes: list[Mapping[str, Any]] = source["simplified_workflow_nodes"]
    wide, high, gap, top = 210, 42, 30, 42
    ys = {node["identifier"]: top + (high + gap) * number for number, node in enumerate(nodes)}
    parts: list[str] = []
    rail = MARGIN + wide + 112
    for number, node in enumerate(nodes):
        name, y = node["identifier"], ys[node["identifier"]]
        asks = node.get("approval_node")
        parts += [box(MARGIN, y, wide, high), text(MARGIN + 8, y + 17, "approval" if asks else name, "name")]
        parts.append(text(MARGIN + 8, y + 17 + LINE, asks["name"] if asks else node["unified_job_template"], "soft"))
        after = nodes[number + 1]["identifier"] if number + 1 < len(nodes) else None
        ways = [(to, how) for how in ("success", "failure", "always") for to in node.get(f"{how}_nodes", [])]
        for to, how in ways:
            words = {"success": "yes" if asks else "well", "failure": "failed", "always": "in any case"}[how]
            kind = {"success": "good", "failure": "bad", "always": "soft"}[how]
            if to == after:
                parts.append(arrow((MARGIN + 40, y + high), (MARGIN + 40, y + high + gap)))
                parts.append(text(MARGIN + 50, y + high + gap / 2 + 4, words, kind))
            else:
                target = ys[to] + high / 2
                parts.append(
                    arrow((MARGIN + wide, y + high / 2), (rail, y + high / 2), (rail, target), (MARGIN + wide, target))
                )
                parts.append(text(MARGIN + wide + 8, y + high / 2 - 5, words, kind))
        if ways and {how for _to, how in ways} == {"success"}:
            # Within the rail, if one goes past it.
            parts.append(arrow((MARGIN + wide, y + high / 2), (MARGIN + wide + 20, y + high / 2)))
            ends = f"{'no' if asks else 'failed'}: it ends"
            parts.append(text(MARGIN + wide + 24, y + high / 2 + 4, ends, "bad"))
    return drawn(f"The workflow {source['name']} in AWX", top + (high + gap) * len(nodes) - gap + MARGIN, parts)


DRAWINGS: dict[str, Callable[[], str]] = {"ports": ports, "states": states, "workflow": workflow}


if __name__ == "__main__":
    for name, draw in DRAWINGS.items():
        (FOLDER / f"{name}.svg").write_text(draw(), "utf-8")
