# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of all settings is that of the table. ``PYTHONPATH=.build python`` and the name of this file writes it."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.telephony.snom.plugins.module_utils._known.known_settings import KNOWN, KnownSetting

PAGE = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "setting_names.rst"
HEAD = """..
  Copyright (c) 2026, the telephony.snom contributors
  GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.telephony.snom.docsite.setting_names:

All settings that are known
===========================

These settings are in the dumps of two real phones, on Snom's pages or in public templates that people run phones with.
Each firmware has hundreds more, which a phone's own settings page shows. This page is made from the table that the
modules use.

- **Number**: nothing for a setting without one. ``from 1`` is the number of the first; ``yes`` has one, but no source
  says which is the first; ``or none`` is seen in both forms.
- **Kind**: a ``secret`` is shown nowhere. What is ``state`` is changed by users at the phone, what is a ``fact`` the
  phone tells of itself, and a ``way`` leads to a provisioning server. None of these is described by the playbook
  ``adopt``. A ``fact`` in an inventory is refused.
- **Values**: what it takes, where that is known, with a star behind the default.
- **Since**: the firmware with which it came, where a source says that.
- **Sources**: D720 and DPA1 are dumps of a 720 with 8.7.3.17 and of a PA1+. FPBX is FusionPBX, FSPBX FS PBX, TANC
  tancredi, WPRV wazo, PROV Provisioner, TINE tine20, XGAL XiVO, ELX Elastix, SPBX ServusPBX, GS Gemeinschaft.
  ``wiki`` is Snom's, ``protocol`` the page of `facts <phone_facts.rst>`__.
  What one source alone has may be wrong.

.. csv-table::
   :header: "Name", "Number", "Kind", "Values", "Since", "Sources"

"""


def page() -> str:
    return HEAD + "".join(f"   {', '.join(map(quoted, row(one)))}\n" for one in KNOWN.values())


def row(one: KnownSetting) -> list[str]:
    number = "" if not one.indexed else "yes" if one.first is None else f"from {one.first}"
    star = {one.default: " \\*"}
    values = " ".join(f"``{value}``{star.get(value, '')}" for value in one.values)
    both = f"{number} or none" if one.indexed and one.plain else number
    return [f"``{one.name}``", both, one.kind, values, one.since, " ".join(one.sources)]


def quoted(text: str) -> str:
    return f'"{text}"'


def test_the_page_is_that_of_the_table() -> None:
    assert PAGE.read_text("utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
