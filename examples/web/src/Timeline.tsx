import { useState } from "react";
import { useQuery } from "urql";

import { type FragmentType, graphql, useFragment } from "./graph";
import type { EntryFragment } from "./graph/graphql";

const ENTRY = graphql(`
  fragment Entry on TimelineEvent {
    __typename
    at
    ... on PurchaseEvent { purchase { id total { amount currency { code } } store { id name } } }
    ... on PointsEvent { entry { id kind amount } }
    ... on VoucherEvent { voucherChange: change voucher { id code } }
    ... on StatusEvent { statusChange: change statusRecord { id status { id name } } }
    ... on CardEvent { cardChange: change card { id number } }
  }
`);
const TIMELINE = graphql(`
  query Timeline($first: Int!, $after: String) {
    me {
      id
      timeline(first: $first, after: $after) {
        edges { cursor node { ...Entry } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
const PAGE = 5;

/** What happened, newest first: pages are put below each other, as Relay's connections are read. */
export function Timeline() {
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  return (
    <section aria-label="Timeline">
      <h2>What happened</h2>
      <ol id="timeline">
        {cursors.map((after, place) => (
          <Page
            key={after ?? ""}
            after={after}
            next={place === cursors.length - 1 ? (cursor) => setCursors([...cursors, cursor]) : undefined}
          />
        ))}
      </ol>
    </section>
  );
}

function Page({ after, next }: { after: string | null; next?: (cursor: string) => void }) {
  const [{ data, error }] = useQuery({ query: TIMELINE, variables: { first: PAGE, after } });
  if (error) return <li role="alert">{error.message}</li>;
  const page = data?.me?.timeline;
  const { hasNextPage, endCursor } = page?.pageInfo ?? {};
  return (
    <>
      {page?.edges.map(({ cursor, node }) => <Entry key={cursor} entry={node} />)}
      {next && hasNextPage && endCursor && <button onClick={() => next(endCursor)}>Earlier</button>}
    </>
  );
}

function Entry({ entry }: { entry: FragmentType<typeof ENTRY> }) {
  const event = useFragment(ENTRY, entry);
  return (
    <li>
      <time dateTime={event.at}>{new Date(event.at).toLocaleDateString()}</time>: {told(event)}
    </li>
  );
}

function told(event: EntryFragment): string {
  switch (event.__typename) {
    case "PurchaseEvent":
      return `bought for ${event.purchase.total.amount} ${event.purchase.total.currency.code}`;
    case "PointsEvent":
      return `${event.entry.amount} points (${event.entry.kind})`;
    case "VoucherEvent":
      return `voucher ${event.voucher.code}: ${event.voucherChange}`;
    case "StatusEvent":
      return `status ${event.statusRecord.status.name}: ${event.statusChange}`;
    case "CardEvent":
      return `card ${event.card.number}: ${event.cardChange}`;
  }
}
