# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pages of the classic web server do with their parameters (protocol 1.4, 5.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import bitmap, calls, pages, replies, screens
from .http_server import Reply, Request

if TYPE_CHECKING:
    from .phone import Phone

# Parameters beside the names of settings.
NO_SETTINGS = frozenset({"settings", "Settings", "store_settings", "l", "tag"})
ACTIVE = re.compile(r"user_active(\d+)")  # an identity registers or not; a client logs people on and off by it (5.1)
# User mode asks for the administrator password here (2.1; which pages these are is inferred).
ADMIN_PAGES = frozenset({"/settings.htm", "/dummy.htm", "/advanced.htm", "/advanced_network.htm"}) | {
    "/plain_settings.htm",
    "/xml_settings.htm",
    "/settings.xml",
    "/advanced_qos_security.htm",
    "/advanced_update.htm",
    "/confirm.html",
}
# The web interface's own queries, which hidden tags let pass (2.4; which these are is invented).
OWN_QUERIES = frozenset({"l", "show", "nocache"})


def perform(phone: Phone, request: Request) -> Reply:
    page = PAGES.get(request.path)
    missing = request.path.lstrip("/") in phone.keys.faults.missing_pages
    if page is None or missing or request.method not in ("GET", "HEAD", "POST"):
        return replies.not_found()
    if not OWN_QUERIES.issuperset(request.parameters) and _blocked(phone):
        if phone.keys.blocked_answer == 403:
            return replies.forbidden("Access denied.")
        return replies.page(pages.home(phone))  # which of the two is unknown (2.4)
    if request.path in ADMIN_PAGES and not phone.settings.on("admin_mode"):
        return replies.page(pages.ADMIN_PASSWORD)
    return page(phone, request.parameters)


def asks_reboot(request: Request) -> bool:
    return bool({"reboot", "REBOOT", "reset", "RESET"} & request.parameters.keys())


def _blocked(phone: Phone) -> bool:
    """Whether hidden tags or restricted queries forbid remote control (2.4)."""
    settings = phone.settings
    # Whether a password that stands in for the administrator's counts is not known; here it does not [invented].
    secured = settings["http_user"] and settings["http_pass"] and settings["admin_mode_password"] not in ("", "0000")
    tags = settings.on("use_hidden_tags") and bool(secured)  # without all three the tags have no effect
    return tags or settings.on("restrict_uri_queries") or phone.keys.faults.blocked


def _save(phone: Phone, parameters: dict[str, str]) -> Reply:
    """Write settings to RAM, and to flash with ``store_settings=save`` (5.1).

    What takes effect after a reboot only is answered by a form. Pages of the network do so; that others do is invented.
    """
    written: list[str] = []
    if parameters.get("settings") == "save" or parameters.get("Settings") in ("Save", "Apply"):
        names = parameters.keys() - NO_SETTINGS
        written = sorted(name for name in names if phone.settings.write(name, parameters[name]))
        phone.note("settings", ", ".join(written))
        for name in written:
            if found := ACTIVE.fullmatch(name):
                phone.set_registered(int(found[1]), phone.settings.on(name))
    if parameters.get("store_settings") == "save":
        phone.settings.store()
    if set(written) & set(phone.keys.reboot_asked_for):
        return replies.page(pages.CONFIRM_REBOOT)
    return _plain(phone, parameters)


def _home(phone: Phone, parameters: dict[str, str]) -> Reply:
    # One client writes NUMBER:200 into its form (1.4).
    colon = next((name.partition(":")[2] for name in parameters if name.startswith("NUMBER:")), "")
    if number := parameters.get("NUMBER") or colon:
        return _dial(phone, number)
    words = ("0", "clear") if phone.keys.list_clear == "both" else (phone.keys.list_clear,)
    for name in screens.LISTS:
        if parameters.get(f"{name}del") in words:
            phone.lists[name].clear()
            phone.note("list_cleared", name)
    return replies.page(pages.home(phone))


