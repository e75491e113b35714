# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones that exist are described in variables, by themselves or by their files; applying these changes nothing."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from .bench import REHEARSES, Bench, Run, phone
from .conftest import StartBench
from .test_catalog import vendor

D785 = {"model": "D785", "firmware": "10.1.84.12"}
COMMON = {
    "language": "Deutsch",
    "use_hidden_tags": "off",
    "update_policy": "settings_only",
    "user_realname1": "Büro: <7> & 'Labor' #1",
    "setting_server": "http://u:n0t-to-be-seen@pbx.example/",
    "user_pass1": "n0t-to-be-seen at the PBX",
}
KEYS = {f"fkey{number}": f"blf <sip:{number:03}@pbx.example;user=phone>|*8" for number in range(12)}
PHONES = {
    "text-6": phone(firmware="6.5.20", settings=COMMON | {"dnd_mode": "on", "phone_name": "yes"}),
    "text-7": phone(firmware="7.3.14", settings=COMMON | KEYS, auth="digest"),
    "pre-8": phone(firmware="8.7.5.35", settings=COMMON | {"fkey0": "line"}, read_only_settings=["language"]),
    "xml-10": phone(**D785, settings=COMMON | {"phone_name": "  0012"}, secrets_shown="masked"),
    "download": phone(**D785, settings=COMMON | {"dhcp": "off", "ip_adr": "192.0.2.7"}, settings_layout="download"),
    "unlinked": phone(**D785, settings=COMMON, settings_layout="unlinked", password=None),
}
UNREADABLE = {
    "gone": phone(running=False),
    "manager": phone(model="D865", firmware="10.1.141.13"),
    "user-mode": phone(admin_mode=False),
    "no-page": phone(faults={"missing_pages": ["settings.htm"]}),
}
APPLY = {
    "name": "Apply",
    "hosts": "phones",
    "gather_facts": False,
    "tasks": [{"name": "Apply", "telephony.snom.snom_settings": {}, "diff": True}],
}


def adopt(found: Bench, *arguments: str, rehearse: bool = REHEARSES, **more: Any) -> Run:
    # Beside the inventory, where Ansible looks for variables.
    variables = {"snom_hosts": "phones", "snom_adopt_dir": str(found.folder)} | more
    return found.play("telephony.snom.adopt", *arguments, variables=variables, rehearse=rehearse)


@pytest.mark.slow
def test_applying_what_was_written_changes_nothing(start: StartBench) -> None:
    found = start(PHONES | UNREADABLE)
    # The run before, with --check, wrote nothing: else the files would be there.
    run = adopt(found, rehearse=True)
    assert {name for name, ended in run.recap.items() if ended == "failed"} == set(UNREADABLE)
    assert (
        "Not described, although the group's settings hold for them, too: gone, manager, no-page, user-mode."
        in run.output
    )
    files = {file.stem: file for file in (found.folder / "host_vars").iterdir()}
    assert files.keys() == PHONES.keys()
    texts = {name: file.read_text("utf-8") for name, file in files.items()}
    texts["group"] = (found.folder / "group_vars" / "phones.yml").read_text("utf-8")
    assert not any("n0t-to-be-seen" in text or "********" in text for text in texts.values())

    shared = yaml.safe_load(texts["group"])["snom_settings_all"]
    assert shared["user_realname"] == {1: COMMON["user_realname1"]}
    # Some phones give it a flag, which says something else than none.
    assert "use_hidden_tags" not in shared
    assert "language" not in shared
    own = {name: yaml.safe_load(texts[name]) for name in PHONES}
    state = found.fleet.phone("xml-10")
    facts = [own["xml-10"][f"snom_{name}"] for name in ("mac", "model", "firmware_version")]
    assert facts == [state["mac"], "D785", "10.1.84.12"]
    assert own["text-7"]["snom_settings"]["fkey"] == {
        number: {"value": KEYS[f"fkey{number}"], "perm": "!"} if number > 9 else KEYS[f"fkey{number}"]
        for number in range(12)
    }
    assert own["text-6"]["snom_settings"]["phone_name"] == "yes"
    assert own["text-6"]["snom_settings"]["use_hidden_tags"] == {"value": False, "perm": "!"}
    assert own["xml-10"]["snom_settings"]["use_hidden_tags"] is False
    assert own["download"]["snom_settings"]["ip_adr"] == "192.0.2.7"
    assert own["pre-8"]["snom_settings"]["language"] == {"value": "Deutsch", "perm": "&"}
    assert "# Left out: dnd_mode, users change it" in texts["text-6"]
    assert "# Left out: http_pass, a secret" in texts["xml-10"]

    before = found.fleet.counters()["writes"]
    limited = ["--limit", ",".join(PHONES)]
    applied = found.play([APPLY], *limited)
    assert set(applied.recap.values()) == {"ok"}
    for result in applied.results("snom_settings").values():
        left = [result[name] for name in ("written", "read_only", "unknown", "unverified")]
        assert left == [[]] * 4
    assert found.fleet.counters()["writes"] == before

    # Drift shows.
    found.fleet.patch("text-7", settings={"fkey3": "line"})
    drifted = found.check(found.start([APPLY], "--check", *limited).wait())
    assert drifted.recap == dict.fromkeys(PHONES, "ok") | {"text-7": "changed"}


