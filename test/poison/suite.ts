/** The suite of bad pictures, on some of them: each ends as its row says, no good one waits long, and nothing is left of any. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { POISON } from '../fixtures/poison/make.ts';
import type { End, Poison } from '../fixtures/poison/row.ts';
import { WORD } from '../fixtures/poison/word.ts';
import { until } from '../worlds/wait.ts';
import type { Limits } from './limits.ts';
import { type Ended, runKind } from './run.ts';
import type { Measured } from './service.ts';
import { openWorld, type World } from './world.ts';

/** Beyond the limits themselves: a good picture's own time, on a machine that does other things as well. */
const SLACK_MS = 8_000;
/**
 * What a process may have in the end beyond what it had after its first pictures: the engine's threads keep what their largest page
 * took (16 megapixels are about 300 MB in each of two), allocators a part of what they gave out.
 */
const MAX_GROWTH_MB = 1_000;
/** libvips keeps threads for a while that nobody needs. */
const MAX_MORE_THREADS = 12;

export function poisonSuite(limits: Limits, isIn: (row: Poison) => boolean): void {
  const seen: Ended[] = [];
  let world: World;
  let at_first: Measured;
  before(async () => {
    world = await openWorld(limits);
    await runKind(world, { kind: 'first', rows: POISON.find(({ kind }) => kind === 'Called otherwise')?.rows ?? [] });
    at_first = await world.measure();
  });
  after(() => world.stop());

  for (const { kind, rows } of POISON) {
    const chosen = rows.filter(isIn);
    if (chosen.length === 0) continue;
    describe(kind, () => {
      let ended: Ended[] = [];
      test(`a good picture is read behind ${chosen.length} of them within the limits`, async () => {
        const { good, ...all } = await runKind(world, { kind, rows: chosen });
        ended = all.ended;
        seen.push(...ended);
        assert.equal(good.resource.status, 'INDEXED', JSON.stringify(good.resource.failure));
        assert.ok(good.ms < limits.decode_ms + limits.page_ms + SLACK_MS, `after ${good.ms} ms`);
      });
      for (const [i, row] of chosen.entries()) test(row.name, () => assertEnd(row, ended[i]));
    });
  }

  test('what is read is found by its word', async () => {
    const Hits = z.object({ items: z.array(z.object({ resource: z.object({ resource_id: z.string() }) })) });
    const { items } = Hits.parse(await world.get(`/v1/search?q=${WORD}&mode=text&limit=200`));
    const found = new Set(items.map(({ resource }) => resource.resource_id));
    const lost = seen.filter((one) => wordsOf(one.row) && 'resource' in one && !found.has(one.resource.resource_id));
    assert.deepEqual(names(lost), []);
  });

  test('of what is rejected the store keeps its bytes and nothing else', async () => {
    const objects = await world.objects();
    const kept = (one: Ended) =>
      'resource' in one ? objects.filter((object) => object.includes(one.resource.resource_id)) : null;
    const wrong = seen.filter((one) => {
      const its = kept(one);
      return its?.some((object) => !/\/incoming\/|\/original$/.test(object)) && statusOf(one) === 'REJECTED';
    });
    assert.deepEqual(names(wrong), []);
  });

  test('when they are removed nothing is left in the store', async () => {
    const List = z.object({ items: z.array(z.object({ resource_id: z.string() })) });
    const alive = async () => List.parse(await world.get('/v1/resources?limit=200')).items.map(({ resource_id }) => resource_id);
    for (let ids = await alive(); ids.length > 0; ids = await alive()) {
      await Promise.all(ids.map(world.purge));
      for (const id of ids) await until(`${id} is gone`, async () => (await world.resource(id)).status === 'DELETED');
    }
    assert.deepEqual(await world.objects(), []);
  });

  test('the process lives, with the threads and the memory that it had', async () => {
    assert.ok(world.lives());
    const now = await world.measure();
    const reported = JSON.stringify({ at_first, now });
    assert.ok(now.workers <= at_first.workers, reported);
    assert.ok(now.threads <= at_first.threads + MAX_MORE_THREADS, reported);
    assert.ok(now.resident_mb <= at_first.resident_mb + MAX_GROWTH_MB, reported);
  });
}

const wordsOf = ({ ends }: Poison) => ('words' in ends ? ends.words : null);
const statusOf = (one: Ended) => ('resource' in one ? one.resource.status : one.http);
const names = (many: Ended[]) => many.map(({ row }) => row.name);

function assertEnd(row: Poison, ended: Ended | undefined): void {
  assert.ok(ended, 'it never ended');
  const { ends } = row;
  if (!('resource' in ended)) assert.deepEqual({ http: ended.http, code: ended.code }, ends);
  else if ('http' in ends) assert.fail(`it was taken, and is ${ended.resource.status}`);
  else assertRest(ended, ends);
}
function assertRest({ resource, text, size }: Extract<Ended, { text: string }>, ends: Exclude<End, { http: number }>): void {
  const { status, failure, content_type: type, page_count: pages } = resource;
  assert.equal(status, ends.status, JSON.stringify(failure));
  if ('code' in ends) assert.equal(failure?.code, ends.code, failure?.detail);
  else {
    assert.deepEqual({ type, pages }, { type: ends.type, pages: ends.pages });
    if (ends.size) assert.equal(size, ends.size.join('×'));
    if (ends.words) assert.ok(text.includes(ends.words), text);
  }
}