def _info(phone: Phone, parameters: dict[str, str]) -> Reply:
    return replies.page(pages.info(phone))


def _gui(phone: Phone, parameters: dict[str, str]) -> Reply:
    return replies.page(pages.gui(phone), "text/plain; charset=utf-8", "utf-8")


def _identities(phone: Phone, parameters: dict[str, str]) -> Reply:
    return replies.page(pages.identities(phone)) if phone.keys.identity_page else replies.not_found()


def _screen(phone: Phone, parameters: dict[str, str]) -> Reply:
    """Show the display; on an 820 or 821 without its line-info layer, unless that was fixed (1.4)."""
    missing = phone.keys.model in ("820", "821") and not phone.line_info_fixed
    line_info = None if missing else [identity.user for identity in phone.identities]
    return replies.content(bitmap.display(phone.keys.model, pages.screen(phone), line_info), "image/bmp")


def _label_screen(phone: Phone, parameters: dict[str, str]) -> Reply:
    if phone.keys.model not in bitmap.WITH_LABELS:
        return replies.not_found()
    functions = [phone.settings[f"fkey{number}"] for number in range(16)]
    return replies.content(bitmap.labels(functions, bitmap.LABELS), "image/bmp")


def _expansion_screen(phone: Phone, parameters: dict[str, str]) -> Reply:
    if not phone.keys.expansion_modules:
        return replies.not_found()
    return replies.content(bitmap.labels(list(phone.keys.expansion_modules), bitmap.EXPANSION), "image/bmp")


def _settings(phone: Phone, parameters: dict[str, str]) -> Reply:
    _save(phone, parameters)
    return _show_settings(phone, pages.settings_layout(phone))


def _show_settings(phone: Phone, layout: str) -> Reply:
    text = pages.settings(phone, layout)
    return replies.page(text, "text/xml", "utf-8") if layout == "xml" else replies.page(text)


def _downloaded(layout: str, settings_layout: str = "download") -> Callable[[Phone, dict[str, str]], Reply]:
    """The page that a settings page without settings offers, or hides, for phones that have such a one."""

    def download(phone: Phone, parameters: dict[str, str]) -> Reply:
        offered = pages.settings_layout(phone) == settings_layout
        return _show_settings(phone, layout) if offered else replies.not_found()

    return download


def _dummy(phone: Phone, parameters: dict[str, str]) -> Reply:
    if parameters.get("swload") != "load":
        return _save(phone, parameters)
    if url := parameters.get("firmware"):
        phone.load(url)
    match phone.keys.load_answer:  # what a real phone answers is not known
        case "drop":
            return replies.nothing()
        case 302:
            return replies.redirect("index.htm")
    return _plain(phone, parameters)


def _command(phone: Phone, parameters: dict[str, str]) -> Reply:
    if number := parameters.get("number"):
        return _dial(phone, number, parameters.get("outgoing_uri"))
    if keys := parameters.get("key"):
        _press(phone, keys)
    if events := parameters.get("touch"):
        screens.touch(phone, events)
    if digits := parameters.get("key_dtmf"):
        calls.send_dtmf(phone, digits)
    if "RELEASE_ALL_CALLS" in parameters:
        for leg in list(phone.legs):
            calls.hang_up(leg)
    if parameters.get("FIX_LIL") == "true":
        phone.line_info_fixed = True
        phone.note("line_info_fixed")
    if "LOGOFFALL" in parameters:
        for line in range(1, len(phone.identities) + 1):
            phone.set_registered(line, False)
    for name, registered in (("LOGOFFLINE", False), ("REREGISTER", True)):
        if parameters.get(name, "").isdigit():
            phone.set_registered(int(parameters[name]), registered)
    return _plain(phone, parameters)


