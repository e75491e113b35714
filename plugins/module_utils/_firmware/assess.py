# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone needs to come to the version that is wanted: nothing, some images, or a person who mends something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from .._core.errors import Refused, SnomError, Unsupported
from .._core.outcomes import Outcome
from .._known.image_path import Hop, find_path, unverified
from .._known.images import Catalog
from .._known.models import find_model, takes_no_commands
from .._known.version import Version
from .._phone.facts import PhoneFacts, check_identity
from .preconditions import check_provisioned, check_settings

NO_MAC = (
    "The phone shows no MAC address, so another one that has its address afterwards could not be told from it. Look at "
    "its System Information page in a browser; where it stands under another name, teach that with snom_taught."
)
"""Why a phone is asked to load nothing."""


@dataclass(frozen=True, kw_only=True)
class Desired:
    """What is wanted of a phone, and what may be done for it."""

    versions: Mapping[str | None, Version]
    """By model; the only one for None is for every model."""
    option: str
    """The name of the option that holds them."""
    catalog: Catalog
    mac: str | None = None
    """What the inventory says; None where it says nothing."""
    model: str | None = None
    mirror: str | None = None
    url: str | None = None
    allow_downgrade: bool = False
    force: bool = False
    by_provisioning: bool = False
    """Whether a mirror is told what the phone shall load; else the phone itself is."""

    def version(self, model: str) -> Version | None:
        """The version that is wanted of this model."""
        return self.versions.get(None) or self.versions.get(model)


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What a phone needs. What stands beside a problem is what was known before it."""

    target: Version | None = None
    hops: tuple[Hop, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences on what could not be made sure of."""
    facts: PhoneFacts
    """With what was read of the phone meanwhile."""
    problem: SnomError | None = None
    """Why it is not brought there."""

    @property
    def outcome(self) -> Outcome | None:
        """How it ends without a request; None where it has work to do."""
        if self.problem is not None:
            return self.problem.outcome
        return None if self.hops else Outcome.COMPLIANT

    @property
    def reason(self) -> str:
        """What there is to say of it."""
        if self.problem is not None:
            return self.problem.reason
        return planned_way(self.facts.firmware, self.hops) if self.hops else f"Runs {self.target} already."


def assess(
    facts: PhoneFacts,
    desired: Desired,
    *,
    read_more: Callable[[PhoneFacts, Version], PhoneFacts] = lambda facts, target: facts,
    object_to: Callable[[Assessment], None] = lambda assessment: None,
) -> Assessment:
    """Decide what a phone needs: the one place where it is compliant, refused, or gets its images.

    read_more completes the facts by what `check_settings` needs for an upgrade to a version, where they lack it.
    object_to raises what the caller knows besides against loading those images. Both may raise a SnomError.
    """
    assessment = Assessment(facts=facts)
    try:
        check_identity(facts, mac=desired.mac, model=desired.model)
        if facts.model is None or facts.firmware is None:
            what = "model" if facts.model is None else "firmware version"
            raise Refused(f"The phone's pages show no {what}, so the right image and a success could not be told.")
        model = find_model(facts.model)
        if model is None:
            raise Refused(f"Nothing is known about the model {facts.model}: add it to the model catalogue.")
        target = desired.version(model.name)
        if target is None:
            raise Refused(f"No version is named for the model {model.name}: add it to {desired.option}.")
        assessment = replace(assessment, target=target)
        if facts.firmware == target and not desired.force:
            return assessment
        if facts.firmware == target and desired.by_provisioning:
            raise Refused(
                f"Runs {target} already, and force can't load that once more by provisioning: nothing would tell "
                "whether the phone did."
            )
        if takes_no_commands(model, facts.generation) and not desired.by_provisioning:
            raise Unsupported(
                f"Snom supports no firmware load over HTTP on the {model.name}. Set snom_transport: sip, and it is "
                "brought there by its provisioning."
            )
        if facts.mac is None:
            raise Refused(NO_MAC)
        hops = find_path(
            model=model,
            now=facts.firmware,
            target=target,
            catalog=desired.catalog,
            mac=facts.mac,
            mirror=desired.mirror,
            url=desired.url,
            allow_downgrade=desired.allow_downgrade,
            force=desired.force,
        )
        assessment = replace(assessment, hops=hops, notes=tuple(unverified(hops)))
        object_to(assessment)
        assessment = replace(assessment, facts=read_more(facts, target))
        check = check_provisioned if desired.by_provisioning else check_settings
        notes = check(assessment.facts, target)
        return replace(assessment, notes=(*assessment.notes, *notes))
    except SnomError as error:
        return replace(assessment, problem=error)


def planned_way(before: Version | None, hops: Iterable[Hop]) -> str:
    """What would be done, as a sentence."""
    return f"Would go from {before} to {' and then '.join(str(hop.version) for hop in hops)}."
