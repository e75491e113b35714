# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._phone.facts import Identity, SettingForm
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.call_lists import read_call_lists
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.pages import (
    HomePage,
    SystemPage,
    asks_admin_password,
    is_lockout,
    is_phone_manager,
    read_call_count,
    read_gui,
    read_gui_phase,
    read_home,
    read_settings,
    read_system,
    refuses_login,
    settings_downloads,
)
from hypothesis import example, given
from hypothesis import strategies as st

# No real page is public (protocol 11.1): lines that are (protocol 2.6, 4.1), and invented ones around them.
FIRMWARE_6 = """<HTML><HEAD><TITLE>snom 320</TITLE></HEAD><BODY><H1>System Information</H1>
<TABLE BORDER=0>
<TR><TD>Phone Type:</TD><TD>snom320-SIP</TD></TR>
<TR><TD>MAC-Address:</TD><TD>00:04:13:24:12:34</TD></TR>
<TR><TD>Application Version:</TD><TD>snom320-SIP 6.5.20</TD></TR>
<TR><TD>Rootfs Version:</TD><TD>snom320 jffs2 v3.36</TD></TR>
<TR><TD>Linux Version:</TD><TD>snom320 linux 3.38</TD></TR>
<TR><TD>Identity 1 Status:</TD><TD>100@pbx.example: registered</TD></TR>
<TR><TD>Identity 2 Status:</TD><TD>101@pbx.example: not registered</TD></TR>
<TR><TD>Uptime:</TD><TD>3 days, 02:10:05</TD></TR>
</TABLE></BODY></HTML>
"""
FIRMWARE_7 = """<html><head><title>snom 360</title></head><body>
Application&nbsp;Version: snom360-SIP 7.3.14 1.1.3-s<br>
Rootfs Version: snom360 (ramdisk) 3.38<br>
MAC Address: 00-04-13-23-AB-CD<br>
Identity 1 Status: 200@pbx.example: registered<br>
Uptime: 02:10:05<br>
</body></html>
"""
FIRMWARE_8 = """<html><head><TITLE>snom 320</TITLE><script>var state = "connected"; // Mac: 000000000001
</script></head><body><ul><li><b>Firmware-Version:</b> snom320-SIP 8.7.5.35 1.1.3-u</li>
<li><b>MAC:</b> 000413241234</li><li>Identity 1 Status: 100@pbx.example: registered</li></ul></body></html>
"""
FIRMWARE_10 = """<!DOCTYPE html><html><head><title>snomD785-922D24</title></head><body><div>
<p>Firmware Version: snomD785-SIP 10.1.54.13 2010.12-00004-g9ba52f5</p><p>Mac: 000413922D24</p><p>Hardware: D785</p>
<p>USB Expansion Module 1: D7C 1.6.1</p><p>USB Expansion Module 2: D7 2.1.1</p>
<p>Identity 1 Status: 100@pbx.example: registered</p>
</div></body></html>
"""
PHONE_MANAGER = "<!doctype html><html><head><title>Phone Manager</title></head><body><div id=app></div></body></html>"
FORBIDDEN = (
    "<HTML><HEAD>\r\n<TITLE>snom VoIP phone: Error</TITLE>\r\n</HEAD><BODY>\r\n<H1>Forbidden</H1></BODY></HTML>\r\n"
)
LOCKED_OUT = "<html><body><h1>snom 320</h1><p>The web interface is blocked. Try again in 1 minute.</p></body></html>"
USER_MODE = "<html><body><form>Administrator&nbsp;password: <input type=password></form></body></html>"
HOME = "<html><head><TITLE>snom 320</TITLE></head><body><a href='adr.htm'>Directory</a><br>{}<br></body></html>"
GUI = "State {}\nThu 27 Jan\n→ 100@pbx.example\nRedial\n"

