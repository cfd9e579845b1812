/** A proxy before a server, of any protocol, by which a test takes the server away: it refuses, or says nothing; and gives it back. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export type TcpBetween = {
  port: number;
  /** The address of the server, by the proxy. */
  url: string;
  /** Connections are cut, and new ones refused. */
  refuse(): Promise<void>;
  /** Connections stay, and new ones are taken; no byte goes either way. */
  silence(): void;
  through(): Promise<void>;
  close(): Promise<void>;
};

export async function tcpBetween(target: string): Promise<TcpBetween> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let silent = false;
  const server: Server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    const handOn = (to: Socket) => (bytes: Buffer) => void (silent || to.write(bytes));
    client.on('data', handOn(upstream));
    upstream.on('data', handOn(client));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port; // a listening TCP server has one
  };
  const own = await listen(0);
  const url = new URL(target);
  url.host = `127.0.0.1:${own}`;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const refuse = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    cut();
    await closed;
  };
  return {
    port: own,
    url: url.href,
    refuse,
    silence() {
      silent = true;
    },
    async through() {
      if (silent) cut(); // what was swallowed can't be made up for
      silent = false;
      if (!server.listening) await listen(own);
    },
    close: refuse,
  };
}
