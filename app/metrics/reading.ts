/** What a scrape reads: the facts, the queue, and what this process knows of its parts and jobs. */
import { Gauge, type Registry } from 'prom-client';
import { isFailureCode } from '../../contract/failures.ts';
import { PART_NAMES, STATE_NAMES } from '../../contract/parts.ts';
import { STATUSES } from '../../contract/statuses.ts';
import { isStepKind, STEP_KINDS } from '../../contract/step-kinds.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { Parts } from '../../runtime/health/parts.ts';
import type { JobState } from '../../runtime/health/process-report.ts';
import type { Feed } from '../../runtime/outbox/feed.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { Queue } from '../../runtime/ports/queue.ts';

export type ReadingDeps = {
  facts: Pick<Facts, 'overview' | 'dead_letters' | 'outbox'>;
  queue: Pick<Queue, 'depth' | 'retries'>;
  parts: Pick<Parts, 'list'>;
  feed: Pick<Feed, 'position'>;
  jobs: () => JobState[];
  clock: Clock;
};

/** Scrapes within this time are answered with one reading: whoever scrapes often asks the database no more often. */
const KEPT_MS = 5_000;
/** Below the ten seconds that a scrape waits. */
const READ_LIMIT_MS = 4_000;

export function createReading(deps: ReadingDeps, registers: Registry[]) {
  const { clock } = deps;
  const gauges = gaugesIn(registers);
  let read_at = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  /** What cannot be read is left out of the scrape, and `tuodi_facts_readable` or `tuodi_queue_readable` is 0: an old number would be a lie. */
  async function read(): Promise<void> {
    readOwn(gauges, deps);
    const bounds = { clock, limit_ms: READ_LIMIT_MS };
    const [facts, queue] = await Promise.allSettled([
      withTimeout(bounds, () => factsOf(deps)),
      withTimeout(bounds, () => queueOf(deps)),
    ]);
    gauges.facts_readable.set(facts.status === 'fulfilled' ? 1 : 0);
    gauges.queue_readable.set(queue.status === 'fulfilled' ? 1 : 0);
    showFacts(gauges, facts.status === 'fulfilled' ? facts.value : null, deps);
    showQueue(gauges, queue.status === 'fulfilled' ? queue.value : null);
  }
  return {
    async refresh(): Promise<void> {
      if (clock.elapsed() - read_at < KEPT_MS) return;
      reading ??= read().finally(() => {
        read_at = clock.elapsed();
        reading = null;
      });
      await reading;
    },
  };
}

async function factsOf({ facts }: ReadingDeps) {
  const { overview, dead_letters, outbox } = facts;
  const [statuses, lags_since, oldest_due, dead, { last }] = await Promise.all([
    overview.statuses(null),
    overview.lagsSince(null),
    overview.oldestDue(),
    dead_letters.groups(null, { step: true, code: true }),
    outbox.bounds(),
  ]);
  return { statuses, lags_since, oldest_due, dead, last };
}

async function queueOf({ queue, clock }: ReadingDeps) {
  const depths = await Promise.all(STEP_KINDS.map(async (step) => ({ step, ...(await queue.depth(step)) })));
  return { depths, retries: await queue.retries(), at: clock.now() };
}

type Gauges = ReturnType<typeof gaugesIn>;
function gaugesIn(registers: Registry[]) {
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge<Label>({ name: `tuodi_${name}`, help, labelNames, registers });
  return {
    facts_readable: gauge('facts_readable', '1: the database was read for this scrape.'),
    queue_readable: gauge('queue_readable', '1: the queue was read for this scrape.'),
    pictures: gauge('pictures', 'Pictures in each status, of all organisations.', ['status']),
    oldest: gauge('pictures_oldest_seconds', 'How long the picture of a status waits that waits longest.', ['status']),
    lag: gauge('searchable_lag_seconds', 'How long the picture waits that has waited longest to be found by a search.'),
    sweep_lag: gauge('sweep_lag_seconds', 'How long the timer is overdue that is overdue longest.'),
    dead: gauge('dead_letters', 'Pictures of which a step was given up, by its failure.', ['step', 'code']),
    behind: gauge('feed_behind_messages', 'Messages that have a position and were not read here yet.'),
    waiting: gauge('queue_waiting', 'Tasks that wait for a worker.', ['step']),
    running: gauge('queue_running', 'Tasks that workers handle.', ['step']),
    oldest_task: gauge('queue_oldest_seconds', 'How long the task waits that waits longest.', ['step']),
    retries: gauge('queue_retries', 'Tasks that wait to be tried again.'),
    part: gauge('part_state', '1: this process finds the part in this state.', ['part', 'state']),
    job_failed: gauge('job_failed', '1: the last run of a periodic job here has failed.', ['chore']),
    job_age: gauge('job_last_run_seconds', 'How long ago a periodic job last ran here.', ['chore']),
  };
}

function readOwn(gauges: Gauges, { parts, jobs, clock }: ReadingDeps): void {
  const known = new Map(parts.list().map(({ part, state }) => [part, state]));
  for (const part of PART_NAMES)
    for (const state of STATE_NAMES) if (known.has(part)) gauges.part.set({ part, state }, known.get(part) === state ? 1 : 0);
  for (const { job, outcome, last_run_at } of jobs()) {
    gauges.job_failed.set({ chore: job }, outcome === 'failed' ? 1 : 0);
    if (last_run_at !== null) gauges.job_age.set({ chore: job }, Math.max(0, clock.now() - last_run_at) / 1_000);
  }
}

function showFacts(gauges: Gauges, read: Awaited<ReturnType<typeof factsOf>> | null, { clock, feed }: ReadingDeps): void {
  for (const one of [gauges.pictures, gauges.oldest, gauges.dead]) one.reset();
  for (const one of [gauges.lag, gauges.sweep_lag, gauges.behind]) one.remove();
  if (read === null) return;
  const seconds = (since: number | null, now: number) => (since === null ? 0 : Math.max(0, now - since) / 1_000);
  for (const { status } of STATUSES) gauges.pictures.set({ status }, 0);
  for (const { status, count, oldest_since } of read.statuses) {
    gauges.pictures.set({ status }, count);
    if (oldest_since !== null) gauges.oldest.set({ status }, seconds(oldest_since, clock.now()));
  }
  for (const { step, code, count } of read.dead)
    gauges.dead.inc({ step: known(step, isStepKind), code: known(code, isFailureCode) }, count);
  gauges.lag.set(seconds(read.lags_since, clock.now()));
  gauges.sweep_lag.set(seconds(read.oldest_due, clock.serviceTime()));
  gauges.behind.set(Math.max(0, read.last - feed.position()));
}
const known = (name: string | null, isKnown: (name: string) => boolean): string => (name && isKnown(name) ? name : 'other');

function showQueue(gauges: Gauges, read: Awaited<ReturnType<typeof queueOf>> | null): void {
  for (const one of [gauges.waiting, gauges.running, gauges.oldest_task]) one.reset();
  gauges.retries.remove();
  if (read === null) return;
  for (const { step, waiting, running, oldest_at } of read.depths) {
    gauges.waiting.set({ step }, waiting);
    gauges.running.set({ step }, running);
    gauges.oldest_task.set({ step }, oldest_at === null ? 0 : Math.max(0, read.at - oldest_at) / 1_000);
  }
  gauges.retries.set(read.retries);
}
