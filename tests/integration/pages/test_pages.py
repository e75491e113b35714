# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages in a real browser: what can be read on every screen, by everybody, and on paper."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.telephony.snom.plugins.modules import snom_rollout
from ansible_collections.telephony.snom.tests.integration.pages import samples
from ansible_collections.telephony.snom.tests.integration.pages.conftest import PAGES, Show, Shown
from ansible_collections.telephony.snom.tests.pictures.report import PICTURE, made_of, sample, words_of
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

WIDTHS = (360, 768, 1280, 2560)
SMALL = [name for name in PAGES if name != "large"]

# What begins left of the window or ends right of it, or of a box that does not show what is beyond.
CUT_OFF = """() => [...document.querySelectorAll("main *, header *")].filter(one => {
  if (one.closest("svg, thead, [hidden]") || !one.checkVisibility()) return false;
  const box = one.getBoundingClientRect();
  return box.width && (box.left < -0.5 || box.right > innerWidth + 0.5
    || (one.scrollWidth > one.clientWidth + 1 && one.clientWidth && getComputedStyle(one).overflowX !== "visible"
        && !one.matches("input, select")));
}).map(one => one.outerHTML.slice(0, 200))"""


def test_the_samples_are_what_a_rollout_returns() -> None:
    documented = yaml.safe_load(snom_rollout.RETURN)
    result = samples.rollout(30, 3)
    assert result.keys() - {"phones", "started", "ended", "run", "check_mode", "options", "do_not_power_off"} <= set(
        documented
    )
    for entry in result["phones"].values():
        assert entry.keys() == documented["phones"]["contains"].keys() - {"changed"}


def test_the_picture_in_the_readme_is_of_the_page_as_it_is() -> None:
    assert made_of(PICTURE.read_bytes()) == words_of(sample()), "make pictures"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SMALL)
def test_nothing_is_cut_off_and_the_page_does_not_scroll_sideways(name: str, width: int, show: Show) -> None:
    shown = show(name, width)
    for summary in shown.page.locator("details:not([open]) > summary").all()[:5]:
        summary.click()
    assert shown.page.evaluate("document.documentElement.scrollWidth") == width
    assert shown.page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", SMALL)
def test_axe_finds_nothing(name: str, width: int, scheme: str, show: Show) -> None:
    shown = show(name, width, color_scheme=scheme)
    if name != "drift":
        shown.page.locator("table.long tbody:visible summary").first.click()
    found = Axe().run(shown.page)
    assert found.violations_count == 0, found.generate_report()
    assert shown.page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(243, 245, 248)" if scheme == "light" else "rgb(14, 18, 23)"
    )


@pytest.mark.parametrize("name", SMALL)
def test_a_reason_is_as_wide_as_the_table(name: str, show: Show) -> None:
    page = show(name).page
    reason = page.locator("table.long tbody:visible td[colspan]").first.bounding_box()
    table = page.locator("table.long").bounding_box()
    assert reason and table and reason["width"] == pytest.approx(table["width"], abs=2)


def test_versions_before_and_after_are_one_column(show: Show) -> None:
    cells = show("rollout").page.locator("table.long tbody tr:first-child td:nth-child(5)")
    assert "8.4.35 → 8.7.5.35" in cells.all_text_contents()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SMALL)
def test_all_phones_are_on_paper_and_what_can_not_be_used_there_is_not(name: str, scheme: str, show: Show) -> None:
    shown = show(name, color_scheme=scheme)
    everybody = len(shown.hosts())
    all_of_them = re.compile(f"^{everybody} of {everybody} ")
    filter_by(shown, outcome=shown.page.locator("select[name=outcome] option").nth(2).get_attribute("value"))
    # The page filters when it comes to it, and what moves under the mouse meanwhile takes no click.
    expect(shown.found).not_to_have_text(all_of_them)
    shown.page.get_by_role("button", name="Clear").click()
    expect(shown.found).to_have_text(all_of_them)
    shown.page.emulate_media(media="print")
    # Paper is white, whatever the screen is.
    assert shown.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(shown.hosts()) == everybody
    expect(shown.page.get_by_role("search")).to_be_hidden()
    expect(shown.page.get_by_role("navigation")).to_be_hidden()
    assert shown.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def filter_by(shown: Shown, outcome: str | None = None, site: str | None = None, text: str | None = None) -> None:
    """As a user: choose and type."""
    if outcome is not None:
        shown.outcome.select_option(outcome)
    if site is not None:
        shown.site.fill(site)
    if text is not None:
        shown.text.fill(text)


def test_filters(show: Show) -> None:
    shown = show("rollout")
    for field, name in ((shown.outcome, "Outcome"), (shown.site, "Site"), (shown.text, "Text")):
        expect(field).to_have_accessible_name(name)
    expect(shown.found).to_have_text("40 of 40 phones")
    result = samples.rollout(40, 4)["phones"]

    filter_by(shown, outcome="timed_out")
    timed_out = [host for host, phone in result.items() if phone["outcome"] == "timed_out"]
    expect(shown.found).to_have_text(f"{len(timed_out)} of 40 phones")
    assert sorted(shown.hosts()) == sorted(timed_out)

    filter_by(shown, outcome="", site="berlin")
    expect(shown.found).to_have_text("10 of 40 phones")
    filter_by(shown, site="berl")
    expect(shown.found).to_have_text("10 of 40 phones")
    filter_by(shown, site="berlin", text="d785 RACK-3")
    matching = [host for host, phone in result.items() if (phone["site"], phone["model"]) == ("berlin", "D785")]
    matching = [host for host in matching if result[host]["group"] == "rack-3"]
    expect(shown.found).to_have_text(f"{len(matching)} of 40 phones")
    # What is folded away is found as it is read, and without what it is written in.
    filter_by(shown, site="", text="000413000007 its screen")
    expect(shown.found).to_have_text("1 of 40 phones")
    filter_by(shown, text="<dd>")
    expect(shown.found).to_have_text("0 of 40 phones")
    filter_by(shown, text="nobody is called so")
    expect(shown.found).to_have_text("0 of 40 phones")
    shown.page.get_by_role("button", name="Clear").click()
    expect(shown.found).to_have_text("40 of 40 phones")


