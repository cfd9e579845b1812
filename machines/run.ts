/** A run: long work of operators, in steps that are kept. It goes on from its place whichever process has it. */
import { assign, fromPromise, setup } from 'xstate';
import type { Json } from '../contract/json.ts';
import { isRunStatus, type RunKind, type RunParams, type RunReason, type RunStatus } from '../contract/runs.ts';
import type { Instance } from './interpreter.ts';
import { RUN_LIMITS, type RunLimits } from './limits.ts';

export type RunInput = { kind: RunKind; params: RunParams };
/**
 * place: where the work goes on, as its kind has it; null: at the beginning. done, total: pictures, entries or files. counts: what came of
 * it, by the words of its kind. begun: when, and at how many done, the present stretch of work began: for its rate. errors: failures in a
 * row without progress. waits_for: what is not available; null: nothing.
 */
export type RunContext = RunInput & {
  place: Json;
  stage: string | null;
  done: number;
  total: number | null;
  counts: Record<string, number>;
  begun: { at: number; done: number } | null;
  errors: number;
  waits_for: string | null;
  reason: { code: RunReason; detail: string } | null;
};
/** What a step of the work has brought; fields that are absent stay as they are. */
export type RunProgress = Partial<Pick<RunContext, 'place' | 'stage' | 'done' | 'total' | 'counts'>>;
/** PROGRESSED: a step is done, or only a sign of life. TROUBLED: it failed, and is tried again. HALTED: it stopped by itself, or as asked. */
export type RunEvent =
  | { type: 'STOP' }
  | { type: 'RESUME' }
  | { type: 'PROGRESSED'; progress: RunProgress }
  | { type: 'TROUBLED'; detail: string; counts: boolean }
  | { type: 'HALTED'; code: RunReason; detail: string };

type Stamped = { at: number };
const atOf = (event: object) => (event as Stamped).at; // see interpreter.ts
const STOPPED = { code: 'STOPPED' as const, detail: '' };

const runSetup = setup({
  types: {} as {
    context: RunContext;
    events: RunEvent | { type: `ACCEPTED.${string}` } | { type: `RELEASED.${string}` };
    input: RunInput;
    tags: 'rest';
  },
  actors: { work: fromPromise<Json, Json>(() => Promise.reject(new Error('a service never runs as an actor'))) },
  delays: { lease: RUN_LIMITS.lease_ms },
  guards: { isBeyondHelp: ({ context, event }) => isBeyondHelp(context, event, RUN_LIMITS) },
  actions: {
    begin: assign({ begun: ({ context, event }) => ({ at: atOf(event), done: context.done }) }),
    progress: assign(({ event }) =>
      event.type === 'PROGRESSED' && Object.keys(event.progress).length > 0
        ? { ...event.progress, errors: 0, waits_for: null }
        : {},
    ),
    trouble: assign(({ context, event }) =>
      event.type === 'TROUBLED' ? { errors: context.errors + (event.counts ? 1 : 0), waits_for: event.detail, begun: null } : {},
    ),
    halt: assign(({ event }) => ({
      begun: null,
      waits_for: null,
      reason: event.type === 'HALTED' ? { code: event.code, detail: event.detail } : STOPPED,
    })),
    giveUp: assign(({ event }) => ({
      begun: null,
      waits_for: null,
      reason: { code: 'ERROR' as const, detail: event.type === 'TROUBLED' ? event.detail : '' },
    })),
    resume: assign({ errors: 0, reason: null }),
    end: assign({ begun: null, waits_for: null, stage: null }),
  },
});

function isBeyondHelp({ errors }: RunContext, event: object, { max_errors }: RunLimits): boolean {
  return 'counts' in event && event.counts === true && errors + 1 >= max_errors;
}

const RESUME = { target: '#active', actions: 'resume' as const };

export const runMachine = runSetup.createMachine({
  id: 'run',
  version: '1',
  initial: 'active',
  context: ({ input }) => ({
    ...input,
    ...{ place: null, stage: null, done: 0, total: null, counts: {}, begun: null, errors: 0, waits_for: null, reason: null },
  }),
  states: {
    active: {
      id: 'active',
      initial: 'queued',
      invoke: {
        id: 'work',
        src: 'work',
        input: ({ context }) => ({ kind: context.kind }),
        onDone: { target: 'done', actions: 'end' },
        onError: { target: 'failed', actions: 'end' },
      },
      states: {
        queued: {
          on: { 'ACCEPTED.work': { target: 'running', actions: 'begin' }, STOP: { target: '#stopped', actions: 'halt' } },
        },
        running: {
          after: { lease: { target: '#active', reenter: true } }, // its process is lost: with a new token, so that it is not heard any more
          on: {
            'RELEASED.work': 'queued',
            PROGRESSED: { target: 'running', reenter: true, actions: 'progress' },
            TROUBLED: [
              { guard: 'isBeyondHelp', target: '#failed', actions: 'giveUp' },
              { target: 'running', reenter: true, actions: 'trouble' },
            ],
            HALTED: { target: '#stopped', actions: 'halt' },
            STOP: 'stopping',
          },
        },
        stopping: {
          after: { lease: { target: '#stopped', actions: 'halt' } },
          on: {
            'RELEASED.work': { target: '#stopped', actions: 'halt' },
            PROGRESSED: { target: '#stopped', actions: ['progress', 'halt'] },
            TROUBLED: { target: '#stopped', actions: 'halt' },
            HALTED: { target: '#stopped', actions: 'halt' },
          },
        },
      },
    },
    done: { tags: 'rest' },
    stopped: { id: 'stopped', tags: 'rest', on: { RESUME } },
    failed: { id: 'failed', tags: 'rest', on: { RESUME } },
  },
});

export const runMachineWith = (changed: Partial<RunLimits>): typeof runMachine => {
  const limits = { ...RUN_LIMITS, ...changed };
  return runMachine.provide({
    delays: { lease: limits.lease_ms },
    guards: { isBeyondHelp: ({ context, event }) => isBeyondHelp(context, event, limits) },
  });
};

/** The context of a run's instance. An instance is only ever made by its machine, so this is a view, not a parse. */
export const runContext = ({ snapshot }: Pick<Instance, 'snapshot'>): RunContext => snapshot.context as RunContext;

/** The status in the contract's words. */
export function runStatus({ snapshot: { value } }: Pick<Instance, 'snapshot'>): RunStatus {
  const name = typeof value === 'object' && value !== null && 'active' in value ? value.active : value;
  if (typeof name !== 'string' || !isRunStatus(name)) throw new Error(`no status of a run in ${JSON.stringify(value)}`);
  return name;
}
export const isActive = (status: RunStatus): boolean => status === 'queued' || status === 'running' || status === 'stopping';
