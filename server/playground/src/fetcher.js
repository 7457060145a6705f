import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { Kind, parse } from "graphql";
import { measuredFetch } from "./answer.js";

/** Sends what the editors hold to the endpoint. */
export function fetcherOf(endpoint) {
  const send = createGraphiQLFetcher({ url: endpoint, fetch: measuredFetch });
  return (request, options) =>
    send({ ...request, operationName: operationOf(request) }, { ...options, headers: headersOf(options) });
}

/** The editor's headers; where they hold no token, with the one that was chosen on the page. */
function headersOf({ headers = {} } = {}) {
  const chosen = document.getElementById("viewer")?.value;
  const typed = Object.entries(headers).some(([name, value]) => name.toLowerCase() === "authorization" && value);
  return chosen && !typed ? { ...headers, Authorization: `Bearer ${chosen}` } : headers;
}

/** GraphiQL notices a changed document a moment later than the visitor may run it, and would name the old operation. */
function operationOf({ query, operationName }) {
  const names = operationNames(query);
  return names.length === 1 ? names[0] : operationName;
}

function operationNames(query) {
  try {
    const operations = parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    return operations.map(({ name }) => name?.value);
  } catch {
    return []; // the server will say what is wrong with it
  }
}
