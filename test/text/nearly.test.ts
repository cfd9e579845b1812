/** How near one writing is to another, and the order of hits by their texts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lowerQuery } from '../../text/lower-query.ts';
import { Measure } from '../../text/measure.ts';
import { nearestRun, roomOfHan, roomOfWord } from '../../text/nearly.ts';
import { parseQuery } from '../../text/query.ts';
import { rankAlike, rankExact, rankSome, readable } from '../../text/rank.ts';
import { saved } from '../worlds/entries.ts';

const SEED = 20261129;
const distance = (one: string, other: string, room: number) => new Measure(one, room).of(other);
const near = (one: string, other: string) => Math.round(distance(one, other, 2) * 10) / 10;

test('what recognition confuses costs little, another letter one, another digit more than there is room for', () => {
  assert.deepEqual([near('modem', 'modern'), near('barth0lomew', 'bartholomew'), near('vv1ndow', 'window')], [0.4, 0.4, 0.8]);
  assert.deepEqual([near('thermometre', 'thermometer'), near('recieve', 'receive'), near('hose', 'horse')], [1, 1, 1]);
  assert.deepEqual(
    [near('gja98415', 'gja98416'), near('gja98415', 'gja9841')],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  );
  assert.deepEqual([3, 4, 5, 8, 12].map(roomOfWord), [0, 0.4, 1, 1.4, 2]);
  assert.deepEqual([2, 3, 5, 8].map(roomOfHan), [0, 1, 1.4, 2]);
});

test(`a distance is the same both ways, nothing to itself, and never more than its room (seed ${SEED})`, () => {
  const word = fc.string({ unit: fc.constantFrom(...'abcdlmnorw01'), minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(word, word, fc.constantFrom(0, 0.4, 1, 1.4, 2), (one, other, room) => {
      const cost = distance(one, other, room);
      assert.equal(distance(one, one, 0), 0);
      assert.ok(cost === Number.POSITIVE_INFINITY || cost <= room + 1e-9);
      assert.ok(Math.abs(cost - distance(other, one, room)) < 1e-9 || cost === distance(other, one, room));
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test(`words in order are measured as each alone, whatever is passed over (seed ${SEED})`, () => {
  const word = fc.string({ unit: fc.constantFrom(...'abclmnr01.'), minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(word, fc.uniqueArray(word, { maxLength: 60 }), fc.constantFrom(0, 0.4, 1, 1.4, 2), (one, others, room) => {
      const sorted = others.toSorted((a, b) => (a < b ? -1 : 1));
      const alone = sorted.flatMap((other) => {
        const cost = new Measure(one, room).of(other);
        return cost === Number.POSITIVE_INFINITY ? [] : [{ word: other, cost }];
      });
      assert.deepEqual(new Measure(one, room).among(sorted), alone);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test('a run of Han stands where it costs least, over a sign or a character that is missing', () => {
  const at = (run: string, text: string) => {
    const found = nearestRun([...run], [...text], roomOfHan([...run].length));
    return found && [text.slice(found.from, found.to), Math.round(found.cost * 10) / 10];
  };
  assert.deepEqual(at('有限公司', '他有人，有限公可收'), ['有限公可', 0.4]);
  assert.deepEqual(at('有限公司', '在有限.公司收'), ['有限.公司', 0.4]);
  assert.deepEqual(at('有限公司', '在有公司收'), ['有公司', 1]);
  assert.equal(at('有限公司', '有人在公园'), null);
  assert.equal(at('陈莉', '陈丽'), null);
});

test('quotes and a minus have nothing below; one or two Han and short numbers are never nearly there', () => {
  for (const typed of ['"thermometer"', 'thermometer -cold', '', 'tag:x'])
    assert.equal(lowerQuery(parseQuery(typed)), null, typed);
  for (const typed of ['票 ', '发票 ', 'cat ', '1280 ', '共3张 '])
    assert.deepEqual(lowerQuery(parseQuery(typed))?.alike, [], typed);
  for (const typed of ['张伟明 ', 'thermometer ', 'GJA98415 ', '13800138000 '])
    assert.equal(lowerQuery(parseQuery(typed))?.alike.length, 1, typed);
  const words = (typed: string) => lowerQuery(parseQuery(typed))?.some.map(({ word }) => word);
  assert.deepEqual(words('how much did Rosa pay for the lamp '), ['Rosa', 'pay', 'lamp']);
  assert.deepEqual(words('张伟买空调花了多少钱'), ['张伟', '伟买', '买空', '空调', '调花']);
});

test('the order: words as typed, then those that stand nearer, then the better field', () => {
  const query = parseQuery('bamboo workshop ');
  const place = (text: string, title: string | null = null) => {
    const { apart, field } = rankExact(query, readable(saved(text, { title, filename: '' })));
    return apart * 10 + field;
  };
  const [typed, close, far] = [
    place('a bamboo workshop'),
    place('a workshop with bamboo'),
    place(`bamboo ${'x '.repeat(80)} workshop`),
  ];
  assert.ok(typed < close && close < far, `${typed} ${close} ${far}`);
  assert.ok(place('x', 'bamboo workshop') < typed);
});

test('alike: each thing must be there; some: from a third of what is said, weighed by what each part says', () => {
  const { alike, some } = lowerQuery(parseQuery('thermometer greenhouse ')) ?? { alike: [], some: [] };
  const costs = ['thermometer greenhouse', 'ther mometer greenhouse', 'thermometre greenhouse', 'thermometer only'].map(
    (text) => rankAlike(alike, readable(saved(text)))?.amount ?? null,
  );
  assert.deepEqual(costs, [0, 2, 10, null]);
  const share = (text: string, weights: number[]) => rankSome(some, weights, readable(saved(text)))?.amount ?? null;
  assert.deepEqual(
    [share('thermometer', [80, 20]), share('greenhouse', [80, 20]), share('greenhouse', [60, 40])],
    [-16, null, -8],
  );
  assert.equal(share('thermometre', [50, 50]), -8, 'what is nearly there counts for less');
});

test('of many words eight may be there nearly, what says little last; the others exactly', () => {
  const near = (typed: string) =>
    lowerQuery(parseQuery(`${typed} `))?.alike.flatMap(({ near: one }) =>
      one.map((each) => (each.is === 'word' ? each.text : each.is)),
    );
  const words = ['barometer', 'calendar', 'december', 'elevator', 'festival', 'gardener', 'hospital', 'insurance', 'january'];
  assert.deepEqual(near(`which would ${words.join(' ')}`), words.slice(0, 8));
  assert.deepEqual(near(`which ${words.slice(0, 7).join(' ')}`), ['which', ...words.slice(0, 7)]);
  assert.deepEqual(near(`13812345678 ${words.join(' ')}`), ['code', ...words.slice(0, 6)]);
});
