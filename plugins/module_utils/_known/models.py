# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known about each model of desk phone.

The numbers come from the vendor's key table and from provisioning projects (protocol 1.3); where those contradict each
other, the largest number stands here, because a key that is missing does less harm than one that can't be named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .._core.errors import InputError
from .version import Version

CLASSIC: Final = "classic"
PHONE_MANAGER: Final = "phone_manager"


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """What the keys of some models have in common, beside those that are numbered."""

    extra: frozenset[str] = frozenset()
    """Keys that only these models have, of those that have such a set (protocol 1.2)."""
    undocumented: frozenset[str]
    """Keys of which Snom does not say that these models have them (protocol 1.2); EK is for all expansion keys."""
    expansion: int = 144
    """EK0 and up, on all modules together: D3, D7 and D7C modules have 144 at most (protocol 1.3)."""


_D = Keys(undocumented=frozenset({"EK"}))
# Snom names MUTE for the D-series only.
_OLDER = Keys(undocumented=frozenset({"EK", "MUTE"}))
# The 3xx have three modules of 42 (protocol 1.3).
_3XX = Keys(undocumented=frozenset({"MUTE"}), expansion=126)
_220 = Keys(
    extra=frozenset({"CLEAR", "FUNCTION", "RECALL"}),
    undocumented=frozenset({"MUTE", "VOLUME_UP", "VOLUME_DOWN", "REC", "HEADSET"}),
)
_FIRST = Keys(extra=_220.extra, undocumented=_220.undocumented | {"EK"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """One model: everything in which models differ. ``None`` means that no public source says it."""

    name: str
    generation: str = CLASSIC
    """The web server that is expected (protocol 0.1)."""
    own_page_decides: bool = False
    """Whether sources disagree about that server, so that what the phone shows counts more (protocol 7)."""
    identities: int | None = None
    function_keys: int
    """P1 to P<function_keys> (protocol 1.3)."""
    soft_keys: int = 4
    """F1 to F<soft_keys> (protocol 1.2)."""
    expansion_modules: int | None = None
    """How many can be connected (protocol 1.3)."""
    keys: Keys = _D
    """What else differs about its keys (protocol 1.2)."""
    touch_screen: bool = False
    """Whether the remote control can touch its screen (protocol 1.4)."""
    line_info_layer: bool = False
    """Whether its screenshots need the line info layer fixed (protocol 1.4)."""
    image_letter: str | None = "r"
    """The letter at the end of image names (protocol 3.1). Without one, images can't be named, only listed."""
    chained_from: Version | None = None
    """From this version on, provisioning files load images through a chained-update image (protocol 3.3.5)."""
    tr369: bool = False
    """Whether it can be controlled by TR-369, by Snom's page on that."""
    contacts: int | None = None
    """How many its phone book holds, by Snom's page on that."""

    @property
    def image_prefix(self) -> str:
        """How image names begin (protocol 3.1)."""
        return f"snom{self.name}"

    @property
    def image_suffix(self) -> str:
        """How image names end (protocol 3.1)."""
        return ".swu" if self.generation == PHONE_MANAGER else ".bin"


_CHAINED = Version((10, 1, 184, 15))

_TABLE = (
    # Before the 3xx. Image names, identities and expansion modules of these are not public.
    Model(name="100", keys=_FIRST, function_keys=0, image_letter=None),
    Model(name="105", keys=_FIRST, function_keys=0, image_letter=None),
    Model(name="190", keys=_FIRST, function_keys=5, soft_keys=3, image_letter=None),
    Model(name="200", keys=_FIRST, function_keys=5, soft_keys=3, image_letter=None),
    Model(name="220", keys=_220, function_keys=5, image_letter=None),
    # 3xx
    Model(name="300", keys=_3XX, identities=12, function_keys=6, expansion_modules=3, image_letter="f", contacts=100),
    Model(name="320", keys=_3XX, identities=12, function_keys=12, expansion_modules=3, image_letter="f", contacts=100),
    Model(name="360", keys=_3XX, identities=12, function_keys=12, expansion_modules=3, image_letter="f", contacts=100),
    Model(name="370", keys=_3XX, identities=12, function_keys=12, expansion_modules=3, image_letter="f", contacts=250),
    # 7xx
    Model(name="710", keys=_OLDER, identities=4, function_keys=5, expansion_modules=0),
    Model(name="715", identities=4, function_keys=5, expansion_modules=3, chained_from=_CHAINED),
    Model(name="720", keys=_OLDER, identities=12, function_keys=18, expansion_modules=0),
    Model(name="725", identities=12, function_keys=18, expansion_modules=3),
    Model(name="760", keys=_OLDER, identities=12, function_keys=16, expansion_modules=0),
    # 8xx
    Model(name="820", keys=_OLDER, identities=12, function_keys=16, expansion_modules=0, line_info_layer=True),
    Model(name="821", keys=_OLDER, identities=12, function_keys=12, expansion_modules=0, line_info_layer=True),
    Model(
        name="870", keys=_OLDER, identities=12, function_keys=16, soft_keys=0, expansion_modules=0, touch_screen=True
    ),
    # Conference phone and paging amplifier
    Model(name="MP", keys=_OLDER, identities=12, function_keys=0, expansion_modules=0),
    Model(name="PA1", keys=_OLDER, identities=1, function_keys=0, expansion_modules=0, image_letter="f"),
    # D1xx
    Model(name="D120", identities=2, function_keys=0, expansion_modules=0),
    Model(name="D140", identities=2, function_keys=2, tr369=True),
    Model(name="D150", identities=2, function_keys=2, tr369=True),
    # D3xx
    Model(name="D305", identities=4, function_keys=5),
    Model(name="D315", identities=4, function_keys=5, chained_from=_CHAINED),
    Model(name="D335", identities=12, function_keys=48, expansion_modules=3, chained_from=_CHAINED),
    Model(name="D345", identities=12, function_keys=48),
    Model(name="D375", identities=12, function_keys=12),
    Model(name="D385", identities=12, function_keys=48, chained_from=_CHAINED),
    # D7xx
    Model(name="D712", identities=4, function_keys=5, chained_from=_CHAINED),
    Model(name="D713", identities=6, function_keys=4, tr369=True),
    Model(name="D717", identities=6, function_keys=3, chained_from=_CHAINED, tr369=True),
    Model(name="D735", identities=12, function_keys=32, chained_from=_CHAINED, tr369=True),
    Model(name="D745", identities=12, function_keys=32),
    Model(name="D765", identities=12, function_keys=16, expansion_modules=3),
    Model(name="D785", identities=12, function_keys=24, chained_from=_CHAINED),
    # D8xx. Snom says that none of them takes commands over HTTP; by another source the D81x have the old pages in place
    # of the Phone Manager (protocol 7). No image name of a D895M was seen.
    Model(name="D810", generation=PHONE_MANAGER, own_page_decides=True, identities=12, function_keys=16, tr369=True),
    Model(name="D812", generation=PHONE_MANAGER, own_page_decides=True, identities=12, function_keys=32, tr369=True),
    Model(name="D815", generation=PHONE_MANAGER, own_page_decides=True, identities=12, function_keys=40, tr369=True),
    Model(name="D862", generation=PHONE_MANAGER, identities=8, function_keys=32, tr369=True),
    Model(name="D865", generation=PHONE_MANAGER, identities=12, function_keys=40, tr369=True),
    Model(name="D892", generation=PHONE_MANAGER, identities=12, function_keys=40, tr369=True),
    Model(name="D895", generation=PHONE_MANAGER, function_keys=42, tr369=True),
    Model(name="D895M", generation=PHONE_MANAGER, function_keys=42, image_letter=None, tr369=True),
)


def _bare(name: str) -> str:
    return name.upper().removeprefix("D")


def by_name(models: Sequence[Model]) -> dict[str, Model]:
    """Models by each name that can only mean one of them: its own, and the one without or with the D.

    A D715 is a rebranded 715, and a 785 is what many call a D785 (protocol 3.1).
    """
    bare = Counter(_bare(model.name) for model in models)
    alone = [model for model in models if bare[_bare(model.name)] == 1]
    return {
        **{spelling: model for model in alone for spelling in (_bare(model.name), f"D{_bare(model.name)}")},
        **{model.name: model for model in models},
    }


MODULES = frozenset({"D3", "D7", "D7C", "D8C", "SXM", "UXM"})
"""What phones call their expansion modules, and User-Agents name beside them (protocol 3.1, 4.1, 4.4)."""

MODELS: dict[str, Model] = {model.name: model for model in _TABLE}
GIGASET = {
    "P710": "D713",
    "P810": "D810",
    **dict.fromkeys(("P820", "P825", "P82X"), "D812"),
    **dict.fromkeys(("P850", "P855", "P85X"), "D815"),
}
"""Gigaset's desk phones, and those of Snom that run the same firmware (protocol 1.3). P82x and P85x are families."""

_BY_NAME = (
    by_name(_TABLE) | {"MEETINGPOINT": MODELS["MP"]} | {gigaset: MODELS[model] for gigaset, model in GIGASET.items()}
)
_NAME = re.compile(
    r"\s*(?:(?:snom|gigaset)[\s_-]*)?"
    # D810B, D810WB and D815W are a D810 and a D815 (protocol 1.3), and so Gigaset's P855BW is a P855 [I].
    r"(?:([dp]8[0-9]{2})(?:wb?|bw?)|([dp]?[0-9]{3}m?|p8[25]x|mp|meeting[\s-]?point|pa1))"
    # The PA1+ as FusionPBX calls it, and Gigaset's phones as they are sold.
    r"(?:(?<=pa1)[\s-]?plus|(?<=p[78][0-9][0-9x])pro)?(?![0-9a-z])",
    re.IGNORECASE | re.ASCII,
)
_SEPARATORS = re.compile(r"[\s-]")


def find_model(text: str, models: Mapping[str, Model] = _BY_NAME) -> Model | None:
    """Find the model that a text begins with.

    Understands ``D785``, ``d785``, ``785``, ``snom 320``, ``snomD785``, ``D715`` (the 715), names as sold such as
    ``D815W``, Gigaset's ``P810``, and the titles of home pages, ``snomD305-8325FE`` and
    ``snom 105 VoIP Phone :: Home`` (protocol 2.6). Where two models differ by the D alone, each has only its own name.
    """
    match = _NAME.match(text)
    return models.get(_SEPARATORS.sub("", (match[1] or match[2]).upper())) if match else None


def takes_no_commands(model: Model, shown: str | None) -> bool:
    """Whether a model can't be controlled over HTTP. shown is the generation of the server that the phone has shown."""
    return model.generation == PHONE_MANAGER and not (model.own_page_decides and shown == CLASSIC)


def named(has: Callable[[Model], bool]) -> str:
    """The names of the models that have something, for sentences: ``820 and 821``."""
    *names, last = (model.name for model in MODELS.values() if has(model))
    return f"{', '.join(names)} and {last}" if names else last


def versions_by_model(value: object, option: str) -> dict[str, Version]:
    """Read a mapping from models to versions; None is an empty one. Raises InputError that begins with the option."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(f"{option} must be a mapping from models to versions.")
    versions = {}
    for name, version in value.items():
        model = find_model(str(name))
        if model is None:
            raise InputError(f"{option}: {name!r} is no model that this collection knows. Correct it.")
        try:
            versions[model.name] = Version.parse(str(version))
        except InputError as error:
            raise InputError(f"{option}, model {name}: {error.reason}") from None
    return versions
