/** Resources as a host has them: instance, row, journal and outbox of each step in one commit, and problems for what goes wrong. */
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Instance, Job } from '../../machines/interpreter.ts';
import type { Usage } from '../accounts/usage.ts';
import { batched } from '../async/batch.ts';
import type { Clock } from '../async/clock.ts';
import { ConflictError, createHost, type Host } from '../instances/host.ts';
import type { InstanceStore } from '../instances/store.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Change, Committed, Facts, FactWrite } from '../ports/facts.ts';
import type { UnreadableError } from '../ports/instances.ts';
import type { EndedRun } from '../ports/journal.ts';
import type { ResourceColumns, ResourceRow } from '../ports/resources.ts';
import { changeOf, eventName, type Origin } from './change.ts';
import type { Lifecycle } from './lifecycle.ts';

/** A job that needs a task, with its resource. */
export type PendingJob = { resource: ResourceRow; job_id: string; job: Job };
/** An instance with the row that goes with it. has_messages: committed here, with messages for the outbox. */
export type HostedResource = { instance: Instance; resource: ResourceRow; has_messages: boolean };
/** The rows and columns that a command brings. `quota`: of the organisation, where the change may be refused for it. */
export type ResourceDetail = {
  writes: FactWrite[];
  columns: Partial<ResourceColumns>;
  expects?: Change['expects'];
  run?: EndedRun | null;
  quota?: Usage | undefined;
  origin: Origin;
};
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
  const { facts, limits, lifecycle, clock } = parts;
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
    async commit({ before, step, inbound, detail }) {
      const { columns: named, writes, ...brought } = detail;
      const event = inbound ? eventName(inbound) : 'CREATED';
      const cancelled = before && inbound && { before: before.instance, after: step.instance, inbound };
      const abandoned = (cancelled && lifecycle.abandoned?.({ resource: before.resource, ...cancelled, at: clock.now() })) ?? [];
      const stepped = { step, event, current: before && columnsOf(before), named, writes: [...writes, ...abandoned], ...brought };
      const change = changeOf(stepped, parts);
      const committed = await commit(change);
      if (committed.outcome === 'failed') throw committed.error;
      if (committed.outcome === 'lost') return null;
      const duplicate_of = before?.resource.duplicate_of ?? null; // as it was read: the next read knows better
      const resource = { ...change.resource, metadata: metadataOf(before, change), duplicate_of };
      return { instance: change.instance, resource, has_messages: change.outbox.length > 0 };
    },
  };
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