# read_system


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (
            FIRMWARE_6,
            SystemPage(
                model="320",
                firmware=Version.parse("6.5.20"),
                mac="000413241234",
                identities=(Identity(1, "100@pbx.example", True), Identity(2, "101@pbx.example", False)),
                uptime=3 * 86400 + 2 * 3600 + 10 * 60 + 5,
            ),
        ),
        (
            FIRMWARE_7,
            SystemPage(
                model="360",
                firmware=Version.parse("7.3.14"),
                mac="00041323ABCD",
                identities=(Identity(1, "200@pbx.example", True),),
                uptime=2 * 3600 + 10 * 60 + 5,
            ),
        ),
        (
            FIRMWARE_8,
            SystemPage(
                model="320",
                firmware=Version.parse("8.7.5.35"),
                mac="000413241234",
                identities=(Identity(1, "100@pbx.example", True),),
            ),
        ),
        (
            FIRMWARE_10,
            SystemPage(
                model="D785",
                firmware=Version.parse("10.1.54.13"),
                mac="000413922D24",
                expansion_modules=("D7C", "D7"),
                identities=(Identity(1, "100@pbx.example", True),),
            ),
        ),
    ],
    ids=["6", "7", "8", "10"],
)
@pytest.mark.parametrize("case", [str, str.upper, str.lower], ids=["as it is", "upper", "lower"])
def test_system_page_of_each_generation(page: str, told: SystemPage, case: Callable[[str], str]) -> None:
    read = read_system(case(page))
    assert (read.model, read.firmware, read.mac, read.uptime) == (told.model, told.firmware, told.mac, told.uptime)
    if case is str:
        assert read == told


@pytest.mark.parametrize("page", [FIRMWARE_6, FIRMWARE_7, FIRMWARE_8, FIRMWARE_10], ids=["6", "7", "8", "10"])
def test_a_page_cut_off_anywhere_is_never_misread(page: str) -> None:
    whole = read_system(page)
    for length in range(len(page)):
        cut = read_system(page[:length])
        assert cut.firmware in (None, whole.firmware)
        assert cut.model in (None, whole.model)
        assert cut.mac in (None, whole.mac)
        assert cut.uptime in (None, whole.uptime)
        for identity in cut.identities or ():
            assert identity.registered in (None, *(full.registered for full in whole.identities or ()))


@pytest.mark.parametrize(
    ("line", "firmware"),
    [
        ("Firmware-Version: snomD785-SIP 10.1.54.13", "10.1.54.13"),
        ("FIRMWARE VERSION snomD785-SIP 10.1.54.13", "10.1.54.13"),
        ("<td>Firmware-Version</td>\r\n\r\n<td>snomD785-SIP&#32;08.9.3.80</td>", "8.9.3.80"),
        ("<dt>Firmware-Version</dt><dd>snomD785-SIP&#x20;10.1.54.13</dd>", "10.1.54.13"),
        ("<b>Firmware</b>-<i>Version</i>: <font color=red>snomD785-SIP 10.1.54.13</font>", "10.1.54.13"),
        ("Firmware-Version: 10.1.54.13", "10.1.54.13"),
        ("snomD785-SIP 10.1.54.13", "10.1.54.13"),
        ("Firmware-Version: snomD785-SIP 10.1.54.13\nUpdate available: snomD785-SIP 10.1.226.16", "10.1.54.13"),
        ("Firmware-Version: snomD785-SIP 10.1.54.13\nModule Firmware Version: 1.6.1", "10.1.54.13"),
        ("Firmware-Version: snomD785-SIP 10.1.54.13\nFirmware-Version: snomD785-SIP 10.1.54.14", None),
        ("snomD785-SIP 10.1.54.13\nsnomD785-SIP 10.1.226.16", None),
        ("Firmware-Version: snomD785-SIP 10.1.54.13-beta", "10.1.54.13-beta"),
        ("Firmware-Version: snom300-SIP 8.7.5.35-RC1 1.1.3-s", "8.7.5.35-rc1"),
        ("Firmware-Version: snomD785-SIP 10.1.0.0 (Beta)", "10.1.0.0-beta"),
        ("Firmware-Version: snomD785-SIP 10.1.0.0&nbsp;beta", None),
        ("Firmware-Version: snomD785-SIP 10.1.54.13-13", None),
        ("snom 360-SIP 3.60d 113-m", "3.60d"),
        ("Firmware-Version: snom821-SIP 873_19_20130321", None),
        ("Firmware-Version: snomD785-SIP 10.1.54.", None),
        ("Rootfs Version: snom320 jffs2 v3.36", None),
        ("Version: 10.1.54.13", None),
        ("<!-- Firmware-Version: snomD785-SIP 10.1.54.13 -->", None),
        ("<!-- Firmware-Version: snomD785-SIP 10.1.54.13 ", None),
    ],
)
def test_firmware(line: str, firmware: str | None) -> None:
    assert read_system(line + "\n").firmware == (Version.parse(firmware) if firmware else None)


