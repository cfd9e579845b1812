/**
 * The engine: the commands to resources. A host (runtime/instances/host.ts) loads, steps, commits and dispatches; this adds what a caller
 * of a resource needs: its organisation, turns of its senders, the rows that a result brings, and waiting for it. It knows no concrete
 * machine: `Lifecycle` adapts one. The effects of a commit are best effort: the sweep redoes them.
 */

import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { NO_READING } from '../../contract/steps.ts';
import type { Inbound, Instance, Outcome } from '../../machines/interpreter.ts';
import { createKeyQueue, KeyQueueFull } from '../async/key-queue.ts';
import type { Command } from '../instances/store.ts';
import type { FactWrite } from '../ports/facts.ts';
import type { EndedRun } from '../ports/journal.ts';
import type { ResourceColumns, ResourceRow } from '../ports/resources.ts';
import type { ResourceRef } from '../ports/scope.ts';
import type { Origin } from './change.ts';
import type { HostedResource, ResourceDetail } from './hosted.ts';
import type { NewResource } from './lifecycle.ts';
import { conflict, notFound, toProblem } from './problems.ts';
import { createResourceHost, type Parts, type PendingJob } from './resource-host.ts';
import { commandFor } from './result-command.ts';
import { waitUntilSettled } from './wait-until-settled.ts';

export type { Origin } from './change.ts';
export type { NewResource } from './lifecycle.ts';
export type { PendingJob } from './resource-host.ts';

/** An event for the machine, with the rows it brings. `columns` of the resource that are no part of its lifecycle. */
export type EventToSend = {
  event: { type: string; [field: string]: unknown };
  writes?: FactWrite[];
  columns?: Partial<ResourceColumns>;
};

export interface Engine {
  /** Begins a lifecycle. Throws AlreadyThere when the idempotency key was used in this organisation, or its bytes are claimed, and OverQuota. */
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
  /**
   * A timer, an acceptance or a result: accepted only by its token. `run`: what the run took that ended with it, for the journal; an absent
   * `ms` is taken from its acceptance. outdated: the step must be run again; nothing was changed.
   */
  deliver(
    instance_id: string,
    inbound: Exclude<Inbound, { kind: 'event' }>,
    origin: Origin,
    run?: EndedRun | null,
  ): Promise<Outcome | 'outdated'>;
  /** Returns the job of that token, if it is still pending. */
  pendingJob(instance_id: string, job_id: string, token: string): Promise<PendingJob | null>;
  /** Whether a job of that token is pending, as this process has last committed it; if it is not, as it is stored. */
  isPending(instance_id: string, token: string): Promise<boolean>;
  /** Whoever runs jobs receives those of each commit, to make tasks of them. What it throws is logged; the sweep redoes it. */
  onJobs(listener: (pending: PendingJob[]) => Promise<void>): void;
  /** Called after each commit of this process; before: null for a new picture. */
  onMoved(listener: (resource: ResourceRow, before: Instance | null, after: Instance) => void): void;
  /** Resolves with the resource once no work of the service is under way, after `wait_ms`, or when the signal is aborted. null: not in scope. */
  waitUntilSettled(ref: ResourceRef, wait_ms: number, signal: AbortSignal): Promise<ResourceRow | null>;
  /** Another process may have moved it: callers of `waitUntilSettled` read it again, unless they know that `seq`. */
  notifyMoved(resource_id: string, seq: number): void;
}

