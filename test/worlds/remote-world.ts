/** Everything real but the engine: a data folder, the service, its HTTP server for callbacks, and an OCR engine that a test holds. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceOptions } from '../../app/create-service.ts';
import { drawnMachines } from '../../app/machines.ts';
import type { Ports } from '../../app/open-ports.ts';
import { byStep } from '../../contract/step-kinds.ts';
import { HTTP_LIMITS } from '../../http/limits.ts';
import { createHttpServer } from '../../http/server.ts';
import { type CallbackGrant, callbackQuery, isOurCallback } from '../../persistence/folder/links.ts';
import { memoryQueue } from '../../persistence/memory/queue.ts';
import { memoryTasks } from '../../persistence/memory/tasks.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { remoteOcr } from '../../providers/remote-ocr/client.ts';
import { callbackVerifier } from '../../providers/remote-ocr/signature.ts';
import { createSigner } from '../../runtime/accounts/signer.ts';
import { callbackTotals } from '../../runtime/health/callback-counts.ts';
import type { Embedder } from '../../runtime/ports/providers.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { TaskRecord } from '../../runtime/ports/tasks.ts';
import type { Engine } from '../../runtime/resources/engine.ts';
import { createNearness } from '../../runtime/search/nearness.ts';
import { callbackReceiver } from '../../services/remote/callbacks.ts';
import { openWorld, SCOPE, say, serviceOf, takeIn, world } from '../faults/world.ts';
import { known } from '../model/known.ts';
import { readNumber } from './numbered.ts';
import { type Knows, ocrEngine, SECRET } from './ocr-engine.ts';
import { SERVICE_LIMITS } from './service-context.ts';
import { until } from './wait.ts';

const { clock, log } = world;
const signer = createSigner({ current: 'a secret of links, of at least 32 characters' });
/** Limits of the real ones' shape, small enough for a test to see them pass. A lease that a test does not wait for is long. */
export const SOON = {
  lease_ms: 100,
  ask_deadline_ms: 2_000,
  backoff_base_ms: 5,
  outage_pause_ms: 20,
} satisfies ServiceOptions['task_limits'];

/** `ports`: what is changed of them, for the first life. */
type Given = { options?: Partial<ServiceOptions>; embedder?: Embedder; ports?: (ports: Ports) => Ports; knows?: Knows };

export async function remoteWorld({ options = {}, embedder, ports: changed = (same) => same, knows = 'work_id' }: Given = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-remote-'));
  const there = await ocrEngine(readNumber, { knows });
  let address = '';
  const callback_url = (of: CallbackGrant) =>
    `${address}/v1/callbacks/${of.resource_id}/${of.task_id}?${callbackQuery(signer, of)}`;
  const recogniser = remoteOcr({
    url: there.url,
    api_key: 'key',
    callback_url,
    clock,
    limits: { probe_after_ms: 20, ask_ms: 500 },
  });
  const opened = await openWorld(folder);
  const plain = { ...opened, recogniser, ...(embedder ? { embedder } : {}) };
  const limits = { ...OPTIONS_LIMITS, ...options.limits };
  const life = (ports: Ports) => serviceOf(ports, { ...options, limits });
  let ports: Ports = changed(plain);
  let service = life(ports);
  const receiver = () =>
    callbackReceiver({
      ...{ context: { ...ports, clock, limits: PICTURES }, runs: service.runs, log },
      isOurs: isOurCallback(signer),
    });
  const counts = service.callback_counts;
  const rows = sqliteKnex(path.join(folder, 'facts.sqlite'), { readonly: true });
  const http = createHttpServer({
    machines: drawnMachines,
    ...{ ...plain, clock, log, version: '0', public_url: () => address, limits: HTTP_LIMITS },
    ...{ engine: { ...service.engine }, runs: service.operator_runs, report: service.health, feed: service.feed },
    links: { sign: () => '', verify: () => ({ refused: 'BAD_SIGNATURE' }), store: null },
    callbacks: {
      counts,
      ...callbackVerifier({ current: SECRET }),
      expected: (of) => receiver().expected(of),
      receive: (to) => receiver().receive(to),
    },
    explain: async () => null,
    pauses: service.pauses,
    nearness: createNearness({ ...ports, clock }),
    turnedPreview: async () => null,
    ...{ required_metadata: ['title'], cors_origins: [], readiness: () => ({ ready: true, checks: {} }) },
  });
  address = `http://127.0.0.1:${(await http.listen('127.0.0.1', 0)).port}`;
  await service.start();

  const row = async (resource_id: string): Promise<ResourceRow> =>
    known(await plain.facts.resources.get(SCOPE, resource_id), resource_id);
  const job = async (resource_id: string, id = 'ocr') => (await plain.facts.instances.load(resource_id))?.instance.jobs[id];
  const at = {
    /** The ticket that the resource was told. */
    ticket: (resource_id: string, other_than?: string) =>
      until('a ticket', async () => {
        const ticket = (await job(resource_id))?.accepted?.provider_job_id;
        return ticket && ticket !== other_than ? ticket : null;
      }),
    task: async (resource_id: string, id = 'ocr'): Promise<TaskRecord | null> => {
      const token = (await job(resource_id, id))?.token;
      return token ? ports.tasks.get(token) : null;
    },
    status: (resource_id: string, status: string, limit_ms = 15_000) =>
      until(
        `${resource_id} is ${status}`,
        async () => {
          const now = await row(resource_id);
          return now.status === status && now;
        },
        limit_ms,
      ),
  };
  return {
    ...{ there, row, job, at },
    /** As `GET /v1/ops/summary` has them. */
    async counts() {
      const { processes } = await service.health.view();
      return callbackTotals(
        processes.map(({ callbacks }) => callbacks),
        clock.now(),
      );
    },
    keptCallbacks: async (): Promise<number> => Number((await rows('callbacks').count({ count: '*' }).first())?.count),
    facts: plain.facts,
    index: plain.index,
    url: () => address,
    engine: (): Engine => service.engine,
    takeIn: async (number: number): Promise<string> => {
      const resource_id = await takeIn(service.engine, plain, number);
      await say(service.engine, resource_id, 'UPLOAD_REPORTED');
      return resource_id;
    },
    /** The process dies and another one begins, with nothing in memory. */
    async again(): Promise<void> {
      await service.stop();
      ports = { ...plain, tasks: memoryTasks(), queue: memoryQueue({ clock, max_waiting: 1_000 }) };
      service = life(ports);
      await service.start();
    },
    async stop(): Promise<void> {
      await http.stop(100);
      await service.stop();
      await rows.destroy();
      await opened.close();
      await there.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type RemoteWorld = Awaited<ReturnType<typeof remoteWorld>>;

const PICTURES = { ...SERVICE_LIMITS, max_bytes: 1_000_000, max_pixels: 1_000_000, ocr_pixels: 1_000_000 };
/** One place for OCR: a worker that were held by the engine would keep all others from it. */
const OPTIONS_LIMITS = {
  sweep_interval_ms: 20,
  stop_grace_ms: 50,
  concurrency: { ...byStep(() => 2), ocr: 1, index: 4 },
} satisfies ServiceOptions['limits'];
