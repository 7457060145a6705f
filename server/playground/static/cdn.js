// Starts the GraphiQL that a CDN holds, with the same configuration as the bundled one.
const { endpoint, headers, tabs } = JSON.parse(document.getElementById("configuration").textContent);
const firstVisit = localStorage.getItem("graphiql:tabState") === null;

// The editor's headers; where they hold no token, with the one that was chosen on the page.
function headersOf({ headers = {} } = {}) {
  const chosen = document.getElementById("viewer")?.value;
  const typed = Object.entries(headers).some(([name, value]) => name.toLowerCase() === "authorization" && value);
  return chosen && !typed ? { ...headers, Authorization: `Bearer ${chosen}` } : headers;
}

// Where the CDN can't be reached, the page's own text stays and says what to do.
if (window.ReactDOM && window.GraphiQL) {
  const send = GraphiQL.createFetcher({ url: endpoint });
  ReactDOM.createRoot(document.getElementById("playground")).render(
    React.createElement(GraphiQL, {
      fetcher: (request, options) => send(request, { ...options, headers: headersOf(options) }),
      defaultTabs: tabs,
      defaultHeaders: headers,
      defaultEditorToolsVisibility: "variables",
      inputValueDeprecation: true,
      schemaDescription: true,
      shouldPersistHeaders: false,
      ...(firstVisit && { query: tabs[0].query, variables: tabs[0].variables, headers }),
    }),
  );
}
