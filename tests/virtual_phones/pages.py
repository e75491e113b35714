# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of a virtual phone.

No whole page of a real phone is public (protocol 11.1). Titles, labels and the forms of values are facts where a
comment says so; everything else, the layout above all, is invented, and differs by generation on purpose.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from . import firmware, screens
from .settings import is_secret, split_index

if TYPE_CHECKING:
    from .phone import Phone

# A page of the D8xx, the same for every path (7).
PHONE_MANAGER = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Phone Manager</title></head>'
    '<body><div id="app"></div><script src="/app.js"></script></body></html>\n'
)
# A client looks for the word "blocked" in an answer 200 (2.3). The sentence is invented.
LOCKED_OUT = (
    "<HTML><HEAD><TITLE>snom VoIP phone</TITLE></HEAD><BODY><H1>Access blocked</H1>\r\n"
    "<P>The web interface is blocked after too many failed logins. Please try again later.</P></BODY></HTML>\r\n"
)
# User mode asks for the administrator password (2.1). The form is invented.
ADMIN_PASSWORD = (
    '<HTML><HEAD><TITLE>snom VoIP phone</TITLE></HEAD><BODY><FORM method="POST">\r\n<P>Administrator password: '
    '<INPUT type="password" name="admin_password"><INPUT type="submit" value="Login"></P></FORM></BODY></HTML>\r\n'
)

# Network settings are answered by a form that asks for a reboot (5.1). All but the field's name is invented.
CONFIRM_REBOOT = (
    '<HTML><HEAD><TITLE>snom VoIP phone</TITLE></HEAD><BODY><FORM method="POST">\r\n<P>Some settings take effect at '
    'a reboot only. <INPUT type="submit" name="CONFIRM_REBOOT" value="Reboot"></P></FORM></BODY></HTML>\r\n'
)
# Where a settings page without settings offers them: the names of the two forms are facts (4.2), the URLs are invented,
# since they are not public (11.10). The other links are there to lead a client astray.
DOWNLOADS = (
    '<A HREF="http://provisioning.example/settings.xml">XML settings of another host</A><BR>\r\n'
    '<A HREF="settings.htm?settings=save&amp;language=XML">XML settings</A><BR>\r\n'
    '<A HREF="plain_settings.htm">Plain text settings</A><BR>\r\n<A HREF="/xml_settings.htm">Regular XML settings</A>'
)

# Names and numbers of states; only "Idle (29)" was seen, and only in a log line (4.2). The others are invented.
GUI_STATES = {
    "dial": "Dialing (5)",
    "transfer": "Transferring (15)",
    "held": "Transferring (15)",
    "confirm": "Transferring (15)",
    "menu": "Menu (30)",
    "missed": "List (31)",
    "dialed": "List (31)",
    "received": "List (31)",
    "idle": "Idle (29)",
    "calling": "Calling (7)",
    "ringing": "Ringing (9)",
    "in_call": "Connected (12)",
    "holding": "Holding (14)",
}


def uptime_text(seconds: float) -> str:
    """Write an uptime as ``3 days, 02:10:05`` [invented]."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    clock = f"{hour:02}:{minute:02}:{second:02}"
    return f"{days} day{'s' if days > 1 else ''}, {clock}" if days else clock


def frame(phone: Phone, body: str) -> str:
    """Put a body into a page; old firmware writes tags in capitals [invented]. The title is a fact (2.6)."""
    title = html.escape(phone.keys.title or f"snom {phone.keys.model}")
    if phone.generation >= 10:
        return f"<html><head>\n<title>{title}</title>\n</head><body>\n{body}\n</body></html>\n"
    return f"<HTML><HEAD>\r\n<TITLE>{title}</TITLE>\r\n</HEAD><BODY>\r\n{body}\r\n</BODY></HTML>\r\n"


def home(phone: Phone) -> str:
    lines = ["<H1>Welcome to Your Phone!</H1>"]
    if not phone.settings["http_pass"]:
        lines.append("<P>HTTP password not set</P>")  # the hint is a fact (2.1)
    if "home" in phone.keys.call_shown_in:
        lines.append(f"<P>Active calls: {len(phone.legs)}</P>")  # invented
    lines.append('<FORM method="POST" action="index.htm">Call a number: <INPUT name="NUMBER">')
    if phone.settings.on("use_hidden_tags"):
        lines.append('<INPUT type="hidden" name="tag" value="4f1d">')  # that there is one: 2.4; its name is invented
    lines.append("</FORM>")
    for name in screens.LISTS:  # how the page shows them is invented
        numbers = phone.lists[name]
        lines.append(f"<H2>{screens.TITLES[name]} ({len(numbers)})</H2>")
        if numbers:
            lines.append("<UL>" + "".join(f"<LI>{html.escape(number)}</LI>" for number in numbers) + "</UL>")
    return frame(phone, "\n".join(lines))


def info(phone: Phone) -> str:
    """Show System Information. Labels of firmware and MAC: 4.1; uptime and identities are invented."""
    model, version = firmware.image_model(phone.keys.model), phone.shows_early or phone.keys.firmware
    name, mac = f"snom{model}", phone.keys.faults.wrong_mac or phone.keys.mac
    pairs = [mac[i : i + 2] for i in range(0, 12, 2)]
    lines: list[tuple[str, str]]
    if phone.generation >= 10:
        lines = [("Firmware Version", f"{name}-SIP {version}"), ("Mac", mac)]
        if phone.keys.model.startswith("D"):
            lines.append(("Hardware", phone.keys.model))
    elif phone.generation >= 8:
        lines = [
            ("Phone Type", f"{name}-SIP"),
            ("MAC-Address", ":".join(pairs)),
            ("Firmware-Version", f"{name}-SIP {version} {firmware.boot_loader(model, version)}"),
        ]
    else:
        lines = [
            ("MAC Address", "-".join(pairs)),
            ("Application Version", f"{name}-SIP {version}"),
            ("Rootfs Version", f"{name} jffs2 v3.36"),
        ]
    if phone.keys.faults.hides_mac:
        lines = [line for line in lines if not line[0].lower().startswith("mac")]
    lines += [(f"Expansion Module {i}", f"{module} ") for i, module in enumerate(phone.keys.expansion_modules, 1)]
    lines.append(("Uptime", uptime_text(phone.uptime())))
    if not phone.keys.identity_page:
        lines += _registrations(phone)
    # Latin-1 without saying so, and an entity: what a reader of old pages has to bear [invented].
    lines.append(("Ger\xe4tename", f"{name}&nbsp;&middot;&nbsp;B\xfcro"))
    return frame(phone, _laid_out(phone, lines))


def identities(phone: Phone) -> str:
    """Show the registrations, on a page that one phone's own list names (11.10); what it holds is inferred there."""
    return frame(phone, _laid_out(phone, _registrations(phone)))


