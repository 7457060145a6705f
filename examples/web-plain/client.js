/** Speaks with the gateway: one installation a browser, whose token goes along with every request. */
import { GATEWAY } from "./gateway.js";

const KEPT_AS = "crm360.token";

/** The gateway doesn't accept the token any more: it was revoked, or has expired. */
export class TokenRefused extends Error {}

/** What an operation was refused for, in the gateway's own words. */
export class Refused extends Error {
  constructor({ code, message }) {
    super(message);
    this.code = code;
  }
}

/** The token of this browser's installation; it is asked for once and kept. */
export async function installed() {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept) return kept;
  const { tokenCreate } = await ask(
    `mutation Install($create: TokenCreateInput!) {
      tokenCreate(input: $create) { secret userErrors { code message } }
    }`,
    { create: { device: { name: "Web browser", type: "browser" } } },
  );
  localStorage.setItem(KEPT_AS, done(tokenCreate).secret);
  return tokenCreate.secret;
}

/** Let the next visit begin with a new installation. */
export function forget() {
  localStorage.removeItem(KEPT_AS);
}

/** The data of an operation, asked under a token. */
export async function ask(query, variables = {}, token = undefined) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(GATEWAY, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  if (answer.status === 401) throw new TokenRefused();
  const { data, errors } = await answer.json();
  if (errors) throw new Refused({ code: errors[0].extensions?.code, message: errors[0].message });
  return data;
}

/** A mutation's answer; throws what it was refused for. */
export function done(answer) {
  const [error] = answer.userErrors;
  if (error) throw new Refused(error);
  return answer;
}
