/** Chinese by its sound: how words are read as pinyin, and which Han they are. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { stored } from '../../text/analyse.ts';
import { hanRead, readingsOf, soundTokens, waysToRead } from '../../text/pinyin.ts';
import { parseQuery } from '../../text/query.ts';
import { readable } from '../../text/rank.ts';
import { rankSound, soundQuery } from '../../text/sound-query.ts';
import { saved } from '../worlds/entries.ts';
import { inContext, moduleOf, table } from './make-pinyin.ts';

const ways = (...words: string[]) => waysToRead(words).map((way) => way.join(' '));

describe('pinyin', () => {
  test('words are cut into syllables, with tones and without', () => {
    assert.deepEqual(ways('fapiao'), ['fa piao', 'fa pi ao']);
    for (const typed of ['fā piào', 'faPiao', 'FAPIAO', 'fāpiào', 'fa-piao', 'fa–piao', 'fa’piao', 'ｆａｐｉａｏ'])
      assert.ok(ways(typed).includes('fa piao'), typed);
    assert.deepEqual(ways('fa', 'piao'), ['fa piao', 'fa pi ao']);
    assert.deepEqual(ways('xian').sort(), ['xi an', 'xian']);
    assert.deepEqual(ways("xi'an"), ['xi an']);
    assert.deepEqual(ways('fangan').sort(), ['fan gan', 'fang an']);
  });

  test('ü is typed as v, ü or yu, and after n and l as u before e', () => {
    for (const typed of ['lǜshi', 'lvshi', 'lüshi', 'lyushi']) assert.ok(ways(typed).includes('lv shi'), typed);
    assert.deepEqual(ways('lüe'), ['lve', 'lv e']);
    for (const typed of ['qü', 'xüe', 'yüan', 'jü']) assert.deepEqual(ways(typed), ways(typed.replace('ü', 'u')), typed);
    assert.ok(ways('zhanlue').includes('zhan lve'));
  });

  test('what is no pinyin is not read, and neither is what is far too long', () => {
    for (const typed of ['invoice', 'café', 'fapia', 'fp', 'fapiao2024', '发票', '', 'ng', 'receipt'])
      assert.deepEqual(ways(typed), [], typed);
    assert.deepEqual(ways('a'.repeat(41)), []);
    const many = ways('xianxianxianxianxian');
    assert.ok(many.length > 0 && many.length <= 12, `${many.length}`);
  });

  test('a character has each of its usual readings, and none that is out of use', () => {
    assert.deepEqual([...readingsOf('门')], ['men']);
    assert.deepEqual([...readingsOf('厦')].sort(), ['sha', 'xia']);
    for (const sound of ['hang', 'xing']) assert.ok(readingsOf('行').includes(sound));
    assert.deepEqual([...readingsOf('重')].sort(), ['chong', 'zhong']);
    assert.deepEqual([...readingsOf('单')].sort(), ['chan', 'dan', 'shan']);
    for (const [one, sound] of ['票 piao', '学 xue', '女 nv', '信 xin'].map((line) => line.split(' ')))
      assert.deepEqual([...readingsOf(one ?? '')], [sound]);
    assert.deepEqual(readingsOf('a'), []);
  });

  test('a library of pinyin that looks at the context gives no reading that is not known here', () => {
    const words =
      '银行行程重庆重要发票西安长城校长会计会议音乐快乐调查调整还款还是朝阳地铁目的单位仇先生区先生解放便宜率领效率数据参加人参供应商';
    const other = [...words].map((one, at) => ({ one, sound: inContext(words)[at] ?? '' }));
    assert.deepEqual(
      other.filter(({ one, sound }) => !readingsOf(one).includes(sound)),
      [],
    );
  });

  test('the table is as it is made', () => {
    assert.equal(readFileSync('text/pinyin-table.ts', 'utf8'), moduleOf(table()));
  });

  test('a text is found by each sound, and by two that stand together', () => {
    assert.deepEqual(soundTokens(stored(['收据']).plain).sort(), ['.yju', '.yshou', '.yshou.ju']);
    for (const sound of ['.yyin.hang', '.yyin.xing']) assert.ok(soundTokens(stored(['银行']).plain).includes(sound));
    assert.deepEqual(soundTokens(stored(['scan_01.png']).plain), []);
    assert.ok(!soundTokens(stored(['发，票']).plain).includes('.yfa.piao'));
    assert.deepEqual(soundTokens(stored(['發票']).plain), soundTokens(stored(['发票']).plain));
  });

  test('the longest run that is read so is found, never over a sign', () => {
    const line = (text: string) => stored([text]).plain;
    assert.deepEqual(hanRead(line('先去西安'), waysToRead(['xian'])), ['西', '安']);
    assert.deepEqual(hanRead(line('先生'), waysToRead(['xian'])), ['先']);
    assert.equal(hanRead(line('发，票'), waysToRead(['fapiao'])), null);
    assert.equal(hanRead(line('票发'), waysToRead(['fapiao'])), null);
  });
});

describe('words that are read as pinyin', () => {
  const read = (typed: string, nowhere: boolean[]) => soundQuery(parseQuery(`${typed} `), nowhere);
  /** The first way to read each part of each alternative, parts by a bar; = for what is to stand as typed. */
  const alternativesOf = (typed: string, nowhere: boolean[]) =>
    read(typed, nowhere)?.read.map((run) =>
      run.map((parts) => parts.map((part) => ('ways' in part ? part.ways[0]?.join(' ') : '=')).join(' | ')),
    );
  const waysOf = (typed: string, nowhere: boolean[]) => alternativesOf(typed, nowhere)?.map(([whole]) => whole);

  test('only those that stand nowhere, and all of a run that is typed apart', () => {
    assert.deepEqual(waysOf('fapiao', [true]), ['fa piao']);
    assert.equal(waysOf('women', [false]), undefined);
    assert.deepEqual(waysOf('fa piao', [false, true]), ['fa piao']);
    assert.equal(waysOf('fa piao', [false, false]), undefined);
    assert.deepEqual(waysOf('zhang weihua', [true, true]), ['zhang wei hua']);
    assert.deepEqual(waysOf('fapiao zhangwei', [true, true]), ['fa piao', 'zhang wei']);
    const mixed = read('fapiao 2024', [true, false]);
    assert.deepEqual([mixed?.read.length, mixed?.written.length], [1, 1]);
  });

  test('a run is whole or in parts, and a word of it that some text has may stand as typed', () => {
    assert.deepEqual(alternativesOf('beijing fa piao', [true, true, true]), [
      ['bei jing fa piao', 'bei jing | fa piao', 'bei jing fa | piao'], // fa alone says too little
    ]);
    assert.deepEqual(alternativesOf('can fapiao', [false, true]), [['can fa piao', '= | fa piao']]);
    assert.equal(alternativesOf('zhang wei he tong', [true, true, true, true])?.[0]?.[0], 'zhang wei he tong');
    assert.ok(alternativesOf('zhang wei he tong', [true, true, true, true])?.[0]?.includes('zhang wei | he tong'));
    assert.deepEqual(read('the fapiao', [false, true])?.written, [], 'a word that says nothing need not be there');
  });

  test('quotes and a minus switch it off, and one short syllable or initials say too little', () => {
    for (const typed of ['"fapiao"', 'fapiao -draft', 'fa', 'li', 'fp', 'zw', 'invoice'])
      assert.equal(read(typed, [true, true]), null, typed);
  });

  test('a hit says which Han it has, and what it has to have as typed', () => {
    const text = readable(saved('2024-03-05', { title: '增值税發票', tags: ['西安'], filename: '发票.png' }));
    const ranked = (typed: string, nowhere: boolean[]) => {
      const query = read(typed, nowhere);
      return query && rankSound(query, text);
    };
    assert.deepEqual(
      ranked('fapiao', [true])?.marks.flatMap(({ any }) => any.map(({ tokens }) => tokens)),
      [['发票'], ['发票']],
    );
    assert.ok(ranked('fapiao 2024-03-05', [true, false]));
    assert.equal(ranked('fapiao 2023-03-05', [true, true]), null);
    assert.equal(ranked('shouju', [true]), null);
    const page = readable(saved('一张发票', { title: 'x', tags: [], filename: 'x.png' }));
    const query = read('fapiao', [true]);
    assert.equal(query && rankSound(query, page), null, 'pages are not read by sound');
  });
});