def _press(phone: Phone, keys: str) -> None:
    """Press ``KEY[,time[,pause]];…`` (1.1). A phone that does not know that form finds no key in it [invented]."""
    known = phone.keys.key_chains == "known"
    for key in [event.split(",")[0] for event in keys.split(";")] if known else [keys]:
        screens.press(phone, key)


def _dial(phone: Phone, number: str, uri: str | None = None) -> Reply:
    calls.dial(phone, number, uri)
    return replies.redirect("index.htm") if phone.keys.dial_answer == 302 else replies.nothing()


def _line_login(phone: Phone, parameters: dict[str, str]) -> Reply:
    for name in parameters:
        if name.startswith("PLAY_RINGER:"):
            phone.note("ringer", name.partition(":")[2])
    return _save(phone, parameters)


def _advanced(phone: Phone, parameters: dict[str, str]) -> Reply:
    """Reboot, reset, or save a form. Which firmware has which of these pages: 1.4."""
    if parameters.get("reboot") == "Reboot" or parameters.get("reset") == "Reset":
        phone.reboot(factory_reset="reset" in parameters)
        return replies.redirect("/reboot.htm")
    return _save(phone, parameters)


def _advanced_until_7(phone: Phone, parameters: dict[str, str]) -> Reply:
    if "reboot" in parameters or "reset" in parameters:
        return _advanced(phone, parameters) if phone.generation <= 7 else _plain(phone, parameters)
    return _advanced(phone, parameters)


def _advanced_from_8(phone: Phone, parameters: dict[str, str]) -> Reply:
    return _advanced(phone, parameters) if phone.generation >= 8 else replies.not_found()


def _advanced_network(phone: Phone, parameters: dict[str, str]) -> Reply:
    """Reboot here on the 300 only (1.4)."""
    if "reboot" in parameters and phone.keys.model != "300":
        return _plain(phone, parameters)
    return _advanced(phone, parameters)


def _confirm(phone: Phone, parameters: dict[str, str]) -> Reply:
    """Reboot or reset in the very old way (1.4); taken to mean firmware 6 [invented]."""
    if phone.generation > 6:
        return replies.not_found()
    if "yes" in (parameters.get("REBOOT"), parameters.get("RESET")):
        phone.reboot(factory_reset="RESET" in parameters)
        return replies.redirect("/reboot.htm")
    return _plain(phone, parameters)


def _minibrowser(phone: Phone, parameters: dict[str, str]) -> Reply:
    """Fetch a document and run it: the phone asks for it itself (xml 4)."""
    if url := parameters.get("url"):
        phone.open_document(url)
    return _plain(phone, parameters)


def _plain(phone: Phone, parameters: dict[str, str]) -> Reply:
    return replies.page(pages.plain(phone, "Ok"))


# Pages known to exist on the classic server (2.6), and the first two downloads, whose URLs are invented.
PAGES: dict[str, Callable[[Phone, dict[str, str]], Reply]] = {
    "/": _home,
    "/index.htm": _home,
    "/info.htm": _info,
    "/state_of_identity.htm": _identities,
    "/state_of_gui.htm": _gui,
    "/screen.bmp": _screen,
    "/label_screen.bmp": _label_screen,
    "/exp_screen.bmp": _expansion_screen,
    "/settings.htm": _settings,
    "/plain_settings.htm": _downloaded("text"),
    "/xml_settings.htm": _downloaded("xml"),
    "/settings.xml": _downloaded("xml", "unlinked"),  # 11.10; that it is this form is inferred
    "/dummy.htm": _dummy,
    "/command.htm": _command,
    "/line_login.htm": _line_login,
    "/advanced.htm": _advanced_until_7,
    "/advanced_network.htm": _advanced_network,
    "/advanced_qos_security.htm": _advanced,
    "/advanced_update.htm": _advanced_from_8,
    "/confirm.html": _confirm,
    "/reboot.htm": _plain,
    "/minibrowser.htm": _minibrowser,
    "/line_sip.htm": _line_login,
    "/action.htm": _advanced,
}
