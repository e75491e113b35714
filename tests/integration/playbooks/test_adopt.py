# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Phones that exist are described in variables, by themselves or by their files; applying these changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from .bench import Bench, Run, phone
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


def adopt(found: Bench, *arguments: str, **more: Any) -> Run:
    # Beside the inventory, where Ansible looks for variables.
    variables = {"snom_hosts": "phones", "snom_adopt_dir": str(found.folder)} | more
    return found.play("telephony.snom.adopt", *arguments, variables=variables)


def test_applying_what_was_written_changes_nothing(start: StartBench) -> None:
    found = start(PHONES | UNREADABLE)
    # The run before, with --check, wrote nothing: else the files would be there.
    run = adopt(found)
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


def test_one_phone_has_all_of_its_own(start: StartBench) -> None:
    found = start({"pre-8": PHONES["pre-8"]})
    assert adopt(found).code == 0
    assert yaml.safe_load((found.folder / "group_vars" / "phones.yml").read_text()) == {"snom_settings_all": {}}
    assert set(found.play([APPLY]).recap.values()) == {"ok"}


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
        run = adopt(found, snom_adopt_files=f"{server.url}/p/{{mac}}.xml")
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
