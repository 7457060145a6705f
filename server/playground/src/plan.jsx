import { useSyncExternalStore } from "react";
import { lastAnswer, watchAnswers } from "./answer.js";
import { configuration } from "./configuration.js";

const NONE = configuration.plans
  ? "Run an operation, and its plan stands here."
  : "This gateway tells no plans: that takes CRM360_DEVELOPMENT=true. “crm360 explain FILE” shows the plan of a document.";

/** What the last answer took: time, size and cost, the levels of its plan, and the statements that ran. */
function Plan() {
  const answer = useSyncExternalStore(watchAnswers, lastAnswer);
  return (
    <section className="plan">
      <h2>The last answer</h2>
      {answer && <Figures {...answer} />}
      {answer?.plan ? <Levels {...answer.plan} /> : <p>{NONE}</p>}
    </section>
  );
}

function Figures({ milliseconds, size, cost }) {
  return (
    <dl>
      <dt>Time</dt>
      <dd>{milliseconds} ms</dd>
      <dt>Size</dt>
      <dd>{size}</dd>
      <dt>Cost</dt>
      <dd>{cost ?? "not told"}</dd>
    </dl>
  );
}

function Levels({ planned, levels, statements }) {
  return (
    <>
      <h3>Plan</h3>
      {!planned && <p>It ran without a plan, field by field.</p>}
      <ol>{levels.map((level, place) => <li key={place}>{level}</li>)}</ol>
      <h3>Statements</h3>
      {statements.length === 0 && <p>None was needed.</p>}
      {statements.map(({ sql, rows, milliseconds }, place) => (
        <details key={place}>
          <summary>{`${place + 1}: ${rows} rows, ${milliseconds} ms`}</summary>
          <pre tabIndex={0}>{sql}</pre>
        </details>
      ))}
    </>
  );
}

function Icon(properties) {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" {...properties}>
      <path d="M3 17V9m5 8V4m5 13v-6m5 6V7" />
    </svg>
  );
}

export const PLAN_PLUGIN = { title: "Plan", icon: Icon, content: Plan };
