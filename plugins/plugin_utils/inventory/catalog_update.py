# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user's catalogue, brought up to date: which images a fleet needs, and what their servers say of them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._core.regular_files import read_regular
from ansible_collections.telephony.snom.plugins.module_utils._known.images import PHONE, Catalog, Image, image_url
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog_text import NEW_FILE
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.image_probe import NotThere, Probed
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.needs import Stated, needed_images
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.vendor_server import (
    VENDOR_SERVER,
    at_server,
    images_expected,
)

TRUST = "trust"
VERIFY = "verify"
RENEW = "renew"

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "catalog": {"type": "path", "required": True},
    "hosts": {"type": "list", "elements": "str"},
    "known": {"type": "str", "choices": [TRUST, VERIFY, RENEW], "default": TRUST},
    "mirror": {"type": "str"},
    "server": {"type": "str", "default": VENDOR_SERVER},
    "use_proxy": {"type": "bool", "default": True},
}


@dataclass(kw_only=True)
class Update:
    """What is to become of the user's catalogue."""

    entries: dict[str, dict[str, str | int]] = field(default_factory=dict)
    """Fields to set, by file."""
    images: list[dict[str, Any]] = field(default_factory=list)
    """What is known of each image that is needed, with how it came to be known as state."""
    missing: list[dict[str, Any]] = field(default_factory=list)
    """model, version and reason of what could not be had."""
    hosts_without_model: list[str] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)
    """Versions by model, newest first: of each model that the inventory names, what the catalogue knows then."""


def find_update(
    stated: Iterable[Stated],
    catalog: Catalog,
    own: Catalog,
    probe: Callable[[str], Probed],
    *,
    known: str = TRUST,
    mirror: str | None = None,
    server: str = VENDOR_SERVER,
) -> Update:
    """Ask the servers about images that these hosts need, and return what the user's catalogue lacks.

    catalog is all that is known, own what the user's file has of it. known says what becomes of images whose size and
    hash are known: trusted, fetched and compared, or taken as they are now. Raises InputError for a mirror or server
    that can't be read, and if no host states a version.
    """
    image_url("", server)
    stated = list(stated)
    expected = _expected(stated, catalog, server)
    needed = needed_images(stated, catalog.merged(images[0] for images in expected.values()), mirror)
    update = Update(missing=needed["missing"], hosts_without_model=needed["hosts_without_model"])
    for row in needed["images"]:
        before = catalog.by_file(row["file"])
        tried = [row["url"]] if mirror or before else [image.url for image in expected[row["file"]]]
        if before and not mirror:
            tried = [at_server(before, server).url]
        is_complete = bool(before and before.size is not None and (before.sha1 or before.sha256))
        if is_complete and known == TRUST:
            update.images.append({**row, "state": "known"})
            continue
        try:
            url, seen = _seen(tried, probe)
            changed = _changes(before, seen, known)
        except SnomError as error:
            update.missing.append({"model": row["model"], "version": row["version"], "reason": error.reason})
            continue
        found: dict[str, str | int] = {"size": seen.size, "sha1": seen.sha1, "sha256": seen.sha256}
        state = "known" if is_complete and not changed else "added" if not own.by_file(row["file"]) else "completed"
        state = "renewed" if is_complete and changed else state
        update.images.append({**row, **found, "url": before.url if before else url, "state": state})
        if state != "known":
            new = {} if own.by_file(row["file"]) else _identity(row, before, url)
            update.entries[row["file"]] = {**new, **found}
    update.known = _known(stated, catalog, update.images)
    return update


def _expected(stated: Iterable[Stated], catalog: Catalog, server: str) -> dict[str, tuple[Image, ...]]:
    """The places of images that the catalogue lacks, by file."""
    found = {}
    for name, version in {target for one in stated for target in one.targets()}:
        if catalog.image_for(MODELS[name], version) is None:
            # Of a model whose images have no known names needed_images() says so.
            with contextlib.suppress(InputError):
                images = images_expected(MODELS[name], version, server)
                found[images[0].file] = images
    return found


def _seen(urls: Sequence[str], probe: Callable[[str], Probed], said: str = "") -> tuple[str, Probed]:
    """The first of these that is there. said is what the servers of earlier ones answered. Raises Refused."""
    first, *others = urls
    try:
        return first, probe(first)
    except NotThere as error:
        said = f"{said}{error.reason} "
    if others:
        return _seen(others, probe, said)
    raise NotThere(
        f"{said}Correct the version, add the image to your own catalog, or put it under its usual name on a mirror."
    )


def _changes(before: Image | None, seen: Probed, known: str) -> bool:
    """Whether an image is another one than was known. Raises Refused, unless that is asked for."""
    for name, was, is_now in (
        ("size", before and before.size, seen.size),
        ("SHA-1", before and before.sha1, seen.sha1),
        ("SHA-256", before and before.sha256, seen.sha256),
    ):
        if was is not None and was != is_now:
            if known != RENEW:
                raise Refused(
                    f"{before.file if before else ''} has the {name} {is_now}, but the catalogue says {was}. Find out "
                    "why: another file on the server, or somebody in between. If it is right, run again with known: "
                    "renew."
                )
            return True
    return False


def _identity(row: dict[str, Any], before: Image | None, url: str) -> dict[str, str | int]:
    """What a new entry has beside size and hashes."""
    kind = {"kind": before.kind} if before and before.kind != PHONE else {}
    version = {"version": row["version"]} if row["version"] else {}
    return {"url": before.url if before else url, "model": row["model"], **version, **kind}


def _known(stated: Iterable[Stated], catalog: Catalog, images: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """The versions of each model that the inventory names."""
    found = {name: {image.version for image in catalog.images_of(MODELS[name])} for name in _models(stated)}
    for row in images:
        if row["version"]:
            found[row["model"]].add(Version.parse(row["version"]))
    return {name: [str(one) for one in sorted(filter(None, found[name]), reverse=True)] for name in sorted(found)}


def _models(stated: Iterable[Stated]) -> set[str]:
    named = {one.model.name for one in stated if one.model}
    return named | {name for one in stated for name in (*one.versions, *(target[0] for target in one.targets()))}


def read_text(path: str) -> str:
    """The text of the user's catalogue, or that of a new one. Raises InputError."""
    try:
        return read_regular(path).decode("utf-8")
    except FileNotFoundError:
        return NEW_FILE
    except OSError as error:
        raise InputError(f"catalog {path}: the file can't be read: {error.strerror}.") from None
    except UnicodeError:
        raise InputError(f"catalog {path}: the file is not UTF-8. Save it as UTF-8.") from None


def write_text(path: str, text: str) -> None:
    """Write the file beside the one that it replaces, whose mode it keeps, and rename it. Raises InputError."""
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    try:
        mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o644
        with _beside(folder, name) as temporary:
            with open(temporary, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            os.replace(temporary, path)
    except OSError as error:
        raise InputError(
            f"catalog {path}: the file can't be written: {error.strerror}. Name one in a folder that is there and that "
            "the user who runs the playbook may write to."
        ) from None


@contextlib.contextmanager
def _beside(folder: str, name: str) -> Iterator[str]:
    """A new file in a folder, which is gone with the block unless it was renamed."""
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
    os.close(handle)
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