def test_phones_that_need_somebody(show: Show) -> None:
    shown = show("rollout")
    filter_by(shown, outcome="?")
    needing = sum(
        phone["outcome"] not in ("upgraded", "compliant", "protected")
        for phone in samples.rollout(40, 4)["phones"].values()
    )
    expect(shown.found).to_have_text(f"{needing} of 40 phones")


def test_an_outcome_and_a_site_lead_to_their_phones(show: Show) -> None:
    shown = show("rollout")
    shown.page.locator(".legend").get_by_role("button", name="old_version").click()
    expect(shown.outcome).to_have_value("old_version")
    expect(shown.outcome).to_be_focused()
    shown.page.get_by_role("button", name="wien", exact=True).click()
    expect(shown.site).to_have_value("wien")
    expect(shown.outcome).to_have_value("")
    expect(shown.found).to_have_text("10 of 40 phones")
    expect(shown.page.get_by_role("heading", name="Phones", exact=True)).to_be_in_viewport()


def test_sorting_by_keyboard(show: Show) -> None:
    shown = show("rollout")
    heading = shown.page.get_by_role("columnheader", name="Host")
    heading.get_by_role("button").focus()
    shown.page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert shown.hosts() == sorted(samples.rollout(40, 4)["phones"])
    shown.page.keyboard.press("Space")
    assert heading.get_attribute("aria-sort") == "descending"
    assert shown.hosts() == sorted(samples.rollout(40, 4)["phones"], reverse=True)


def test_all_can_be_reached_by_keyboard(show: Show) -> None:
    """What can be clicked is focused by the tabulator, and can be seen to be."""
    shown = show("rollout")
    reached = []
    for _press in range(40):
        shown.page.keyboard.press("Tab")
        focused = shown.page.evaluate(
            """() => { const one = document.activeElement, style = getComputedStyle(one);
            return [one.tagName, parseFloat(style.outlineWidth)]; }"""
        )
        reached.append(focused)
    assert {"A", "BUTTON", "SUMMARY"} <= {tag for tag, _outline in reached}
    assert all(outline >= 1 for _tag, outline in reached)
    summary = shown.page.locator("table.long tbody:visible summary").first
    summary.focus()
    shown.page.keyboard.press("Enter")
    expect(shown.page.locator("table.long details[open] dl")).to_be_visible()
    expect(shown.page.locator("table.long details[open] dl")).to_contain_text("call state source")


def test_each_outcome_has_a_remedy_and_a_link_to_the_guide(show: Show) -> None:
    lines = show("rollout").page.locator(".legend li")
    for line in lines.all():
        text = line.inner_text()
        assert text.startswith(("upgraded", "compliant", "protected")) or "What to do:" in text
    guide = lines.get_by_role("link", name="Guide on timed_out")
    assert guide.get_attribute("href").endswith("/docs/docsite/rst/troubleshooting.rst#timed_out")


def test_times_are_shown_in_the_readers_own_zone_too(show: Show) -> None:
    header = show("rollout", timezone_id="Europe/Berlin", locale="en-GB").page.locator("header")
    expect(header).to_contain_text("2026-11-23 06:00:00 UTC (Mon 07:00:00 your time)")
    assert "your time" not in show("rollout", timezone_id="UTC").page.locator("header").inner_text()


def test_without_scripts_all_can_be_read(show: Show) -> None:
    shown = show("rollout", java_script_enabled=False)
    assert len(shown.hosts()) == 40
    expect(shown.page.get_by_role("search")).to_be_hidden()


def test_five_thousand_phones_at_a_thousand_sites(show: Show) -> None:
    """Only what is looked at is laid out, which is what makes a page of thousands fast."""
    shown = show("large")
    expect(shown.found).to_have_text("5,000 of 5,000 phones, the first 300 shown")
    assert len(shown.hosts()) == 300
    assert shown.page.locator("datalist option").count() == 1000
    assert shown.page.locator("table.sites tbody tr:visible").count() == 12
    assert shown.page.locator(".lanes li:visible").count() == 13
    # It was ready long before. This is no measure, it only names a page that has become useless.
    assert (
        shown.page.evaluate("performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart") < 120e3
    )

    # What is folded away is made when it is looked at.
    assert shown.page.locator("dl").count() < 20
    shown.page.get_by_text("988 more sites").click()
    shown.page.locator("[data-value=site-0999] button").click()
    expect(shown.found).to_have_text("5 of 5,000 phones")
    filter_by(shown, site="", text="desk-04321")
    expect(shown.found).to_have_text("1 of 5,000 phones")
    shown.page.locator("button[type=reset]").click()
    shown.page.locator("#more").focus()
    shown.page.keyboard.press("Enter")
    expect(shown.found).to_have_text("5,000 of 5,000 phones, the first 600 shown")
    assert len(shown.hosts()) == 600
    # Who goes on with the keyboard goes on behind what was there.
    assert (
        shown.page.evaluate("document.activeElement.closest('tbody').querySelector('th').textContent")
        == (shown.hosts()[300])
    )
    assert shown.page.evaluate("document.documentElement.scrollWidth") == 1280
