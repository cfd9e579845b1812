/**
 * A process that is killed by SIGKILL at a boundary: `node victim.js <folder> <phase> <boundary as JSON>`.
 * It prints the id of each picture when it was acknowledged, and at the boundary how many were waiting.
 */
import { writeSync } from 'node:fs';
import { type Boundary, crashing } from '../worlds/crashing.ts';
import { endWithParent } from '../worlds/parent.ts';
import { OPTIONS, openWorld, restIn, say, serviceOf, takeIn } from './world.ts';

/** So many, that 20 still wait when the first batch is through. */
const PICTURES = 27;
/** From this one on a boundary of the taking in counts. */
const LATE = 22;

endWithParent();
const [folder = '', phase = '', named = ''] = process.argv.slice(2);
const boundary: Boundary = JSON.parse(named);
const print = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`); // through, even if the next thing is the end

const plain = await openWorld(folder);
let armed = false;
let waiting = async () => (await plain.facts.instances.withJobs(null, 200)).length;
const ports = crashing(plain, boundary, async () => {
  if (!armed) return;
  armed = false;
  print({ waiting: await waiting() });
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {}); // nothing goes on after it
});
const { engine, start } = serviceOf(ports, OPTIONS);

for (let number = 0; number < PICTURES; number++) {
  if (phase === 'taking in' && number === LATE) armed = true;
  const resource_id = await takeIn(engine, ports, number);
  print({ created: resource_id });
  await say(engine, resource_id, 'UPLOAD_REPORTED');
}
if (phase === 'indexing') armed = true;
await start();
const rows = await restIn(plain, [], ['INDEXED']);
plain.queue.allow('purge', 0);
for (const [number, { resource_id }] of rows.entries()) {
  if (number === LATE) armed = true;
  await say(engine, resource_id, 'DELETE');
}
armed = true;
plain.queue.allow('purge', OPTIONS.limits.concurrency.purge);
await restIn(plain, [], ['DELETED']);
waiting = async () => 0;
print({ survived: true });
process.exit(0);
