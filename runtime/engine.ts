/**
 * The engine: load, step, commit, dispatch. It knows no concrete machine: what a lifecycle means is told by `Lifecycle`.
 * A step is pure; only its commit counts, and only if nobody else was first. What follows a commit is best effort: the sweep does it again.
 */
import { EventEmitter, once } from 'node:events';
import type { Logger } from 'pino';
import { Problem } from '../contract/problems.ts';
import { changeOf, eventName, type Origin } from './change.ts';
import type { Clock } from './clock.ts';
import { type Inbound, type Instance, type Job, newJobs, type Outcome, type Step } from './durable.ts';
import { gather } from './gather.ts';
import type { Lifecycle, NewResource } from './lifecycle.ts';
import type { RuntimeLimits } from './limits.ts';
import type { Change, Committed, Facts, FactWrite, ResourceColumns, ResourceRow, Scope } from './ports-facts.ts';
import { remembered } from './remembered.ts';

export type { Origin } from './change.ts';
export type { NewResource } from './lifecycle.ts';

/** An event for the machine, with the rows it brings. `columns` of the resource that are no part of its lifecycle. */
export type Said = { event: { type: string; [field: string]: unknown }; writes?: FactWrite[]; columns?: Partial<ResourceColumns> };
export type ResourceRef = { scope: Scope; resource_id: string };
/** A job that needs a task, and whose it is. */
export type Owed = { resource: ResourceRow; job_id: string; job: Job };

export interface Engine {
  /** Begins a lifecycle. Throws AlreadyThere when the idempotency key was used in this organisation. */
  create(resource: NewResource, origin: Origin): Promise<ResourceRow>;
  /**
   * Says an event. `say` is asked again at each attempt, with the row as it is then; what it throws is let go.
   * Throws Problem NOT_FOUND when there is no such resource in scope, CONFLICT when others kept winning.
   */
  send(
    ref: ResourceRef,
    say: (now: ResourceRow) => Said | Promise<Said>,
    origin: Origin,
  ): Promise<{ outcome: 'moved' | 'refused'; resource: ResourceRow }>;
  /** A timer, an acceptance or a result: believed only by its token. */
  hear(instance_id: string, inbound: Exclude<Inbound, { kind: 'event' }>, origin: Origin): Promise<Outcome>;
  /** The job of that token, if the instance still owes it. */
  owes(instance_id: string, job_id: string, token: string): Promise<Owed | null>;
  /** The resource when nothing of ours is under way, or as it is after `wait_ms`, or when the signal is aborted. null: not in scope. */
  rested(ref: ResourceRef, wait_ms: number, signal: AbortSignal): Promise<ResourceRow | null>;
}

/** An instance with the row that goes with it. */
export type Known = { instance: Instance; resource: ResourceRow };
type Turn = { inbound: Inbound; writes: FactWrite[]; columns: Partial<ResourceColumns> };
type Parts = {
  facts: Facts;
  clock: Clock;
  lifecycle: Lifecycle;
  limits: RuntimeLimits;
  log: Logger;
  /** Makes tasks of new jobs. */
  dispatch: (owed: Owed[]) => Promise<void>;
};

