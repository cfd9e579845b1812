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
  out.result({ resource_id, ...explanation }, () => textOf(explanation, out));
  return explanation.facts.every(({ ok }) => ok);
}

function textOf(
  { because, facts, obligations, task, last_failure, remarks, next }: Explanation,
  { language, words }: Output,
): string {
  const rows = facts.map(({ fact, expected, found, ok }) => [
    ok ? 'ok' : '✗',
    EXPLAINED_WORDS[fact].fact[language],
    cut(found, CELL),
    ok ? '' : cut(words({ en: `expected: ${expected}`, zh: `应为：${expected}` }), CELL),
  ]);
  const pending = obligations.map(({ name, kind, due_at }) => [`  ${kind}`, name, due_at ?? '']);
  return [
    printableLine(because),
    '',
    table(rows),
    ...(pending.length > 0 ? ['', words({ en: 'Pending jobs:', zh: '待办任务：' }), table(pending)] : []),
    ...(task
      ? [
          '',
          printableLine(
            words({
              en: `Task: ${task.kind} is ${task.status}, attempt ${task.attempt}, ${task.task_id}`,
              zh: `任务：${task.kind} 为 ${task.status}，第 ${task.attempt} 次，${task.task_id}`,
            }),
          ),
        ]
      : []),
    ...(remarks.length > 0 ? ['', words({ en: 'Remarks:', zh: '提示：' }), ...remarkLines(remarks, language)] : []),
    ...(last_failure
      ? [
          '',
          printableLine(
            words({
              en: `Last failure: ${last_failure.code} in ${last_failure.step}: ${last_failure.detail}`,
              zh: `最近一次失败：${last_failure.code}（${last_failure.step}）：${last_failure.detail}`,
            }),
          ),
        ]
      : []),
    '',
    printableLine(`${words({ en: 'Next: ', zh: '下一步：' })}${next.what}${next.when ? ` (${next.when})` : ''}`),
  ].join('\n');
}
