import { StrictMode, use, useState, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";

import { Account } from "./Account";
import { connected, installed } from "./gateway";

/** One client a log-in, so that nothing of one customer is left for the next. */
function Page({ token }: { token: Promise<string> }) {
  const secret = use(token);
  const [client, renew] = useState(() => connected(secret));
  return (
    <Provider value={client}>
      <Account changed={() => renew(connected(secret))} />
    </Provider>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Suspense fallback={<p>One moment …</p>}>
        <Page token={installed()} />
      </Suspense>
    </StrictMode>,
  );
}
