/** The real servers behind TLS and with passwords: what each is shown, and what a start says when it is wrong. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { ConfigError, readConfig } from '../../app/config.ts';
import { openFacts, openPorts } from '../../app/open-ports.ts';
import { connected } from '../../persistence/mysql/connection.ts';
import { targetOf } from '../../persistence/mysql/target.ts';
import { world } from '../faults/world.ts';
import { httpsBefore, testAuthority, tlsBefore } from '../worlds/tls.ts';
import { ownRedis } from './own-redis.ts';
import { aliasOfTest, clientOf, dropIndexes, elasticsearchUrl, entryOf, found } from './search-world.ts';
import { startMariadb } from './start/databases.ts';
import type { Server } from './start/process.ts';

const authority = testAuthority();
let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tuodi-tls-'));
});
after(async () => {
  authority.remove();
  await rm(folder, { recursive: true, force: true });
});
const configOf = (env: Record<string, string>) => readConfig({ TUODI_DATA_DIR: folder, ...env }).config;
async function stopped(starting: Promise<{ close(): Promise<void> }>): Promise<string> {
  try {
    await (await starting).close();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  throw new Error('it was not stopped');
}

test('Elasticsearch by user and password over TLS, with an authority of its own', async () => {
  const url = elasticsearchUrl();
  const alias = aliasOfTest();
  const shown = `Basic ${Buffer.from('elastic:p@ss:word').toString('base64')}`;
  const tls = await httpsBefore(url, authority, () => shown);
  const env = {
    TUODI_ELASTICSEARCH_URL: `https://localhost:${tls.port}`,
    TUODI_ELASTICSEARCH_ALIAS: alias,
    TUODI_ELASTICSEARCH_USER: 'elastic',
    TUODI_ELASTICSEARCH_PASSWORD: 'p@ss:word',
  };
  const trusted = { ...env, TUODI_ELASTICSEARCH_CA_FILE: authority.ca_file };
  const open = (changed: Record<string, string>) => openPorts(configOf(changed), () => 'http://localhost', world);
  assert.match(await stopped(open(env)), /TUODI_ELASTICSEARCH_CA_FILE/);
  assert.match(await stopped(open({ ...trusted, TUODI_ELASTICSEARCH_PASSWORD: 'wrong' })), /TUODI_ELASTICSEARCH_PASSWORD/);
  const ports = await open(trusted);
  const entry = entryOf('a', 1, '手机', { vector: null });
  assert.deepEqual(await ports.index.put(entry), { put: 'seen' });
  assert.deepEqual(await found(ports.index), ['a']);
  await ports.close();
  await tls.close();
  const client = clientOf(url);
  await dropIndexes(client, alias);
  await client.close();
});

test('Redis by password over TLS, with an authority of its own', async () => {
  const redis = await ownRedis();
  await redis.say('CONFIG', 'SET', 'requirepass', 'a-password');
  const tls = await tlsBefore({ port: Number(new URL(redis.url).port) }, authority);
  const at = (password: string, file?: string) =>
    openPorts(
      configOf({
        TUODI_REDIS_URL: `rediss://:${password}@localhost:${tls.port}/0`,
        ...(file ? { TUODI_REDIS_CA_FILE: file } : {}),
      }),
      () => 'http://localhost',
      world,
    );
  assert.match(await stopped(at('a-password')), /TUODI_REDIS_CA_FILE/);
  assert.match(await stopped(at('wrong', authority.ca_file)), /TUODI_REDIS_URL/);
  const ports = await at('a-password', authority.ca_file);
  await ports.tasks.setEpoch('e');
  assert.equal(await ports.tasks.epoch(), 'e');
  await ports.queue.stop(100);
  await ports.close();
  await tls.close();
  await redis.stop();
});

describe('the database', () => {
  let server: Server;
  before(async () => {
    const own = [`--ssl-cert=${authority.cert_file}`, `--ssl-key=${authority.key_file}`, `--ssl-ca=${authority.ca_file}`];
    server = await startMariadb(path.join(folder, 'own'), own);
    const root = await createConnection(server.url);
    for (const sql of [
      'CREATE DATABASE tuodi',
      "CREATE USER 'app'@'%' IDENTIFIED BY 'a-password' REQUIRE SSL",
      "GRANT ALL ON tuodi.* TO 'app'@'%'",
      "CREATE USER 'other'@'%' IDENTIFIED BY 'a-password'",
    ])
      await root.query(sql);
    await root.end();
  });
  after(() => server.stop());
  const at = (who: string, query = '', env: Record<string, string> = {}) =>
    openFacts(configOf({ TUODI_DATABASE_URL: `mysql://${who}@localhost:${server.port}/tuodi${query}`, ...env }), world);

  test('over TLS with an authority of its own, and not without it', async () => {
    assert.match(await stopped(at('app:a-password', '?ssl=true')), /TUODI_DATABASE_CA_FILE/);
    assert.match(await stopped(at('app:a-password')), /TUODI_DATABASE_URL/, 'it insists on TLS');
    const facts = await at('app:a-password', '', { TUODI_DATABASE_CA_FILE: authority.ca_file });
    await facts.ping();
    await facts.close();
    const { readFileSync } = await import('node:fs');
    const target = targetOf(`mysql://app:a-password@localhost:${server.port}/tuodi`, {
      ca: readFileSync(authority.ca_file, 'utf8'),
    });
    const connection = await connected(target, world.clock);
    const rows = (await connection.ask("SHOW STATUS LIKE 'Ssl_cipher'")) as RowDataPacket[];
    assert.ok(String(rows[0]?.Value).length > 3, 'what is sent is encrypted');
    connection.close();
  });

  test('with a wrong password, an unknown user, a database that is not allowed: the variable is named, and no password', async () => {
    const trusted = { TUODI_DATABASE_CA_FILE: authority.ca_file };
    for (const who of ['app:wrong-secret', 'nobody:wrong-secret', 'other:a-password']) {
      const text = await stopped(at(who, '', trusted));
      assert.match(text, /TUODI_DATABASE_URL/);
      assert.ok(!text.includes('secret') && !text.includes('a-password'));
    }
  });
});
