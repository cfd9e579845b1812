/**
 * Backup and restore of server mode as docs/operations.md has it: first a dump of the database, then a copy of the bucket, while the
 * service runs and pictures come and go between the two. What is restored is looked at by a service, and by `tuodi verify`.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CopyObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { SAMPLES } from '../../cli/project.ts';
import { tuodi } from '../worlds/tuodi.ts';
import { until } from '../worlds/wait.ts';
import { freshBucket, freshDatabase, freshServers } from './places.ts';
import { type Process, serve } from './processes.ts';
import { whereIs } from './start/programs.ts';

const REDIS = 11;
const REDIS_RESTORED = 12;
const VERIFY_LIMIT_MS = 240_000;
const Resource = z.object({ resource_id: z.string(), status: z.string() });
type Env = Record<string, string>;

const connectionOf = (url: string) => {
  const { hostname, port, username, password, pathname } = new URL(url);
  const secret = password === '' ? [] : [`--password=${decodeURIComponent(password)}`];
  return { args: [`--host=${hostname}`, `--port=${port}`, `--user=${username}`, ...secret], database: pathname.slice(1) };
};

function dump(url: string): Buffer {
  const { args, database } = connectionOf(url);
  return execFileSync(whereIs('mariadb-dump'), [...args, '--single-transaction', database], { maxBuffer: 64 * 1024 * 1024 });
}
function restore(url: string, dumped: Buffer): void {
  const { args, database } = connectionOf(url);
  execFileSync(whereIs('mariadb'), [...args, database], { input: dumped });
}

async function copyBucket(from: Env, to: Env): Promise<number> {
  const client = new S3Client({
    ...{ endpoint: from.TUODI_S3_ENDPOINT ?? '', region: 'us-east-1', forcePathStyle: true },
    credentials: { accessKeyId: from.TUODI_S3_ACCESS_KEY ?? '', secretAccessKey: from.TUODI_S3_SECRET_KEY ?? '' },
  });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: from.TUODI_S3_BUCKET }));
  for (const { Key = '' } of Contents) {
    const CopySource = encodeURI(`${from.TUODI_S3_BUCKET}/${Key}`);
    await client.send(new CopyObjectCommand({ Bucket: to.TUODI_S3_BUCKET, Key, CopySource }));
  }
  client.destroy();
  return Contents.length;
}

function apiOf({ reported }: Process) {
  const { url } = z.object({ url: z.string() }).parse(reported);
  return async (key: string, method: string, route: string, body?: FormData) => {
    const answer = await fetch(`${url}${route}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body ? { body } : {}),
    });
    return { status: answer.status, json: await answer.json().catch(() => null) };
  };
}
type Api = ReturnType<typeof apiOf>;
async function taken(api: Api, key: string, file: string): Promise<string> {
  const form = new FormData();
  form.set('metadata', JSON.stringify({ title: file }));
  form.set('file', await openAsBlob(path.join(SAMPLES, file)), file);
  const { json } = await api(key, 'POST', '/v1/resources', form);
  const { resource_id } = z.object({ resource: Resource }).parse(json).resource;
  const isIn = async () => Resource.parse((await api(key, 'GET', `/v1/resources/${resource_id}`)).json).status === 'INDEXED';
  await until(`${file} is INDEXED`, isIn, 120_000);
  return resource_id;
}
const foundBy = async (api: Api, key: string, query: string): Promise<string[]> => {
  const { json } = await api(key, 'GET', `/v1/search?q=${encodeURIComponent(query)}`);
  const { items } = z.object({ items: z.array(z.object({ resource: Resource })) }).parse(json);
  return items.map(({ resource }) => resource.resource_id);
};

test('a dump, then a copy of the bucket, is whole but for what was deleted for good between the two', async (t) => {
  const { env, drop } = await freshServers(REDIS);
  const [database, bucket] = [await freshDatabase(), await freshBucket()];
  const running = new Set<Process>();
  t.after(async () => {
    for (const one of running) await one.kill();
    await drop();
    await database.drop();
  });
  const first = await serve({ ...env, TUODI_OCR_ENGINE: 'tesseract' });
  running.add(first);
  const key = String(first.reported.api_key);
  const api = apiOf(first);
  const kept = await taken(api, key, 'faded-ticket.jpg');
  const deleted = await taken(api, key, 'mixed-slide.webp');

  const dumped = dump(env.TUODI_DATABASE_URL ?? '');
  const later = await taken(api, key, 'receipt.jpg');
  await api(key, 'DELETE', `/v1/resources/${deleted}?purge=true`);
  const isGone = async () => Resource.parse((await api(key, 'GET', `/v1/resources/${deleted}`)).json).status === 'DELETED';
  await until('it is deleted for good', isGone);
  assert.ok((await copyBucket(env, bucket)) > 0);
  await first.stop();
  running.delete(first);

  restore(database.url, dumped);
  const redis = new Redis(new URL(`/${REDIS_RESTORED}`, env.TUODI_REDIS_URL).href);
  await redis.flushdb();
  redis.disconnect();
  const again: Env = {
    ...{ ...env, ...bucket, TUODI_DATABASE_URL: database.url, TUODI_OCR_ENGINE: 'tesseract' },
    TUODI_REDIS_URL: new URL(`/${REDIS_RESTORED}`, env.TUODI_REDIS_URL).href,
    TUODI_ELASTICSEARCH_ALIAS: `${env.TUODI_ELASTICSEARCH_ALIAS}-restored`, // an index that knows nothing
  };
  const second = await serve(again);
  running.add(second);
  const now = apiOf(second);
  await until('what was restored is found', async () => (await foundBy(now, key, 'cable car')).includes(kept), 120_000);
  assert.equal((await now(key, 'GET', `/v1/resources/${later}`)).status, 404, 'it came after the dump');

  const at = { TUODI_URL: String(second.reported.url), TUODI_API_KEY: key };
  const { code, out, err } = await tuodi(['verify'], { ...again, ...at }, VERIFY_LIMIT_MS);
  assert.deepEqual([code, out.includes(deleted)], [3, true], out + err);
  assert.doesNotMatch(out, new RegExp(kept), out);
  t.diagnostic(out);
});
