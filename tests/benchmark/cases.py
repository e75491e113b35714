# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmarks. Each runs on its own fleet and returns its figures."""

from __future__ import annotations

import gc
import json
import shutil
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import (
    HOST_VARIABLES,
    Connection,
    connection_from,
)
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.client import HttpPhone
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.credentials import CredentialsGate
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Context, ThreadRuntime
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.survey import read_fleet
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.target import Target
from figures import Figure, ms
from listing import inventory
from measuring import Cost
from rollouts import by_hand, rollout, rollout_by_provisioning
from scene import KINDS, Scene, play, scene


def info(phones: int | None) -> list[Figure]:
    """snom_info against debug and uri."""
    count = phones or 200
    with scene("info", count) as stage:
        debug, asked = _cheapest(
            lambda: play(stage, "debug", {"ansible.builtin.debug": {"msg": "hello"}}),
            lambda: play(stage, "snom_info", {"telephony.snom.snom_info": {}}),
        )
        uri = play(
            stage,
            "uri",
            {
                "ansible.builtin.uri": {
                    "url": "http://{{ ansible_host }}:{{ snom_port }}/info.htm",
                    "url_username": "{{ snom_username }}",
                    "url_password": "{{ snom_password }}",
                },
                "connection": "local",
            },
        )
    how = (
        f"CPU of the process tree of a play with one task over {count} hosts, which read info.htm over http with a "
        f"login; debug {ms(debug.cpu / count)}, snom_info {ms(asked.cpu / count)}, uri {ms(uri.cpu / count)} a "
        "host; the cheaper of two runs of debug and snom_info, one of uri"
    )
    to_debug, to_uri = asked.cpu / debug.cpu, uri.cpu / asked.cpu
    return [
        Figure(
            name="info",
            what="CPU of snom_info / debug",
            value=f"{to_debug:.2f}",
            goal="<= 1.15",
            met=to_debug <= 1.15,
            how=how,
        ),
        Figure(
            name="info", what="CPU of uri / snom_info", value=f"{to_uri:.1f}", goal=">= 15", met=to_uri >= 15, how=how
        ),
    ]


def plan(phones: int | None) -> list[Figure]:
    """The plan of a fleet as one task, against debug over its hosts."""
    count = phones or 2000
    with scene("plan", count) as stage:
        planned, debug = _cheapest(
            lambda: play(
                stage,
                "plan",
                {
                    "telephony.snom.snom_rollout": {"catalog": str(stage.catalog)},
                    "check_mode": True,
                    "run_once": True,
                },
            ),
            lambda: play(stage, "debug", {"ansible.builtin.debug": {"msg": "hello"}}),
        )
        writes = stage.fleet.counters()["writes"]
    ratio = planned.cpu / debug.cpu
    how = (
        f"CPU of the process tree of a play with one task over {count} hosts, all of which need work, so that three "
        f"pages of each are read: plan {planned.cpu:.1f} s, debug {debug.cpu:.1f} s; the cheaper of two runs each"
    )
    return [
        Figure(
            name="plan", what="CPU of the plan / debug", value=f"{ratio:.3f}", goal="< 0.33", met=ratio < 0.33, how=how
        ),
        Figure(name="plan", what="writes to phones", value=str(writes), goal="= 0", met=writes == 0),
        Figure(name="plan", what="wall time of the plan", value=f"{planned.wall:.1f} s"),
    ]


def provisioning(phones: int | None) -> list[Figure]:
    """Rendering and publishing the files of a fleet, and once more without a change."""
    count = phones or 5000
    with scene("provisioning", count) as stage:
        root = stage.inventory.with_name("www")
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        _add_settings(stage)
        task = {
            "telephony.snom.snom_provisioning": {"web_root": str(root), "base_url": "https://provisioning.example"},
            "run_once": True,
        }
        first = play(stage, "provisioning", task)
        published = {path: path.lstat().st_mtime_ns for path in root.rglob("*")}
        second = play(stage, "provisioning", task)
        written = sum(published.get(path) != path.lstat().st_mtime_ns for path in root.rglob("*"))
    how = (
        f"a play with one task over {count} phones of four models, each with {len(SHARED_SETTINGS)} settings of its "
        "group and five of its own, one of them a template; "
        f"CPU {first.cpu:.1f} s and {second.cpu:.1f} s, wall time of the second run {second.wall:.1f} s"
    )
    name = "provisioning"
    return [
        Figure(
            name=name,
            what="wall time to render and publish",
            value=f"{first.wall:.1f} s",
            goal="< 20 s",
            met=first.wall < 20,
            how=how,
        ),
        Figure(name=name, what="files published", value=str(len(published))),
        Figure(name=name, what="written by a second run", value=str(written), goal="= 0", met=written == 0),
    ]


