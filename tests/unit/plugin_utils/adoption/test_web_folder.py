# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server may answer. The playbook's own test asks a real nginx."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption import web_folder
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.folder import Found
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.web_folder import (
    WebFolder,
    is_url,
    read_web_folder,
)
from ansible_collections.telephony.snom.tests.unit.raw_server import Endless, Last, RawServer, Reply

MACS = ("000413AABB01", "000413AABB02")
SETTINGS = b"<settings><phone-settings><language>English</language></phone-settings></settings>"


def answer(content: bytes = b"", status: str = "200 OK", **headers: object) -> Last:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return Last(("\r\n".join(lines) + "\r\n\r\n").encode() + content)


MISSING = answer(status="404 Not Found")


def listing(*urls: str) -> Last:
    files = "".join(f'<file url="{url}"/>' for url in urls)
    return answer(f"<setting-files>{files}</setting-files>".encode())


def read(
    files: dict[str, Reply], path: str, macs: tuple[str, ...] = (), models: dict[str, str] | None = None, **more: Any
) -> tuple[Found, list[str]]:
    """What is read of a server with these files by path, and the heads of the requests that it got."""
    with RawServer(lambda request: files.get(request.split(" ")[1], MISSING)) as server:
        folder = WebFolder(url=f"http://127.0.0.1:{server.port}{path}", **more)
        return read_web_folder(folder, macs, models=models), server.requests


def paths(requests: list[str]) -> list[str]:
    return [request.split(" ")[1] for request in requests]


def test_each_phone_of_the_inventory_is_asked_for() -> None:
    files = {"/p/000413AABB01.xml": answer(SETTINGS)}
    found, requests = read(files, "/p/{mac}.xml", MACS)
    assert found.files == {"000413AABB01.xml": SETTINGS}
    assert paths(requests) == ["/p/000413AABB01.xml", "/p/000413AABB02.xml"]
    found, requests = read({f"/p.php?m={MACS[0]}": answer(SETTINGS)}, "/p.php?m=$mac", MACS[:1])
    assert found.files == {"000413AABB01-p.php": SETTINGS}


def test_a_url_may_have_what_a_phone_is_in_it() -> None:
    models = {MACS[0]: "D815W", MACS[1]: "320"}
    files = {
        f"/snomD815/{MACS[0]}.xml": listing("/{phone_type}.xml"),
        f"/snom320/{MACS[1]}.xml": answer(SETTINGS),
        "/snomD815.xml": answer(SETTINGS),
    }
    found, _requests = read(files, "/{phone_type}/{mac}.xml", MACS, models=models)
    assert sorted(found.files) == [f"{MACS[0]}.xml", f"{MACS[1]}.xml", "snomD815.xml"]
    with pytest.raises(InputError, match=f"for 1 of 2 phones, first {MACS[1]}. State snom_model"):
        read(files, "/{phone_type}/{mac}.xml", MACS, models={MACS[0]: "D815"})


def test_without_phones_nothing_can_be_asked_for() -> None:
    with pytest.raises(InputError, match="the inventory has no phone with snom_mac"):
        read({}, "/p/{mac}.xml")


def test_a_folder_that_the_server_lists() -> None:
    page = (
        '<a href="../">../</a> <a href="?C=M;O=A">Date</a> <a href="000413AABB01.xml">x</a>'
        "<a href='/p/a%20b.xml'>y</a>"
        '<a href="sub/">z</a><a href="/q/other.xml">o</a><a href="http://elsewhere.example/p/e.xml">e</a>'
        '<a href="snom720-8.7.5.35-SIP-r.bin">f</a>'
    )
    files = {"/p/": answer(page.encode()), "/p/000413AABB01.xml": answer(SETTINGS), "/p/a%20b.xml": answer(b"a: b")}
    found, requests = read(files, "/p/")
    assert found.files == {"000413AABB01.xml": SETTINGS, "a b.xml": b"a: b"}
    assert found.others == ["snom720-8.7.5.35-SIP-r.bin"]
    assert paths(requests) == ["/p/", "/p/000413AABB01.xml", "/p/a%20b.xml"]


