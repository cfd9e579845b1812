/**
 * The queue on BullMQ, as a doorbell: a job says which task waits, and nothing else. A queue a kind, and one for retries.
 * What BullMQ would do about failures it never does: a ring is handled once, and a worker that died is found by its lock.
 */
import { Queue as BullQueue, type Job, Worker } from 'bullmq';
import type { StepKind } from '../../contract/step-kinds.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { Queue } from '../../runtime/ports/queue.ts';
import type { RedisLink } from './connection.ts';
import { RedisUnavailable, unavailable } from './errors.ts';
import { script } from './script.ts';

/** A worker that says nothing for so long is dead. It says so at half of that; an event loop that stands still must be shorter. */
export const LOCK_MS = 10_000;
/** How often locks are looked at: a dead worker's ring is given to another at most LOCK_MS + this later. */
export const STALLED_INTERVAL_MS = 5_000;
/** Never reached: how often a worker may die of a task is the task's own count. */
const MAX_STALLS = 1_000_000;
/** Retries only ring: a few at once are plenty. */
const RETRIES_AT_ONCE = 8;
/** BullMQ's own log of events, which nobody reads. */
const EVENTS_KEPT = 100;
/** While Redis refuses (it is full), a worker would ask again at once, for ever. */
const REFUSED_PAUSE_MS = 1_000;
const ONCE = { attempts: 1, removeOnComplete: true, removeOnFail: true };

type QueuedTask = { task_id: string };
/** `n` makes an id new: one that is being handled is not taken again. */
const idOf = (task_id: string, n: number) => `${task_id}-${n}`;

/**
 * KEYS: the job, its lock, those being handled. ARGV: the job's id. A job is there until it was handled; being handled without a lock,
 * it is in the hands of a dead worker.
 */
const KNOWS = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if redis.call('EXISTS', KEYS[2]) == 1 then return 1 end
return redis.call('LPOS', KEYS[3], ARGV[1]) and 0 or 1`);

export function bullQueue(link: RedisLink): Queue {
  const { prefix, clock, log, reach } = link;
  const queues = new Map<string, BullQueue<QueuedTask>>();
  const workers = new Map<string, Worker<QueuedTask>>();
  /** Steps of which this process takes no work. */
  const held = new Set<string>();
  let stopped = false;
  const patient = link.patient('workers');

  const nameOf = (kind: StepKind | 'retry') => `tuodi-${kind}`;
  function queueOf(kind: StepKind | 'retry'): BullQueue<QueuedTask> {
    const name = nameOf(kind);
    const known = queues.get(name);
    if (known) return known;
    const streams = { events: { maxLen: EVENTS_KEPT } };
    const queue = new BullQueue<QueuedTask>(name, { connection: link.redis, prefix, streams, defaultJobOptions: ONCE });
    queue.on('error', () => undefined); // a call that fails says so itself
    queues.set(name, queue);
    return queue;
  }

  function work(kind: StepKind | 'retry', concurrency: number, handle: (job: Job<QueuedTask>) => Promise<void>): void {
    const worker = new Worker<QueuedTask>(nameOf(kind), handle, {
      ...{ connection: patient, prefix, concurrency },
      ...{ lockDuration: LOCK_MS, stalledInterval: STALLED_INTERVAL_MS, maxStalledCount: MAX_STALLS },
    });
    worker.on('error', (error) => complain(worker, kind, error));
    workers.set(kind, worker);
  }
  /** The connection logs once that Redis is unavailable. */
  function complain(worker: Worker, kind: string, error: Error): void {
    const translated = unavailable(error);
    if (translated instanceof RedisUnavailable && translated.reason === 'away') return;
    if (!(translated instanceof RedisUnavailable)) {
      log.warn({ event: 'queue.notification_lost', err: translated, kind }, 'lost a task notification; the sweep redelivers it');
      return;
    }
    if (worker.isPaused() || stopped) return;
    log.warn({ event: 'queue.paused', err: translated, kind }, 'Redis refused the worker; pausing it briefly');
    void worker.pause(true); // only says so to itself
    clock.after(REFUSED_PAUSE_MS, () => {
      if (!stopped && !held.has(kind)) void worker.resume();
    });
  }

  return {
    async push(kind, task_id, n) {
      await reach(() => queueOf(kind).add('ring', { task_id }, { jobId: idOf(task_id, n) }));
    },
    consume(kind, concurrency, handle) {
      work(kind, concurrency, ({ data: { task_id }, stalledCounter }) => handle({ task_id, again: stalledCounter > 0 }));
    },
    allow(kind, max) {
      const worker = workers.get(kind);
      if (!worker || stopped) return;
      if (max === 0) {
        held.add(kind);
        void worker.pause(true); // of this process alone; what is in hand goes on
        return;
      }
      worker.concurrency = max;
      if (held.delete(kind)) void worker.resume();
    },
    async retryLater(task_id, n, delay) {
      await reach(() => queueOf('retry').add('ring', { task_id }, { jobId: idOf(task_id, n), delay }));
    },
    consumeRetries(handle) {
      work('retry', RETRIES_AT_ONCE, ({ data: { task_id } }) => handle(task_id));
    },
    async knows(kind, task_id, n) {
      const id = idOf(task_id, n);
      const job = `${prefix}:${nameOf(kind)}:${id}`;
      const active = `${prefix}:${nameOf(kind)}:active`;
      return (await reach((redis) => KNOWS(redis, [job, `${job}:lock`, active], [id]))) === 1;
    },
    async depth(kind) {
      const { wait = 0, active = 0 } = await reach(() => queueOf(kind).getJobCounts('wait', 'active'));
      return { waiting: wait, running: active };
    },
    pause: (kind) => reach(() => queueOf(kind).pause()),
    resume: (kind) => reach(() => queueOf(kind).resume()),
    async stop(grace_ms) {
      stopped = true;
      const closed = () => Promise.allSettled([...workers.values()].map((worker) => worker.close()));
      await withTimeout({ clock, limit_ms: grace_ms }, closed).catch(() => undefined); // the grace is over
      patient.disconnect(); // what is still in hand loses its lock, and is given to another worker
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
    },
  };
}
