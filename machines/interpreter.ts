/**
 * The durable interpreter: XState as a pure function around one plain JSON instance. No actor ever runs.
 * A step: accept the inbound or not → the machine's transition → add and remove jobs and timers → the liveness rule.
 */
import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, AnyStateNode, EventObject, StateValue } from 'xstate';
import { createActor, getNextTransitions } from 'xstate';
import type { ServiceFailure } from '../contract/failures.ts';
import type { Json } from '../contract/json.ts';
import type { Upgrades } from './upgrades.ts';

/** `at`: epoch ms. */
export type Acceptance = { provider_job_id: string | null; at: number };
/** `since`: when the token was made. */
export type Job = { src: string; input: Json; token: string; since: number; accepted: Acceptance | null };
export type Timer = { event: EventObject; due_at: number; token: string };

/** Everything that exists of one running machine. */
export type Instance = {
  machine: string;
  version: string;
  seq: number;
  snapshot: { value: StateValue; context: Record<string, Json>; status: string };
  jobs: Record<string, Job>;
  timers: Record<string, Timer>;
};

/** `released`: no longer accepted, since it waits again. `attempts`: runs of the task before it gave up; default 1. */
export type Inbound =
  | { kind: 'event'; event: EventObject }
  | { kind: 'timer'; id: string; token: string }
  | { kind: 'accepted'; id: string; token: string; provider_job_id: string | null }
  | { kind: 'released'; id: string; token: string }
  | { kind: 'done'; id: string; token: string; output: Json }
  | { kind: 'error'; id: string; token: string; failure: ServiceFailure; attempts?: number };

/** refused: the machine has no transition for that event; stale: a token that is no longer (or not yet) in the instance. */
export type Outcome = 'moved' | 'refused' | 'stale';
/**
 * What a machine can't make itself. `now`: service time (ms), which timers go by. `wall`: wall time (epoch ms), which is shown; `now`
 * by default. `newId` returns a new token, never the same twice (the engine's are UUIDv7).
 */
export type Environment = { now: number; wall?: number; newId: () => string };
/** `emitted` goes to the outbox. Jobs to dispatch are found by `newJobs`. */
export type Step = { outcome: Outcome; instance: Instance; emitted: EventObject[] };
export type Durable = ReturnType<typeof durable>;

/** An instance of a version that this program does not know: a later program handles it. It is left unchanged. */
export class UnservedError extends Error {
  constructor(of: Pick<Instance, 'machine' | 'version'>, known: readonly string[]) {
    super(`an instance of ${of.machine} ${of.version} is left alone: this version of tuodi serves ${known.join(', ')}`);
    this.name = 'UnservedError';
  }
}

/** An instance in a state that its machine no longer has. */
export class UnknownStateError extends Error {
  constructor(cause: unknown) {
    super('its state is unknown', { cause });
    this.name = 'UnknownStateError';
  }
}

/** A step after which nothing would ever happen to the instance. It is a bug of the machine and is never committed. */
export class LimboError extends Error {}

/** What our commit reads of XState's built-in actions, which does not export the types of their params. */
type Action = {
  type: string;
  params: { id: string; src: string; input: Json; event: EventObject; delay?: number; sendId: string };
};

