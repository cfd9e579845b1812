/** Settings that only real servers can show to be read: the rows that `test/settings/` lacks. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { startApp, startWorker } from '../../app/app.ts';
import { type Config, readConfig } from '../../app/config.ts';
import { migrateFacts } from '../../app/open-ports.ts';
import { Resource } from '../../contract/resource.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { testAuthority } from '../worlds/tls.ts';
import { freshDatabase, freshServers } from './places.ts';
import { freePort } from './start/process.ts';

/** Seconds in which a picture would long have been inspected. */
const WAIT_S = 2;
const Created = z.object({ resource: Resource });
/** A Redis database of this file's own: two tests run at once, and 8 to 15 are those of sigterm.test. */
const REDIS = 3;

export const ON_SERVERS = {
  /** With an authority that the server's certificate, if it has one, is not from: it is refused. */
  async database_ca_file() {
    const { ca_file, remove } = testAuthority();
    const { url, drop } = await freshDatabase();
    const looked = (more: Record<string, string>) =>
      migrateFacts(readConfig({ TUODI_DATABASE_URL: url, ...more }).config, systemClock(), true);
    await looked({});
    await assert.rejects(looked({ TUODI_DATABASE_CA_FILE: ca_file }));
    remove();
    await drop();
  },
  /** A service that runs no step leaves its picture to workers; one that inspects goes on with it. */
  async worker_kinds() {
    const { env: servers, drop } = await freshServers(REDIS);
    const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-settings-'));
    const config = (kinds: string) =>
      readConfig({ ...servers, TUODI_WORKER_KINDS: kinds, TUODI_DATA_DIR: path.join(folder, kinds) }).config;
    const idle = await startApp(config('none'), 'test');
    const body = new FormData();
    body.append('file', new Blob(['no picture']), 'a.png');
    const call = async (route: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${idle.local_key}`, prefer: `wait=${WAIT_S}` };
      const answer: unknown = await (await fetch(idle.url + route, { ...init, headers })).json();
      return answer;
    };
    const { resource } = Created.parse(await call('/v1/resources', { method: 'POST', body }));
    assert.equal(resource.phase, 'working');
    const busy = await startWorker(config('inspect'), '0');
    let seen: Resource;
    do seen = Resource.parse(await call(`/v1/resources/${resource.resource_id}`));
    while (seen.phase === 'working');
    assert.equal(seen.status, 'REJECTED');
    await busy.stop();
    await idle.stop();
    await drop();
    await rm(folder, { recursive: true, force: true });
  },
  /** A worker has no other port. */
  async health_listen() {
    const { env: servers, drop } = await freshServers(REDIS);
    const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-settings-'));
    const address = `127.0.0.1:${await freePort()}`;
    const worker = await startWorker(
      readConfig({ ...servers, TUODI_HEALTH_LISTEN: address, TUODI_DATA_DIR: folder }).config,
      '0',
    );
    assert.equal((await fetch(`http://${address}/readyz`)).status, 200);
    await worker.stop();
    await assert.rejects(fetch(`http://${address}/readyz`));
    await drop();
    await rm(folder, { recursive: true, force: true });
  },
} satisfies Partial<Record<keyof Config, () => Promise<void>>>;