def test_a_version_at_the_very_end_may_be_the_beginning_of_another() -> None:
    assert read_system("Firmware-Version: snomD785-SIP 10.1.54.1").firmware is None


@pytest.mark.parametrize(
    ("page", "model"),
    [
        ("Firmware-Version: snom715-SIP 10.1.54.13\nHardware: D715\n", "715"),
        ("Hardware: D785\n", "D785"),
        ("Hardware: snom 320\n", "320"),
        ("Hardware: Rev2\nFirmware-Version: snom320-SIP 8.7.5.35\n", "320"),
        ("<title>snom D715</title>", "715"),
        ("<title>Reception</title>Firmware-Version: snomD785-SIP 10.1.54.13\n", "D785"),
        # Users can change the title, so it says less than the rest.
        ("<title>snom 320</title>Firmware-Version: snomD785-SIP 10.1.54.13\n", "D785"),
        ("<title>320 Reception</title>", None),
        ("<title>snom 320</title>Firmware-Version: snomD999-SIP 10.1.54.13\n", None),
        ("Firmware-Version: snomD785-SIP 10.1.54.13\nHardware: D735\n", None),
        ("Hardware: D78", None),
    ],
)
def test_model(page: str, model: str | None) -> None:
    assert read_system(page).model == model


@pytest.mark.parametrize(
    ("line", "mac"),
    [
        ("Mac: 000413922D24", "000413922D24"),
        ("MAC Address: 00:04:13:92:2d:24", "000413922D24"),
        ("MAC-Adresse 00-04-13-92-2D-24", "000413922D24"),
        ("<td>MAC</td><td>0004.1392.2D24</td>", "000413922D24"),
        ("MAC=000413922D24 MAC=00:04:13:92:2D:24", "000413922D24"),
        ("Mac: 000413922D24\nWLAN Mac: 000413922D25", None),
        ("Mac: 000413922D2", None),
        ("Mac: 000413922D240", None),
        ("Mac: 00:04:13:92:2D:24:11", None),
        ("Serial: 000413922D24", None),
    ],
)
def test_mac(line: str, mac: str | None) -> None:
    assert read_system(line).mac == mac


@pytest.mark.parametrize(
    ("page", "identities"),
    [
        ("Identity 1 Status: 100@pbx.example: registered\n", (Identity(1, "100@pbx.example", True),)),
        ("Identity 1 Status: 100@pbx.example: REGISTERED\n", (Identity(1, "100@pbx.example", True),)),
        ("Identity 1 Status: Max@Pbx.Example: not registered\n", (Identity(1, "Max@Pbx.Example", False),)),
        ("Identity 12 Status: sip:100@pbx.example:5061: registered", (Identity(12, "sip:100@pbx.example:5061", True),)),
        ("Identity 1 Status: 100 : registered", (Identity(1, "100", True),)),
        ("Identity 1 Status: registered", (Identity(1, None, True),)),
        ("Identity 1 Status: not registered", (Identity(1, None, False),)),
        ("Identity 1 Status: 100@pbx.example: Timeout", (Identity(1, "100@pbx.example", None),)),
        ("Identity 1 Status: Ihr Telefon: registered", (Identity(1, None, True),)),
        (
            "<tr><td>Identity 1 Status:</td><td></td></tr>\n<tr><td>Identity 2 Status:</td><td>registered</td></tr>",
            (Identity(1, None, None), Identity(2, None, True)),
        ),
        (
            "Identity 1 Status: a@b: registered Identity 2 Status: c@d: not registered",
            (Identity(1, "a@b", True), Identity(2, "c@d", False)),
        ),
        # What stands beside the last line, or below it.
        (
            "<td>Identity 1 Status:</td><td>a@b: registered</td><td>Uptime:</td><td>02:10:05</td>",
            (Identity(1, "a@b", True),),
        ),
        ("Identity 1 Status: a@b: not registered Service: registered", (Identity(1, "a@b", False),)),
        ("Identity 1 Status: a@b: Timeout Service: registered", (Identity(1, "a@b", None),)),
        ("Identity 1 Status: Timeout Contact: c@d", (Identity(1, None, None),)),
        (
            "<tr><td>Identity 1 Status:</td><td></td></tr><tr><td>LDAP:</td><td>registered</td></tr>",
            (Identity(1, None, None),),
        ),
        ("Identity 1 Status:\nContact: a@b", (Identity(1, None, None),)),
        ("<td>Identity 1 Status:</td>\n<td>a@b: registered</td>", (Identity(1, "a@b", True),)),
        ("<td>Identity 1 Status:</td>\n<td>not registered</td>", (Identity(1, None, False),)),
        ("<td>Identity 1 Status:</td>\n<td>sip:a@b: registered</td>", (Identity(1, "sip:a@b", True),)),
        ("Identity 1: 100@pbx.example", None),
        ("", None),
    ],
)
def test_identities(page: str, identities: tuple[Identity, ...] | None) -> None:
    assert read_system(page).identities == identities


