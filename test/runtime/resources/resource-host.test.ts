/** A turn of an instance that others move at the same time, as another process does. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { openSqliteFacts } from '../../../persistence/sqlite/facts.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../../../runtime/limits.ts';
import type { Facts } from '../../../runtime/ports/facts.ts';
import { UnreadableError } from '../../../runtime/ports/instances.ts';
import { createEngine, type Origin } from '../../../runtime/resources/engine.ts';
import { resourceLifecycle } from '../../../services/lifecycles.ts';

const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const SCOPE = { org_id: 'org' };
const clock = systemClock();
const engineOf = (facts: Facts, unreadable: (id: string) => void = () => {}) =>
  createEngine({
    ...{ facts, clock, lifecycle: resourceLifecycle(), limits: RUNTIME_LIMITS, log: pino({ level: 'silent' }), unreadable },
  });
const newPicture = () => {
  const metadata = { title: 'a', description: null, tags: [], taken_at: null, languages: [], extra: {} };
  const named = { user_id: 'u', batch_id: null, filename: 'f', content_type: 'image/png', metadata, described: true };
  return { resource_id: clock.newId(), ...SCOPE, ...named, claimed: { byte_size: null, sha256: null }, idempotency: null };
};

test('an instance and its row are taken as one commit left them, though another process commits between the two reads', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-turn-'));
  const facts = await openSqliteFacts(dir);
  const other = engineOf(facts);
  let between: (() => Promise<unknown>) | null = null;
  const mine = engineOf({
    ...facts,
    resources: {
      ...facts.resources,
      get: async (...args) => {
        const commit = between;
        between = null;
        await commit?.();
        return facts.resources.get(...args);
      },
    },
  });
  const { resource_id } = await other.create(newPicture(), BY);
  const say = (type: string) => () => ({ event: { type } });
  const ref = { scope: SCOPE, resource_id };
  between = () => other.send(ref, say('UPLOAD_LINK_ISSUED'), BY);
  const { outcome, resource } = await mine.send(ref, say('UPLOAD_REPORTED'), BY);
  assert.deepEqual([outcome, resource.seq], ['moved', 3]);
  const journal = await facts.journal.list(SCOPE, resource_id, { after: null, limit: 10 });
  assert.deepEqual(
    journal.map(({ event }) => event),
    ['CREATED', 'UPLOAD_LINK_ISSUED', 'UPLOAD_REPORTED'],
  );
  await facts.close();
  await rm(dir, { recursive: true });
});

test('an event to a picture in a state that its machine does not have is refused as unreadable, and reported for the sweep', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-state-'));
  const facts = await openSqliteFacts(dir);
  const { resource_id } = await engineOf(facts).create(newPicture(), BY);
  const load: Facts['instances']['load'] = async (id) => {
    const stored = await facts.instances.load(id);
    assert.ok(stored);
    const { instance } = stored;
    return { ...stored, instance: { ...instance, snapshot: { ...instance.snapshot, value: 'elsewhere' } } };
  };
  const reported: string[] = [];
  const engine = engineOf({ ...facts, instances: { ...facts.instances, load } }, (id) => void reported.push(id));
  const send = engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type: 'UPLOAD_REPORTED' } }), BY);
  await assert.rejects(send, UnreadableError);
  assert.deepEqual(
    [reported, (await facts.journal.list(SCOPE, resource_id, { after: null, limit: 10 })).length],
    [[resource_id], 1],
  );
  await facts.close();
  await rm(dir, { recursive: true });
});

test('who waits for what was moved here reads nothing, until another process has moved it', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-turn-'));
  const facts = await openSqliteFacts(dir);
  let reads = 0;
  const counted = (...args: Parameters<Facts['resources']['get']>) => {
    reads += 1;
    return facts.resources.get(...args);
  };
  const mine = engineOf({ ...facts, resources: { ...facts.resources, get: counted } });
  const other = engineOf(facts);
  const { resource_id } = await mine.create(newPicture(), BY);
  const ref = { scope: SCOPE, resource_id };
  await mine.send(ref, () => ({ event: { type: 'UPLOAD_REPORTED' } }), BY);
  const never = new AbortController().signal;
  const foreign = await mine.waitUntilSettled({ scope: { org_id: 'another' }, resource_id }, 60_000, never);
  assert.deepEqual([foreign, reads], [null, 1], 'of another organisation it is looked for, and is not there');
  const settled = mine.waitUntilSettled(ref, 60_000, never);
  assert.equal(reads, 1);
  const { resource } = await other.send(ref, () => ({ event: { type: 'TRASH' } }), BY);
  mine.notifyMoved(resource_id, resource.seq);
  assert.equal((await settled)?.seq, resource.seq);
  assert.equal(reads, 2);
  mine.notifyMoved(resource_id, resource.seq);
  assert.equal((await mine.waitUntilSettled(ref, 60_000, never))?.seq, resource.seq);
  assert.equal(reads, 3, 'what is remembered was forgotten');
  await facts.close();
  await rm(dir, { recursive: true });
});

test('a new picture brings its metadata, and no rows of what it has not', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-turn-'));
  const facts = await openSqliteFacts(dir);
  const written: string[] = [];
  const commit: Facts['commit'] = (changes) => {
    for (const { writes } of changes) written.push(...writes.map(({ into }) => into));
    return facts.commit(changes);
  };
  await engineOf({ ...facts, commit }).create(newPicture(), BY);
  assert.deepEqual(written, ['metadata']);
  await facts.close();
  await rm(dir, { recursive: true });
});
