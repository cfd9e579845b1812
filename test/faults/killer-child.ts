/**
 * A process that one of its pictures kills: `node killer-child.js <folder> <shape as JSON>`. The first one takes in all pictures. It
 * prints `{"began": ID}` at each step that it begins for the killer, `{"ready": true}`, and ends with 0 once all pictures rest.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ports } from '../../app/open-ports.ts';
import { numberReader } from '../worlds/numbered.ts';
import { endWithParent, orEnd } from '../worlds/parent.ts';
import { until } from '../worlds/wait.ts';
import { KILLER, PICTURES, type Shape } from './killer-shape.ts';
import { all, openWorld, say, serviceOf, takeIn } from './world.ts';

const [folder = '', notified = ''] = process.argv.slice(2);
const { kills_in, read_ms, backoff_base_ms }: Shape = JSON.parse(notified);
const REST_LIMIT_MS = 60_000;
const print = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);

async function die(): Promise<never> {
  print({ began: kills_in });
  await sleep(read_ms / 2); // others are in hand by then
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {}); // nothing goes on after it
}

async function main(): Promise<void> {
  const plain = await openWorld(folder);
  const killer = async () => (await all(plain)).find(({ filename }) => filename === `${KILLER}.png`)?.resource_id;
  const read: Ports['objects']['read'] = async (key, range) => {
    const id = kills_in === 'inspect' ? await killer() : undefined;
    if (id !== undefined && key.includes(id)) await die();
    if (kills_in === 'inspect') await sleep(read_ms);
    return plain.objects.read(key, range);
  };
  const recogniser = numberReader(async (number) => {
    if (kills_in === 'ocr' && number === KILLER) await die();
    await sleep(read_ms);
  });
  const ports = { ...plain, objects: { ...plain.objects, read }, recogniser };
  const { engine, start, stop } = serviceOf(ports, { task_limits: { backoff_base_ms } });
  if ((await all(plain)).length === 0)
    for (let number = 0; number < PICTURES; number++) await say(engine, await takeIn(engine, plain, number), 'UPLOAD_REPORTED');
  await start();
  print({ ready: true });
  await until('all rest', async () => (await all(plain)).every(({ rests }) => rests), REST_LIMIT_MS);
  await stop();
  await plain.close();
  process.exit(0);
}
endWithParent();
await orEnd(main);
