# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the pages that antsibull-docs makes from the collection: see ``make docs``."""

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
linkcheck_ignore = [r"https?://"]
# Labels of Ansible's own site, which the generated pages mention.
nitpick_ignore = [
    ("std:ref", "action_plugins"),
    ("std:ref", "ansible_collections.ansible.builtin.default_callback"),
    ("std:ref", "ansible_configuration_settings"),
    ("std:ref", "callback_plugins"),
    ("std:ref", "common_return_values"),
]
nitpick_ignore_regex = [("std:envvar", "ANSIBLE_.*")]
