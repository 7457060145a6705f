// Starts the GraphiQL that a CDN holds, with the same configuration as the bundled one.
const { endpoint, headers, tabs } = JSON.parse(document.getElementById("configuration").textContent);
const firstVisit = localStorage.getItem("graphiql:tabState") === null;

// Where the CDN can't be reached, the page's own text stays and says what to do.
if (window.ReactDOM && window.GraphiQL) {
  ReactDOM.createRoot(document.getElementById("playground")).render(
    React.createElement(GraphiQL, {
      fetcher: GraphiQL.createFetcher({ url: endpoint }),
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
