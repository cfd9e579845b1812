/** A proxy before the server that can swallow the answer to COMMIT and break the connection: what a network does at the worst moment. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

export type Proxy = {
  port: number;
  /** The next COMMIT reaches the server, or not; its answer never comes back. */
  cutNext(reaches: boolean): void;
  /** How many were cut. */
  cuts(): number;
  close(): Promise<void>;
};

export async function proxyTo(port: number, host = '127.0.0.1'): Promise<Proxy> {
  let armed: { reaches: boolean } | null = null;
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(port, host);
    let cut = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (bytes) => {
      if (armed && bytes.includes('COMMIT')) {
        const { reaches } = armed;
        armed = null;
        cut = true;
        cuts += 1;
        if (!reaches) return end();
      }
      upstream.write(bytes);
    });
    // Its answer is awaited, so that the server has committed, and then kept.
    upstream.on('data', (bytes) => (cut ? end() : client.write(bytes)));
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo; // a listening TCP server has one
  return {
    port: address.port,
    cutNext(reaches) {
      armed = { reaches };
    },
    cuts: () => cuts,
    async close() {
      server.close();
    },
  };
}
