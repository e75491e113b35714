# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares what runs said with what the phones know. Pure; each rule yields a sentence for each contradiction.

A rule takes nothing from the collection: outcomes are judged by what their words say. Where a phone's own fault
explains what a run said, the rule asks for that fault, so an outcome without any reason is a contradiction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ansible_collections.telephony.snom.tests.chaos.record import Entry, Record, Told

Rule = Callable[[Record], Iterator[str]]
RULES: dict[str, Rule] = {}

SLACK = 0.5
"""Seconds by which two clocks' readings of one machine may differ, with what lies between an event and its note."""

CALL_FRESH = 5.0
"""Seconds: a call state is read no longer before it counts. A call that began later could not be seen."""

TIMER = 60.0
"""Seconds after which the mirror's timer runs again."""

LOG_FRESH = 2.0
"""Seconds by which what is known of a mirror's log may be old when a check-sync is repeated."""

QUIET = ("compliant", "deferred", "not_started", "protected", "refused", "unreachable", "planned")
"""Outcomes of phones that were asked nothing in the run."""

UNTOUCHED = (*QUIET, "blocked", "user_mode", "image_failed", "no_fetch")
"""Outcomes of phones that go on as before, unless an image before this one was loaded."""

SEEN_TO_GO = ("old_version", "timed_out", "looping", "unproven")
"""Outcomes of phones that did something when they were asked, and nobody knows for sure what."""

FAILED = (
    *("refused", "wrong_phone", "unreachable", "certificate_rejected", "auth_failed", "locked_out", "blocked"),
    *("user_mode", "unsupported", "image_failed", "old_version", "timed_out", "not_registered", "reverted"),
    *("no_fetch", "looping", "unproven", "failed"),
)
"""Outcomes that are failures whatever the options say."""

NEVER = float("-inf")
STANDS_STILL = ("mirror stands still", "PBX stands still")
"""What keeps phones by provisioning from being seen."""

UNREADABLE = ("reset", "slow", "drip", "garbage", "truncate", "missing_pages", "needs_keep_alive", "parallel_broken")
"""Faults that can keep a phone from being read."""


def contradictions(record: Record) -> list[str]:
    """All that does not fit together, with the name of the rule that says so."""
    return [f"{name}: {sentence}" for name, rule in RULES.items() for sentence in rule(record)]


def rule(function: Rule) -> Rule:
    RULES[function.__name__] = function
    return function


# -- what the phones know ---------------------------------------------------------------------------------------------


def is_trigger(entry: Entry) -> bool:
    """Whether it is a request to load an image that the phone did not turn away for its login."""
    return entry["event"] == "check_sync" or (
        entry["event"] == "request" and "swload=" in (entry["target"] or "") and entry["status"] != 401
    )


def image_of(entry: Entry) -> str | None:
    """The image that a request asks a phone to load; a check-sync names none."""
    if entry["event"] == "check_sync":
        return None
    url = parse_qs(urlsplit(entry["target"]).query).get("firmware", [""])[0]
    return urlsplit(url).path.rpartition("/")[2]


def events(run: Told, phone: str, *names: str) -> list[Entry]:
    return [entry for entry in run.log if entry["phone"] == phone and entry["event"] in names]


def triggers(run: Told, phone: str) -> list[Entry]:
    return [entry for entry in run.log if entry["phone"] == phone and is_trigger(entry)]


def intents(run: Told, host: str) -> list[Entry]:
    return [line for line in run.journal if line["type"] == "intent" and line["host"] == host]


def ends(run: Told, host: str) -> list[Entry]:
    return [line for line in run.journal if line["type"] == "end" and line["host"] == host]


def faults(record: Record, run: Told, phone: str) -> set[str]:
    """The faults that a phone had, as the scene gave them or as its state showed them."""
    named = set(record.phones[phone].get("faults", {}))
    return named | set(run.before[phone].get("faults", {})) | set(run.after[phone].get("faults", {}))


def versions(record: Record, number: int, phone: str) -> list[str]:
    """All that a phone has run until a run's end, the oldest first."""
    found = [str(record.phones[phone]["firmware"])]
    for run in record.runs[: number + 1]:
        # One that came up between two runs is in the log of neither.
        if phone in run.before and (began_with := str(run.before[phone]["firmware"])) != found[-1]:
            found.append(began_with)
        found += [str(entry["detail"]) for entry in events(run, phone, "up")]
    return found


def wanted(record: Record, run: Told, host: str, phone: str) -> str | None:
    own = run.hosts[host].get("snom_firmware_version")
    return str(own) if own else record.targets.get(run.after[phone]["model"])


