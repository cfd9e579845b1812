/** A turn of an instance: load, step, commit, and what follows a commit; again while somebody else is first. */
import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { Problem } from '../../contract/problems.ts';
import { type Inbound, type Instance, type Job, newJobs, type Outcome, UnservedError } from '../../machines/interpreter.ts';
import { batched } from '../async/batch.ts';
import type { Clock } from '../async/clock.ts';
import { createLru } from '../async/lru.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Change, Committed, Facts, FactWrite } from '../ports/facts.ts';
import { UnreadableError } from '../ports/instances.ts';
import type { ResourceColumns, ResourceRow } from '../ports/resources.ts';
import type { Scope } from '../ports/scope.ts';
import { changeOf, eventName, type Origin } from './change.ts';
import type { Lifecycle } from './lifecycle.ts';

/** How soon a client asks again for what a later version has: the next process that answers may be of that one. */
const LATER_VERSION_RETRY_S = 5;

/** A job that needs a task, and whose it is. */
export type PendingJob = { resource: ResourceRow; job_id: string; job: Job };
/** An instance with the row that goes with it. */
export type CachedInstance = { instance: Instance; resource: ResourceRow };
/** What is said to an instance, and what it brings. */
export type Command = { inbound: Inbound; writes: FactWrite[]; columns: Partial<ResourceColumns>; expects?: Change['expects'] };
export type Parts = {
  facts: Facts;
  clock: Clock;
  lifecycle: Lifecycle;
  limits: RuntimeLimits;
  log: Logger;
  /** Makes tasks of new jobs. */
  dispatch: (owed: PendingJob[]) => Promise<void>;
  /** Told of each picture whose rows can't be read. */
  unreadable?: (instance_id: string, error: UnreadableError) => void;
  /** Told of each commit that others are told of. */
  notified?: () => void;
};
export type StepLoop = ReturnType<typeof createStepLoop>;

/** `news` tells of every commit: the id, with the row as it then is. */
export function createStepLoop(parts: Parts, news: EventEmitter) {
  const { facts, clock, lifecycle, limits } = parts;
  const commit = batched<Change, Committed>((changes) => facts.commit(changes), {
    most: limits.commit_batch,
    key: ({ instance_id }) => instance_id,
  });
  const known = createLru<CachedInstance>(limits.remembered_instances);
  const ofThisVersion = upgrading(parts);

  /** Both as one commit left them: another process may commit between the two reads. Throws LATER_VERSION, UnreadableError. */
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
      if (resource.seq === stored.instance.seq) return { instance: ofThisVersion(stored.instance), resource };
    }
    throw conflict();
  }

  /** Commits a step and does what follows; null when somebody else was first. */
  async function settle(before: CachedInstance | null, change: Change): Promise<ResourceRow | null> {
    const id = change.instance_id;
    const committed = await commit(change);
    if (committed.outcome !== 'committed') known.forget(id);
    if (committed.outcome === 'failed') throw committed.error;
    if (committed.outcome === 'lost') return null;
    const resource = { ...change.resource, metadata: metadataOf(before, change) };
    known.keep(id, { instance: change.instance, resource });
    const owed = newJobs(before?.instance ?? null, change.instance).map(([job_id, job]) => ({ resource, job_id, job }));
    if (owed.length > 0)
      await parts.dispatch(owed).catch((error: unknown) => {
        parts.log.warn({ err: error, resource_id: id }, 'dispatch failed; the sweep makes the task');
      });
    news.emit(id, resource);
    if (change.outbox.length > 0) parts.notified?.();
    return resource;
  }

  /** A remembered state is never the reason for a refusal: what is refused by it is said again to what is stored. */
  async function turn(
    id: string,
    say: (now: CachedInstance) => Promise<Command>,
    origin: Origin,
    scope?: Scope,
  ): Promise<[Outcome, ResourceRow]> {
    for (let attempt = 0; attempt < limits.commit_attempts; attempt++) {
      const cached = attempt === 0 ? known.get(id) : undefined;
      const now = cached ?? (await load(id));
      if (!now || (scope && now.resource.org_id !== scope.org_id)) throw notFound();
      const said = await say(now).catch((refusal: unknown) => {
        if (!cached) throw refusal;
        return null;
      });
      const step = said && lifecycle.kernel.step(now.instance, said.inbound, environmentOf(clock));
      if (said && step?.outcome === 'moved') {
        const { metadata: _, ...before } = now.resource;
        const event = eventName(said.inbound);
        const { columns: named, expects } = said;
        const stepped = { resource: now.resource, before: now.instance, after: step.instance, inbound: said.inbound };
        const left = lifecycle.abandoned?.({ ...stepped, at: clock.now() }) ?? [];
        const writes = [...said.writes, ...left];
        const resource = await settle(now, changeOf({ step, event, current: before, named, writes, expects, origin }, parts));
        if (resource) return ['moved', resource];
      } else if (step && !cached) return [step.outcome, now.resource];
      else known.forget(id);
    }
    throw conflict();
  }

  return {
    turn,
    settle,
    /** As it is known here, which others may have changed since; else as it is stored. */
    async known(instance_id: string, fits: (known: CachedInstance) => boolean): Promise<CachedInstance | null> {
      const cached = known.get(instance_id);
      return cached && fits(cached) ? cached : load(instance_id);
    },
  };
}

/** What a machine can't make itself. */
export const environmentOf = (clock: Clock) => ({ now: clock.serviceTime(), wall: clock.now(), newId: clock.newId });

function metadataOf(before: CachedInstance | null, { writes }: Change): ResourceRow['metadata'] {
  const said = writes.find(({ into }) => into === 'metadata');
  const metadata = said?.into === 'metadata' ? said.row.metadata : before?.resource.metadata;
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
  let noted = false;
  return (stored) => {
    try {
      return lifecycle.kernel.upgraded(stored);
    } catch (error) {
      if (!(error instanceof UnservedError)) throw error;
      if (!noted) log.info({ version: stored.version }, 'pictures of a later version are left to its own processes');
      noted = true;
      throw laterVersion(error);
    }
  };
}

/** While one version takes over from another: a process of the later one answers, and steps it. */
const laterVersion = (cause: UnservedError) =>
  new Problem(
    'LATER_VERSION',
    {
      en: 'A later version of the service has taken over this picture, and this process is of an earlier one. Nothing of your request was done; try again in a moment.',
      zh: '该图片已由更新版本的服务接管，而本进程为旧版本。您的请求未生效，请稍后重试。',
    },
    { cause, headers: { 'retry-after': String(LATER_VERSION_RETRY_S) } },
  );
/** What it is about is left to a process of a later version. */
export const isLaterVersion = (error: unknown): boolean => error instanceof Problem && error.code === 'LATER_VERSION';
const notFound = () =>
  new Problem('NOT_FOUND', {
    en: 'There is no such picture. It may belong to another organisation, or never have existed.',
    zh: '没有这张图片：它可能属于其他组织，或从未存在。',
  });
