/** Nothing that lives is taken for damage or removed, whatever is under way beside a run; and nothing is removed at the first look. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import { systemClock } from '../../../runtime/async/clock.ts';
import { SCOPE, say, takeIn, world } from '../../faults/world.ts';
import { known } from '../../model/known.ts';
import { HANGS, NOTHING_KEPT, type VerifiedWorld, verifiedWorld } from '../../worlds/verified.ts';

const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';
const RUN = '01890a5d-ac96-774b-bcce-b302099a8058';
let w: VerifiedWorld;
beforeEach(async () => {
  w = await verifiedWorld(2);
});
afterEach(() => w.stop());

const left = (key: string) => w.objects.put(key, Readable.from([Buffer.from('left')]), 100);
const isThere = async (key: string) => (await w.objects.head(key)) !== null;
const foreign = `${SCOPE.org_id}/${NOBODY}/${RUN}/original`;

test('what belongs to nobody is removed after the interval, at the second look, and not before', async () => {
  await left(foreign);
  let waited = 0;
  const clock = {
    ...systemClock(),
    now: () => world.clock.now() + waited,
    sleep: async (ms: number) => {
      if (ms < 60_000) return;
      assert.ok(await isThere(foreign), 'after the first look it is there');
      waited += ms;
    },
  };
  const { findings } = await w.verify({ heal: true, clock, limits: { verify_second_look_ms: 15 * 60_000 } });
  assert.deepEqual([findings.length, await isThere(foreign)], [1, false]);
  assert.ok(waited > 14 * 60_000 && waited <= 15 * 60_000, `${waited} ms`);
});

/** Between the two looks, once something is suspected. */
async function between(work: () => Promise<unknown>) {
  const kept = NOTHING_KEPT();
  let suspected = false;
  await w.verify({
    heal: true,
    kept,
    async saved({ suspects = [] }) {
      if (suspected || suspects.length === 0) return;
      suspected = true;
      await work();
    },
  });
  assert.ok(suspected);
  return kept.findings;
}

test('what is written to between the two looks is let go', async () => {
  await left(foreign);
  const findings = await between(async () => {
    const { utimes } = await import('node:fs/promises');
    const later = new Date(Date.now() + 5_000);
    await utimes(`${w.folder}/objects/${foreign}`, later, later);
  });
  assert.deepEqual([findings, await isThere(foreign)], [[], true]);
});

test('a picture whose row comes between the two looks keeps its upload', async () => {
  const id = await takeIn(w.engine, w.ports, 3);
  const [upload] = await w.objects.list(`incoming/${SCOPE.org_id}/${id}/`, 1);
  const { key } = known(upload, 'upload');
  const rows: Record<string, unknown[]> = {};
  for (const [table, name] of [
    ['instances', 'instance_id'],
    ['resources', 'resource_id'],
    ['metadata', 'resource_id'],
  ] as const) {
    rows[table] = await w
      .knex(table)
      .where({ [name]: id })
      .select();
    await w
      .knex(table)
      .where({ [name]: id })
      .del();
  }
  const findings = await between(async () => {
    for (const [table, of] of Object.entries(rows)) for (const row of of) await w.knex(table).insert(row as object);
  });
  assert.deepEqual(findings, []);
  assert.ok(await isThere(key));
  await say(w.engine, id, 'UPLOAD_REPORTED');
  await w.inStatus(id, 'INDEXED');
});

test('pictures that come, are read again, trashed, restored and removed while it runs are no damage, and stay', async () => {
  const moving = async () => {
    const [one = '', other = ''] = w.ids;
    const fresh = await takeIn(w.engine, w.ports, 4);
    await say(w.engine, fresh, 'UPLOAD_REPORTED');
    await say(w.engine, one, 'TRASH');
    await w.engine.send({ scope: SCOPE, resource_id: other }, () => ({ event: { type: 'REPROCESS', from: 'ocr' } }), {
      by: { kind: 'user', id: 'u' },
      request_id: null,
    });
    await say(w.engine, one, 'RESTORE');
    const hanging = await takeIn(w.engine, w.ports, HANGS);
    await say(w.engine, hanging, 'UPLOAD_REPORTED');
    const removed = await takeIn(w.engine, w.ports, 5);
    await say(w.engine, removed, 'UPLOAD_REPORTED');
    await say(w.engine, removed, 'DELETE');
    return { fresh, one, other, removed };
  };
  const moved: Awaited<ReturnType<typeof moving>>[] = [];
  const { findings } = await w.verify({
    heal: true,
    installation: true,
    limits: { verify_page: 1, verify_objects_page: 3 },
    async saved() {
      if (moved.length === 0) moved.push(await moving());
    },
  });
  const removals = findings.filter(({ outcome, of_org }) => outcome === 'healed' && of_org !== null);
  const { fresh, one, other, removed } = known(moved[0], 'moved');
  const of_living = removals.filter(({ about }) => about !== removed);
  assert.deepEqual(of_living, []);
  for (const id of [fresh, one, other]) await w.inStatus(id, 'INDEXED');
  await w.inStatus(removed, 'DELETED');
  const after = await w.verify({ heal: false, installation: true });
  assert.deepEqual(
    after.findings.filter(({ about }) => about !== removed),
    [],
  );
});