SHARED_SETTINGS = {f"action_{name}_url": f"http://events.example/{name}" for name in "abcdefghijklmnopqrst"}


def _add_settings(stage: Scene) -> None:
    inventory = json.loads(stage.inventory.read_text("utf-8"))
    for number, host in enumerate(inventory["all"]["hosts"].values()):
        host["snom_model"] = KINDS[number % len(KINDS)][0]
        host["snom_settings"] = {
            "user_name": [str(10_000 + number)],
            "user_pass": ["{{ 'secret of ' ~ snom_mac }}"],
            "fkey": {0: "line", 1: f"blf {number}", 2: f"speed {number}"},
        }
    inventory["all"]["vars"]["snom_settings_all"] = SHARED_SETTINGS
    stage.inventory.write_text(json.dumps(inventory), "utf-8")


def client(phones: int | None) -> list[Figure]:
    """The HTTP client alone."""
    return [*_client("http", phones or 200), *_client("https", phones or 200)]


def _client(scheme: str, count: int) -> list[Figure]:
    with scene(f"client-{scheme}", count, tls=scheme == "https") as stage:
        ways = [HttpPhone(_connection(variables)) for variables in stage.hosts.values()]
        for phone in ways:
            phone.get("/info.htm")
        # Else Python looks now and then through all that the benchmark itself holds, and who is asked last pays for it.
        gc.collect()
        gc.freeze()
        kept = _cpu(lambda: [phone.get("/info.htm") for phone in ways for _again in range(5)]) / (5 * count)
        for phone in ways:
            phone.close()
        fresh = _cpu(lambda: [phone.get("/info.htm") for phone in ways]) / count
    name = f"client-{scheme}"
    return [
        Figure(name=name, what="CPU of a GET on a kept connection", value=ms(kept)),
        Figure(name=name, what="CPU of a GET on a new connection", value=ms(fresh)),
    ]


def reading(phones: int | None) -> list[Figure]:
    """A fleet's first reading, without Ansible around it."""
    count = phones or 5000
    with scene("reading", count) as stage:
        targets = [
            Target(host=host, connection=_connection(variables), version=Version.parse("10.1.175.16"))
            for host, variables in stage.hosts.items()
        ]
        workers = ThreadRuntime()
        started, cpu = time.monotonic(), time.process_time()
        readings = read_fleet(targets, Context(run="benchmark", runtime=workers, connect=WebPhone), CredentialsGate())
        wall, cpu = time.monotonic() - started, time.process_time() - cpu
        workers.close()
        requests = stage.fleet.counters()["requests"]
    read = sum(reading.facts is not None for reading in readings.values())
    how = f"{count} phones that need work, {requests} requests, in one process"
    return [
        Figure(name="reading", what="phones read", value=str(read), goal=f"= {count}", met=read == count, how=how),
        Figure(name="reading", what="CPU, per phone", value=ms(cpu / count), goal="< 3 ms", met=cpu / count < 0.003),
        Figure(name="reading", what="wall time", value=f"{wall:.1f} s"),
    ]


def _connection(variables: dict[str, Any]) -> Connection:
    return connection_from({option: variables.get(name) for option, name in HOST_VARIABLES.items()})


def _cheapest(*plays: Callable[[], Cost]) -> list[Cost]:
    """Run the plays in turn, twice, and keep the cheaper run of each: whatever disturbs only adds to the CPU."""
    rounds = [[one() for one in plays] for _round in range(2)]
    return [min(costs, key=lambda cost: cost.cpu) for costs in zip(*rounds, strict=True)]


def _cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process for a piece of work."""
    before = time.process_time()
    work()
    return time.process_time() - before


CASES: dict[str, Callable[[int | None], list[Figure]]] = {
    "client": client,
    "reading": reading,
    "info": info,
    "inventory": inventory,
    "plan": plan,
    "provisioning": provisioning,
    "rollout-http": partial(rollout, "http"),
    "rollout-https": partial(rollout, "https"),
    "rollout-sip": rollout_by_provisioning,
    "by-hand": by_hand,
}