@pytest.mark.parametrize(
    ("line", "modules"),
    [
        ("Expansion: D7C D3 ", ("D7C", "D3")),
        ("<td>D7</td>", ("D7",)),
        ("Hardware: D785 ", None),
        ("snomD7 ", None),
        ("USB Expansion Module: 0 ", None),
    ],
)
def test_expansion_modules(line: str, modules: tuple[str, ...] | None) -> None:
    assert read_system(line).expansion_modules == modules


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Uptime: 1 day, 00:00:01", 86401),
        ("Up Time: 100:00:00", 360000),
        ("Uptime 2d 01:00:00", 2 * 86400 + 3600),
        ("Uptime: 00:00:00", 0),
        ("Uptime: 02:10", None),
        ("Uptime: 02:61:05", None),
        ("Uptime: 3 weeks, 02:10:05", None),
        ("Uptime: 12345", None),
    ],
)
def test_uptime(line: str, seconds: int | None) -> None:
    assert read_system(line).uptime == seconds


def test_latin_1_text_does_not_shift_what_is_read() -> None:
    page = "<p>Gerät: Büro İstanbul ẞ</p><p>Identity 1 Status: Müller@pbx.example: registered</p>"
    assert read_system(page).identities == (Identity(1, "Müller@pbx.example", True),)


@pytest.mark.parametrize("page", ["", " ", "\0\0", "<", "<html>", PHONE_MANAGER, FORBIDDEN, LOCKED_OUT, USER_MODE])
def test_nothing_is_invented(page: str) -> None:
    assert read_system(page) == SystemPage()


# read_home and read_gui


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("Active calls: 0", "idle"),
        ("<td>Active calls:</td><td>0</td>", "idle"),
        ("Active calls: 1", "in_call"),
        ("Active calls: 10", "in_call"),
        ("Active call: 1", "in_call"),
        ("Active calls: 0 State Connected (12)", "in_call"),
        ("Active calls: none", "unknown"),
        ("Missed calls: 0", "unknown"),
        ("", "unknown"),
    ],
)
def test_home_page(line: str, state: str) -> None:
    assert read_home(HOME.format(line)) == HomePage(model="320", call_state=state)


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("Active calls: 2", 2),
        ("<td>Active calls:</td><td>0</td>", 0),
        ("Active calls: 2<br>Active calls: 1", None),
        ("Inactive calls: 2", None),
        ("Missed calls: 2", None),
        ("", None),
    ],
)
def test_how_many_calls_there_are(line: str, count: int | None) -> None:
    assert read_call_count(HOME.format(line)) == count


@pytest.mark.parametrize(
    ("line", "lacks"),
    [
        ("HTTP password not set", True),
        ("<b>HTTP</b> Password is not set!", True),
        ("HTTP password set", False),
        ("Admin password not set", False),
        ("", False),
    ],
)
def test_the_hint_that_there_is_no_password(line: str, lacks: bool) -> None:
    assert read_home(HOME.format(line)).lacks_password is lacks


@pytest.mark.parametrize(
    ("title", "model"),
    [
        ("snom 320", "320"),
        ("snom D715", "715"),
        ("snomD305-8325FE", "D305"),
        ("snom 105 VoIP Phone :: Home", "105"),
        ("snom&#32;300", "300"),
        ("M700", None),
        ("Reception", None),
        ("320", None),
    ],
)
def test_title_of_the_home_page(title: str, model: str | None) -> None:
    assert read_home(f"<HTML><HEAD><TITLE>{title}</TITLE></HEAD></HTML>").model == model


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Idle (29)", "idle"),
        ("IDLE", "idle"),
        ("Connected (12)", "in_call"),
        ("Calling (7)", "in_call"),
        ("Ringing (9)", "in_call"),
        ("Holding (14)", "in_call"),
        ("Incoming", "in_call"),
        ("Menu (3)", "unknown"),
        ("Idler (29)", "unknown"),
        ("", "unknown"),
    ],
)
@pytest.mark.parametrize("html", [False, True])
def test_screen(name: str, state: str, html: bool) -> None:
    page = GUI.format(name)
    if html:
        page = "<html><body><pre>" + page + "</pre></body></html>"
    assert read_gui(page) == state


