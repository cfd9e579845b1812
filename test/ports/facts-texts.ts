/** Texts and pages of recognitions that a page of hits is made of, read together. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from '../../contract/text.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Recognition, Text } from '../../runtime/ports/texts.ts';
import { AT, change, commit, ORG, OTHER, type World } from './facts-rows.ts';

const scope: Scope = { org_id: ORG };
const MAX = 1_000_000;
const page = (n: number, text: string): Page => ({
  ...{ page: n, width: 10, height: 20, text, confidence: 0.9 },
  words: [{ text, confidence: 0.9, x: 0.1, y: 0.1, w: 0.25, h: 0.3 }],
});

function written(n: number, pages: Page[], org_id = ORG) {
  const resource_id = `resource-${n}`;
  const owned = { resource_id, org_id, at: AT };
  const [recognition_id, text_id] = [`recognition-${n}`, `text-${n}`];
  const fields = {
    title: '标题',
    description: null,
    tags: [],
    taken_at: null,
    filename: 'r.jpg',
    batch_id: null,
    created_at: AT,
  };
  const saved = { ...fields, pages: pages.map((one) => ({ page: one.page, text: one.text })) };
  const recognition: Recognition = { ...owned, recognition_id, engine: 'e', pages };
  const text: Text = { ...owned, text_id, revision: 1, recognition_id, correction_id: null, saved };
  const writes = [
    { into: 'recognitions' as const, row: recognition },
    { into: 'texts' as const, row: text },
  ];
  return { recognition, text, change: change(resource_id, { org_id, writes }) };
}

export function textsTests(world: World): void {
  describe('texts of a page of hits', () => {
    it('texts come in the order asked, as far as they fit, and of their own organisation', async () => {
      const facts = world.facts();
      const long = written(2, [page(1, '长'.repeat(3_000))]);
      const made = [written(1, [page(1, '托底 😀')]), long, written(3, [page(1, 'short')])];
      await commit(facts, ...made.map((one) => one.change), written(4, [page(1, 'theirs')], OTHER).change);
      const ids = ['text-3', 'text-4', 'text-2', 'never', 'text-1'];
      const texts = (max: number) => facts.texts.texts(scope, ids, max);
      assert.deepEqual(await texts(MAX), [made[2]?.text, long.text, made[0]?.text]);
      assert.deepEqual(await texts(2_000), [made[2]?.text, made[0]?.text]);
      assert.deepEqual([await texts(1), await facts.texts.texts(scope, [], MAX)], [[], []]);
      await assert.rejects(
        facts.texts.texts(
          scope,
          Array.from({ length: 201 }, (_, n) => `${n}`),
          MAX,
        ),
        RangeError,
      );
    });

    it('of recognitions only the pages asked for are read, and none of a recognition that is too long', async () => {
      const facts = world.facts();
      const pages = [1, 2, 3].map((n) => page(n, `页 ${n} 😀 "quoted" \\`));
      await commit(facts, written(1, pages).change, written(2, [page(1, 'one')]).change, written(3, pages, OTHER).change);
      const asked = [
        { recognition_id: 'recognition-1', places: [0, 2] },
        { recognition_id: 'recognition-2', places: [0] },
        { recognition_id: 'recognition-3', places: [0] },
      ];
      const read = await facts.texts.recognisedPages(scope, asked, MAX);
      assert.deepEqual(
        read.sort((a, b) => a.recognition_id.localeCompare(b.recognition_id)),
        [
          { recognition_id: 'recognition-1', pages: [pages[0], pages[2]] },
          { recognition_id: 'recognition-2', pages: [page(1, 'one')] },
        ],
      );
      const far = await facts.texts.recognisedPages(scope, [{ recognition_id: 'recognition-2', places: [0, 7] }], MAX);
      assert.deepEqual(far, [{ recognition_id: 'recognition-2', pages: [page(1, 'one')] }]);
      assert.deepEqual(
        (await facts.texts.recognisedPages(scope, asked, 200)).map(({ recognition_id }) => recognition_id),
        ['recognition-2'],
      );
    });

    it('of a long recognition the same pages are read as of a short one', async () => {
      const facts = world.facts();
      const pages = [1, 2, 3].map((n) => page(n, `页 ${n} 😀 "quoted" \\ ${'long '.repeat(10_000)}`));
      await commit(facts, written(1, pages).change);
      const read = await facts.texts.recognisedPages(scope, [{ recognition_id: 'recognition-1', places: [0, 2] }], MAX);
      assert.deepEqual(read, [{ recognition_id: 'recognition-1', pages: [pages[0], pages[2]] }]);
    });
  });
}
