/** Uploads that nobody looks at are cleared away, however many younger ones there are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectHead, Objects } from '../../../runtime/ports/objects.ts';
import type { ResourceRow } from '../../../runtime/ports/resources.ts';
import { clearIncoming } from '../../../services/maintenance/clear-incoming.ts';
import { memoryObjects } from '../../worlds/memory-objects.ts';
import { only } from '../../worlds/missing.ts';

const OLD = 1_000;
const BEFORE = 2_000;
const YOUNG = 3_000;

/** By the id of the resource: how old its upload is. Those that `awaits` names wait for an upload. */
async function world(ages: Record<string, number>, awaits: string[] = []) {
  const plain = memoryObjects();
  for (const id of Object.keys(ages)) await plain.put(`incoming/org/${id}/1`, bytes(), 10);
  const aged = (heads: ObjectHead[]) => heads.map((head) => ({ ...head, modified_at: ages[head.key.split('/')[2] ?? ''] ?? 0 }));
  const objects: Objects = {
    ...plain,
    page: async (...asked) => aged(await plain.page(...asked)),
    list: async (...asked) => aged(await plain.list(...asked)),
  };
  const get = async (_: unknown, id: string) =>
    awaits.includes(id) ? ({ original_key: null, status: 'AWAITING_UPLOAD' } as ResourceRow) : null;
  const facts = { resources: only<Parameters<typeof clearIncoming>[0]['facts']['resources']>('resources', { get }) };
  const left = () => Object.keys(plain.everything()).map((key) => key.split('/')[2]);
  return { clear: (after: string | null = null) => clearIncoming({ objects, facts }, BEFORE, after), left };
}
async function* bytes() {
  yield Buffer.from('1');
}
const many = (name: string, n: number, age: number) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`${name}-${String(i).padStart(6, '0')}`, age]));

test('one that is old is cleared away behind 2,500 young ones', async () => {
  const { clear, left } = await world({ ...many('a', 2_500, YOUNG), z: OLD });
  assert.deepEqual(await clear(), { cleared: 1, next: null });
  assert.equal(left().length, 2_500);
  assert.ok(!left().includes('z'));
});

test('so is one behind 1,200 old ones whose pictures still await an upload, which stay', async () => {
  const waiting = many('a', 1_200, OLD);
  const { clear, left } = await world({ ...waiting, z: OLD }, Object.keys(waiting));
  assert.equal((await clear()).cleared, 1);
  assert.deepEqual(left().sort(), Object.keys(waiting));
});

test('a round has an end, and the next one goes on there, until all were looked at', async () => {
  const { clear, left } = await world({ ...many('a', 10_000, YOUNG), ...many('b', 5, OLD) });
  const first = await clear();
  assert.deepEqual([first.cleared, first.next], [0, 'incoming/org/a-009999/1']);
  assert.deepEqual(await clear(first.next), { cleared: 5, next: null });
  assert.equal(left().length, 10_000);
});
