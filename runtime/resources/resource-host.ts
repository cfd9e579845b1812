/** Resources as a host has them: instance, row, journal and outbox of each step in one commit, and problems for what goes wrong. */
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Json } from '../../contract/json.ts';
import { type Job, newJobs } from '../../machines/interpreter.ts';
import { batched } from '../async/batch.ts';
import type { Clock } from '../async/clock.ts';
import { ConflictError, createHost, environmentOf, type Host } from '../instances/host.ts';
import type { InstanceStore, Move } from '../instances/store.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Change, Committed, Facts } from '../ports/facts.ts';
import type { UnreadableError } from '../ports/instances.ts';
import type { ResourceColumns, ResourceRow } from '../ports/resources.ts';
import { changeOf, eventName } from './change.ts';
import type { HostedResource, ResourceDetail } from './hosted.ts';
import type { Lifecycle } from './lifecycle.ts';
import { commandFor } from './result-command.ts';

/** A job that needs a task, with its resource. */
export type PendingJob = { resource: ResourceRow; job_id: string; job: Job };
export type ResourceHost = Host<HostedResource, ResourceDetail>;
export type Parts = {
  facts: Facts;
  clock: Clock;
  lifecycle: Lifecycle;
  limits: RuntimeLimits;
  log: Logger;
  /** Called for each picture whose rows can't be read. */
  unreadable?: (instance_id: string, error: UnreadableError) => void;
  /** Called after each commit with messages for the outbox. */
  notified?: () => void;
  /** The result of a job that there is nothing to do for, which needs no run: it is committed with the step that has made the job. */
  resultWithoutRun?: (job_id: string, job: Job) => Json | null;
};

export function createResourceHost(parts: Parts): ResourceHost {
  const { lifecycle, limits, log, clock } = parts;
  return createHost<HostedResource, ResourceDetail>({
    ...{ kernel: lifecycle.kernel, clock, attempts: limits.commit_attempts },
    store: resourceStore(parts),
    cache: new LRUCache<string, HostedResource>({ max: limits.remembered_instances }),
    unreadable: (id, error) => parts.unreadable?.(id, error),
    unserved: ({ instance: { version } }) =>
      log.info(
        { event: 'resource.later_version', version },
        'pictures of a later version of the service are left to its processes',
      ),
    dispatchFailed: ({ resource: { resource_id, org_id } }, err) =>
      log.warn(
        { event: 'resource.dispatch_failed', err, resource_id, org_id },
        'could not create the tasks of a picture; the sweep will',
      ),
    listenerFailed: ({ resource: { resource_id, org_id } }, err) =>
      log.error(
        { event: 'resource.listener_failed', err, resource_id, org_id },
        'whoever follows the commits of pictures has failed; the commit stands',
      ),
  });
}

/** Changes that arrive together share a transaction. */
function resourceStore(parts: Parts): InstanceStore<HostedResource, ResourceDetail> {
  const { facts, limits } = parts;
  const commit = batched<Change, Committed>((changes) => facts.commit(changes), {
    max: limits.commit_batch,
    key: ({ instance_id }) => instance_id,
  });
  return {
    /** Loads instance and row of the same commit: another process may commit between the two reads. */
    async load(instance_id) {
      for (let attempt = 0; attempt < limits.commit_attempts; attempt++) {
        const stored = await facts.instances.load(instance_id);
        const resource = stored && (await facts.resources.get({ org_id: stored.org_id }, instance_id));
        if (!stored || !resource) return null;
        if (resource.seq === stored.instance.seq) return { instance: stored.instance, resource, has_messages: false };
      }
      throw new ConflictError(instance_id);
    },
    async commit(move) {
      const { change, record } = stepped(move, parts);
      const next = await stepWithoutRun(move, record, parts).catch((err: unknown) => leftToRun(parts, record, err));
      const committed = await commit(next ? { ...change, followed_by: next.change } : change);
      if (committed.outcome === 'failed') throw committed.error;
      if (committed.outcome === 'lost') return null;
      return next ? { ...next.record, has_messages: record.has_messages || next.record.has_messages } : record;
    },
  };
}

type ResourceMove = Move<HostedResource, ResourceDetail>;
type Stepped = { change: Change; record: HostedResource };
/** The change of a move, and the record as it is once the change is committed. */
function stepped({ before, step, inbound, detail }: ResourceMove, parts: Parts): Stepped {
  const { lifecycle, clock } = parts;
  const { columns: named, writes, ...brought } = detail;
  const event = inbound ? eventName(inbound) : 'CREATED';
  const cancelled = before && inbound && { before: before.instance, after: step.instance, inbound };
  const abandoned = (cancelled && lifecycle.abandoned?.({ resource: before.resource, ...cancelled, at: clock.now() })) ?? [];
  const all = { step, event, current: before && columnsOf(before), named, writes: [...writes, ...abandoned], ...brought };
  const change = changeOf(all, parts);
  const duplicate_of = before?.resource.duplicate_of ?? null; // as it was read: the next read knows better
  const brings = { metadata: metadataOf(before, change), duplicate_of };
  const resource = before
    ? Object.assign({ ...before.resource }, change.resource, brings) // a copy, written over, as in changeOf
    : { ...change.resource, ...brings };
  return { change, record: { instance: change.instance, resource, has_messages: change.outbox.length > 0 } };
}

/** What goes wrong in the second step takes nothing of the first: its job is dispatched, and run. */
function leftToRun({ log }: Parts, { resource: { resource_id, org_id } }: HostedResource, err: unknown): null {
  log.warn(
    { event: 'resource.step_left', err, resource_id, org_id },
    'a step that needs no run could not be made with the one before it; it is run',
  );
  return null;
}

/** The step after one that a result has led to, where its only job needs no run. `made`: the record after the first. null: none is. */
async function stepWithoutRun(
  { before, inbound, detail }: ResourceMove,
  made: HostedResource,
  parts: Parts,
): Promise<Stepped | null> {
  if (inbound?.kind !== 'done') return null;
  const [job, ...others] = newJobs(before?.instance ?? null, made.instance);
  if (!job || others.length > 0) return null;
  const [id, { token }] = job;
  const output = parts.resultWithoutRun?.(...job) ?? null;
  if (output === null) return null;
  const command = await commandFor(
    made,
    { inbound: { kind: 'done', id, token, output }, origin: detail.origin, run: null },
    parts,
  );
  if (!command || command.detail.expects) return null;
  const step = parts.lifecycle.kernel.step(made.instance, command.inbound, environmentOf(parts.clock));
  if (step.outcome !== 'moved') return null;
  const next = stepped({ id: made.resource.resource_id, before: made, step, ...command }, parts);
  return next.change.usage ? null : next; // one that is counted has a commit of its own
}

function columnsOf({ resource }: HostedResource): ResourceColumns {
  const { metadata: _, duplicate_of: __, ...columns } = resource;
  return columns;
}
function metadataOf(before: HostedResource | null, { writes }: Change): ResourceRow['metadata'] {
  const command = writes.find(({ into }) => into === 'metadata');
  const metadata = command?.into === 'metadata' ? command.row.metadata : before?.resource.metadata;
  if (!metadata) throw new Error('a new resource comes without metadata');
  return metadata;
}
