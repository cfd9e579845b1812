/** A part of `npm run model`, which leads the service along every path. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plan } from './plan.ts';
import { pageOf } from './report.ts';
import { runAll } from './resource-run.ts';
import { STORIES } from './stories.ts';
import { coverageOf } from './summary.ts';
import { randomWalk, shrink } from './walks.ts';
import { nameOf } from './words.ts';

const SEED = 3;

describe('the service does what the model says', () => {
  const planned = plan();

  test('the paths reach every transition that the machine has', () => {
    assert.deepEqual(
      planned.all.filter((name) => !planned.reachable.has(name)),
      [],
    );
  });

  test('stories of people, with everything tried that must change nothing', async () => {
    const results = await runAll(STORIES);
    for (const { path, error } of results) assert.equal(error, null, `${path.name}: ${error?.message}`);
    assert.deepEqual(
      results.map(({ went }) => went.taken.at(-1)?.seen.status),
      STORIES.map(({ ends_in }) => ends_in),
    );
    const coverage = coverageOf(results, planned, 1);
    assert.ok(coverage.tries > 100, `${coverage.tries} tries`);
    const page = pageOf({ results, coverage, tasks: null });
    assert.doesNotMatch(page, /(src|href)="(?!#)|@import|url\((?!#)/, 'nothing from outside');
    for (const { name } of STORIES) assert.ok(page.includes(name), name);
    const rest = coverage.all.filter((name) => !coverage.covered.includes(name));
    assert.ok(rest.length > 0, 'stories are not all paths');
    assert.equal(page.match(/<li><a href="#t-\d+">/g)?.length, rest.length, 'the rest is named');
  });

  test(`a random walk (seed ${SEED}), which is the same each time`, async () => {
    const walk = randomWalk(SEED, 20);
    assert.deepEqual(randomWalk(SEED, 20), walk);
    const [result] = await runAll([{ ...walk, name: nameOf(walk) }]);
    assert.equal(result?.error, null, `${nameOf(walk)}: ${result?.error?.message}`);
  });

  test('a walk that fails is shrunk to what makes it fail', async () => {
    const walk = randomWalk(SEED, 40);
    const shortest = await shrink(walk, async ({ steps }) => steps.some((step) => step.do === 'end'), 200);
    const kept = shortest.steps.map((step) => ('job' in step ? `${step.do} ${step.job}` : step.do));
    assert.deepEqual(kept.slice(-2), ['accept inspect', 'end inspect']);
    assert.equal(kept.length, 3, kept.join(', '));
  });
});
