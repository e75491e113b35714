# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What files say that people, scripts and other runs have written, and what inventories hold."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Callable
from typing import Any

import yaml
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused, SnomError
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import find_path, version_in_url
from ansible_collections.telephony.snom.plugins.module_utils._known.images import (
    contradiction,
    file_in_url,
    read_image_name,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.keys import parse_keys
from ansible_collections.telephony.snom.plugins.module_utils._known.mac import normalize_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS, versions_by_model
from ansible_collections.telephony.snom.plugins.module_utils._known.numbers import read_address, read_number, read_tones
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    merge_settings,
    parse_settings,
    with_labels,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import parse_control
from ansible_collections.telephony.snom.plugins.module_utils._pbx.settings import parse_pbx
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import connection_from
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.diff import Generation, compare_generations
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import (
    is_well_formed,
    listed_urls,
    parse_phone_book,
    read_phone_book_file,
    read_settings_file,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.fleet import adopt
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.setting_file import parse_file
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.writing import texts
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.catalog import load_catalog
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.given import from_text
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_phone import Entry
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.render import RenderOptions, render
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout import journal
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.entries import LATEST
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.history_file import parse_history
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.limits import (
    parse_by_site,
    parse_limit,
    parse_waves,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.options import read_approved
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.windows import parse_windows
from ansible_collections.telephony.snom.plugins.plugin_utils.witnesses.collector import parse_collector
from ansible_collections.telephony.snom.tests.unit.readers.reader import Reader, check_reason, value_of, values_of
from ansible_collections.telephony.snom.tests.unit.tables import check_catalog

_BUILT_IN = load_catalog(None)
_MAC = "000413922D24"


def in_a_file(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """A reader that takes the name of a file."""

    def read_file(data: bytes) -> object:
        with tempfile.NamedTemporaryFile(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as file:
            file.write(data)
            file.flush()
            return read(file.name)

    return read_file


def _catalog(path: str) -> object:
    catalog = load_catalog(path)
    own = [image for image in catalog if image != _BUILT_IN.by_file(image.file)]
    for image in own:
        # These become names of files on mirrors, and lines of lists that shells read.
        assert "/" not in image.file and not image.file.startswith(".") and image.file.split() == [image.file]
        assert image.file.isprintable() and re.fullmatch("[!-~]+", image.url)
    return [[image.as_dict() for image in own], check_catalog(catalog)]


def _journal(data: bytes) -> object:
    history = parse_history(data, "j")
    for intent in (*history.open_intents.values(), *history.last.values()):
        assert 0 <= intent.deadline - intent.time <= 14 * 86_400 + 1
    assert all(0 <= until <= LATEST for until in history.unsafe.values())
    return [
        [[host, intent.mac, intent.file, intent.before, intent.target] for host, intent in history.last.items()],
        [[host, ending.outcome, ending.reason] for host, ending in history.ended.items()],
        history.unsafe,
        history.slow,
        journal._last_run(data),
    ]


def _cut_journal(data: bytes) -> object:
    """What a crash left is mended so that all lines that were whole stay."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        with io.FileIO(os.dup(file.fileno()), "r+") as raw:
            journal.mend_cut_line(raw)
            raw.seek(0)
            mended = raw.readall()
    assert mended in (data, data + b"\n", data[: data.rfind(b"\n") + 1])
    assert not mended or mended.endswith(b"\n")
    return None


def _xml(data: bytes) -> object:
    names = [url.rpartition("/")[2] for url in listed_urls(data)]
    assert all("/" not in name for name in names)
    settings, book = list(read_settings_file(data)), read_phone_book_file(data)
    listed = b'<setting-files><file url="x/own.xml"/></setting-files>'
    files = {"before.htm": listed, "own.xml": b"<settings/>"}
    before = Generation(name="0", read=files.get)
    after = Generation(name="1", read={"before.htm": listed, "own.xml": data}.get)
    changes = compare_generations({"desk": "before.htm"}, before, after)
    compare_generations({"desk": "x.htm"}, Generation(name="2", read=lambda _name: data), after)
    return [is_well_formed(data), names, [one.wire_name for one in settings], book, changes]


def _adopted(data: bytes) -> object:
    """What becomes of a phone's own setting file: variables that Ansible can read."""
    fleet = adopt([parse_file(f"snomD785-{_MAC}.htm", data)])
    written = texts(fleet, "phones", ())
    assert all(isinstance(yaml.safe_load(one.text), (dict, type(None))) for one in written)
    return [fleet.notes, [one.path for one in written]]


def _settings(data: bytes) -> object:
    own, group = values_of(data, 2)
    merged = merge_settings({"snom_settings": own, "snom_settings_all": group})
    return with_labels(parse_settings(merged, "snom_settings"), "snom_settings")


def _phone_book(data: bytes) -> object:
    return parse_phone_book(value_of(data), "snom_phone_book")


def _render(data: bytes) -> object:
    mac, model, settings, version, mirror, book = values_of(data, 6)
    entry = Entry(
        host="desk",
        mac=mac,
        model=model,
        settings={"snom_settings": settings},
        version=version,
        mirror=mirror if isinstance(mirror, str) else None,
        phone_book=book,
    )
    options = RenderOptions(base_url="https://mirror.example", allow_cleartext_secrets=True)
    rendering = render([entry], _BUILT_IN, options)
    for name, content in rendering.files.items():
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name) and is_well_formed(content)
    return [sorted(rendering.files), rendering.warnings]


def _value(*readers: Callable[[Any], object]) -> Callable[[bytes], object]:
    """Each reader gets the value."""

    def read(data: bytes) -> object:
        value = value_of(data)
        found = [_tried(reader, value) for reader in readers]
        return found if len(readers) > 1 else readers[0](value)

    return read


def _tried(reader: Callable[[Any], object], value: Any) -> object:
    try:
        return reader(value)
    except (InputError, Refused) as error:
        check_reason(error, len(str(value)))
        return None


def _text(*readers: Callable[[str], object]) -> Callable[[bytes], object]:
    chosen = _value(*readers)
    return lambda data: chosen(b'"%b"' % re.sub(rb'["\\\x00-\x1f]', b"", data))


def _path_to(url: str) -> object:
    version_in_url(url)
    file_in_url(url)
    hops = find_path(
        model=MODELS["D785"],
        now=Version((10, 1)),
        target=Version((10, 1, 175, 16)),
        catalog=_BUILT_IN,
        mac=_MAC,
        url=url,
    )
    assert all(re.fullmatch("[!-~]+", hop.url) for hop in hops)
    return hops


def _named(text: str) -> object:
    read = read_image_name(text)
    return [read and read[0].name, contradiction(text, "D785", Version((10, 1)))]


def _connection(value: Any) -> object:
    found = connection_from(value if isinstance(value, dict) else {"host": value})
    return [found.address, found.port, found.timeout]


READERS = (
    Reader(
        name="a catalogue",
        read=in_a_file(_catalog),
        seeds=(
            (
                b"images:\n- file: snomD785-10.1.175.16-SIP-r.bin\n  url: https://m.example/snomD785-10.1.175.16-SIP-r.bin\n"
                b"  size: 12345\n  sha1: da39a3ee5e6b4b0d3255bfef95601890afd80709\n  requires: '10.1.50.0'\n"
                b"- {file: x.bin, url: 'http://m/x.bin', model: 320, version: '8.7.5.35', kind: other}\n"
            ),
            b"images: &a [*a]",
            b"images:\n- &a {file: x.bin, url: 'http://m/x'}\n- {<<: *a, kind: other, file: y.bin}\n- !!timestamp x\n",
        ),
        errors=(InputError,),
    ),
    Reader(
        name="lists and mappings as text",
        read=lambda data: from_text(data.decode("utf-8", "surrogateescape"), "waves"),
        seeds=(b"[canary, '10%', 5]", b'{"D785": "10.1.2", "x": [1, &a b, *a]}', b"[!!timestamp x]"),
        errors=(InputError,),
    ),
    Reader(
        name="a journal",
        read=_journal,
        seeds=(
            (
                b'{"type":"run","run":"r1","process":5,"node":"n"}\n'
                b'{"type":"intent","run":"r1","host":"desk","mac":"000413922D24","file":"x.bin","before":"8.7.5.35",'
                b'"target":"8.9.3.80","time":1700000000,"deadline":1700000900,"registered":[1]}\n'
                b'{"type":"end","host":"desk","outcome":"upgraded","reason":"","triggered":true,"time":1700000500,'
                b'"after":"8.9.3.80","unsafe_until":null}\n{"type":"slow","site":null,"seconds":5.5}\n{"type":"run_end"}\n'
            ),
        ),
        errors=(InputError,),
    ),
    Reader(name="a journal that a crash cut", read=_cut_journal, seeds=(b'{"type":"run"}\n{"type":"run', b'{"a":1}')),
    Reader(
        name="an approved plan",
        read=in_a_file(read_approved),
        seeds=(b'{"phones": {"desk": {"outcome": "planned", "mac": "000413922D24", "before": "8.4.35"}}}',),
        errors=(InputError,),
    ),
    Reader(
        name="a provisioning file",
        read=_xml,
        seeds=(
            (
                b'<?xml version="1.0" encoding="utf-8"?><settings><phone-settings><language perm="">English</language>'
                b'<http_pass perm="">hush</http_pass><user_name idx="1" perm="R">100</user_name></phone-settings>'
                b'<functionKeys><fkey idx="0" context="active" label="x" perm="">blf 1</fkey></functionKeys></settings>'
            ),
            b'<setting-files><file url="https://m/a.xml"/></setting-files>',
            (
                b'<tbook complete="true"><item context="active" type="" index="0"><name>A</name><number>1</number>'
                b"</item></tbook>"
            ),
        ),
    ),
    Reader(
        name="a setting file that is adopted",
        read=_adopted,
        seeds=(
            (
                b"<html>\n<pre>\n# of old firmware\nlanguage!: English\nuser_pass1&: hush\nfkey0!: line\n"
                b"fkey_context0!: 2\ntn_0!: A\ntu_0!: 1\ndst=\n</pre></html>"
            ),
            (
                b"<settings><phone-settings><language perm='RV'>English</language><user_name idx='1'>100</user_name>"
                b"</phone-settings><functionKeys><fkey idx='0' label='A&#10;B' perm=''>blf 1</fkey></functionKeys>"
                b"<tbook complete='true'><item index='0' mod='true'><name>A</name><number>1</number></item></tbook>"
                b"<firmware-settings><firmware>http://m/snomD785-10.1.175.16-SIP-r.bin</firmware></firmware-settings>"
                b"</settings>"
            ),
        ),
        errors=(InputError,),
    ),
    Reader(
        name="settings of an inventory",
        read=_settings,
        seeds=(
            (
                b'{"language": "English", "fkey": {"0": "blf 101", "5": {"value": "x", "label": "D", "perm": "RO"}}, '
                b'"user_name": ["100", "101"], "use_hidden_tags": false}\n{"fkey3": "speed 1", "http_pass": null}'
            ),
        ),
        errors=(InputError,),
    ),
    Reader(
        name="a phone book of an inventory",
        read=_phone_book,
        seeds=(
            b'[{"name": "A", "number": "1"}, {"first_name": "B", "numbers": [{"number": 2, "number_type": "sip"}]}]',
        ),
        errors=(InputError,),
    ),
    Reader(
        name="a phone to be provisioned",
        read=_render,
        seeds=(
            (
                b'"00:04:13:92:2D:24"\n"D785"\n{"language": "English", "update_policy": "auto_update"}\n'
                b'"10.1.175.16"\n"https://m.example/fw"\n[{"name": "A", "number": "1"}]'
            ),
        ),
        errors=(SnomError,),
    ),
    Reader(
        name="options of a rollout",
        read=_value(
            parse_waves,
            lambda value: parse_limit(value, "max_bad"),
            lambda value: parse_by_site(value, "site_bandwidth_mbit"),
            lambda value: versions_by_model(value, "snom_firmware_versions"),
        ),
        seeds=(b'["canary", "10%", 5, "stop"]', b'{"berlin": 5, "default": "1e3"}', b'"5%"', b'{"D785": "10.1.2"}'),
    ),
    Reader(
        name="windows",
        read=_value(parse_windows),
        seeds=(
            b'"Mon-Fri 22:00-05:00 Europe/Berlin except 2026-12-24, 01:00-02:00 UTC"',
            b'{"berlin": ["22:00-05:00 UTC"], "default": "always"}',
        ),
        errors=(InputError,),
    ),
    Reader(
        name="ways to servers",
        read=_value(_connection, parse_control, parse_collector, parse_pbx),
        seeds=(
            b'{"kind": "asterisk", "host": "pbx.example", "username": "a", "password": "n0t-shown", "tls": "yes"}',
            b'{"kind": "command", "command": ["/bin/true", "{account}"]}',
            b'{"url": "https://mirror.example", "username": "a", "password": "n0t-shown", "timeout": "5"}',
            b'{"url": "http://192.0.2.10:8099", "listen": "[::1]:8099"}',
            b'{"host": "192.0.2.7", "port": "443", "validate_certs": "no", "mac": "00:04:13:92:2d:24"}',
        ),
        errors=(InputError,),
    ),
    Reader(
        name="keys and numbers",
        read=_value(
            lambda value: read_number(str(value), "plus"),
            lambda value: read_address(str(value), "number"),
            lambda value: read_tones(str(value)),
            parse_keys,
        ),
        seeds=(
            b'"ENTER,100,5;0049;P5"',
            b'["F1", 5, {"key": "EK3", "press": 10}]',
            b'"+49 (0)30 12"',
            b'"a@b.example"',
        ),
        errors=(InputError,),
    ),
    Reader(
        name="names of images, versions, addresses",
        read=_text(_named, Version.parse, normalize_mac, _path_to),
        seeds=(
            b"snomD785-10.1.175.16-SIP-r.bin",
            (
                b"https://m.example/snomD785-chained-update.bin?mac={mac}&chained_url=https%3A%2F%2Fm%2F"
                b"snomD785-10.1.175.16-SIP-r.bin%3Fmac%3D{mac}"
            ),
            b"https://m.example/fw/snomD785-10.1.175.16-SIP-r.bin",
        ),
        errors=(InputError, Refused),
    ),
)
