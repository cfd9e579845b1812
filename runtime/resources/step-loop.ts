/** The loop of a command to an instance: load, step, commit, and the effects of a commit; again while another writer is first. */
import type { EventEmitter } from 'node:events';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { Problem } from '../../contract/problems.ts';
import { type Inbound, type Instance, type Job, newJobs, type Outcome, UnservedError } from '../../machines/interpreter.ts';
import { batched } from '../async/batch.ts';
import type { Clock } from '../async/clock.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Change, Committed, Facts, FactWrite } from '../ports/facts.ts';
import { UnreadableError } from '../ports/instances.ts';
import type { ResourceColumns, ResourceRow } from '../ports/resources.ts';
import type { Scope } from '../ports/scope.ts';
import { changeOf, eventName, type Origin } from './change.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Retry-After of a picture that a later version has: the next process to respond may be of that version. */
const LATER_VERSION_RETRY_S = 5;

/** A job that needs a task, with its resource. */
export type PendingJob = { resource: ResourceRow; job_id: string; job: Job };
/** An instance with the row that goes with it. */
export type CachedInstance = { instance: Instance; resource: ResourceRow };
/** An inbound for an instance, with the rows and columns it brings. */
export type Command = { inbound: Inbound; writes: FactWrite[]; columns: Partial<ResourceColumns>; expects?: Change['expects'] };
export type Parts = {
  facts: Facts;
  clock: Clock;
  lifecycle: Lifecycle;
  limits: RuntimeLimits;
  log: Logger;
  /** Creates tasks for new jobs. */
  dispatch: (pending: PendingJob[]) => Promise<void>;
  /** Called for each picture whose rows can't be read. */
  unreadable?: (instance_id: string, error: UnreadableError) => void;
  /** Called after each commit with messages for the outbox. */
  notified?: () => void;
};
export type StepLoop = ReturnType<typeof createStepLoop>;

