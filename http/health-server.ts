/** The health port of a process without the API: `/healthz` and `/readyz`, for whoever starts it again or sends it traffic. */
import { createServer } from 'node:http';
import type { Readiness } from './context.ts';

export interface HealthServer {
  /** Port 0 takes a free one. Rejects when it can't listen. */
  listen(host: string, port: number): Promise<{ port: number }>;
  stop(): Promise<void>;
}
/** What a probe sends is nothing; whoever sends more is cut off. */
const MAX_HEADER_BYTES = 4_096;
const TIME_LIMIT_MS = 5_000;
const MAX_CONNECTIONS = 64;

/** Details are in the log: this port asks for no key. */
export function createHealthServer({ version, readiness }: { version: string; readiness: () => Readiness }): HealthServer {
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: TIME_LIMIT_MS, requestTimeout: TIME_LIMIT_MS },
    ({ method = '', url = '' }, res) => {
      const known = method === 'GET' || method === 'HEAD' ? answerTo(url, version, readiness) : null;
      const { status, body } = known ?? { status: 404, body: { status: 'not found' } };
      const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', connection: 'close' };
      res.writeHead(status, headers).end(method === 'HEAD' ? undefined : JSON.stringify(body));
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port }, () => {
          server.off('error', reject);
          const address = server.address();
          resolve({ port: typeof address === 'object' && address ? address.port : port });
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerTo(url: string, version: string, readiness: () => Readiness): { status: number; body: object } | null {
  const [path] = url.split('?');
  if (path === '/healthz') return { status: 200, body: { status: 'ok' } };
  if (path !== '/readyz') return null;
  const { ready, checks, degraded = [] } = readiness();
  const shown = Object.fromEntries(Object.entries(checks).map(([name, { ok, state }]) => [name, { ok, state }]));
  return { status: ready ? 200 : 503, body: { ready, version, checks: shown, degraded: degraded.map(({ name }) => ({ name })) } };
}
