# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a provisioning file tells a phone to load."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused
from ansible_collections.telephony.snom.plugins.module_utils._known.dialect import LOADS_MODULES_FROM
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import (
    hop_of,
    known_image,
    lacks_chain,
    on_mirror,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.images import CHAINED_UPDATE, MODULE, Catalog, Image
from ansible_collections.telephony.snom.plugins.module_utils._known.models import PHONE_MANAGER, Model
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version

_OF_D8XX = "D8C"
"""The module of the D8xx, which no other phone takes, and which take no other (protocol 1.3)."""

_LOADED_FROM = {"D7C": Version((10, 1, 64, 14))}
"""From which version phones load the firmware of modules that came later (Snom's page on updating a D7C)."""


def provisioned_url(model: Model, version: Version, catalog: Catalog, mirror: str | None = None) -> str:
    """The URL that a provisioning file names for a version, through the chained update where the model needs it.

    Provisioning files are where chained updates are known from (protocol 3.3.5). What the phone runs now is not known
    here, so nothing is said about the way: the phone fills in its MAC, and loads the image in one step. Raises Refused
    where there is no image, and InputError for a mirror that can't be read.
    """
    image = known_image(model, version, catalog, mirror)
    if lacks_chain(model, version, image):
        chain = next((one for one in catalog if one.kind == CHAINED_UPDATE and one.model == model.name), None)
        if chain is None:
            raise Refused(
                f"From {model.chained_from} on, the {model.name} loads images through a chained-update image, and the "
                "catalogue has none for it. Add it to your own catalog."
            )
        image = replace(image, chain=chain.file)
    return hop_of(version, image, model, catalog, None, mirror).url


def module_image(file: object, catalog: Catalog, mirror: str | None = None) -> Image:
    """The firmware of expansion modules that a file is, as it lies on the mirror if there is one.

    Raises InputError for a file that the catalogue does not have as such, and for a mirror that can't be read.
    """
    image = catalog.by_file(str(file))
    if image is None or image.kind != MODULE:
        raise InputError(
            f"{str(file)!r} is no firmware of an expansion module that the catalogue has. Give the name of the file, "
            "such as snomD7C-1.9.1-r.bin, or add it to your own catalog with kind: module."
        )
    return on_mirror(image, mirror)


def refuse_module(image: Image, model: Model, version: Version) -> None:
    """Raise Refused where a phone with this version can't have such a module, or can't load firmware for one.

    Which modules a phone really has is not known here: whoever names a file for it says that.
    """
    if model.expansion_modules == 0:
        raise Refused(f"The {model.name} takes no expansion module, so it can't load {image.file}.")
    if (image.model == _OF_D8XX) != (model.generation == PHONE_MANAGER):
        raise Refused(
            f"{image.file} is for the {image.model}, an expansion module that the {model.name} does not take."
        )
    first = _LOADED_FROM.get(image.model or "", LOADS_MODULES_FROM)
    if version < first:
        raise Refused(
            f"Phones load the firmware of the expansion module {image.model} from {first} on, and this one is to run "
            f"{version}."
        )
