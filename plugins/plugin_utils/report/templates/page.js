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
