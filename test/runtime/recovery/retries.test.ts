/** What a long outage has stopped, tried again: when, how many, and at what pace. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { pino } from 'pino';
import type { StepKind } from '../../../contract/step-kinds.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import { createRetries } from '../../../runtime/recovery/retries.ts';
import { type HeldClock, heldClock } from '../../worlds/held-clock.ts';

const { retry_after_ms, retry_batch, retry_interval_ms, retry_probe_min_ms, retry_probe_max_ms } = RUNTIME_LIMITS;
const MINUTE = 60_000;
const never = { by: { kind: 'sweep', id: null }, request_id: null } as const;

let clock: HeldClock;
let stopped: string[];
let tried: { id: string; event: unknown }[];
let now: { open: boolean; works_ms: number | null; waiting: number; there: boolean };
let retries: ReturnType<typeof createRetries>;

beforeEach(() => {
  clock = heldClock();
  stopped = Array.from({ length: 100 }, (_, n) => `r${String(n).padStart(3, '0')}`);
  tried = [];
  now = { open: true, works_ms: null, waiting: 0, there: true };
  const toRetry = async (_: StepKind, after: string | null, limit: number) =>
    stopped
      .filter((id) => id > (after ?? ''))
      .slice(0, limit)
      .map((resource_id) => ({ resource_id, org_id: 'o' }));
  retries = createRetries({
    facts: { resources: { toRetry } as never }, // nothing else of it is asked
    engine: {
      send: async ({ resource_id }, say) => {
        const { event } = await say({} as never); // no row makes a difference to a retry
        tried.push({ id: resource_id, event });
        stopped = stopped.filter((id) => id !== resource_id);
        return { outcome: 'moved', resource: {} as never };
      },
    },
    queue: { depth: async () => ({ waiting: now.waiting, running: 0, oldest_at: null }) },
    gates: { isOpen: () => now.open, worksFor: () => now.works_ms },
    probe: async () => (now.there ? undefined : Promise.reject(new Error('away'))),
    ...{ clock, limits: RUNTIME_LIMITS, log: pino({ level: 'silent' }), origin: never },
  });
});
const look = () => retries.once(['index']);
async function lookFor(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += retry_interval_ms) {
    await look();
    await clock.pass(retry_interval_ms, retry_interval_ms);
  }
}

test('none before the step has worked for a minute; then as many as the step takes, and not more than a page in line', async () => {
  now.works_ms = retry_after_ms - 1;
  await look();
  assert.deepEqual(tried, []);
  now.works_ms = retry_after_ms;
  await look();
  assert.deepEqual([tried.length, tried[0]], [retry_batch, { id: 'r000', event: { type: 'RETRY', by_service: 'mended' } }]);
  now.waiting = retry_batch - 3;
  await look();
  assert.equal(tried.length, retry_batch + 3);
  now.waiting = retry_batch;
  await look();
  assert.equal(tried.length, retry_batch + 3);
  now.waiting = 0;
  for (let page = 0; page < 6; page++) await look();
  assert.deepEqual([tried.length, stopped], [100, []]);
});

test('while nobody knows, one finds out, less and less often; none while what it needs is known not to be there', async () => {
  Object.assign(now, { open: false, there: false });
  await lookFor(10 * MINUTE);
  assert.deepEqual(tried, []);
  now.there = true;
  await look();
  assert.deepEqual(tried, [{ id: 'r000', event: { type: 'RETRY', by_service: 'probe' } }]);
  await lookFor(60 * MINUTE);
  const max = Math.ceil(Math.log2(retry_probe_max_ms / retry_probe_min_ms)) + (60 * MINUTE) / retry_probe_max_ms + 1;
  assert.ok(tried.length > 3 && tried.length <= max, `${tried.length} in an hour`);
  assert.equal(new Set(tried.map(({ id }) => id)).size, tried.length, 'another one each time');
});

test('none finds out while others wait for the step: they do', async () => {
  Object.assign(now, { open: false, waiting: 1 });
  await lookFor(MINUTE);
  assert.deepEqual(tried, []);
});

test('one that is refused does not stand in the way of those behind it', async () => {
  now.works_ms = retry_after_ms;
  stopped = ['a', 'b'];
  await look();
  stopped.push('a'); // refused: it is still there
  await look();
  await look();
  assert.deepEqual(
    tried.map(({ id }) => id),
    ['a', 'b', 'a'],
  );
});
