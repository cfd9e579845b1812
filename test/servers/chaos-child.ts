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
import type { StepHandlers } from '../../runtime/tasks/run-step.ts';
import { prepareIndex } from '../../services/index/rebuild.ts';
import { runStep } from '../../services/steps/table.ts';
import { emptySteps } from '../worlds/empty-steps.ts';
import { VECTOR } from './chaos-shape.ts';

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
const services: StepHandlers = {
  ...emptySteps,
  async run(run) {
    if (run.kind === 'embed') return { fact_id: run.task_id, model: 'nothing', vector: VECTOR };
    if (run.kind !== 'save' && run.kind !== 'index') return emptySteps.run(run);
    const { kind, input, ...rest } = run;
    return runStep(kind, input, {
      ...ports,
      ...rest,
      clock,
      limits: {
        max_bytes: 1,
        max_pixels: 1,
        max_pages: 1,
        max_document_pixels: 1,
        decode_time_limit_ms: 1,
        document_time_limit_ms: 1,
        ocr_pixels: 1,
      },
    });
  },
};
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
