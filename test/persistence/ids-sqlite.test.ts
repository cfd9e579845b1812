/** Many looked up by their ids on SQLite: each by its key, so that it costs the same however many the organisation has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Facts } from '../../runtime/ports/facts.ts';
import { AT, change, commit, ORG } from '../ports/facts-rows.ts';
import { plannedFacts } from '../worlds/planned-facts.ts';

/** More than SQLite takes an organisation to have. */
const IDS = Array.from({ length: 40 }, (_, n) => `p${n}`);
const SCOPE = { org_id: ORG };
const ASKED: Record<string, (facts: Facts) => Promise<unknown[]>> = {
  'the rows of hits': ({ resources }) => resources.getMany(SCOPE, IDS),
  'a page of a list': ({ resources }) => resources.list(SCOPE, {}, { sort: '-created_at', after: null, limit: IDS.length }),
  'saved texts': ({ texts }) => texts.texts(SCOPE, IDS, 1_000_000),
  'recognised pages': ({ texts }) =>
    texts.recognisedPages(
      SCOPE,
      IDS.map((recognition_id) => ({ recognition_id, places: [0] })),
      1_000_000,
    ),
};
const BY_LIST = /IN \(\?, \?/i;
const OF_AN_ORGANISATION = /^SEARCH \S+ .*\((?:org_id=\?)(?! AND sha256)/;

test('what is asked by its ids is looked up by its ids', async (t) => {
  const { facts, asked, stepsOf, stop } = await plannedFacts();
  t.after(stop);
  const viewable = (id: string) => change(id, { resource: { created_at: AT, viewable: true, sha256: `s${id}` } });
  await commit(facts, ...IDS.map(viewable));
  for (const [name, ask] of Object.entries(ASKED)) {
    asked.clear();
    await ask(facts);
    const lists = [...asked].filter(([sql]) => BY_LIST.test(sql));
    assert.ok(lists.length > 0, name);
    for (const [sql, bindings] of lists) {
      const read_through = (await stepsOf(sql, bindings)).filter((step) => OF_AN_ORGANISATION.test(step));
      assert.deepEqual(read_through, [], `${name}: ${sql}`);
    }
  }
});
