/** A proxy before Elasticsearch that refuses, swallows, half applies or loses writes, as a cluster in trouble does. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';

/** refuse: 503. partly: every second item of a bulk is refused. lose: a bulk is acknowledged and never applied. silence: no reply. */
export type IndexMood = 'well' | 'refuse' | 'partly' | 'lose' | 'silence';
export type IndexProxy = { url: string; mood: IndexMood; close(): Promise<void> };

const REPLY = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
const BulkReply = z.looseObject({ errors: z.boolean(), items: z.array(z.record(z.string(), z.unknown())) });
const Action = z.object({ index: z.looseObject({ _index: z.string(), _id: z.string(), version: z.number() }) });
type Item = z.infer<typeof Action>['index'];

export async function indexProxy(target: string): Promise<IndexProxy> {
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy()); // a side that went away is what the run is about
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: IndexProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on a port
    mood: 'well',
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return proxy;

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { mood } = proxy;
    if (mood === 'silence') return;
    const is_bulk = incoming.url?.includes('/_bulk') ?? false;
    if (mood === 'refuse') return reply(outgoing, 503, { error: { type: 'cluster_block_exception', reason: 'of a test' } });
    if (mood === 'well' || !is_bulk) return forward(target, incoming, body, outgoing);
    const pairs = pairsOf(body);
    if (mood === 'lose')
      return reply(outgoing, 200, { took: 1, errors: false, items: pairs.map(({ item }) => acknowledged(item)) });
    const sent = pairs.filter((_, i) => i % 2 === 1);
    const replied = sent.length > 0 ? await bulk(target, incoming, sent) : { errors: false, items: [] };
    const items = pairs.map(({ item }, i) => (i % 2 === 0 ? rejected(item) : replied.items[(i - 1) / 2]));
    reply(outgoing, 200, { took: 1, errors: true, items });
  }
}

type Pair = { item: Item; text: string };
function pairsOf(body: Buffer): Pair[] {
  const lines = body.toString('utf8').split('\n').filter(Boolean);
  const pairs: Pair[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2)
    pairs.push({ item: Action.parse(JSON.parse(lines[i] ?? '')).index, text: `${lines[i]}\n${lines[i + 1]}\n` });
  return pairs;
}
const acknowledged = ({ _index, _id, version }: Item) => ({
  index: { _index, _id, _version: version, result: 'created', status: 201 },
});
const rejected = ({ _index, _id }: Item) => ({
  index: { _index, _id, status: 429, error: { type: 'es_rejected_execution_exception', reason: 'of a test' } },
});

async function bulk(target: string, { url, headers }: IncomingMessage, pairs: Pair[]) {
  const type = headers['content-type'] ?? 'application/x-ndjson';
  const body = pairs.map(({ text }) => text).join('');
  const replied = await fetch(new URL(url ?? '/', target), { method: 'POST', headers: { 'content-type': type }, body });
  return BulkReply.parse(await replied.json());
}

function reply(outgoing: ServerResponse, status: number, body: object): void {
  outgoing.writeHead(status, REPLY).end(JSON.stringify(body));
}

function forward(target: string, { url, method, headers }: IncomingMessage, body: Buffer, outgoing: ServerResponse): void {
  const { host: _host, connection: _connection, ...others } = headers;
  const onward = request(new URL(url ?? '/', target), { method, headers: others }, (replied) => {
    outgoing.writeHead(replied.statusCode ?? 502, replied.headers);
    replied.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  onward.end(body);
}
