# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The style sheet and the script of the HTML report."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #fff; --ink: #1b2027; --soft: #56606b; --line: #d9dee4; --link: #0b57c2;
  --same: #93cfa6; --good: #2b9a4b; --move: #3b7fe8; --wait: #dd9d00; --kept: #8a94a1; --fail: #cf2a3c;
  --same-ink: #23583a; --same-tint: #e9f5ed; --good-ink: #0f5a29; --good-tint: #d3f0dc;
  --move-ink: #0a479e; --move-tint: #dfeafd; --wait-ink: #704700; --wait-tint: #fcefcd;
  --kept-ink: #454e59; --kept-tint: #e8ebef; --fail-ink: #9c0b22; --fail-tint: #fde2e5;
}
@media (prefers-color-scheme: dark) { :root {
  --page: #0f1216; --card: #181d23; --ink: #e7eaee; --soft: #9ca7b3; --line: #2d343d; --link: #7cb1ff;
  --same: #3d7a53; --good: #3fb866; --move: #5896f5; --wait: #e0a92b; --kept: #6d7885; --fail: #ec5565;
  --same-ink: #a9dcbb; --same-tint: #1b3024; --good-ink: #8ce8a9; --good-tint: #123a20;
  --move-ink: #a6c8ff; --move-tint: #172b4d; --wait-ink: #f6cf74; --wait-tint: #3b2c08;
  --kept-ink: #c2cad3; --kept-tint: #2a313a; --fail-ink: #ffa9b2; --fail-tint: #46161d;
} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1480px; margin: 0 auto; padding: 2rem clamp(.75rem, 3vw, 2.5rem) 4rem; }
h1 { font-size: clamp(1.5rem, 3.5vw, 2.25rem); line-height: 1.2; margin: .15rem 0 .4rem; letter-spacing: -.015em;
  text-wrap: balance; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
p { margin: .4rem 0; }
code, pre { font-size: .92em;
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { margin: .4rem 0 0; padding: .7rem .9rem; border-radius: 6px; background: var(--page); overflow-x: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; }
small, .over { color: var(--soft); }
.over { margin: 0; }
.lead { font-size: 1.1rem; color: var(--soft); }
.facts { display: flex; flex-wrap: wrap; gap: .4rem 2.5rem; margin: 1rem 0 1.5rem; }
.facts dt { color: var(--soft); font-size: .85rem; }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.box { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem;
  margin: 0 0 1.1rem; }
.power { border: 2px solid var(--fail); background: var(--fail-tint); }
.power h2 { color: var(--fail-ink); font-size: 1.25rem; margin-bottom: .3rem; }
.power ul { margin: .5rem 0 0; padding-left: 1.2rem; }
.stop { border-left: 5px solid var(--wait); }
.bar { display: block; width: 100%; height: .7rem; border-radius: 4px; background: var(--page); }
#outcomes + .bar { height: 1.6rem; border-radius: 6px; }
rect { stroke: var(--card); stroke-width: 1px; vector-effect: non-scaling-stroke; }
rect.same { fill: var(--same); } rect.good { fill: var(--good); } rect.move { fill: var(--move); }
rect.wait { fill: var(--wait); } rect.kept { fill: var(--kept); } rect.fail { fill: var(--fail); }
.legend { list-style: none; margin: .9rem 0 0; padding: 0; display: grid; gap: .3rem 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr)); }
.legend li { display: grid; grid-template-columns: minmax(10.5rem, auto) 1fr; align-items: baseline; }
.legend strong { font-variant-numeric: tabular-nums; margin: 0 .35rem; }
b { display: inline-block; padding: .05rem .5rem; border-radius: 99px; font-weight: 600; font-size: .87em;
  white-space: nowrap; }
