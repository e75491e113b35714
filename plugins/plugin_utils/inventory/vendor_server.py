# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where images lie on the vendor's server."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.telephony.snom.plugins.module_utils._known.borders import IMAGES_BY_VERSION
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Image, image_name, image_url
from ansible_collections.telephony.snom.plugins.module_utils._known.models import Model
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version

VENDOR_SERVER = "https://downloads.snom.com"


def images_expected(model: Model, version: Version, server: str = VENDOR_SERVER) -> tuple[Image, ...]:
    """The image of a version at each place where it may lie on a server with the vendor's paths, likelier first.

    Where the border between the two places is, is not known (protocol 3.1). Raises InputError where nothing tells how
    the model's images are named, and for a server that can't be read.
    """
    file = image_name(model, version)
    places = [
        image_url(file, f"{server.rstrip('/')}/fw/{version.normal}/bin"),
        image_url(file, f"{server.rstrip('/')}/fw"),
    ]
    if version < IMAGES_BY_VERSION:
        places.reverse()
    return tuple(Image(file=file, model=model.name, version=version, url=url) for url in places)


def at_server(image: Image, server: str) -> Image:
    """An image of the vendor's server as it lies on another one with the same paths; others as they are."""
    path = image.url.removeprefix(VENDOR_SERVER)
    return replace(image, url=server.rstrip("/") + path) if path.startswith("/") else image
