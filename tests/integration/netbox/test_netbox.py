# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recipe for NetBox in the guide to inventories, as it stands there, in NetBox's own inventory plugin.

The plugin is real. NetBox is not: no package index has it with its database. What answers here is written from the
documentation of its REST API and has one site, one phone and one virtual machine.
"""

from __future__ import annotations

import json
import re
import textwrap
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.telephony.snom.tests.integration.playbooks.listing import list_file

ROOT = Path(__file__).resolve().parents[3]

TOKEN = "0123456789abcdef0123456789abcdef01234567"

SITE = {"id": 1, "name": "Berlin", "slug": "berlin"}

PHONE = {
    "id": 7,
    "name": "reception",
    "device_type": {
        "id": 3,
        "manufacturer": {"id": 2, "name": "Snom", "slug": "snom"},
        "model": "D785",
        "slug": "d785",
    },
    "role": {"id": 4, "name": "Phone", "slug": "phone"},
    "site": SITE,
    "status": {"value": "active", "label": "Active"},
    "primary_ip": {"id": 9, "address": "192.0.2.7/24", "family": {"value": 4, "label": "IPv4"}},
    "primary_ip4": {"id": 9, "address": "192.0.2.7/24", "family": {"value": 4, "label": "IPv4"}},
    "custom_fields": {"mac": "00:04:13:A2:B3:01"},
    "tags": [],
}

MACHINE = {
    "id": 8,
    "name": "database",
    "site": SITE,
    "cluster": {"id": 5, "name": "one"},
    "status": {"value": "active", "label": "Active"},
    "primary_ip": {"id": 10, "address": "192.0.2.8/24", "family": {"value": 4, "label": "IPv4"}},
    "primary_ip4": {"id": 10, "address": "192.0.2.8/24", "family": {"value": 4, "label": "IPv4"}},
    "custom_fields": {},
    "tags": [],
}

PARAMETERS = {
    "/api/dcim/devices/": ["manufacturer", "has_primary_ip", "site"],
    "/api/virtualization/virtual-machines/": ["has_primary_ip", "site", "cluster"],
}
"""The filters that each list has, which the schema names: a virtual machine has no manufacturer."""

LISTS = {
    "/api/dcim/devices/": [PHONE],
    "/api/virtualization/virtual-machines/": [MACHINE],
    "/api/dcim/sites/": [SITE | {"tenant": None, "region": None, "prefix_count": 0}],
    "/api/dcim/manufacturers/": [PHONE["device_type"]["manufacturer"]],  # type: ignore[index]
    "/api/dcim/device-types/": [PHONE["device_type"]],
    "/api/dcim/device-roles/": [PHONE["role"]],
}


class NetBox(ThreadingHTTPServer):
    """What answers like NetBox's REST API, and notes what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: NetBox

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append(self.path)
        if self.headers.get("Authorization") != f"Token {TOKEN}":
            return self._reply(403, {"detail": "Invalid token"})
        if parts.path == "/api/status/":
            return self._reply(200, {"netbox-version": "4.4.5"})
        if parts.path == "/api/schema/":
            paths = {
                path: {"get": {"parameters": [{"name": name} for name in names]}} for path, names in PARAMETERS.items()
            }
            return self._reply(200, {"info": {"version": "4.4.5 (4.4)"}, "paths": paths})
        found = LISTS.get(parts.path, [])
        maker = parse_qs(parts.query).get("manufacturer")
        if maker and parts.path == "/api/dcim/devices/":
            found = [one for one in found if one["device_type"]["manufacturer"]["slug"] in maker]  # type: ignore[index]
        return self._reply(200, {"count": len(found), "next": None, "previous": None, "results": found})

    def _reply(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture(name="netbox")
def _netbox() -> Iterator[NetBox]:
    with ExitStack() as stack:
        server = stack.enter_context(NetBox())
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield server


def recipe() -> str:
    """The YAML in the guide's section on NetBox."""
    guide = (ROOT / "docs" / "docsite" / "rst" / "inventory.rst").read_text("utf-8")
    section = guide[guide.index("\nNetBox\n------") :]
    found = re.search(r"\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", section)
    assert found
    return textwrap.dedent(found[1])


def test_the_recipe_for_netbox_gives_the_phones_and_nothing_else(
    netbox: NetBox, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert recipe().count("https://netbox.example") == 1
    (tmp_path / "netbox.yml").write_text(recipe().replace("https://netbox.example", netbox.url), "utf-8")
    env = {"ANSIBLE_COLLECTIONS_PATH": str(request.config.getoption("--collections")), "NETBOX_TOKEN": TOKEN}
    found = list_file(tmp_path, "netbox.yml", env=env)
    assert found.code == 0 and "Failed to parse" not in found.said, found.said
    assert found.groups["phones"] == list(found.hosts) == ["reception"], found.said
    phone = found.hosts["reception"]
    assert {name: phone[name] for name in ("ansible_host", "snom_mac", "snom_model", "snom_site")} == {
        "ansible_host": "192.0.2.7",
        "snom_mac": "00:04:13:A2:B3:01",
        "snom_model": "D785",
        "snom_site": "berlin",
    }
    (devices,) = [path for path in netbox.asked if path.startswith("/api/dcim/devices/")]
    assert parse_qs(urlsplit(devices).query)["has_primary_ip"] == ["true"]
