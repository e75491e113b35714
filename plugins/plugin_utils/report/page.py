# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to a page for people: a template of this folder, with its style and script in it.

A page needs nothing else, neither network nor JavaScript, which only adds comfort. What phones and users wrote is shown
on it: every value goes through `_shown` and Jinja's escaping, and a content security policy admits only the page's own
style and script.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.clock import shown_time, utc
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible
from ansible_collections.telephony.snom.plugins.plugin_utils.report.words import GUIDE, parts_of
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

# Ansible's loader of collections needs files on the disk, too.
_FILES = Path(__file__).parent / "templates"

NOTHING = "\u2013"
"""What stands where nothing is known."""


def render_page(template: str, **values: Any) -> str:
    """The whole page of a template in the folder ``templates``, as HTML."""
    return _environment().get_template(template).render(values)


def shown_count(number: int, noun: str = "phone") -> str:
    """A number of things, as a sentence has it."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shown_length(seconds: float | None) -> str:
    """Seconds as h:mm:ss."""
    if seconds is None:
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FILES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "breakable": _breakable,
        "count": shown_count,
        "length_of_time": shown_length,
        "number": "{:,}".format,
        "parts": parts_of,
        "point": _point,
    }
    environment.globals |= {"guide": GUIDE, "nothing": NOTHING}
    for name in ("style", "script"):
        source = Markup((_FILES / f"page.{'css' if name == 'style' else 'js'}").read_text("utf-8"))
        environment.globals |= {name: source, f"{name}_digest": _digest(source)}
    return environment


def _shown(value: object) -> object:
    """What is shown of a value. Only the templates make Markup."""
    if isinstance(value, Markup):
        return value
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return visible(str(value))


def _breakable(name: str) -> Markup:
    """The name of a host, which may go on in the next line behind each dot."""
    return Markup(".<wbr>").join(visible(name).split("."))


def _point(seconds: float | None) -> Markup:
    """A point in time, in UTC; the script adds the reader's own. seconds are since the epoch."""
    stamp = None if seconds is None else utc(seconds)
    if seconds is None or stamp is None:
        return Markup(NOTHING)
    return Markup('<time datetime="{}">{}</time>').format(stamp, shown_time(seconds))


def _digest(source: str) -> Markup:
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return Markup("'sha256-{}'").format(Markup(digest))