@pytest.mark.parametrize("sign", ["Connected", "100 on hold", "Incoming call", "Dialing", "Ringing...", "Held"])
def test_a_word_of_a_call_is_a_call_unless_the_screen_says_that_it_is_idle(sign: str) -> None:
    for page in (
        f"{sign}\n",
        f"Active calls: 0\n{sign}\n",
        f"State Menu (30)\n{sign}\n",
        f"Not in State Idle {sign}\n",
    ):
        assert read_gui(page) == read_gui_phase(page) == "in_call"
    for page in (
        f"State Idle\r\n{sign}\r\n",
        GUI.format("Idle (29)") + sign,
        f"<p>State Idle (29)</p>ACME {sign} Ltd.",
    ):
        assert read_gui(page) == read_gui_phase(page) == "idle"


@pytest.mark.parametrize("line", ["Active calls: 1", "State Connected (12)"])
def test_a_call_outweighs_idleness(line: str) -> None:
    page = GUI.format("Idle (29)") + line
    assert read_gui(page) == read_gui_phase(page) == "in_call"


@pytest.mark.parametrize("word", ["Disconnected", "Withheld", "Upholding", "Inactive calls: 1"])
def test_a_part_of_a_word_is_no_call(word: str) -> None:
    assert read_gui(f"{word}\nActive calls: 0") == "idle"


@pytest.mark.parametrize("word", ["Upstate Idle", "Inactive calls: 0"])
def test_a_part_of_a_word_is_no_idleness(word: str) -> None:
    assert read_gui(word) == "unknown"


@pytest.mark.parametrize("page", ["", "Verbunden", PHONE_MANAGER, FORBIDDEN, LOCKED_OUT, USER_MODE, FIRMWARE_10])
def test_no_state_is_invented(page: str) -> None:
    assert read_gui(page) == "unknown"


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("Idle (29)", "idle"),
        ("Dialing (5)", "dialing"),
        ("Calling (7)", "calling"),
        ("Ringback (8)", "calling"),
        ("Ringing (9)", "ringing"),
        ("Connected (12)", "connected"),
        ("Holding (14)", "holding"),
        ("Connected_transfer", "unknown"),
        ("Menu (3)", "unknown"),
    ],
)
def test_phases_of_a_call(state: str, phase: str) -> None:
    assert read_gui_phase(GUI.format(state)) == phase
    assert read_gui_phase(f"<html><p>State {state}</p></html>") == phase


@pytest.mark.parametrize(
    ("page", "phase"),
    [
        # Two states, or a call beside idleness: a call, and nothing more is sure.
        ("State Connected (12)\nState Holding (14)", "in_call"),
        ("State Idle (29)\nActive calls: 1", "in_call"),
        ("State Idle (29)\nState Connected (12)", "in_call"),
        ("State Offered\nState Idle (29)", "in_call"),
        ("State Idle (29)\nState On_Hold (3)", "in_call"),
        ("State On_Hold (3)", "in_call"),
        # A state is not always alone in its line, nor in one line with its name.
        ("State Idle (29)\nLine 2: State Connected", "in_call"),
        ("Line 1: State Idle\nLine 2: State Offered", "in_call"),
        ("State Idle\nState\nOffhook", "unknown"),
        ("Line 1: State Idle, line 2: State Auto_Redial", "unknown"),
        ("Line 1: State Idle, line 2: State Closed", "idle"),
        ("state offhook\nstate idle", "unknown"),
        ("state idle\nstate auto_redial", "unknown"),
        ("state idle\nstate closed", "idle"),
        ("Active calls: 1", "in_call"),
        ("Active calls: 0", "idle"),
        ("", "unknown"),
    ],
)
def test_phases_that_are_not_sure(page: str, phase: str) -> None:
    assert read_gui_phase(page) == phase


