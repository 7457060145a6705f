import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";
import "../static/playground.css";
import { startBar } from "./answer.js";
import { fetcherOf } from "./fetcher.js";
import { firstSight } from "./tabs.js";

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL(WORKERS[label] ?? WORKERS.editor, import.meta.url)),
};

const { endpoint, headers, tabs } = JSON.parse(document.getElementById("configuration").textContent);

startBar();
createRoot(document.getElementById("playground")).render(
  <GraphiQL
    fetcher={fetcherOf(endpoint)}
    defaultTabs={tabs}
    defaultHeaders={headers}
    defaultEditorToolsVisibility="variables"
    inputValueDeprecation
    schemaDescription
    shouldPersistHeaders={false}
    {...firstSight(tabs, headers, localStorage)}
  >
    {/* The page's own bar holds the name. */}
    <GraphiQL.Logo> </GraphiQL.Logo>
  </GraphiQL>,
);