@pytest.mark.slow
def test_nothing_is_overwritten_unless_that_is_wanted(start: StartBench) -> None:
    found = start({name: PHONES[name] for name in ("text-6", "pre-8")})
    (found.folder / "host_vars").mkdir()
    mine = found.folder / "host_vars" / "pre-8.yml"
    mine.write_text("snom_site: berlin\n")
    # It counts from the current directory, for what is there as for what is written.
    folder = os.path.relpath(found.folder, found.out)
    run = adopt(found, snom_adopt_dir=folder)
    assert set(run.recap.values()) >= {"failed"}
    assert "snom_adopt_overwrite=true" in run.output
    assert "pre-8.yml" in run.output
    assert mine.read_text() == "snom_site: berlin\n"
    assert not (found.folder / "group_vars").exists()
    assert found.fleet.counters()["requests"] == 0

    assert adopt(found, snom_adopt_dir=folder, snom_adopt_overwrite=True).code == 0
    assert "snom_settings" in mine.read_text()
    again = adopt(found, snom_adopt_overwrite=True)
    assert set(again.recap.values()) == {"ok"}


@pytest.mark.slow
def test_one_phone_has_all_of_its_own(start: StartBench) -> None:
    found = start({"pre-8": PHONES["pre-8"]})
    assert adopt(found).code == 0
    assert yaml.safe_load((found.folder / "group_vars" / "phones.yml").read_text()) == {"snom_settings_all": {}}
    assert set(found.play([APPLY]).recap.values()) == {"ok"}


@pytest.mark.slow
def test_a_group_is_described_as_a_whole(start: StartBench) -> None:
    found = start({name: PHONES[name] for name in ("text-6", "pre-8")})
    assert "--limit" in adopt(found, "--limit", "pre-8,localhost").output
    assert "name of one group" in adopt(found, snom_hosts="text-6:pre-8").output
    assert found.fleet.counters()["requests"] == 0
    assert not (found.folder / "host_vars").exists()


def test_what_phones_are_served_is_adopted_and_published(start: StartBench) -> None:
    found = start({"desk": phone(**D785), "hall": phone(**D785)})
    macs = {name: found.fleet.phone(name)["mac"] for name in ("desk", "hall")}
    for name, mac in macs.items():
        found.hosts()[name] |= {"snom_mac": mac, "snom_model": "D785"}
    common = "language!: Deutsch\rhttp_pass!: n0t-to-be-seen\rsetting_server!: http://old.example/\rdst!:\r"
    own = (
        '<settings><phone-settings><user_name idx="1" perm="R">{}</user_name>'
        '<user_pass idx="1" perm="R">n0t-to-be-seen {}</user_pass></phone-settings>'
        '<functionKeys><fkey idx="0" label="Büro" perm="">speed 110</fkey></functionKeys>'
        '<tbook complete="true"><item><name>A</name><number>1</number></item></tbook></settings>'
    )
    with vendor(found) as server:
        server.put("p/common.txt", common.encode())
        for mac in macs.values():
            files = f'<file url="{server.url}/p/common.txt"/><file url="own-{{mac}}.xml"/><file url="http://old.example/x"/>'
            server.put(f"p/{mac}.xml", f"<setting-files>{files}</setting-files>".encode())
            server.put(f"p/own-{mac}.xml", own.format(mac, mac).encode())
        run = adopt(found, snom_adopt_files=f"{server.url}/p/{{mac}}.xml", rehearse=True)
    assert run.recap == {"localhost": "changed"}
    assert "Phones described: 2. Settings in common: 5." in run.output
    assert "they lead back to the server that the phones come from: setting_server (2)." in run.output
    assert "Lists name files that are not there: x." in run.output
    assert found.fleet.counters()["requests"] == 0

    written = [file for folder in ("group_vars", "host_vars") for file in (found.folder / folder).rglob("*.yml")]
    assert sorted(file.name for file in written) == ["desk.yml", "hall.yml", "secrets.yml", "settings.yml"]
    (secrets,) = (file for file in written if "n0t-to-be-seen" in file.read_text("utf-8"))
    assert secrets.name == "secrets.yml" and secrets.stat().st_mode & 0o777 == 0o600
    key = found.folder / "key"
    key.write_text("of the vault")
    vault = [str(Path(sys.executable).with_name("ansible-vault")), "encrypt", "--vault-password-file", str(key)]
    subprocess.run([*vault, str(secrets)], check=True, capture_output=True)

    root = found.folder / "published"
    root.mkdir()
    options = {"provisioning_base_url": "https://p.example", "provisioning_web_root": str(root), "snom_hosts": "phones"}
    found.play("telephony.snom.provision", "--vault-password-file", str(key), variables=options, rehearse=False)
    for mac in macs.values():
        asked_for = (root / "current" / f"snomD785-{mac}.htm").read_text("utf-8")
        listed = [
            line.rpartition("/")[0].rpartition("/")[2].strip('" ') for line in asked_for.splitlines() if "url=" in line
        ]
        text = "".join((root / "current" / name).read_text("utf-8") for name in listed)
        for row in (
            '<language perm="!">Deutsch</language>',
            '<dst perm="!"',
            '<http_pass perm="!">n0t-to-be-seen</http_pass>',
            f'<user_name idx="1" perm="R">{mac}</user_name>',
            f'<user_pass idx="1" perm="R">n0t-to-be-seen {mac}</user_pass>',
            '<fkey idx="0" context="active" label="Büro" perm="">speed 110</fkey>',
            "<number>1</number>",
        ):
            assert row in text
        assert "old.example" not in text