@pytest.mark.parametrize(
    ("page", "lists"),
    [
        ("Missed calls: 3\nDialled numbers: 0\nReceived calls (12)", {"missed": 3, "dialed": 0, "received": 12}),
        ("<tr><td>Missed Calls:</td><td>0</td></tr><li>Dialed Numbers: 7", {"missed": 0, "dialed": 7}),
        ("<li>Missed calls:&nbsp;5", {"missed": 5}),
        # Two numbers are none; a time of day or a number that was called is not how many there are.
        ("Missed calls: 3\nMissed calls: 4", {}),
        ("Missed calls 09:41", {}),
        ("Missed calls: 23.11.", {}),
        ("Missed calls: 0049301234", {}),
        ("Missed calls", {}),
        ("Active calls: 1", {}),
        ("", {}),
    ],
)
def test_call_lists(page: str, lists: dict[str, int]) -> None:
    assert read_call_lists(page) == lists


# read_settings

TEXT = """# settings
user_name1!: 100
setting_server&: http://pbx.example/?mac={mac}&copy=1
fkey0$: blf <sip:200@pbx.example;user=phone>|*8
fkey_label0!:
update_policy: settings_only
http_user :
"""
SETTINGS = {
    "user_name1": "100",
    "setting_server": "http://pbx.example/?mac={mac}&copy=1",
    "fkey0": "blf <sip:200@pbx.example;user=phone>|*8",
    "fkey_label0": "",
    "update_policy": "settings_only",
    "http_user": "",
}
XML = """<?xml version="1.0" encoding="utf-8"?>
<settings><phone-settings e="2">
<user_name idx="1" perm="">100</user_name>
<setting_server perm="R">http://pbx.example/?mac={mac}&amp;copy=1</setting_server>
<fkey idx='0' context="active" label="" perm="RW">blf &lt;sip:200@pbx.example;user=phone&gt;|*8</fkey>
<update_policy perm="RW">settings_only</update_policy>
<http_user perm=" "/>
</phone-settings></settings>
"""


@pytest.mark.parametrize(
    "page",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        "<html><head><title>snom 320</title></head><body><pre>\n" + TEXT + "</pre></body></html>",
        XML,
        XML.replace("\n", ""),
        "\ufeff\r\n" + XML,
        "<html><body><pre>\n" + XML + "</pre></body></html>",
    ],
    ids=["text", "CRLF", "CR", "pre", "XML", "one line", "byte order mark", "XML in pre"],
)
def test_settings(page: str) -> None:
    found = read_settings(page)
    assert found and (found.values, found.read_only) == (SETTINGS, frozenset({"http_user", "setting_server"}))
    assert found.forms["setting_server"].perm in ("&", "R")


def test_xml_tells_what_stands_beside_a_value() -> None:
    found = read_settings(XML.replace('label=""', 'short_label_mode="icon" lp=\'off\' label="A&#10;B"'))
    assert found and found.forms == {
        "user_name1": SettingForm("user_name", 1),
        "setting_server": SettingForm("setting_server", None, "R"),
        "fkey0": SettingForm(
            "fkey", 0, "RW", {"context": "active", "short_label_mode": "icon", "lp": "off", "label": "A\nB"}
        ),
        "update_policy": SettingForm("update_policy", None, "RW"),
        "http_user": SettingForm("http_user", None, " "),
    }
    assert found.values["fkey_label0"] == "A\nB"


@pytest.mark.parametrize(
    ("perm", "read_only"),
    [
        ("RO", True),
        ("R", True),
        ("RV", True),
        ("v", True),
        ("#", True),
        ("rw", False),
        ("RWV", False),
        ("!", False),
        ("", False),
    ],
)
def test_what_only_provisioning_changes(perm: str, read_only: bool) -> None:
    found = read_settings(f'<settings><language perm="{perm}">English</language></settings>')
    assert found and found.read_only == (frozenset({"language"}) if read_only else frozenset())


def test_what_users_do_not_see_in_text_is_read_and_read_only() -> None:
    found = read_settings("language!: English\nhttp_user#: admin\n")
    assert found and (found.values["http_user"], found.read_only) == ("admin", {"http_user"})


def test_names_with_capitals_are_names() -> None:
    assert values('<settings><use_NTLMv2 perm="">on</use_NTLMv2><VLAN perm="">off</VLAN></settings>') == {
        "use_NTLMv2": "on",
        "VLAN": "off",
    }
    assert values("use_NTLMv2!: on\nVLAN&: off\nlanguage!: English\n") == {
        "use_NTLMv2": "on",
        "VLAN": "off",
        "language": "English",
    }


