/** Anybody can make a cursor: what is in it is what we would put there, or it is refused. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

let world: HttpWorld;
before(async () => {
  world = await httpWorld();
  for (let n = 0; n < 3; n++) {
    const { resource_id } = await world.created();
    await world.legal(resource_id, `bytes ${n}`);
    await world.indexed(resource_id, `words ${n}`);
    world.ranking.ids.push(resource_id);
  }
});
after(() => world.stop());

const Page = z.object({ next_cursor: z.string() });
const Cursor = z.object({ of: z.string(), place: z.unknown() });
const Fields = z.record(z.string(), z.unknown());
const encoded = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const ODD: unknown[] = [
  ...[1e300, -1e300, 1.5, -1, 2 ** 53, 2 ** 63, 9e15, 5e-324, null, true, '1', '', [], {}, [1], { a: 1 }],
  ...['\u0000', 'a\u0000', '\ud800', '\udc00\ud800', '💥'.repeat(400), "' OR 1=1 --", '%', '../..', '01890a5d', 'x'.repeat(900)],
];

const LISTS: Record<string, () => string> = {
  'by newest': () => '/v1/resources?limit=1',
  'by title': () => '/v1/resources?limit=1&sort=title',
  history: () => `/v1/resources/${world.ranking.ids[0]}/history?limit=1`,
  'search by newest': () => '/v1/search?limit=1&sort=newest',
  'search by relevance': () => '/v1/search?limit=1&q=words',
};
for (const [what, route] of Object.entries(LISTS))
  test(`a cursor of ${what} with odd values is refused with 400, whichever value it is`, async () => {
    const first = await world.call('GET', route());
    const [head = '', marks = ''] = Page.parse(first.json).next_cursor.split('.');
    const given = Cursor.parse(JSON.parse(Buffer.from(head, 'base64url').toString()));
    const call = (cursor: string) =>
      world.call('GET', `${route()}&cursor=${encodeURIComponent(cursor + (marks ? `.${marks}` : ''))}`);
    assert.equal((await call(encoded(given))).status, 200, 'as it was given out');
    const changed: unknown[] = ODD.flatMap((odd) => [
      { ...given, place: odd },
      odd,
      { ...given, of: odd },
      ...deeper(given.place, odd).map((place) => ({ ...given, place })),
    ]);
    for (const cursor of [...changed.map(encoded), 'not base64!', '%00', '.', '..', 'e30', encoded('{'), encoded('\u0000')]) {
      const { status, json } = await call(cursor);
      const { code } = z.object({ code: z.string().optional() }).parse(json);
      const fine = status === 200 || (status === 400 && code === 'BAD_CURSOR') || (status === 422 && cursor.length > 900);
      assert.ok(fine, `${Buffer.from(cursor, 'base64url')}: ${status} ${code}`);
    }
  });

/** Each value of the place in turn, replaced by the odd one. */
function deeper(place: unknown, odd: unknown): unknown[] {
  const fields = Fields.safeParse(place).data;
  if (!fields) return [];
  return Object.entries(fields).flatMap(([name, value]) =>
    [odd, ...deeper(value, odd)].map((changed) => ({ ...fields, [name]: changed })),
  );
}
