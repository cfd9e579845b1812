import { describe, test } from 'node:test';
import { nameOf } from '../worlds/crashing.ts';
import { INDEXING, PURGING, TAKING_IN } from './boundaries.ts';
import { killAt, type Phase } from './kill.ts';

/** Victims at once: as many as there are processors. */
const AT_ONCE = 2;
const PHASES: [Phase, typeof INDEXING][] = [
  ['taking in', TAKING_IN],
  ['indexing', INDEXING],
  ['purging', PURGING],
];

describe('a process killed with work waiting, and started again: lost 0, stuck 0, one INDEXED a revision', {
  concurrency: AT_ONCE,
}, () => {
  for (const [phase, boundaries] of PHASES)
    for (const boundary of boundaries)
      test(`${phase}, killed ${nameOf(boundary)}`, async (t) => {
        t.diagnostic(`${await killAt(boundary, phase)} waiting when killed ${nameOf(boundary)}`);
      });
});