/** resting: tags of states that need neither a job nor a timer. */
export function durable(machine: AnyStateMachine, upgrades: Upgrades = {}, resting: readonly string[] = ['rest']) {
  const version = machine.version ?? '0';
  const scope = inertScope(machine);
  const resolved = resolvedStates(machine);
  const served = { machine: machine.id, versions: [...Object.keys(upgrades), version] };
  const serves = (instance: Pick<Instance, 'machine' | 'version'>): boolean =>
    instance.machine === machine.id && served.versions.includes(instance.version);
  const upgraded = (stored: Instance): Instance => {
    if (!serves(stored)) throw new UnservedError(stored, served.versions);
    let instance = stored;
    for (let next = upgrades[instance.version]; next; next = upgrades[instance.version]) {
      const { snapshot, jobs, timers } = instance;
      instance = { ...instance, version: next.to, ...next.upgrade({ snapshot, jobs, timers }) };
    }
    return instance;
  };
  /** Throws UnknownStateError. */
  const revive = (instance: Instance): AnyMachineSnapshot => {
    const current = upgraded(instance);
    try {
      return resolved(current.snapshot);
    } catch (error) {
      throw new UnknownStateError(error);
    }
  };

  return {
    start(input: Json, given: Environment): Step {
      const actions: Action[] = [];
      const actionExecutor = (action: unknown) => void actions.push(action as Action); // see Action
      const snapshot = machine.getInitialSnapshot({ ...scope, actionExecutor }, input as never); // input is typed by the machine, unknown here
      const blank = { machine: machine.id, version, seq: 0, jobs: {}, timers: {} };
      return commit(blank, snapshot, actions, { ...given, resting });
    },

    /**
     * Pure: returns the next instance and leaves this one unchanged. If refused or stale, it returns the same instance object.
     * Throws UnservedError for an instance of a version that is not known here, UnknownStateError, and LimboError.
     */
    step(instance: Instance, inbound: Inbound, given: Environment): Step {
      const current = upgraded(instance);
      const accepted = acceptInbound(current, inbound, given.wall ?? given.now);
      if (typeof accepted === 'string') return { outcome: accepted, instance, emitted: [] };
      const before = revive(current);
      const actions: Action[] = [];
      // both are of this machine, and what it calls an action is what Action says
      const actionExecutor = (action: unknown) => void actions.push(action as Action);
      const after = machine.transition(before as never, accepted.event as never, { ...scope, actionExecutor });
      const untouched = (after as unknown) === before && actions.length === 0;
      if (untouched && inbound.kind === 'event') return { outcome: 'refused', instance, emitted: [] };
      if (untouched && inbound.kind !== 'accepted' && inbound.kind !== 'released')
        throw new LimboError(`${machine.id}: nothing answers ${accepted.event.type} in ${JSON.stringify(before.value)}`);
      return commit(accepted.rest, after, actions, { ...given, resting });
    },

    /** The machine and the versions of it whose instances can be stepped: the present one, and those that lead to it. */
    served,
    serves,
    /** Differs where a state or a version was added or taken away. */
    fingerprint: JSON.stringify([served, statesOf(machine.root).sort()]),
    /** The same instance, as the present version would have it. Throws UnservedError. */
    upgraded,
    /** Whether its state exists in the present version. Throws UnservedError. */
    knowsState(instance: Instance): boolean {
      try {
        return Boolean(revive(instance));
      } catch (error) {
        if (error instanceof UnknownStateError) return false;
        throw error;
      }
    },
    hasTag: (instance: Instance, tag: string): boolean => revive(instance).hasTag(tag),
    /** Events with a transition in its present states. A guard may still refuse one. */
    allowedEvents: (instance: Instance): string[] => [
      ...new Set(
        getNextTransitions(revive(instance))
          .map((t) => t.eventType)
          .filter((type) => type && !isReserved(type)),
      ),
    ],
  };
}

const statesOf = ({ id, states }: AnyStateNode): string[] => [id, ...Object.values<AnyStateNode>(states).flatMap(statesOf)];

/**
 * Snapshots of a machine by what is stored of them. Which nodes a state value means is computed once for each value: it takes XState a
 * fifth of a step. Values are few, since they are combinations of the machine's states. Throws what XState throws for an unknown one.
 */
function resolvedStates(machine: AnyStateMachine): (stored: Instance['snapshot']) => AnyMachineSnapshot {
  const known = new Map<string, AnyMachineSnapshot>();
  return ({ value, context, status }) => {
    const key = JSON.stringify([value, status]);
    let resolved = known.get(key);
    if (!resolved) {
      resolved = machine.resolveState({ value, context: {}, status } as never); // XState's boundary
      known.set(key, resolved);
    }
    return { ...resolved, context };
  };
}

/**
 * What XState wants around a transition: an actor that never starts. XState's own `transition` and `initialTransition` make a new one
 * each time, and with it compute the machine's first state, which takes as long as the step itself.
 */
function inertScope(machine: AnyStateMachine): AnyActorScope {
  const self = createActor(machine);
  const nothing = () => {};
  return {
    self,
    id: '',
    sessionId: '',
    system: self.system,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: nothing,
  };
}

/** Jobs that exist after a step and did not before: what `dispatch` makes tasks of. */
export const newJobs = (before: Instance | null, after: Instance): [id: string, job: Job][] =>
  Object.entries(after.jobs).filter(([id, job]) => before?.jobs[id]?.token !== job.token);

/** The name of a timer's delay: `ocr_deadline` of `xstate.after.ocr_deadline.recognising`. */
export const delayOf = (timer_id: string): string => timer_id.split('.')[2] ?? timer_id;

/** Names that only the interpreter may send: nobody outside can forge a result, a timer or an acceptance, or its end. */
const isReserved = (type: string) => /^(xstate|ACCEPTED|RELEASED)\./.test(type);

type Accepted = { event: EventObject; rest: Instance };

/**
 * Checks whether the inbound is accepted. If so, returns the event for the machine, and the instance without the used job or timer.
 * Every event is stamped with `at` (wall time), since a machine has no clock.
 */
