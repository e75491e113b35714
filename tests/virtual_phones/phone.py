# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One virtual phone: its state, and its life of booting, loading, flashing and being gone."""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
import traceback
from collections import Counter, deque
from collections.abc import Coroutine
from copy import copy
from dataclasses import dataclass, fields, replace
from typing import Any, Literal
from urllib.parse import parse_qs

from . import action_urls, calls, firmware, minibrowser, provisioning, snmp, tls, web
from .auth import Lock, Nonce
from .calls import Exchange, Leg
from .event_log import EventLog
from .http_client import FetchError, fetch
from .http_server import HttpConnection, Reply, Request, listen, really_listening
from .keys import CallState, Moment, PhoneKeys, Step, change
from .screens import LISTS, ListName, Screen
from .settings import Settings
from .sip import SipEndpoint

# Seconds between an answer and the end of the web server, so that the answer gets out [invented].
LAST_BREATH = 0.05
# Seconds in which a phone that reboots still answers. Two clients of real phones follow the redirect to reboot.htm and
# count on its answer (1.4); how long that is, is invented.
REBOOT_PAGE = 0.3
# Seconds that every phone has been up when the fleet starts [invented]: a reboot must show as a fall of the uptime.
FORMER_UPTIME = 100_000.0
LONGEST_LIST = 100  # calls in each of the lists [invented]
# Keys that the control port cannot change, since sockets and pages hang on them.
FIXED = frozenset({"name", "address", "port", "tls", "certificate", "tls_max_version", "http_port", "generation"}) | {
    "old_server_port",
    "sip",
    "snmp_port",
    "read_only_settings",
}
ADMIN_PASSWORD_BORDER = (10, 1, 185, 0)  # from here on the default is empty (2.1)
CREDENTIALS = frozenset({"username", "password", "auth", "admin_mode"})

# up: answers; loading: answers, and fetches an image; flashing, rebooting: gone; dead: gone for good; off: no power.
Phase = Literal["off", "up", "loading", "flashing", "rebooting", "dead"]


@dataclass(slots=True)
class Identity:
    user: str
    host: str
    registered: bool

    @property
    def address(self) -> str:
        return f"{self.user}@{self.host}"


class _PowerLost(Exception):
    """The phone restarts in the middle of something."""


