/** Everything that a run of faults breaks: real servers behind proxies, two `serve` and two `worker` processes, and a balancer before the API. */
import { type AddressInfo, connect, createServer } from 'node:net';
import { between } from '../servers/between.ts';
import { ownRedis } from '../servers/own-redis.ts';
import { freshServers } from '../servers/places.ts';
import { type Process, serve, work } from '../servers/processes.ts';
import { SECRET } from '../worlds/ocr-engine.ts';
import { type ChaosEngine, chaosEngine } from './engine.ts';
import { indexProxy } from './index-proxy.ts';
import { tcpProxy } from './tcp-proxy.ts';

const ROLES = ['serve', 'worker', 'serve', 'worker'] as const;
/** A process that can't start while a server is unavailable is started again after so long. */
const RESTART_PAUSE_MS = 1_000;

type Member = { role: (typeof ROLES)[number]; process: Process | null; starting: Promise<void> };
export type Cluster = Awaited<ReturnType<typeof startCluster>>;

export async function startCluster(random: () => number) {
  const engine: ChaosEngine = await chaosEngine(random);
  const servers = await freshServers(3);
  const { env } = servers;
  const database = new URL(env.TUODI_DATABASE_URL ?? '');
  const redis = await ownRedis('--appendonly', 'yes', '--appendfsync', 'everysec');
  const store = new URL(env.TUODI_S3_ENDPOINT ?? '');
  const mysql_proxy = await tcpProxy(() => Number(database.port));
  const redis_proxy = await tcpProxy(() => Number(new URL(redis.url).port));
  const index = await indexProxy(env.TUODI_ELASTICSEARCH_URL ?? '');
  const objects = await between(store.href);
  const ports: number[] = [];
  const balancer = await balance(() => ports);
  const direct = { ...env };
  const variables: Record<string, string> = {
    ...env,
    TUODI_DATABASE_URL: at(database, mysql_proxy.port),
    TUODI_REDIS_URL: at(new URL(redis.url), redis_proxy.port),
    TUODI_ELASTICSEARCH_URL: index.url,
    TUODI_S3_ENDPOINT: objects.url,
    TUODI_OCR_URL: engine.engine.url,
    TUODI_OCR_CALLBACK_SECRET: SECRET,
    TUODI_PUBLIC_URL: balancer.url,
    TUODI_LOG_LEVEL: process.env.TUODI_TEST_LOG ?? 'silent',
  };
  let stopping = false;
  const members: Member[] = ROLES.map((role) => ({ role, process: null, starting: Promise.resolve() }));
  const urls = (): number[] =>
    members.flatMap(({ process: running }) => {
      const { url } = running?.reported ?? {};
      return typeof url === 'string' && running && !running.ended() ? [Number(new URL(url).port)] : [];
    });
  async function begin(member: Member): Promise<void> {
    while (!stopping) {
      try {
        member.process = await (member.role === 'serve' ? serve(variables) : work(variables));
        ports.splice(0, ports.length, ...urls());
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS)); // a server it needs is unavailable by the run's own fault
      }
    }
  }
  const [first] = members;
  if (first) await begin(first); // makes the tables, and prints the key
  const { api_key } = first?.process?.reported ?? {};
  if (typeof api_key !== 'string') throw new Error('the first process printed no key');
  await Promise.all(members.slice(1).map(begin));

  return {
    ...{ engine, mysql_proxy, redis_proxy, redis, index, objects, direct, api_key },
    url: balancer.url,
    /** Kills one process with SIGKILL and starts another in its place; returns its role. */
    async kill(i: number): Promise<string> {
      const member = members[i % members.length];
      if (!member?.process) return 'none, it is starting';
      const { process: running } = member;
      member.process = null;
      await running.kill();
      ports.splice(0, ports.length, ...urls());
      member.starting = begin(member);
      return member.role;
    },
    /** Processes that ended by themselves, which none should; they are started again. */
    async revive(): Promise<string[]> {
      const ended = members.filter(({ process: running }) => running?.ended());
      for (const member of ended) {
        member.process = null;
        member.starting = begin(member);
      }
      return ended.map(({ role }) => role);
    },
    whole: () => Promise.all(members.map(({ starting }) => starting)),
    async stop(): Promise<void> {
      stopping = true;
      await Promise.allSettled(
        members.map(async ({ process: running, starting }) => {
          await starting;
          await running?.kill();
        }),
      );
      balancer.close();
      await Promise.allSettled([
        mysql_proxy.close(),
        redis_proxy.close(),
        index.close(),
        objects.down(),
        engine.stop(),
        redis.stop(),
      ]);
      await servers.drop();
    },
  };
}

function at(url: URL, port: number): string {
  const moved = new URL(url);
  moved.port = String(port);
  return moved.href;
}

/** Gives each connection to the next process that takes it. */
async function balance(ports: () => number[]) {
  let turn = 0;
  const server = createServer((client) => {
    const tries = [...ports()];
    turn += 1;
    const next = () => {
      const port = tries.splice(turn % Math.max(1, tries.length), 1)[0];
      if (port === undefined) return client.destroy();
      const upstream = connect(port, '127.0.0.1');
      const failed = () =>
        upstream.connecting || upstream.bytesRead === 0 ? (client.destroyed ? undefined : next()) : client.destroy();
      upstream.once('error', failed);
      upstream.once('connect', () => {
        upstream.removeListener('error', failed);
        for (const socket of [client, upstream]) socket.on('error', () => undefined);
        client.pipe(upstream).pipe(client);
        client.once('close', () => upstream.destroy());
        upstream.once('close', () => client.destroy());
      });
    };
    client.on('error', () => undefined); // it went away; so does its other side
    next();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
