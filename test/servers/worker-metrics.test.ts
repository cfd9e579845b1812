/** A worker tells its own metrics at an address of its own: what it runs is counted there, and nowhere else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { pictureOf, readNumber } from '../worlds/numbered.ts';
import { ocrEngine } from '../worlds/ocr-engine.ts';
import { until } from '../worlds/wait.ts';
import { freshServers } from './places.ts';
import { type Process, serve, work } from './processes.ts';
import { freePort } from './start/process.ts';

const REDIS = 9;
const LIMIT_MS = 120_000;
const Created = z.object({ resource: z.object({ resource_id: z.string() }) });

/** The sum of all series of a metric whose line has each of these. */
async function metric(address: string, name: string, ...labels: string[]): Promise<number> {
  const answer = await fetch(`http://${address}/metrics`);
  assert.equal(answer.status, 200);
  const lines = (await answer.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
  const of = lines.filter((line) => labels.every((label) => line.includes(label)));
  return of.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

test('of a worker and a service beside it, each tells what it does itself', async (t) => {
  const { env, drop } = await freshServers(REDIS);
  const engine = await ocrEngine(readNumber);
  const running: Process[] = [];
  t.after(async () => {
    for (const one of running) await one.kill();
    await engine.stop();
    await drop();
  });
  const [of_api, of_worker] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const shared = { ...env, TUODI_OCR_URL: engine.url };
  const api = await serve({ ...shared, TUODI_WORKER_KINDS: 'none', TUODI_METRICS_LISTEN: of_api });
  running.push(api);
  running.push(await work({ ...shared, TUODI_METRICS_LISTEN: of_worker }));

  const form = new FormData();
  form.set('metadata', JSON.stringify({ title: 'of a worker' }));
  form.set('file', new Blob([new Uint8Array(await pictureOf(1))]), '1.png');
  const headers = { authorization: `Bearer ${api.reported.api_key}` };
  const answer = await fetch(`${api.reported.url}/v1/resources`, { method: 'POST', body: form, headers });
  Created.parse(await answer.json());

  const inspected = (address: string) => metric(address, 'tuodi_step_runs_total', 'step="inspect"', 'outcome="succeeded"');
  await until('the worker has looked at it', async () => (await inspected(of_worker)) === 1, LIMIT_MS);
  assert.equal(await inspected(of_api), 0, 'the service runs no step');
  assert.ok((await metric(of_worker, 'tuodi_step_run_seconds_count', 'step="inspect"')) >= 1);
  assert.ok((await metric(of_api, 'tuodi_http_requests_total', 'route="create_resource"', 'status="201"')) >= 1);
  assert.equal(await metric(of_worker, 'tuodi_http_requests_total'), 0, 'the worker has no API');
  assert.equal(await metric(of_worker, 'tuodi_pictures'), 1, 'what is read of the facts is told by each');
  const everybody = await fetch(`http://${of_worker}/v1/resources`);
  assert.equal(everybody.status, 404, 'and there is nothing else at that address');
});
