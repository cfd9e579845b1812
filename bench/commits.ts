/**
 * Prints how many changes a second the facts commit, one at a time and in batches: on SQLite, and beside it on a server when
 * TUODI_DATABASE_URL names an empty database there. `node dist/bench/commits.js`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMysqlFacts } from '../persistence/mysql/facts.ts';
import { openSqliteFacts } from '../persistence/sqlite/facts.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import { change } from '../test/ports/facts-rows.ts';

/** Changes of one measurement, by changes a commit. */
const MEASURED = [
  { batch: 1, changes: 2_000 },
  { batch: 20, changes: 8_000 },
  { batch: 100, changes: 12_000 },
];
/** Resources that are there before, so that the indexes have some depth. */
const RESOURCES = 2_000;
/** Other stores are measured in turns, so that what else the machine does falls on all of them. */
const ROUNDS = 3;

function lives(facts: Facts) {
  const seqs = new Map<number, number>();
  /** The next change of one resource: instance, resource, journal and one message. */
  const next = (n: number) => {
    const seq = seqs.get(n) ?? 0;
    seqs.set(n, seq + 1);
    const resource = { created_at: n, sha256: `${n}`, batch_id: `batch-${n % 50}` };
    return change(`bench-${n}`, { expected_seq: seq === 0 ? null : seq, resource });
  };
  return async (from: number, batch: number) => {
    const changes = Array.from({ length: batch }, (_, index) => next((from + index * 17) % RESOURCES));
    for (const answer of await facts.commit(changes)) if (answer.outcome !== 'committed') throw new Error(answer.outcome);
  };
}

const dir = await mkdtemp(join(tmpdir(), 'tuodi-bench-'));
const stores = [{ name: 'SQLite', facts: await openSqliteFacts(dir) }];
const url = process.env.TUODI_DATABASE_URL;
if (url) stores.push({ name: 'server', facts: await openMysqlFacts({ url, clock: systemClock() }) });
const measured = stores.map(({ name, facts }) => ({ name, facts, commit: lives(facts) }));
for (const { commit } of measured) for (let n = 0; n < RESOURCES; n += 100) for (let m = n; m < n + 17; m++) await commit(m, 5);

for (const { batch, changes } of MEASURED)
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, commit } of measured) {
      const began = performance.now();
      const cpu = process.cpuUsage();
      for (let n = 0; n < changes / ROUNDS; n += batch) await commit((n * 31) % RESOURCES, batch);
      const seconds = (performance.now() - began) / 1_000;
      const { user, system } = process.cpuUsage(cpu);
      const per_second = Math.round(changes / ROUNDS / seconds);
      const cpu_ms_per_change = Number(((user + system) / 1_000 / (changes / ROUNDS)).toFixed(2));
      console.log(JSON.stringify({ name, batch, round, per_second, cpu_ms_per_change }));
    }
for (const { facts } of stores) await facts.close();
await rm(dir, { recursive: true });
