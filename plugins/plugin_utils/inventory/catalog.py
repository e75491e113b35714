# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firmware catalogue on the controller: the built-in one, and the user's own over it.

Data files don't travel to a jump host with a module, so the controller reads them and passes on only what is needed.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import read_regular
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, Image, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.yaml_text import load_yaml

_BUILT_IN = Path(__file__).with_name("firmware_images.csv")


def controller_path(path: str) -> str:
    """A path of an option. A relative one counts from the current directory.

    Beside the playbook, as Ansible has it, would be inside of the collection for the playbooks that it brings.
    """
    return os.path.abspath(os.path.expanduser(path))


def load_catalog(user_file: str | None) -> Catalog:
    """The built-in catalogue; an entry of the user's file replaces the one for the same image file.

    Raises InputError, which names the user's file and what is wrong in it.
    """
    with _BUILT_IN.open(encoding="utf-8", newline="") as stream:
        catalog = Catalog(
            # A test proves that parse_images() would find nothing wrong here; it would take four times as long.
            Image(
                file=row["file"],
                model=row["model"] or None,
                version=Version.parse(row["version"]) if row["version"] else None,
                kind=row["kind"],
                url=row["url"],
                size=int(row["size_bytes"]),
                sha1=row["sha1"],
                sha256=row["sha256"] or None,
            )
            for row in csv.DictReader(stream)
            # One file was seen without its name.
            if row["file"]
        )
    return catalog.merged(read_user_catalog(user_file)) if user_file else catalog


def read_user_catalog(path: str) -> list[Image]:
    """The entries of a user's file. Raises InputError, which names the file and what is wrong in it."""
    source = f"catalog {path}"
    remedy = "It must be a YAML file with a list named images, each entry with at least file and url."
    try:
        content = load_yaml(read_regular(path))
    except OSError as error:
        raise InputError(f"{source}: the file can't be read: {error.strerror}. {remedy}") from None
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = "" if line is None else f" at line {line + 1}"
        raise InputError(f"{source}: the file is not YAML{where}. {remedy}") from None
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(images, list):
        raise InputError(f"{source}: there is no list named images. {remedy}")
    return parse_images(images, source)
