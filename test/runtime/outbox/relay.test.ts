/** Relays do not pile up, whatever a store of facts does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { pino } from 'pino';
import { memoryAnnouncements } from '../../../persistence/memory/announcements.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import { createRelay } from '../../../runtime/outbox/relay.ts';
import type { Outbox } from '../../../runtime/ports/outbox.ts';
import { until } from '../../worlds/wait.ts';

const log = pino({ level: 'silent' });
const limits = { ...RUNTIME_LIMITS, relay_gather_ms: 1 };

function relayOn(relay: Outbox['relay']) {
  const unused = () => Promise.reject(new Error('not asked here'));
  const outbox: Outbox = { append: unused, relay, after: unused, afterAll: unused, bounds: unused, prune: unused };
  return createRelay({ facts: { outbox }, announcements: memoryAnnouncements(), clock: systemClock(), limits, log });
}

test('one at a time in a process, and what is committed meanwhile is numbered by the next', async () => {
  let under_way = 0;
  let max = 0;
  let calls = 0;
  let end = () => {};
  const relay = relayOn(async () => {
    calls += 1;
    max = Math.max(max, ++under_way);
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    under_way -= 1;
    return [];
  });
  relay.start();
  for (let n = 0; n < 20; n++) relay.nudge();
  await until('one runs', async () => calls === 1);
  const swept = [relay.run(), relay.run()];
  for (let n = 0; n < 20; n++) {
    relay.nudge();
    await turnOfTheLoop();
  }
  assert.deepEqual([calls, max], [1, 1]);
  end();
  await Promise.all(swept);
  await until('the next one runs', async () => calls === 2);
  end();
  await relay.stop();
  assert.deepEqual([calls, max], [2, 1]);
});

test('while another process relays it is tried a few times more, then left to the sweep', async () => {
  let calls = 0;
  const relay = relayOn(async (_, busy) => {
    calls += 1;
    busy?.();
    return [];
  });
  relay.start();
  relay.nudge();
  await until('it was tried again', async () => calls === 1 + limits.relay_busy_tries);
  await relay.run();
  assert.equal(calls, 2 + limits.relay_busy_tries, 'the sweep has tried, and nobody else');
  await relay.stop();
});
