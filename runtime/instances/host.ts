/**
 * The host of one machine: load, step, compare-and-swap, dispatch. It knows neither the states of the machine nor what is stored beside an
 * instance; `InstanceStore` does. A step is pure: only its commit counts, and only if no other writer was first. What follows a commit is
 * best effort, and due.ts redoes it.
 */
import type { Json } from '../../contract/json.ts';
import { type Job, newJobs, type Outcome, UnknownStateError } from '../../machines/interpreter.ts';
import type { Clock } from '../async/clock.ts';
import { UnreadableError } from '../ports/instances.ts';
import type { Command, Hosted, InstanceStore, Kernel, Move } from './store.ts';
import { dueTimers } from './timers.ts';

/** Receives the jobs that a commit has made, or that are dispatched again: it does the same work once however often it gets a token. */
export type JobListener<R> = (record: R, jobs: [id: string, job: Job][]) => Promise<void>;
export type CommitListener<R> = (after: R, before: R | null) => void;
/** unsent: the caller had nothing to send. */
export type Sent<R> = { outcome: Outcome | 'unsent'; record: R };

export interface Host<R, C> {
  /** Starts the machine. Returns null if an instance of this id exists. Throws what the store throws. */
  create(id: string, input: Json, detail: C): Promise<R | null>;
  /**
   * Steps an instance. `build` is called on each attempt with the current record; null: nothing to send. `current`: the record as the
   * caller has just read it. Returns null if there is no such instance. Throws ConflictError, UnservedError and UnreadableError, and what
   * `build` and the store throw.
   */
  send(id: string, build: Build<R, C>, current?: R | null): Promise<Sent<R> | null>;
  /** Returns the record, upgraded to the present version; null: there is none. Throws UnservedError, UnreadableError. */
  load(id: string): Promise<R | null>;
  /** Returns the record as this process has last committed it, if it remembers: others may have changed it since. */
  cached(id: string): R | null;
  /** Another process has moved an instance: what is remembered of it is no longer true. */
  forget(id: string): void;
  /** Returns the cached record, which others may have changed since, if it `fits`; else the stored one. */
  loadCached(id: string, fits: (cached: R) => boolean): Promise<R | null>;
  /** Fires the timers that are due, and dispatches pending jobs again if nothing moved. Throws like `send`. */
  check(id: string, detail: C): Promise<void>;
  /** Returns false for an instance of a version that is left to another process. The first one is reported. */
  serves(record: R): boolean;
  /** Called in turn after each commit with new jobs, and awaited: before the commit listeners, and before `send` returns. */
  onJobs(listener: JobListener<R>): void;
  /** Called after each commit. */
  onCommit(listener: CommitListener<R>): void;
}

type Build<R, C> = (current: R) => Command<C> | null | Promise<Command<C> | null>;
type HostClock = Pick<Clock, 'serviceTime' | 'now' | 'newId'>;
export type HostParts<R extends Hosted, C> = {
  kernel: Kernel;
  store: InstanceStore<R, C>;
  clock: HostClock;
  /** Attempts of a command while other writers are first. */
  attempts: number;
  /** Records as this process has last committed them. */
  cache?: { get(id: string): R | undefined; set(id: string, record: R): unknown; delete(id: string): unknown };
  /** Called before the error is thrown. The record is null if it could not even be loaded. */
  unreadable?(id: string, error: UnreadableError, record: R | null): void | Promise<void>;
  /** Called for the first instance of a version that is left to another process. */
  unserved?(record: R): void;
  /** Called when a job listener throws: its jobs are still pending. */
  dispatchFailed?(record: R, error: unknown): void;
  /** Called when a commit listener throws: the step is committed all the same, and its sender is told so. */
  listenerFailed?(record: R, error: unknown): void;
};

/** Other writers were first at each attempt; nothing was written. */
export class ConflictError extends Error {
  constructor(id: string) {
    super(`${id} kept changing`);
    this.name = 'ConflictError';
  }
}

/** Time and ids for a step of a machine. */
export const environmentOf = (clock: HostClock) => ({
  now: clock.serviceTime(),
  wall: clock.now(),
  newId: clock.newId,
});

