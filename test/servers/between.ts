/** A proxy before a server, by which a test looks at each request, holds it, cuts it off, or loses the reply to it. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, type Transform } from 'node:stream';

/** cut: nothing reaches the server. mute: it is done, and its reply is lost. Else what the proxy answers in its place. */
export type Fate = undefined | 'cut' | 'mute' | { status: number; code: string };
export type Seen = { method: string; path: string; copies: boolean };
export type Between = {
  url: string;
  /** Asked before each request is sent on; it may take its time. */
  decide: (seen: Seen) => Promise<Fate> | Fate;
  /** What the bytes of a request go through; null: they stay as they are. */
  through: (() => Transform) | null;
  down(): Promise<void>;
  up(): Promise<void>;
};

export async function between(target: string): Promise<Between> {
  const { hostname, port } = new URL(target);
  let mine = 0;
  const server = createServer((req, res) => void passed(req, res));
  const listen = () => new Promise<void>((resolve) => server.listen(mine, '127.0.0.1', () => resolve()));
  await listen();
  mine = (server.address() as AddressInfo).port; // it listens on a port
  const self: Between = {
    url: `http://127.0.0.1:${mine}`,
    decide: () => undefined,
    through: null,
    down: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    up: listen,
  };
  async function passed(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = req;
    const fate = await self.decide({ method, path, copies: 'x-amz-copy-source' in headers });
    if (fate === 'cut') return void req.socket.destroy();
    if (typeof fate === 'object') {
      req.resume();
      res.writeHead(fate.status).end(`<Error><Code>${fate.code}</Code><Message>of a test</Message></Error>`);
      return;
    }
    const onward = request({ hostname, port, method, path, headers }, (answer) => {
      if (fate === 'mute') {
        answer.resume().once('end', () => req.socket.destroy());
        return;
      }
      res.writeHead(answer.statusCode ?? 500, answer.headers);
      pipeline(answer, res, () => {}); // a side that went away is what the test is about
    });
    onward.on('error', () => res.destroy());
    const done = (error: unknown) => void (error && onward.destroy());
    if (self.through) pipeline(req, self.through(), onward, done);
    else pipeline(req, onward, done);
  }
  return self;
}