Row = tuple[str, str, str]


def rows(given: Iterable[Row]) -> str:
    return "\n".join(f"<{name}{beside}>{html.escape(value)}</{name}>" for name, beside, value in given)


def dump_of_a_720(mac: str) -> bytes:
    """As FusionPBX gives it to a 720: all settings of a phone with all their numbers, what it tells of itself too."""
    plain = {
        "language": "English",
        "dnd_on_code": "",
        "phone_type": "snom720",
        "setting_server": "http://old.example/app/provision/{mac}.xml",
        "dst": "3600 03.05.07 02:00:00 10.05.07 03:00:00",
        "aoc_pulse_currency": "$",
        "http_user": "admin",
        "http_pass": "n0t-to-be-seen",
        "admin_mode_password": "n0t-to-be-seen",
        "admin_mode_password_confirm": "n0t-to-be-seen",
        "vol_ringer": "10",
        "update_policy": "settings_only",
        "advertisement_url": "http://www.example/{web_lng_iso_code}/AddOn",
        "location_template": r"{NAM}\\n{LOC}\\n{HNO}{HNS} {PRD} {RD} {STS} {POD}\\n{A3}, {A1} {PC}",
        "firmware_version": "snom720-SIP 8.7.3.7",
        "laststate": "0",
        "gui_fkey1": "keyevent F_REGS",
        "ldap_name_filter": "(&(cn=*)(sn=%))",
    }
    numbered = {
        "user_realname": ["Büro & <Labor>"],
        "user_name": ["100"],
        "user_host": ["pbx.example"],
        "user_pass": ["n0t-to-be-seen & <such>"],
        "user_outbound": [],
        "codec_priority_list": ["pcmu,pcma,telephone-event"] * 12,
        "dnd_mode": ["off"] * 12,
        "user_dp_str": [r"|(^911$)|sip:\\1@\\d|d"],
    }
    numbers = ((name, number, values) for name, values in numbered.items() for number in range(1, 13))
    settings = [
        *((name, ' perm="RW"' if name == "setting_server" else ' perm=""', text) for name, text in plain.items()),
        *(
            (name, f' idx="{number}" perm=""', values[number - 1] if number <= len(values) else "")
            for name, number, values in numbers
        ),
        ("internal_ringer_text", ' idx="0" perm=""', "ring1"),
        ("web_logout_timer", "", "5"),
    ]
    keys = [("fkey", f' idx="{number}" context="active" label="" perm=""', "line") for number in range(66)]
    sections = (
        f'<phone-settings e="2">\n{rows(settings)}\n</phone-settings><functionKeys e="2">{rows(keys)}</functionKeys>'
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<settings>{sections}<tbook e="2">\n</tbook>'
        f'<dialplan e="2">\n</dialplan></settings><!-- {mac} -->'
    ).encode()


