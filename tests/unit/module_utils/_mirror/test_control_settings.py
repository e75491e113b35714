# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a mirror's control is reached."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._mirror.control_settings import parse_control
from ansible_collections.telephony.snom.tests.unit.module_utils._mirror.mirror import PASSWORD

GIVEN = {"url": "https://mirror.example", "username": "ansible", "password": PASSWORD}


def test_the_mapping_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNOM_MIRROR_PASSWORD", raising=False)
    settings = parse_control({**GIVEN, "validate_certs": "no", "ca_path": "/ca.pem"})
    assert settings and (settings.url, settings.validate_certs) == ("https://mirror.example", False)
    assert PASSWORD not in repr(settings)
    assert parse_control(None) is None and parse_control({}) is None
    monkeypatch.setenv("SNOM_MIRROR_PASSWORD", "other")
    settings = parse_control({"url": "http://127.0.0.1:8080/", "username": "a"})
    assert settings and (settings.url, settings.password) == ("http://127.0.0.1:8080", "other")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": "http://mirror.example"}, "in the clear"),
        ({"url": "http://192.0.2.1"}, "in the clear"),
        ({"url": "https://mirror.example/control"}, "a path"),
        ({"url": f"https://a:{PASSWORD}@mirror.example"}, "no usable url"),
        ({"url": "mirror"}, "no usable url"),
        ({"password": ""}, "password"),
        ({"username": "a\r\nb"}, "username"),
        ({"username": "a:b"}, "colon"),
        ({"validate_certs": "perhaps"}, "validate_certs"),
        ({"timeout": "long"}, "timeout"),
        ({"pasword": "x"}, "'pasword'"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        parse_control({**GIVEN, **change})
    assert "snom_mirror_control" in caught.value.reason and PASSWORD not in caught.value.reason
