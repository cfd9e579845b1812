/** Worst bodies of the two routes that take them from other servers: callbacks of an OCR engine, and notifications of a store. */
import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLES } from '../cli/project.ts';
import { HTTP_LIMITS } from '../http/limits.ts';
import { type OcrEngine, ocrEngine, SECRET } from '../test/worlds/ocr-engine.ts';
import type { Worst } from './bodies-measure.ts';
import { type Serving, serving } from './serving.ts';

const CALLBACK = HTTP_LIMITS.max_callback_bytes - 2_000;
const EVENTS = HTTP_LIMITS.max_json_bytes - 2_000;
const INLINE = HTTP_LIMITS.max_inline_json_bytes - 2_000;
const EVENTS_TOKEN = 'a-token-of-a-bench-of-at-least-32-characters';
const WAIT_MS = 20_000;
const RECORDS = 1_000;

const filled = (unit: string, bytes: number) => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));
const WORD = '{"text":"hello","confidence":0.9,"x":0.4,"y":0.1,"w":0.2,"h":0.05}';

/** Values for a place in a body, of about so many bytes. */
const shapesOf = (bytes: number): Record<string, string> => ({
  'wide array': `[${filled('0,', bytes)}0]`,
  'wide object': `{${Array.from({ length: bytes / 15 }, (_, i) => `"k${i}":1`)}}`,
  'deep arrays side by side': `[${filled(`${'['.repeat(25)}${']'.repeat(25)},`, bytes)}0]`,
  'deeper than is read': `${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}`,
  'one text of escapes': `"${filled('\\u00e9', bytes)}"`,
  'one number': '1'.repeat(bytes),
});

/** As the engine signs, at the time of each send: a message that is known is not read again. By `node:crypto`: the library is slow. */
function signed(body: string): Record<string, string> {
  const id = randomUUID();
  const time = String(Math.floor(Date.now() / 1_000));
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
}

/** A service with a remote engine, which holds the work that it was given: so long its callbacks may be large. */
export async function servingEngine(
  lifted: Record<string, string>,
): Promise<{ service: Serving; worst: Worst[]; stop(): Promise<void> }> {
  const engine = await ocrEngine(async () => ({}));
  const service = await serving({ ...lifted, TUODI_OCR_URL: engine.url, TUODI_OCR_CALLBACK_SECRET: SECRET });
  const stop = async () => {
    await service.stop();
    await engine.stop();
  };
  const data = new FormData();
  data.set('file', new Blob([await readFile(path.join(SAMPLES, 'english-letter.png'))]), 'letter.png');
  const headers = { authorization: `Bearer ${service.api_key}` };
  const sent = await fetch(`${service.url}/v1/resources`, { method: 'POST', headers, body: data });
  if (!sent.ok) throw new Error(`the picture was answered ${sent.status}`);
  return { service, worst: callbacks(await jobOf(engine)), stop };
}

async function jobOf({ jobs }: OcrEngine): Promise<{ task_id: string; route: string }> {
  for (const until = performance.now() + WAIT_MS; performance.now() < until; await sleep(100)) {
    const [job] = jobs.values();
    if (job?.callback_url) {
      const { pathname, search } = new URL(job.callback_url);
      return { task_id: job.task_id, route: pathname + search };
    }
  }
  throw new Error('the engine was given no work');
}

function callbacks({ task_id, route }: { task_id: string; route: string }): Worst[] {
  const bodyOf = (pages: string) => `{"task_id":"${task_id}","provider_job_id":"j","status":"done","pages":${pages}}`;
  const worst: Worst[] = [];
  const add = (name: string, body: string, sign = () => signed(body)) =>
    worst.push({ name: `callback, ${name}`, method: 'POST', route, body, headers: sign, key: false, runs: 3 });
  for (const [size, bytes] of Object.entries({ long: CALLBACK, short: INLINE }))
    for (const [shape, value] of Object.entries(shapesOf(bytes))) add(`${size}: ${shape}`, bodyOf(value));
  const words = (bytes: number) => `[{"page":2,"text":"","confidence":1,"words":[${filled(`${WORD},`, bytes)}${WORD}]}]`;
  add('long: words of a page that was not sent', bodyOf(words(CALLBACK))); // refused after all of it was read
  add('short: words of a page that was not sent', bodyOf(words(INLINE)));
  const forged = bodyOf(words(CALLBACK));
  add('forged signature', forged, () => ({ ...signed(forged), 'webhook-signature': `v1,${'A'.repeat(43)}=` }));
  add('without signature', forged, () => ({}));
  return worst;
}

/** A service whose bucket does not answer: notifications are taken all the same, and looked at when it does. */
export async function servingStore(
  lifted: Record<string, string>,
): Promise<{ service: Serving; worst: Worst[]; stop(): Promise<void> }> {
  const store = { TUODI_S3_BUCKET: 'pictures', TUODI_S3_ENDPOINT: 'http://127.0.0.1:9', TUODI_S3_EVENTS_TOKEN: EVENTS_TOKEN };
  const keys = { TUODI_S3_ACCESS_KEY: 'bench', TUODI_S3_SECRET_KEY: 'a-secret-of-a-bench-that-opens-nothing' };
  const service = await serving({ ...lifted, ...store, ...keys, TUODI_LOG_LEVEL: 'silent' });
  return { service, worst: events(), stop: service.stop };
}

function events(): Worst[] {
  const worst: Worst[] = [];
  const add = (name: string, body: string, token = EVENTS_TOKEN) => {
    const headers = { authorization: `Bearer ${token}` };
    worst.push({ name: `storage event, ${name}`, method: 'POST', route: '/v1/storage-events', body, headers, key: false });
  };
  const record = (key: string) =>
    `{"eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":"pictures"},"object":{"key":"${key}"}}}`;
  for (const [shape, value] of Object.entries(shapesOf(EVENTS))) {
    add(`records: ${shape}`, `{"Records":${value}}`);
    add(`unknown: ${shape}`, `{"unknown":${value}}`);
    add(`a record: ${shape}`, `{"Records":[${value}]}`);
    add(`a key: ${shape}`, `{"Records":[{"s3":{"bucket":{"name":"pictures"},"object":{"key":${value}}}}]}`);
  }
  const long = filled('a', (EVENTS - RECORDS * 120) / RECORDS);
  add(`${RECORDS} long keys of nobody`, `{"Records":[${Array.from({ length: RECORDS }, (_, n) => record(`${n}/${long}`))}]}`);
  const nobody = () => record(`incoming/default/${randomUUID()}/x`);
  add(`${RECORDS} pictures that are not there`, `{"Records":[${Array.from({ length: RECORDS }, nobody)}]}`);
  add('without a token that holds', `{"Records":[${Array.from({ length: RECORDS }, nobody)}]}`, 'x'.repeat(40));
  return worst;
}
