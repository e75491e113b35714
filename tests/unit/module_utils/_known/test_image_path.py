# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused
from ansible_collections.telephony.snom.plugins.module_utils._known.image_path import Hop, find_path, version_in_url
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog, Image, parse_images
from ansible_collections.telephony.snom.plugins.module_utils._known.models import MODELS
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.plugin_utils.inventory.needs import needed_for
from hypothesis import given
from hypothesis import strategies as st

CHAIN = "snomD785-ramdisk-chained-update-r.bin"
CHAINED_FORM = (
    "http://images.example/snomD785-ramdisk-chained-update-r.bin?mac={mac}"
    "&chained_url=http%3A%2F%2Fimages.example%2FsnomD785-10.1.184.15-SIP-r.bin%3Fmac%3D{mac}"
)


def image(file: str, **more: Any) -> Image:
    return parse_images([{"file": file, "url": f"http://images.example/{file}", **more}], "a test")[0]


CATALOG = Catalog(
    [
        image("snom320-6.5.20-SIP-j.bin"),
        image("snom320-8.4.35-SIP-f.bin", size=10, sha1="a" * 40),
        image("snom320-8.7.5.35-SIP-f.bin", size=20),
        image("snomD785-8.9.3.80-SIP-r.bin"),
        image("snomD785-10.1.54.13-SIP-r.bin"),
        image("snomD785-10.1.184.15-SIP-r.bin", size=30),
        image("snomD865-10.1.215.13-SIP-r.swu"),
        image(CHAIN, kind="chained-update"),
    ]
)


def path(model: str, now: str, target: str, *more: Image, **options: Any) -> tuple[Hop, ...]:
    return find_path(
        model=MODELS[model],
        now=Version.parse(now),
        target=Version.parse(target),
        **{"catalog": CATALOG.merged(more), "mac": None, **options},
    )


def versions(hops: tuple[Hop, ...]) -> list[str]:
    return [str(hop.version) for hop in hops]


def test_one_image_from_the_catalogue() -> None:
    assert path("320", "8.4.18", "8.4.35") == (
        Hop(
            version=Version.parse("8.4.35"),
            file="snom320-8.4.35-SIP-f.bin",
            url="http://images.example/snom320-8.4.35-SIP-f.bin",
            image_url="http://images.example/snom320-8.4.35-SIP-f.bin",
            size=10,
            sha1="a" * 40,
            chained=False,
        ),
    )


def test_nothing_to_do() -> None:
    assert path("320", "8.7.5.35", "08.7.5.35") == ()
    # Even where no image is known, and where it would need a chained update.
    assert path("D785", "10.1.198.19", "10.1.198.19") == ()


def test_force_loads_the_same_version_again() -> None:
    assert versions(path("320", "8.7.5.35", "8.7.5.35", force=True)) == ["8.7.5.35"]


def test_phone_manager_models_have_paths_too() -> None:
    (hop,) = path("D865", "10.1.141.13", "10.1.215.13")
    assert hop.file == "snomD865-10.1.215.13-SIP-r.swu"


# Mirror


def test_a_mirror_holds_the_same_files_elsewhere() -> None:
    (hop,) = path("320", "8.4.18", "8.4.35", mirror="https://mirror.example/fw/")
    assert hop.url == hop.image_url == "https://mirror.example/fw/snom320-8.4.35-SIP-f.bin"
    assert (hop.size, hop.sha1) == (10, "a" * 40)


def test_a_mirror_may_hold_what_no_catalogue_knows() -> None:
    (hop,) = path("320", "8.4.18", "8.7.5.48", mirror="https://mirror.example/fw")
    assert (hop.url, hop.size) == ("https://mirror.example/fw/snom320-8.7.5.48-SIP-f.bin", None)


def test_a_mirror_without_a_host() -> None:
    with pytest.raises(InputError, match=r"^mirror: The URL needs http or https and a host"):
        path("320", "8.4.18", "8.4.35", mirror="mirror.example/fw")


def test_an_unknown_version_without_a_mirror() -> None:
    with pytest.raises(Refused, match=r"No image of 8\.7\.5\.48 for the 320 is known.*catalog.*mirror.*url"):
        path("320", "8.4.18", "8.7.5.48")


# Downgrades


