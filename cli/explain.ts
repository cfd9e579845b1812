/** `tuodi explain <resource_id>`: why a picture can or cannot be found. */
import { EXPLAINED_WORDS, type Explanation } from '../contract/explain.ts';
import { printableLine } from '../text/printable.ts';
import type { Client } from './client.ts';
import { cut, type Output, table } from './output.ts';
import { remarkLines } from './remark-lines.ts';

/** Maximum characters of a cell: a row fits on a wide terminal. */
const CELL = 70;

/** Returns whether every fact is as it should be. */
export async function explain(client: Client, resource_id: string, out: Output): Promise<boolean> {
  const { body: explanation } = await client.api.explain_resource({ params: { resource_id } });
  out.result({ resource_id, ...explanation }, () => textOf(explanation));
  return explanation.facts.every(({ ok }) => ok);
}

function textOf({ because, facts, obligations, task, last_failure, remarks, next }: Explanation): string {
  const rows = facts.map(({ fact, expected, found, ok }) => [
    ok ? 'ok' : '✗',
    EXPLAINED_WORDS[fact].fact.en,
    cut(found, CELL),
    ok ? '' : cut(`expected: ${expected}`, CELL),
  ]);
  const pending = obligations.map(({ name, kind, due_at }) => [`  ${kind}`, name, due_at ?? '']);
  return [
    printableLine(because),
    '',
    table(rows),
    ...(pending.length > 0 ? ['', 'Pending jobs:', table(pending)] : []),
    ...(task ? ['', printableLine(`Task: ${task.kind} is ${task.status}, attempt ${task.attempt}, ${task.task_id}`)] : []),
    ...(remarks.length > 0 ? ['', 'Remarks:', ...remarkLines(remarks)] : []),
    ...(last_failure
      ? ['', printableLine(`Last failure: ${last_failure.code} in ${last_failure.step}: ${last_failure.detail}`)]
      : []),
    '',
    printableLine(`Next: ${next.what}${next.when ? ` (${next.when})` : ''}`),
  ].join('\n');
}
