/** What of a query is looked up among the words of the file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSought } from '../../persistence/sqlite-index/match.ts';
import { parseQuery } from '../../text/query.ts';
import type { Sought } from '../../text/sought.ts';

const filters = { query: parseQuery(''), tag: [], batch_id: [] };
const like = (word: string): Sought => ({ like: word, stream: 'plain', within: false });

test('once nothing has one of several words, the others are not looked up; where any will do, all are', () => {
  const asked: string[] = [];
  const words = {
    like(word: string) {
      asked.push(word);
      return word === 'here' ? [word] : [];
    },
    known: () => true,
  };
  const all = ['here', 'nowhere', 'late', 'later'].map(like);
  assert.equal(withSought(null, filters, { sought: { all }, words }), null);
  assert.deepEqual(asked.splice(0), ['here', 'nowhere']);
  assert.match(withSought(null, filters, { sought: { any: all }, words }) ?? '', /"here"/);
  assert.deepEqual(asked, ['here', 'nowhere', 'late', 'later']);
});