class Phone:
    """A phone of the classic generation, or of the D8xx one (``phone_manager``)."""

    def __init__(self, keys: PhoneKeys, log: EventLog, exchange: Exchange) -> None:
        self.keys = keys
        self.exchange = exchange
        self.name = keys.name
        self.phase: Phase = "off"
        self.settings = Settings(self._first_settings(), keys.read_only_settings)
        self.identities: list[Identity] = []
        self.lock = Lock()
        self.nonce = Nonce()
        self.connections: set[HttpConnection] = set()
        self.legs: list[Leg] = []  # its ends of calls; the last one is the selected one
        self.last_remote = ""
        self.lists: dict[ListName, list[str]] = {name: [] for name in LISTS}  # numbers, the newest first
        self.screen = Screen()
        self.phone_book: dict[str, str] = {}  # names by number
        self.cached_settings: dict[str, str] = {}  # by a document, not yet written
        self.updater_broken = False
        self.https_only = False
        self.line_info_fixed = False
        self.came_back = False
        self.shows_early: str | None = None
        """The version that it has loaded and not written, where it shows that."""
        self.replayed_settings: dict[str, str] = {}  # written since the boot, on a phone that plays a profile
        self.reset_counts()
        self._log = log
        self._booted = time.monotonic() - FORMER_UPTIME
        self._servers: list[asyncio.Server] = []
        self._snmp: asyncio.DatagramTransport | None = None
        self._sip: SipEndpoint | None = None
        self._sip_port = 0  # the free one that it took first
        self._passes = 0  # check-syncs since the last boot
        self._provisions = False  # asks its setting server now
        self._sync_again = False
        self._last_image = ""
        self._poll: asyncio.TimerHandle | None = None
        self._life: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._call_end: asyncio.TimerHandle | None = None
        self._tls: ssl.SSLContext | None = None
        if keys.tls and keys.certificate == "own":
            self._make_certificate()
        elif keys.tls:
            self._tls = tls.shared_context(keys.tls_max_version)

    # -- what others read ---------------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """6, 7, 8 or 10: how the classic pages look."""
        number = firmware.major(self.keys.firmware)
        return 10 if number >= 10 else 8 if number >= 8 else max(number, 6)

    @property
    def has_phone_manager(self) -> bool:
        """Whether this is a D8xx, whose web server is another one (protocol 7)."""
        return (
            self.keys.generation or ("phone_manager" if self.keys.model.startswith("D8") else "")
        ) == "phone_manager"

    @property
    def call_state(self) -> CallState:
        """The state of the selected call."""
        return self.legs[-1].state if self.legs else "idle"

    def outgoing_identity(self, uri: str | None) -> Identity | None:
        """The identity of a URI, or the active one (8)."""
        if uri:
            return next((identity for identity in self.identities if identity.address == calls.plain(uri)), None)
        line = self.settings["active_line"]
        number = int(line) if line.isdecimal() and 1 <= int(line) <= len(self.identities) else 1
        return self.identities[number - 1] if self.identities else None

    @property
    def http_agent(self) -> str:
        """The User-Agent of what it asks web servers (protocol 4.4)."""
        keys = self.keys
        return firmware.http_agent(keys.provisioning.user_agent, keys.model, keys.firmware, keys.mac)

    @property
    def url_mac(self) -> str:
        """Its MAC as it stands in URLs that it asks for: in upper case, or lower (sip 2.3)."""
        return self.keys.mac.lower() if self.keys.provisioning.lower_case_mac else self.keys.mac

    def uptime(self) -> float:
        return time.monotonic() - self._booted

    def sockets(self) -> int:
        """Count the listening sockets that really are there."""
        return sum(really_listening(server) for server in self._servers) + bool(self._snmp) + bool(self._sip)

    def sockets_wanted(self) -> int:
        return len(self._servers) + bool(self.keys.snmp_port) + bool(self.keys.sip) if self.keys.running else 0

    def as_json(self) -> dict[str, Any]:
        """Describe the state, without secrets."""
        keys, faults = self.keys, self.keys.faults
        return {
            "name": self.name,
            "address": keys.address,
            "port": keys.port,
            "model": keys.model,
            "firmware": keys.firmware,
            "mac": keys.mac,
            "phase": self.phase,
            "uptime": round(self.uptime(), 1) if self.phase in ("up", "loading") else None,
            "call": self.call_state,
            "calls": [{"number": leg.number, "state": leg.state, "remote": leg.peer.user} for leg in self.legs],
            "call_lists": dict(self.lists),
            "phone_book": dict(self.phone_book),
            "identities": {identity.address: identity.registered for identity in self.identities},
            "settings": self.settings.changed(),
            "unsaved_settings": self.settings.unsaved(),
            "locked_out": self.lock.locked(),
            "updater_broken": self.updater_broken,
            "faults": {
                item.name: _plain(getattr(faults, item.name)) for item in fields(faults) if getattr(faults, item.name)
            },
            "requests": self.requests,
            "requests_while_flashing": self.requests_while_flashing,
            "writes": self.writes,
            "violations": self.violations,
            "calls_cut": self.calls_cut,
            "fetches": dict(self.fetches),
            "sip_port": self._sip.port if self._sip else None,
            "cycles": list(self.cycles),
        }

    def note(
        self,
        event: str,
        detail: str | None = None,
        *,
        target: str | None = None,
        status: int | None = None,
        call: dict[str, Any] | None = None,
    ) -> None:
        self._log.add(self.name, event, detail, target=target, status=status, call=call)

    def violation(self, what: str) -> None:
        """Record that a client did what no client may do."""
        self.violations += 1
        self.note("violation", what)

    def reset_counts(self) -> None:
        self.requests = self.requests_while_flashing = self.writes = self.violations = self.calls_cut = 0
        self.fetches: Counter[str] = Counter()
        self.cycles: deque[dict[str, Any]] = deque(maxlen=20)

    # -- the web server -----------------------------------------------------------------------------------------------

    def opened(self, connection: HttpConnection) -> None:
        self.connections.add(connection)
        if not self._servers or self.resets_at("connect"):
            connection.reset()

    def closed(self, connection: HttpConnection) -> None:
        self.connections.discard(connection)

    def answer(self, request: Request, connection: HttpConnection) -> Reply:
        write = web.changes_something(request)
        self.requests += 1
        self.writes += write
        self.requests_while_flashing += self.phase != "up"
        others = self.connections - {connection}
        overlapping = any(other.busy and not other.endless for other in others)
        if overlapping:
            self.violation(f"two requests at once: {request.path}")
        reply = web.answer(self, request, connection, overlapping)
        self._log.add(
            self.name, "request", method=request.method, target=request.target, status=reply.status, write=write
        )
        if reply.status == 200 and request.path == "/info.htm":
            self._reach("shown" if self.came_back else "read")
        return reply

    def resets_at(self, step: Step) -> bool:
        """Whether the fault ``reset`` wants a reset now, and count it."""
        reset = self.keys.faults.reset
        if reset is None or reset.on != step or reset.times == 0:
            return False
        if reset.times:
            reset.times -= 1
        self.note("reset", step)
        return True

    def _reach(self, moment: Moment) -> None:
        """Change what is to change at this moment, as soon as this answer is out: the next request meets it."""
        changes = self.keys.at.pop(moment, None)
        if changes is not None:
            self.note("moment", moment)
            asyncio.get_running_loop().call_soon(self.patch, changes)

    # -- power and life -----------------------------------------------------------------------------------------------

    async def power_on(self) -> None:
        """Start as a phone that has been up for long: registered, and without telling anybody."""
        if self.keys.running:
            await self._listen()
            self.phase = "up"
            self._register(silently=True)
            self._call_poll()
            if self.keys.call.state != "idle":
                calls.begin(self, self.keys.call.state, self.keys.call.remote)
            self._arm_call_end()

    def power_off(self) -> None:
        if self._life:
            self._life.cancel()
        self._go_down("off")

    async def finish(self) -> None:
        """End everything that still runs."""
        self.power_off()
        tasks = {task for task in (self._life, *self._errands) if task and not task.done()}
        while tasks:
            # Before Python 3.12, wait_for swallows a cancellation that comes when what it waits for is just done.
            for task in tasks:
                task.cancel()
            _done, tasks = await asyncio.wait(tasks, timeout=0.1)

    def load(self, url: str) -> None:
        """Load firmware, as ``swload=load`` asks for (protocol 3.3, 3.4)."""
        if self.phase != "up":
            self.violation(f"asked to load firmware while {self.phase}")
        elif self.keys.faults.ignores_load or self.updater_broken:
            self.note("load_ignored", "updater broken" if self.updater_broken else "fault")
        else:
            self.phase = "loading"
            self._begin("upgrade")
            self._live(self._upgrade(url))
            self._reach("asked")

    def reboot(self, *, factory_reset: bool = False) -> None:
        if self.keys.faults.ignores_reboot:
            self.note("reboot_ignored")
        elif self.phase == "flashing":
            # A broken write leaves the phone in recovery (3.4). It can only happen with answers_while_flashing.
            self.violation("rebooted while flashing")
            self._live(self._die())
        else:
            if self.phase == "loading":
                self.violation("rebooted while loading firmware")
            if factory_reset:
                self.settings.factory_reset()
                for numbers in self.lists.values():
                    numbers.clear()
                self.phone_book.clear()
                self.keys.identities = ()
                self.identities = []
            self._begin("reboot")
            self._live(self._reboot())

    def check_sync(self, event: str) -> None:
        """Do what a check-sync asks for, or what the phone's own setting makes of it (sip 1.1; xml 4.2)."""
        how = self.keys.sip.check_sync if self.keys.sip else "obeyed"
        restart = "reboot=true" in event or event.startswith("reboot")
        asked = "reboot" if restart else "reregister" if "reregister-only" in event else "sync"
        action = self.settings["checksync_action"] or asked
        if action == "sync" and how == "reboots":
            action = "reboot"
        if self.phase != "up":
            self.violation(f"check-sync while {self.phase}")
        elif how == "ignored":
            self.note("check_sync_ignored", event)
        elif action in ("reboot", "factory-reset"):
            self.reboot(factory_reset=action == "factory-reset")
        elif action == "reregister":
            self._register()
        elif action == "delete-contacts":
            self.phone_book.clear()
            self.note("contacts_deleted")
        else:
            self.note("check_sync", event)
            self.synchronize()

    def synchronize(self) -> None:
        """Ask the setting server without a restart. What is asked while it does so is done after it [invented]."""
        if self._provisions:
            self._sync_again = True
        elif self.phase == "up":
            self._live(self._sync())
            self._provisions = True

    async def _sync(self) -> None:
        """Fetch what the setting server has, without a restart. Whether firmware comes in the same pass is unknown."""
        changed = await provisioning.fetch_settings(self)
        if changed & set(self.keys.reboot_asked_for):
            # Seen by others: reboot=false, and yet the phone restarts for a setting that needs it (sip 1.1).
            self.reboot()
            return
        if any(name.startswith("user_") for name in changed):
            self._register()
        self._passes += 1
        if self.keys.sip is None or self._passes >= self.keys.sip.passes:
            await self._provision_firmware()
        self._provisioned()

    def _provisioned(self) -> None:
        """What is due once the setting server has had its say."""
        self._provisions = False
        if self._sync_again:
            self._sync_again = False
            self.synchronize()
        elif self.keys.provisioning.polls_every is not None:
            self._call_poll()

    def _call_poll(self) -> None:
        """Poll by itself after a while, as prov_polling_enabled has it (sip 2.1)."""
        if self._poll:
            self._poll.cancel()
        after = self.keys.provisioning.polls_every
        if after is not None:
            self._poll = asyncio.get_running_loop().call_later(after, self.synchronize)

    def run_document(self, text: str, *, trusted: bool) -> None:
        """Run a document of the XML minibrowser, beside all else."""
        self._run_errand(minibrowser.run(self, text, trusted=trusted, notified=True))

    def open_document(self, url: str) -> None:
        """Fetch a document and run it."""
        self._run_errand(minibrowser.open_url(self, url))

    def _run_errand(self, work: Coroutine[Any, Any, None]) -> None:
        errand = asyncio.get_running_loop().create_task(work)
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)
        errand.add_done_callback(_report_crash)

    def _begin(self, kind: str) -> None:
        """Start the record of an upgrade or reboot; its times are those of the machine's monotonic clock."""
        self.cycles.append({"kind": kind, "before": self.keys.firmware, "triggered": time.monotonic()})

    def _stamp(self, what: str) -> None:
        if self.cycles and not {"up", "failed"} & self.cycles[-1].keys():
            self.cycles[-1].setdefault(what, time.monotonic())

    def _live(self, life: Coroutine[Any, Any, None]) -> None:
        if self._life:
            self._life.cancel()
        self._provisions = False
        self._life = asyncio.get_running_loop().create_task(life)
        self._life.add_done_callback(_report_crash)

    async def _reboot(self) -> None:
        await asyncio.sleep(REBOOT_PAGE)
        if self._sip and self.keys.sip and self.keys.sip.unregisters:
            await self._sip.unregister_all()
        self._go_down("rebooting")
        await asyncio.sleep(self.keys.timing.reboot)
        await self._boot()

    async def _die(self) -> None:
        await asyncio.sleep(LAST_BREATH)
        self._go_down("dead")

    async def _upgrade(self, url: str) -> None:
        if self.keys.faults.restarts_to_load:
            await asyncio.sleep(LAST_BREATH)
            self._go_down("rebooting")
            await asyncio.sleep(self.keys.timing.reboot)
            await self._listen()
            self._booted = time.monotonic()
            self._register(silently=True)
            self.phase = "loading"
        try:
            image = await self._fetch_images(url)
        except _PowerLost:
            self._go_down("rebooting")
            await asyncio.sleep(self.keys.timing.reboot)
            await self._boot()
            return
        except (FetchError, firmware.BadImage) as error:
            self.note("load_failed", str(error))
            self.cycles[-1]["failed"] = str(error)
            self.phase = "up"
            return
        self._stamp("loaded")
        self.shows_early = image.version if self.keys.faults.shows_version_early else None
        await asyncio.sleep(max(self.keys.timing.load, LAST_BREATH))
        await self._flash(image.version)

    async def _fetch_images(self, url: str) -> firmware.Image:
        """Fetch the image, or the chained update and then the image behind it (protocol 3.3)."""
        image = await self._fetch_image(url)
        late = self.keys.chained_from
        if image.kind == "chained-update":
            chained = parse_qs(url.partition("?")[2]).get("chained_url", [""])[0]
            image = await self._fetch_image(chained)
            if image.kind != "phone":
                raise firmware.BadImage("a chained update behind a chained update")
        elif late and firmware.version_order(image.version) >= firmware.version_order(late):
            raise firmware.BadImage(f"{image.version} needs the chained update")
        return image

    async def _fetch_image(self, url: str) -> firmware.Image:
        url = url.replace("{mac}", self.url_mac).replace("%7Bmac%7D", self.url_mac)
        file = url.partition("?")[0].rpartition("/")[2]
        self.fetches[file] += 1
        self.note("fetch", file, target=url)
        if self.keys.faults.restarts_in_download:
            self.keys.faults.restarts_in_download -= 1
            await fetch(url, user_agent=self.http_agent, source=self.keys.address, stops=True)
            raise _PowerLost
        data = await fetch(url, user_agent=self.http_agent, source=self.keys.address)
        return firmware.check(file, data, self.keys.model)

    async def _flash(self, version: str) -> None:
        faults, before = self.keys.faults, self.keys.firmware
        if faults.answers_while_flashing:
            self.phase = "flashing"
        else:
            self._go_down("flashing")
        self.shows_early = None
        self._stamp("down")
        self.note("flash", version)
        await asyncio.sleep(self.keys.timing.flash + faults.stuck_in_flash)
        if faults.never_return:
            self._go_down("dead")
            return
        if not faults.keep_old_version:
            self._take_version(version)
        await asyncio.sleep(self.keys.timing.boot)
        await self._boot()
        if faults.reverts_after is not None and self.keys.firmware != before:
            await asyncio.sleep(faults.reverts_after)
            faults.reverts_after = None
            self._begin("revert")
            await self._flash(before)

    def _take_version(self, version: str) -> None:
        order, safe = firmware.version_order, self.keys.deadlock_below
        if safe and order(version) < order(safe) and order(self.keys.firmware) >= (8, 9, 3):
            self.updater_broken = True  # the downgrade trap (3.5); where it begins is not public
        passes = order(self.keys.firmware) < ADMIN_PASSWORD_BORDER <= order(version)
        self.keys.firmware = version
        self.settings.force(self.keys.new_settings)
        if self.keys.tls and self.keys.new_certificate:
            self._make_certificate()
        if passes and not self.admin_password:
            # No fact says what a phone without any does. This is the worst for its owner: it asks for one.
            self.settings.force({"admin_mode": "off"})
            self.note("no_admin_password", version)

    def _make_certificate(self) -> None:
        self._tls = tls.own_context(self.keys.name, self.keys.address, self.keys.tls_max_version)

    @property
    def admin_password(self) -> str:
        """The administrator password that counts, empty where there is none (2.1)."""
        if own := self.settings["admin_mode_password"]:
            return own
        if firmware.version_order(self.keys.firmware) < ADMIN_PASSWORD_BORDER:
            return "0000"
        stand_in = "webserver_admin_password" if self.keys.has_webserver_admin_password else "http_pass"
        return self.settings[stand_in]

    def _go_down(self, phase: Phase) -> None:
        """Close the listening sockets, reset every connection, cut the call."""
        for server in self._servers:
            server.close()
        self._servers = []
        if self._snmp:
            self._snmp.close()
            self._snmp = None
        if self._sip:
            self._sip.stop()
            self._sip = None
        if self._poll:
            self._poll.cancel()
        self._provisions = self._sync_again = False
        for connection in list(self.connections):
            connection.reset()
        for leg in list(self.legs):
            self.calls_cut += 1
            calls.cut(leg)
        self.screen = Screen()
        for identity in self.identities:
            identity.registered = False
        if self.phase != phase:
            self.note("down", phase)
        self.phase = phase
        self._stamp("down")

    async def _boot(self) -> None:
        """Come up again: unsaved settings are lost, others are told, provisioning has its say."""
        self.note("boot", self.keys.firmware)
        self.settings.reboot()
        self.lock = Lock()
        self.nonce.renew()
        if new := self.keys.faults.replaced_by:
            self.keys.mac = new.mac or self.keys.mac
            self.keys.model = new.model or self.keys.model
            self.keys.firmware = new.firmware or self.keys.firmware
        if not self._servers:
            await self._listen()
        self._booted = time.monotonic()
        self._passes = 0
        self.line_info_fixed = False
        self.phase = "up"
        self.came_back = True
        self.replayed_settings.clear()  # what a restart leaves of them was not recorded
        if self.cycles:
            self._stamp("up")
            self.cycles[-1]["after"] = self.keys.firmware
        self.note("up", self.keys.firmware)
        self._reach("back")
        self.tell("action_setup_url")
        self._provisions = True
        if not self.keys.provisioning.firmware:
            await provisioning.fetch_settings(self)
        await asyncio.sleep(self.keys.timing.register)
        if not self.keys.faults.loses_registration:
            self._register()
        await self._provision_firmware()
        self._provisioned()

    async def _provision_firmware(self) -> None:
        """Flash what the provisioning wants, if its policy says so (3.3)."""
        wanted = self.keys.provisioning.firmware
        if self.settings["update_policy"] != "auto_update":
            return
        if wanted is None and (url := await provisioning.wanted_image(self, self._last_image)):
            self._last_image = url
            self.phase = "loading"
            self._begin("provisioning")
            self._reach("asked")
            await self._upgrade(url)
        elif wanted not in (None, self.keys.firmware) and not self.keys.faults.keep_old_version:
            # Where this one is fetched from is left out.
            self._begin("provisioning")
            await asyncio.sleep(self.keys.timing.load)
            await self._flash(wanted)

    async def _listen(self) -> None:
        keys = self.keys
        self.https_only = self.settings["webserver_type"] == "https"  # a change takes effect at boot (5.1)
        if self.settings["webserver_type"] != "off":
            self._servers = [await listen(self, keys.address, keys.port, tls=self._tls)]
            if keys.http_port:
                self._servers.append(await listen(self, keys.address, keys.http_port, door="plain"))
            if keys.old_server_port:
                self._servers.append(await listen(self, keys.address, keys.old_server_port, door="old"))
        if keys.snmp_port:
            where = (keys.address, keys.snmp_port)
            loop = asyncio.get_running_loop()
            self._snmp, _unused = await loop.create_datagram_endpoint(lambda: snmp.Agent(self), local_addr=where)
        if keys.sip:
            configured = self.settings["network_id_port"]
            known = int(configured) if configured.isdecimal() else self._sip_port
            self._sip = SipEndpoint(self, keys.sip.port or known)
            await self._sip.start()
            self._sip_port = 0 if keys.sip.new_contact else self._sip.port

    # -- registrations, calls, action URLs ----------------------------------------------------------------------------

    def _register(self, *, silently: bool = False) -> None:
        self.identities = []
        for entry in self.keys.identities:
            user, _unused, host = entry.partition("@")
            self.identities.append(Identity(user, host or "pbx.example", user not in self.keys.unregistered))
            self.exchange.enlist(self, user)
            if not silently and self.identities[-1].registered:
                self.note("registered", user)
                self.tell("action_log_on_url")
            elif not silently:
                self.tell("action_reg_failed")
        if self._sip:
            self._sip.register()

    def set_registered(self, line: int, registered: bool) -> None:
        """Register, perhaps again, or log off an identity; lines count from 1 (1.4)."""
        if not 1 <= line <= len(self.identities):
            return
        identity = self.identities[line - 1]
        if registered and identity.user in self.keys.unregistered:
            self.note("registration_failed", identity.user)
            self.tell("action_reg_failed")
        elif registered or identity.registered:
            identity.registered = registered
            if self._sip:
                self._sip.set_registered(identity.user, registered)
            self.note("registered" if registered else "logged_off", identity.user)
            self.tell("action_log_on_url" if registered else "action_log_off_url")

    def remember(self, name: ListName, number: str) -> None:
        self.lists[name] = [number, *self.lists[name]][:LONGEST_LIST]

    def call_changed(self) -> None:
        """Bring the call to the front of the screen, and give it its time."""
        self.screen = Screen()
        self._arm_call_end()

    def _arm_call_end(self) -> None:
        if self._sip:
            self._sip.show_calls()
        if self._call_end:
            self._call_end.cancel()
            self._call_end = None
        after = self.keys.call.ends_after
        if after is not None and self.legs:
            self._call_end = asyncio.get_running_loop().call_later(after, calls.script, self, "idle", "")

    def tell(self, setting: str, leg: Leg | None = None) -> None:
        """Fire an action URL, if one is set; one after the other."""
        if leg:
            self.last_remote = leg.peer.address
        if url := self.settings[setting]:
            errand = asyncio.get_running_loop().create_task(self._fire(setting, action_urls.filled_in(url, self, leg)))
            self._errands.add(errand)
            errand.add_done_callback(self._errands.discard)

    async def _fire(self, setting: str, url: str) -> None:
        async with self._one_at_a_time:
            try:
                await fetch(url, user_agent=self.http_agent, source=self.keys.address)
            except FetchError as error:
                self.note("action_url_failed", f"{setting}: {error}", target=url)
            else:
                self.note("action_url", setting, target=url)

    # -- changes from outside -----------------------------------------------------------------------------------------

    def patch(self, changes: dict[str, Any]) -> None:
        """Change keys of the fleet file while the phone lives. Raises ValueError, and then nothing has changed."""
        if fixed := FIXED & changes.keys():
            raise ValueError(f"{', '.join(sorted(fixed))} cannot be changed while the phone runs")
        draft, before = copy(self.keys), self.keys
        remote = self.legs[-1].peer.address if self.legs else before.call.remote
        draft.call = replace(before.call, state=self.call_state, remote=remote)
        change(draft, changes)
        draft.running = before.running
        self.keys = draft
        if CREDENTIALS & changes.keys():
            self.settings.force(self._credentials())
        if "settings" in changes:
            self.settings.force(draft.settings)
        if {"identities", "unregistered"} & changes.keys():
            self._register(silently=True)
        if "call" in changes:
            calls.script(self, draft.call.state, draft.call.remote)
            self._arm_call_end()
        if "running" in changes:
            self.keys.running = bool(changes["running"])
            if not self.keys.running:
                self.power_off()
            elif not self._servers:
                if self._life:
                    self._life.cancel()
                self._begin("power_on")
                self._live(self._boot())

    def _first_settings(self) -> dict[str, str]:
        keys = self.keys
        given = {"webserver_type": "https" if keys.tls else "http_https", **self._credentials()}
        for line, entry in enumerate(keys.identities, 1):
            user, _unused, host = entry.partition("@")
            given |= {f"user_name{line}": user, f"user_host{line}": host or "pbx.example", f"user_active{line}": "on"}
        if keys.provisioning.firmware:
            server = "http://provisioning.example"
            given |= {"update_policy": "auto_update", "setting_server": server, "firmware_status": f"{server}/fw.xml"}
        return given | keys.settings

    def _credentials(self) -> dict[str, str]:
        keys = self.keys
        secured = keys.password is not None and keys.auth != "none"
        return {
            "http_user": keys.username if secured else "",
            "http_pass": keys.password or "" if secured else "",
            "http_scheme": "on" if keys.auth == "digest" else "off",
            "admin_mode": "on" if keys.admin_mode else "off",
        }


def _plain(value: Any) -> Any:
    """Turn the value of a fault into what JSON knows."""
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: getattr(value, item.name) for item in fields(value)}
    return value


def _report_crash(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        traceback.print_exception(error, file=sys.stderr)
