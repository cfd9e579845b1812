/** The faults of a run, by name: what each does, and for how long it lasts. Every one ends by itself. */
import type { Cluster } from './cluster.ts';
import type { Lie } from './engine.ts';

export type Fault = { name: string; weight: number; does(cluster: Cluster, random: () => number): Promise<void> };

/** The duration of a fault that lasts: one to three seconds. */
const lasting = (random: () => number) => new Promise((resolve) => setTimeout(resolve, 1_000 + 2_000 * random()));

const index =
  (mood: Cluster['index']['mood']): Fault['does'] =>
  async (cluster, random) => {
    cluster.index.mood = mood;
    await lasting(random);
    cluster.index.mood = 'well';
  };
const lie = (name: Lie): Fault => ({
  name: `engine: ${name}`,
  weight: 1,
  async does({ engine }, random) {
    engine.lie = name;
    await lasting(random);
    engine.lie = 'none';
  },
});
const engineMood = (name: string, mood: Cluster['engine']['engine']['mood']): Fault => ({
  name,
  weight: 1,
  async does({ engine: { engine } }, random) {
    engine.mood = mood;
    await lasting(random);
    engine.mood = 'well';
  },
});
const silence = (name: string, of: (cluster: Cluster) => { silent: boolean }): Fault => ({
  name,
  weight: 1,
  async does(cluster, random) {
    of(cluster).silent = true;
    await lasting(random);
    of(cluster).silent = false;
  },
});

export const FAULTS: readonly Fault[] = [
  { name: 'a process killed', weight: 3, does: async (cluster, random) => void (await cluster.kill(Math.floor(random() * 4))) },
  { name: 'FLUSHALL', weight: 1, does: async ({ redis }) => void (await redis.say('FLUSHALL')) },
  {
    name: 'Redis restarted',
    weight: 1,
    async does({ redis, redis_proxy }) {
      await redis.kill();
      redis_proxy.cutAll();
      await redis.start();
    },
  },
  { name: 'index: 503', weight: 1, does: index('refuse') },
  { name: 'index: half of each bulk', weight: 1, does: index('partly') },
  { name: 'index: writes acknowledged and lost', weight: 1, does: index('lose') },
  { name: 'index: silence', weight: 1, does: index('silence') },
  silence('database: silence', ({ mysql_proxy }) => mysql_proxy),
  silence('Redis: silence', ({ redis_proxy }) => redis_proxy),
  { name: 'database: cut before COMMIT', weight: 2, does: async ({ mysql_proxy }) => mysql_proxy.cutAt('COMMIT', false) },
  { name: 'database: cut after COMMIT', weight: 2, does: async ({ mysql_proxy }) => mysql_proxy.cutAt('COMMIT', true) },
  { name: 'database: all connections cut', weight: 1, does: async ({ mysql_proxy }) => mysql_proxy.cutAll() },
  {
    name: 'store: 503',
    weight: 1,
    async does({ objects }, random) {
      objects.decide = () => ({ status: 503, code: 'SlowDown' });
      await lasting(random);
      objects.decide = () => undefined;
    },
  },
  {
    name: 'store: replies lost',
    weight: 1,
    async does({ objects }, random) {
      objects.decide = () => (random() < 0.3 ? 'mute' : undefined);
      await lasting(random);
      objects.decide = () => undefined;
    },
  },
  engineMood('engine: 503', 'breaks'),
  engineMood('engine: hangs', 'hangs'),
  ...(['forgets', 'twice', 'lost', 'mixed up', 'forged', 'late'] as const).map(lie),
];

export function pick(random: () => number): Fault {
  const total = FAULTS.reduce((sum, { weight }) => sum + weight, 0);
  let at = random() * total;
  for (const fault of FAULTS) {
    at -= fault.weight;
    if (at < 0) return fault;
  }
  throw new Error('no fault was picked');
}
