# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.posting import post_xml
from ansible_collections.telephony.snom.tests.unit.serving import serving


def post(username: str | None, password: str | None) -> tuple[int, list[str]]:
    """The status of the last answer, and the logins that were sent."""
    logins: list[str] = []

    class Phone(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            login = self.headers["Authorization"]
            logins.extend([login] if login else [])
            self.send_response(200 if login else 401)
            self.send_header("WWW-Authenticate", 'Basic REALM="snom"')
            self.end_headers()

        def log_message(self, *_some: object) -> None:
            """Say nothing."""

    with serving(HTTPServer(("127.0.0.1", 0), Phone)) as server:
        connection = Connection(
            address="127.0.0.1", port=server.server_port, scheme="http", username=username, password=password
        )
        status, _body = post_xml(connection, "/csta", "<x/>")
    return status, logins


@pytest.mark.parametrize(
    ("username", "password"),
    [("admin", "right"), ("Jörg", "pässwörd €"), ("admin", b"\xff".decode(errors="surrogateescape"))],
)
def test_any_login_goes_out_as_it_does_elsewhere(username: str, password: str) -> None:
    login = f"{username}:{password}".encode(errors="surrogateescape")
    assert post(username, password) == (200, [f"Basic {base64.b64encode(login).decode()}"])


@pytest.mark.parametrize(
    ("username", "password"), [(None, None), ("", ""), (None, "right"), ("", "right"), ("admin", None), ("admin", "")]
)
def test_half_a_login_is_never_sent(username: str | None, password: str | None) -> None:
    assert post(username, password) == (401, [])