def told(record: Record) -> Iterator[tuple[int, Told, str, str | None, Mapping[str, Any]]]:
    """Each host of each run that said something: the run's index, the run, host, its phone, and what was said of it."""
    for number, run in enumerate(record.runs):
        for host, said in (run.said or {"phones": {}})["phones"].items():
            yield number, run, host, run.places.get(host), said


def where(number: int, host: str) -> str:
    return f"run {number + 1}, {host}"


def asked_before(record: Record, number: int, host: str) -> bool:
    """Whether a run until this one announced a trigger."""
    return any(intents(run, host) for run in record.runs[: number + 1])


# -- never --------------------------------------------------------------------------------------------------------


@rule
def no_phone_is_told_what_the_journal_does_not_know(record: Record) -> Iterator[str]:
    """For each trigger there is an intent of its own for this image, written before."""
    for number, run in enumerate(record.runs):
        hosts = {phone: host for host, phone in run.places.items() if phone is not None}
        for phone in run.after:
            open_intents = intents(run, hosts[phone]) if phone in hosts else []
            for trigger in triggers(run, phone):
                file = image_of(trigger)
                fitting = [
                    line
                    for line in open_intents
                    if file in (line["file"], None) and line["time"] - run.clock <= trigger["time"] + SLACK
                ]
                if not fitting:
                    yield f"run {number + 1}, {phone} was asked for {file}, and the journal has no intent for that"
                # A check-sync may be repeated once, for the same image.
                elif file is not None:
                    open_intents.remove(fitting[0])


@rule
def no_second_request_while_the_first_may_still_load(record: Record) -> Iterator[str]:
    """Phones note what no client may do."""
    for number, run in enumerate(record.runs):
        for entry in run.log:
            if entry["event"] == "violation" and not _is_reminder_in_vain(run, entry):
                yield f"run {number + 1}, {entry['phone']}: {entry['detail']}"


def _is_reminder_in_vain(run: Told, entry: Entry) -> bool:
    """Whether a check-sync was repeated while the mirror's log could not yet tell that the phone had begun."""
    begun = [e for e in events(run, entry["phone"], "fetch") if e["number"] < entry["number"]]
    is_one = str(entry["detail"]).startswith("check-sync while loading")
    return bool(is_one and begun and entry["time"] - begun[-1]["time"] < LOG_FRESH)


@rule
def no_intent_before_the_last_one_has_ended(record: Record) -> Iterator[str]:
    """By the journal: what was asked has ended and need not be left alone any more, or was one image of several.

    Its times are those of a clock that jumps between runs, and counted as if it did not.
    """
    last: dict[str, Entry] = {}
    unsafe: dict[str, float] = {}
    for number, run in enumerate(record.runs):
        for line in run.journal:
            host = line.get("host")
            if line["type"] == "intent":
                before = last.get(str(host))
                if before is not None and before["target"] != line["before"]:
                    yield f"{where(number, str(host))} gets an intent while an earlier one is open"
                if unsafe.get(str(host), NEVER) > line["time"] - run.clock + SLACK:
                    yield f"{where(number, str(host))} gets an intent while it is to be left alone"
                last[str(host)] = line
                unsafe.pop(str(host), None)
            elif line["type"] == "end":
                last.pop(str(host), None)
                unsafe[str(host)] = (line.get("unsafe_until") or NEVER) - run.clock


@rule
def no_image_is_fetched_twice(record: Record) -> Iterator[str]:
    """A phone fetches an image as often as it was asked to, but for restarts of its own."""
    asked: Counter[tuple[str, str]] = Counter()
    fetched: Counter[tuple[str, str]] = Counter()
    for run in record.runs:
        for phone in run.after:
            asked.update((phone, str(image_of(entry))) for entry in triggers(run, phone))
            if record.phones[phone].get("by_provisioning"):
                asked.update((phone, line["file"]) for line in intents(run, phone))
            for entry in events(run, phone, "fetch"):
                if not _still_shown(record, phone, entry):
                    fetched[phone, str(entry["detail"])] += 1
    for (phone, file), count in fetched.items():
        # By provisioning it begins again what it did not end.
        again = record.phones[phone].get("faults", {}).get("restarts_in_download", 0)
        if count > asked[phone, file] + (again if record.phones[phone].get("by_provisioning") else 0):
            yield f"{phone} fetched {file} {count} times, and was asked {asked[phone, file]} times"


