# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images a phone has to load, one after the other, to get to a version, and when that is refused."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote

from .._core.errors import InputError, Refused
from .borders import NEW_FLASH_LAYOUT, NO_WAY_BACK_FROM
from .images import (
    Catalog,
    Image,
    chained_url,
    check_url,
    contradiction,
    file_in_url,
    files_in_url,
    image_name,
    image_url,
    read_image_name,
)
from .mac import normalize_mac
from .models import Model
from .version import Version


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One image to load."""

    version: Version
    file: str
    url: str
    """What the phone is told to load.

    Where chained, the URL of the chained-update image with the real one in its query.
    """
    image_url: str
    """Where the real image is."""
    size: int | None
    """Bytes."""
    sha1: str | None
    sha256: str | None = None
    chained: bool
    """Whether it goes through a chained-update image.

    Nobody has tried that over HTTP: it is known from provisioning files only (protocol 3.3.5).
    """


def unverified(hops: Iterable[Hop]) -> list[str]:
    """What to tell about a path that nobody has tried."""
    return ["Loading a chained update over HTTP is unverified."] if any(hop.chained for hop in hops) else []


def version_in_url(url: str) -> Version | None:
    """The version that the file name in a URL tells, a chained URL's real image too. Raises InputError."""
    _check_option(url)
    real = chained_url(url) or url
    _check_option(real)
    read = [found for file in files_in_url(real) if (found := read_image_name(file))]
    return read[0][1] if read else None


def find_path(
    *,
    model: Model,
    now: Version,
    target: Version,
    catalog: Catalog,
    mac: str | None,
    mirror: str | None = None,
    url: str | None = None,
    allow_downgrade: bool = False,
    force: bool = False,
) -> tuple[Hop, ...]:
    """The shortest way from one version to another; nothing where the phone is there and force is not given.

    mirror is the base URL under which images lie by file name; url is the image of the target, and then mirror is for
    what else has to be loaded. mac, if known, is put into chained URLs; otherwise the phone does that (protocol 5.4).
    Raises Refused where there is no way or it is unsafe, and InputError for a mirror, url or mac that can't be read.
    """
    if now == target and not force:
        return ()
    _refuse_downgrade(model, now, target, allow_downgrade=allow_downgrade, force=force)
    final = _image_at(url, model, target, catalog) if url else known_image(model, target, catalog, mirror)
    complete = url if url and chained_url(url) else None
    if complete is None and lacks_chain(model, target, final):
        raise Refused(
            f"From {model.chained_from} on, the {model.name} loads images through a chained-update image. That is "
            f"known from provisioning files; nobody has tried it over HTTP. To ask for it for {target}, name the "
            f"chained-update file as chain in your own catalog's entry of {final.file}, or give its complete URL as "
            "url."
        )
    images = {target: final}
    versions: tuple[Version, ...] = (target,)
    if target > now:
        images |= _bridges(model, now, target, catalog, mirror)
        versions = _shortest(model, now, target, images)
    hops = [hop_of(version, images[version], model, catalog, mac, mirror) for version in versions]
    if complete is not None:
        hops[-1] = replace(hops[-1], url=complete, image_url=_fill_in(hops[-1].image_url, mac), chained=True)
    return tuple(hops)


def _refuse_downgrade(model: Model, now: Version, target: Version, *, allow_downgrade: bool, force: bool) -> None:
    if target.reaches(now):
        return
    options = [] if allow_downgrade else ["allow_downgrade: true"]
    danger = ""
    if now.numbers >= NO_WAY_BACK_FROM.numbers:
        danger = (
            f" A phone that goes back from {NO_WAY_BACK_FROM} or later can end unable to update; "
            "the safe limit is not public."
        )
        options += [] if force else ["force: true"]
    if options:
        is_older = "is older" if now.reaches(target) else "may be older"
        raise Refused(f"{target} {is_older} than {now} on this {model.name}.{danger} It needs {' and '.join(options)}.")
    if target.major < NEW_FLASH_LAYOUT <= now.major:
        raise Refused(
            f"No public source shows a way from {now} back to {target} on the {model.name}. "
            "Use the vendor's recovery over the network for that."
        )


def known_image(model: Model, target: Version, catalog: Catalog, mirror: str | None) -> Image:
    """The image of a version by catalogue, or by its usual name on the mirror. Raises Refused, InputError."""
    image = catalog.image_for(model, target)
    if image is not None:
        return on_mirror(image, mirror)
    if mirror is not None:
        file = image_name(model, target)
        return Image(file=file, model=model.name, version=target, url=image_url(file, mirror))
    raise Refused(
        f"No image of {target} for the {model.name} is known. Correct the version, add the image to your own catalog, "
        "put it under its usual name on a mirror, or give its url."
    )


