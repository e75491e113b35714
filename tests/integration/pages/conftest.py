# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian's Chromium, and the pages that it is to show."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.filter.page import page as render
from ansible_collections.telephony.snom.tests.integration.pages import samples
from playwright.sync_api import Browser, Page, sync_playwright

PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "rollout": ("rollout", lambda: samples.rollout(40, 4)),
    "plan": ("rollout", lambda: samples.rollout(40, 4, check_mode=True)),
    "large": ("rollout", lambda: samples.rollout(5000, 1000)),
    "audit": ("audit", lambda: samples.audit(30, 5)),
    "drift": ("drift", lambda: samples.drift(30, 5)),
}
"""By name: the kind of page, and what it is made from."""


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each page as a file."""
    folder = tmp_path_factory.mktemp("pages")
    for name, (kind, data) in PAGES.items():
        (folder / f"{name}.html").write_text(render(data(), kind), "utf-8")
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Its sandbox needs what root is not given.
        arguments = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield browser
        browser.close()


class Shown:
    """A page in a window, and all that it said and asked for."""

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(file.as_uri())
        # By their names in the form: to look for roles takes long where there are thousands of phones.
        self.outcome, self.site, self.text, self.found = (
            page.locator(f"#controls [name={name}]") for name in ("outcome", "site", "text", "found")
        )

    def hosts(self) -> list[str]:
        """The hosts in the long table that can be seen, in their order."""
        return self.page.locator("table.long tbody:visible th").all_text_contents()


Show = Callable[..., Shown]


@pytest.fixture
def show(browser: Browser, files: dict[str, Path]) -> Iterator[Show]:
    """Opens a page in a window of this width. It is offline, and said nothing and asked for nothing else at the end."""
    shown: list[tuple[str, Shown]] = []

    def show(name: str, width: int = 1280, **more: Any) -> Shown:
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **more)
        one = Shown(context.new_page(), files[name])
        shown.append((name, one))
        return one

    yield show
    for name, one in shown:
        one.page.context.close()
        assert one.said == []
        assert one.asked == [files[name].as_uri()]
