/**
 * The HTTP server on the real engine, the real machine, SQLite and the folder store. Nothing works by itself: a test
 * says what each step answered, so that it holds every status as long as it likes.
 */

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { drawnMachines } from '../../app/machines.ts';
import { createMetrics } from '../../app/metrics/metrics.ts';
import type { Resource } from '../../contract/resource.ts';
import type { HttpDeps } from '../../http/context.ts';
import { HTTP_LIMITS } from '../../http/limits.ts';
import { createHttpServer, type HttpServer } from '../../http/server.ts';
import { verifyLink } from '../../persistence/folder/links.ts';
import { type FolderObjects, openFolderObjects } from '../../persistence/folder/objects.ts';
import { memoryAnnouncements } from '../../persistence/memory/announcements.ts';
import { memoryQueue } from '../../persistence/memory/queue.ts';
import { memoryTasks } from '../../persistence/memory/tasks.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { makeKey } from '../../runtime/accounts/api-keys.ts';
import { createSigner } from '../../runtime/accounts/signer.ts';
import { type Clock, systemClock } from '../../runtime/async/clock.ts';
import { type CallbackCounts, createCallbackCounts } from '../../runtime/health/callback-counts.ts';
import { createParts, type Parts } from '../../runtime/health/parts.ts';
import { createPauses } from '../../runtime/health/pauses.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import { createFeed } from '../../runtime/outbox/feed.ts';
import { createRelay } from '../../runtime/outbox/relay.ts';
import type { ApiKey } from '../../runtime/ports/accounts.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { Embedder } from '../../runtime/ports/providers.ts';
import type { SavedText } from '../../runtime/ports/texts.ts';
import { createEngine } from '../../runtime/resources/engine.ts';
import { createNearness } from '../../runtime/search/nearness.ts';
import type { Writes } from '../../runtime/tasks/step-handler.ts';
import { explainer } from '../../services/explain/explain.ts';
import { previewTurner } from '../../services/formats/turned-preview.ts';
import { aloneReport } from './alone-report.ts';
import { heldRuns } from './held-runs.ts';
import { lifecycleOf, type Ranking, rankedIndex } from './http-machine.ts';
import './check-responses.ts';

export type Answer = { status: number; headers: Headers; text: string; json: unknown };
export type Sending = {
  key?: string | null;
  headers?: Record<string, string>;
  body?: unknown;
  raw?: NonNullable<RequestInit['body']>;
};
export type HttpWorld = {
  url: string;
  port: number;
  deps: HttpDeps;
  server: HttpServer;
  facts: Facts;
  objects: FolderObjects;
  /** `api_key`: of the organisation `a`; `other`: of `b`; `revoked`: of `a`. */
  keys: { a: string; other: string; revoked: string };
  ranking: Ranking;
  /** The states that its only process sees. */
  parts: Parts;
  /** Those that it counts. */
  callback_counts: CallbackCounts;
  log: string[];
  /** With the key of `a` unless said otherwise; redirects are not followed. */
  call(method: string, route: string, sending?: Sending): Promise<Answer>;
  /** A described picture, announced as JSON. */
  created(more?: object): Promise<Resource>;
  /** What a step answered, with the rows and columns that its service would bring. */
  done(resource_id: string, job: string, output: object, writes?: Writes): Promise<string>;
  /** Uploaded by its link's bytes and found to be legal. */
  legal(resource_id: string, bytes?: string): Promise<void>;
  /** change: of what is saved with the text. */
  indexed(resource_id: string, text?: string, change?: Partial<SavedText>): Promise<void>;
  later(ms: number): void;
  /** All facts and all objects, as one text. */
  everything(): Promise<string>;
  stop(): Promise<void>;
};

const signer = createSigner({ current: 'a secret of at least 32 characters, for tests' });

