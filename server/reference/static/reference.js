"use strict";

// Without this script the pages are complete: their contents are open, and only the search is missing.
const find = document.getElementById("find");
const hits = document.getElementById("hits");
const count = document.getElementById("count");
const chapters = document.getElementById("chapters");
const contents = document.getElementById("contents");
const menu = document.getElementById("menu");
const MOST = 40;
// Words that say nothing of what is looked for.
const SMALL = new Set(["a", "an", "the", "of", "to", "for", "in", "on", "with", "how", "do", "i", "my", "and", "is"]);
// What an entry of each kind is worth beside others whose names fit as well: resources, operations, types, codes, parts.
const WORTH = [3, 2.5, 2, 1, 0];
const PART = 4;

let searched;

/** The entries, each with the words of its name and its text; they are loaded when somebody begins to search. */
function entries() {
  searched ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = "search.js";
    script.addEventListener("load", () => resolve(SEARCHED.entries.map(readEntry)));
    document.head.append(script);
  });
  return searched;
}

function readEntry([name, address, kind, text]) {
  const [owner, part = owner] = name.replace(/^(Query|Mutation)\./, "").split(".");
  const own = wordsOf(part);
  return { name, address, kind, text, whole: part.toLowerCase(), words: own, around: part === owner ? [] : wordsOf(owner), told: wordsOf(text) };
}

/** The words of a name or a text, without the endings that only grammar asks for. */
function wordsOf(text) {
  return text.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase().match(/[\p{L}\d]+/gu)?.map(stem) ?? [];
}

function stem(word) {
  const short = word.replace(/ies$/, "y").replace(/(?<=[^s])s$/, "").replace(/(?<=...)(ing|ed)$/, "");
  return short.replace(/(?<=..)e$/, "");
}

/** How well an entry fits, and 0 where one of the words doesn't. */
function score(entry, wanted, typed) {
  let sum = 0;
  for (const choices of wanted) {
    const best = Math.max(...choices.map((word, place) => fit(entry, word) * (place === 0 ? 1 : 0.95 - 0.05 * place)));
    if (best === 0) return 0;
    sum += best;
  }
  // A field or value may happen to be called as people call something else.
  if (entry.name.toLowerCase() === typed || (entry.whole === typed && entry.kind !== PART)) sum += 10;
  // What says less beside what was asked for is more to the point.
  return sum / wanted.length + WORTH[entry.kind] - 0.4 * Math.max(0, entry.words.length - wanted.length);
}

function fit({ words, around, told, whole }, word) {
  if (words.includes(word)) return 10;
  if (words.some((own) => own.startsWith(word))) return 7;
  if (whole.includes(word)) return 5;
  if (around.includes(word)) return 4;
  if (told.includes(word)) return 3;
  return around.some((own) => own.startsWith(word)) || told.some((own) => own.startsWith(word)) ? 1 : 0;
}

/** A word as it was typed, and what names of the graph say instead of it. */
function choicesOf(word) {
  const { synonyms } = SEARCHED;
  const others = Object.hasOwn(synonyms, word) ? synonyms[word] : [];
  return [word, ...others].map(stem);
}

async function search() {
  const typed = find.value.trim().toLowerCase();
  const all = typed ? await entries() : [];
  if (typed !== find.value.trim().toLowerCase()) return; // more has been typed meanwhile
  const words = typed.match(/[\p{L}\d]+/gu) ?? [];
  const telling = words.filter((word) => !SMALL.has(word));
  const wanted = (telling.length ? telling : words).map(choicesOf);
  const found = all
    .map((entry) => ({ ...entry, score: wanted.length ? score(entry, wanted, typed) : 0 }))
    .filter((entry) => entry.score > 0)
    .sort((one, other) => other.score - one.score || one.kind - other.kind || one.name.length - other.name.length);
  chapters.hidden = typed !== "";
  count.textContent = typed ? summary(found.length) : "";
  hits.replaceChildren(...found.slice(0, MOST).map(hit));
  hits.dataset.of = typed;
}

function summary(found) {
  if (found === 0) return "Nothing fits. Try fewer words, or others.";
  return found > MOST ? `${found} found, the best ${MOST} shown` : `${found} found`;
}

function hit({ name, address, text }) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = name;
  const told = document.createElement("span");
  told.textContent = text.replaceAll("`", "");
  const item = document.createElement("li");
  item.append(link, told);
  return item;
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

find.addEventListener("focus", entries);
find.addEventListener("input", search);
find.addEventListener("keydown", async ({ key }) => {
  if (key !== "Enter") return;
  await search();
  hits.querySelector("a")?.click();
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

contents.classList.add("foldable");
document.getElementById("finder").hidden = false;
menu.hidden = false;
