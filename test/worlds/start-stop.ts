/**
 * Starts that fail halfway, and stops of which a part fails, in turn: nothing may stay open. Whoever calls says what the service works
 * on; it must be what only one process may have, so that the next start shows whether the last one has let go of all.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { type App, type AppOptions, startApp } from '../../app/app.ts';
import { readConfig } from '../../app/config.ts';
import type { OpenedPorts } from '../../app/open-ports.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { type Closers, createClosers, StopFailed } from '../../runtime/async/closers.ts';
import type { IndexGenerations } from '../../runtime/ports/search-index.ts';
import { only } from './missing.ts';
import { until } from './wait.ts';

type Env = Record<string, string>;
/** Time limit of one part that hangs, in ms: far above what a healthy one takes. */
const CLOSER_MS = 1_500;
const quick = () =>
  createClosers({ clock: systemClock(), log: pino({ level: 'silent' }), limits: { closer_ms: CLOSER_MS, stop_ms: 20_000 } });

/** Closers whose part `name` is closed, and then fails or hangs; and which parts were closed, in order. */
function spoilt(name: string, spoil: () => unknown) {
  const closed: string[] = [];
  const closers = (): Closers => {
    const made = quick();
    const add = (part: string, close: () => unknown) =>
      made.add(part, async () => {
        closed.push(part);
        await close();
        if (part === name) await spoil();
      });
    return { add, close: made.close };
  };
  return { closed, closers };
}
/** Closers that let the start fail right after its `n`th part. */
const failingAfter = (n: number) => (): Closers => {
  const made = quick();
  let parts = 0;
  const add = (part: string, close: () => unknown) => {
    made.add(part, close);
    if (parts++ === n) throw new Error(`made to fail after ${part}`);
  };
  return { add, close: made.close };
};

const broken = (): never => {
  throw new Error('made to fail');
};
const failing = async (): Promise<never> => broken();
/** Steps of a start that add no part of their own, or fail within it. */
const FAULTS: Record<string, (opened: OpenedPorts) => OpenedPorts> = {
  'the index is looked at': (ports) => ({
    ...ports,
    index: { ...ports.index, generations: ports.index.generations ?? only<IndexGenerations>('generations', {}) },
    facts: { ...ports.facts, index_targets: { ...ports.facts.index_targets, get: failing } },
  }),
  'keys are made': (ports) => ({ ...ports, facts: { ...ports.facts, accounts: { ...ports.facts.accounts, ensure: failing } } }),
  'the clock is set': (ports) => ({
    ...ports,
    facts: { ...ports.facts, upkeep: { ...ports.facts.upkeep, databaseTime: failing } },
  }),
  'service time is read': (ports) => ({ ...ports, facts: { ...ports.facts, upkeep: { ...ports.facts.upkeep, time: failing } } }),
  'workers begin': (ports) => ({ ...ports, queue: { ...ports.queue, consume: broken } }),
};

export function startStopSuite(given: () => Env): void {
  const start = (options: AppOptions = {}, more: Env = {}): Promise<App> => {
    const env = { TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent', ...given(), ...more };
    return startApp(readConfig(env).config, '0.0.0', options);
  };
  /** It starts again, answers, and stops: nothing was left locked. */
  async function startsAgain(): Promise<string[]> {
    const { closed, closers } = spoilt('', () => {});
    const app = await start({ closers });
    const answer = await fetch(`${app.url}/healthz`);
    assert.equal(answer.status, 200);
    await app.stop();
    return closed;
  }
  /** One that goes well is stopped, so that the others are not failed by it. */
  const startsNot = (options: AppOptions, more: Env = {}) => start(options, more).then((app) => app.stop());
  const held = () => process.getActiveResourcesInfo().filter((kind) => /Server|Worker|MessagePort/.test(kind)).length;
  async function leavesNothing(work: () => Promise<void>): Promise<void> {
    const before = held();
    await work();
    await until('nothing of it is open', () => held() <= before);
    await startsAgain();
  }

  describe('a start that fails', () => {
    test('right after any of its parts leaves nothing open', async () => {
      const parts = (await startsAgain()).reverse();
      assert.ok(parts.length >= 12, parts.join(', '));
      for (const [n, part] of parts.entries())
        await leavesNothing(() =>
          assert.rejects(startsNot({ closers: failingAfter(n) }), new RegExp(`made to fail after ${part}`)),
        );
    });

    for (const [step, ports] of Object.entries(FAULTS))
      test(`when ${step} leaves nothing open`, () =>
        leavesNothing(() => assert.rejects(startsNot({ ports }), { message: 'made to fail' })));

    test('since its port is taken leaves nothing open', async () => {
      const taken = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => taken.once('listening', resolve));
      const address = taken.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const listen = { TUODI_LISTEN: `127.0.0.1:${port}` };
      await leavesNothing(() => assert.rejects(startsNot({}, listen), { code: 'EADDRINUSE' }));
      taken.close();
    });
  });

  describe('a stop', () => {
    test('of which any part fails closes all others, in order, and tells each failure', async () => {
      const parts = await startsAgain();
      for (const part of parts) {
        const { closed, closers } = spoilt(part, broken);
        const app = await start({ closers });
        await assert.rejects(app.stop(), (error) => {
          assert.ok(error instanceof StopFailed);
          assert.deepEqual([error.errors.length, error.too_long], [1, false]);
          assert.match(error.message, new RegExp(`^${part} was not closed: made to fail`));
          return true;
        });
        assert.deepEqual(closed, parts, part);
      }
      await startsAgain();
    });

    test('of which any part hangs leaves it after its limit, and closes all others', async () => {
      const parts = await startsAgain();
      for (const part of parts) {
        const { closed, closers } = spoilt(part, () => new Promise(() => {}));
        const app = await start({ closers });
        await assert.rejects(app.stop(), (error) => error instanceof StopFailed && error.too_long && error.errors.length === 1);
        assert.deepEqual(closed, parts, part);
      }
      await startsAgain();
    });
  });
}
