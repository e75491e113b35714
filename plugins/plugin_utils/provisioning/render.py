# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what an inventory says of its phones to the files that they provision themselves from. Nothing is written here.

A phone asks for two files below its setting server (protocol 5.4): that of its model, which says nothing here, and that
of its MAC, which names files of one generation by their whole URLs. So whatever is published meanwhile, a phone never
mixes two generations. What all phones of a model share stands in one file, and the rest in the phone's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, check_url
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.fleet_checks import (
    LARGEST_NAMED,
    consequences,
    exposed_secrets,
    long_phone_books,
    shared_users,
    too_many_identities,
    too_many_keys,
    twins,
    unknown_settings,
    unquoted,
    wrong_images,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.generation import make_generation
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import (
    Entry,
    ProvisionedPhone,
    provisioned_phone,
)


@dataclass(frozen=True, kw_only=True)
class RenderOptions:
    """How to render.

    shared_users are SIP users, with or without @host, that may stand on more than one phone. unknown_settings is
    ``warn``, ``fail`` or ``ignore``. readable_by_all says that everybody on the web server can read the files.
    """

    base_url: str
    shared_users: frozenset[str] = frozenset()
    unknown_settings: str = "warn"
    allow_cleartext_secrets: bool = False
    readable_by_all: bool = False


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """Files by name, and by host the name of the file that its phone asks for."""

    generation: str
    files: dict[str, bytes]
    phones: dict[str, str]
    warnings: list[str]


def render(entries: Sequence[Entry], catalog: Catalog, options: RenderOptions) -> Rendering:
    """Check what the inventory says, and make the files. The same input gives the same files, and the same generation.

    Raises InputError that names everything that is wrong.
    """
    base_url = _checked_base_url(options.base_url)
    read = [_phone_or_problem(entry, catalog, base_url) for entry in entries]
    phones = [phone for phone in read if isinstance(phone, ProvisionedPhone)]
    problems = [problem for problem in read if isinstance(problem, str)]
    in_cleartext = options.base_url.startswith("http:") and not options.allow_cleartext_secrets
    problems += [
        *twins(phones),
        *shared_users(phones, options.shared_users),
        *exposed_secrets(phones, in_cleartext=in_cleartext, readable_by_all=options.readable_by_all),
    ]
    unknown = list(unknown_settings(phones))
    if options.unknown_settings == "fail":
        problems += unknown
    if problems:
        more = f" … and {len(problems) - LARGEST_NAMED} more." if len(problems) > LARGEST_NAMED else ""
        raise InputError(f"Nothing was written. {' '.join(problems[:LARGEST_NAMED])}{more}")
    warnings = [
        *too_many_identities(phones),
        *too_many_keys(phones),
        *long_phone_books(phones),
        *wrong_images(phones),
        *consequences(phones, base_url),
        *unquoted(entries),
        *(unknown if options.unknown_settings == "warn" else []),
    ]
    generation, files = make_generation(phones, base_url)
    return Rendering(
        generation=generation,
        files=files,
        phones={phone.host: phone.asked_for for phone in phones},
        warnings=warnings,
    )


def _checked_base_url(url: str) -> str:
    try:
        check_url(url)
    except InputError as error:
        fault = error.reason.partition(" Write it like")[0]
        raise InputError(f"base_url: {fault} Give the URL under which the web server has web_root.") from None
    parts = urlsplit(url)
    if parts.query or parts.fragment or "{" in url:
        raise InputError("base_url must not have a query, a fragment or a {mac}: names of files are put at its end.")
    return url.rstrip("/")


def _phone_or_problem(entry: Entry, catalog: Catalog, base_url: str) -> ProvisionedPhone | str:
    try:
        return provisioned_phone(entry, catalog, base_url)
    except (InputError, Refused) as error:
        return f"{entry.host}: {error.reason}"
