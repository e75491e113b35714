# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook catalog, against a real nginx that has images at the vendor's paths."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS

from .bench import PATIENCE, Bench, Run, phone, until
from .conftest import StartBench

# What no built-in catalogue has.
NEW = ("D785", "10.1.99.1", "snomD785-10.1.99.1-SIP-r.bin")
OLD = ("320", "8.7.9.9", "snom320-8.7.9.9-SIP-f.bin")
CONTENT = bytes(range(256)) * 300

CONFIGURATION = """
daemon off;
error_log stderr;
pid {folder}/nginx.pid;
events {{ }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    types {{ text/html html; }}
    default_type application/octet-stream;
    server {{
        listen {address};
        root {folder}/www;
        {more}
    }}
}}
"""


@dataclass
class Vendor:
    """A server with the vendor's paths."""

    folder: Path
    address: str
    more: str = ""
    files: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def put(self, path: str, content: bytes = CONTENT) -> None:
        file = self.folder / "www" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def asked(self) -> list[str]:
        """The requests for images so far, as method and path."""
        lines = (self.folder / "access.log").read_text().splitlines()
        return [line.split('"')[1].rpartition(" ")[0] for line in lines if "/fw/" in line]


@contextmanager
def vendor(bench: Bench, more: str = "") -> Iterator[Vendor]:
    first, *_others = bench.addresses.values()
    folder = bench.folder / "vendor"
    (folder / "www").mkdir(parents=True)
    (folder / "tmp").mkdir()
    server = Vendor(folder, f"{first.rpartition('.')[0]}.252:{bench.port}")
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, address=server.address, more=more))
    # Its workers would be nobody, who may not read the test's folder.
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    program = shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"])) or "nginx"
    process = subprocess.Popen([program, *user, "-c", str(configuration)], stderr=(folder / "error.log").open("w"))
    try:
        until(lambda: _answers(server.url), "nginx to answer")
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(url: str) -> bool:
    try:
        return bool(requests.get(url, timeout=PATIENCE).status_code)
    except requests.ConnectionError:
        return False


def prepared(start: StartBench, *targets: tuple[str, str, str]) -> Bench:
    bench = start({"desk": phone()})
    bench.inventory["phones"]["vars"]["snom_firmware_versions"] = {model: version for model, version, _file in targets}
    return bench


def bring(bench: Bench, *arguments: str, **variables: Any) -> Run:
    given = {"snom_catalog_file": str(bench.out / "images.yml"), "snom_catalog_use_proxy": False, **variables}
    named = {name: value for name, value in given.items() if value is not None}
    return bench.play("telephony.snom.catalog", *arguments, variables={"snom_hosts": "phones", **named}, rehearse=False)


def written(bench: Bench) -> list[dict[str, Any]]:
    images: list[dict[str, Any]] = yaml.safe_load((bench.out / "images.yml").read_text("utf-8"))["images"]
    return images