def _image_at(url: str, model: Model, target: Version, catalog: Catalog) -> Image:
    """The image that a URL given by the user leads to."""
    _check_option(url)
    real = chained_url(url)
    if real is not None:
        _check_option(real)
        _refuse_contradiction(file_in_url(url), model, None)
    elif "chained-update" in file_in_url(url):
        raise InputError(
            "url: it names a chained-update image, but its query has no chained_url with the image to load."
        )
    file = file_in_url(real or url)
    for name in files_in_url(real or url):
        _refuse_contradiction(name, model, target)
    known = catalog.by_file(file)
    if known is None:
        return Image(file=file, model=model.name, version=target, url=real or url)
    if (known.model, known.version) != (model.name, target):
        raise Refused(f"url: the catalogue does not have {file} as {target} for the {model.name}. Correct one of them.")
    return replace(known, url=real, chain=None) if real else replace(known, url=url)


def _check_option(url: str) -> None:
    try:
        check_url(url)
    except InputError as error:
        raise InputError(f"url: {error.reason}") from None


def _refuse_contradiction(file: str, model: Model, version: Version | None) -> None:
    problem = contradiction(file, model.name, version)
    if problem:
        raise Refused(f"Wrong image: {problem}. Correct url, or the version that is wanted.")


def on_mirror(image: Image, mirror: str | None) -> Image:
    """The image as it lies on the mirror, if there is one. Raises InputError."""
    return image if mirror is None else replace(image, url=image_url(image.file, mirror))


def lacks_chain(model: Model, version: Version, image: Image) -> bool:
    """Whether the model loads such a version through a chained-update image, and the catalogue names none for it."""
    return model.chained_from is not None and version.numbers >= model.chained_from.numbers and image.chain is None


def _bridges(model: Model, now: Version, target: Version, catalog: Catalog, mirror: str | None) -> dict[Version, Image]:
    """The images between two versions, newest first."""
    between = {
        image.version: on_mirror(image, mirror)
        for image in catalog.images_of(model)
        if image.version and now < image.version < target and not lacks_chain(model, image.version, image)
    }
    return dict(sorted(between.items(), reverse=True))


def _may_load(here: Version, version: Version, image: Image) -> bool:
    if image.requires is not None:
        return here.reaches(image.requires)
    return not here.major < NEW_FLASH_LAYOUT <= version.major


def _shortest(model: Model, now: Version, target: Version, images: dict[Version, Image]) -> tuple[Version, ...]:
    """The fewest upward steps that end at the target; of equally many, those over the newest versions."""
    paths: deque[tuple[Version, ...]] = deque([()])
    reached = {now}
    while paths:
        path = paths.popleft()
        here = path[-1] if path else now
        if here == target:
            return path
        for version, image in images.items():
            if version > here and version not in reached and _may_load(here, version, image):
                reached.add(version)
                paths.append((*path, version))
    requires = images[target].requires
    if requires is not None and not now.reaches(requires):
        raise Refused(
            f"The {model.name} loads {target} from {requires} on, and no known images lead there from {now}. "
            "Add them to your own catalog."
        )
    raise Refused(
        f"No public source tells for certain how the {model.name} gets from {now} to firmware {NEW_FLASH_LAYOUT} or "
        "later. Public scripts name images for that way, from6to7-7.3.14-bf and 7.3.30-SIP-bf, but not from which "
        "version each may be loaded. If you have them for this model, add them to your own catalog, and to each the "
        "oldest version that may load it as requires."
    )


def hop_of(version: Version, image: Image, model: Model, catalog: Catalog, mac: str | None, mirror: str | None) -> Hop:
    """The step that loads an image, through its chain where it has one. Raises Refused, InputError."""
    hop = Hop(
        version=version,
        file=image.file,
        url=image.url,
        image_url=image.url,
        size=image.size,
        sha1=image.sha1,
        sha256=image.sha256,
        chained=False,
    )
    if image.chain is None:
        return hop
    problem = contradiction(image.chain, model.name, None)
    if problem:
        raise Refused(f"chain: {problem}. Correct the entry of {image.file} in your own catalog.")
    chain = catalog.by_file(image.chain)
    if mirror is not None:
        chain_url = image_url(image.chain, mirror)
    elif chain is not None:
        chain_url = chain.url
    else:
        raise Refused(
            f"chain: {image.chain}, through which {image.file} is to be loaded, is not in the catalogue. "
            "Add it to your own catalog, or give a mirror."
        )
    # The form of protocol 3.3.5.
    inner = quote(_with_mac(image.url), safe="{}")
    return replace(hop, url=_fill_in(f"{_with_mac(chain_url)}&chained_url={inner}", mac), chained=True)


def _with_mac(url: str) -> str:
    return url + ("&" if "?" in url else "?") + "mac={mac}"


def _fill_in(url: str, mac: str | None) -> str:
    # Where the MAC is not known, the phone fills it in (protocol 5.4).
    return url.replace("{mac}", normalize_mac(mac)) if mac else url