@pytest.mark.parametrize(
    ("model", "now", "target", "options", "needed"),
    [
        ("320", "8.7.5.35", "8.4.35", {}, r"needs allow_downgrade: true\.$"),
        ("320", "8.7.5.35", "8.4.35", {"force": True}, r"needs allow_downgrade: true\.$"),
        ("D785", "10.1.54.13", "8.9.3.80", {}, r"needs allow_downgrade: true and force: true\.$"),
        ("D785", "10.1.54.13", "8.9.3.80", {"allow_downgrade": True}, r"needs force: true\.$"),
        ("D785", "10.1.54.13", "8.9.3.80", {"force": True}, r"needs allow_downgrade: true\.$"),
        ("D785", "10.1.184.15", "10.1.54.13", {"allow_downgrade": True}, r"needs force: true\.$"),
        ("710", "8.9.3.80", "8.9.3.60", {"allow_downgrade": True}, r"needs force: true\.$"),
        ("710", "8.9.3", "8.7.5.35", {"allow_downgrade": True}, r"needs force: true\.$"),
    ],
)
def test_a_downgrade_names_the_options_it_needs(
    model: str, now: str, target: str, options: dict[str, bool], needed: str
) -> None:
    with pytest.raises(Refused, match=needed) as caught:
        path(model, now, target, **options)
    assert caught.value.reason.startswith(f"{target} is older than {now} on this {model}.")


@pytest.mark.parametrize("now", ["8.7.5.35-hotfix", "8.7.5.35b"])
def test_what_may_be_a_downgrade_is_asked_for_as_one(now: str) -> None:
    with pytest.raises(Refused, match=r"^8\.7\.5\.35 may be older than .* needs allow_downgrade: true\.$"):
        path("320", now, "8.7.5.35")
    assert versions(path("320", now, "8.7.5.35", allow_downgrade=True)) == ["8.7.5.35"]


def test_a_pre_release_of_the_target_is_not_the_target() -> None:
    assert versions(path("320", "8.7.5.35-rc1", "8.7.5.35")) == ["8.7.5.35"]
    with pytest.raises(Refused, match=r"^8\.7\.5\.35-rc1 is older than 8\.7\.5\.35 on this 320\."):
        path("320", "8.7.5.35", "8.7.5.35-rc1")


def test_a_pre_release_of_a_border_gets_what_is_safe_on_both_sides() -> None:
    with pytest.raises(Refused, match="can end unable to update"):
        path("D785", "8.9.3-beta", "8.7.5.35", allow_downgrade=True)
    with pytest.raises(Refused, match="chained-update"):
        path("D785", "10.1.54.13", "10.1.184.15-beta", mirror="http://mirror.example")
    needy = image("snom320-8.7.5.35-SIP-f.bin", requires="8.4.35")
    assert versions(path("320", "8.4.35-beta", "8.7.5.35", needy)) == ["8.4.35", "8.7.5.35"]


def test_an_allowed_downgrade_is_one_hop() -> None:
    assert versions(path("320", "8.7.5.35", "8.4.35", allow_downgrade=True)) == ["8.4.35"]
    assert versions(path("D785", "10.1.54.13", "8.9.3.80", allow_downgrade=True, force=True)) == ["8.9.3.80"]


def test_nothing_leads_back_to_firmware_6() -> None:
    with pytest.raises(Refused, match=r"No public source shows a way from 8\.4\.35 back to 6\.5\.20"):
        path("320", "8.4.35", "6.5.20", allow_downgrade=True, force=True)


# Several hops


def test_nothing_public_leads_from_firmware_6_to_7_or_later() -> None:
    with pytest.raises(
        Refused, match=r"how the 320 gets from 6\.5\.19 to firmware 7 or later.*7\.3\.30-SIP-bf.*as requires"
    ):
        path("320", "6.5.19", "8.7.5.35")


def test_firmware_6_may_be_renewed() -> None:
    assert versions(path("320", "6.5.19", "6.5.20")) == ["6.5.20"]


def test_a_bridge_of_the_user_leads_from_firmware_6_to_7_or_later() -> None:
    bridge = image("snom320-7.3.30-SIP-f.bin", requires="6.5.20")
    assert versions(path("320", "6.5.20", "8.7.5.35", bridge)) == ["7.3.30", "8.7.5.35"]
    assert versions(path("320", "6.5.19", "8.7.5.35", bridge)) == ["6.5.20", "7.3.30", "8.7.5.35"]
    assert versions(path("320", "7.3.14", "8.7.5.35", bridge)) == ["8.7.5.35"]


