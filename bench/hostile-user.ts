/** The good user of a bench: searches at a pace, uploads one picture after the other, and counts what was refused. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { SAMPLES } from '../cli/project.ts';
import { pictureOf } from '../test/worlds/numbered.ts';
import { seeded, texts } from '../test/worlds/texts.ts';
import { quantile } from './measure.ts';
import type { Serving } from './serving.ts';

const SEARCHES_PER_SECOND = 5;
const LIBRARY = 60;
const LINES = 40;
const AT_ONCE = 8;
/** An upload that takes longer has failed. */
const MAX_UPLOAD_MS = 90_000;
const PICTURES = 90;
const QUERIES = ['market report', 'invoice', 'garden river', 'station', 'contract agreement', 'weather', 'price value'];

type Place = Pick<Serving, 'url' | 'api_key'>;
type Times = { p50: number; p99: number; max: number; count: number };
/** `refused`: statuses other than 2xx, and errors of connections, by name. Times in ms. */
export type GoodFigures = { search: Times; upload: Times; refused: Record<string, number> };

/** Letters that differ in one pixel: the same work, and no duplicates. */
export async function goodPictures(): Promise<Buffer[]> {
  const letter = await readFile(path.join(SAMPLES, 'english-letter.png'));
  const { data, info } = await sharp(letter).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const made: Buffer[] = [];
  for (let n = 0; n < PICTURES; n++) {
    data[0] = n;
    made.push(await sharp(data, { raw: { width, height, channels } }).png().toBuffer());
  }
  return made;
}

async function post({ url, api_key }: Place, bytes: Buffer, filename: string, wait_s: number): Promise<Response> {
  const form = new FormData();
  form.set('metadata', JSON.stringify({ title: filename }));
  form.set('file', new Blob([new Uint8Array(bytes)]), filename);
  const headers = { authorization: `Bearer ${api_key}`, prefer: `wait=${wait_s}` };
  return fetch(`${url}/v1/resources`, { method: 'POST', headers, body: form });
}

/** Small pictures whose text was corrected to a page of words, so that searches find some at little cost to make. */
export async function seedLibrary(place: Place, first: number): Promise<void> {
  const { text } = texts(seeded(first));
  const numbers = Array.from({ length: LIBRARY }, (_, n) => first + n).values();
  const headers = { authorization: `Bearer ${place.api_key}`, 'content-type': 'application/json', prefer: 'wait=30' };
  const lane = async () => {
    for (const n of numbers) {
      const response = await post(place, await pictureOf(n), `picture-${n}.png`, 30);
      const { resource } = JSON.parse(await response.text());
      const body = JSON.stringify({ pages: [{ page: 1, text: text(LINES) }] });
      const corrected = await fetch(`${place.url}/v1/resources/${resource.resource_id}/text`, { method: 'PATCH', headers, body });
      if (!corrected.ok) throw new Error(`a text of the library was answered ${corrected.status}: ${await corrected.text()}`);
      await corrected.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** For so long, and until the last upload is through. Takes the pictures out of `pictures`. */
export async function goodUser(place: Place, pictures: Buffer[], seconds: number): Promise<GoodFigures> {
  const until = performance.now() + seconds * 1_000;
  const refused: Record<string, number> = {};
  const count = (what: string) => {
    refused[what] = (refused[what] ?? 0) + 1;
  };
  const [search, upload]: number[][] = [[], []];
  /** Whether it was answered well; what was not is counted. */
  const timed = async (took: number[] | undefined, work: () => Promise<string>) => {
    const began = performance.now();
    const fault = await work().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (fault === '') took?.push(performance.now() - began);
    else count(fault);
  };
  const headers = { authorization: `Bearer ${place.api_key}` };
  const searching = async () => {
    const began = performance.now();
    const under_way: Promise<void>[] = [];
    for (let n = 0; performance.now() < until; n++) {
      under_way.push(
        timed(search, async () => {
          const response = await fetch(`${place.url}/v1/search?q=${encodeURIComponent(QUERIES[n % QUERIES.length] ?? '')}`, {
            headers,
          });
          await response.arrayBuffer();
          return response.ok ? '' : `search ${response.status}`;
        }),
      );
      await sleep(Math.max(0, began + ((n + 1) * 1_000) / SEARCHES_PER_SECOND - performance.now()));
    }
    await Promise.all(under_way);
  };
  const uploading = async () => {
    while (performance.now() < until) {
      const bytes = pictures.pop();
      if (!bytes) throw new Error('no pictures are left');
      await timed(upload, () => indexed(place, bytes));
    }
  };
  await Promise.all([searching(), uploading()]);
  return { search: timesOf(search), upload: timesOf(upload), refused };
}

/** What went wrong; '': the picture is INDEXED. */
async function indexed(place: Place, bytes: Buffer): Promise<string> {
  const latest = performance.now() + MAX_UPLOAD_MS;
  const response = await post(place, bytes, 'letter.png', 30);
  let body = await response.text();
  if (!response.ok) return `upload ${response.status}`;
  for (;;) {
    const reported = JSON.parse(body);
    const { resource_id, status } = reported.resource ?? reported;
    if (status === 'INDEXED') return '';
    if (performance.now() > latest || /FAILED|REJECTED/.test(status)) return `upload ended as ${status}`;
    const headers = { authorization: `Bearer ${place.api_key}`, prefer: 'wait=30' };
    const look = await fetch(`${place.url}/v1/resources/${resource_id}`, { headers });
    body = await look.text();
    if (!look.ok) return `look ${look.status}`;
  }
}

function timesOf(took: number[] = []): Times {
  const sorted = took.toSorted((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: sorted.at(-1) ?? 0, count: sorted.length };
}