b.same { color: var(--same-ink); background: var(--same-tint); }
b.good { color: var(--good-ink); background: var(--good-tint); }
b.move { color: var(--move-ink); background: var(--move-tint); }
b.wait { color: var(--wait-ink); background: var(--wait-tint); }
b.kept { color: var(--kept-ink); background: var(--kept-tint); }
b.fail { color: var(--fail-ink); background: var(--fail-tint); }
.scroll { overflow-x: auto; }
/* A head can stick to the window only where nothing around it scrolls. */
@media (min-width: 80rem) { .scroll { overflow: visible; } }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-size: .85rem; white-space: nowrap; }
tbody th { font-weight: 600; }
td.wide { min-width: 10rem; width: 30%; }
td.wide .bar { margin-top: .4rem; }
td.wide + td { min-width: 16rem; }
td small { display: block; }
#changes-table td { overflow-wrap: anywhere; }
#changes-table { table-layout: fixed; min-width: 40rem; margin-bottom: .9rem; }
#changes-table thead th:nth-child(1) { width: 34%; } #changes-table thead th:nth-child(2) { width: 5rem; }
.group { border-top: 1px solid var(--line); padding: .4rem .6rem; }
#sites-table th, #waves-table th, #waves-table time { white-space: nowrap; }
#phones-table { table-layout: fixed; min-width: 67rem; font-size: .9rem; }
#phones-table th, #phones-table td { overflow-wrap: anywhere; }
#phones-table td:nth-child(n+6):nth-child(-n+8) { overflow-wrap: normal; white-space: nowrap; }
#phones-table thead th { position: sticky; top: 0; background: var(--card); z-index: 1; width: 7.2rem; }
#phones-table thead th:nth-child(1) { width: 13%; }
#phones-table thead th:nth-child(2) { width: 9.2rem; }
#phones-table thead th:nth-child(3) { width: auto; }
#phones-table thead th:nth-child(4) { width: 6rem; }
#phones-table thead th:nth-child(5) { width: 4.9rem; }
#phones-table thead th:nth-child(9) { width: 3.6rem; }
#phones-table thead th:nth-child(10) { width: 4.9rem; }
details summary { cursor: pointer; color: var(--link); width: fit-content; }
td summary { font-size: .9em; }
dl { display: grid; grid-template-columns: fit-content(45%) 1fr; gap: .1rem .9rem; margin: .4rem 0; }
.facts div { display: block; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin: 0 0 .9rem; }
form[hidden], .loading #phones-table { display: none; }
label { color: var(--soft); font-size: .85rem; display: grid; gap: .15rem; }
input, select, button { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--soft);
  border-radius: 6px; padding: .35rem .6rem; }
