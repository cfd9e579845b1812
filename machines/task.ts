/** One run of one step. Transient: it lives in Redis and may vanish at any time. All retrying is here. */
import { assign, fromPromise, setup } from 'xstate';
import { FAILURE_CODES, failureOf, type ServiceFailure, waits } from '../contract/failures.ts';
import type { Json } from '../contract/json.ts';
import type { TaskStatus } from '../contract/task.ts';
import { TASK_LIMITS, type TaskLimits } from './limits.ts';

/** `answered`: a callback for this step of these facts is stored, though the task that it answered is gone. */
export type TaskInput = {
  task_id: string;
  provider_job_id: string | null;
  answered: boolean;
  /** False: the step opens no picture in our processes, so no picture can be why its worker died. */
  decodes?: boolean;
};
export type TaskContext = TaskInput & {
  /** From 1. A failure names it, so that another run's is ignored. */
  attempt: number;
  /** Lost runs: no worker or provider knows them any more. */
  losses: number;
  /** Failures of the outage that goes on; 0: none does. */
  outage_runs: number;
  /** When that outage began, if its beginning was observed: distinguishes it from the one before. */
  outage_since: number | null;
  /** How often another outage than the one before was found. */
  outages: number;
  /** The time granted to the outage is over. */
  gives_up: boolean;
  /** The output of the step, kept until the resource has it; null before, and for steps without output. */
  output: Json;
  failure: ServiceFailure | null;
  /** In [0, 1): shortens the next backoff, so that those that failed together do not come back together. */
  jitter: number;
};
/** The status that the provider, or our own queue, reports. `unknown`: it does not know the run. */
export type TaskOutcome =
  | { status: 'done'; output: Json }
  | { status: 'working' }
  | { status: 'failed'; failure: ServiceFailure }
  | { status: 'unknown' };
/**
 * How long what the step needs has been unavailable, as far as the sender knows: `ms`, since `since` (service time) at the latest.
 * from_start: it was seen to work before that, so that this outage is not the one before.
 */
export type Unavailable = { ms: number; since: number; from_start: boolean };
/**
 * CLAIMED: a worker has it; while running: the queue delivers it again, since its worker seems dead.
 * SUCCEEDED: by a worker or a callback, of whichever attempt, since the input is the same. FAILED: of one run only.
 */
export type TaskEvent =
  | { type: 'CLAIMED'; provider_job_id: string | null; jitter?: number }
  | { type: 'SUCCEEDED'; output: Json }
  | { type: 'FAILED'; attempt: number; losses: number; failure: ServiceFailure; jitter?: number; away?: Unavailable }
  | { type: 'GIVE_UP' };

// The interpreter makes the event of a job that is done; see interpreter.ts.
const answerOf = (event: object) => (event as { output: TaskOutcome }).output;
const answeredFailure = (answer: TaskOutcome) => (answer.status === 'failed' ? answer.failure : null);
const FORGOTTEN = failureOf('PROVIDER_FORGOT', 'the provider that took the work knows nothing of it');
const LOST = failureOf('WORKER_LOST', 'the worker that took the work is gone');
const isOutage = ({ failure, decodes }: TaskContext) =>
  failure !== null && (waits(failure.code) || (failure.code === 'WORKER_LOST' && decodes === false));
const awayOf = (event: TaskEvent): Unavailable | null => (event.type === 'FAILED' ? (event.away ?? null) : null);

