/**
 * Keeps GraphiQL's page usable by keyboard and by what reads it aloud: its tabs hold buttons, which a tab mustn't, and
 * before the editor there would be a stop for each of them.
 */
export function tidy(root) {
  new MutationObserver(() => {
    tidyTabs(root);
    tidySidebar(root);
    tidyPanels(root);
  }).observe(root, { attributeFilter: ["class", "role"], childList: true, subtree: true });
  root.addEventListener("keydown", walk);
}

/** Tabs are a list of buttons, of which one is current; only its own can be reached by Tab. */
function tidyTabs(root) {
  const list = root.querySelector(".graphiql-tabs");
  if (!list) return;
  put(list, { role: null });
  for (const item of list.children) {
    const isActive = item.classList.contains("graphiql-tab-active");
    put(item, { role: null, "aria-selected": null });
    const [open, ...others] = item.querySelectorAll("button");
    put(open, { "aria-current": String(isActive), "data-walk": "tabs", tabindex: isActive ? "0" : "-1" });
    others.forEach((button) => put(button, { tabindex: isActive ? "0" : "-1" }));
  }
  put(root.querySelector("[role=tabpanel]"), { role: null });
}

function tidySidebar(root) {
  const buttons = [...root.querySelectorAll(".graphiql-sidebar button")];
  const reached = buttons.find((button) => button === document.activeElement) ?? buttons[0];
  buttons.forEach((button) => put(button, { "data-walk": "sidebar", tabindex: button === reached ? "0" : "-1" }));
}

/** What is typed into the explorer says of which argument it is; a button of the history is called what it shows. */
function tidyPanels(root) {
  for (const field of root.querySelectorAll(".docExplorerWrap :is(input, select)")) {
    put(field, { "aria-label": field.closest("[data-arg-name]")?.dataset.argName ?? "Name" });
  }
  root.querySelectorAll(".graphiql-history-item-label").forEach((button) => put(button, { "aria-label": null }));
}

/** Arrows lead from one button to its neighbours. */
function walk(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const group = event.target.dataset?.walk;
  if (!step || !group) return;
  const buttons = [...event.currentTarget.querySelectorAll(`[data-walk=${group}]`)];
  buttons.at((buttons.indexOf(event.target) + step) % buttons.length).focus();
  event.preventDefault();
}

/** Sets attributes that aren't so yet, and takes away those that are null: what is as it should be is left alone. */
function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (!element || element.getAttribute(name) === value) continue;
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}
