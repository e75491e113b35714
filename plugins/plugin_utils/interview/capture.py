# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step ``capture``: which files a phone asked for after an event, in which order, as whom, and when. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._mirror.log import Request, read_request

MOST_REQUESTS = 200
EVENTS = {
    "check_sync": "check-sync",
    "by_hand": "by hand",
    "notify": "reloadset by NOTIFY",
    "minibrowser": "reloadset by minibrowser.htm",
}
"""What the phone is told to fetch by, and what that is called."""

_IMAGES = (".bin", ".swu", ".tar")
_LONGEST = 3600.0
"""Seconds between two clocks that are not far apart."""


def new_lines(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The lines that came meanwhile. No clock decides: the mirror's may be wrong."""
    known = Counter(before)
    new = []
    for line in after:
        if known[line]:
            known[line] -= 1
        else:
            new.append(line)
    return new


def captured(lines: Sequence[str], ended: Mapping[str, Any] | None, event: str = "check_sync") -> dict[str, Any]:
    """What the phone did. ended is the result of what brought the event, if that was not a person."""
    requests = [one for one in (read_request(line.encode("utf-8", "replace")) for line in lines) if one is not None]
    requests.sort(key=lambda one: one.time)
    first = requests[0].time if requests else None
    evidence = (ended or {}).get("evidence")
    sent = evidence.get("sent_at") if isinstance(evidence, Mapping) else None
    waited = first.timestamp() - float(sent) if first is not None and isinstance(sent, (int, float)) else None
    image = next((one for one in requests if one.file.lower().endswith(_IMAGES)), None)
    return {
        "event": EVENTS[event if ended else "by_hand"],
        "outcome": None if not ended else str(ended.get("outcome")),
        "answer": evidence.get("answer") if isinstance(evidence, Mapping) else None,
        # By two clocks: what they do not agree on is no time.
        "first_after": round(waited, 1) if waited is not None and 0 <= waited <= _LONGEST else None,
        "image_after": None if image is None or first is None else round((image.time - first).total_seconds(), 1),
        "agents": len({_agent(one) for one in requests}),
        "requests": [
            {
                "seconds": round((one.time - requests[0].time).total_seconds(), 1),
                "file": one.file,
                "status": one.status,
                "as": _agent(one),
            }
            for one in requests[:MOST_REQUESTS]
        ],
    }


def _agent(request: Request) -> str:
    agent = request.agent
    if agent is None:
        return "nobody that can be told"
    return " ".join(str(one) for one in (agent.kind, agent.model, agent.firmware) if one)


def told(found: Mapping[str, Any]) -> list[str]:
    """The same as lines."""
    lines = [f"It asked for {len(found['requests'])} files, as {found['agents']} different clients."]
    if found["first_after"] is not None:
        lines.append(f"The first request came {found['first_after']:g} s after the event, by two clocks.")
    if found["image_after"] is not None:
        lines.append(f"The image was asked for {found['image_after']:g} s after the first request.")
    lines += [f"    {one['seconds']:g} s: {one['file']} ({one['status']}, {one['as']})" for one in found["requests"]]
    return lines