const delaysOf = (limits: TaskLimits) => ({
  requeue: limits.requeue_ms,
  lease: limits.lease_ms,
  ask_deadline: limits.ask_deadline_ms,
  backoff: ({ context }: { context: TaskContext }) => backoff(context, limits),
  give_up: ({ event }: { event: TaskEvent }) => Math.max(0, limits.give_up_ms - (awayOf(event)?.ms ?? 0)),
});
/** Runs of an outage beyond which none is counted: by then its backoff no longer grows. */
const MAX_COUNTED = 5;
/** Exponential, shortened by up to a half (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). */
function backoff(context: TaskContext, limits: TaskLimits): number {
  return Math.round(fullBackoff(context, limits) * (1 - context.jitter / 2));
}
function fullBackoff(context: TaskContext, { backoff_base_ms, backoff_max_ms, outage_pause_ms }: TaskLimits): number {
  const { failure, attempt, losses, outage_runs } = context;
  const mostly_short = failure?.code === 'READ_BACK_MISMATCH' || failure?.code === 'WORKER_LOST';
  if (isOutage(context) && mostly_short) return Math.min(2 ** outage_runs * backoff_base_ms, outage_pause_ms);
  return isOutage(context) ? outage_pause_ms : Math.min(2 ** (attempt + losses - 1) * backoff_base_ms, backoff_max_ms);
}
type Judged = { context: TaskContext; event: TaskEvent };
/** None went on, or that one has ended while the task waited; so often that a picture which alone is refused comes to an end. */
function isAnother({ context, event }: Judged, { max_attempts }: TaskLimits): boolean {
  const away = awayOf(event);
  if (context.outage_runs === 0) return true;
  return away?.from_start === true && away.since !== context.outage_since && context.outages < max_attempts;
}
function isOverlong(judged: Judged, limits: TaskLimits): boolean {
  const ms = awayOf(judged.event)?.ms ?? 0;
  return isOutage(judged.context) && (ms >= limits.give_up_ms || (judged.context.gives_up && !isAnother(judged, limits)));
}
const attemptsLeft = ({ attempt, failure }: TaskContext, { max_attempts, max_picture_attempts }: TaskLimits) =>
  attempt < (isOfPicture(failure) ? Math.min(max_attempts, max_picture_attempts) : max_attempts);
const isOfPicture = (failure: ServiceFailure | null) => failure !== null && FAILURE_CODES[failure.code].fault === 'picture';
const lossesLeft = ({ losses }: TaskContext, { max_losses }: TaskLimits) => losses + 1 < max_losses;

const words = setup({
  types: {} as { context: TaskContext; events: TaskEvent; input: TaskInput; tags: 'rest' },
  actors: { ask: fromPromise<TaskOutcome, Json>(() => Promise.reject(new Error('a service never runs as an actor'))) },
  delays: delaysOf(TASK_LIMITS),
  guards: {
    mayBeKnown: ({ context }) => context.provider_job_id !== null || context.answered,
    answered: ({ event }, status: TaskOutcome['status']) => answerOf(event).status === status,
    ofThisRun: ({ context, event }) =>
      event.type === 'FAILED' && event.attempt === context.attempt && event.losses === context.losses,
    isPermanent: ({ context }) => context.failure?.retryable === false,
    isOutage: ({ context }) => isOutage(context),
    isAnotherOutage: (judged) => isOutage(judged.context) && isAnother(judged, TASK_LIMITS),
    isOverlongOutage: (judged) => isOverlong(judged, TASK_LIMITS),
    attemptsLeft: ({ context }) => attemptsLeft(context, TASK_LIMITS),
    lossesLeft: ({ context }) => lossesLeft(context, TASK_LIMITS),
    isOursAlone: ({ context }) => context.decodes === false && context.provider_job_id === null,
  },
  actions: {
    keepTicket: assign({
      provider_job_id: ({ event }) => (event.type === 'CLAIMED' ? event.provider_job_id : null),
      jitter: ({ context, event }) => (event.type === 'CLAIMED' ? (event.jitter ?? 0) : context.jitter),
    }),
    keepOutput: assign({ output: ({ event }) => (event.type === 'SUCCEEDED' ? event.output : null), failure: null }),
    takeAnswer: assign(({ event }) => {
      const answer = answerOf(event);
      return { output: answer.status === 'done' ? answer.output : null, failure: null };
    }),
    blame: assign(({ context, event }) =>
      event.type === 'FAILED' ? { failure: event.failure, jitter: event.jitter ?? context.jitter } : {},
    ),
    blameAnswer: assign({ failure: ({ event }) => answeredFailure(answerOf(event)) }),
    countLoss: assign(({ context }) => ({
      losses: context.losses + 1,
      failure: context.provider_job_id === null ? LOST : FORGOTTEN,
      provider_job_id: null,
      answered: false,
    })),
    blameWorker: assign({ failure: LOST, answered: false }),
    spendAttempt: assign({ attempt: ({ context }) => context.attempt + 1, provider_job_id: null }),
    countOutage: assign(({ context, event }) => ({
      outage_runs: 1,
      outage_since: awayOf(event)?.from_start ? (awayOf(event)?.since ?? null) : null,
      outages: context.outages + 1,
      gives_up: false,
    })),
    countOutageRun: assign({ outage_runs: ({ context }) => Math.min(context.outage_runs + 1, MAX_COUNTED) }),
    endOutage: assign({ outage_runs: 0, outage_since: null, gives_up: false }),
    giveUp: assign({ gives_up: true }),
  },
});

