/** The service in server mode, with empty steps, on servers of its own: what the benches of server mode have in common. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { DEFAULT_ORGANISATION } from '../app/bootstrap-keys.ts';
import { readConfig } from '../app/config.ts';
import { createService } from '../app/create-service.ts';
import { openPorts } from '../app/open-ports.ts';
import { byStep } from '../contract/step-kinds.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Origin } from '../runtime/resources/engine.ts';
import { prepareIndex } from '../services/index/rebuild.ts';
import { stepsWith } from '../test/servers/chaos-shape.ts';
import { freshServers } from '../test/servers/places.ts';

const REDIS = 3;
const DAY_MS = 24 * 60 * 60_000;
const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const SCOPE = { org_id: DEFAULT_ORGANISATION.org_id };
export const log = pino({ level: 'silent' });

/** `index`: real where `elasticsearch` is said, else nothing is written. The other steps are empty. */
export async function withService(
  elasticsearch: boolean,
  work: (parts: Awaited<ReturnType<typeof started>>) => Promise<void>,
): Promise<void> {
  const { env, drop } = await freshServers(REDIS);
  const { TUODI_ELASTICSEARCH_URL: url = '', ...others } = env;
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-bench-'));
  const given = { ...others, TUODI_DATA_DIR: folder, ...(elasticsearch ? { TUODI_ELASTICSEARCH_URL: url } : {}) };
  const parts = await started(given, elasticsearch);
  try {
    await work(parts);
  } finally {
    await parts.stop();
    await drop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function started(env: Record<string, string>, elasticsearch: boolean) {
  const { config } = readConfig(env);
  const clock = systemClock();
  const world = { clock, log };
  const ports = await openPorts(config, () => 'http://localhost', world);
  if (elasticsearch) await prepareIndex({ ...ports, clock });
  // Empty steps index nothing: what watches over the index would find every item lost, and index it again beside the bench.
  const watch = elasticsearch ? {} : { index_look_ms: DAY_MS };
  const services = stepsWith(elasticsearch ? ['index'] : [], ports, clock);
  const service = createService(ports, { config, services, limits: { concurrency: CONCURRENCY, ...watch } }, world);
  await service.start();
  const never = new AbortController().signal;
  const item = async () => {
    const resource_id = clock.newId();
    const metadata = { title: 'an item', description: null, tags: [], taken_at: null, languages: [], extra: {} };
    const named = { user_id: 'u', batch_id: null, filename: 'f.png', content_type: 'image/png', metadata, described: true };
    await service.engine.create(
      { resource_id, ...SCOPE, ...named, claimed: { byte_size: null, sha256: null }, idempotency: null },
      BY,
    );
    await service.engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type: 'UPLOAD_REPORTED' } }), BY);
    const rested = await service.engine.waitUntilSettled({ scope: SCOPE, resource_id }, 60_000, never);
    if (rested?.status !== 'INDEXED') throw new Error(`${rested?.status} ${JSON.stringify(rested?.failure)}`);
  };
  const stop = async () => {
    await service.stop();
    await ports.close();
  };
  return { ports, service, clock, item, stop };
}
/** So many runs of a step at once as there may be items: the bench is of what is around the steps. */
const CONCURRENCY = { ...byStep(() => 64), index: 128, purge: 4 };
