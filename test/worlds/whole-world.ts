/** Everything real but the recogniser: a data folder, the service with its workers, its embedded index, and its HTTP server. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { readConfig } from '../../app/config.ts';
import { drawnMachines } from '../../app/machines.ts';
import { openIndex, type Ports } from '../../app/open-ports.ts';
import { Resource } from '../../contract/resource.ts';
import { SearchAnswer } from '../../contract/search.ts';
import type { EngineOrder } from '../../contract/steps.ts';
import { HTTP_LIMITS } from '../../http/limits.ts';
import { createHttpServer } from '../../http/server.ts';
import type { ResourceLimits } from '../../machines/limits.ts';
import type { Recogniser } from '../../runtime/ports/providers.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import { createNearness } from '../../runtime/search/nearness.ts';
import { explainer } from '../../services/explain/explain.ts';
import { previewTurner } from '../../services/formats/turned-preview.ts';
import { openWorld, serviceOf, world } from '../faults/world.ts';
import { keyTo } from './events-world.ts';
import { pictureOf } from './numbered.ts';
import { until } from './wait.ts';

const { clock, log } = world;
export const ORG = 'org';
type Sending = { key?: string; headers?: Record<string, string>; body?: unknown; raw?: FormData };

/**
 * `reads`: by the number of a picture, what the engine reads on it. orderable: engines that an order may name; broken: those of them in
 * whose place another one reads. `ports`: what is changed of them. resource_limits: those of people,
 * unless said.
 */
export async function wholeWorld(
  changed: (ports: Ports, data_dir: string) => Ports | Promise<Ports> = (same) => same,
  resource_limits: Partial<ResourceLimits> = {},
) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-whole-'));
  const reads = new Map<number, string>();
  let address = '';
  const opened = await openWorld(folder, () => address);
  const [orderable, broken] = [new Set<EngineOrder>(['ppocr']), new Set<EngineOrder>()];
  const ports = await changed({ ...opened, recogniser: reader(reads, broken) }, folder);
  const service = serviceOf(ports, { resource_limits });
  const explain = explainer({
    ...{ ...ports, clock, log, local_runs: service.local_runs, pauses: service.pauses },
    ...{ required_metadata: ['title'], kernel: service.lifecycle.kernel },
  });
  const http = createHttpServer({
    ...{ ...ports, clock, log, version: '0', public_url: () => address, limits: HTTP_LIMITS, explain },
    pauses: service.pauses,
    ...{
      engine: service.engine,
      runs: service.operator_runs,
      report: service.health,
      feed: service.feed,
      callbacks: null,
      machines: drawnMachines,
      nearness: createNearness({ ...ports, clock }),
      turnedPreview: previewTurner(ports.objects),
    },
    engines: () => [...orderable],
    links: { sign: () => 'signed', verify: () => ({ refused: 'BAD_SIGNATURE' }), store: opened.store_links },
    ...{ required_metadata: ['title'], cors_origins: [], readiness: () => ({ ready: true, checks: {} }) },
  });
  address = `http://127.0.0.1:${(await http.listen('127.0.0.1', 0)).port}`;
  const keys = { own: await keyTo(opened.facts, ORG), other: await keyTo(opened.facts, 'other') };
  await service.start();

  async function call(method: string, route: string, { key = keys.own, headers = {}, body, raw }: Sending = {}) {
    const answer = await fetch(address + route, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(raw ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json: unknown = /[/+]json\b/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : null;
    return { status: answer.status, headers: answer.headers, text, json };
  }
  /** The picture with this number on it, which is read as `text`, begun as a form. */
  async function sent(number: number, text: string, fields: Record<string, string> = {}, key = keys.own) {
    reads.set(number, text);
    const form = new FormData();
    for (const [name, value] of Object.entries({ metadata: '{"title": "a picture"}', ...fields })) form.set(name, value);
    form.set('file', new Blob([new Uint8Array(await pictureOf(number))], { type: 'image/png' }), `${number}.png`);
    const { status, json } = await call('POST', '/v1/resources', { raw: form, key });
    return { status, resource: Resource.parse((json as { resource: unknown }).resource) };
  }
  const get = async (resource_id: string, key = keys.own): Promise<Resource> =>
    Resource.parse((await call('GET', `/v1/resources/${resource_id}`, { key })).json);
  const at = (resource_id: string, status: string, key = keys.own): Promise<Resource> =>
    until(`${resource_id} is ${status}`, async () => {
      const now = await get(resource_id, key);
      return now.status === status && now;
    });
  /** `more`: of the query, from `&` on. */
  const search = async (q: string, more = ''): Promise<SearchAnswer> =>
    SearchAnswer.parse((await call('GET', `/v1/search?q=${encodeURIComponent(q)}${more}`)).json);
  return {
    ...{ folder, ports, service, keys, reads, orderable, broken, call, sent, get, at, explain },
    /** Sent and INDEXED. */
    async indexed(number: number, text: string, fields: Record<string, string> = {}): Promise<Resource> {
      return at((await sent(number, text, fields)).resource.resource_id, 'INDEXED');
    },
    search,
    /** The ids of what has all that is asked for. */
    found: async (q: string, more = ''): Promise<string[]> =>
      (await search(q, `${more}&match=exact`)).items.map(({ resource }) => resource.resource_id),
    row: async (resource_id: string): Promise<ResourceRow | null> => opened.facts.resources.get({ org_id: ORG }, resource_id),
    async stop(): Promise<void> {
      await http.stop(100);
      await service.stop();
      if (ports.index !== opened.index) await ports.index.close();
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
/** With an index that compares the vectors of its embedder. */
export const withVectors = async (ports: Ports, data_dir: string): Promise<Ports> => {
  const { config } = readConfig({ TUODI_DATA_DIR: data_dir });
  return { ...ports, index: await openIndex(config, { ...world, facts: ports.facts, embedder: ports.embedder }) };
};
export type WholeWorld = Awaited<ReturnType<typeof wholeWorld>>;

/** Reads the number that a picture is painted with, and returns the text that a test has put on it. */
const reader = (reads: ReadonlyMap<number, string>, broken: ReadonlySet<EngineOrder>): Recogniser => ({
  engine: 'numbers',
  async recognise({ png, by }) {
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    const number = (data[0] ?? 0) * 256 + (data[info.channels] ?? 0);
    const engine = by === undefined || broken.has(by) ? {} : { engine: `${by}/test` };
    return { text: reads.get(number) ?? '', confidence: 1, words: [], ...engine };
  },
  ready: async () => {},
  close: async () => {},
});