def test_the_first_line_counts_also_behind_a_byte_order_mark() -> None:
    for page in ("\ufefflanguage!: English\nphone_name&: x\n", "\ufefflanguage: English\nphone_name: x\n"):
        read = read_settings(page)
        assert read is not None and read.values == {"language": "English", "phone_name": "x"}


def test_what_xml_escapes_and_comments_on_is_read_as_xml_has_it() -> None:
    read = read_settings(
        '<settings><phone-settings><!-- <language perm="">German</language> -->'
        '<phone_name perm="&amp;"><![CDATA[A & <b>]]></phone_name></phone-settings></settings>'
    )
    assert read is not None and read.values == {"phone_name": "A & <b>"}
    assert read.read_only == {"phone_name"} and read.forms["phone_name"].perm == "&"


def test_plain_names_are_settings_where_most_lines_are() -> None:
    assert values("http_user: admin\nhttp_pass:\n") == {"http_user": "admin", "http_pass": ""}
    assert values("<li>http_user: admin<li>http_port: 80") == {"http_user": "admin", "http_port": "80"}


def test_a_setting_cut_off_in_xml_is_not_a_setting() -> None:
    assert values('<a perm="">1</a><b perm="">2') == {"a": "1"}


def test_values_may_hold_anything() -> None:
    assert values("a!: <b>x</b> &amp; y:z\nb!: http://h/?perm=1&x perm=2\n") == {
        "a": "<b>x</b> &amp; y:z",
        "b": "http://h/?perm=1&x perm=2",
    }
    assert values('a!: <x perm="R">y</x>\nb!: 1\n') == {"a": '<x perm="R">y</x>', "b": "1"}
    assert values('<settings><a label="x>y" perm="">1 &gt; 0: &amp;amp;</a></settings>') == {"a": "1 > 0: &amp;"}


def test_the_label_of_a_function_key_is_a_setting_of_its_own() -> None:
    page = '<fkey idx="0" context="active" label="A &amp; B" perm="">line</fkey>'
    assert values(page) == {"fkey0": "line", "fkey_label0": "A & B"}
    assert values(page + '<fkey_label idx="0" perm="">C</fkey_label>')["fkey_label0"] == "C"


def values(page: str) -> dict[str, str]:
    found = read_settings(page)
    assert found
    return found.values


# settings_downloads

LINKS = """<html><title>snom D785</title><a href="settings.htm">Settings</a> <A HREF='plain_settings.txt'>Text</A>
<a href=/xml_entities.htm>XML</a> <a class="x" href="dump.htm">regular <b>XML settings</b></a>
<a href="/dump.cfg">Regular XML settings</a> <a href="http://else.example/settings.xml">XML settings</a>
<a href="//else.example/settings.xml">XML settings</a> <a href="settings.htm?settings=save&amp;xml=1">XML settings</a>
<a href="javascript:xml_settings()">XML settings</a> <a href="/s\u00e4ttings.xml">XML settings</a>
<a href="/other/settings.xml">more settings</a> <a href="http://[settings.xml">XML</a></html>"""


def test_downloads_are_paths_of_the_phone_xml_first() -> None:
    assert settings_downloads(LINKS) == ["/dump.cfg", "/plain_settings.txt"]


@pytest.mark.parametrize("page", ["", "<html></html>", PHONE_MANAGER, FIRMWARE_10, "<a href=settings.xml" * 1000])
def test_no_downloads(page: str) -> None:
    assert settings_downloads(page) == []


@pytest.mark.parametrize(
    "page",
    [
        "",
        "\n",
        "<settings></settings>",
        '<div class="x" perm=',
        PHONE_MANAGER,
        FORBIDDEN,
        LOCKED_OUT,
        USER_MODE,
        FIRMWARE_6,
        FIRMWARE_7,
        FIRMWARE_8,
        FIRMWARE_10,
        GUI,
        HOME,
        "Note that\nthis page\nwill not: help\nyou\n",
    ],
)
def test_other_pages_are_no_settings(page: str) -> None:
    assert read_settings(page) is None


# What kind of page

