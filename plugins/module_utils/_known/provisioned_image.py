# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a provisioning file tells a phone to load."""

from __future__ import annotations

from dataclasses import replace

from .._core.errors import Refused
from .image_path import hop_of, known_image, lacks_chain
from .images import Catalog
from .models import Model
from .version import Version


def provisioned_url(model: Model, version: Version, catalog: Catalog, mirror: str | None = None) -> str:
    """Return the URL that a provisioning file names for a version, through the chained update where the model needs it.

    Provisioning files are where chained updates are known from (protocol 3.3.5). What the phone runs now is not known
    here, so nothing is said about the way: the phone fills in its MAC, and loads the image in one step. Raises Refused
    where there is no image, and InputError for a mirror that can't be read.
    """
    image = known_image(model, version, catalog, mirror)
    if lacks_chain(model, version, image):
        chain = catalog.chained_update_of(model)
        if chain is None:
            raise Refused(
                f"From {model.chained_from} on, the {model.name} loads images through a chained-update image, and the "
                "catalogue has none for it. Add it to your own catalog."
            )
        image = replace(image, chain=chain.file)
    return hop_of(version, image, model, catalog, None, mirror).url