def _still_shown(record: Record, phone: str, fetch: Entry) -> bool:
    """Whether a phone that kept its old version began anew, while its controller was dead and its mirror showed it on.

    The mirror's timer ends that, which runs once a minute after the deadline.
    """
    keys = record.phones[phone]
    if not keys.get("by_provisioning") or not keys.get("faults", {}).get("keep_old_version"):
        return False
    for run in record.runs:
        for intent in intents(run, phone):
            asked, deadline = (float(intent[name]) - run.clock for name in ("time", "deadline"))
            first = next((one["time"] for one in events(run, phone, "fetch") if one["time"] >= asked), None)
            if not ends(run, phone) and first is not None and first < fetch["time"] <= deadline + TIMER + SLACK:
                return True
    return False


@rule
def no_command_in_a_call(record: Record) -> Iterator[str]:
    """A call that is shown, and began before it could be overlooked, keeps every request away that writes."""
    for number, run in enumerate(record.runs):
        for phone, state in run.before.items():
            keys = record.phones[phone]
            if not keys.get("call_shown_in", ["gui"]) or "missing_pages" in faults(record, run, phone):
                continue
            since = None if state["call"] == "idle" else 0.0
            for entry in run.log:
                if entry["phone"] != phone:
                    continue
                if entry["event"] == "call":
                    idle = entry["call"]["state"] == "idle"
                    since = None if idle else entry["time"] if since is None else since
                # A phone that is gone has no calls.
                elif entry["event"] == "down":
                    since = None
                elif since is not None and entry["write"] and entry["time"] - since > CALL_FRESH + SLACK:
                    yield f"run {number + 1}, {phone} was told {entry['target'][:60]} in a call"


@rule
def no_command_to_a_protected_phone(record: Record) -> Iterator[str]:
    for number, run in enumerate(record.runs):
        for host, phone in run.places.items():
            if phone is not None and run.hosts[host].get("snom_protected"):
                for entry in run.log:
                    if entry["phone"] == phone and entry["write"]:
                        yield f"{where(number, host)} is protected and was told {entry['target'][:60]}"


@rule
def no_more_at_once_than_allowed(record: Record) -> Iterator[str]:
    """Phones of a site that load or flash at a time, by their own log, and those of a group."""
    for number, run in enumerate(record.runs):
        hosts = {phone: host for host, phone in run.places.items() if phone is not None}
        flying: set[str] = set()
        for entry in run.log:
            phone = entry["phone"]
            # Who is up again while it still writes is done, by all that it shows.
            if phone not in hosts or "answers_while_flashing" in faults(record, run, phone):
                continue
            if entry["event"] == "fetch":
                flying.add(phone)
            elif entry["event"] in ("up", "load_failed"):
                flying.discard(phone)
            else:
                continue
            # One that was back on its old version until its deadline is done, by all that it shows.
            flying -= {one for one in flying if _is_given_up(record, run, hosts[one], one, entry["time"])}
            for limit, name in ((run.options["max_in_flight"], "snom_site"), (1, "snom_group")):
                places = Counter(run.hosts[hosts[one]].get(name) for one in flying)
                if name == "snom_group":
                    del places[None]
                if limit and places and max(places.values()) > limit:
                    yield f"run {number + 1}: {sorted(flying)} load at a time, {limit} by {name} may"


def _is_given_up(record: Record, run: Told, host: str, phone: str, by: float) -> bool:
    """Whether the run had ended with a phone that restarts before it loads, as old_version."""
    given_up = [line["time"] - run.clock for line in ends(run, host) if line["outcome"] == "old_version"]
    return "restarts_to_load" in faults(record, run, phone) and any(time < by for time in given_up)


# -- what is said is so -------------------------------------------------------------------------------------------


@rule
def upgraded_is_so(record: Record) -> Iterator[str]:
    """It was asked for exactly these images, loaded them, and ran the target."""
    for number, run, host, phone, said in told(record):
        if said["outcome"] != "upgraded":
            continue
        if phone is None:
            # The end that an interrupted run has seen stands.
            if not any(one["outcome"] == "upgraded" for past in record.runs[:number] for one in ends(past, host)):
                yield f"{where(number, host)} is upgraded, and no phone is there"
            continue
        target, ran = wanted(record, run, host, phone), versions(record, number, phone)
        if said["after"] != target or said["target"] != target:
            yield f"{where(number, host)} is upgraded to {said['after']}, and {target} is wanted"
        if not asked_before(record, number, host):
            yield f"{where(number, host)} is upgraded, and no run asked it"
        if target not in ran[1:] and run.after[phone]["firmware"] != target:
            yield f"{where(number, host)} is upgraded, and the phone never ran {target}: {ran}"
        elif run.after[phone]["firmware"] != target and not _left(run, phone, str(target)):
            yield f"{where(number, host)} is upgraded, and the phone runs {run.after[phone]['firmware']}"
        if said["before"] not in ran:
            yield f"{where(number, host)} ran {said['before']} before, and the phone never did: {ran}"
        loaded = {e["detail"] for past in record.runs[: number + 1] for e in events(past, phone, "fetch")}
        announced = {line["file"] for past in record.runs[: number + 1] for line in intents(past, host)}
        if not loaded & announced and not _provisioned(record, phone):
            yield f"{where(number, host)} is upgraded, and fetched {sorted(loaded)}, not {sorted(announced)}"


