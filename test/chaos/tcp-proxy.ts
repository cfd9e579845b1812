/** A TCP proxy before a server: it cuts connections, holds bytes back, and loses one COMMIT before or after the server has done it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type TcpProxy = {
  port: number;
  /** The server behind may have moved. */
  target: () => number;
  /** Destroys every open connection. */
  cutAll(): void;
  /** While true, bytes from clients are accepted and go nowhere. */
  silent: boolean;
  /** The next data that contains `bytes` is sent on, or not; in either case its reply never arrives. */
  cutAt(bytes: string, reaches: boolean): void;
  close(): Promise<void>;
};

/** A silent client has bytes waiting: at most so many are kept, then its socket is left unread. */
const MAX_HELD_BYTES = 16 * 1_024 * 1_024;

export async function tcpProxy(target: () => number, host = '127.0.0.1'): Promise<TcpProxy> {
  let armed: { bytes: string; reaches: boolean } | null = null;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target(), host);
    let cut = false;
    const held: Buffer[] = [];
    let held_bytes = 0;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    const release = setInterval(() => {
      if (proxy.silent || held.length === 0) return;
      for (const bytes of held.splice(0)) upstream.write(bytes);
      held_bytes = 0;
      client.resume();
    }, 50);
    client.on('data', (bytes) => {
      if (proxy.silent || held.length > 0) {
        held.push(bytes);
        held_bytes += bytes.length;
        if (held_bytes > MAX_HELD_BYTES) client.pause();
        return;
      }
      if (armed && bytes.includes(armed.bytes)) {
        const { reaches } = armed;
        armed = null;
        cut = true;
        if (!reaches) return end();
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => (cut ? end() : client.write(bytes)));
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end).on('close', () => {
        clearInterval(release);
        open.delete(socket);
        end();
      });
    }
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  const cutAll = () => {
    for (const socket of open) socket.destroy();
  };
  const proxy: TcpProxy = {
    ...{ port, target, cutAll },
    silent: false,
    cutAt(bytes, reaches) {
      armed = { bytes, reaches };
    },
    async close() {
      server.close();
      cutAll();
    },
  };
  return proxy;
}
