/** Runs that nobody wants any more, and what they write: on any ports. */
import assert from 'node:assert/strict';
import type { Ports } from '../../app/open-ports.ts';
import type { Objects } from '../../runtime/ports/objects.ts';
import { clearLeftovers } from '../../services/maintenance/clear-leftovers.ts';
import { SCOPE, say, serviceOf, takeIn, world } from '../faults/world.ts';
import { until } from './wait.ts';

const DAY_MS = 86_400_000;
const LONGEST_LIST = 1_000;

/** A store whose writes below a picture's own place hang once they have begun, as often as is said, until they are let go. */
export function hangingObjects(objects: Objects, times: { freeze?: number; put?: number }) {
  let [freezes, puts] = [times.freeze ?? 0, times.put ?? 0];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const seen = { hanging: 0, ended: 0 };
  const hang = async () => {
    seen.hanging += 1;
    await held;
  };
  const hanging: Objects = {
    ...objects,
    freeze: async (from, to) => {
      if (freezes-- > 0) await hang();
      const head = await objects.freeze(from, to);
      seen.ended += 1;
      return head;
    },
    put: async (key, body, max_bytes) => {
      const isOwn = !key.startsWith('incoming/');
      if (isOwn && puts-- > 0) await hang();
      const stored = await objects.put(key, body, max_bytes);
      if (isOwn) seen.ended += 1;
      return stored;
    },
  };
  return { objects: hanging, seen, letGo: () => letGo() };
}

export const keysOf = async ({ objects }: Pick<Ports, 'objects'>, resource_id: string): Promise<string[]> => {
  const places = [`${SCOPE.org_id}/${resource_id}/`, `incoming/${SCOPE.org_id}/${resource_id}/`];
  return (await Promise.all(places.map((place) => objects.list(place, LONGEST_LIST)))).flat().map(({ key }) => key);
};
const statusOf = async ({ facts }: Ports, id: string) => (await facts.resources.get(SCOPE, id))?.status;

/** The looks that were planned, all that are due within so long. */
export async function looked(ports: Ports, later_ms: number): Promise<void> {
  const clock = { now: () => world.clock.now() + later_ms };
  while ((await clearLeftovers({ ...ports, clock, log: world.log }, 100)) > 0);
}

/** DELETE while a preview is being written: the write ends after the purge. */
export async function deletedDuringWrite(plain: Ports): Promise<void> {
  const { objects, seen, letGo } = hangingObjects(plain.objects, { put: 1 });
  const service = serviceOf({ ...plain, objects });
  const id = await takeIn(service.engine, plain, 1);
  await service.start();
  try {
    await say(service.engine, id, 'UPLOAD_REPORTED');
    await until('a preview is being written', () => seen.hanging === 1);
    await say(service.engine, id, 'DELETE');
    await until('it is purged', async () => (await statusOf(plain, id)) === 'DELETED');
    assert.deepEqual(await keysOf(plain, id), []);
    const before = seen.ended;
    letGo();
    await until('the write has ended', () => seen.ended > before);
    await until('what it wrote is taken back', async () => (await keysOf(plain, id)).length === 0);
    assert.equal(seen.ended, before + 1, 'and it writes nothing more');
  } finally {
    letGo();
    await service.stop();
  }
}

