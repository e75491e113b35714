# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the pages that antsibull-docs makes from the collection: see ``make docs``."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.util import logging

project = "telephony.snom"
copyright = "the telephony.snom contributors"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
html_title = "telephony.snom"
html_show_sphinx = False
html_theme_options = {"display_version": False, "documentation_home_url": "index.html"}
default_role = "any"
nitpicky = True

# The build never asks the network: no other site's index is read, and only links within the site are checked.
intersphinx_mapping: dict[str, tuple[str, str | None]] = {}
# Links between guides and to the repository are seen to below.
linkcheck_ignore = [r"https?://", r"[./]*[\w/]+\.(rst|py|md)\b"]
# Labels of Ansible's own site, which the generated pages mention.
nitpick_ignore = [
    ("std:ref", "action_plugins"),
    ("std:ref", "ansible_collections.ansible.builtin.default_callback"),
    ("std:ref", "ansible_configuration_settings"),
    ("std:ref", "callback_plugins"),
    ("std:ref", "common_return_values"),
]
nitpick_ignore_regex = [("std:envvar", "ANSIBLE_.*")]

# Guides link as a forge wants it, to files beside them: to guides, and to the sources of plugins and roles. Within the
# site these are other pages. Everything else of the repository stays on the forge.
REPOSITORY = "https://github.com/telephony/snom/blob/main/"
PLUGIN = re.compile(r"(?:plugins/(\w+?)s?|(role)s)/(\w+)(?:\.py|/README\.md)")


def remember_headings(app: Any, doctree: nodes.document) -> None:
    """Keep for each page where the anchors are that a forge gives to its headings, beside those it has itself."""
    headings = {}
    for section in doctree.findall(nodes.section):
        title = re.sub(r"[^\w\- ]", "", section[0].astext().lower()).replace(" ", "-")
        headings |= dict.fromkeys((title, *section["ids"]), section["ids"][0])
    known = getattr(app.env, "headings", {})
    app.env.headings = known | {app.env.docname: headings}


def within_site(app: Any, doctree: nodes.document, page: str) -> None:
    """Let links lead within the site. One that leads nowhere is a warning."""
    for link in doctree.findall(nodes.reference):
        target, _unused, anchor = link.get("refuri", "").partition("#")
        if link.get("internal") or ":" in target or not (target or anchor):
            continue
        path = target.removeprefix("../../../")
        plugin = PLUGIN.fullmatch(path)
        if path != target and not plugin:
            link["refuri"] = REPOSITORY + link["refuri"].removeprefix("../../../")
            continue
        guide = f"docsite/{path.removesuffix('.rst')}" if path else page
        other = f"{plugin[3]}_{plugin[1] or plugin[2]}" if plugin else guide
        headings = app.env.headings.get(other)
        if headings is None or (anchor and anchor not in headings):
            logging.getLogger(__name__).warning("This link leads nowhere: %s", link["refuri"], location=link)
            continue
        link["refuri"] = app.builder.get_relative_uri(page, other) + (f"#{headings[anchor]}" if anchor else "")
        link["internal"] = True


def setup(app: Any) -> None:
    app.connect("doctree-read", remember_headings)
    app.connect("doctree-resolved", within_site)
