/** The same bytes again: what is answered, and who is said to be whose twin. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import { type WholeWorld, wholeWorld } from '../../worlds/whole-world.ts';

let w: WholeWorld;
/** How many look-ups of twins wait for one another before they are made; then all of them are. */
let together = 0;
const release: (() => void)[] = [];
const meeting = (ports: Ports): Ports => {
  const { resources } = ports.facts;
  const alive: typeof resources.alive = async (scope, sha256, except) => {
    if (together > 0 && except !== undefined) {
      together -= 1;
      await new Promise<void>((resolve) => {
        release.push(resolve);
        if (together === 0) for (const go of release.splice(0)) go();
      });
    }
    return resources.alive(scope, sha256, except);
  };
  return { ...ports, facts: { ...ports.facts, resources: { ...resources, alive } } };
};
before(async () => {
  w = await wholeWorld(meeting);
});
after(() => w.stop());

let numbers = 1_000;
const keep = { on_duplicate: 'keep' };

test('known when it is sent: answered with the picture that is there, or kept beside it and named', async () => {
  const number = ++numbers;
  const first = await w.indexed(number, 'known');
  const again = await w.sent(number, 'known');
  assert.deepEqual([again.status, again.resource.resource_id], [200, first.resource_id]);
  const kept = await w.sent(number, 'known', keep);
  assert.equal(kept.status, 201);
  assert.equal((await w.at(kept.resource.resource_id, 'INDEXED')).duplicate_of, first.resource_id);
  assert.equal((await w.get(first.resource_id)).duplicate_of, null);
});

test('of two inspected at once, neither of which could see the other, one is said to be the twin of the other', async () => {
  const number = ++numbers;
  together = 2;
  const sent = await Promise.all([w.sent(number, 'at once', keep), w.sent(number, 'at once', keep)]);
  const ids = sent.map(({ resource }) => resource.resource_id);
  const rows = await Promise.all(ids.map((id) => w.at(id, 'INDEXED')));
  assert.equal(together, 0, 'both have looked at once');
  // Mostly the later one; the elder where its result was told again, which looks again.
  const said = rows.filter(({ duplicate_of }) => duplicate_of !== null);
  assert.deepEqual(
    said.map(({ duplicate_of }) => duplicate_of),
    ids.filter((id) => id !== said[0]?.resource_id),
  );
});

test('another organisation is told of nothing: its own is new, and no twin', async () => {
  const number = ++numbers;
  await w.indexed(number, 'ours');
  const { status, resource } = await w.sent(number, 'ours', {}, w.keys.other);
  assert.equal(status, 201);
  assert.equal((await w.at(resource.resource_id, 'INDEXED', w.keys.other)).duplicate_of, null);
});

test('a twin in the trash, or deleted, is none; one that is restored is one again', async () => {
  const number = ++numbers;
  const { resource_id } = await w.indexed(number, 'in the trash');
  await w.call('DELETE', `/v1/resources/${resource_id}`);
  const second = await w.sent(number, 'in the trash');
  assert.equal(second.status, 201);
  const { resource_id: id, duplicate_of } = await w.at(second.resource.resource_id, 'INDEXED');
  assert.equal(duplicate_of, null);
  await w.call('POST', `/v1/resources/${resource_id}/restore`);
  await w.at(resource_id, 'INDEXED');
  assert.equal((await w.sent(number, 'in the trash')).resource.resource_id, resource_id, 'the oldest');
  await w.call('DELETE', `/v1/resources/${resource_id}?purge=true`);
  await w.at(resource_id, 'DELETED');
  assert.equal((await w.sent(number, 'in the trash')).resource.resource_id, id);
});

test('one whose twin is deleted later keeps its bytes, its entry and its text', async () => {
  const number = ++numbers;
  const first = await w.indexed(number, 'survivor');
  const twin = await w.at((await w.sent(number, 'survivor', keep)).resource.resource_id, 'INDEXED');
  await w.call('DELETE', `/v1/resources/${first.resource_id}?purge=true`);
  await w.at(first.resource_id, 'DELETED');
  assert.deepEqual(await w.found('survivor'), [twin.resource_id]);
  assert.equal((await w.call('GET', `/v1/resources/${twin.resource_id}/preview`)).status, 200);
  assert.equal((await w.call('GET', `/v1/resources/${twin.resource_id}/text?format=txt`)).text, 'survivor');
});
