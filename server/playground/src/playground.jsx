import { explorerPlugin } from "@graphiql/plugin-explorer";
import "@graphiql/plugin-explorer/style.css";
import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";
import "../static/playground.css";
import { startBar } from "./answer.js";
import { configuration } from "./configuration.js";
import { exampleTab } from "./example.js";
import { fetcherOf } from "./fetcher.js";
import { PLAN_PLUGIN } from "./plan.jsx";
import { firstSight, refreshed } from "./tabs.js";
import { makeReadable } from "./theme.js";
import { tidy } from "./tidy.js";

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL(WORKERS[label] ?? WORKERS.editor, import.meta.url)),
};

const { endpoint, headers, tabs } = configuration;
const root = document.getElementById("playground");

refreshed(tabs, localStorage);
const [example] = await Promise.all([exampleTab(endpoint, location, headers), makeReadable()]);
const delivered = example ? [example, ...tabs] : tabs;

startBar();
tidy(root);
createRoot(root).render(
  <GraphiQL
    fetcher={fetcherOf(endpoint)}
    defaultTabs={delivered}
    defaultHeaders={headers}
    defaultEditorToolsVisibility="variables"
    inputValueDeprecation
    schemaDescription
    shouldPersistHeaders={false}
    plugins={[HISTORY_PLUGIN, explorerPlugin({ showAttribution: false }), PLAN_PLUGIN]}
    referencePlugin={DOC_EXPLORER_PLUGIN}
    {...firstSight(example, tabs, headers, localStorage)}
  >
    {/* The page's own bar holds the name. */}
    <GraphiQL.Logo> </GraphiQL.Logo>
  </GraphiQL>,
);
