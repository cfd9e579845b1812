/** Settings of the servers of facts, tasks and index. The other end refuses whoever comes, and a start says which setting is at fault. */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { pino } from 'pino';
import { migrateFacts, openIndex } from '../../app/open-ports.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { noEmbedder } from '../../providers/no-embedder.ts';
import { systemClock } from '../../runtime/async/clock.ts';

import { question } from '../worlds/entries.ts';
import { httpsBefore, testAuthority } from '../worlds/tls.ts';
import { closeLater, configWith, type Env, type Kept, once, portsWith, type Rows, recorder, tempFolder } from './world.ts';

const world = { clock: systemClock(), log: pino({ level: 'silent' }) };
const authority = testAuthority();
closeLater(authority.remove);

/** Port of a server. */
async function listening(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {}); // whoever was refused has gone
  });
  server.on('tlsClientError', () => {}); // who does not trust it
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port; // it listens
}

/** What a MySQL server says first to whom it does not want: ERR 1045, access denied. */
const DENIED = Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from('#28000Access denied')]);
const PACKET = Buffer.concat([Buffer.from([DENIED.length, 0, 0, 0]), DENIED]);
/** What a Redis answers to any command. */
const refuse = (socket: Socket) => void socket.on('data', () => socket.write('-WRONGPASS no such user\r\n'));

/** An Elasticsearch that has nothing and takes nothing. */
const elasticsearch = () =>
  recorder(() => ({ status: 404, headers: { 'x-elastic-product': 'Elasticsearch' }, body: { error: 'none', status: 404 } }));
const facts = once(async () => {
  const opened = await openSqliteFacts(await tempFolder());
  closeLater(opened.close);
  return opened;
});
/** What it was asked by a search with these settings. */
async function asked(env: Env) {
  const server = await elasticsearch();
  const index = await openIndex(await configWith({ elasticsearch_url: server.url, ...env }), {
    facts: await facts(),
    embedder: noEmbedder(),
    ...world,
  });
  closeLater(index.close);
  await index.search({ org_id: 'a' }, question('word')).catch(() => {}); // what was asked is what is looked at
  return server.kept;
}
const byKey = once(() => asked({ elasticsearch_alias: 'ours', elasticsearch_api_key: 'a-key' }));
const byUser = once(() => asked({ elasticsearch_user: 'one', elasticsearch_password: 'two' }));
const shownBy = async (requests: Promise<Kept[]>) => (await requests)[0]?.headers.authorization;
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export const SERVER_ROWS: Rows = {
  async database_url() {
    const port = await listening(createServer((socket) => void socket.end(PACKET)));
    const config = await configWith({ database_url: `mysql://app:no@127.0.0.1:${port}/tuodi` });
    await assert.rejects(migrateFacts(config, world.clock, true), /TUODI_DATABASE_URL/);
  },
  async redis_url() {
    const port = await listening(createServer(refuse));
    await assert.rejects(portsWith({ redis_url: `redis://:no@127.0.0.1:${port}/0` }), /TUODI_REDIS_URL/);
  },
  async redis_ca_file() {
    const port = await listening(createTls(authority, refuse));
    const redis_url = `rediss://:no@localhost:${port}/0`;
    await assert.rejects(portsWith({ redis_url }), /TUODI_REDIS_CA_FILE/);
    await assert.rejects(portsWith({ redis_url, redis_ca_file: authority.ca_file }), /TUODI_REDIS_URL/, 'it is trusted');
  },
  elasticsearch_url: async () => assert.ok((await byKey()).length > 0),
  async elasticsearch_alias() {
    const urls = (await byKey()).map(({ url }) => url);
    assert.ok(
      urls.some((url) => /\/ours\b/.test(url)),
      String(urls),
    );
  },
  elasticsearch_api_key: async () => assert.equal(await shownBy(byKey()), 'ApiKey a-key'),
  elasticsearch_user: async () => assert.equal(await shownBy(byUser()), basic('one', 'two')),
  elasticsearch_password: async () => assert.equal(await shownBy(byUser()), basic('one', 'two')),
  async elasticsearch_ca_file() {
    const tls = await httpsBefore((await elasticsearch()).url, authority, () => basic('u', 'right'));
    closeLater(tls.close);
    const env = { elasticsearch_url: `https://localhost:${tls.port}`, elasticsearch_user: 'u', elasticsearch_password: 'wrong' };
    const opened = async (more: Env) =>
      openIndex(await configWith({ ...env, ...more }), { facts: await facts(), embedder: noEmbedder(), ...world });
    await assert.rejects(opened({}), /TUODI_ELASTICSEARCH_CA_FILE/);
    await assert.rejects(opened({ elasticsearch_ca_file: authority.ca_file }), /TUODI_ELASTICSEARCH_PASSWORD/);
  },
};
