import { type FormEvent, useState } from "react";
import { useMutation } from "urql";

import { forget } from "./gateway";
import { graphql } from "./graph";

const LOG_IN = graphql(`
  mutation LogIn($login: TokenLoginInput!) {
    tokenLogin(input: $login) { userErrors { code message } }
  }
`);
const LOG_OUT = graphql(`
  mutation LogOut {
    tokenLogout { userErrors { code message } }
  }
`);

export function LogIn({ changed }: { changed: () => void }) {
  const [{ fetching }, logIn] = useMutation(LOG_IN);
  const [refused, refuse] = useState("");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const login = { email: String(form.get("email")), password: String(form.get("password")) };
    const { data, error } = await logIn({ login });
    const why = error?.message ?? data?.tokenLogin.userErrors[0]?.message;
    if (error?.response?.status === 401) forget();
    if (why) refuse(why);
    else changed();
  }

  return (
    <form onSubmit={submit}>
      <h1>Log in</h1>
      <label>
        E-mail address <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button disabled={fetching}>Log in</button>
      <p role="status">{refused}</p>
    </form>
  );
}

export function LogOut({ changed }: { changed: () => void }) {
  const [{ fetching }, logOut] = useMutation(LOG_OUT);
  return (
    <button disabled={fetching} onClick={() => void logOut({}).then(changed)}>
      Log out
    </button>
  );
}