def test_required_versions_come_first() -> None:
    needy = image("snomD785-10.1.101.11-SIP-r.bin", requires="10.1.54.13")
    hops = path("D785", "8.9.3.60", "10.1.101.11", needy, mirror="http://mirror.example")
    assert versions(hops) == ["10.1.54.13", "10.1.101.11"]
    assert hops[0].url == "http://mirror.example/snomD785-10.1.54.13-SIP-r.bin"
    assert versions(path("D785", "10.1.54.13", "10.1.101.11", needy)) == ["10.1.101.11"]
    assert versions(path("D785", "10.1.73.1", "10.1.101.11", needy)) == ["10.1.101.11"]


def test_the_shortest_way_wins_and_then_the_newest() -> None:
    more = [
        image("snomD785-10.1.20.0-SIP-r.bin", requires="8.9.3.80"),
        image("snomD785-10.1.39.11-SIP-r.bin", requires="8.9.3.80"),
        image("snomD785-10.1.54.13-SIP-r.bin", requires="10.1.20.0"),
        image("snomD785-10.1.101.11-SIP-r.bin", requires="10.1.39.11"),
    ]
    assert versions(path("D785", "8.9.3.80", "10.1.101.11", *more)) == ["10.1.39.11", "10.1.101.11"]


def test_a_requirement_that_nothing_fulfils() -> None:
    needy = image("snomD785-10.1.101.11-SIP-r.bin", requires="10.1.70.0")
    with pytest.raises(Refused, match=r"loads 10\.1\.101\.11 from 10\.1\.70\.0 on.*from 8\.9\.3\.80.*own catalog"):
        path("D785", "8.9.3.80", "10.1.101.11", needy)


def test_no_bridge_goes_through_a_chained_update_that_nobody_asked_for() -> None:
    needy = image("snomD785-10.1.215.13-SIP-r.bin", requires="10.1.184.15", chain=CHAIN)
    with pytest.raises(Refused, match=r"loads 10\.1\.215\.13 from 10\.1\.184\.15 on"):
        path("D785", "10.1.54.13", "10.1.215.13", needy)
    bridge = image("snomD785-10.1.184.15-SIP-r.bin", chain=CHAIN)
    hops = path("D785", "10.1.54.13", "10.1.215.13", needy, bridge)
    assert [(str(hop.version), hop.chained) for hop in hops] == [("10.1.184.15", True), ("10.1.215.13", True)]


# Chained updates


@pytest.mark.parametrize("options", [{}, {"mirror": "http://mirror.example"}, {"force": True}])
@pytest.mark.parametrize("now", ["10.1.54.13", "10.1.184.1"])
def test_a_chained_update_must_be_asked_for_by_name(now: str, options: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"From 10\.1\.184\.15 on, the D785 loads.*name the chained-update file as chain"):
        path("D785", now, "10.1.184.15", **options)


def test_a_plain_url_is_no_way_around_a_chained_update() -> None:
    with pytest.raises(Refused, match="through a chained-update image"):
        path("D785", "10.1.54.13", "10.1.184.15", url="http://images.example/new.bin")


def test_below_that_version_and_on_other_models_no_chained_update_is_needed() -> None:
    (hop,) = path("D785", "8.9.3.80", "10.1.54.13")
    assert not hop.chained
    (hop,) = path("D713", "10.1.141.13", "10.1.184.15", mirror="http://mirror.example")
    assert not hop.chained


@pytest.mark.parametrize(("mac", "filled_in"), [("00:04:13:92:2d:24", "000413922D24"), (None, "{mac}")])
def test_a_chained_update_by_catalogue(mac: str | None, filled_in: str) -> None:
    real = image("snomD785-10.1.184.15-SIP-r.bin", chain=CHAIN, size=30)
    (hop,) = path("D785", "10.1.54.13", "10.1.184.15", real, mac=mac)
    assert hop.chained
    assert hop.url == CHAINED_FORM.replace("{mac}", filled_in)
    assert hop.image_url == "http://images.example/snomD785-10.1.184.15-SIP-r.bin"
    assert (hop.file, hop.size) == ("snomD785-10.1.184.15-SIP-r.bin", 30)


