# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images a fleet needs, by what the inventory states. No phone is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import (
    known_image,
    lacks_chain,
    on_mirror,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.images import (
    CHAINED_UPDATE,
    PHONE,
    Catalog,
    Image,
    image_url,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS, Model
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_image import module_image

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "hosts": {"type": "list", "elements": "str"},
    "mirror": {"type": "str"},
    "catalog": {"type": "path"},
}


@dataclass(frozen=True, kw_only=True)
class Stated:
    """The firmware that the inventory states for one host."""

    host: str
    model: Model | None = None
    version: Version | None = None
    versions: Mapping[str, Version] = field(default_factory=dict)
    """By Model.name. version wins."""
    expansion: str | None = None
    """The file with the firmware of its expansion modules."""

    @property
    def lacks_model(self) -> bool:
        """Whether nothing tells of which model the image must be."""
        return self.version is not None and self.model is None

    def targets(self) -> set[tuple[str, Version]]:
        """Models and versions that the host may need. Without its model it may be any of those in versions."""
        if self.version:
            return {(self.model.name, self.version)} if self.model else set()
        return {
            (name, version) for name, version in self.versions.items() if self.model is None or name == self.model.name
        }


def needed_images(stated: Iterable[Stated], catalog: Catalog, mirror: str | None) -> dict[str, Any]:
    """The images that these hosts need, the targets that lack one, and the hosts whose model nobody knows.

    mirror is the base URL under which images lie by file name. Raises InputError for one that can't be read, for
    firmware of expansion modules that the catalogue lacks, and if no host states a version: then every image would look
    like one that nobody needs.
    """
    if mirror is not None:
        image_url("", mirror)
    stated = list(stated)
    counts = Counter(target for one in stated for target in one.targets())
    without_model = [one.host for one in stated if one.lacks_model]
    if not counts and not without_model:
        raise InputError(
            "No host states a firmware version. Set snom_firmware_version, or snom_firmware_versions by model."
        )
    found: dict[str, Image] = {}
    hosts: Counter[str] = Counter()
    missing = []
    for (name, version), count in sorted(counts.items()):
        images: dict[str, Image] = {}
        try:
            images |= _phone_images(MODELS[name], version, catalog, mirror)
            images |= _chained_updates(MODELS[name], images.values(), catalog, mirror)
        except SnomError as error:
            missing.append({"model": name, "version": str(version), "reason": error.reason})
        found |= images
        hosts.update(dict.fromkeys(images, count))
    for file, count in Counter(one.expansion for one in stated if one.expansion).items():
        found[file] = _module(file, catalog, mirror)
        hosts[file] = count
    return {
        "images": [_plain(found[file]) | {"hosts": hosts[file]} for file in sorted(found)],
        "missing": missing,
        "hosts_without_model": without_model,
    }


def needed_for(version: Version, catalog: Catalog) -> Catalog:
    """Only what a path to this version can use, for any model.

    That is the version itself; images below it that say what they require, because they can be a bridge; images
    that can fulfil a requirement of those; and the chained-update images that any of those name.
    """
    phone_images = {(image.model, image.version): image for image in catalog if image.kind == PHONE}.values()
    needed = {
        image.file: image
        for image in phone_images
        if image.version == version or (image.requires and image.version and image.version < version)
    }
    limits: dict[str | None, Version] = {}
    for image in needed.values():
        if image.requires:
            limits[image.model] = min(image.requires, limits.get(image.model, image.requires))
    for image in phone_images:
        lowest = limits.get(image.model)
        if lowest and image.version and lowest <= image.version < version:
            needed[image.file] = image
    for image in list(needed.values()):
        chain = catalog.by_file(image.chain or "")
        if chain:
            needed[chain.file] = chain
    return Catalog(needed.values())


def _phone_images(model: Model, version: Version, catalog: Catalog, mirror: str | None) -> dict[str, Image]:
    """The image of a version, and those that may be a bridge to it. Raises Refused, InputError."""
    bridges = [image for image in needed_for(version, catalog).images_of(model) if image.version != version]
    images = [known_image(model, version, catalog, mirror), *(on_mirror(image, mirror) for image in bridges)]
    return {image.file: image for image in images}


def _chained_updates(model: Model, images: Iterable[Image], catalog: Catalog, mirror: str | None) -> dict[str, Image]:
    """The chained-update images through which these are loaded (protocol 3.3.5). Raises Refused.

    A rollout loads through one only if the user's catalogue names it as chain. Setting files need it in any case.
    """
    chains: dict[str, Image] = {}
    for image in images:
        if image.chain:
            chain = catalog.by_file(image.chain)
            usable = [] if chain is None else [chain]
        elif image.version and lacks_chain(model, image.version, image):
            usable = [chain for chain in catalog if chain.kind == CHAINED_UPDATE and chain.model == model.name]
        else:
            continue
        if not usable:
            raise Refused(
                f"{image.file} is loaded through a chained-update image, and none for the {model.name} is known. Add "
                "it to your own catalog, with kind: chained-update."
            )
        chains |= {chain.file: on_mirror(chain, mirror) for chain in usable}
    return chains


def _module(file: str, catalog: Catalog, mirror: str | None) -> Image:
    try:
        return module_image(file, catalog, mirror)
    except InputError as error:
        raise InputError(f"snom_expansion_firmware: {error.reason}") from None


def _plain(image: Image) -> dict[str, str | int | None]:
    shown = image.as_dict()
    return {name: shown[name] for name in ("file", "url", "size", "sha1", "sha256", "model", "version")}
