# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the own checks share: the collection's documentation as Ansible reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "gate"))


@pytest.fixture(scope="session")
def module_docs() -> dict[str, dict[str, Any]]:
    """For each module: ``doc`` with its options, doc fragments merged in, ``examples`` as text, and ``return``."""
    names = [f"telephony.snom.{file.stem}" for file in sorted((ROOT / "plugins" / "modules").glob("*.py"))]
    env = os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"), "ANSIBLE_LOCALHOST_WARNING": "false"}
    ansible_doc = Path(sys.executable).with_name("ansible-doc")
    told = subprocess.run(
        [ansible_doc, "--json", "--type", "module", *names], env=env, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    docs: dict[str, dict[str, Any]] = json.loads(told.stdout)
    assert sorted(docs) == names, told.stderr
    return docs
