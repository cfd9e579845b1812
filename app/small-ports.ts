/** Ports beside the API, for machines that watch: health of a worker, and metrics. They open first and close last. */
import type { Logger } from 'pino';
import { createHealthServer } from '../http/health-server.ts';
import { createSmallServer } from '../http/small-server.ts';
import type { Closers } from '../runtime/async/closers.ts';
import type { Conditions } from '../runtime/health/conditions.ts';
import type { Parts } from '../runtime/health/parts.ts';
import { readinessOf } from '../runtime/health/readiness.ts';
import type { Config } from './config.ts';
import { listenError } from './listen.ts';
import type { Metrics } from './metrics/metrics.ts';

/** `ready`: it has started, and does not stop yet. */
type Started = { world: { log: Logger; parts: Parts; conditions: Conditions }; closers: Closers; ready: { is: boolean } };

/** The health port of a worker, if there is to be one: it answers from now on, and is ready once the worker has started. */
export async function serveHealth(config: Config, version: string, { world, closers, ready }: Started): Promise<void> {
  if (!config.health_listen) return;
  const readiness = () => {
    const found = readinessOf(world.parts, world.conditions);
    return { ...found, ready: found.ready && ready.is };
  };
  const server = createHealthServer({ version, readiness });
  closers.add('the health port', server.stop);
  const { host, port } = config.health_listen;
  const { port: own } = await server.listen(host, port);
  world.log.info({ event: 'health.listening', host, port: own }, 'the health port listens');
}

/** The port of metrics: it answers from now on, and tells of the facts once they are open. */
export async function serveMetrics(
  { metrics_listen: address }: Config,
  { scrape }: Pick<Metrics, 'scrape'>,
  { log, closers }: { log: Logger; closers: Closers },
): Promise<void> {
  if (!address) return;
  const server = createSmallServer(async (at) => (at === '/metrics' ? { status: 200, ...(await scrape()) } : null));
  closers.add('the port of metrics', server.stop);
  const { port } = await server.listen(address.host, address.port).catch(async (error: unknown) => {
    throw await listenError(error, address);
  });
  log.info({ event: 'metrics.listening', host: address.host, port }, 'the port of metrics listens');
}
