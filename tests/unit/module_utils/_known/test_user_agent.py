# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""User-Agents of real phones (protocol 4.4), and all that can be made of their parts."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS
from ansible_collections.telephony.snom.plugins.module_utils._known.user_agent import (
    DECT,
    LONGEST,
    PHONE,
    UserAgent,
    read_user_agent,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from hypothesis import given
from hypothesis import strategies as st

MAC = "000413922D24"
SPELLINGS = [
    MAC,
    MAC.lower(),
    "00:04:13:92:2D:24",
    "00-04-13-92-2d-24",
    "0004.1392.2d24",
    "0004-1392-2D24",
    "000413-922D24",
]


def browser(text: str) -> str:
    """What a phone's HTTP client puts around it."""
    return f"Mozilla/4.0 (compatible; {text})"


@pytest.mark.parametrize(
    ("text", "kind", "model", "firmware", "boot_loader"),
    [
        ("snom lid 3605", None, None, None, None),
        ("snom320-SIP 6.5.19; snom320 jffs2 v3.36; snom320 linux 3.38", "phone", "320", "6.5.19", None),
        ("snom320-SIP 6.5.20; snom320 jffs2 v3.36; snom320 linux 3.38", "phone", "320", "6.5.20", None),
        ("snom360 linux 3.38; snom360 jffs2 v3.36; snom360-SIP 6.5.20", "phone", "360", "6.5.20", None),
        ("snom320-SIP 7.3.14 1.1.3-s", "phone", "320", "7.3.14", "1.1.3-s"),
        ("snom320-SIP 7.3.30 1.1.3-u", "phone", "320", "7.3.30", "1.1.3-u"),
        ("snom320-SIP 8.4.18 1.1.3-s", "phone", "320", "8.4.18", "1.1.3-s"),
        ("snom870-SIP 8.3.6 SPEAr300 SNOM 1.4", "phone", "870", "8.3.6", "SPEAr300 SNOM 1.4"),
        ("snom820-SIP 8.4.35 1.1.4-IFX-26.11.09", "phone", "820", "8.4.35", "1.1.4-IFX-26.11.09"),
        ("snomPA1-SIP 8.4.35 1.1.3-s", "phone", "PA1", "8.4.35", "1.1.3-s"),
        ("snomMP-SIP 8.7.5.35 2010.06", "phone", "MP", "8.7.5.35", "2010.06"),
        ("snom710-SIP 8.7.3.19 1.1.5-IFX-05.01.12", "phone", "710", "8.7.3.19", "1.1.5-IFX-05.01.12"),
        ("snom760-SIP 8.7.3.19 2010.06", "phone", "760", "8.7.3.19", "2010.06"),
        ("snom715-SIP 8.9.3.80", "phone", "715", "8.9.3.80", None),
        ("snom720 8.9.3.80", "image_loader", "720", "8.9.3.80", None),
        ("snomD862-SIP 10.1.226.13 2020.04", "phone", "D862", "10.1.226.13", "2020.04"),
        # What one part does not tell takes no other along.
        ("snomD999-SIP 10.1.240.1 2020.04", "phone", "D999", "10.1.240.1", "2020.04"),
        ("snomD785-SIP 10.1.54.13-beta 2020.04", "phone", "D785", "10.1.54.13-beta", "2020.04"),
        ("snom300-SIP 8.7.5.35-rc1 1.1.3-s", "phone", "300", "8.7.5.35-rc1", "1.1.3-s"),
        ("snomD785-SIP 10.1.0.0 beta 2010.12", "phone", "D785", "10.1.0.0-beta", "2010.12"),
        ("snomD785-SIP 10.1.0.0 (Beta) 2010.12", "phone", "D785", "10.1.0.0-beta", "2010.12"),
        ("snomD785-SIP newest 2020.04", "phone", "D785", None, "2020.04"),
        ("snomD785-SIP", "phone", "D785", None, None),
        ("snomD785", None, "D785", None, None),
        ("snomD785-SIP 10.1.1.1 (((((((((((x", "phone", "D785", "10.1.1.1", None),
        (f"snomD785-SIP {'1.' * 300}1 x", "phone", "D785", None, "x"),
    ],
)
def test_over_http(
    text: str, kind: str | None, model: str | None, firmware: str | None, boot_loader: str | None
) -> None:
    said = read_user_agent(browser(text))
    assert said == UserAgent(
        kind=kind, model=model, firmware=Version.parse(firmware) if firmware else None, boot_loader=boot_loader
    )


@pytest.mark.parametrize(
    ("text", "model", "firmware", "mac"),
    [
        ("snom105-2.04g", "105", "2.04g", None),
        ("snom105-3.56p", "105", "3.56p", None),
        ("snom360/7.3.30", "360", "7.3.30", None),
        ("snom 320/8.7.5.17", "320", "8.7.5.17", None),
        ("snomD785/10.1.54.13-beta", "D785", "10.1.54.13-beta", None),
        ("snomD785/10.1.0.0 beta 0004130DD7C9", "D785", "10.1.0.0 beta", "0004130DD7C9"),
        ("snomD785/10.1.0.0 beta 00:04:13:0D:D7:C9", "D785", "10.1.0.0 beta", "0004130DD7C9"),
        ("snom821/873_19_20130321", "821", None, None),
        ("snomD120/10.1.39.11", "D120", "10.1.39.11", None),
        ("snomD785/10.1.198.12 0004130DD7C9", "D785", "10.1.198.12", "0004130DD7C9"),
        ("snomD862/10.1.226.13 00:04:13:0d:d7:c9", "D862", "10.1.226.13", "0004130DD7C9"),
        ("snomD999/10.1.240.1 0004130DD7C9", "D999", "10.1.240.1", "0004130DD7C9"),
        ("snom821/873_19_20130321 0004130DD7C9", "821", None, "0004130DD7C9"),
    ],
)
def test_over_sip(text: str, model: str, firmware: str | None, mac: str | None) -> None:
    version = Version.parse(firmware) if firmware else None
    assert read_user_agent(text) == UserAgent(kind="phone", model=model, firmware=version, mac=mac)


@pytest.mark.parametrize("mac", SPELLINGS)
def test_todays_phones(mac: str) -> None:
    """They have the date of the boot loader's build in parentheses within the parentheses."""
    text = f"snomD713-SIP 10.1.215.13 2020.04-v10-rc2 (Mar 12 2025 - 10:11:12) {mac} SXM:0 UXM:1 UXMC:0"
    assert read_user_agent(browser(text)) == UserAgent(
        kind="phone",
        model="D713",
        firmware=Version.parse("10.1.215.13"),
        mac=MAC,
        boot_loader="2020.04-v10-rc2",
        built="2025-03-12T10:11:12",
        modules={"SXM": 0, "UXM": 1, "UXMC": 0},
    )


@pytest.mark.parametrize("model", [*MODELS, "D899", "P899"])
def test_each_part_may_be_missing(model: str) -> None:
    for form, boot_loader, built, mac, modules in product(
        ("{}-SIP {}", "{} {}"),
        (None, "2010.12-00004-g9ba52f5"),
        ("", " (Jan  2 2019 - 03:04:05)", " (Jan 02 2019 - 03:04:05 +0000)"),
        ("", f" {MAC}"),
        ("", " SXM:0 UXM:2"),
    ):
        beginning = form.format(f"snom{model}", "10.1.169.16")
        text = f"{beginning}{' ' + boot_loader if boot_loader else ''}{built}{mac}{modules}"
        assert read_user_agent(browser(text)) == UserAgent(
            kind="phone" if "-SIP" in form else "image_loader",
            model=model,
            firmware=Version.parse("10.1.169.16"),
            mac=MAC if mac else None,
            boot_loader=boot_loader,
            built="2019-01-02T03:04:05" if built else None,
            modules={"SXM": 0, "UXM": 2} if modules else {},
        ), text


@pytest.mark.parametrize("name", ["D7C", "UXM", "D8C", "SXM", "D3"])
def test_a_module_is_no_phone(name: str) -> None:
    said = read_user_agent(browser(f"snom{name} 1.9.1"))
    assert said and (said.kind, said.model, str(said.firmware)) == ("module", name, "1.9.1")


@pytest.mark.parametrize("name", ["m3", "M9", "M300", "M325", "M400", "M700", "M900", "M65", "M200SC"])
@pytest.mark.parametrize(
    "form",
    [
        "snom{}/7.40",
        "snom-{}/07.40.1",
        "Snom {} 7.40 000413AABB0C",
        "Mozilla/4.0 (compatible; snom{} 7.40)",
        "Mozilla/4.0 (compatible; snom{}-SIP 7.40 1 000413AABB0C)",
        "snom{}",
    ],
)
def test_a_dect_base_is_no_desk_phone(form: str, name: str) -> None:
    said = read_user_agent(form.format(name))
    assert said and (said.kind, said.model) == (DECT, name.upper())


@pytest.mark.parametrize("name", ["MP", "D895M", "MeetingPoint", "D300M"])
def test_a_model_with_an_m_is_one(name: str) -> None:
    said = read_user_agent(f"snom{name}/10.1.54.13")
    assert said and said.kind == PHONE


@pytest.mark.parametrize("built", ["(Feb 31 2019 - 14:19:43)", "(Foo 12 2019 - 14:19:43)", "(Feb 12 2019 - 25:00:00)"])
def test_a_date_that_is_none_takes_nothing_along(built: str) -> None:
    said = read_user_agent(browser(f"snomD785-SIP 10.1.1.1 2010.12 {built} {MAC} UXM:1"))
    assert said and (said.built, said.boot_loader, said.mac, said.modules) == (None, "2010.12", MAC, {"UXM": 1})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "curl/7.88.1",
        "telephony.snom",
        "Mozilla/5.0 (X11; Linux x86_64) Firefox/140",
        "Yealink SIP-T46S 66.86.0.15 805ec0123456",
        "snom-provisioner/1.0",
        "Mozilla/4.0 (compatible; mysnom320-SIP 8.4.18)",
    ],
)
def test_others(text: str) -> None:
    assert read_user_agent(text) is None


