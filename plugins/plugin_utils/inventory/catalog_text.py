# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of the user's catalogue, changed where an entry changes and nowhere else: comments and order stay."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML takes for the end of a line. str.splitlines knows more.
_LINE = re.compile("[^\n\r\x85\u2028\u2029]*(?:\r\n|[\n\r\x85\u2028\u2029])|[^\n\r\x85\u2028\u2029]+$")

NEW_FILE = """---
# Firmware images. The playbook telephony.snom.catalog adds what it has seen; entries and comments of your own stay.
images: []
"""


def change_catalog(text: str, entries: Mapping[str, Mapping[str, str | int]]) -> str:
    """The text of a catalogue with these fields in the entries of these files.

    A file without an entry gets one, before the first one whose name comes after its own. Raises InputError where the
    text is written so that this can't be done for sure.
    """
    wanted = _expected(_load(text), entries)
    for file in sorted(entries):
        text = _with_entry(text, file, entries[file])
    # Anchors, merged keys and what else YAML has may make of an edit what it is not.
    if _load(text) != wanted:
        raise _unfit("it uses something of YAML that can't be changed for sure, such as an anchor")
    return text


def _load(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError:
        raise _unfit("it can't be read") from None


def _expected(content: Any, entries: Mapping[str, Mapping[str, str | int]]) -> Any:
    """What the file holds in the end."""
    images = [{**row, **entries.get(row["file"].strip(), {})} for row in content["images"] or []]
    there = {row["file"].strip() for row in images}
    for file in sorted(entries):
        if file not in there:
            images.insert(_place([row["file"].strip() for row in images], file), {"file": file, **entries[file]})
    return {**content, "images": images}


def _place(files: list[str], file: str) -> int:
    return next((number for number, other in enumerate(files) if other > file), len(files))


def _with_entry(text: str, file: str, fields: Mapping[str, str | int]) -> str:
    lines = _LINE.findall(text)
    images = _images(text)
    files = [str(_value(item, "file")).strip() for item in images.value] if images.value else []
    if file not in files:
        _insert(lines, images, _place(files, file), {"file": file, **fields})
        return "".join(lines)
    for name, value in fields.items():
        images = _images("".join(lines))
        _set(lines, images.value[files.index(file)], name, _shown(value))
        # Each change may add a line.
        lines = _LINE.findall("".join(lines))
    return "".join(lines)


def _images(text: str) -> Any:
    """The node of the list. PyYAML's nodes are hardly typed."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        raise _unfit("a value that is to change stands in several places") from None
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise _unfit("it is written in one line, or as JSON")
    images = next(value for key, value in root.value if key.value == "images")
    if isinstance(images, yaml.SequenceNode) and images.value and images.flow_style:
        raise _unfit("its list is written in one line, or as JSON")
    return images


def _insert(lines: list[str], images: Any, number: int, fields: Mapping[str, str | int]) -> None:
    """Put an entry before the one of this number. Comments right above that one stay with it."""
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    if not images.value:
        line = images.start_mark.line
        before, after = lines[line][: images.start_mark.column], lines[line][images.end_mark.column :]
        lines[line] = f"{before.rstrip()}{after if after.strip() else end}"
        indent, place = 2, line + 1
    else:
        indent = images.start_mark.column
        if number < len(images.value):
            place = images.value[number].start_mark.line
            while place and not lines[place].startswith("-", indent):
                place -= 1
            while place and lines[place - 1].lstrip().startswith("#"):
                place -= 1
        else:
            place = _last_line(images) + 1
    if place and not lines[place - 1].endswith(("\n", "\r")):
        lines[place - 1] += end
    new = [f"{name}: {_shown(value)}" for name, value in fields.items()]
    blank = " " * indent
    lines[place:place] = [f"{blank}- {new[0]}{end}", *(f"{blank}  {line}{end}" for line in new[1:])]


def _set(lines: list[str], item: Any, name: str, shown: str) -> None:
    """Set a field of an entry, where it stands or at the entry's end."""
    node = next((value for key, value in item.value if key.value == name), None)
    if node is not None:
        start, end = node.start_mark, node.end_mark
        if start.line != end.line:
            raise _unfit(f"{name} of an entry is written over several lines")
        before = lines[start.line][: start.column]
        lines[start.line] = f"{before}{'' if before.endswith(' ') else ' '}{shown}{lines[start.line][end.column :]}"
    elif item.flow_style:
        line, column = item.end_mark.line, item.end_mark.column - 1
        lines[line] = f"{lines[line][:column]}, {name}: {shown}{lines[line][column:]}"
    else:
        last = _last_line(item)
        content = lines[last].rstrip("\r\n")
        end = lines[last][len(content) :] or "\n"
        lines[last] = f"{content}{end}{' ' * item.start_mark.column}{name}: {shown}{end}"


def _last_line(node: Any) -> int:
    """The number of the last line of a node. What PyYAML says of a block is where the next thing begins."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        ends_before = node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line
        return int(node.end_mark.line - ends_before)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(node, yaml.MappingNode) else last)


def _value(item: Any, name: str) -> Any:
    return next((value.value for key, value in item.value if key.value == name), None)


def _shown(value: str | int) -> str:
    # A version or a hash of digits only would be read as a number.
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)


def _unfit(why: str) -> InputError:
    return InputError(
        f"catalog: the file can't be changed without changing more than that: {why}. Write the list images with a dash "
        "for each entry and a line for each field, or name a new file."
    )
