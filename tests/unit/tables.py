# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with the tables of models and images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ansible_collections.telephony.snom.plugins.module_utils._known.images import CHAINED_UPDATE, PHONE, Catalog, Image
from ansible_collections.telephony.snom.plugins.module_utils._known.models import (
    _TABLE,
    CLASSIC,
    MODELS,
    PHONE_MANAGER,
    Model,
    by_name,
    find_model,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version


def check_models(models: Sequence[Model] = _TABLE) -> list[str]:
    """What is wrong with the table, one sentence each."""
    problems = []
    names = by_name(models)
    for name, count in Counter(model.name for model in models).items():
        if count > 1:
            problems.append(f"{name}: stands in the table {count} times.")
    for model in models:
        if find_model(model.image_prefix, names) != model:
            problems.append(f"{model.name}: find_model({model.image_prefix!r}) does not find it.")
        if model.generation not in (CLASSIC, PHONE_MANAGER):
            problems.append(f"{model.name}: generation {model.generation!r} is neither classic nor phone_manager.")
        if model.image_letter not in (None, "f", "r"):
            problems.append(f"{model.name}: image letter {model.image_letter!r} is in no known image name.")
        if not 0 <= model.soft_keys <= 4:
            problems.append(f"{model.name}: {model.soft_keys} soft keys, but key names go from F1 to F4.")
        counts = {
            "identities": model.identities,
            "function_keys": model.function_keys,
            "expansion_modules": model.expansion_modules,
        }
        problems += [f"{model.name}: {name} is negative." for name, count in counts.items() if count and count < 0]
    return problems


def check_catalog(catalog: Catalog) -> list[str]:
    """What is suspicious in a catalogue as a whole, one sentence each."""
    problems = []
    first: dict[tuple[str | None, Version | None], Image] = {}
    for image in catalog:
        if image.kind == PHONE:
            twin = first.setdefault((image.model, image.version), image)
            if twin is not image:
                problems.append(f"{image.file} and {twin.file} are the same version for the same model.")
            suffix = MODELS[image.model or ""].image_suffix
            if not image.file.endswith(suffix):
                problems.append(f"{image.file}: images for the {image.model} end in {suffix}.")
        if image.chain is None:
            continue
        chain = catalog.by_file(image.chain)
        if chain is None:
            problems.append(f"{image.file}: its chain {image.chain} is not in the catalogue.")
        elif chain.kind != CHAINED_UPDATE or chain.model != image.model:
            problems.append(f"{image.file}: its chain {chain.file} is not a chained update for the {image.model}.")
    return problems
