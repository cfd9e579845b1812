/** An HTTP server between a client and the real one: it counts what is asked, and changes, refuses or swallows it as a test says. */
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of a request: handed on, to another path if one is given; answered with a status; or never answered. */
export type Fate = 'through' | 'silence' | { path: string } | { status: number };
export type Between = {
  url: string;
  /** `POST /_bulk?refresh=true` and the like, in order. */
  asked: string[];
  fate: (asked: string) => Fate;
  close(): Promise<void>;
};

/** Elasticsearch refreshes nothing of what it is asked to. */
export function withoutRefresh(asked: string): Fate {
  if (asked.includes('/_refresh')) return { path: '/_count' };
  return asked.includes('refresh=true') ? { path: '/_bulk' } : 'through';
}

export async function httpBetween(target: string): Promise<Between> {
  const between: Between = { url: '', asked: [], fate: () => 'through', close };
  const server = createServer(async (incoming, outgoing) => {
    const asked = `${incoming.method} ${incoming.url}`;
    between.asked.push(asked);
    const body = await buffer(incoming);
    const fate = between.fate(asked);
    if (fate === 'silence') return;
    if (typeof fate === 'object' && 'status' in fate) {
      outgoing.writeHead(fate.status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }).end('{}');
      return;
    }
    const onward = request(new URL(fate === 'through' ? (incoming.url ?? '/') : fate.path, target), {
      method: incoming.method,
      headers: ownHeaders(incoming),
    });
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref(); // a test that fails leaves it open
  between.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server's address is one
  return between;

  function close(): Promise<void> {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  }
}

/** The others are of this one connection. */
function ownHeaders({ headers }: IncomingMessage) {
  const { host: _host, connection: _connection, ...others } = headers;
  return others;
}
