/** Runs of operators that go on until they are stopped. */
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../runtime/async/clock.ts';
import { concurrently } from '../../runtime/async/each.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { RunWork } from '../../runtime/runs/run-work.ts';
import { createRuns } from '../../runtime/runs/runs.ts';
import { runLifecycle } from '../../services/lifecycles.ts';

const held: RunWork = ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

export const heldRuns = ({ facts, log, clock = systemClock() }: { facts: Facts; log: Logger; clock?: Clock }) =>
  createRuns({
    ...{ runs: facts.runs, lifecycle: runLifecycle(), clock, limits: RUNTIME_LIMITS, log },
    each: concurrently({ log, limits: RUNTIME_LIMITS }),
    works: { verify: held, reindex: held, replay: held, embed: held },
  });
