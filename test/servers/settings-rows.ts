/** Settings that only real servers can show to be read: the rows that `test/settings/` lacks. */
import assert from 'node:assert/strict';
import { startApp } from '../../app.ts';
import { type Config, readConfig } from '../../config.ts';
import { Resource } from '../../contract/resource.ts';
import { migrateFacts } from '../../open-ports.ts';
import { systemClock } from '../../runtime/clock.ts';
import { testAuthority } from '../support/tls.ts';
import { env } from './env.ts';
import { freshServers } from './places.ts';

/** Seconds in which a picture would long have been inspected. */
const WAIT_S = 2;
/** A Redis database of this file's own. */
const REDIS = 14;

export const ON_SERVERS = {
  /** With an authority that the server's certificate, if it has one, is not from: it is refused. */
  async database_ca_file() {
    const { ca_file, remove } = testAuthority();
    const looked = (more: Record<string, string>) =>
      migrateFacts(readConfig({ TUODI_DATABASE_URL: env('TUODI_TEST_MYSQL_URL'), ...more }).config, systemClock(), true);
    await looked({});
    await assert.rejects(looked({ TUODI_DATABASE_CA_FILE: ca_file }));
    remove();
  },
  /** A service that runs no step leaves its picture to workers; one that inspects goes on with it. */
  async worker_kinds() {
    const { env: servers, drop } = await freshServers(REDIS);
    const started = (kinds: string) => startApp(readConfig({ ...servers, TUODI_WORKER_KINDS: kinds }).config, 'test');
    const idle = await started('none');
    const body = new FormData();
    body.append('file', new Blob(['no picture']), 'a.png');
    const call = async (route: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${idle.local_key}`, prefer: `wait=${WAIT_S}` };
      const answer: unknown = await (await fetch(idle.url + route, { ...init, headers })).json();
      return answer;
    };
    const { resource } = (await call('/v1/resources', { method: 'POST', body })) as { resource: Resource }; // our own answer
    assert.equal(resource.phase, 'working');
    const busy = await started('inspect');
    let seen: Resource;
    do seen = Resource.parse(await call(`/v1/resources/${resource.resource_id}`));
    while (seen.phase === 'working');
    assert.equal(seen.status, 'REJECTED');
    await busy.stop();
    await idle.stop();
    await drop();
  },
} satisfies Partial<Record<keyof Config, () => Promise<void>>>;
