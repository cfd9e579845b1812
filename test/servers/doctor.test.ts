/** `tuodi doctor` on the real servers: nothing wrong on a set that is well, and what is planted in each of them by its name. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { tuodi } from '../worlds/tuodi.ts';
import { ownRedis } from './own-redis.ts';
import { freshServers } from './places.ts';

const REDIS = 10;
const lines = (out: string, state: 'ok' | 'WRONG') => out.split('\n').filter((line) => line.startsWith(state));

describe('doctor on real servers', () => {
  test('a set that is well has no wrong line; each fault that is planted has its own', async (t) => {
    const { env, drop } = await freshServers(REDIS);
    t.after(drop);
    const quiet = Object.fromEntries(
      Object.keys(process.env).flatMap((name) => (name.startsWith('TUODI_TEST_') ? [[name, '']] : [])),
    );
    const looked = async (changed: Record<string, string> = {}) => {
      const { code, out } = await tuodi(['doctor'], { ...quiet, ...env, ...changed });
      assert.equal(code, lines(out, 'WRONG').length > 0 ? 3 : 0, out);
      return out;
    };
    const fresh = await looked();
    assert.match(fresh, /^WRONG {2}migrations: /m, 'tables that are not made yet');
    assert.equal((await tuodi(['migrate'], env)).code, 0);

    const well = await looked();
    assert.deepEqual(lines(well, 'WRONG'), [], well);
    for (const server of [
      /^ok {5}database: .*MariaDB/im,
      /^ok {5}Redis: .*\d/m,
      /^ok {5}search index: /m,
      /^ok {5}object store: /m,
    ])
      assert.match(well, server);

    const full = await ownRedis('--maxmemory-policy', 'allkeys-lru');
    t.after(full.stop);
    assert.match(await looked({ TUODI_REDIS_URL: full.url }), /^WRONG {2}Redis: .*allkeys-lru/m);
    assert.match(await looked({ TUODI_S3_BUCKET: 'tuodi-is-not-there' }), /^WRONG {2}object store: /m);
    assert.match(await looked({ TUODI_S3_SECRET_KEY: 'a-secret-of-somebody-else' }), /^WRONG {2}object store: /m);

    const elastic = `${env.TUODI_ELASTICSEARCH_URL}`;
    const alias = `${env.TUODI_ELASTICSEARCH_ALIAS}`;
    const made = await fetch(`${elastic}/${alias}-index-other`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ aliases: { [alias]: {} }, mappings: { properties: { other: { type: 'keyword' } } } }),
    });
    assert.ok(made.ok, await made.text());
    assert.match(await looked(), /^WRONG {2}(analyser|search index): /m);
    await fetch(`${elastic}/${alias}-index-other`, { method: 'DELETE' });

    const url = new URL(env.TUODI_DATABASE_URL ?? '');
    const server = await createConnection(env.TUODI_DATABASE_URL ?? '');
    t.after(() => server.end());
    const database = url.pathname.slice(1);
    await server.query(`CREATE USER 'reader_${database}'@'%' IDENTIFIED BY 'only to read, for a test of 32 chars'`);
    await server.query(`GRANT SELECT ON \`${database}\`.* TO 'reader_${database}'@'%'`);
    const reader = new URL(url);
    reader.username = `reader_${database}`;
    reader.password = encodeURIComponent('only to read, for a test of 32 chars');
    const denied = await looked({ TUODI_DATABASE_URL: reader.href });
    assert.match(denied, /^WRONG {2}(database|permissions): .*(INSERT|UPDATE)/m);
    assert.ok(!denied.includes('only to read'));
    await server.query(`DROP USER 'reader_${database}'@'%'`);
  });
});