@pytest.mark.parametrize(
    "text",
    [
        # Two that differ, a hash of a build, a date, and what is cut off or longer.
        f"{MAC} 000413922D25",
        "2010.12-00001-gabcdef012345",
        "202503121011",
        "000413922D2",
        "000413922D245",
    ],
)
def test_a_mac_address_is_never_guessed(text: str) -> None:
    said = read_user_agent(browser(f"snomD785-SIP 10.1.1.1 {text}"))
    assert said and (said.model, said.mac) == ("D785", None)


def test_a_long_text_is_cut_between_words() -> None:
    said = read_user_agent(f"snomD785/10.1.198.12 {'x' * (LONGEST - 30)} {MAC}00")
    assert said and (said.model, said.mac) == ("D785", None)
    assert read_user_agent("x" * 10_000_000) is None


CASES = st.sampled_from([str, str.lower, str.upper, str.swapcase])
VERSION_TEXTS = ["10.1.169.16", "8.9.3.80", "8.7.5.35-rc1", "10.1.0.0 beta", "3.60d"]


@st.composite
def agents(draw: st.DrawFn) -> tuple[str, UserAgent]:
    """A User-Agent of the form that browsers have, with some of its parts, in some order; and what it tells."""
    model, version = draw(st.sampled_from(["D785", "320", "PA1", "D899"])), draw(st.sampled_from(VERSION_TEXTS))
    sip = draw(st.sampled_from(["-SIP", ""]))
    boot_loader = draw(st.sampled_from(["", "2010.12-00004-g9ba52f5", "SPEAr300 SNOM 1.4", "2020.04-v10-rc2"]))
    built = draw(st.sampled_from(["", "(Feb 25 2019 - 14:19:43)"]))
    mac, module = draw(st.sampled_from(["", *SPELLINGS])), draw(st.sampled_from(["", "SXM:0 UXM:12"]))
    parts = draw(st.permutations([boot_loader, built, mac, module]))
    text = browser(" ".join(filter(None, [f"snom{model}{sip} {version}", *parts])))
    return text, UserAgent(
        kind="phone" if sip else "image_loader",
        model=model,
        firmware=Version.parse(version),
        mac=MAC if mac else None,
        boot_loader=boot_loader or None,
        built="2019-02-25T14:19:43" if built else None,
        modules={"SXM": 0, "UXM": 12} if module else {},
    )


