# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found of a fleet as a page for people, for the collection's playbooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.snom.plugins.plugin_utils.report.reading_pages import render_audit, render_drift
from ansible_collections.telephony.snom.plugins.plugin_utils.report.rollout_page import render_html

DOCUMENTATION = r"""
name: page
short_description: Make a page for people of what was found
version_added: 0.1.0
description:
  - Makes one HTML page that needs nothing else, neither network nor JavaScript, of what the playbooks
    C(telephony.snom.audit) and C(telephony.snom.drift) found, or of the report of a rollout.
  - Those playbooks and M(telephony.snom.snom_rollout) write it by themselves. The filter is also for JSON files that
    were kept.
author:
  - telephony.snom contributors (@telephony)
options:
  _input:
    description: What is in C(audit.json), C(drift.json) or C(report.json).
    type: dict
    required: true
  kind:
    description: Which of them it is.
    type: str
    required: true
    choices: [audit, drift, rollout]
"""

EXAMPLES = r"""
- name: Make the page of an earlier rollout anew
  ansible.builtin.copy:
    content: "{{ lookup('ansible.builtin.file', 'report.json') | from_json | telephony.snom.page('rollout') }}"
    dest: report.html
    mode: "0640"
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The page, as HTML.
  type: str
  sample: <!DOCTYPE html> …
"""

_KINDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "audit": render_audit,
    "drift": render_drift,
    "rollout": render_html,
}


def page(found: Mapping[str, Any], kind: str) -> str:
    """Make the page. Raises AnsibleFilterError for what is no result of that kind."""
    if kind not in _KINDS:
        raise AnsibleFilterError(f"page: kind is {kind!r}: give one of {', '.join(_KINDS)}.")
    try:
        return _KINDS[kind](found)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"page: this is not what is in the JSON file of kind {kind}: {error!r}.") from error


class FilterModule:
    """Tells Ansible the name of the filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"page": page}
