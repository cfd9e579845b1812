/** A picture that nobody ever describes, by the service that people use, on a clock that is moved: listed, warned of, expired, restored, removed. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ResourceGroups } from '../../contract/groups.ts';
import type { Resource } from '../../contract/resource.ts';
import { RESOURCE_LIMITS } from '../../machines/limits.ts';
import { pictureOf } from '../worlds/numbered.ts';
import { until } from '../worlds/wait.ts';
import { type ModelWorld, modelWorld, ORG } from './world.ts';

const HOUR_MS = 3_600_000;
const { metadata_warning_ms, metadata_deadline_ms, expired_retention_ms, upload_deadline_ms } = RESOURCE_LIMITS;

let w: ModelWorld;
before(async () => {
  w = await modelWorld();
});
after(() => w.stop());

const get = async (id: string) => (await w.call('GET', `/v1/resources/${id}`)).json as Resource;
const listed = async (query: string, key: 'own' | 'other' = 'own') =>
  ((await w.call('GET', `/v1/resources?${query}`, { key })).json as { items: Resource[] }).items.map(
    ({ resource_id }) => resource_id,
  );
const at = (id: string, status: string) => until(`${id} is ${status}`, async () => (await get(id)).status === status);
/** The messages about a picture, with their times. */
const told = async (id: string, type: string) =>
  (await w.facts.outbox.after({ org_id: ORG }, 0, 1_000)).filter(
    (message) => message.type === type && (message.payload as { resource_id: string }).resource_id === id,
  );
async function announced(number: number): Promise<string> {
  const bytes = await pictureOf(number);
  const body = { filename: `${number}.png`, content_type: 'image/png', byte_size: bytes.length };
  const { json } = await w.call('POST', '/v1/resources', { body });
  return (json as { resource: Resource }).resource.resource_id;
}
async function undescribed(number: number): Promise<string> {
  const id = await announced(number);
  await w.store(id, await pictureOf(number));
  await w.call('POST', `/v1/resources/${id}/uploaded`);
  await w.complete(id, 'inspect');
  await at(id, 'UPLOADED_NO_METADATA');
  return id;
}