PAGES = {
    "firmware 6": FIRMWARE_6,
    "firmware 7": FIRMWARE_7,
    "firmware 8": FIRMWARE_8,
    "firmware 10": FIRMWARE_10,
    "home": HOME,
    "screen": GUI,
    "text settings": TEXT + "block_url_dialing!: blocked\n",
    "xml settings": XML.replace("settings_only", "blocked; ask for the administrator password"),
    "long": "<p>Blocked numbers</p>" + "<p>a word</p>" * 200,
    # Callers that withhold their number are often called so.
    "screen with a caller": GUI.format("Ringing (9)") + "Blocked\n",
    "box for a number": HOME.format('Call a number: <INPUT name="NUMBER"><LI>Blocked'),
    "list of calls": HOME.format("<H2>Missed Calls (1)</H2><LI>Blocked</LI>"),
    "a caller of that name": GUI.format("Ringing (9)") + "Login failed!\n",
    "a log that tells of it": FIRMWARE_8 + "<p>Login failed!</p>",
    "a sentence on it": "<p>Nobody's login failed since Monday.</p>",
    "user of an identity": FIRMWARE_8.replace("100@", "blocked@"),
    "empty": "",
}
KINDS = {
    is_phone_manager: [PHONE_MANAGER, PHONE_MANAGER.upper(), "<title>\n Phone Manager - D865 </title>"],
    is_lockout: [
        LOCKED_OUT,
        LOCKED_OUT.upper(),
        "blocked",
        "<p>Access blocked</p><p>State of the web interface: try again later</p>",
        '<p>Access is blocked.</p><form><input type="submit" value="Again"><input name="p" type=password></form>',
    ],
    refuses_login: [
        "<html><body><h1>Login failed!</h1></body></html>",
        "<p>LOGIN FAILED</p><form>User: <input name=u> Password: <input name=p type=password></form>",
        "Login failed.",
    ],
    asks_admin_password: [
        USER_MODE,
        USER_MODE.replace("&nbsp;", " ").upper(),
        "Please enter the Admin-Password",
        "Administrator <b>Password</b>",
    ],
}


@pytest.mark.parametrize(("kind", "page"), [(kind, page) for kind, pages in KINDS.items() for page in pages])
def test_each_kind_of_page_is_known_and_no_other(kind: Callable[[str], bool], page: str) -> None:
    assert [other for other in KINDS if other(page)] == [kind]


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_that_works_is_of_no_such_kind(page: str) -> None:
    assert [kind for kind in KINDS if kind(page)] == []


# Anything at all

READERS: list[Callable[[str], object]] = [
    read_system,
    read_home,
    read_call_count,
    read_call_lists,
    read_gui,
    read_gui_phase,
    read_settings,
    settings_downloads,
    *KINDS,
]
FRAGMENTS = [
    "<",
    ">",
    "<td>",
    "</pre>",
    "<!--",
    "<script",
    "&",
    "&#",
    "&nbsp;",
    "\n",
    " ",
    ":",
    "0",
    "9",
    ".",
    "\udcff",
]
FRAGMENTS += [
    "mac",
    "firmware version",
    "snom320-sip ",
    "identity 1 status",
    "registered",
    "uptime",
    "active calls",
    "perm=",
]


@given(st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=3))).map("".join)))
@example("&#" + "9" * 5000 + ";")
def test_no_text_breaks_a_reader(page: str) -> None:
    for reader in READERS:
        assert reader(page) == reader(page)


@pytest.mark.parametrize(
    "noise",
    [
        "<",
        "&#",
        "&#9",
        "<!--",
        "<script ",
        "<td ",
        "</script ",
        "<title",
        " ",
        "a",
        "1.",
        "a!:",
        "<a perm=",
        "<a perm=''>",
        "mac 00:",
        "identity 1 status ",
        "firmware version 1.2.",
        "snom320-sip 1",
        "uptime 1 day 1:",
        "state ",
        f"<a {'href=' * 120}",
    ],
)
def test_noise_takes_linear_time(noise: str) -> None:
    check_time(noise * (300_000 // len(noise)))


def test_any_number_of_links_takes_linear_time() -> None:
    check_time("".join(f"<a href=/setting{number}.xml>x</a>" for number in range(20_000)))


def check_time(page: str) -> None:
    for reader in READERS:
        started = time.process_time()
        reader(page)
        # Linear time is about 0.1 s on a slow machine; quadratic time would be a minute.
        assert time.process_time() - started < 3
