/** Prints how many changes a second the embedded facts commit: one at a time, and in batches. `node dist/bench/commits.js` */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteFacts } from '../persistence/sqlite/facts.ts';
import { change } from '../test/ports/facts-rows.ts';

const ALONE = 4_000;
const BATCHES = 400;
const BATCH = 20;
/** Resources that are there before, so that the indexes have some depth. */
const RESOURCES = 2_000;

const dir = await mkdtemp(join(tmpdir(), 'tuodi-bench-'));
const facts = await openSqliteFacts(dir);
const seqs = new Map<number, number>();

/** The next change of one resource: instance, resource, journal and one message. */
function next(n: number) {
  const seq = seqs.get(n) ?? 0;
  seqs.set(n, seq + 1);
  return change(`bench-${n}`, {
    expected_seq: seq === 0 ? null : seq,
    resource: { created_at: n, sha256: `${n}`, batch_id: `batch-${n % 50}` },
  });
}
async function committed(changes: ReturnType<typeof next>[]): Promise<void> {
  for (const answer of await facts.commit(changes)) if (answer.outcome !== 'committed') throw new Error(answer.outcome);
}
async function rate(name: string, changes: number, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  console.log(JSON.stringify({ name, changes, seconds: Number(seconds.toFixed(2)), per_second: Math.round(changes / seconds) }));
}
const page = (from: number) => Array.from({ length: BATCH }, (_, index) => next((from + index * 97) % RESOURCES));

for (let n = 0; n < RESOURCES; n += 100) await committed(Array.from({ length: 100 }, (_, index) => next(n + index)));
await rate('one change a commit', ALONE, async () => {
  for (let n = 0; n < ALONE; n++) await committed([next((n * 61) % RESOURCES)]);
});
await rate(`${BATCH} changes a commit`, BATCHES * BATCH, async () => {
  for (let n = 0; n < BATCHES; n++) await committed(page(n * 31));
});
await facts.close();
await rm(dir, { recursive: true });
