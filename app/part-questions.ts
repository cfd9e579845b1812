/** What is asked of the parts that are on servers, and of the disk, when nobody has used them for a moment. */
import type { PartQuestions } from '../runtime/health/parts.ts';
import type { Config } from './config.ts';
import type { Ports } from './open-ports.ts';

/** No picture is there. */
const NO_KEY = 'incoming/probe';

/** Providers are not asked: a question costs. Nor is what is in this process. */
export function partQuestions(config: Config, ports: Ports): PartQuestions {
  const { facts, tasks, index, objects } = ports;
  const { database_url, redis_url, elasticsearch_url, s3_bucket } = config;
  const room = objects.withRoom;
  return {
    ...(database_url ? { database: () => facts.ping() } : {}),
    ...(redis_url ? { tasks: () => tasks.epoch(), queue: () => ports.queue.retries() } : {}),
    ...(elasticsearch_url ? { index: () => index.ping() } : {}),
    ...(s3_bucket ? { store: () => objects.head(NO_KEY) } : {}),
    ...(room ? { disk: () => room(0, async () => undefined) } : {}),
  };
}
