/** The report's drawing: every transition has a part of it, which is marked by what was covered. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { taskMachine } from '../../machines/task.ts';
import { diagramOf } from './diagram.ts';
import { MACHINE } from './model.ts';
import { ALL_TRANSITIONS, coveredBy, plan } from './plan.ts';

/** Numbers of transitions in the drawing, with the mark of their part. */
const marksIn = (svg: string): Map<number, string> =>
  new Map(
    [...svg.matchAll(/class="[^"]* (covered|partly|open)" data-(?:edge|state)="[^"]*" data-t="([\d ]+)"/g)].flatMap(
      ([, mark = '', numbers = '']) => numbers.split(' ').map((n): [number, string] => [Number(n), mark]),
    ),
  );

describe('the drawing of what was covered', () => {
  for (const machine of [MACHINE, taskMachine])
    test(`${machine.id}: each transition is on one part; of nothing covered all are open, of all none`, () => {
      const { names, svg } = diagramOf(machine, new Set());
      const open = marksIn(svg);
      assert.deepEqual(
        [...open.keys()].sort((a, b) => a - b),
        names.map((_, n) => n + 1),
      );
      assert.deepEqual(new Set(open.values()), new Set(['open']));
      assert.deepEqual(new Set(marksIn(diagramOf(machine, new Set(names)).svg).values()), new Set(['covered']));
    });

  test('one that is left out is seen on its line, and its numbers are those of the table', () => {
    const { names } = diagramOf(MACHINE, new Set());
    assert.deepEqual(names, ALL_TRANSITIONS);
    for (const [n, name] of names.entries()) {
      const mark = marksIn(diagramOf(MACHINE, new Set(names.filter((one) => one !== name))).svg).get(n + 1);
      assert.ok(mark === 'open' || mark === 'partly', `${name} is ${mark}`);
    }
  });

  test('the paths of the plan light every part', () => {
    const covered = new Set(plan().paths.flatMap(coveredBy));
    assert.deepEqual(new Set(marksIn(diagramOf(MACHINE, covered).svg).values()), new Set(['covered']));
  });
});