describe('a picture that was uploaded and never described', () => {
  let id = '';
  let begun = 0;
  test('is listed for its owner, with what it lacks and until when, and for nobody else', async () => {
    id = await undescribed(1);
    begun = w.clock.now();
    const { phase, metadata_missing, deadline_at, viewable } = await get(id);
    assert.deepEqual(
      { phase, metadata_missing, viewable },
      { phase: 'needs_person', metadata_missing: ['title'], viewable: true },
    );
    assert.equal(Date.parse(deadline_at ?? ''), begun + metadata_deadline_ms);
    assert.deepEqual(await listed('phase=needs_person&sort=deadline_at'), [id]);
    const { items } = (await w.call('GET', '/v1/resources/groups?by=missing')).json as { items: unknown };
    const [group] = ResourceGroups.parse(items);
    assert.deepEqual([group?.missing, group?.count, group?.earliest_deadline_at], [['title'], 1, deadline_at]);
    assert.deepEqual(await listed('phase=needs_person', 'other'), []);
  });

  test('is warned of once, seven days before its deadline, and stays as it is', async () => {
    await w.pass(metadata_warning_ms - HOUR_MS);
    assert.deepEqual(await told(id, 'resource.expiring'), []);
    await w.pass(HOUR_MS);
    const [warning, ...more] = await until('it is warned of', async () => {
      const messages = await told(id, 'resource.expiring');
      return messages.length > 0 && messages;
    });
    assert.deepEqual([warning?.at, more.length], [begun + metadata_warning_ms, 0]);
    assert.equal(metadata_deadline_ms - metadata_warning_ms, 7 * 24 * HOUR_MS);
    const { status, deadline_at } = await get(id);
    assert.deepEqual([status, Date.parse(deadline_at ?? '')], ['UPLOADED_NO_METADATA', begun + metadata_deadline_ms]);
  });

  test('expires at its deadline: hidden from lists, counts and groups, shown to who asks for what is gone', async () => {
    await w.pass(begun + metadata_deadline_ms - w.clock.now() - HOUR_MS);
    assert.equal((await get(id)).status, 'UPLOADED_NO_METADATA', 'not an hour before');
    await w.pass(HOUR_MS);
    await at(id, 'EXPIRED');
    const { viewable, searchable, allowed_events } = await get(id);
    assert.deepEqual([viewable, searchable, allowed_events.includes('RESTORE')], [false, false, true]);
    assert.equal((await w.call('GET', `/v1/resources/${id}/content`)).status, 404);
    assert.deepEqual(await listed('limit=200'), []);
    assert.deepEqual(await listed('status=EXPIRED'), [id]);
    assert.deepEqual(((await w.call('GET', '/v1/resources/groups?by=missing')).json as { items: unknown[] }).items, []);
    assert.equal((await told(id, 'resource.gone')).length, 1);
  });

  test('is restored while its bytes are kept, with all its time again', async () => {
    await w.pass(expired_retention_ms - HOUR_MS);
    assert.equal((await w.call('POST', `/v1/resources/${id}/restore`)).status, 200);
    begun = w.clock.now();
    const { status, deadline_at, viewable } = await get(id);
    assert.deepEqual(
      [status, viewable, Date.parse(deadline_at ?? '')],
      ['UPLOADED_NO_METADATA', true, begun + metadata_deadline_ms],
    );
    assert.equal((await w.call('GET', `/v1/resources/${id}/content`)).status, 302, 'its bytes are there');
    await w.pass(metadata_warning_ms);
    await until('it is warned of again', async () => (await told(id, 'resource.expiring')).length === 2);
  });

  test('loses its bytes after that, and only its tombstone stays', async () => {
    await w.pass(metadata_deadline_ms - metadata_warning_ms);
    await at(id, 'EXPIRED');
    await w.pass(expired_retention_ms);
    await w.complete(id, 'discard');
    await until('its bytes are removed', async () => (await get(id)).sha256 === null);
    const { status, metadata, allowed_events } = await get(id);
    assert.deepEqual([status, metadata.title, allowed_events], ['EXPIRED', null, ['DELETE']]);
    assert.equal((await w.call('POST', `/v1/resources/${id}/restore`)).status, 409);
    assert.deepEqual(await w.bytesOf(id), []);
    assert.deepEqual(await listed('status=EXPIRED'), [id]);
  });

  test('goes on by itself once it is described, and is warned of no more', async () => {
    const late = await undescribed(2);
    await w.pass(metadata_warning_ms);
    await until('it is warned of', async () => (await told(late, 'resource.expiring')).length === 1);
    await w.call('PATCH', `/v1/resources/${late}/metadata`, { body: { title: 'at last' } });
    for (const job of ['ocr', 'save', 'embed', 'index']) await w.complete(late, job);
    await at(late, 'INDEXED');
    await w.pass(metadata_deadline_ms);
    assert.deepEqual([(await get(late)).status, (await told(late, 'resource.expiring')).length], ['INDEXED', 1]);
  });
});

describe('a picture that was announced and never uploaded', () => {
  test('is listed, expires after a day though it was looked for, and is restored with all its time', async () => {
    const id = await announced(3);
    const begun_at = w.clock.now();
    assert.deepEqual(await listed('phase=uploading&phase=working'), [id]);
    const looks: number[] = [];
    for (let n = 0; n < 50 && (await get(id)).status !== 'EXPIRED'; n++) {
      await w.pass(HOUR_MS);
      if ((await get(id)).phase !== 'working') continue;
      looks.push(w.clock.now() - begun_at);
      // Looks that became due at once follow one another.
      await until('nothing was there', async () => {
        const { phase } = await get(id);
        if (phase === 'working') await w.complete(id, 'inspect');
        return phase !== 'working';
      });
    }
    assert.equal((await get(id)).status, 'EXPIRED');
    assert.ok(looks.length >= 2, 'it was looked for');
    assert.ok(w.clock.now() - begun_at >= upload_deadline_ms && w.clock.now() - begun_at <= upload_deadline_ms + 2 * HOUR_MS);
    assert.equal((await w.call('POST', `/v1/resources/${id}/restore`)).status, 200);
    const { status, deadline_at } = await get(id);
    assert.deepEqual([status, Date.parse(deadline_at ?? '')], ['AWAITING_UPLOAD', w.clock.now() + upload_deadline_ms]);
  });
});