@given(
    agents(),
    CASES,
    st.sampled_from([" ", "  ", "\t", " \t "]),
    st.sampled_from(["{}", '"{}"', "'{}'", " {} ", "User-Agent: {}"]),
)
def test_spelled_in_any_way_it_tells_the_same(agent: tuple[str, UserAgent], case: Any, blank: str, around: str) -> None:
    text, told = agent
    said = read_user_agent(around.format(case(text).replace(" ", blank)))
    assert said
    assert replace(said, boot_loader=None) == replace(told, boot_loader=None)
    assert (said.boot_loader or "").lower() == (told.boot_loader or "").lower()


@given(agents(), st.integers(1, 160))
def test_what_is_cut_off_says_nothing_that_the_whole_does_not(agent: tuple[str, UserAgent], length: int) -> None:
    text, told = agent
    said = read_user_agent(text[:length])
    if said is None:
        return
    for name in ("kind", "model", "firmware", "mac", "boot_loader", "built"):
        assert getattr(said, name) in (None, getattr(told, name)), name
    assert said.modules.items() <= told.modules.items()


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from(
                ["snom", "D785", "-SIP", " ", "10.1.1.1", "(", ")", ";", ":", "0004", MAC, "UXM:1", "Feb 1"]
            ),
        ),
        max_size=400,
    ).map("".join)
)
def test_no_text_breaks_it(text: str) -> None:
    for said in (read_user_agent(text), read_user_agent(f"snomD785-SIP {text}")):
        assert said is None or (said.mac is None or len(said.mac) == 12)


@pytest.mark.parametrize(
    ("text", "model", "firmware"),
    [
        ("Gigaset P810 PRO/10.1.54.13", "D810", "10.1.54.13"),
        ("Gigaset P850W PRO-SIP 10.1.54.13", "D815", "10.1.54.13"),
        ("GigasetP820PRO/10.1.54.13", "D812", "10.1.54.13"),
        ("Gigaset P855 10.1.54.13", "D815", "10.1.54.13"),
        ("Gigaset P855BW IP PRO/10.1.54.13", "D815", "10.1.54.13"),
        ("GigasetP82x/10.1.54.13", "D812", "10.1.54.13"),
        ("Gigaset P810 PROX/10.1.54.13", "D810", None),
    ],
)
def test_gigasets_phones_have_a_version_whatever_they_are_sold_as(text: str, model: str, firmware: str | None) -> None:
    for written in (text, browser(text)):
        agent = read_user_agent(written)
        assert agent and agent.model == model
        assert agent.firmware == (Version.parse(firmware) if firmware else None)
