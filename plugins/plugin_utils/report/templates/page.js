"use strict";
// The long table is laid out once, when it is known which phones to show: with thousands of them that saves seconds.
const page = document.documentElement;
page.className = "loading";
addEventListener("DOMContentLoaded", start);
addEventListener("DOMContentLoaded", () => { page.className = ""; });

const SHOWN_AT_ONCE = 300;
const natural = new Intl.Collator(undefined, {numeric: true});

function start() {
  document.querySelectorAll("header, .power").forEach(localize);
  document.addEventListener("toggle", event => unfold(event.target), true);
  const table = document.querySelector("table.long");
  if (table) search(table);
}

function search(table) {
  const form = document.getElementById("controls");
  const fields = form.elements;
  const more = document.getElementById("more");
  const heads = Array.from(table.tHead.rows[0].cells);
  const place = {};
  for (const head of heads) place[head.textContent.toLowerCase()] = head.cellIndex;
  // Each phone is a part of the table, with one line of cells and one for its reason.
  const phones = Array.from(table.tBodies, body => {
    const cells = body.rows[0].cells;
    const chip = cells[place.outcome].firstChild;
    return {body, outcome: chip.textContent, tone: chip.className, site: cells[place.site].firstChild.textContent};
  });
  const sites = count(phones, "site");
  let limit = SHOWN_AT_ONCE;

  const bad = phones.filter(phone => phone.tone === "fail" || phone.tone === "wait").length;
  if (bad && bad < phones.length) fields.outcome.add(new Option(`needs somebody (${bad.toLocaleString()})`, "?"));
  for (const [outcome, number] of count(phones, "outcome"))
    fields.outcome.add(new Option(`${outcome} (${number.toLocaleString()})`, outcome));
  const list = document.getElementById("all-sites");
  for (const [site, number] of sites) {
    const option = new Option(number.toLocaleString());
    option.value = site;
    list.append(option);
  }

  function matches(phone, outcome, site, words) {
    if (outcome === "?" ? phone.tone !== "fail" && phone.tone !== "wait" : outcome && phone.outcome !== outcome)
      return false;
    // A whole name means that site alone, and the beginning of one all that have it in them.
    if (site && (sites.has(site) ? phone.site !== site : !phone.site.toLowerCase().includes(site.toLowerCase())))
      return false;
    if (!words.length) return true;
    phone.text ??= textOf(phone.body);
    return words.every(word => phone.text.includes(word));
  }
  function filter() {
    const words = fields.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const phone of phones) {
      const show = matches(phone, fields.outcome.value, fields.site.value.trim(), words) && ++found <= limit;
      if (phone.body.hidden === show) phone.body.hidden = !show;
    }
    more.hidden = found <= limit;
    fields.found.value = `${found.toLocaleString()} of ${phones.length.toLocaleString()} phones`
      + (found > limit ? `, the first ${limit.toLocaleString()} shown` : "");
  }
  function anew() {
    limit = SHOWN_AT_ONCE;
    filter();
  }
  let due;
  form.addEventListener("input", () => { clearTimeout(due); due = setTimeout(anew, 120); });
  form.addEventListener("reset", () => setTimeout(anew));
  form.addEventListener("submit", event => event.preventDefault());
  more.addEventListener("click", () => {
    const next = phones.filter(phone => !phone.body.hidden).length;
    limit += SHOWN_AT_ONCE;
    filter();
    // Who goes on with the keyboard goes on where the new ones begin.
    const first = phones.filter(phone => !phone.body.hidden)[next];
    first?.body.querySelector("summary")?.focus();
  });
  addEventListener("beforeprint", () => { limit = Infinity; filter(); });
  addEventListener("afterprint", anew);
  document.querySelectorAll("[data-filter]").forEach(button);
  document.addEventListener("click", event => {
    const wanted = event.target.closest("button") && event.target.closest("[data-filter]")?.dataset;
    if (!wanted) return;
    form.reset();
    fields[wanted.filter].value = wanted.value;
    anew();
    document.getElementById("phones").scrollIntoView();
    fields[wanted.filter].focus({preventScroll: true});
  });

  for (const head of heads) {
    button(head).addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      for (const phone of phones) phone.key = phone.body.rows[0].cells[head.cellIndex].textContent;
      phones.sort((one, two) => (up ? 1 : -1) * natural.compare(one.key, two.key));
      filter();
      for (const phone of phones) table.append(phone.body);
    });
  }

  form.hidden = false;
  filter();
}

// What is folded away stands in noscript, as one text of the same HTML that a browser without scripts shows.
function unfold(details) {
  const folded = details.querySelector(":scope > noscript");
  if (folded) folded.outerHTML = folded.textContent;
  details.querySelectorAll("[data-filter]:not(:has(button))").forEach(button);
  localize(details);
}

function textOf(body) {
  const folded = body.querySelector("noscript")?.textContent ?? "";
  const spelled = {amp: "&", lt: "<", gt: ">", "#34": '"', "#39": "'"};
  const unfolded = folded.replace(/<[^>]*>/g, " ").replace(/&(amp|lt|gt|#34|#39);/g, (whole, name) => spelled[name]);
  return (body.textContent.replace(folded, "") + unfolded).toLowerCase();
}

function count(phones, name) {
  const numbers = new Map();
  for (const phone of phones) numbers.set(phone[name], (numbers.get(phone[name]) || 0) + 1);
  return new Map([...numbers].sort((one, two) => natural.compare(one[0], two[0])));
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