def test_a_chained_update_on_a_mirror() -> None:
    real = image("snomD785-10.1.184.15-SIP-r.bin", chain=CHAIN)
    (hop,) = path("D785", "10.1.54.13", "10.1.184.15", real, mirror="http://mirror.example/fw")
    assert hop.url == CHAINED_FORM.replace("images.example%2F", "mirror.example%2Ffw%2F").replace(
        "images.example/", "mirror.example/fw/"
    )
    assert hop.image_url == "http://mirror.example/fw/snomD785-10.1.184.15-SIP-r.bin"


def test_a_chained_update_of_an_image_with_a_query() -> None:
    real = image("snomD785-10.1.184.15-SIP-r.bin", chain=CHAIN, url="http://images.example/get?file=a%20b")
    (hop,) = path("D785", "10.1.54.13", "10.1.184.15", real, mac="000413922D24")
    inner = hop.url.partition("&chained_url=")[2]
    assert unquote(inner) == "http://images.example/get?file=a%20b&mac=000413922D24"
    assert "&" not in inner


def test_a_chain_that_is_not_in_the_catalogue() -> None:
    real = image("snomD785-10.1.184.15-SIP-r.bin", chain="chain.bin")
    with pytest.raises(Refused, match=r"^chain: chain\.bin.*is not in the catalogue"):
        path("D785", "10.1.54.13", "10.1.184.15", real)
    (hop,) = path("D785", "10.1.54.13", "10.1.184.15", real, mirror="http://mirror.example")
    assert hop.url.startswith("http://mirror.example/chain.bin?mac={mac}&chained_url=")


def test_a_chain_of_another_model() -> None:
    real = image("snomD785-10.1.184.15-SIP-r.bin", chain="snomD735-ramdisk-chained-update-r.bin")
    with pytest.raises(Refused, match=r"^chain: .*for the D735, not for the D785"):
        path("D785", "10.1.54.13", "10.1.184.15", real, mirror="http://mirror.example")


def test_a_mac_that_cannot_be_put_into_a_url() -> None:
    real = image("snomD785-10.1.184.15-SIP-r.bin", chain=CHAIN)
    with pytest.raises(InputError, match="is not a MAC address"):
        path("D785", "10.1.54.13", "10.1.184.15", real, mac="?")


# URL


@pytest.mark.parametrize(
    "url",
    [
        "http://own.example/snom320-8.7.5.48-SIP-f.bin",
        "http://own.example/snom320-8.7.5.48.bin?key=1",
        "http://own.example/snom320.bin",
        "http://own.example/firmware.bin",
        "http://own.example/",
    ],
)
def test_a_url_is_used_as_it_is(url: str) -> None:
    (hop,) = path("320", "8.7.5.35", "8.7.5.48", url=url)
    assert (hop.url, hop.image_url, hop.size, hop.chained) == (url, url, None, False)


def test_what_the_catalogue_knows_of_the_file_in_a_url_is_used() -> None:
    url = "http://own.example/snom320-8.4.35-SIP-f.bin"
    (hop,) = path("320", "8.4.18", "8.4.35", url=url, mirror="http://mirror.example")
    assert (hop.url, hop.size, hop.sha1) == (url, 10, "a" * 40)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://own.example/snom360-8.4.35-SIP-f.bin", "for the 360, not for the 320"),
        ("http://own.example/snom360.bin", "for the 360, not for the 320"),
        ("http://own.example/snom320-8.4.18-SIP-f.bin", r"says version 8\.4\.18, not 8\.4\.35"),
        ("http://own.example/snomD7C-1.6.1-r.bin", "is not that of a phone's image"),
        ("http://own.example/fw.php?x=320&file=old/snom370-8.4.35-SIP-f.bin", "for the 370, not for the 320"),
        ("http://own.example/mine.bin", "the catalogue does not have mine.bin as 8.4.35 for the 320"),
    ],
)
def test_a_url_of_the_wrong_image(url: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        path("320", "8.4.18", "8.4.35", image("mine.bin", model="D785", version="10.1.54.13"), url=url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("/fw/snom320-8.4.35-SIP-f.bin", "needs http or https and a host"),
        ("http:///snom320-8.4.35-SIP-f.bin", "needs http or https and a host"),
        ("tftp://own.example/snom320-8.4.35-SIP-f.bin", "needs http or https and a host"),
        ("http://me:geheim@own.example/snom320-8.4.35-SIP-f.bin", "holds a login"),
        ("http://own.example/snom320-ramdisk-chained-update-r.bin?mac={mac}", "has no chained_url"),
        ("http://own.example/c.bin?chained_url=snom320-8.4.35-SIP-f.bin", "needs http or https and a host"),
    ],
)
def test_a_url_that_no_phone_could_use(url: str, reason: str) -> None:
    with pytest.raises(InputError, match="^url: .*" + reason) as caught:
        path("320", "8.4.18", "8.4.35", url=url)
    assert "geheim" not in caught.value.reason