export function createHost<R extends Hosted, C>(parts: HostParts<R, C>): Host<R, C> {
  const { kernel, store, clock, cache } = parts;
  const { onJobs, onCommit, dispatch, notify } = createListeners(parts);
  const { serves, upgraded } = createVersionCheck(parts);

  async function load(id: string): Promise<R | null> {
    try {
      const stored = await store.load(id);
      return stored && upgraded(stored);
    } catch (error) {
      if (error instanceof UnreadableError) await parts.unreadable?.(id, error, null);
      throw error;
    }
  }
  /** Returns null when another writer was first. */
  async function commit(move: Move<R, C>): Promise<R | null> {
    const { id, before } = move;
    let after: R | null = null;
    try {
      after = await store.commit(move);
    } finally {
      if (!after) cache?.delete(id);
    }
    if (!after) return null;
    cache?.set(id, after);
    await dispatch(after, newJobs(before?.instance ?? null, after.instance));
    notify(after, before);
    return after;
  }
  /** Returns null if it must be tried again. Never refuses on cached state: the stored one may differ. */
  async function attempt(id: string, current: R, build: Build<R, C>, is_cached: boolean): Promise<Sent<R> | null> {
    let command: Command<C> | null;
    try {
      command = await build(current);
    } catch (refusal) {
      if (is_cached) return null;
      throw refusal;
    }
    if (!command) return is_cached ? null : { outcome: 'unsent', record: current };
    const step = kernel.step(current.instance, command.inbound, environmentOf(clock));
    if (step.outcome === 'moved') {
      const record = await commit({ id, before: current, step, inbound: command.inbound, detail: command.detail });
      return record && { outcome: 'moved', record };
    }
    return is_cached ? null : { outcome: step.outcome, record: current };
  }
  async function unreadable(id: string, record: R, cause: UnknownStateError): Promise<UnreadableError> {
    const error = new UnreadableError('instances', id, cause);
    await parts.unreadable?.(id, error, record);
    return error;
  }
  async function send(id: string, build: Build<R, C>, read: R | null = null): Promise<Sent<R> | null> {
    for (let n = 0; n < parts.attempts; n++) {
      const cached = n === 0 && !read ? cache?.get(id) : undefined;
      const current = cached ?? (n === 0 && read ? upgraded(read) : await load(id));
      if (!current) return null;
      const sent = await attempt(id, current, build, cached !== undefined).catch(async (error: unknown) => {
        throw error instanceof UnknownStateError ? await unreadable(id, current, error) : error;
      });
      if (sent) return sent;
      cache?.delete(id);
    }
    throw new ConflictError(id);
  }
  return {
    async create(id, input, detail) {
      const step = kernel.start(input, environmentOf(clock));
      return commit({ id, before: null, step, inbound: null, detail });
    },
    send,
    load,
    cached: (id) => cache?.get(id) ?? null,
    forget: (id) => void cache?.delete(id),
    async loadCached(id, fits) {
      const cached = cache?.get(id);
      return cached && fits(cached) ? cached : load(id);
    },
    async check(id, detail) {
      const record = await load(id);
      if (!record) return;
      let has_moved = false;
      for (const inbound of dueTimers(record.instance, clock.serviceTime()))
        if ((await send(id, () => ({ inbound, detail })))?.outcome === 'moved') has_moved = true;
      if (!has_moved) await dispatch(record, Object.entries(record.instance.jobs));
    },
    serves,
    onJobs,
    onCommit,
  };
}

/** What one of them throws is reported: it concerns neither the others nor the sender, whose step is committed. */
function createListeners<R extends Hosted>({
  dispatchFailed,
  listenerFailed,
}: Pick<HostParts<R, never>, 'dispatchFailed' | 'listenerFailed'>) {
  const job_listeners: JobListener<R>[] = [];
  const commit_listeners: CommitListener<R>[] = [];
  return {
    onJobs: (listener: JobListener<R>): void => void job_listeners.push(listener),
    onCommit: (listener: CommitListener<R>): void => void commit_listeners.push(listener),
    async dispatch(record: R, jobs: [string, Job][]): Promise<void> {
      if (jobs.length === 0) return;
      for (const listener of job_listeners)
        try {
          await listener(record, jobs);
        } catch (error) {
          dispatchFailed?.(record, error);
        }
    },
    notify(after: R, before: R | null): void {
      for (const listener of commit_listeners)
        try {
          listener(after, before);
        } catch (error) {
          listenerFailed?.(after, error);
        }
    },
  };
}

function createVersionCheck<R extends Hosted>({ kernel, unserved }: Pick<HostParts<R, never>, 'kernel' | 'unserved'>) {
  let is_reported = false;
  const serves = (record: R): boolean => {
    if (kernel.serves(record.instance)) return true;
    if (!is_reported) unserved?.(record);
    is_reported = true;
    return false;
  };
  /** Throws UnservedError. */
  const upgraded = (record: R): R => {
    serves(record);
    const instance = kernel.upgraded(record.instance);
    return instance === record.instance ? record : { ...record, instance };
  };
  return { serves, upgraded };
}
