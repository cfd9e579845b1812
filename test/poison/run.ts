/** Sends kinds of bad pictures to a service, each kind with a good picture behind it, and tells how all of them ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Kind, Poison } from '../fixtures/poison/row.ts';
import { written } from '../fixtures/poison/word.ts';
import type { Resource, World } from './world.ts';

/** As many as a person's program sends at once. */
const AT_ONCE = 4;
/** Far above what all attempts of the slowest take. */
const REST_LIMIT_MS = 120_000;
const LOOK_MS = 25;
const AT_REST = new Set(['ready', 'failed', 'gone']);

type Read = { text: string; size: string };
const NOTHING: Read = { text: '', size: '' };
export type Ended = { row: Poison; ms: number } & ({ http: number; code: string } | ({ resource: Resource } & Read));
export type KindEnded = { kind: string; ended: Ended[]; good: { resource: Resource; ms: number } };

export async function runKind(world: World, { kind, rows }: Kind): Promise<KindEnded> {
  const good_bytes = await (await written('Harbour')).png().toBuffer();
  const left = rows.values();
  const ended: Ended[] = [];
  const lane = async () => {
    for (const row of left) ended.push(await one(world, row));
  };
  const bad = Promise.all(Array.from({ length: AT_ONCE }, lane));
  const good = goodOne(world, good_bytes);
  await bad;
  const order = new Map(rows.map((row, i) => [row, i]));
  ended.sort((a, b) => (order.get(a.row) ?? 0) - (order.get(b.row) ?? 0));
  return { kind, ended, good: await good };
}

async function one(world: World, row: Poison): Promise<Ended> {
  const { filename, type } = row;
  const bytes = await row.make();
  const began = performance.now();
  const sent = await world.send({ filename, type, bytes });
  if (!('resource' in sent)) return { row, ms: performance.now() - began, ...sent };
  const resource = await rested(world, sent.resource.resource_id);
  const ms = performance.now() - began;
  const read = resource.status === 'INDEXED' ? await readOf(world, resource.resource_id) : NOTHING;
  return { row, ms, resource, ...read };
}

async function goodOne(world: World, bytes: Uint8Array) {
  const began = performance.now();
  const sent = await world.send({ filename: 'good.png', type: 'image/png', bytes });
  if (!('resource' in sent)) throw new Error(`a good picture was refused: ${sent.code}`);
  const resource = await rested(world, sent.resource.resource_id);
  return { resource, ms: performance.now() - began };
}

/** The text of all pages, and the size of the first. */
async function readOf(world: World, resource_id: string): Promise<Read> {
  const { pages } = Text.parse(await world.get(`/v1/resources/${resource_id}/text`));
  return { text: pages.map(({ text }) => text).join('\n'), size: `${pages[0]?.width}×${pages[0]?.height}` };
}
const Text = z.object({ pages: z.array(z.object({ text: z.string(), width: z.number(), height: z.number() })) });

export async function rested(world: World, resource_id: string): Promise<Resource> {
  const over = performance.now() + REST_LIMIT_MS;
  for (;;) {
    const resource = await world.resource(resource_id);
    if (AT_REST.has(resource.phase)) return resource;
    if (performance.now() > over) throw new Error(`${resource_id} is ${resource.status} after ${REST_LIMIT_MS} ms`);
    await sleep(LOOK_MS);
  }
}
