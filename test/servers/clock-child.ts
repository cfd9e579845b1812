/**
 * A sweeper whose clocks its parent moves: `node clock-child.js`. Its facts are in TUODI_DATABASE_URL, all else is its own. A command a line:
 * `step MS` (the wall clock), `trash` (a picture into the trash), `create` (one that awaits its upload), `read` (service time).
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { readConfig } from '../../app/config.ts';
import { createService } from '../../app/create-service.ts';
import { openPorts } from '../../app/open-ports.ts';
import { openMysqlFacts } from '../../persistence/mysql/facts.ts';
import type { Origin } from '../../runtime/resources/engine.ts';
import { emptySteps } from '../worlds/empty-steps.ts';
import { movedClock } from '../worlds/moved-clock.ts';
import { until } from '../worlds/wait.ts';
import { CLOCK_LIMITS, LINK_EXPIRY_MS } from './clock-limits.ts';

const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const SCOPE = { org_id: 'org' };
const print = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

const { config } = readConfig({ TUODI_DATA_DIR: process.env.TUODI_DATA_DIR, TUODI_OCR_WORKERS: '1' });
const { clock, stepWall } = movedClock();
const world = { clock, log: pino({ level: process.env.TUODI_TEST_LOG ?? 'silent' }, pino.destination(2)) };
const url = process.env.TUODI_DATABASE_URL ?? '';
const ports = { ...(await openPorts(config, () => 'http://localhost', world)), facts: await openMysqlFacts({ url, clock }) };
const { engine, start } = createService(
  ports,
  { config, services: emptySteps, limits: CLOCK_LIMITS, resource_limits: { link_expiry_ms: LINK_EXPIRY_MS } },
  world,
);
await start();
print({ ready: true });

async function create(): Promise<string> {
  const resource_id = clock.newId();
  const metadata = { title: 'a', description: null, tags: [], taken_at: null, languages: [], extra: {} };
  const named = { user_id: 'u', batch_id: null, filename: 'f', content_type: 'image/png', metadata, described: true };
  await engine.create({ resource_id, ...SCOPE, ...named, claimed: { byte_size: null, sha256: null }, idempotency: null }, BY);
  return resource_id;
}
async function trash(): Promise<string> {
  const resource_id = await create();
  const send = (type: string) => engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type } }), BY);
  await send('UPLOAD_REPORTED');
  await until('it is seen', async () => {
    const row = await ports.facts.resources.get(SCOPE, resource_id);
    return row !== null && row.status !== 'AWAITING_UPLOAD';
  });
  await send('TRASH');
  return resource_id;
}
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ms] = line.split(' ');
  if (command === 'step') stepWall(Number(ms));
  if (command === 'trash') print({ id: await trash() });
  else if (command === 'create') print({ id: await create() });
  else {
    const service = clock.serviceTime(); // first: what was committed since makes the difference smaller
    print({ ahead_ms: service - (await ports.facts.upkeep.time()).service_at });
  }
}
process.exit(0); // its parent is gone