export async function httpWorld(given: Partial<HttpDeps> = {}): Promise<HttpWorld> {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-http-'));
  const real = systemClock();
  let skew = 0;
  const clock: Clock = { ...real, now: () => real.now() + skew, serviceTime: () => real.serviceTime() + skew };
  let port = 0;
  const public_url = () => `http://127.0.0.1:${port}`;
  const facts = await openSqliteFacts(dir);
  const dump = sqliteKnex(path.join(dir, 'facts.sqlite'), { readonly: true });
  const objects = await openFolderObjects({ dir: path.join(dir, 'objects'), public_url, signer, clock });
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const outputs = new Map<string, Writes>();
  const lifecycle = lifecycleOf(outputs);
  const telling = { facts, announcements: memoryAnnouncements(), clock, limits: RUNTIME_LIMITS, log: logger };
  const relay = createRelay(telling);
  relay.start();
  const feed = createFeed(telling, () => {});
  await feed.start();
  const engine = createEngine({
    facts,
    clock,
    lifecycle,
    limits: RUNTIME_LIMITS,
    log: logger,
    notified: relay.nudge,
  });
  const ranking: HttpWorld['ranking'] = { ids: [], asked: [] };

  const [index, tasks, queue] = [rankedIndex(ranking), memoryTasks(), memoryQueue({ clock, max_waiting: 1_000 })];
  const embedder: Embedder = { model: 'none', dimension: 2, embed: async (texts) => texts.map(() => new Float32Array([1, 0])) };
  const required_metadata: HttpDeps['required_metadata'] = ['title'];
  const holding = { step_pauses: facts.step_pauses, hold: () => {} };
  const parts = createParts({ clock, log: logger });
  const callback_counts = createCallbackCounts(clock);
  const pauses = createPauses({ ...holding, clock, limits: RUNTIME_LIMITS, log: logger });
  const deps: HttpDeps = {
    ...{ index, embedder, required_metadata },
    explain: explainer({
      ...{ facts, objects, index, embedder, tasks, queue, clock, log: logger, required_metadata },
      ...{ kernel: lifecycle.kernel, local_runs: { recordOf: () => null }, pauses },
    }),
    pauses,
    machines: drawnMachines,
    nearness: createNearness({ facts, embedder, clock }),
    turnedPreview: previewTurner(objects),
    ...{ engine, feed, facts, objects, clock, log: logger, public_url, version: '0.0.0' },
    links: {
      sign: signer.sign,
      verify: (parts, signature, time) => verifyLink(signer, parts, signature, time),
      store: objects,
    },
    runs: heldRuns({ facts, clock, log: logger }),
    report: aloneReport({ facts, parts, callback_counts, clock, log: logger }),
    callbacks: null,
    metrics: createMetrics({ role: 'serve', version: '0.0.0' }),
    limits: HTTP_LIMITS,
    cors_origins: ['https://web.example'],
    readiness: () => ({ ready: true, checks: {} }),
    ...given,
  };
  for (const org_id of ['a', 'b'])
    await facts.accounts.ensure({ org_id, name: org_id, user_id: `${org_id}-user`, user_name: org_id, at: clock.now() });
  const keys = {
    a: await keyIn('a', deps, { installation: true }),
    other: await keyIn('b', deps),
    revoked: await keyIn('a', deps, { revoked_at: clock.now() }),
  };
  const server = createHttpServer(deps);
  port = (await server.listen('127.0.0.1', 0)).port;

  const call: HttpWorld['call'] = async (method, route, { key = keys.a, headers = {}, body, raw } = {}) => {
    const answer = await fetch(route.startsWith('http') ? route : public_url() + route, {
      method,
      redirect: 'manual',
      headers: {
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json: unknown = /[/+]json\b/.test(answer.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : null;
    return { status: answer.status, headers: answer.headers, text, json };
  };
  const done: HttpWorld['done'] = async (resource_id, job, output, writes) => {
    const stored = await facts.instances.load(resource_id);
    const token = stored?.instance.jobs[job]?.token;
    if (!token) throw new Error(`${resource_id} does not owe ${job}`);
    outputs.set(token, writes ?? { facts: [] });
    const said = JSON.parse(JSON.stringify({ ...output, token }));
    return engine.deliver(
      resource_id,
      { kind: 'done', id: job, token, output: said },
      { by: { kind: 'worker', id: null }, request_id: null },
    );
  };
  const world: HttpWorld = {
    ...{ url: public_url(), port, deps, server, facts, objects, keys, ranking, parts, callback_counts, log, call, done },
    created: async (more = {}) => {
      const asked = { filename: 'r.jpg', content_type: 'image/jpeg', byte_size: 5, metadata: { title: 'a receipt' }, ...more };
      const { json } = await call('POST', '/v1/resources', { body: asked });
      return (json as { resource: Resource }).resource; // our own answer
    },
    legal: async (resource_id, bytes = 'bytes') => {
      const { org_id } = await rowOf(facts, resource_id);
      const original_key = `${org_id}/${resource_id}/run/original`;
      await objects.put(original_key, chunks(bytes), 1_000);
      for (const [name, size] of [
        ['preview-320.webp', '320'],
        ['preview.webp', '1600'],
      ] as const)
        await objects.put(original_key.replace('original', name), chunks(`webp ${size}`), 1_000);
      await call('POST', `/v1/resources/${resource_id}/uploaded`, { key: org_id === 'a' ? keys.a : keys.other });
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const picture = {
        sha256,
        original_key,
        byte_size: bytes.length,
        content_type: 'image/jpeg',
        width: 4,
        height: 3,
        page_count: 1,
      };
      const columns = { sha256, byte_size: bytes.length, width: 4, height: 3, page_count: 1, uploaded_at: clock.now() };
      await done(resource_id, 'inspect', { verdict: 'legal', ...picture, fact_id: null }, { facts: [], columns });
    },
    indexed: async (resource_id, text = 'hello', change = {}) => {
      const { org_id, revision } = await rowOf(facts, resource_id);
      const owner = { resource_id, org_id, at: clock.now() };
      const [recognition_id, text_id, embedding_id] = [clock.newId(), clock.newId(), clock.newId()];
      const word = { text, confidence: 0.9, x: 0.1, y: 0.1, w: 0.2, h: 0.1 };
      const pages = [{ page: 1, width: 4, height: 3, text, confidence: 0.9, words: [word] }];
      await done(
        resource_id,
        'ocr',
        { fact_id: recognition_id },
        { facts: [{ into: 'recognitions', row: { ...owner, recognition_id, engine: 'test', pages } }] },
      );
      const saved = {
        title: 'a receipt',
        description: null,
        tags: [],
        taken_at: null,
        filename: 'r.jpg',
        batch_id: null,
        created_at: 0,
        pages: [{ page: 1, text }],
        ...change,
      };
      const row = { ...owner, text_id, revision, recognition_id, correction_id: null, saved };
      await done(resource_id, 'save', { fact_id: text_id }, { facts: [{ into: 'texts', row }] });
      await done(resource_id, 'embed', { fact_id: embedding_id });
      await done(resource_id, 'index', { put: 'seen' });
    },
    later: (ms) => {
      skew += ms;
    },
    everything: async () => {
      const tables: { name: string }[] = await dump('sqlite_master').select('name').where({ type: 'table' }).orderBy('name');
      const rows = await Promise.all(tables.map(async ({ name }) => [name, await dump(name).select()]));
      return JSON.stringify([rows, await objects.list('', 10_000)]);
    },
    stop: async () => {
      await server.stop(1_000);
      await relay.stop();
      await feed.stop();
      await dump.destroy();
      await facts.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return world;
}

/** The text of a new key, an admin's unless said otherwise. */
export async function keyIn(org_id: string, { clock, facts }: Pick<HttpDeps, 'clock' | 'facts'>, more: Partial<ApiKey> = {}) {
  const { key_id, text, secret_hash } = makeKey(clock);
  await facts.accounts.addKey({
    ...{ key_id, org_id, user_id: `${org_id}-user`, name: 'test', role: 'admin', secret_hash },
    ...{ installation: false, created_at: clock.now(), expires_at: null, revoked_at: null, ...more },
  });
  return text;
}

async function rowOf(facts: Facts, resource_id: string) {
  for (const org_id of ['a', 'b']) {
    const row = await facts.resources.get({ org_id }, resource_id);
    if (row) return row;
  }
  throw new Error(`no ${resource_id}`);
}

async function* chunks(text: string) {
  yield Buffer.from(text);
}
