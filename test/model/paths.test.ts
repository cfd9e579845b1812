import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverPaths, replay } from './paths.ts';
import { RESOURCE, TASK } from './subjects.ts';

for (const [name, subject] of Object.entries({ resource: RESOURCE, task: TASK })) {
  const { all, covered, paths } = coverPaths(subject);

  test(`${name}: the paths take every transition there is`, () => {
    const missed = all.filter((transition) => !covered.has(transition));
    assert.deepEqual(missed, []);
  });

  test(`${name}: replayed with real tokens and JSON between the steps, every path ends where the model says`, () => {
    assert.ok(paths.length > 0);
    for (const path of paths) assert.equal(replay(subject, path), path.ends_in);
  });
}
