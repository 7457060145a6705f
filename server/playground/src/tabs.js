/**
 * What the editors show when the page opens: the tab that was active last time, or the first of the ready ones.
 *
 * GraphiQL fills its editors from what was typed last, not from the active tab: without this, a visitor who typed
 * nothing would find the variables empty.
 */
export function firstSight(tabs, headers, storage) {
  const tab = lastActive(storage) ?? tabs[0];
  return { initialQuery: tab.query ?? "", initialVariables: tab.variables ?? "", initialHeaders: headers };
}

function lastActive(storage) {
  try {
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem("graphiql:tabState"));
    return tabs[activeTabIndex];
  } catch {
    return undefined; // a first visit, or a state that GraphiQL will discard as well
  }
}
