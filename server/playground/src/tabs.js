const STATE = "graphiql:tabState";
const DELIVERED = "crm360:delivered";

/**
 * What the editors show when the page opens: an example that was asked for, or the tab that was active last time, or
 * the first of the ready ones.
 *
 * GraphiQL fills its editors from what was typed last, not from the active tab: without this, a visitor who typed
 * nothing would find the variables empty.
 */
export function firstSight(example, tabs, headers, storage) {
  const tab = example ?? lastActive(storage) ?? tabs[0];
  return { initialQuery: tab.query ?? "", initialVariables: tab.variables ?? "", initialHeaders: headers };
}

/**
 * Brings tabs that are as they were delivered up to what is delivered now: they name rows of the database that is there.
 * What a visitor changed stays.
 */
export function refreshed(tabs, storage) {
  const before = stored(storage, DELIVERED);
  storage.setItem(DELIVERED, JSON.stringify(tabs));
  const state = stored(storage, STATE);
  if (!Array.isArray(before) || !Array.isArray(state?.tabs)) return;
  for (const tab of state.tabs) {
    const place = before.findIndex(({ query, variables }) => tab.query === query && (tab.variables ?? "") === variables);
    const { query, variables } = tabs[place] ?? tab;
    Object.assign(tab, { query, variables });
  }
  storage.setItem(STATE, JSON.stringify(state));
}

function lastActive(storage) {
  const state = stored(storage, STATE);
  return state?.tabs?.[state.activeTabIndex];
}

function stored(storage, key) {
  try {
    return JSON.parse(storage.getItem(key));
  } catch {
    return undefined; // a state that GraphiQL will discard as well
  }
}
