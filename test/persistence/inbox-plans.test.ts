/** The queries of the inbox on SQLite: each by its index, without reading or sorting what it does not return. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Facts } from '../../runtime/ports/facts.ts';
import { COUNTED, QUESTIONS } from '../ports/inbox-queries.ts';
import { plannedFacts } from '../worlds/planned-facts.ts';

let planned: Awaited<ReturnType<typeof plannedFacts>>;
before(async () => {
  planned = await plannedFacts();
});
after(() => planned.stop());

/** The plans of what is asked about resources, but for look-ups by id. */
async function plansOf(ask: (facts: Facts) => Promise<unknown>): Promise<{ sql: string; steps: string[] }[]> {
  const { facts, asked, stepsOf } = planned;
  asked.clear();
  await ask(facts);
  const plans: { sql: string; steps: string[] }[] = [];
  for (const [sql, bindings] of [...asked]) {
    if (!/from `resources`/.test(sql) || /`r`\.`resource_id` in/.test(sql)) continue;
    plans.push({ sql, steps: await stepsOf(sql, bindings) });
  }
  assert.ok(plans.length > 0);
  return plans;
}

describe('the inbox', () => {
  for (const [name, { ask, index }] of Object.entries({ ...QUESTIONS, ...COUNTED }))
    test(`${name}: by its index`, async () => {
      for (const { sql, steps } of await plansOf(ask)) {
        assert.match(steps.join('\n'), index, sql);
        assert.deepEqual(
          steps.filter((step) => step.startsWith('SCAN')),
          [],
          sql,
        );
        if (name in QUESTIONS) assert.doesNotMatch(steps.join('\n'), /TEMP B-TREE/, sql);
        else if (/count\(/.test(sql)) assert.match(steps.join('\n'), /COVERING INDEX/, sql);
      }
    });
});
