/** The ports of work under way: tasks, queue and announcements, in Redis or in this process. */
import path from 'node:path';
import type { Logger } from 'pino';
import { openRunMarks } from '../persistence/folder/run-marks.ts';
import { memoryAnnouncements } from '../persistence/memory/announcements.ts';
import { memoryQueue } from '../persistence/memory/queue.ts';
import { memoryRates } from '../persistence/memory/rates.ts';
import { memoryTasks } from '../persistence/memory/tasks.ts';
import type { Clock } from '../runtime/async/clock.ts';
import type { Conditions } from '../runtime/health/conditions.ts';
import type { Parts } from '../runtime/health/parts.ts';
import { RUNTIME_LIMITS } from '../runtime/limits.ts';
import type { Announcements } from '../runtime/ports/announcements.ts';
import type { Queue } from '../runtime/ports/queue.ts';
import type { Rates } from '../runtime/ports/rates.ts';
import type { RunMarks } from '../runtime/ports/run-marks.ts';
import type { Tasks } from '../runtime/ports/tasks.ts';
import type { Config } from './config.ts';
import { certificatesOf, named, watched } from './open-credentials.ts';

type World = { clock: Clock; log: Logger; conditions?: Conditions; parts?: Parts };
type Work = {
  tasks: Tasks;
  queue: Queue;
  announcements: Announcements;
  run_marks?: RunMarks | undefined;
  rates: Rates;
  close(): Promise<void>;
};
/** While Redis is away they open all the same. */
export async function workOf(config: Config, world: World): Promise<Work> {
  const { redis_url: url } = config;
  const { clock, log } = world;
  if (url !== undefined) {
    const wanted = { url, ca: certificatesOf(config, 'redis_ca_file'), clock, log };
    const { openRedisPorts } = await import('../persistence/redis/open.ts');
    const { inspectRedis } = await import('../persistence/redis/inspect.ts');
    const ports = await named(() => openRedisPorts({ ...wanted, ...watched(world, 'redis'), opens_without: true }));
    const inspect = async () => {
      const { warning } = await inspectRedis(wanted);
      if (warning) log.warn({ event: 'redis.warning' }, warning);
    };
    void inspect().catch((err: unknown) =>
      log.debug({ event: 'redis.not_inspected', err }, 'could not look at how Redis is set up'),
    );
    return ports;
  }
  const [tasks, announcements] = [memoryTasks(), memoryAnnouncements()];
  const queue = memoryQueue({ clock, max_waiting: RUNTIME_LIMITS.queue_waiting });
  const close = async () => {
    await tasks.close();
    await announcements.close();
  };
  const run_marks = await openRunMarks({ dir: path.join(config.data_dir, 'starts'), now: clock.now, log });
  return { tasks, queue, announcements, rates: memoryRates(), run_marks, close };
}
