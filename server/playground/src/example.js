/** The example of the reference that the address asks for, as a tab; undefined where it asks for none. */
export async function exampleTab(endpoint, { search }, headers) {
  const name = new URLSearchParams(search).get("example");
  if (name === null) return undefined;
  const answer = await fetch(`${endpoint}/examples/${encodeURIComponent(name)}`);
  if (!answer.ok) return undefined;
  const { query, variables } = await answer.json();
  return { query, variables: JSON.stringify(variables, null, 2), headers };
}
