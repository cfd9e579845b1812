/**
 * `npm run bench -- verify [pictures]`: how long `tuodi verify` takes over a library that is whole, and what it takes of a processor. One
 * picture goes the whole way, and is copied with other ids: its rows, its entry, its files (hard links). Facts are on SQLite, or where
 * TUODI_DATABASE_URL names an empty database of a server, there.
 */
import { link, mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { readConfig } from '../app/config.ts';
import { openPorts } from '../app/open-ports.ts';
import { VERSION } from '../cli/project.ts';
import { mysqlKnex } from '../persistence/mysql/driver.ts';
import { targetOf } from '../persistence/mysql/target.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../runtime/limits.ts';
import type { IndexEntry } from '../runtime/ports/search-index.ts';
import { entryOf } from '../services/index/rebuild.ts';
import { SCOPE, world } from '../test/faults/world.ts';
import { known } from '../test/model/known.ts';
import { inFolder, type Place, type VerifiedWorld, verifiedWorld } from '../test/worlds/verified.ts';

const BATCH = 100;
const MILLION = 1_000_000;
/** Tables with rows of a picture that `verify` looks at, the picture's own last. */
const TABLES = ['instances', 'metadata', 'recognitions', 'texts', 'embeddings', 'resources'];
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const pictures = Number(process.argv[2] ?? 100_000);
const url = process.env.TUODI_DATABASE_URL;

async function withServer(): Promise<Place> {
  const { opened: embedded, knex, ...place } = await inFolder();
  await knex.destroy();
  await embedded.close();
  const { config } = readConfig({ TUODI_DATA_DIR: known(place.folder, 'folder'), TUODI_DATABASE_URL: url });
  const target = targetOf(known(url, 'TUODI_DATABASE_URL'));
  return {
    ...place,
    opened: await openPorts(config, () => 'http://localhost', world),
    knex: mysqlKnex({ target, clock: world.clock, connections: 1 }),
  };
}

type Row = Record<string, unknown>;
/** What there is of the only picture. */
async function modelOf(w: VerifiedWorld) {
  const id = known(w.ids[0], 'picture');
  const row = known(await w.facts.resources.get(SCOPE, id), 'row');
  const entry = known(await entryOf(w.facts, { ...row, indexed_revision: known(row.indexed_revision, 'revision') }), 'entry');
  const rows = new Map<string, Row>();
  for (const table of TABLES) rows.set(table, known(await w.knex(table).first(), table));
  const keys = (await w.objects.page(`${SCOPE.org_id}/${id}/`, null, BATCH)).map(({ key }) => key);
  return { entry, rows, keys };
}

/** The same with another id for each: ids of one picture end alike, and stay in the order of `n`. */
const renamed = (n: number) => {
  const tail = n.toString(16).padStart(12, '0');
  return (text: string) => text.replace(UUID, (uuid) => uuid.slice(0, -12) + tail);
};

async function copied(
  w: VerifiedWorld,
  { entry, rows, keys }: Awaited<ReturnType<typeof modelOf>>,
  first: number,
): Promise<void> {
  const names = Array.from({ length: Math.min(BATCH, pictures - first) }, (_, i) => renamed(first + i));
  await w.knex.transaction(async (trx) => {
    for (const [table, row] of rows)
      await trx(table).insert(
        names.map((name) =>
          Object.fromEntries(
            Object.entries(row).map(([column, value]) => [column, typeof value === 'string' ? name(value) : value]),
          ),
        ),
      );
  });
  const { vectors, ...rest } = entry;
  await Promise.all(names.map((name) => w.index.put({ ...(JSON.parse(name(JSON.stringify(rest))) as IndexEntry), vectors }))); // the same shape
  const store = path.join(w.folder, 'objects');
  for (const name of names)
    for (const key of keys) {
      const to = path.join(store, name(key));
      await mkdir(path.dirname(to), { recursive: true });
      await link(path.join(store, key), to);
    }
}

const began = performance.now();
const w = await verifiedWorld(1, { sweep_interval_ms: 3_600_000 }, url ? withServer : inFolder);
const model = await modelOf(w);
for (let n = 1; n < pictures; n += BATCH) await copied(w, model, n);
const [server] = url ? await w.knex.raw('select version() as version') : [];
console.log(
  `tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${server?.[0]?.version ?? 'SQLite'}, ${new Date().toISOString().slice(0, 10)}`,
);
console.log(`${pictures.toLocaleString('en')} pictures, made in ${((performance.now() - began) / 1_000).toFixed(0)} s\n`);

const cpu = process.cpuUsage();
const at = performance.now();
/** Seconds by stage, pauses within. */
const stages = new Map<string, number>();
let since = at;
const { findings, done } = await w.verify({
  ...{ installation: true, limits: RUNTIME_LIMITS, clock: systemClock() },
  saved({ stage }) {
    const now = performance.now();
    if (stage) stages.set(stage, (stages.get(stage) ?? 0) + (now - since) / 1_000);
    since = now;
  },
});
const seconds = (performance.now() - at) / 1_000;
const { user, system } = process.cpuUsage(cpu);
console.log('| pictures/s | whole run | of a processor | 1,000,000 pictures would take |');
console.log('|---|---|---|---|');
console.log(
  `| ${(pictures / seconds).toFixed(0)} | ${seconds.toFixed(0)} s | ${((user + system) / 10_000 / seconds).toFixed(0)} % | ${((seconds / pictures) * (MILLION / 60)).toFixed(0)} min |`,
);
console.log(`\nseconds: ${[...stages].map(([stage, took]) => `${stage} ${took.toFixed(1)}`).join(', ')}`);
if (findings.length > 0 || done < pictures * 3) {
  console.error(`${done} were looked at, ${findings.length} findings, where there is no damage:`, findings.slice(0, 5));
  process.exitCode = 1;
}
await w.stop();
