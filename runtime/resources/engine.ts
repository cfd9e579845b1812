/**
 * The engine: load, step, commit, dispatch. It knows no concrete machine: `Lifecycle` adapts one.
 * A step is pure; only its commit counts, and only if no other writer was first. The effects of a commit are best effort: the sweep redoes them.
 */

import { EventEmitter } from 'node:events';
import type { Inbound, Outcome } from '../../machines/interpreter.ts';
import { createKeyQueue, KeyQueueFull } from '../async/key-queue.ts';
import type { FactWrite } from '../ports/facts.ts';
import type { ResourceColumns, ResourceRow } from '../ports/resources.ts';
import type { ResourceRef } from '../ports/scope.ts';
import { changeOf, type Origin } from './change.ts';
import type { NewResource } from './lifecycle.ts';
import {
  type CachedInstance,
  type Command,
  conflict,
  createStepLoop,
  environmentOf,
  type Parts,
  type PendingJob,
} from './step-loop.ts';
import { waitUntilSettled } from './wait-until-settled.ts';

export type { Origin } from './change.ts';
export type { NewResource } from './lifecycle.ts';
export type { PendingJob } from './step-loop.ts';

/** An event for the machine, with the rows it brings. `columns` of the resource that are no part of its lifecycle. */
export type EventToSend = {
  event: { type: string; [field: string]: unknown };
  writes?: FactWrite[];
  columns?: Partial<ResourceColumns>;
};

export interface Engine {
  /** Begins a lifecycle. Throws AlreadyThere when the idempotency key was used in this organisation, and OverQuota. */
  create(resource: NewResource, origin: Origin): Promise<ResourceRow>;
  /**
   * Sends an event. `build` is called on each attempt with the current row; its errors propagate.
   * Throws Problem NOT_FOUND when there is no such resource in scope, CONFLICT when others kept winning.
   */
  send(
    ref: ResourceRef,
    build: (current: ResourceRow) => EventToSend | Promise<EventToSend>,
    origin: Origin,
  ): Promise<{ outcome: 'moved' | 'refused'; resource: ResourceRow }>;
  /** A timer, an acceptance or a result: believed only by its token. outdated: the step must be run again; nothing was changed. */
  deliver(instance_id: string, inbound: Exclude<Inbound, { kind: 'event' }>, origin: Origin): Promise<Outcome | 'outdated'>;
  /** Returns the job of that token, if it is still pending. */
  pendingJob(instance_id: string, job_id: string, token: string): Promise<PendingJob | null>;
  /** Resolves with the resource once no work of the service is under way, after `wait_ms`, or when the signal is aborted. null: not in scope. */
  waitUntilSettled(ref: ResourceRef, wait_ms: number, signal: AbortSignal): Promise<ResourceRow | null>;
  /** Another process may have moved it: callers of `waitUntilSettled` read it again, unless they know that `seq`. */
  notifyMoved(resource_id: string, seq: number): void;
}

export function createEngine(parts: Parts): Engine {
  const { clock, lifecycle } = parts;
  const news = new EventEmitter().setMaxListeners(0);
  const { turn, settle, cache: known } = createStepLoop(parts, news);
  /** Senders to one picture take turns: racing, all but one would lose each commit. */
  const inOrder = createKeyQueue(parts.limits.senders_waiting);
  return {
    async create(resource, origin) {
      const { idempotency, metadata, claimed, quota, ...rest } = resource;
      const { resource_id, org_id } = rest;
      const owner = { resource_id, org_id, at: clock.now() };
      const step = lifecycle.kernel.start(lifecycle.input(resource), environmentOf(clock));
      const columns_of_new = { ...NEW_COLUMNS, ...rest, byte_size: claimed.byte_size, sha256: claimed.sha256 };
      const writes: FactWrite[] = [{ into: 'metadata', row: { ...owner, metadata } }];
      if (idempotency) writes.push({ into: 'idempotency_keys', row: { ...owner, ...idempotency } });
      const created = await settle(
        null,
        changeOf({ step, event: 'CREATED', current: null, named: columns_of_new, writes, quota, origin }, parts),
      );
      if (!created) throw new Error(`${resource_id} exists already`);
      return created;
    },
    async send({ scope, resource_id }, build, origin) {
      const toCommand = async ({ resource }: CachedInstance): Promise<Command> => {
        const { event, writes = [], columns = {} } = await build(resource);
        return { inbound: { kind: 'event', event }, writes, columns };
      };
      const sent = inOrder(resource_id, () => turn(resource_id, toCommand, origin, scope));
      const [outcome, resource] = await sent.catch((error: unknown) => {
        throw error instanceof KeyQueueFull ? conflict() : error;
      });
      return { outcome: outcome === 'moved' ? 'moved' : 'refused', resource };
    },
    async deliver(instance_id, inbound, origin) {
      try {
        const [outcome] = await turn(instance_id, (current) => commandFor(current, inbound, parts), origin);
        return outcome;
      } catch (error) {
        if (error instanceof Outdated) return 'outdated';
        throw error;
      }
    },
    async pendingJob(instance_id, job_id, token) {
      const current = await known(instance_id, ({ instance }) => instance.jobs[job_id]?.token === token);
      const job = current?.instance.jobs[job_id];
      return current && job?.token === token ? { resource: current.resource, job_id, job } : null;
    },
    waitUntilSettled: (ref, wait_ms, signal) => waitUntilSettled({ ...parts, news }, ref, wait_ms, signal),
    notifyMoved: (resource_id, seq) => void news.emit(resource_id, seq),
  };
}

/** Builds the command of an inbound. A result brings rows, computed from the present facts. */
async function commandFor({ instance }: CachedInstance, inbound: Inbound, { lifecycle, facts, clock }: Parts): Promise<Command> {
  const job = inbound.kind === 'done' ? instance.jobs[inbound.id] : undefined;
  if (inbound.kind !== 'done' || job?.token !== inbound.token) return { inbound, writes: [], columns: {} };
  const result = { job_id: inbound.id, input: job.input, output: inbound.output, at: clock.now() };
  const result_rows = await lifecycle.writes(result, facts);
  if (result_rows === 'outdated') throw new Outdated();
  const { facts: writes, columns = {}, expects } = result_rows;
  return { inbound, writes, columns, expects };
}
/** Ends the loop without a command. */
class Outdated extends Error {}

/** Columns of a resource before its inspection. */
const NEW_COLUMNS = {
  key_id: null,
  sha256: null,
  original_key: null,
  recognition_id: null,
  correction_id: null,
  text_id: null,
  page_count: null,
  width: null,
  height: null,
  duplicate_of: null,
  uploaded_at: null,
  indexed_at: null,
  indexed_in: null,
};