def file_of_a_d120(mac: str) -> bytes:
    """As tancredi gives it to a D120: lines that its template leaves empty, keys of one identity, and an image."""
    settings = [
        ("ring_sound", "", "Ringer1"),
        ("vlan_id", ' perm=""', ""),
        ("ldap_number_filter", ' perm=""', "(|(telephoneNumber=%*)(mobile=%*))"),
        ("setting_server", ' perm="RW"', "https://old.example/provisioning/n0t-to-be-seen/{mac}.xml"),
        ("update_policy", ' perm=""', "auto_update"),
        ("firmware_status", ' perm=""', "https://old.example/provisioning/n0t-to-be-seen/snom-firmware.xml"),
        ("user_pass", ' idx="1" perm=""', "n0t-to-be-seen <é>"),
        ("user_name", ' idx="1" perm=""', "100"),
        ("user_host", ' idx="1" perm=""', "pbx.example"),
        ("user_outbound", ' idx="1" perm=""', "\n        pbx.example:5061;transport=tls\n        "),
        ("fwd_all_enabled", ' idx="1" perm=""', "off"),
    ]
    keys = [
        ("fkey", ' idx="0" context="1" label="" lp="on" perm=""', "line "),
        ("fkey", ' idx="1" context="1" label="Otto &amp; Co" lp="on" perm=""', "blf 202|*8"),
    ]
    text = f"<phone-settings>\n    \n{rows(settings)}\n</phone-settings>\n<functionKeys>\n\n{rows(keys)}</functionKeys>"
    return f'\n\n<?xml version="1.0" encoding="utf-8"?>\n<settings>\n{text}\n</settings><!-- {mac} -->'.encode()


def served(contents: Iterable[bytes]) -> dict[tuple[str, str], tuple[str, dict[str, str]]]:
    """What files give a phone: value and attributes by name and number. Some attributes say no more than none does."""
    found = {}
    for content in contents:
        for item in ElementTree.fromstring(content.strip()).iterfind("*/*"):
            beside = {name: text for name, text in item.attrib.items() if text not in ("", "RW", "active")}
            text = item.text or ""
            found[item.tag, beside.pop("idx", "")] = (text.strip() if "\n" in text else text, beside)
    return found


def test_phones_get_what_fusionpbx_and_tancredi_gave_them(start: StartBench) -> None:
    models = {"desk": "720", "hall": "D120"}
    found = start({name: phone(model=model) for name, model in models.items()})
    macs = {name: found.fleet.phone(name)["mac"] for name in models}
    for name, mac in macs.items():
        found.hosts()[name] |= {"snom_mac": mac, "snom_model": models[name], "snom_firmware_versions": {}}
    folder = found.folder / "served"
    folder.mkdir()
    before = {"desk": dump_of_a_720(macs["desk"]), "hall": file_of_a_d120(macs["hall"])}
    (folder / f"{macs['desk'].lower()}.xml").write_bytes(before["desk"])
    (folder / f"{macs['hall']}.xml").write_bytes(before["hall"])
    image = "https://old.example/firmware/snomD120-10.1.169.16-SIP-r.bin"
    firmware = f"<firmware-settings><firmware perm=''>{image}</firmware></firmware-settings>"
    (folder / "snom-firmware.xml").write_text(f"<?xml version='1.0'?>\n \n{firmware}\n")
    variables = {"snom_hosts": "phones", "snom_adopt_dir": str(found.folder), "snom_adopt_files": str(folder)}
    adopted = found.play("telephony.snom.adopt", variables=variables, rehearse=False).results("snom_setting_files")
    phones = {one["host"]: one for one in adopted["localhost"]["phones"]}
    assert phones["hall"]["version"] == "10.1.169.16" and phones["desk"]["version"] is None
    left_out = {name: set(one["left_out"]) for name, one in phones.items()}
    assert left_out["hall"] == {"setting_server", "firmware_status", "fwd_all_enabled1"}
    assert left_out["desk"] == {
        *("setting_server", "phone_type", "firmware_version", "laststate", "vol_ringer"),
        *(f"dnd_mode{number}" for number in range(1, 13)),
    }

    root = found.folder / "published"
    root.mkdir()
    options = {"provisioning_base_url": "https://p.example", "provisioning_web_root": str(root)}
    options |= {"provisioning_mirror": "https://m.example", "snom_hosts": "phones"}
    # Both register one user: so it was by the files, and adoption says so to the role.
    found.play("telephony.snom.provision", variables=options, rehearse=False, warns="that the 720 itself does not have")
    for name, mac in macs.items():
        lists = [root / "current" / f"snom{models[name]}{end}.htm" for end in ("", f"-{mac}")]
        names = [url for file in lists if file.exists() for url in re.findall('url="[^"]*/(.*?)"', file.read_text())]
        was, is_now = served([before[name]]), served([(root / "current" / one).read_bytes() for one in names])
        assert is_now.pop(("setting_server", "")) == ("https://p.example/current/", {})
        firmware_status = is_now.pop(("firmware_status", ""), ("", {}))[0]
        assert ("firmware-D120-10.1.169.16" in firmware_status) is (name == "hall")
        gone = {key for key in was if "".join(key) in left_out[name]}
        assert is_now == {key: value for key, value in was.items() if key not in gone}