/** `news` emits the row of every commit, by resource_id. */
export function createStepLoop(parts: Parts, news: EventEmitter) {
  const { facts, clock, lifecycle, limits } = parts;
  const commit = batched<Change, Committed>((changes) => facts.commit(changes), {
    max: limits.commit_batch,
    key: ({ instance_id }) => instance_id,
  });
  const cache = new LRUCache<string, CachedInstance>({ max: limits.remembered_instances });
  const upgrade = upgrading(parts);

  /** Loads instance and row of the same commit: another process may commit between the two reads. Throws LATER_VERSION, UnreadableError. */
  async function load(instance_id: string): Promise<CachedInstance | null> {
    try {
      return await loadBoth(instance_id);
    } catch (error) {
      if (error instanceof UnreadableError) parts.unreadable?.(instance_id, error);
      throw error;
    }
  }
  async function loadBoth(instance_id: string): Promise<CachedInstance | null> {
    for (let attempt = 0; attempt < limits.commit_attempts; attempt++) {
      const stored = await facts.instances.load(instance_id);
      const resource = stored && (await facts.resources.get({ org_id: stored.org_id }, instance_id));
      if (!stored || !resource) return null;
      if (resource.seq === stored.instance.seq) return { instance: upgrade(stored.instance), resource };
    }
    throw conflict();
  }

  /** Commits a step and performs its effects. Returns null when another writer was first. */
  async function commitStep(before: CachedInstance | null, change: Change): Promise<ResourceRow | null> {
    const id = change.instance_id;
    const committed = await commit(change);
    if (committed.outcome !== 'committed') cache.delete(id);
    if (committed.outcome === 'failed') throw committed.error;
    if (committed.outcome === 'lost') return null;
    const resource = { ...change.resource, metadata: metadataOf(before, change) };
    cache.set(id, { instance: change.instance, resource });
    const pending = newJobs(before?.instance ?? null, change.instance).map(([job_id, job]) => ({ resource, job_id, job }));
    if (pending.length > 0)
      await parts.dispatch(pending).catch((error: unknown) => {
        const fields = { event: 'resource.dispatch_failed', err: error, resource_id: id, org_id: resource.org_id };
        parts.log.warn(fields, 'could not create the tasks of a picture; the sweep will');
      });
    if (resource.rests && before?.resource.rests === false) logSettled(parts.log, resource);
    news.emit(id, resource);
    if (change.outbox.length > 0) parts.notified?.();
    return resource;
  }

  /** Never refuses on cached state: on refusal it reloads and tries once more. */
  async function runCommand(
    id: string,
    build: (current: CachedInstance) => Promise<Command>,
    origin: Origin,
    scope?: Scope,
  ): Promise<[Outcome, ResourceRow]> {
    for (let attempt = 0; attempt < limits.commit_attempts; attempt++) {
      const cached = attempt === 0 ? cache.get(id) : undefined;
      const current = cached ?? (await load(id));
      if (!current || (scope && current.resource.org_id !== scope.org_id)) throw notFound();
      const command = await build(current).catch((refusal: unknown) => {
        if (!cached) throw refusal;
        return null;
      });
      const step = command && lifecycle.kernel.step(current.instance, command.inbound, environmentOf(clock));
      if (command && step?.outcome === 'moved') {
        const { metadata: _, ...before } = current.resource;
        const event = eventName(command.inbound);
        const { columns: named, expects } = command;
        const stepped = { resource: current.resource, before: current.instance, after: step.instance, inbound: command.inbound };
        const abandoned = lifecycle.abandoned?.({ ...stepped, at: clock.now() }) ?? [];
        const writes = [...command.writes, ...abandoned];
        const resource = await commitStep(
          current,
          changeOf({ step, event, current: before, named, writes, expects, origin }, parts),
        );
        if (resource) return ['moved', resource];
      } else if (step && !cached) return [step.outcome, current.resource];
      else cache.delete(id);
    }
    throw conflict();
  }

  return {
    turn: runCommand,
    settle: commitStep,
    /** Returns the cached instance, which others may have changed since, if it `fits`; else the stored one. */
    async cache(instance_id: string, fits: (cache: CachedInstance) => boolean): Promise<CachedInstance | null> {
      const cached = cache.get(instance_id);
      return cached && fits(cached) ? cached : load(instance_id);
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

/** Time and ids for a step of a machine. */
export const environmentOf = (clock: Clock) => ({ now: clock.serviceTime(), wall: clock.now(), newId: clock.newId });

function metadataOf(before: CachedInstance | null, { writes }: Change): ResourceRow['metadata'] {
  const command = writes.find(({ into }) => into === 'metadata');
  const metadata = command?.into === 'metadata' ? command.row.metadata : before?.resource.metadata;
  if (!metadata) throw new Error('a new resource comes without metadata');
  return metadata;
}

export const conflict = () =>
  new Problem('CONFLICT', {
    en: 'Others kept changing this picture; nothing of your request was done. Try again.',
    zh: '他人正在不断修改该图片，您的请求未生效，请重试。',
  });
/** Throws LATER_VERSION; logged once. */
function upgrading({ lifecycle, log }: Pick<Parts, 'lifecycle' | 'log'>): (stored: Instance) => Instance {
  let is_logged = false;
  return (stored) => {
    try {
      return lifecycle.kernel.upgraded(stored);
    } catch (error) {
      if (!(error instanceof UnservedError)) throw error;
      if (!is_logged)
        log.info(
          { event: 'resource.later_version', version: stored.version },
          'pictures of a later version of the service are left to its processes',
        );
      is_logged = true;
      throw laterVersion(error);
    }
  };
}

/** During a rolling upgrade: a process of the later version handles it. */
const laterVersion = (cause: UnservedError) =>
  new Problem(
    'LATER_VERSION',
    {
      en: 'A later version of the service has taken over this picture, and this process is of an earlier one. Nothing of your request was done; try again in a moment.',
      zh: '该图片已由更新版本的服务接管，而本进程为旧版本。您的请求未生效，请稍后重试。',
    },
    { cause, headers: { 'retry-after': String(LATER_VERSION_RETRY_S) } },
  );
/** Returns true if the error means that a process of a later version must handle it. */
export const isLaterVersion = (error: unknown): boolean => error instanceof Problem && error.code === 'LATER_VERSION';
const notFound = () =>
  new Problem('NOT_FOUND', {
    en: 'There is no such picture. It may belong to another organisation, or never have existed.',
    zh: '没有这张图片：它可能属于其他组织，或从未存在。',
  });