input { width: min(20rem, 75vw); }
output { color: var(--soft); padding: .35rem 0; }
button { cursor: pointer; }
th button, li button { border: 0; padding: 0; background: none; font: inherit; color: inherit; text-align: left; }
th button:hover, li button:hover { text-decoration: underline; }
th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media screen and (max-width: 50rem) {
  #phones-table { min-width: 0; }
  #phones-table thead { position: absolute; clip-path: inset(50%); }
  #phones-table, #phones-table tbody { display: block; }
  #phones-table tr { display: grid; grid-template-columns: auto 1fr; gap: .1rem .8rem; padding: .7rem 0;
    border-top: 1px solid var(--line); }
  #phones-table tr[hidden] { display: none; }
  #phones-table tbody th, #phones-table td { border: 0; padding: 0; grid-column: 2; }
  #phones-table tbody th { grid-column: 1; }
  #phones-table td:nth-child(2) { justify-self: end; text-align: right; }
  #phones-table td:nth-child(3) { grid-column: 1 / -1; margin: .2rem 0; }
  #phones-table td:nth-child(n+4) { display: grid; grid-template-columns: 5rem 1fr; grid-column: 1 / -1; }
  #phones-table td:nth-child(n+4)::before { color: var(--soft); }
  #phones-table td:nth-child(4)::before { content: "Site"; }
  #phones-table td:nth-child(5)::before { content: "Model"; }
  #phones-table td:nth-child(6)::before { content: "Before"; }
  #phones-table td:nth-child(7)::before { content: "After"; }
  #phones-table td:nth-child(8)::before { content: "Target"; }
  #phones-table td:nth-child(9)::before { content: "Wave"; }
  #phones-table td:nth-child(10)::before { content: "Took"; }
  #phones-table td:nth-child(4) small { grid-column: 2; }
}
@page { size: landscape; }
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; }
  main { max-width: none; padding: 0; }
  form, details:not([open]) { display: none; }
  .box { border: 0; padding: 0; } .power { border: 2px solid #000; padding: .5rem; }
  .scroll { overflow: visible; }
  #phones-table { min-width: 0; font-size: 8pt; table-layout: auto; }
  #phones-table thead th:nth-child(n) { position: static; width: auto; }
  #phones-table td:nth-child(n+4) { overflow-wrap: normal; }
  tr, li, .power { break-inside: avoid; }
  rect, b { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

SCRIPT = """
"use strict";
// The long table is laid out once, when it is known which rows to show: with thousands of phones that saves seconds.
const page = document.documentElement;
page.className = "loading";
addEventListener("DOMContentLoaded", start);
addEventListener("DOMContentLoaded", () => { page.className = ""; });

function start() {
  const form = document.getElementById("controls");
  const table = document.getElementById("phones-table");
  const body = table.tBodies[0];
  const heads = Array.from(table.tHead.rows[0].cells);
  const fields = form.elements;
  const natural = new Intl.Collator(undefined, {numeric: true});
  const rows = Array.from(body.rows, row => ({
    row,
    outcome: row.cells[1].firstChild.textContent,
    site: row.cells[3].firstChild.textContent,
  }));
  let limit = 300;

  // Filter.
  for (const name of ["outcome", "site"]) {
    const counts = new Map();
    for (const entry of rows) counts.set(entry[name], (counts.get(entry[name]) || 0) + 1);
    for (const value of [...counts.keys()].sort(natural.compare))
      fields[name].add(new Option(`${value} (${counts.get(value)})`, value));
  }
  function matches(entry, words) {
    if (fields.outcome.value && entry.outcome !== fields.outcome.value) return false;
    if (fields.site.value && entry.site !== fields.site.value) return false;
    if (!words.length) return true;
    entry.text ??= entry.row.textContent.toLowerCase();
    return words.every(word => entry.text.includes(word));
  }
  function filter() {
    const words = fields.text.value.toLowerCase().split(" ").filter(Boolean);
    let found = 0;
    for (const entry of rows) {
      const show = matches(entry, words) && ++found <= limit;
      if (entry.row.hidden === show) entry.row.hidden = !show;
    }
    fields.all.hidden = found <= limit;
    fields.found.value = `${found.toLocaleString()} of ${rows.length.toLocaleString()} phones`
      + (found > limit ? `, the first ${limit} shown` : "");
  }
  function showAll() {
    limit = Infinity;
    filter();
  }
  let due;
  form.addEventListener("input", () => { clearTimeout(due); due = setTimeout(filter, 120); });
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", event => event.preventDefault());
  fields.all.addEventListener("click", showAll);
  addEventListener("beforeprint", showAll);
  for (const place of document.querySelectorAll("[data-filter]")) {
    button(place).addEventListener("click", () => {
      form.reset();
      fields[place.dataset.filter].value = place.dataset.value;
      document.getElementById("phones").scrollIntoView();
    });
  }

  // Sort by column.
  for (const head of heads) {
    button(head).addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      for (const entry of rows) entry.key = entry.row.cells[head.cellIndex].textContent;
      rows.sort((one, two) => (up ? 1 : -1) * natural.compare(one.key, two.key));
      filter();
      body.append(...rows.map(entry => entry.row));
    });
  }

  form.hidden = false;
  filter();
  document.querySelectorAll("header, .power").forEach(localize);
  document.addEventListener("toggle", event => localize(event.target), true);
}

function button(place) {
  const made = document.createElement("button");
  made.type = "button";
  made.append(...place.childNodes);
  place.append(made);
  return made;
}

const local = new Intl.DateTimeFormat(undefined,
  {weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit"});
function localize(root) {
  for (const time of root.querySelectorAll("time:not(.localized)")) {
    const date = new Date(time.dateTime);
    time.className = "localized";
    if (date.getTimezoneOffset()) time.append(` (${local.format(date)} your time)`);
  }
}
"""