def _left(run: Told, phone: str, version: str) -> bool:
    """Whether a phone left a version again by itself, after it had run it."""
    ran = False
    for entry in events(run, phone, "up", "flash"):
        if ran and entry["detail"] != version:
            return True
        ran = ran or (entry["event"] == "up" and entry["detail"] == version)
    return False


def _provisioned(record: Record, phone: str) -> bool:
    return bool(record.phones[phone].get("provisioning"))


@rule
def changed_is_so(record: Record) -> Iterator[str]:
    """A host has changed if its phone did something by what was asked of it, or may have, and nobody changed unseen."""
    for number, run, host, phone, said in told(record):
        settled = run.settled.get(host)
        if settled is None or phone is None:
            continue
        runs, at_first = run.after[phone]["firmware"], run.before[phone]["firmware"]
        loaded = said["outcome"] == "upgraded" or bool(said["path"])
        if settled["changed"]:
            if not loaded and (said["outcome"] in UNTOUCHED or not asked_before(record, number, host)):
                yield f"{where(number, host)} has changed, and is {said['outcome']} without any image loaded"
            if loaded and len(set(versions(record, number, phone))) < 2 and runs == at_first:
                yield f"{where(number, host)} has changed, and the phone runs {runs} as ever"
        else:
            if said["outcome"] in ("upgraded", "not_registered"):
                yield f"{where(number, host)} is {said['outcome']}, and has not changed"
            if said["outcome"] in SEEN_TO_GO:
                yield f"{where(number, host)} is {said['outcome']}, so it did something, and has not changed"
            if said["before"] and said["after"] and said["before"] != said["after"] and _is_told(said):
                yield f"{where(number, host)} went from {said['before']} to {said['after']}, and has not changed"
        for version in said["path"]:
            if version not in versions(record, number, phone) and runs != version:
                yield f"{where(number, host)} came over {version}, and the phone never ran it"


def _is_told(said: Mapping[str, Any]) -> bool:
    """Whether its words don't say themselves that another than the run changed it, or that another phone is there."""
    return said["outcome"] not in ("wrong_phone", "reverted", "old_version", "deferred")


@rule
def who_was_left_alone_was_asked_nothing(record: Record) -> Iterator[str]:
    for number, run, host, phone, said in told(record):
        is_quiet = said["outcome"] in QUIET and not said["path"] and phone is not None
        # The request itself may have found nobody.
        is_quiet = is_quiet and said["outcome"] != "unreachable"
        if is_quiet and triggers(run, str(phone)):
            yield f"{where(number, host)} is {said['outcome']}, and was asked to load an image"


@rule
def compliant_is_so(record: Record) -> Iterator[str]:
    for number, run, host, phone, said in told(record):
        if said["outcome"] == "compliant":
            target = wanted(record, run, host, phone) if phone is not None else None
            if phone is None or target not in versions(record, number, phone):
                yield f"{where(number, host)} is compliant, and the phone never ran {target}"


@rule
def an_old_registration_is_one(record: Record) -> Iterator[str]:
    """Nobody is left alone by what it told its mirror that never ran that."""
    for number, _run, host, phone, said in told(record):
        if phone is None or said["outcome"] != "deferred" or "registration says" not in said["reason"]:
            continue
        ran = versions(record, number, phone)
        if not any(f"mirror says {version}." in said["reason"] for version in ran):
            yield f"{where(number, host)} is deferred for what it told its mirror, and the phone has run {ran}"


@rule
def failed_is_so(record: Record) -> Iterator[str]:
    """Each failure has its cause at the phone, at the mirror or in the inventory."""
    for number, _run, host, phone, said in told(record):
        cause = CAUSES.get(said["outcome"])
        if cause is None or (phone is None and said["outcome"] in ("unreachable", "timed_out", "wrong_phone")):
            continue
        if phone is None:
            yield f"{where(number, host)} is {said['outcome']}, and no phone is there"
        elif problem := cause(record, number, host, phone, said):
            yield f"{where(number, host)} is {said['outcome']}: {problem}"