def _registrations(phone: Phone) -> list[tuple[str, str]]:
    return [
        (f"Identity {number} Status", f"{one.address}: {'registered' if one.registered else 'not registered'}")
        for number, one in enumerate(phone.identities, 1)
    ]


def _laid_out(phone: Phone, lines: list[tuple[str, str]]) -> str:
    match phone.keys.page_layout:
        case "table":
            rows = "\n".join(f"<TR><TD>{label}:</TD><TD>{value}</TD></TR>" for label, value in lines)
            return f"<H1>System Information</H1>\n<TABLE>\n{rows}\n</TABLE>"
        case "list":
            rows = "\n".join(f"<LI>{label}: {value}" for label, value in lines)
            return f"<H1>System Information</H1>\n<UL>\n{rows}\n</UL>"
        case _:
            return "System Information<BR>\n" + "<BR>\n".join(f"{label}: {value}" for label, value in lines)


def gui(phone: Phone) -> str:
    """Show the text of the screen (4.2). The line with the state is invented."""
    lines = screen(phone)
    if "gui" in phone.keys.call_shown_in:
        shown = phone.call_state if phone.screen.name == "main" else phone.screen.name
        lines.insert(0, f"State {GUI_STATES[shown]}")
    return "\r\n".join(lines) + "\r\n"


def screen(phone: Phone) -> list[str]:
    """What stands on the screen. Of its form only the arrow of the cursor is known (4.2)."""
    if phone.screen.name != "main":
        rows = screens.rows(phone)
        marked = [("\u2192 " if i == phone.screen.cursor else "  ") + row for i, row in enumerate(rows)]
        typed = [phone.screen.typed] if phone.screen.name in ("dial", "transfer") else []
        return [screens.TITLES[phone.screen.name], *typed, *marked]
    if not phone.legs:
        return ["09:41  Mon 23.11.", *(identity.user for identity in phone.identities)]
    *others, selected = phone.legs
    return [selected.peer.user, "00:07", *(leg.peer.user for leg in others)]


def settings(phone: Phone, layout: str) -> str:
    """Show all settings as text or XML (4.2), with marks for the permission (5.4), or links to them.

    Passwords are not shown (4.2). What stands in their place is not public, so there are three ways.
    """
    if layout == "download":
        return frame(phone, DOWNLOADS)
    if layout == "unlinked":
        return frame(phone, "<P>Settings</P>")
    shown = {name: _shown(phone, name) for name in sorted(phone.settings) if _has(phone, name)}
    if layout == "xml":
        return _settings_xml(phone, shown)
    marks = ("!", "$", "")  # all three mean "may be changed"; which one stands where is invented
    lines = "\n".join(
        f"{name}{'&' if phone.settings.is_read_only(name) else marks[len(name) % 3]}: {value}"
        for name, value in shown.items()
    )
    return frame(phone, f"<PRE>\n{html.escape(lines)}\n</PRE>") if layout == "pre" else lines + "\n"


def settings_layout(phone: Phone) -> str:
    return phone.keys.settings_layout or (
        "xml" if phone.generation >= 10 else "pre" if phone.generation == 8 else "text"
    )


def _has(phone: Phone, name: str) -> bool:
    """Whether a settings page has a line for this setting."""
    if name == "webserver_admin_password" and not phone.keys.has_webserver_admin_password:
        return False
    return not is_secret(name) or phone.keys.secrets_shown != "absent"


def _shown(phone: Phone, name: str) -> str:
    if not is_secret(name):
        return phone.settings[name]
    return "********" if phone.keys.secrets_shown == "masked" and phone.settings[name] else ""


def _settings_xml(phone: Phone, shown: dict[str, str]) -> str:
    rows = []
    for name, value in shown.items():
        tag, index = split_index(name)
        idx = f' idx="{index}"' if index else ""
        perm = "R" if phone.settings.is_read_only(name) else ("" if index else "RW")
        rows.append(f'<{tag}{idx} perm="{perm}">{html.escape(value)}</{tag}>')
    body = "\n".join(rows)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<settings><phone-settings>\n{body}\n</phone-settings></settings>\n'


def plain(phone: Phone, text: str) -> str:
    """Make a page with nothing to read but one line [invented]."""
    return frame(phone, f"<P>{text}</P>")
