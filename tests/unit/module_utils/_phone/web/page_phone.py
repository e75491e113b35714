# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone's web server without a network: answers from a table of pages, and remembers what it was asked."""

from __future__ import annotations

from ansible_collections.telephony.snom.plugins.module_utils._phone.connection import Connection
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.answer import Answer
from ansible_collections.telephony.snom.plugins.module_utils._phone.web.web_phone import WebPhone

SYSTEM_PAGE = (
    "<html><body>Firmware Version: snomD785-SIP 10.1.54.13<br>Mac: 000413922D24<br>Hardware: D785<br>"
    "Identity 1 Status: 100@pbx.example: registered<br>Uptime: 3 days, 02:10:05<br></body></html>"
)


class PagePhone(WebPhone):
    """pages maps a target to its text, to an Answer, or to the exception that the request raises.

    Every other target is not found.
    """

    def __init__(self, pages: dict[str, str | Answer | Exception], connection: Connection | None = None) -> None:
        super().__init__(connection or Connection(address="127.0.0.1"), self)
        self.pages = pages
        self.requests: list[str] = []
        self.timeouts: list[float | None] = []
        self.closed = False

    def get(self, target: str, *, timeout: float | None = None, login: bool = True) -> Answer:
        self.requests.append(target if login else f"{target} without login")
        self.timeouts.append(timeout)
        page = self.pages.get(target, Answer(404, {}, b"File not found"))
        if isinstance(page, Exception):
            raise page
        return Answer(200, {}, page.encode()) if isinstance(page, str) else page

    def reach(self) -> None:
        pass

    def use_login(self, username: str | None, password: str | None) -> None:
        pass

    def close(self) -> None:
        self.closed = True