export function createEngine(parts: Parts): Engine {
  const { facts, clock, lifecycle, limits } = parts;
  const { kernel } = lifecycle;
  const commit = gather<Change, Committed>((changes) => facts.commit(changes), {
    most: limits.commit_batch,
    key: ({ instance_id }) => instance_id,
  });
  const known = remembered<Known>(limits.remembered_instances);
  const news = new EventEmitter().setMaxListeners(0);
  const given = () => ({ now: clock.service(), wall: clock.wall(), mint: clock.mint });

  async function load(instance_id: string): Promise<Known | null> {
    const stored = await facts.instances.load(instance_id);
    const resource = stored && (await facts.resources.get({ org_id: stored.org_id }, instance_id));
    return stored && resource && { instance: stored.instance, resource };
  }
  /** Commits a step and does what follows; null when somebody else was first. */
  async function settle(before: Known | null, change: Change, writes: FactWrite[]): Promise<ResourceRow | null> {
    const id = change.instance_id;
    const committed = await commit(change);
    if (committed.outcome !== 'committed') known.forget(id);
    if (committed.outcome === 'failed') throw committed.error;
    if (committed.outcome === 'lost') return null;
    const said = writes.find(({ into }) => into === 'metadata');
    const metadata = said?.into === 'metadata' ? said.row.metadata : before?.resource.metadata;
    if (!metadata) throw new Error('a new resource comes without metadata');
    const resource = { ...change.resource, metadata };
    known.keep(id, { instance: change.instance, resource });
    const owed = newJobs(before?.instance ?? null, change.instance).map(([job_id, job]) => ({ resource, job_id, job }));
    if (owed.length > 0)
      await parts.dispatch(owed).catch((error: unknown) => {
        parts.log.warn({ err: error, resource_id: id }, 'dispatch failed; the sweep makes the task');
      });
    news.emit(id);
    return resource;
  }

  /** Step and commit, again while others are first. A cached state is never the reason for a refusal. */
  async function turn(id: string, say: (now: Known) => Promise<Turn>, origin: Origin, scope?: Scope): Promise<[Outcome, ResourceRow]> {
    for (let attempt = 0; attempt < limits.commit_attempts; attempt++) {
      const cached = attempt === 0 ? known.get(id) : undefined;
      const now = cached ?? (await load(id));
      if (!now || (scope && now.resource.org_id !== scope.org_id)) throw notFound();
      const { inbound, writes, columns } = await say(now);
      const step: Step = kernel.step(now.instance, inbound, given());
      if (step.outcome !== 'moved') {
        if (!cached) return [step.outcome, now.resource];
        known.forget(id);
        continue;
      }
      const { metadata: _, ...before } = now.resource;
      const change = changeOf({ step, event: eventName(inbound), before, named: columns, writes, origin }, parts);
      const resource = await settle(now, change, writes);
      if (resource) return ['moved', resource];
    }
    throw new Problem('CONFLICT', {
      en: 'Others kept changing this picture; nothing of your request was done. Try again.',
      zh: '他人正在不断修改该图片，您的请求未生效，请重试。',
    });
  }
  /** What an inbound brings: a result brings the rows of its service, made from what is read now. */
  async function heard({ instance }: Known, inbound: Inbound): Promise<Turn> {
    const job = inbound.kind === 'done' ? instance.jobs[inbound.id] : undefined;
    if (inbound.kind !== 'done' || job?.token !== inbound.token) return { inbound, writes: [], columns: {} };
    const result = { job_id: inbound.id, input: job.input, output: inbound.output, at: clock.wall() };
    const { facts: writes, columns = {} } = await lifecycle.writes(result, facts);
    return { inbound, writes, columns };
  }

  return {
    async create(resource, origin) {
      const { idempotency, metadata, described, claimed, ...rest } = resource;
      const { resource_id, org_id } = rest;
      const owner = { resource_id, org_id, at: clock.wall() };
      const step = kernel.start(lifecycle.input(resource), given());
      const named = { ...NEW_COLUMNS, ...rest, byte_size: claimed.byte_size, sha256: claimed.sha256, described };
      const writes: FactWrite[] = [{ into: 'metadata', row: { ...owner, metadata } }];
      if (idempotency) writes.push({ into: 'idempotency_keys', row: { ...owner, ...idempotency } });
      const change = changeOf({ step, event: 'CREATED', before: null, named, writes, origin }, parts);
      const created = await settle(null, change, writes);
      if (!created) throw new Error(`${resource_id} exists already`);
      return created;
    },
    async send({ scope, resource_id }, say, origin) {
      const saying = async ({ resource }: Known): Promise<Turn> => {
        const { event, writes = [], columns = {} } = await say(resource);
        return { inbound: { kind: 'event', event }, writes, columns };
      };
      const [outcome, resource] = await turn(resource_id, saying, origin, scope);
      return { outcome: outcome === 'moved' ? 'moved' : 'refused', resource };
    },
    async hear(instance_id, inbound, origin) {
      const [outcome] = await turn(instance_id, (now) => heard(now, inbound), origin);
      return outcome;
    },
    async owes(instance_id, job_id, token) {
      const cached = known.get(instance_id);
      const now = cached?.instance.jobs[job_id]?.token === token ? cached : await load(instance_id);
      const job = now?.instance.jobs[job_id];
      return now && job?.token === token ? { resource: now.resource, job_id, job } : null;
    },
    async rested({ scope, resource_id }, wait_ms, signal) {
      const over = new AbortController();
      const end = () => over.abort();
      const timer = clock.after(wait_ms, end);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      try {
        for (;;) {
          const changed = once(news, resource_id, { signal: over.signal }).catch(() => null); // over: answered as it then is
          const resource = await facts.resources.get(scope, resource_id);
          if (!resource || resource.rests || over.signal.aborted) return resource;
          await changed;
        }
      } finally {
        timer.cancel();
        signal.removeEventListener('abort', end);
        end();
      }
    },
  };
}

const NEW_COLUMNS = {
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
};

const notFound = () =>
  new Problem('NOT_FOUND', {
    en: 'There is no such picture. It may belong to another organisation, or never have existed.',
    zh: '没有这张图片：它可能属于其他组织，或从未存在。',
  });