export function createEngine(parts: Parts): Engine {
  const { clock, lifecycle, log } = parts;
  const news = new EventEmitter().setMaxListeners(0);
  const host = createResourceHost(parts);
  host.onCommit(({ resource, has_messages }, before) => {
    if (resource.rests && before?.resource.rests === false) logSettled(log, resource);
    news.emit(resource.resource_id, resource);
    if (has_messages) parts.notified?.();
  });
  const cached = (resource_id: string) => host.cached(resource_id)?.resource ?? null;
  /** Senders to one picture take turns: racing, all but one would lose each commit. */
  const inOrder = createKeyQueue(parts.limits.senders_waiting);
  const asProblem = (error: unknown): never => {
    throw error instanceof KeyQueueFull ? conflict() : toProblem(error);
  };
  return {
    async create(resource, origin) {
      const { idempotency, metadata, claimed, quota, ...rest } = resource;
      const { resource_id, org_id } = rest;
      const owner = { resource_id, org_id, at: clock.now() };
      const columns = { ...NEW_COLUMNS, ...rest, byte_size: claimed.byte_size, sha256: claimed.sha256 };
      const writes: FactWrite[] = [{ into: 'metadata', row: { ...owner, metadata } }];
      if (idempotency) writes.push({ into: 'idempotency_keys', row: { ...owner, ...idempotency } });
      const created = await host.create(resource_id, lifecycle.input(resource), { writes, columns, quota, origin });
      if (!created) throw new Error(`${resource_id} exists already`);
      return created.resource;
    },
    async send({ scope, resource_id }, build, origin) {
      const toCommand = async ({ resource }: HostedResource): Promise<Command<ResourceDetail> | null> => {
        if (resource.org_id !== scope.org_id) return null;
        const { event, writes = [], columns = {} } = await build(resource);
        return { inbound: { kind: 'event', event }, detail: { writes, columns, origin } };
      };
      const sent = await inOrder(resource_id, () => host.send(resource_id, toCommand)).catch(asProblem);
      if (!sent || sent.outcome === 'unsent') throw notFound();
      return { outcome: sent.outcome === 'moved' ? 'moved' : 'refused', resource: sent.record.resource };
    },
    async deliver(instance_id, inbound, origin, run = null) {
      const toCommand = (current: HostedResource) => commandFor(current, { inbound, origin, run }, parts);
      const sent = await host.send(instance_id, toCommand).catch(asProblem);
      if (!sent) throw notFound();
      return sent.outcome === 'unsent' ? 'outdated' : sent.outcome;
    },
    async pendingJob(instance_id, job_id, token) {
      const isPending = ({ instance }: HostedResource) => instance.jobs[job_id]?.token === token;
      const current = await host.loadCached(instance_id, isPending).catch(asProblem);
      const job = current?.instance.jobs[job_id];
      return current && job?.token === token ? { resource: current.resource, job_id, job } : null;
    },
    async isPending(instance_id, token) {
      const isPending = ({ instance }: HostedResource) => Object.values(instance.jobs).some((job) => job.token === token);
      const current = await host.loadCached(instance_id, isPending).catch(asProblem);
      return current !== null && isPending(current);
    },
    onJobs: (listener) => host.onJobs(({ resource }, jobs) => listener(jobs.map(([job_id, job]) => ({ resource, job_id, job })))),
    onMoved: (listener) =>
      host.onCommit(({ resource, instance }, before) => listener(resource, before?.instance ?? null, instance)),
    waitUntilSettled: (ref, wait_ms, signal) => waitUntilSettled({ ...parts, news, cached }, ref, wait_ms, signal),
    notifyMoved(resource_id, seq) {
      if ((cached(resource_id)?.seq ?? seq) < seq) host.forget(resource_id);
      news.emit(resource_id, seq);
    },
  };
}

/** No work of the service is under way any more: it is done, has failed, or waits for a person. */
function logSettled(
  log: Logger,
  { resource_id, org_id, status, seq, revision, failure, created_at, updated_at }: ResourceRow,
): void {
  const fields = { event: 'resource.settled', resource_id, org_id, status, seq, revision, failure: failure?.code ?? null };
  log.info({ ...fields, age_ms: updated_at - created_at }, `picture settled as ${status}`);
}

/** Columns of a resource before its inspection. */
const NEW_COLUMNS = {
  key_id: null,
  sha256: null,
  original_key: null,
  reading: NO_READING,
  recognition_id: null,
  correction_id: null,
  text_id: null,
  page_count: null,
  width: null,
  height: null,
  engine: null,
  page_sizes: null,
  turns: null,
  file_taken_at: null,
  remarks: [],
  byte_claim: null,
  kept: false,
  uploaded_at: null,
  indexed_at: null,
  indexed_in: null,
};