/** Its process is gone, or the store ends the write by itself, when the purge is long over: what was planned sees it. */
export async function writtenLater(ports: Ports): Promise<void> {
  const service = serviceOf(ports);
  const id = await takeIn(service.engine, ports, 2);
  await service.start();
  try {
    await say(service.engine, id, 'UPLOAD_REPORTED');
    await until('it is INDEXED', async () => (await statusOf(ports, id)) === 'INDEXED');
    await say(service.engine, id, 'DELETE');
    await until('it is purged', async () => (await statusOf(ports, id)) === 'DELETED');
    const late = async (name: string) => {
      await ports.objects.put(`${SCOPE.org_id}/${id}/run-${name}/preview.webp`, once('late'), 100);
      await ports.objects.put(`incoming/${SCOPE.org_id}/${id}/${name}`, once('late'), 100);
    };
    await late('1');
    await looked(ports, 60_000);
    assert.equal((await keysOf(ports, id)).length, 2, 'it is not looked at before the longest run is over');
    await looked(ports, DAY_MS / 48);
    assert.deepEqual(await keysOf(ports, id), []);
    await late('2');
    await looked(ports, 3 * DAY_MS);
    assert.deepEqual(await keysOf(ports, id), [], 'it is looked at more than once');
    await late('3');
    for (const day of [3, 4, 5, 6, 100, 200]) await looked(ports, day * DAY_MS);
    assert.equal(await ports.facts.resources.get(SCOPE, id), null, 'the row of a removed picture is kept for a season');
    assert.deepEqual(await ports.facts.journal.list(SCOPE, id, { after: null, limit: 9 }), []);
    assert.equal(await ports.facts.instances.load(id), null);
    assert.deepEqual(await ports.index.heads(SCOPE, [id]), []);
    const due = await ports.facts.cleanups.claimDue({ now: world.clock.now() + 365 * DAY_MS, until: 0, limit: 10 });
    assert.deepEqual(due, [], 'and not for ever');
  } finally {
    await service.stop();
  }
}

/** TRASH while the copy is being made, then RESTORE: the copy of the first run is nobody's. */
export async function restoredDuringWrite(plain: Ports): Promise<void> {
  const { objects, seen, letGo } = hangingObjects(plain.objects, { put: 2 });
  const service = serviceOf({ ...plain, objects });
  const id = await takeIn(service.engine, plain, 3);
  await service.start();
  try {
    await say(service.engine, id, 'UPLOAD_REPORTED');
    await until('both previews are being written', () => seen.hanging === 2);
    await say(service.engine, id, 'TRASH');
    await say(service.engine, id, 'RESTORE');
    await until('it is INDEXED', async () => (await statusOf(plain, id)) === 'INDEXED');
    const copies = async () => (await keysOf(plain, id)).filter((key) => key.endsWith('/original'));
    assert.ok((await copies()).length >= 2, 'each run has made one, and a slow machine begins more than two');
    await looked(plain, DAY_MS / 24);
    const row = await plain.facts.resources.get(SCOPE, id);
    assert.deepEqual(await copies(), [row?.original_key]);
    const before = seen.ended;
    letGo();
    await until('the write has ended', () => seen.ended > before);
    await until('nothing is left of the first run', async () => {
      const own = row?.original_key?.replace(/original$/, '') ?? 'none';
      return (await keysOf(plain, id)).every((key) => key.startsWith(own));
    });
    assert.equal((await keysOf(plain, id)).length, 3, 'the picture has all of its own');
  } finally {
    letGo();
    await service.stop();
  }
}

/** What has expired may be restored: its bytes stay where they are, however often it is looked at. */
export async function expiredIsKept(ports: Ports): Promise<void> {
  const service = serviceOf(ports, { resource_limits: { link_expiry_ms: 50, upload_deadline_ms: 100 } });
  const incoming = async (id: string) => {
    await ports.objects.put(`incoming/${SCOPE.org_id}/${id}/late`, once('late'), 100);
    return keysOf(ports, id);
  };
  const id = await takeIn(service.engine, ports, 4);
  await ports.objects.removePrefix(`incoming/${SCOPE.org_id}/${id}/`);
  await service.start();
  try {
    await until('it is EXPIRED', async () => (await statusOf(ports, id)) === 'EXPIRED');
    const keys = await incoming(id);
    const row = { resource_id: id, ...SCOPE, due_at: 0, round: 0 };
    const facts = { ...ports.facts, cleanups: { claimDue: handOut([row]), move: async () => {} } };
    await clearLeftovers({ ...ports, facts, clock: world.clock, log: world.log }, 1);
    assert.deepEqual(await keysOf(ports, id), keys);
  } finally {
    await service.stop();
  }
}
const handOut =
  <One>(all: One[]) =>
  async () =>
    all.splice(0, 1);

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
