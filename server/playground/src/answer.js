/** What the bar above the editors tells of the last answer, and what it copies of the request that led to it. */
const shown = document.getElementById("answer");
const copy = document.getElementById("copy");
const reset = document.getElementById("reset");

let lastSent;

/** Fetches as the browser does, and shows what the answer took. */
export async function measuredFetch(url, init) {
  const started = performance.now();
  if (isIntrospection(init.body)) return fetch(url, init);
  const response = await fetch(url, { ...init, headers: { ...init.headers, "crm360-cost": "1" } });
  const text = await response.clone().text();
  lastSent = { url: new URL(url, location.href).href, init };
  copy.disabled = false;
  shown.textContent = summary(performance.now() - started, text);
  return response;
}

/** Time, size and, where the gateway tells it, cost. */
function summary(milliseconds, text) {
  const size = new Blob([text]).size;
  const taken = [`${Math.round(milliseconds)} ms`, size < 1024 ? `${size} B` : `${(size / 1024).toFixed(1)} KB`];
  const cost = costOf(text);
  return (cost === undefined ? taken : [...taken, `cost ${cost}`]).join(" · ");
}

function costOf(text) {
  try {
    const { actual, requested } = JSON.parse(text).extensions.cost;
    return actual ?? requested;
  } catch {
    return undefined; // an answer in parts, or one that wasn't priced
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
  const own = Object.keys(localStorage).filter((key) => key.startsWith("graphiql:"));
  own.forEach((key) => localStorage.removeItem(key));
  location.reload();
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
