import { useQuery } from "urql";

import { graphql } from "./graph";
import { LogIn, LogOut } from "./LogIn";
import { Timeline } from "./Timeline";

const ME = graphql(`
  query Me {
    me {
      id
      personalInformation { firstName }
      cards(first: 1) { nodes { id number } }
      pointAccount { id active expiringNext { amount at } }
      status { status { id name } progress { next { id name } risesWith { points turnover { amount currency { code } } } } }
      vouchers(first: 10, where: { state: { eq: ACTIVE } }) { nodes { id code validTo reward { id name } } }
    }
  }
`);

const day = (moment: string) => new Date(moment).toLocaleDateString();

/** What a customer sees of themselves, or a form to log in with. */
export function Account({ changed }: { changed: () => void }) {
  const [{ data, error, fetching }] = useQuery({ query: ME });
  if (fetching) return <p>One moment …</p>;
  if (error) return <p role="alert">{error.message}</p>;
  if (!data?.me) return <LogIn changed={changed} />;
  const { personalInformation, cards, pointAccount, status, vouchers } = data.me;
  const next = status?.progress?.next;
  const expiring = pointAccount.expiringNext;
  return (
    <>
      <h1>Hello, {personalInformation.firstName}</h1>
      <section aria-label="Account">
        <dl>
          <dt>Card</dt>
          <dd id="card">{cards.nodes[0]?.number ?? "none"}</dd>
          <dt>Points</dt>
          <dd id="points">
            {pointAccount.active}
            {expiring && `, of which ${expiring.amount} expire on ${day(expiring.at)}`}
          </dd>
          <dt>Status</dt>
          <dd>
            {status?.status.name ?? "none"}
            {next && `; next comes ${next.name}`}
          </dd>
        </dl>
        <h2>Vouchers</h2>
        <ul id="vouchers">
          {vouchers.nodes.map(({ id, code, reward, validTo }) => (
            <li key={id}>
              {reward.name}: {code}
              {validTo && `, until ${day(validTo)}`}
            </li>
          ))}
        </ul>
      </section>
      <Timeline />
      <LogOut changed={changed} />
    </>
  );
}
