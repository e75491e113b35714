# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Asterisk says over AMI that has one phone: ``ami.py PORTFILE``. It ends by itself."""

from __future__ import annotations

import os
import socketserver
import sys
import threading

CONTACT = (
    "Event: ContactStatusDetail\r\nAOR: 401\r\nEndpointName: 401\r\nURI: sip:401@192.0.2.17:5060\r\n"
    "UserAgent: snomD862/10.1.226.13 00041399AABB\r\nStatus: Reachable\r\n\r\n"
)
SECONDS = 120


def listed(events: str) -> str:
    return f"Response: Success\r\nEventList: start\r\n\r\n{events}Event: Done\r\nEventList: Complete\r\n\r\n"


class Manager(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"Asterisk Call Manager/11.0.0\r\n")
        block = b""
        for line in self.rfile:
            block += line
            if line.strip():
                continue
            if b"Action: Login" in block:
                good = b"Secret: pbx-secret\r\n" in block
                answer = f"Response: {'Success' if good else 'Error'}\r\nMessage: Authentication\r\n\r\n"
            else:
                answer = listed(CONTACT if b"PJSIPShow" in block else "")
            self.wfile.write(answer.encode())
            block = b""


with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Manager) as server:
    server.daemon_threads = True
    with open(f"{sys.argv[1]}.new", "w") as file:
        file.write(str(server.server_address[1]))
    os.rename(f"{sys.argv[1]}.new", sys.argv[1])
    timer = threading.Timer(SECONDS, server.shutdown)
    timer.daemon = True
    timer.start()
    server.serve_forever()