@pytest.mark.slow
def test_it_writes_what_it_saw_and_the_second_run_changes_nothing(start: StartBench) -> None:
    bench = prepared(start, NEW, OLD)
    with vendor(bench) as server:
        server.put(f"fw/{NEW[1]}/bin/{NEW[2]}")
        server.put(f"fw/{OLD[2]}", CONTENT[:1000])
        rehearsed = bring(bench, "--check", "--diff", snom_catalog_server=server.url)
        assert rehearsed.code == 0 and rehearsed.recap["desk"] == "changed"
        assert f"+  - file: {json.dumps(NEW[2])}" in rehearsed.output and not (bench.out / "images.yml").exists()
        assert (run := bring(bench, snom_catalog_server=server.url)).code == 0, run.output
        assert f"Added: {NEW[2]}, {len(CONTENT)} bytes" in run.output and ", 10.1.99.1, " in run.output
        asked = server.asked()
        assert bring(bench, snom_catalog_server=server.url).recap["desk"] == "ok"
        assert server.asked() == asked
    assert written(bench) == [
        {
            "file": file,
            "url": f"{server.url}/fw/{path}",
            "model": model,
            "version": version,
            "size": len(content),
            "sha1": hashlib.sha1(content).hexdigest(),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for (model, version, file), path, content in (
            (OLD, OLD[2], CONTENT[:1000]),
            (NEW, f"{NEW[1]}/bin/{NEW[2]}", CONTENT),
        )
    ]
    # What it wrote is what a plan reads.
    info = {"telephony.snom.snom_firmware_info": {"catalog": str(bench.out / "images.yml")}, "run_once": True}
    read = bench.play([{"hosts": "phones", "gather_facts": False, "tasks": [info]}])
    assert [image["sha1"] for image in read.results("snom_firmware_info")["desk"]["images"]] == [
        hashlib.sha1(CONTENT[:1000]).hexdigest(),
        hashlib.sha1(CONTENT).hexdigest(),
    ]


def test_comments_and_other_entries_stay(start: StartBench) -> None:
    bench = prepared(start, NEW)
    before = """\
---
# Ours, since 2019.
images:
  # Tried on the third floor.
  - file: FILE
    url: URL
    size:  # to be measured
  - {file: z.bin, url: 'http://images.example/z.bin', model: D785, version: "1.2"}  # kept
"""
    with vendor(bench) as server:
        before = before.replace("FILE", NEW[2]).replace("URL", f"{server.url}/elsewhere/{NEW[2]}")
        (bench.out / "images.yml").write_text(before)
        server.put(f"elsewhere/{NEW[2]}")
        assert (run := bring(bench, snom_catalog_server=server.url)).code == 0, run.output
    digest = hashlib.sha1(CONTENT).hexdigest(), hashlib.sha256(CONTENT).hexdigest()
    assert (bench.out / "images.yml").read_text() == before.replace(
        "size:  # to be measured\n",
        f'size: {len(CONTENT)}  # to be measured\n    sha1: "{digest[0]}"\n    sha256: "{digest[1]}"\n',
    )


@pytest.mark.slow
def test_the_mirror_is_asked_instead(start: StartBench) -> None:
    bench = prepared(start, NEW)
    with vendor(bench) as server:
        server.put(f"fw/{NEW[2]}")
        assert bring(bench, snom_catalog_mirror=f"{server.url}/fw").code == 0
        assert [entry["url"] for entry in written(bench)] == [f"{server.url}/fw/{NEW[2]}"]
        assert server.asked() == [f"HEAD /fw/{NEW[2]}", f"GET /fw/{NEW[2]}"]


@pytest.mark.slow
def test_one_that_changed_is_an_error_until_it_is_meant(start: StartBench) -> None:
    bench = prepared(start, NEW)
    with vendor(bench) as server:
        server.put(place := f"fw/{NEW[1]}/bin/{NEW[2]}")
        assert bring(bench, snom_catalog_server=server.url).code == 0
        first = (bench.out / "images.yml").read_text()
        server.put(place, CONTENT[::-1])
        run = bring(bench, snom_catalog_server=server.url, snom_catalog_known="verify")
        assert run.code != 0 and "but the catalogue says" in run.output
        assert (bench.out / "images.yml").read_text() == first
        assert bring(bench, snom_catalog_server=server.url, snom_catalog_known="renew").code == 0
        assert [entry["sha1"] for entry in written(bench)] == [hashlib.sha1(CONTENT[::-1]).hexdigest()]


# What is wrong with the image of each model, and what is said of it.
FAULTS = {
    "D785": ("", None, "The server answers 404 for"),
    "D765": ("return 302 http://elsewhere.example$uri?token=geheim;", None, "leads to http://elsewhere.example/fw/"),
    "D745": ("error_page 404 =200 /login.html;", None, "is no image: the server calls it text/html"),
    "D735": ("", b"\n<!DOCTYPE html><title>Sign in</title>", "it begins like a web page"),
    "725": (
        "if ($request_method = HEAD) { rewrite ^ /longer break; }",
        CONTENT,
        f"had {len(CONTENT) + 1} bytes when its server was asked, and {len(CONTENT)} when",
    ),
    "D717": ("", b"", "is empty"),
    "715": ("return 500;", None, "The server answers 500 to HEAD"),
}


@pytest.mark.slow
def test_what_is_no_image_is_named_and_holds_up_no_other(start: StartBench) -> None:
    targets = [(model, NEW[1], f"{MODELS[model].image_prefix}-{NEW[1]}-SIP-r.bin") for model in FAULTS]
    bench = prepared(start, *targets, OLD)
    more = [f"location ~ /{file}$ {{ {FAULTS[model][0]} }}" for model, _version, file in targets]
    with vendor(bench, "\n".join(more)) as server:
        server.put("login.html", b"<title>Sign in</title>")
        server.put("longer", CONTENT + b"+")
        server.put(f"fw/{OLD[2]}")
        for model, version, file in targets:
            if (content := FAULTS[model][1]) is not None:
                server.put(f"fw/{version}/bin/{file}", content)
        run = bring(bench, snom_catalog_server=server.url)
    assert run.code != 0
    missing = {one["model"]: one["reason"] for one in run.results("snom_catalog")["desk"]["missing"]}
    assert set(missing) == set(FAULTS)
    for model, (_more, _content, says) in FAULTS.items():
        assert says in missing[model]
    assert f"{len(FAULTS)} of the images could not be had" in run.output and "geheim" not in run.output
    assert [entry["file"] for entry in written(bench)] == [OLD[2]]


@pytest.mark.slow
def test_a_server_that_is_down_and_a_file_that_cannot_be_read(start: StartBench) -> None:
    bench = prepared(start, NEW)
    down = "http://127.0.0.1:9"
    run = bring(bench, snom_catalog_server=down)
    assert run.code != 0 and "can't be fetched (ConnectionError)" in run.output
    assert not (bench.out / "images.yml").exists()
    (bench.out / "images.yml").write_text("images: [")
    run = bring(bench, snom_catalog_server=down)
    assert run.code != 0 and "the file is not YAML" in run.output
    assert (bench.out / "images.yml").read_text() == "images: ["
    run = bring(bench, snom_catalog_file=None)
    assert run.code != 0 and "-e snom_catalog_file=..." in run.output


@pytest.mark.slow
def test_a_proxy_is_heeded_unless_it_is_not_wanted(start: StartBench) -> None:
    """The bench's environment names one that nobody is."""
    bench = prepared(start, NEW)
    with vendor(bench) as server:
        server.put(f"fw/{NEW[1]}/bin/{NEW[2]}")
        run = bring(bench, snom_catalog_server=server.url, snom_catalog_use_proxy=None)
        assert run.code != 0 and "(ProxyError)" in run.output and server.asked() == []