Cause = Callable[[Record, int, str, str, Mapping[str, Any]], "str | None"]


def _image_failed(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    run = record.runs[number]
    if "What answers now is another phone" in said["reason"] and "wrong_mac" in faults(record, run, phone):
        # It showed another MAC address when it was asked.
        return None
    # It may have ended its download later: that is said of it, too.
    flashed = [e["time"] for e in events(run, phone, "flash") if e["detail"] == said["target"]]
    if run.after[phone]["firmware"] == said["target"] and not any(at > _end_time(run, host) for at in flashed):
        return f"the phone runs {said['target']}"
    (*_earlier, asked) = [None, *triggers(run, phone)]
    since = [e for e in events(run, phone, "flash") if asked is not None and e["number"] > asked["number"]]
    lasted = 4.0  # seconds that a phone which is polled must be gone to be seen gone
    up = [e["time"] for e in events(run, phone, "up")]
    if "answers_while_flashing" not in faults(record, run, phone):
        for entry in since:
            back = min((time for time in up if time > entry["time"]), default=None)
            if back is not None and back - entry["time"] > lasted and back < _end_time(run, host):
                return "the phone was gone to flash, and nobody saw it"
    return None


def _end_time(run: Told, host: str) -> float:
    """When it ended, by the journal and the phones' clock."""
    return max((line["time"] - run.clock for line in ends(run, host)), default=float("-inf"))


def _old_version(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    run = record.runs[number]
    if run.after[phone]["firmware"] == said["target"] and not {"keep_old_version", "reverts_after"} & faults(
        record, run, phone
    ):
        # At the end of the run it may still be writing it.
        up, writes = (
            [e["time"] for e in events(run, phone, one) if e["detail"] == said["target"]] for one in ("up", "flash")
        )
        done = min(up or writes, default=float("-inf"))
        # A full disk may lack its end, which was not before its deadline.
        deadline = said["evidence"].get("deadline_at") or float("inf")
        end = _end_time(run, host) if ends(run, host) else deadline - run.clock
        # Over a slow line one that is up while it loads may take longer than its deadline.
        if "restarts_to_load" in faults(record, run, phone) and done > end:
            return None
        return f"the phone runs {said['target']}"
    # One that went between two runs has only come up in the log of the second.
    if not any(events(past, phone, one) for past in record.runs[: number + 1] for one in ("down", "up")):
        return "the phone was never gone"
    return None


def _timed_out(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    run = record.runs[number]
    if not asked_before(record, number, host):
        return "no run asked it"
    evidence = said["evidence"]
    give_up = (evidence.get("watched_until") or evidence.get("deadline_at") or 0.0) - run.clock
    target = said["target"]
    back = [e["time"] for e in events(run, phone, "up") if e["detail"] == target]
    odd = set(UNREADABLE) & faults(record, run, phone)
    is_plain = not odd and run.after[phone]["phase"] == "up" and not _gone_later(run, phone)
    if is_plain and back and max(back) < give_up - 2 and not _changed_midway(run, phone) and not said["path"]:
        return f"the phone was back on {target} {give_up - max(back):.1f} s before its time was up"
    return None


def _gone_later(run: Told, phone: str) -> bool:
    ups = [e["number"] for e in events(run, phone, "up")]
    return any(e["number"] > max(ups, default=0) for e in events(run, phone, "down"))


def _changed_midway(run: Told, phone: str) -> bool:
    """Whether something was done to it in the middle of the run, or what the run asked could not be read."""
    return any(f"'{phone}'" in act for act in run.acts) or "worker" in " ".join(run.acts)


def _unreachable(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    run = record.runs[number]
    was_gone = run.before[phone]["phase"] != "up" or run.after[phone]["phase"] != "up"
    if was_gone or events(run, phone, "down", "reset") or set(UNREADABLE) & faults(record, run, phone):
        return None
    if record.phones[phone].get("by_provisioning"):
        # It is found by what the PBX knows.
        deaf = record.phones[phone].get("sip", {}).get("deaf")
        other = run.hosts[host].get("snom_mac") != run.after[phone]["mac"]
        if deaf or other or any(act.startswith(STANDS_STILL) for act in run.acts):
            return None
    if (run.hosts[host].get("snom_scheme") == "https") != bool(record.phones[phone].get("tls")):
        # It has another's address.
        return None
    return "the phone was up all the time, and has no fault that explains it"


def _auth_failed(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    if any(events(past, phone, "login_failed") for past in record.runs[: number + 1]):
        return None
    if "not asked" in said["reason"] or "not tried" in said["reason"]:
        return None
    return "the phone refused no login"


def _locked_out(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    locked = any(events(past, phone, "locked_out") for past in record.runs[: number + 1])
    return None if locked else "the phone never locked anybody out"


def _wrong_phone(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    run = record.runs[number]
    variables = run.hosts[host]
    state = run.after[phone]
    differs = (
        str(variables.get("snom_mac") or state["mac"]).upper() != state["mac"]
        or str(variables.get("snom_model") or state["model"]) != state["model"]
        or phone != host
        or {"replaced_by", "wrong_mac", "hides_mac"} & faults(record, run, phone)
        or any(past.places.get(host) != phone for past in record.runs)
        or state["mac"] != run.before[phone]["mac"]
    )
    return None if differs else "it is the one that the inventory means"


def _no_fetch(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    fetched = events(record.runs[number], phone, "fetch")
    return f"the phone fetched {fetched[0]['detail']}" if fetched else None


def _unproven(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    if said["outcome"] == "unproven" and any(act.startswith("mirror stands still") for act in record.runs[number].acts):
        return None
    fetched = any(events(run, phone, "fetch") for run in record.runs[: number + 1])
    return None if fetched else "the phone fetched no image"


def _blocked(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    restricted = (record.phones[phone].get("settings") or {}).get("restrict_uri_queries")
    explained = restricted or "blocked" in faults(record, record.runs[number], phone)
    return None if explained else "the phone forbids nothing"


def _user_mode(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    return "the phone is in admin mode" if record.phones[phone].get("admin_mode", True) else None


def _not_registered(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    run = record.runs[number]
    if "loses_registration" in faults(record, run, phone) or not all(run.after[phone]["identities"].values()):
        return None
    if record.phones[phone].get("by_provisioning") and any(act.startswith("PBX stands still") for act in run.acts):
        # Nobody could see it registered.
        return None
    # What a PBX knows is asked for now and then, and not for each phone.
    late = _end_time(run, host) - CALL_FRESH
    if any(entry["time"] > late for entry in events(run, phone, "sip_registered")):
        return None
    return "all identities of the phone are registered"


def _unsupported(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    odd = {"garbage", "truncate", "missing_pages", "needs_keep_alive", "parallel_broken", "reset"}
    return None if odd & faults(record, record.runs[number], phone) else "the phone speaks as it should"


def _protected(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    return None if record.runs[number].hosts[host].get("snom_protected") else "the inventory does not say so"


def _reverted(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> str | None:
    ran = versions(record, number, phone)
    run = record.runs[number]
    if "replaced_by" in faults(record, run, phone) or (said["target"] in ran and ran[-1] != said["target"]):
        return None
    return f"the phone has run {ran}"


CAUSES: Mapping[str, Cause] = {
    "image_failed": _image_failed,
    "old_version": _old_version,
    "timed_out": _timed_out,
    "unreachable": _unreachable,
    "auth_failed": _auth_failed,
    "locked_out": _locked_out,
    "wrong_phone": _wrong_phone,
    "blocked": _blocked,
    "user_mode": _user_mode,
    "not_registered": _not_registered,
    "unsupported": _unsupported,
    "protected": _protected,
    "no_fetch": _no_fetch,
    "unproven": _unproven,
    "looping": _unproven,
    "reverted": _reverted,
}
"""By outcome: what is wrong with it, where its cause is not there."""


@rule
def who_may_be_flashing_is_warned_of(record: Record) -> Iterator[str]:
    """A phone that loads or flashes at the end of a run, by what it was asked, stands in DO NOT POWER OFF."""
    for number, run in enumerate(record.runs):
        if run.said is None:
            continue
        warned = {entry["host"] for entry in run.said["do_not_power_off"]}
        for host, phone in run.places.items():
            if phone is None or host in warned or not asked_before(record, number, host):
                continue
            state = run.after[phone]
            kind = state["cycles"][-1]["kind"] if state["cycles"] else ""
            if (
                state["phase"] in ("loading", "flashing", "dead")
                and kind in ("upgrade", "provisioning")
                and triggers(run, phone)
            ):
                yield f"{where(number, host)} is {state['phase']} at the end, and nobody is told not to power it off"


# -- all say the same ---------------------------------------------------------------------------------------------


@rule
def everybody_has_an_outcome(record: Record) -> Iterator[str]:
    for number, run in enumerate(record.runs):
        if run.said is not None and set(run.said["phones"]) != set(run.places):
            yield f"run {number + 1} speaks of {sorted(run.said['phones'])}"
        if run.said is not None:
            counted = Counter(said["outcome"] for said in run.said["phones"].values())
            if counted != Counter(run.said["summary"]):
                yield f"run {number + 1} counts {dict(run.said['summary'])}, and its phones are {dict(counted)}"


@rule
def reports_say_the_same(record: Record) -> Iterator[str]:
    for number, run in enumerate(record.runs):
        if run.result is not None and run.report is not None:
            for host, said in run.result["phones"].items():
                written = run.report["phones"].get(host, {})
                for name in ("outcome", "reason", "before", "after", "path"):
                    if written.get(name) != said[name]:
                        yield f"{where(number, host)}: {name} is {said[name]!r}, in the report {written.get(name)!r}"
        if run.report is None:
            continue
        outcomes = {host: said["outcome"] for host, said in run.report["phones"].items()}
        if run.csv is not None and run.csv != outcomes:
            yield f"run {number + 1}: report.csv says {dict(run.csv)}, report.json {outcomes}"
        fail_on = run.report["options"].get("fail_on", ())
        failed = {host for host, outcome in outcomes.items() if outcome in {*FAILED, *fail_on}}
        if run.junit is not None and {host for host, word in run.junit.items() if word == "failure"} != failed:
            yield f"run {number + 1}: report.junit.xml says {dict(run.junit)}, report.json {outcomes}"


@rule
def the_journal_says_the_same(record: Record) -> Iterator[str]:
    for number, run in enumerate(record.runs):
        for line in run.journal:
            if line["type"] == "broken":
                yield f"run {number + 1}: the journal has a broken line: {line['line'][:80]}"
        if run.said is None or run.disk_full:
            continue
        for host, said in run.said["phones"].items():
            last = [line["outcome"] for line in ends(run, host)][-1:]
            if intents(run, host) and not last:
                yield f"{where(number, host)} was announced in the journal, and its end is not there"
            if intents(run, host) and last and last != [said["outcome"]]:
                yield f"{where(number, host)} is {said['outcome']}, in the journal {last[0]}"
        summaries = [line["summary"] for line in run.journal if line["type"] == "run_end"]
        if summaries != [run.said["summary"]]:
            yield f"run {number + 1}: the summary is {dict(run.said['summary'])}, in the journal {summaries}"


@rule
def the_output_says_the_same(record: Record) -> Iterator[str]:
    for number, run in enumerate(record.runs):
        shown = run.output.partition("Traceback (most recent call last)")[2]
        # A signal may meet Python or ansible-core where they show where they were.
        is_ours = bool(shown) and (not _killed(run.acts) or "telephony/snom/plugins" in shown)
        if is_ours or "please report it" in run.output:
            yield f"run {number + 1} shows a traceback, or asks to report an error"
        if run.result is None:
            continue
        counts = ", ".join(f"{count} {outcome}" for outcome, count in run.result["summary"].items())
        if f"Ended: {counts}" not in run.output:
            yield f"run {number + 1} does not say: Ended: {counts}"
        for host, outcome in re.findall(r"^\d\d:\d\d:\d\d  (\S+): (\w+): ", run.output, re.MULTILINE):
            if outcome in (*FAILED, "upgraded") and host in run.places:
                final = run.result["phones"][host]["outcome"]
                # Who is back after the watch of what was interrupted is planned anew, also one that went on loading.
                is_back = outcome in ("timed_out", "unproven")
                is_back |= outcome in ("old_version", "looping") and final == "compliant"
                is_back &= "triggered by the interrupted run" in run.output
                again = is_back or (final, outcome) in _LATER
                if final != outcome and not again and not said_twice(run, host):
                    yield f"{where(number, host)} is said to be {outcome}, and ended as {final}"


_LATER = {("not_registered", "upgraded"), ("reverted", "upgraded"), ("wrong_phone", "upgraded")}
"""What overturns an outcome that was said before."""


def said_twice(run: Told, host: str) -> bool:
    """Whether more than one end of it was said: that of an interrupted run, before its own."""
    return len(re.findall(rf"^\d\d:\d\d:\d\d  {re.escape(host)}: \w+: ", run.output, re.MULTILINE)) > 1


@rule
def recap_and_exit_code_fit(record: Record) -> Iterator[str]:
    for number, run in enumerate(record.runs):
        if run.result is None or run.recap is None:
            continue
        fail_on = run.result["options"].get("fail_on", ())
        bad = {host for host, said in run.result["phones"].items() if said["outcome"] in {*FAILED, *fail_on}}
        failed = {host for host, counts in run.recap.items() if counts["failures"]}
        if failed != bad:
            yield f"run {number + 1}: the recap has {sorted(failed)} as failed, and these are: {sorted(bad)}"
        changed = {host for host, counts in run.recap.items() if counts["changed"]}
        settled = {host for host, result in run.settled.items() if result["changed"] and host not in failed}
        if changed - failed != settled:
            yield f"run {number + 1}: the recap has {sorted(changed)} as changed, and these are: {sorted(settled)}"
        if (run.code == 0) != (not failed) and run.code >= 0:
            yield f"run {number + 1} ends with {run.code}, and failed are {sorted(failed)}"


@rule
def no_secret_is_written(record: Record) -> Iterator[str]:
    for name, text in record.files.items():
        if any(secret in text for secret in record.secrets):
            yield f"{name} shows a password"


@rule
def an_undisturbed_run_ends(record: Record) -> Iterator[str]:
    """What nobody killed has a result, and an exit code that says no more than that hosts failed."""
    for number, run in enumerate(record.runs):
        # A full disk, and a mirror or PBX that stands still, are told before any phone is asked, at most after those
        # that an earlier run had asked.
        past = record.runs[: number + 1]
        stands = not run.heals and any(act.startswith(STANDS_STILL) for one in past for act in one.acts)
        told = stands or run.disk_full
        asked = any(line["type"] == "intent" for line in run.journal) or any(entry["write"] for entry in run.log)
        if not _killed(run.acts) and run.result is None and (asked or not told):
            yield f"run {number + 1} was not killed, and has no result; it ended with {run.code}"


def _killed(acts: Collection[str]) -> bool:
    return any("SIG" in act for act in acts)


@rule
def all_are_done_in_the_end(record: Record) -> Iterator[str]:
    """After everything that can be is mended each phone is at its target, or its reason names what is to be done."""
    for number, run in enumerate(record.runs):
        if not run.heals or run.result is None:
            continue
        for host, said in run.result["phones"].items():
            phone = run.places.get(host)
            excuse = _excuse(record, number, host, str(phone), said)
            if said["outcome"] not in ("upgraded", "compliant", "protected") and not excuse:
                yield f"{where(number, host)} is {said['outcome']} though all was mended: {said['reason'][:160]}"


AWAY = ("deferred", "unreachable")
"""What an earlier run asked, and nobody has seen the end of."""


def _is_neighbour(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return any(one.get(place) is not None and one[place] == other.get(place) for place in ("site", "group"))


def _excuse(record: Record, number: int, host: str, phone: str, said: Mapping[str, Any]) -> bool:
    outcome, reason = said["outcome"], said["reason"]
    past = record.runs[: number + 1]
    if outcome in ("deferred", "unproven") and "registration says" in reason:
        # It has lost its registration, and its PBX lists what it was before.
        return bool(past[-1].after[phone]["firmware"] == said["target"])
    if outcome == "deferred":
        return "An earlier run asked it" in reason
    if outcome == "not_started" and "slot of its site or group is held" in reason:
        # By one of the two, at least, that nobody has seen the end of.
        phones = past[-1].result["phones"].values() if past[-1].result else ()
        return any(other["outcome"] in AWAY and _is_neighbour(said, other) for other in phones)
    if outcome == "refused":
        return "came back on its old version" in reason or "replaced_by" in record.phones[phone].get("faults", {})
    if outcome == "auth_failed" and "in the interrupted run" in reason:
        return True
    sip = record.phones[phone].get("sip", {})
    if outcome == "no_fetch" and (sip.get("check_sync") == "ignored" or sip.get("deaf")):
        # Nobody can mend that.
        return True
    if outcome in (*SEEN_TO_GO, "image_failed", "no_fetch", "wrong_phone", "auth_failed", "not_registered"):
        # The end of what an earlier run asked.
        return any(intents(run, host) for run in past[:-1]) and not intents(past[-1], host)
    if outcome == "locked_out":
        return any(events(run, phone, "locked_out") for run in past)
    # What an earlier run asked it is not over, or it goes back to its old version by itself right then.
    goes = bool(events(past[-1], phone, "down")) and not intents(past[-1], host)
    return outcome == "unreachable" and (goes or past[-1].before[phone]["phase"] != "up")
