# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The web server of a phone: faults, access, then what the request asks for.

Each answer is built at once, in one thread: two requests can only overlap while an answer is delayed (``slow``).
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from . import auth, commands, pages, replay, replies
from .http_server import HttpConnection, Reply, Request

if TYPE_CHECKING:
    from .phone import Phone

# Parameters of the web interface itself that change nothing: the line of a page, what to show, a cache breaker.
HARMLESS = frozenset({"l", "show", "nocache"})
# A phone whose server mixes up parallel requests takes at least this long for each, in seconds [invented].
PARALLEL_TIME = 0.05
NOISE = random.Random(7526).randbytes(600)  # the same noise every time


def changes_something(request: Request) -> bool:
    """Whether a request is meant to change the phone: it has parameters other than harmless ones.

    What a document does that it is to open is noted when it does it.
    """
    return request.path != "/minibrowser.htm" and not HARMLESS.issuperset(request.parameters)


def answer(phone: Phone, request: Request, connection: HttpConnection, overlapping: bool) -> Reply:
    faults = phone.keys.faults
    load = "swload" in request.parameters
    if faults.needs_keep_alive and request.connection != "keep-alive":
        return replies.nothing()  # the empty reply of 2.6
    if (
        phone.resets_at("request")
        or (load and phone.resets_at("before_trigger"))
        or (phone.phase != "up" and phone.resets_at("poll"))
        or (phone.came_back and phone.resets_at("after_boot"))
    ):
        return Reply(None, then="reset")
    if faults.garbage == "wire":
        return Reply(None, NOISE, then="close")
    reply = _answer_well(phone, request, connection.door)
    if (load and phone.resets_at("trigger")) or (commands.asks_reboot(request) and phone.resets_at("reboot")):
        return Reply(None, then="reset")
    return _spoil(phone, request, reply, overlapping)


def _spoil(phone: Phone, request: Request, reply: Reply, overlapping: bool) -> Reply:
    """Apply the faults that let the phone work but damage or delay its answer."""
    faults = phone.keys.faults
    head_end = reply.data.find(b"\r\n\r\n") + 4
    if faults.garbage == "page":
        reply.data = reply.data[:head_end] + (NOISE * (len(reply.data) // len(NOISE) + 1))[: len(reply.data) - head_end]
    if faults.garbage == "endless":
        reply.data, reply.endless = re.sub(rb"Content-Length: \d+\r\n", b"", reply.data[:head_end]), NOISE
    if phone.resets_at("answer"):
        reply.data, reply.then = reply.data[: len(reply.data) // 2], "reset"
    if faults.truncate is not None:
        reply.data, reply.then = reply.data[: head_end + faults.truncate], "close"
    if faults.parallel_broken:
        reply.delay = PARALLEL_TIME
        if overlapping:  # incomplete headers (2.6)
            reply.data, reply.then = reply.data[: head_end // 2], "close"
    if request.path == "/minibrowser.htm" and request.connection == "keep-alive":
        reply.delay += phone.keys.timing.minibrowser_delay  # 2.6
    reply.delay += faults.slow
    reply.rate = faults.drip
    return reply


def _answer_well(phone: Phone, request: Request, door: str) -> Reply:
    if door == "plain" and phone.https_only:
        if phone.generation >= 10:  # "newer" is taken to mean 10 [invented]
            port = "" if phone.keys.port == 443 else f":{phone.keys.port}"
            return replies.redirect(f"https://{phone.keys.address}{port}{request.target}", 307)
        return replies.forbidden("A secure connection (https) is required.")
    if door == "main" and phone.has_phone_manager:
        return replies.page(pages.PHONE_MANAGER)
    if door == "old" and request.path == "/command.htm" and phone.keys.old_server_command != "allowed":
        refused = phone.keys.old_server_command == "refused"
        return replies.forbidden("Not allowed.") if refused else replies.not_found()
    no_entry = _login(phone, request)
    if no_entry is not None:
        return (replay.challenge(phone) if no_entry.status == 401 else None) or no_entry
    # A restart is no matter of the state that a replayed phone is in: it leads out of it.
    replayed = None if commands.asks_reboot(request) else replay.answer(phone, request)
    return replayed or commands.perform(phone, request)


def _without_a_word(phone: Phone, verdict: auth.Verdict) -> auth.Verdict:
    """Who asks anew gets a nonce that is good, or no browser could ever log in."""
    if verdict == "missing" and phone.nonce.uses:
        phone.nonce.renew()
    return "bad" if verdict == "stale" else verdict


def _login(phone: Phone, request: Request) -> Reply | None:
    """The answer to a request that may not pass, or None."""
    user, password = phone.settings["http_user"], phone.settings["http_pass"]
    if not password:
        return None  # empty from factory: no authentication at all (2.1)
    if phone.lock.locked():
        return replies.page(pages.LOCKED_OUT)
    digest = phone.settings.on("http_scheme")
    if digest:
        verdict = auth.check_digest(request, user, password, phone.nonce, phone.keys.nonce_uses)
        if not phone.keys.says_stale:
            verdict = _without_a_word(phone, verdict)
    else:
        verdict = auth.check_basic(request, user, password)
    if verdict == "good":
        phone.lock.passed()
        return None
    if verdict == "bad" or (verdict == "missing" and phone.keys.count_missing_credentials):
        phone.note("login_failed", verdict)
        if phone.lock.failed(phone.keys.timing.lockout):
            phone.note("locked_out")
    if digest:
        return replies.unauthorized(auth.digest_challenge(phone.nonce, phone.keys.digest_qop, verdict == "stale"))
    # Other firmware spells the header normally (2.2); that this is firmware 10 is invented.
    return replies.unauthorized('WWW-Authenticate: Basic realm="snom"' if phone.generation >= 10 else None)
