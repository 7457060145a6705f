"use strict";

// Without this script the page is complete: its contents are open, and only the search is missing.
const find = document.getElementById("find");
const hits = document.getElementById("hits");
const count = document.getElementById("count");
const chapters = document.getElementById("chapters");
const contents = document.getElementById("contents");
const menu = document.getElementById("menu");
const MOST = 40;

const names = [...document.querySelectorAll("[data-entry]")].map(({ id }) => ({ id, key: id.toLowerCase() }));

// Other words for what names say.
const SYNONYMS = {
  bill: "purchase", receipt: "purchase", order: "purchase", coupon: "voucher", tier: "status", level: "status",
  shop: "store", branch: "store", redeem: "spend", user: "customer", member: "customer", person: "customer",
};

/** How well a name fits, the best first: what is called comes before its input, a beginning before any other part. */
function rank({ key }, wanted) {
  const last = key.slice(key.lastIndexOf(".") + 1);
  const isType = last === key;
  const isCalled = /^(query|mutation)\./.test(key);
  const words = wanted.split(/\s+/);
  const fits = [
    key === wanted || key === SYNONYMS[wanted],
    isCalled && last === wanted,
    isType && key.startsWith(wanted),
    last === wanted,
    isCalled && holds(last, words),
    key.startsWith(wanted),
    last.startsWith(wanted),
    holds(key, words),
  ];
  return fits.indexOf(true);
}

/** Whether each word, or another one for it, is a part of a name. */
function holds(name, words) {
  return words.every((word) => name.includes(word) || (Object.hasOwn(SYNONYMS, word) && name.includes(SYNONYMS[word])));
}

function search() {
  const wanted = find.value.trim().toLowerCase();
  const found = names
    .map((name) => ({ ...name, rank: rank(name, wanted) }))
    .filter((name) => wanted && name.rank >= 0)
    .sort((one, other) => one.rank - other.rank || one.id.length - other.id.length);
  chapters.hidden = wanted !== "";
  count.textContent = wanted ? summary(found.length) : "";
  hits.replaceChildren(...found.slice(0, MOST).map(hit));
}

function summary(found) {
  if (found === 0) return "Nothing has such a name.";
  return found > MOST ? `${found} found, the best ${MOST} shown` : `${found} found`;
}

function hit({ id }) {
  const link = document.createElement("a");
  link.href = `#${id}`;
  link.textContent = id;
  const item = document.createElement("li");
  item.append(link);
  return item;
}

/** What the address names may be folded away. */
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target?.closest("details:not([open])");
  if (folded) {
    folded.open = true;
    target.scrollIntoView();
  }
}

function showContents(shown) {
  contents.classList.toggle("shown", shown);
  menu.setAttribute("aria-expanded", String(shown));
}

function walk(event) {
  const links = [find, ...hits.querySelectorAll("a")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && links.includes(document.activeElement)) {
    event.preventDefault();
    links[links.indexOf(document.activeElement) + step]?.focus();
  }
}

find.addEventListener("input", search);
find.addEventListener("keydown", ({ key }) => {
  if (key === "Enter") hits.querySelector("a")?.click();
});
contents.addEventListener("keydown", walk);
contents.addEventListener("click", ({ target }) => {
  if (target.closest("a")) showContents(false);
});
menu.addEventListener("click", () => showContents(menu.getAttribute("aria-expanded") === "false"));
addEventListener("keydown", (event) => {
  if (event.key === "Escape") showContents(false);
  if (event.key !== "/" || event.target === find) return;
  event.preventDefault();
  showContents(true);
  find.focus();
});
addEventListener("hashchange", unfold);

contents.classList.add("foldable");
document.getElementById("finder").hidden = false;
menu.hidden = false;
unfold();
