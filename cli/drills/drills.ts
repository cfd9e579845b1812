/** The drills by their names: what each breaks, and how it is mended. What comes after is the same for all. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { credentialsOf, loadElasticsearchLoss } from '../../app/lose-entries.ts';
import { STATUSES_OF } from '../../contract/ops.ts';
import type { Text } from '../../contract/statuses.ts';
import { dropKeys } from '../../persistence/redis/drop-keys.ts';
import { loseFromFile } from '../../persistence/sqlite-index/lose.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { DrillName } from './names.ts';
import { MEANWHILE } from './pictures.ts';
import { DRILL_ORG, redisOf } from './place.ts';
import { silentLog } from './silent-log.ts';
import type { DrillWorld } from './world.ts';

/** A picture is read within a minute on a slow machine, and the service notices a provider that is away within seconds. */
const BEGUN_LIMIT_MS = 120_000;

export type Drill = {
  does: Text;
  needs_redis: boolean;
  /** Recognition is an engine that the drill has started. */
  provider: boolean;
  /** Breaks and mends. `looked`: to be called while it is broken, for what `doctor` says then. */
  fault(world: DrillWorld, looked: () => Promise<void>): Promise<void>;
};

/** Until a picture of the drill is being read: others may be too, where others work. */
export const untilReading = ({ pictures, client, until }: Pick<DrillWorld, 'pictures' | 'client' | 'until'>) =>
  until(
    { en: 'a picture is being read', zh: '有图片正在识别' },
    async () => {
      for (const { resource_id } of pictures) {
        const { body } = await client().api.get_resource({ params: { resource_id } });
        if (body.status === STATUSES_OF.ocr?.working) return true;
      }
      return false;
    },
    BEGUN_LIMIT_MS,
  );

/** Whether a process beside that of the drill may have what is being read. */
async function othersRead({ client }: DrillWorld): Promise<boolean> {
  const { body } = await client().api.ops_summary({});
  return (body.workers ?? []).filter(({ kinds }) => kinds.includes('ocr')).length > 1;
}

const flushRedis: Drill = {
  does: {
    en: 'removes all our keys from Redis while pictures are under way',
    zh: '在图片处理途中删除 Redis 中本服务的所有键',
  },
  ...{ needs_redis: true, provider: false },
  async fault(world, looked) {
    await world.take(MEANWHILE);
    await untilReading(world);
    world.watcher.began();
    const dropped = await dropKeys({ ...redisOf(world.place.config), clock: systemClock(), log: silentLog });
    world.says({ en: `${dropped} keys removed from Redis`, zh: `已从 Redis 删除 ${dropped} 个键` });
    await looked();
  },
};

const wipeIndex: Drill = {
  does: { en: 'empties the search index', zh: '清空搜索索引' },
  ...{ needs_redis: false, provider: false },
  async fault(world, looked) {
    const { place, pictures } = world;
    const ids = pictures.map(({ resource_id }) => resource_id);
    world.watcher.began();
    if (place.config.elasticsearch_url !== undefined) {
      const { loseFromElasticsearch } = await loadElasticsearchLoss();
      const lost = await loseFromElasticsearch(credentialsOf(place.config), DRILL_ORG, ids);
      world.says(entriesLost(lost));
    } else {
      const file = path.join(place.config.data_dir, 'search.sqlite');
      await world.service.stop();
      world.says({ en: 'the service is stopped', zh: '服务已停止' });
      if (place.here) world.says(entriesLost(loseFromFile(file, DRILL_ORG, ids)));
      else {
        for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true });
        world.says({ en: 'search.sqlite is removed', zh: '已删除 search.sqlite' });
      }
      await world.service.start();
      world.says({ en: 'the service is started again', zh: '服务已重新启动' });
    }
    await world.take(MEANWHILE);
    await looked();
  },
};
const entriesLost = (lost: number): Text => ({
  en: `${lost} entries of the drill's pictures are removed from the index`,
  zh: `已从索引中删除演练图片的 ${lost} 个条目`,
});

const killWorker: Drill = {
  does: { en: 'kills the process that is reading a picture (SIGKILL)', zh: '强制终止正在识别图片的进程（SIGKILL）' },
  ...{ needs_redis: false, provider: false },
  async fault(world, looked) {
    const { service, worker } = world;
    const is_shared = await othersRead(world);
    await world.take(MEANWHILE);
    await untilReading(world);
    world.watcher.began();
    await (worker ?? service).kill();
    world.says(is_shared ? KILLED_BESIDE_OTHERS : KILLED);
    await looked();
    await (worker ?? service).start();
    world.says({ en: 'started again', zh: '已重新启动' });
  },
};

const KILLED = { en: 'killed with a picture in its hands', zh: '已在识别途中强制终止' };
const KILLED_BESIDE_OTHERS = {
  en: 'killed while a picture of the drill was being read, by it or by another process that works here',
  zh: '已在演练图片识别途中强制终止；该图片由它或此处的其他进程识别',
};

const engineOf = ({ engine }: DrillWorld) => {
  if (!engine) throw new Error('this drill has an engine');
  return engine;
};

const providerDown: Drill = {
  does: { en: 'takes the recognition provider away, and brings it back', zh: '停掉识别服务，再恢复' },
  ...{ needs_redis: false, provider: true },
  async fault(world, looked) {
    const engine = engineOf(world);
    await engine.end();
    world.watcher.began();
    world.says({ en: 'the provider refuses connections', zh: '识别服务拒绝连接' });
    await world.take(MEANWHILE);
    await world.until(
      { en: 'the service says that its provider is away', zh: '服务报告识别服务不可用' },
      async () => {
        const { body } = await world.client().api.ops_summary({});
        return body.parts.some(({ part, state }) => part === 'recogniser' && state !== 'ok');
      },
      BEGUN_LIMIT_MS,
    );
    world.says({ en: 'the service has noticed', zh: '服务已察觉' });
    await looked();
    await engine.begin();
    world.says({ en: 'the provider is back', zh: '识别服务已恢复' });
  },
};

const loseCallbacks: Drill = {
  does: { en: 'loses every callback of the provider', zh: '丢失识别服务的全部回调' },
  ...{ needs_redis: false, provider: true },
  async fault(world, looked) {
    const engine = engineOf(world);
    engine.loseCallbacks();
    world.watcher.began();
    await world.take(MEANWHILE);
    await world.until(
      { en: 'the provider has read the pictures', zh: '识别服务已读完图片' },
      async () => engine.lost() >= MEANWHILE.length,
      BEGUN_LIMIT_MS,
    );
    world.says({ en: `${engine.lost()} callbacks lost`, zh: `已丢失 ${engine.lost()} 个回调` });
    await looked();
  },
};

export const DRILLS = {
  'flush-redis': flushRedis,
  'wipe-index': wipeIndex,
  'kill-worker': killWorker,
  'provider-down': providerDown,
  'lose-callbacks': loseCallbacks,
} as const satisfies Record<DrillName, Drill>;