def test_a_complete_chained_url_is_used_as_it_is() -> None:
    (hop,) = path("D785", "10.1.54.13", "10.1.184.15", url=CHAINED_FORM, mac="000413922D24")
    assert hop.chained
    assert hop.url == CHAINED_FORM
    assert hop.image_url == "http://images.example/snomD785-10.1.184.15-SIP-r.bin?mac=000413922D24"
    assert (hop.file, hop.size) == ("snomD785-10.1.184.15-SIP-r.bin", 30)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("snomD785-ramdisk", "snomD735-ramdisk", "for the D735, not for the D785"),
        ("snomD785-10.1", "snomD735-10.1", "for the D735, not for the D785"),
        ("10.1.184.15", "10.1.198.19", r"says version 10\.1\.198\.19, not 10\.1\.184\.15"),
    ],
)
def test_a_chained_url_of_the_wrong_image(old: str, new: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        path("D785", "10.1.54.13", "10.1.184.15", url=CHAINED_FORM.replace(old, new))


@pytest.mark.parametrize(
    ("url", "version"),
    [
        ("http://own.example/fw/snom320-08.7.5.48-SIP-f.bin?x=y", "8.7.5.48"),
        (CHAINED_FORM, "10.1.184.15"),
        ("http://own.example/fw.php?type=320&file=snom320-8.7.5.48-SIP-f.bin", "8.7.5.48"),
        ("http://own.example/snomD315.bin", None),
        ("http://own.example/", None),
    ],
)
def test_the_version_in_a_url(url: str, version: str | None) -> None:
    assert version_in_url(url) == (Version.parse(version) if version else None)


def test_no_version_in_what_is_not_a_url() -> None:
    for url in ("snom320-8.7.5.48-SIP-f.bin", "http://own.example/x.bin?chained_url=http://["):
        with pytest.raises(InputError, match=r"^url: "):
            version_in_url(url)


# Properties

FEW_VERSIONS = [Version.parse(text) for text in ("6.5.20", "7.3.14", "8.4.35", "8.7.5.35", "8.9.3.80")]


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    images = []
    for position, version in enumerate(FEW_VERSIONS):
        if draw(st.booleans()):
            older = FEW_VERSIONS[:position]
            requires = draw(st.sampled_from([None, *older]))
            images.append(image(f"snom320-{version}.bin", requires=str(requires) if requires else None))
    return Catalog(images)


def outcome(now: Version, target: Version, catalog: Catalog) -> tuple[Hop, ...] | str:
    try:
        return find_path(model=MODELS["320"], now=now, target=target, catalog=catalog, mac=None)
    except Refused as refused:
        return refused.reason


@given(st.sampled_from(FEW_VERSIONS), st.sampled_from(FEW_VERSIONS), catalogs())
def test_paths_rise_to_the_target_and_break_no_requirement(now: Version, target: Version, catalog: Catalog) -> None:
    hops = outcome(now, target, catalog)
    if isinstance(hops, str):
        return
    here = now
    for hop in hops:
        loaded = catalog.by_file(hop.file)
        assert loaded is not None
        assert here < hop.version
        assert here >= loaded.requires if loaded.requires else (here.major >= 7 or hop.version.major < 7)
        here = hop.version
    assert here == target


@given(st.sampled_from(FEW_VERSIONS), st.sampled_from(FEW_VERSIONS), catalogs())
def test_what_is_needed_for_a_version_gives_the_same_paths(now: Version, target: Version, catalog: Catalog) -> None:
    assert outcome(now, target, needed_for(target, catalog)) == outcome(now, target, catalog)
