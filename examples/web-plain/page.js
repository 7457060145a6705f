/** A customer logs in, sees their card, points and vouchers, and logs out. */
import { TokenRefused, ask, done, forget, installed } from "./client.js";

const LOG_IN = `mutation LogIn($login: TokenLoginInput!) {
  tokenLogin(input: $login) { userErrors { code message } }
}`;
const LOG_OUT = "mutation LogOut { tokenLogout { userErrors { code message } } }";
const UNINSTALL = "mutation Uninstall { tokenRevoke { userErrors { code message } } }";
const ME = `query Me {
  me {
    personalInformation { firstName }
    cards(first: 1) { nodes { number } }
    pointAccount { active }
    vouchers(first: 10, where: { state: { eq: ACTIVE } }) { nodes { code reward { name } } }
  }
}`;

const at = (id) => document.getElementById(id);

/** Show whose page it is now: a customer's, or anybody's who may log in. */
async function show() {
  const { me } = await ask(ME, {}, await installed());
  at("login").hidden = me !== null;
  at("account").hidden = me === null;
  at("greeting").textContent = me ? `Hello, ${me.personalInformation.firstName}` : "Log in";
  at("card").textContent = me?.cards.nodes[0]?.number ?? "none";
  at("points").textContent = me?.pointAccount.active ?? "";
  at("vouchers").replaceChildren(...(me?.vouchers.nodes ?? []).map(entry));
}

function entry({ code, reward }) {
  const item = document.createElement("li");
  item.textContent = `${reward.name}: ${code}`;
  return item;
}

/** Do something, then show what came of it. */
async function doing(work) {
  at("message").textContent = "";
  try {
    await work();
    await show();
  } catch (error) {
    if (error instanceof TokenRefused) {
      forget();
      at("message").textContent = "This browser is not known any more; try again.";
    } else {
      at("message").textContent = error.message;
    }
  }
}

at("login").addEventListener("submit", (event) => {
  event.preventDefault();
  const login = Object.fromEntries(new FormData(event.target));
  doing(async () => {
    done((await ask(LOG_IN, { login }, await installed())).tokenLogin);
    event.target.reset();
  });
});

at("logout").addEventListener("click", () =>
  doing(async () => done((await ask(LOG_OUT, {}, await installed())).tokenLogout)),
);

at("forget").addEventListener("click", () =>
  doing(async () => {
    done((await ask(UNINSTALL, {}, await installed())).tokenRevoke);
    forget();
  }),
);

doing(async () => {});
