// Ask a running gateway as others' clients do: `node audit.mjs http://127.0.0.1:8000/graphql`.
//
// 1. The 61 audits of GraphQL over HTTP, each of which must be ok: a warning is a failure.
// 2. Apollo's link for automatic persisted queries, by POST and by GET: the hash alone, the text once, then the hash.

import { createHash } from "node:crypto";
import apollo from "@apollo/client/core/core.cjs";
import persistedQueries from "@apollo/client/link/persisted-queries/persisted-queries.cjs";
import { auditServer } from "graphql-http";

const { ApolloClient, HttpLink, InMemoryCache, gql } = apollo;
const { createPersistedQueryLink } = persistedQueries;
const url = process.argv[2];

const audits = await auditServer({ url, fetchFn: fetch });
const failed = audits.filter((audit) => audit.status !== "ok");
for (const audit of failed) console.error(`${audit.status}: ${audit.name}: ${audit.reason}`);
console.log(`${audits.length - failed.length} of ${audits.length} audits are ok.`);

// A document that nobody has asked for before.
const name = `Audit${process.pid}`;
const document = gql(`query ${name} { stores(first: 1) { totalCount } }`);
const sent = [];
const noted = (address, options) => {
  sent.push(`${options.method} ${options.body?.includes('"query"') ? "text" : "hash"}`);
  return fetch(address, options);
};
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const link = createPersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(
  new HttpLink({ uri: url, fetch: noted }),
);
for (let round = 0; round < 2; round++) {
  await new ApolloClient({ cache: new InMemoryCache(), link }).query({ query: document });
}
const expected = "GET hash, POST text, GET hash";
console.log(`Apollo's link asked by ${sent.join(", ")}.`);

process.exit(failed.length === 0 && audits.length === 61 && sent.join(", ") === expected ? 0 : 1);
