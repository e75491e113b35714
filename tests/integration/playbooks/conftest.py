# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests through ansible-playbook share."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite(f"{__package__}.bench")

from .bench import Bench, bench  # noqa: E402 - its assertions are rewritten first
from .telling import http_server  # noqa: E402 - with the line above

StartBench = Callable[..., Bench]


def pytest_configure() -> None:
    """Let what tests start heed SIGHUP, also under nohup: there it is ignored, and children inherit that.

    A signal that is handled goes back to its default in a new program, and one that is ignored does not.
    """
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda number, frame: None)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartBench]:
    """Start a fleet that lives as long as the test."""
    with ExitStack() as stack:

        def start(phones: dict[str, Any], **more: Any) -> Bench:
            return stack.enter_context(bench(tmp_path, phones, **more))

        yield start


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that tells whoever asks the login that came with the request."""
    with ExitStack() as stack:
        yield stack.enter_context(http_server())
