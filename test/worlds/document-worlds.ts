/** The services that the documents speak to: the real one, one that has a remote OCR engine, and one whose pictures are in a store. */
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { type App, startApp } from '../../app/app.ts';
import { readConfig } from '../../app/config.ts';
import { SAMPLES, VERSION } from '../../cli/project.ts';
import { Resource } from '../../contract/resource.ts';
import { pictureOf } from './numbered.ts';
import { ocrEngine, SECRET } from './ocr-engine.ts';
import { until } from './wait.ts';

/** A service, a folder where commands find `samples/` and write what they like, and the variables that the documents name. */
export type DocumentWorld = { folder: string; data_dir: string; variables: Record<string, string>; stop(): Promise<void> };
type Given = { env?: Record<string, string>; variables?: (app: App) => Promise<Record<string, string>> };

export async function documentWorld({ env = {}, variables = async () => ({}) }: Given = {}): Promise<DocumentWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-document-'));
  const data_dir = path.join(folder, 'tuodi-data');
  await mkdir(data_dir);
  await symlink(SAMPLES, path.join(folder, 'samples'));
  const own = { TUODI_DATA_DIR: data_dir, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent', TUODI_OCR_WORKERS: '1' };
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'; // as main.ts does
  const app = await startApp(readConfig({ ...own, ...env }).config, VERSION);
  void app.warm();
  const stop = async () => {
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return {
      ...{ folder, data_dir, stop },
      variables: { URL: app.url, KEY: app.first_key ?? '', TOKEN: (await app.login()) ?? '', ...(await variables(app)) },
    };
  } catch (error) {
    await stop(); // else it holds the process, and nobody sees what went wrong
    throw error;
  }
}

const Sent = z.object({ resource: Resource });
/** The picture with this number on it, sent and waited for no longer than `wait_s`. */
async function sent({ url, first_key }: App, number: number, wait_s: number): Promise<Resource> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(await pictureOf(number))], { type: 'image/png' }), `${number}.png`);
  const headers = { authorization: `Bearer ${first_key}`, prefer: `wait=${wait_s}` };
  return Sent.parse(await (await fetch(`${url}/v1/resources`, { method: 'POST', headers, body: form })).json()).resource;
}

/** The world with what stands around it, which is stopped after it, or when it does not come to be. */
async function besides(around: () => Promise<void>, open: () => Promise<DocumentWorld>): Promise<DocumentWorld> {
  try {
    const world = await open();
    const stop = () => world.stop().finally(around);
    return { ...world, stop };
  } catch (error) {
    await around();
    throw error;
  }
}

/** With a remote engine that has refused one picture ($ID), and has taken another ($TASK_ID, $JOB_ID, $CALLBACK_URL). */
export async function engineWorld(): Promise<DocumentWorld> {
  const engine = await ocrEngine(async () => ({ text: '', confidence: 0, words: [] }));
  const variables = async (app: App) => {
    engine.mood = 'refuses';
    const { resource_id: ID } = await sent(app, 1, 20);
    engine.mood = 'well';
    await sent(app, 2, 0);
    const [JOB_ID, job] = await until('a job', () => [...engine.jobs][0]);
    return { ID, JOB_ID, TASK_ID: job.task_id, CALLBACK_URL: job.callback_url ?? '', CALLBACK_SECRET: SECRET };
  };
  const env = { TUODI_OCR_URL: engine.url, TUODI_OCR_CALLBACK_SECRET: SECRET };
  return besides(engine.stop, () => documentWorld({ env, variables }));
}

/** With a bucket that is there and holds nothing. */
export async function storeWorld(): Promise<DocumentWorld> {
  const store = createServer((req, res) => void res.writeHead(/^\/[^/]+\/?$/.test(req.url ?? '') ? 200 : 404).end());
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  const { port } = store.address() as AddressInfo; // it listens
  const [token, bucket] = ['a-token-of-at-least-32-characters-for-a-test', 'pictures'];
  const env = {
    ...{ TUODI_S3_BUCKET: bucket, TUODI_S3_ENDPOINT: `http://127.0.0.1:${port}`, TUODI_S3_EVENTS_TOKEN: token },
    ...{ TUODI_S3_ACCESS_KEY: 'key', TUODI_S3_SECRET_KEY: 'secret' },
  };
  const closed = async () => {
    store.closeAllConnections();
    await new Promise((resolve) => store.close(resolve));
  };
  return besides(closed, () => documentWorld({ env, variables: async () => ({ EVENTS_TOKEN: token, BUCKET: bucket }) }));
}
