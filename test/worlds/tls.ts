/** Certificates of a test's own authority, made by openssl, and TLS before a server that has none: it checks what it is shown. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer as createTls, type TLSSocket } from 'node:tls';

export type Authority = { ca_file: string; key_file: string; cert_file: string; key: string; cert: string; remove(): void };

/** An authority, and a certificate of its own for 127.0.0.1 and localhost. */
export function testAuthority(): Authority {
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-tls-'));
  const at = (name: string) => path.join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-days',
    '30',
    '-subj',
    '/CN=tuodi test authority',
  );
  openssl('req', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=localhost');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signed = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '30', '-extfile', at('names')];
  openssl('x509', '-req', '-in', at('server.csr'), '-out', at('server.crt'), ...signed);
  return {
    ...{ ca_file: at('ca.crt'), key_file: at('server.key'), cert_file: at('server.crt') },
    ...{ key: readFileSync(at('server.key'), 'utf8'), cert: readFileSync(at('server.crt'), 'utf8') },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type TlsBetween = { port: number; close(): Promise<void> };
type Listening = { address(): AddressInfo | string | null; close(then: () => void): unknown };
const between = (server: Listening, cut: () => void): TlsBetween => ({
  port: (server.address() as AddressInfo).port, // a listening TCP server has one
  close: () => {
    cut();
    return new Promise((resolve) => void server.close(() => resolve()));
  },
});

/** HTTPS before an HTTP server. Requests without this `Authorization` are answered 401, as Elasticsearch does. */
export async function httpsBefore(target: string, { key, cert }: Authority, allowed: () => string): Promise<TlsBetween> {
  const server = createHttps({ key, cert }, (incoming, outgoing) => {
    if (incoming.headers.authorization !== allowed()) {
      const error = { type: 'security_exception', reason: 'unable to authenticate' };
      const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
      outgoing.writeHead(401, headers).end(JSON.stringify({ error, status: 401 }));
      incoming.resume();
      return;
    }
    const { host: _, authorization: __, connection: ___, ...headers } = incoming.headers;
    const onward = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers });
    onward.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return between(server, () => server.closeAllConnections());
}

/** TLS before any server. */
export async function tlsBefore(target: { port: number }, { key, cert }: Authority): Promise<TlsBetween> {
  const open = new Set<TLSSocket>();
  const server = createTls({ key, cert }, (socket) => {
    const onward = connect(target.port, '127.0.0.1');
    open.add(socket);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    socket.pipe(onward).pipe(socket);
  });
  server.on('tlsClientError', () => {}); // who does not trust us
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return between(server, () => {
    for (const socket of open) socket.destroy();
  });
}
