# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What phones would do differently with one generation of provisioning files than with another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .._known.masks import masked
from .._known.setting_values import Setting
from .xml import Contact, listed_urls, read_phone_book_file, read_settings_file, replaces_phone_book

_LONGEST_VALUE = 200
"""Characters of a value that are shown."""


@dataclass(frozen=True, kw_only=True)
class Generation:
    """One generation: its name, and how its files are read; read returns None for a file that is not there."""

    name: str
    read: Callable[[str], bytes | None]

    def listed(self, asked_for: str) -> list[str] | None:
        """The names of the files that a phone fetches; None where it finds nothing."""
        content = self.read(asked_for)
        if content is None:
            return None
        return [url.rpartition("/")[2] for url in listed_urls(content)]


@dataclass(kw_only=True)
class Content:
    """What a phone takes from its files, by the names that HTTP has for settings."""

    settings: dict[str, Setting] = field(default_factory=dict)
    phone_book: tuple[Contact, ...] | None = None
    replaces_book: bool = False
    """Whether it goes in the place of the one in the phone."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is new for one phone. lines are fit to be shown."""

    changed: bool
    files: list[str]
    lines: list[str]


def compare_generations(phones: Mapping[str, str], before: Generation | None, after: Generation) -> dict[str, Change]:
    """Compare what each phone gets; phones holds the file that it asks for, by host."""
    caches: tuple[dict[str, Content], dict[str, Content]] = ({}, {})
    return {host: _change(host, asked_for, before, after, caches) for host, asked_for in phones.items()}


def gone(names_before: Iterable[str], after: Generation) -> list[str]:
    """The files that phones could ask for before, and no longer can."""
    return sorted(name for name in names_before if name.endswith(".htm") and after.read(name) is None)


def _change(
    host: str,
    asked_for: str,
    before: Generation | None,
    after: Generation,
    caches: tuple[dict[str, Content], dict[str, Content]],
) -> Change:
    old = before.listed(asked_for) if before else None
    new = after.listed(asked_for)
    files = [asked_for, *(new or [])]
    if new is None:
        return Change(changed=old is not None, files=[], lines=[f"{host}: gone ({asked_for})"] if old else [])
    if before is None or old is None:
        settings = _content(after, new, caches[1]).settings
        return Change(changed=True, files=files, lines=[f"{host}: new ({asked_for}, {len(settings)} settings)"])
    if old == new and all(before.read(name) == after.read(name) for name in new):
        return Change(changed=False, files=files, lines=[])
    lines = [f"{host}: {line}" for line in _lines(_content(before, old, caches[0]), _content(after, new, caches[1]))]
    return Change(changed=bool(lines), files=files, lines=lines)


def _content(generation: Generation, names: Iterable[str], cache: dict[str, Content]) -> Content:
    """What a phone has after it took the files in their order."""
    together = Content()
    for name in names:
        if name not in cache:
            data = generation.read(name) or b""
            settings = {setting.wire_name: setting for setting in read_settings_file(data)}
            cache[name] = Content(
                settings=settings, phone_book=read_phone_book_file(data), replaces_book=replaces_phone_book(data)
            )
        together.settings |= cache[name].settings
        if cache[name].phone_book is not None:
            together.phone_book, together.replaces_book = cache[name].phone_book, cache[name].replaces_book
    return together


def _lines(before: Content, after: Content) -> Iterator[str]:
    names = sorted({*before.settings, *after.settings}, key=lambda name: _place(before, after, name))
    for name in names:
        old, new = before.settings.get(name), after.settings.get(name)
        if old != new:
            yield f"{name}: {_shown(old)} -> {_shown(new)}"
    if (before.phone_book, before.replaces_book) != (after.phone_book, after.replaces_book):
        yield f"phone book: {_entries(before)} -> {_entries(after)}"


def _place(before: Content, after: Content, name: str) -> tuple[str, int, str]:
    setting = after.settings.get(name) or before.settings[name]
    return setting.name, setting.index or 0, name


def _shown(setting: Setting | None) -> str:
    """A value with what goes with it, without secrets. An empty value shows as two quotes."""
    if setting is None:
        return "(none)"
    value = masked(setting.name, setting.value)
    if len(value) > _LONGEST_VALUE:
        value = f"{value[:_LONGEST_VALUE]}…"
    extras = [f"{name} {masked(setting.name, text)}" for name, text in sorted(setting.attributes.items())]
    extras += [setting.perm] if setting.perm else []
    return (value or '""') + (f" [{', '.join(extras)}]" if extras else "")


def _entries(content: Content) -> str:
    if content.phone_book is None:
        return "(none)"
    count = len(content.phone_book)
    return f"{count} {'entry' if count == 1 else 'entries'}{'' if content.replaces_book else ' beside its own'}"
