/** The questions of the summary on SQLite: no table is read through, however large it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QUESTIONS } from '../ports/facts-overview.ts';
import { AT, change, commit } from '../ports/facts-rows.ts';
import { plannedFacts } from '../worlds/planned-facts.ts';

test('each question is a search in an index', async (t) => {
  const { facts, asked, stepsOf, stop } = await plannedFacts();
  t.after(stop);
  await commit(facts, ...Array.from({ length: 50 }, (_, n) => ({ ...change(`p${n}`), next_due_at: AT + n })));
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    asked.clear();
    await ask(facts);
    assert.ok(asked.size > 0, name);
    for (const [sql, bindings] of [...asked]) {
      const scans = (await stepsOf(sql, bindings)).filter(
        (step) => /^SCAN (resources|instances|remarks)\b/.test(step) && !/USING COVERING INDEX instances_due/.test(step),
      );
      assert.deepEqual(scans, [], `${name}: ${sql}`);
    }
  }
});
