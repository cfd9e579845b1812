/** Every status with every fault: where it ends, as docs/faults.md says; no picture is left in limbo, and none is silent. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { STATUSES } from '../../../contract/statuses.ts';
import { FAULTS } from './faults.ts';
import { resultOf } from './page.ts';
import { RESTS_FOUND, runFault } from './run.ts';

/** Those that may owe nothing: docs/lifecycle.md. */
const RESTS = new Set<string>(['INDEXED', 'INDEX_FAILED', 'PURGE_FAILED', 'DELETED']);
const ALL = STATUSES.map(({ status }) => status).sort();
/** By the heading of a fault, the rows below it. */
const shown = new Map(
  (await readFile('docs/faults.md', 'utf8'))
    .split('\n## ')
    .slice(1)
    .map((part) => [part.split('\n', 1)[0]?.toLowerCase(), part]),
);

describe('each status with the fault', () => {
  for (const fault of FAULTS)
    test(fault.name, async () => {
      const cells = await runFault(fault);
      assert.deepEqual(cells.map(({ status }) => status).sort(), ALL);
      const page = shown.get(fault.name) ?? '';
      for (const cell of cells) {
        const what = `${fault.name} in ${cell.status}`;
        assert.notEqual(cell.phase, 'working', `${what} is still at work`);
        assert.notEqual(cell.ends, 'DELETING', `${what} is still at work`);
        assert.ok(cell.is_whole || !RESTS_FOUND.has(cell.ends), `${what}: the index is not as the facts promise`);
        assert.ok(cell.owes || RESTS.has(cell.ends), `${what} owes nothing, and may not rest`);
        assert.ok(page.includes(resultOf(cell)), `${what}: docs/faults.md does not say ${resultOf(cell)}`);
        if (cell.seen === null) assert.equal(fault.name, 'database away', `${what}: nothing could be asked`);
        else for (const said of [cell.seen.because, cell.seen.next, cell.seen.waits_for.en]) assert.notEqual(said, '', what);
        const failed = cell.ends !== cell.status && cell.ends.endsWith('FAILED');
        assert.equal(failed, cell.helps !== 'nothing', `${what}: what helps`);
      }
    });
});
