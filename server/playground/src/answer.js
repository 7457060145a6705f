import { configuration } from "./configuration.js";

/** What the bar above the editors tells of the last answer, and what it copies of the request that led to it. */
const shown = document.getElementById("answer");
const copy = document.getElementById("copy");
const reset = document.getElementById("reset");

let lastSent;
let answered;
const watchers = new Set();

/** The last answer: its time, size, cost and plan, as far as the gateway tells them. */
export const lastAnswer = () => answered;

/** Calls back whenever there is another answer, until what it gives is called. */
export function watchAnswers(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Fetches as the browser does, and shows what the answer took. */
export async function measuredFetch(url, init) {
  const started = performance.now();
  if (isIntrospection(init.body)) return fetch(url, init);
  const more = { "crm360-cost": "1", ...(configuration.plans && { "crm360-plan": "1" }) };
  const response = await fetch(url, { ...init, headers: { ...init.headers, ...more } });
  const text = await response.clone().text();
  lastSent = { url: new URL(url, location.href).href, init };
  const { plan, rest, cost } = parts(text);
  answered = { milliseconds: Math.round(performance.now() - started), size: sizeOf(rest ?? text), cost, plan };
  copy.disabled = false;
  shown.textContent = summary(answered);
  watchers.forEach((watcher) => watcher());
  // The plan has a place of its own.
  return rest === undefined ? response : new Response(rest, { status: response.status, headers: response.headers });
}

/** Time, size and, where the gateway tells it, cost. */
function summary({ milliseconds, size, cost }) {
  return [`${milliseconds} ms`, size, ...(cost === undefined ? [] : [`cost ${cost}`])].join(" · ");
}

function sizeOf(text) {
  const size = new Blob([text]).size;
  return size < 1024 ? `${size} B` : `${(size / 1024).toFixed(1)} KB`;
}

/** An answer's plan and cost, and the answer without the plan; an answer in parts, or one that isn't JSON, has none. */
function parts(text) {
  try {
    const answer = JSON.parse(text);
    const { plan, ...extensions } = answer.extensions ?? {};
    const cost = extensions.cost?.actual ?? extensions.cost?.requested;
    if (plan === undefined) return { cost };
    const { extensions: _, ...own } = answer;
    return { plan, cost, rest: JSON.stringify(Object.keys(extensions).length ? { ...own, extensions } : own) };
  } catch {
    return {};
  }
}

function isIntrospection(body) {
  return JSON.parse(body).operationName === "IntrospectionQuery";
}

/** The last request as a command for a POSIX shell; a token stays where it is, as commands are passed around. */
function curl({ url, init }) {
  const headers = [...new Headers(init.headers)].filter(([, value]) => value);
  const options = headers.map(([name, value]) =>
    name === "authorization" ? '-H "Authorization: Bearer $CRM360_TOKEN"' : `-H ${quoted(`${name}: ${value}`)}`,
  );
  return ["curl", quoted(url), ...options, "-d", quoted(init.body)].join(" ");
}

function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Forgets what was typed, so that the tabs are as they were delivered. */
function forget() {
  if (!confirm("Reset all tabs to how they were delivered?")) return;
  const own = Object.keys(localStorage).filter((key) => /^(graphiql|crm360):/.test(key));
  own.forEach((key) => localStorage.removeItem(key));
  location.assign(location.pathname);
}

export function startBar() {
  copy.addEventListener("click", async () => {
    const command = curl(lastSent);
    // Over plain HTTP from another machine there is no clipboard.
    if (!navigator.clipboard) return void prompt("The request as a command:", command);
    await navigator.clipboard.writeText(command);
    shown.textContent = "Copied.";
  });
  reset.addEventListener("click", forget);
  document.getElementById("tools").hidden = false;
}