function acceptInbound(instance: Instance, inbound: Inbound, at: number): 'refused' | 'stale' | Accepted {
  if (inbound.kind === 'event')
    return isReserved(inbound.event.type) ? 'refused' : { event: stamped(inbound.event, at), rest: instance };
  const { id, token } = inbound;
  if (inbound.kind === 'timer') {
    const timer = instance.timers[id];
    if (timer?.token !== token) return 'stale';
    return { event: stamped(timer.event, at), rest: { ...instance, timers: without(instance.timers, id) } };
  }
  const job = instance.jobs[id];
  if (job?.token !== token) return 'stale';
  if (inbound.kind === 'accepted') {
    const accepted = { provider_job_id: inbound.provider_job_id, at };
    if (job.accepted?.provider_job_id === inbound.provider_job_id) return 'stale'; // sent twice
    const rest = { ...instance, jobs: { ...instance.jobs, [id]: { ...job, accepted } } };
    return { event: stamped({ type: `ACCEPTED.${id}`, provider_job_id: inbound.provider_job_id }, at), rest };
  }
  if (inbound.kind === 'released') {
    if (job.accepted === null) return 'stale'; // it waits as it is
    const rest = { ...instance, jobs: { ...instance.jobs, [id]: { ...job, accepted: null } } };
    return { event: stamped({ type: `RELEASED.${id}` }, at), rest };
  }
  const rest = { ...instance, jobs: without(instance.jobs, id) };
  if (inbound.kind === 'done') return { event: stamped({ type: `xstate.done.actor.${id}`, output: inbound.output }, at), rest };
  const { failure: error, attempts = 1 } = inbound;
  return { event: stamped({ type: `xstate.error.actor.${id}`, error, attempts }, at), rest };
}
const stamped = <E extends EventObject>(event: E, at: number): E & { at: number } => ({ ...event, at });

type Committing = Environment & { resting: readonly string[] };
/** The next instance: adds and removes jobs and timers by the machine's actions, then checks the liveness rule. */
function commit(previous: Omit<Instance, 'snapshot'>, after: AnyMachineSnapshot, actions: Action[], given: Committing): Step {
  if (after.status === 'error')
    throw new LimboError(`${previous.machine} was killed by an unanswered failure: ${String(after.error)}`);
  const jobs = { ...previous.jobs };
  const timers = { ...previous.timers };
  const emitted: EventObject[] = [];
  for (const action of actions) applyAction(action, { jobs, timers, emitted }, given);
  const alive = new Set<string>();
  for (const node of after._nodes) for (const { id } of node.invoke) alive.add(id);
  for (const id of Object.keys(jobs)) if (!alive.has(id)) delete jobs[id];
  if (!given.resting.some((tag) => after.hasTag(tag))) assertLive(previous.machine, after, jobs, timers);
  const snapshot = { value: after.value, context: after.context, status: after.status };
  return { outcome: 'moved', instance: { ...previous, seq: previous.seq + 1, snapshot, jobs, timers }, emitted };
}

type Obligations = { jobs: Record<string, Job>; timers: Record<string, Timer>; emitted: EventObject[] };

function applyAction({ type, params }: Action, { jobs, timers, emitted }: Obligations, { now, newId }: Environment): void {
  switch (type) {
    case 'xstate.spawnChild':
      jobs[params.id] = { src: params.src, input: params.input, token: newId(), since: now, accepted: null };
      return;
    case 'xstate.raise':
      if (typeof params.delay === 'number')
        timers[params.id] = { event: params.event, due_at: now + params.delay, token: newId() };
      else if (params.event.type.startsWith('xstate.after.')) throw new Error(`unknown delay: ${params.event.type}`);
      return;
    case 'xstate.cancel':
      delete timers[params.sendId];
      return;
    case 'xstate.stopChild':
      return; // its params are undefined once an instance was read back; which jobs are alive, the active nodes say
    case 'xstate.emit':
      emitted.push(params.event);
      return;
    default:
      throw new Error(`${type} is banned in a durable machine`);
  }
}

/** The liveness rule: an active instance that is not at rest has a job or a timer. */
function assertLive(machine: string, after: AnyMachineSnapshot, jobs: Obligations['jobs'], timers: Obligations['timers']): void {
  if (after.status !== 'active') return;
  if (Object.keys(jobs).length + Object.keys(timers).length === 0)
    throw new LimboError(`${machine} would be in limbo in ${JSON.stringify(after.value)}: no job, no timer, not at rest`);
}

function without<T>(record: Record<string, T>, id: string): Record<string, T> {
  const { [id]: _, ...rest } = record;
  return rest;
}