const NO_OUTAGE = { outage_runs: 0, outage_since: null, outages: 0, gives_up: false };
/** The time granted begins with the first failure of an outage, and ends with the outage. */
const timeAnew = [words.cancel('give_up'), words.raise({ type: 'GIVE_UP' }, { id: 'give_up', delay: 'give_up' })];

export const taskMachine = words.createMachine({
  id: 'task',
  version: '2', // see upgrades.ts
  initial: 'open',
  context: ({ input }) => ({ ...input, attempt: 1, losses: 0, ...NO_OUTAGE, output: null, failure: null, jitter: 0 }),
  states: {
    open: {
      initial: 'start',
      exit: words.cancel('give_up'),
      on: {
        GIVE_UP: { actions: 'giveUp' }, // takes effect at the next failure of that outage: waiting in the queue is none
        SUCCEEDED: { target: 'succeeded', actions: 'keepOutput' },
        FAILED: { guard: 'ofThisRun', target: '#verdict', actions: 'blame' },
      },
      states: {
        start: { always: [{ guard: 'mayBeKnown', target: 'asking' }, { target: 'pending' }] },
        pending: {
          on: { CLAIMED: { target: 'running', actions: 'keepTicket' } },
          after: { requeue: { target: 'pending', reenter: true } },
        },
        running: { after: { lease: 'asking' }, on: { CLAIMED: 'asking' } },
        asking: {
          after: { ask_deadline: 'running' },
          invoke: {
            id: 'ask',
            src: 'ask',
            input: ({ context }) => ({ task_id: context.task_id, provider_job_id: context.provider_job_id }),
            onError: 'running', // the provider or queue is unavailable: wait a lease, ask again
            onDone: [
              { guard: { type: 'answered', params: 'done' }, target: '#succeeded', actions: 'takeAnswer' },
              { guard: { type: 'answered', params: 'working' }, target: 'running' },
              { guard: { type: 'answered', params: 'failed' }, target: '#verdict', actions: 'blameAnswer' },
              { guard: 'isOursAlone', target: '#verdict', actions: 'blameWorker' },
              { guard: 'lossesLeft', target: 'retrying', actions: 'countLoss' },
              { target: '#dead', actions: 'countLoss' },
            ],
          },
        },
        verdict: {
          id: 'verdict',
          always: [
            { guard: 'isPermanent', target: '#failed' },
            { guard: 'isOverlongOutage', target: '#dead' },
            { guard: 'isAnotherOutage', target: 'retrying', actions: ['countOutage', ...timeAnew] },
            { guard: 'isOutage', target: 'retrying', actions: 'countOutageRun' },
            { guard: 'attemptsLeft', target: 'retrying', actions: ['spendAttempt', 'endOutage', words.cancel('give_up')] },
            { target: '#dead' },
          ],
        },
        retrying: { after: { backoff: 'pending' } },
      },
    },
    succeeded: { id: 'succeeded', tags: 'rest' },
    failed: { id: 'failed', tags: 'rest' },
    dead: { id: 'dead', tags: 'rest' },
  },
});

export function taskMachineWith(changed: Partial<TaskLimits>): typeof taskMachine {
  const limits = { ...TASK_LIMITS, ...changed };
  const guards = {
    attemptsLeft: ({ context }: { context: TaskContext }) => attemptsLeft(context, limits),
    lossesLeft: ({ context }: { context: TaskContext }) => lossesLeft(context, limits),
    isAnotherOutage: (judged: Judged) => isOutage(judged.context) && isAnother(judged, limits),
    isOverlongOutage: (judged: Judged) => isOverlong(judged, limits),
  };
  return taskMachine.provide({ delays: delaysOf(limits), guards });
}

/** An instance of the task machine, as the interpreter keeps it. */
export type TaskInstance = { snapshot: { value: unknown; context: object } };

/** The context of a task's instance. An instance is only ever made by its machine, so this is a view, not a parse. */
export const taskContext = ({ snapshot }: TaskInstance): TaskContext => snapshot.context as TaskContext;

const STATUS_OF: Record<string, TaskStatus> = {
  pending: 'pending',
  running: 'running',
  retrying: 'retrying',
  asking: 'asking',
  succeeded: 'succeeded',
  failed: 'failed',
  dead: 'dead',
};
/** The status in the contract's words. */
export function taskStatus({ snapshot: { value } }: TaskInstance): TaskStatus {
  const name = typeof value === 'object' && value !== null && 'open' in value ? value.open : value;
  const status = STATUS_OF[String(name)];
  if (!status) throw new Error(`no task status in ${JSON.stringify(value)}`);
  return status;
}