def test_lists_are_followed_on_that_server_alone() -> None:
    files = {
        "/p/000413AABB01.xml": listing("http://elsewhere.example/a.xml", "/p/{mac}-keys.xml", "base.xml", "base.xml"),
        "/p/000413AABB01-keys.xml": answer(SETTINGS),
        "/p/base.xml": listing("/p/000413AABB01.xml"),
    }
    found, requests = read(files, "/p/000413AABB01.xml")
    assert sorted(found.files) == ["000413AABB01-keys.xml", "000413AABB01.xml", "base.xml"]
    assert len(paths(requests)) == 3


def test_files_of_one_name_are_told_apart_or_refused() -> None:
    files = {
        "/a/000413AABB01.xml": listing("/a/keys.xml", "/b/keys.xml"),
        "/a/keys.xml": answer(SETTINGS),
        "/b/keys.xml": answer(b"a: b"),
    }
    with pytest.raises(InputError, match=r"several files that are called keys\.xml"):
        read(files, "/a/000413AABB01.xml")


def test_a_login_goes_with_every_request() -> None:
    _found, requests = read({}, "/x.xml", username="ü", password="ä", allow_cleartext_secrets=True)
    assert f"Basic {base64.b64encode('ü:ä'.encode()).decode()}" in requests[0]
    with pytest.raises(InputError, match="everybody on the network could read url_password"):
        read({}, "/x.xml", username="u", password="p")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://u:geheim@x.example/", "holds a login"),
        ("ftp://x.example/", "neither http nor https"),
        ("http:///x", "neither http nor https"),
        ("http://[x/", "can't be read"),
        ("http://x.example:99999/", "can't be read"),
        ("http://x.example/a b", "can't be read"),
    ],
)
def test_urls_that_are_none(url: str, says: str) -> None:
    assert is_url(url)
    with pytest.raises(InputError, match=says) as refused:
        read_web_folder(WebFolder(url=url), ())
    assert "geheim" not in refused.value.reason


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (answer(status="302 Found", Location="http://elsewhere.example/"), "answers 302"),
        (answer(status="401 Unauthorized"), "Correct url_username"),
        (answer(status="500 Oops"), "answers 500"),
        (Last(b"nonsense\r\n\r\n"), "can't be fetched"),
        (answer(b"<!DOCTYPE a><setting-files/>"), "document type"),
        (answer(b"<settings>{if $x}</settings>"), "is a template"),
        (answer(b"<setting-files><file url='/..%2fx'/></setting-files>"), "hides a path"),
        (Endless(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"x" * 65536), "more than 2 MB|can't be fetched"),
    ],
)
def test_answers_that_are_refused(reply: Reply, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read({"/000413AABB01.xml": reply}, "/000413AABB01.xml")


def test_what_lets_phones_in_is_not_shown() -> None:
    with pytest.raises(InputError, match="answers 404") as refused:
        read({}, "/p/aB3dE6gH9jK2mN5p/?token=geheim")
    assert "aB3dE6gH9jK2mN5p" not in refused.value.reason and "geheim" not in refused.value.reason


def test_a_page_that_lists_nothing() -> None:
    with pytest.raises(InputError, match="lists no files"):
        read({"/p/": answer(b"<html>Welcome</html>")}, "/p/")
    with pytest.raises(InputError, match="answers 404"):
        read({}, "/p/")


def test_how_many_files_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_folder, "MOST_FILES", 2)
    many = listing(*(f"{number}.xml" for number in range(4)))
    with pytest.raises(InputError, match="more than 2 files"):
        read({"/000413AABB01.xml": many}, "/000413AABB01.xml")
    page = "".join(f'<a href="{number}.xml">' for number in range(4))
    with pytest.raises(InputError, match="lists more than 2 files"):
        read({"/": answer(page.encode())}, "/")


def test_what_is_no_url() -> None:
    assert not any(map(is_url, ("served", "/srv/served", "C:/served", "./http:/x")))
