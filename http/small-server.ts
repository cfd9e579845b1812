/** A port for machines beside the API: GET and HEAD without a body, each answered at once, and the connection closed. */
import { createServer } from 'node:http';

export interface SmallServer {
  /** Port 0 takes a free one. Rejects when it can't listen. */
  listen(host: string, port: number): Promise<{ port: number }>;
  stop(): Promise<void>;
}
export type SmallAnswer = { status: number; type: string; text: string };

/** What a probe sends is nothing; whoever sends more is cut off. */
const MAX_HEADER_BYTES = 4_096;
const TIME_LIMIT_MS = 5_000;
const MAX_CONNECTIONS = 64;
export const JSON_TYPE = 'application/json; charset=utf-8';
const NOT_FOUND: SmallAnswer = { status: 404, type: JSON_TYPE, text: '{"status":"not found"}' };
const FAILED: SmallAnswer = { status: 500, type: JSON_TYPE, text: '{"status":"failed"}' };

/** `answerTo`: a path without its query; null: there is no such page. */
export function createSmallServer(answerTo: (path: string) => Promise<SmallAnswer | null> | SmallAnswer | null): SmallServer {
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: TIME_LIMIT_MS, requestTimeout: TIME_LIMIT_MS },
    async ({ method = '', url = '' }, res) => {
      const path = url.split('?')[0] ?? '';
      const known = method === 'GET' || method === 'HEAD';
      const answered = async () => (known ? await answerTo(path) : null) ?? NOT_FOUND;
      const { status, type, text } = await answered().catch(() => FAILED);
      const headers = { 'content-type': type, 'cache-control': 'no-store', connection: 'close' };
      res.writeHead(status, headers).end(method === 'HEAD' ? undefined : text);
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
