/** The gateway: one installation a browser, whose token goes along with every request. */
import { Client, cacheExchange, fetchExchange } from "urql";

import { graphql } from "./graph";

const GATEWAY: string = import.meta.env.VITE_GATEWAY ?? "http://localhost:8000/graphql";
const KEPT_AS = "crm360.token";

const INSTALL = graphql(`
  mutation Install($create: TokenCreateInput!) {
    tokenCreate(input: $create) { secret userErrors { code message } }
  }
`);

/** A client that shows a token; a new one begins without anything that another customer saw. */
export function connected(token?: string): Client {
  return new Client({
    url: GATEWAY,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod: false,
    fetchOptions: token ? { headers: { Authorization: `Bearer ${token}` } } : {},
  });
}

/** The token of this browser's installation; it is asked for once and kept. */
export async function installed(): Promise<string> {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept) return kept;
  const create = { device: { name: "Web browser", type: "browser" } };
  const { data, error } = await connected().mutation(INSTALL, { create });
  const secret = data?.tokenCreate.secret;
  if (!secret) throw error ?? new Error(data?.tokenCreate.userErrors[0]?.message);
  localStorage.setItem(KEPT_AS, secret);
  return secret;
}

/** Let the next visit begin with a new installation: the gateway doesn't know this one any more. */
export function forget(): void {
  localStorage.removeItem(KEPT_AS);
}
