/**
 * One of several processes on one database: `node chaos-child.js serve|worker`, configured by the environment. A serve takes in as
 * many resources as its parent tells it (a number a line on standard input), and says `{"taken": n}` when it has; a worker runs steps.
 * Recogniser and embedder are empty; saving and indexing are real.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { readConfig } from '../../app/config.ts';
import { createService } from '../../app/create-service.ts';
import { openPorts } from '../../app/open-ports.ts';
import { byStep } from '../../contract/step-kinds.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { Origin } from '../../runtime/resources/engine.ts';
import { prepareIndex } from '../../services/index/rebuild.ts';
import { stepsWith } from './chaos-shape.ts';

const AT_ONCE = 16;
/** Steps that do nothing wait for the servers only: many at once, so that commits are shared. */
const CONCURRENCY = { ...byStep(() => 16), index: 32, purge: 4 };
const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const SCOPE = { org_id: 'org' };
const role = process.argv[2];
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

const { config } = readConfig(process.env);
const clock = systemClock();
const world = { clock, log: pino({ level: process.env.TUODI_TEST_LOG ?? 'silent' }, pino.destination(2)) };
const ports = await openPorts(config, () => 'http://localhost', world);
await prepareIndex({ ...ports, clock });
const services = stepsWith(['save', 'index'], ports, clock);
const service = createService(
  ports,
  {
    config,
    services,
    kinds: role === 'worker' ? config.worker_kinds : [],
    limits: { sweep_interval_ms: 500, job_check_min_ms: 20_000, concurrency: CONCURRENCY },
    resource_limits: { link_expiry_ms: 3_000 }, // taken in, and killed before it was reported: looked at soon
  },
  world,
);
await service.start();
say({ ready: role });

async function takeIn(): Promise<void> {
  const resource_id = clock.newId();
  const metadata = { title: `picture ${randomUUID()}`, description: null, tags: [], taken_at: null, languages: [], extra: {} };
  const named = { user_id: 'u', batch_id: null, filename: 'f.png', content_type: 'image/png', metadata, described: true };
  const claimed = { byte_size: null, sha256: null };
  await service.engine.create({ resource_id, ...SCOPE, ...named, claimed, idempotency: null }, BY);
  await service.engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type: 'UPLOAD_REPORTED' } }), BY);
}
for await (const line of createInterface({ input: process.stdin })) {
  let left = Number(line);
  const taken = left;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await takeIn();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  say({ taken });
}
process.exit(0); // its parent is gone
