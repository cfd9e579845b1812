/** What every SearchIndex must find: Chinese, words, numbers, phrases, tags and filters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST, saved, vectorAt } from '../worlds/entries.ts';
import type { IndexWorld } from './search-index-world.ts';

export function indexTestFinds(world: () => Promise<IndexWorld>): void {
  test('Chinese is found by one character, by several, and across the two writings', async () => {
    const { index, put, finds } = await world();
    await put('trad', '這是軟體發票，共三張');
    await put('simple', '这是 软 体 发 票');
    await put('other', '票发软件，𠀀𠀁𪛖');
    await finds('票', ['trad', 'simple', 'other']);
    await finds('发票', ['trad', 'simple']);
    await finds('發票', ['trad', 'simple']);
    await finds('软体发票', ['trad', 'simple']);
    await finds('软体票', []);
    await put('parted', '中国，国人');
    await put('whole', '中国人');
    await finds('中国人', ['whole']);
    await finds('"中国，国人"', ['parted']);
    await finds('𠀁𪛖', ['other']);
    await finds('𪛖', ['other']);
    await finds('共三张', ['trad']);
    await index.close();
  });

  test('words by their stems, their beginnings and with Han between', async () => {
    const { index, put, finds } = await world();
    await put('a', '我的iPhone手机很好 running a university');
    await put('b', '手机的iPad runs 共3张A4纸');
    await finds('iPhone手机', ['a']);
    await finds('手机ipad ', ['b']);
    await finds('run ', ['a', 'b']);
    await finds('RUNNING ', ['a', 'b']);
    await finds('universi', ['a']);
    await finds('universi ', []);
    await finds('ip', ['a', 'b']);
    await finds('共3张', ['b']);
    await finds('a4纸', ['b']);
    await index.close();
  });

  test('the beginning of a word after another one, however many words begin so', async () => {
    const { index, put, search } = await world();
    const many = 120;
    await Promise.all(Array.from({ length: many }, (_, i) => put(`${i}`, `ref15${i} 于`)));
    for (const typed of ['15', 'ref15']) assert.equal((await search(typed, { limit: 200 })).total, many, typed);
    assert.equal((await search('ref1511', { limit: 200 })).total, 11); // 1511, and 15110 to 15119
    await index.close();
  });

  test('numbers, with and without what parts thousands', async () => {
    const { index, put, finds } = await world();
    await put('a', '合计 ¥1,234.50 于 2024.03.15');
    for (const typed of ['1,234.50 ', '1234.50 ', '1234', '2024-03-15', '2024.03.15 ', '合计1234.50 ']) await finds(typed, ['a']);
    for (const typed of ['234.50 ', '1234 ', '2024-15-03 ']) await finds(typed, []);
    await index.close();
  });

  test('an amount, a telephone number and a date are found however they are written', async () => {
    const { index, put, finds } = await world();
    await put('amount', '合计 ¥1,280.00 元');
    await put('half', '小计 1 280,50 und 1.280.500,75');
    await put('phone', '电话 +86 138-0013-8000');
    await put('joined', '手机13800138000');
    await put('spaced', 'Tel (010) 6255 1234 ext 9');
    await put('iso', 'on 2024-03-05 at noon');
    await put('slash', '2024/3/5');
    await put('compact', 'IMG_20240305_0930');
    await put('han', '二零二四 2024年3月5日');
    await put('other', '2024-03-06 and 138-0013-8001, 1,281.00');
    for (const typed of ['1280 ', '1,280 ', '1280.00 ', '１，２８０．００ ', '¥1280.0 ', '1280元'])
      await finds(typed, ['amount']);
    for (const typed of ['1280.5 ', '1,280.50 ', '1 280,50']) await finds(typed, ['half']);
    await finds('1280500.75 ', ['half']);
    for (const typed of ['13800138000 ', '138-0013-8000 ', '138 0013 8000 ', '１３８ ００１３ ８０００ '])
      await finds(typed, ['phone', 'joined']);
    for (const typed of ['8613800138000 ', '+86 138-0013-8000 ', '+86 138 0013 8000 ']) await finds(typed, ['phone', 'joined']);
    for (const typed of ['01062551234 ', '(010)62551234', '010-6255-1234 ']) await finds(typed, ['spaced']);
    for (const typed of [
      '2024-03-05 ',
      '2024/3/5 ',
      '20240305 ',
      '2024年3月5日',
      '2024.03.05 ',
      '2024年03月05号 ',
      '２０２４／３／５ ',
    ])
      await finds(typed, ['iso', 'slash', 'compact', 'han']);
    for (const typed of ['2024年3月', '2024-03 ']) await finds(typed, ['iso', 'slash', 'compact', 'han', 'other']);
    await finds('2024年3月5日 -noon', ['slash', 'compact', 'han']);
    await finds('138001380', ['phone', 'joined', 'other']);
    await finds('"1280"', []);
    await finds('"13800138000"', ['joined']);
    await finds('-2024-03-05 电话', ['phone']);
    await index.close();
  });

  test('dates in words, amounts in capitals, codes, and words written together or apart', async () => {
    const { index, put, finds } = await world();
    await put('en', 'Invoice date: March 5, 2024 for INV-2024-0042, recog-\nnition of Łódź was paid');
    await put('zh', '二〇二四年三月五日 人民币陆仟玖佰贰拾贰元整 型号：GJA984-15 电话 021-81680551');
    await put('other', 'March 6, 2024 6923元 GJA984-16 INV-2024-0043 recog nition');
    for (const typed of ['2024-03-05 ', '5 Mar 2024 ', 'March 5, 2024 ', '二〇二四年三月五日', '3月5日'])
      await finds(typed, ['en', 'zh']);
    for (const typed of ['6922 ', '¥6,922.00 ', '6922元']) await finds(typed, ['zh']);
    for (const typed of ['GJA98415 ', 'GJA98415', 'gja-984-15 ', '81680551 ', '+86 21 81680551 ']) await finds(typed, ['zh']);
    for (const typed of ['INV20240042 ', 'recognition', 'recognition ', '"recognition"', 'lodz ', 'pay '])
      await finds(typed, ['en']);
    await index.close();
  });

  test('full-width and half-width, traditional and simplified, each finds the other', async () => {
    const { index, put, finds } = await world();
    await put('wide', 'ＡＢＣ　１２３４　ｶﾞｽ');
    await put('narrow', 'abc 1234 ガス');
    await put('trad', '發票專用章 後臺');
    await put('simple', '发票专用章 后台');
    for (const typed of ['ABC', 'ａｂｃ ', '1234 ', '１２３４', 'ガス', 'ｶﾞｽ']) await finds(typed, ['wide', 'narrow']);
    for (const typed of ['发票专用章', '發票專用章', '專', '专', '"后台"', '"後臺"', '后台'])
      await finds(typed, ['trad', 'simple']);
    await index.close();
  });

  test('quoted words stand as written one after the other, in one field of one page', async () => {
    const { index, put, finds } = await world();
    await put('a', 'the annual report of 2024');
    await put(
      'b',
      saved('annual', {
        title: 'report',
        pages: [
          { page: 1, text: 'an annual' },
          { page: 2, text: 'report' },
        ],
      }),
    );
    await finds('annual report ', ['a', 'b']);
    await finds('"annual report"', ['a']);
    await finds('"annual reports"', []);
    await index.close();
  });

  test('what is excluded is not found, and everything typed must be', async () => {
    const { index, put, finds } = await world();
    await put('a', '发票 apple');
    await put('b', '发票 banana');
    await finds('发票', ['a', 'b']);
    await finds('发票 -apple', ['b']);
    await finds('发票 -香蕉', ['a', 'b']);
    await finds('-apple', ['b']);
    await finds('apple banana ', []);
    await index.close();
  });

  test('every field is searched', async () => {
    const { index, put, finds } = await world();
    const fields = { title: '标题', description: 'description', tags: ['红色', 'Two Words'], filename: 'scan_0042.png' };
    await put('a', saved('正文', fields));
    for (const typed of ['标题', 'description ', '红色', 'two ', 'scan ', '0042 ', '正文', '标题 正文 0042 '])
      await finds(typed, ['a']);
    await finds('标题正文', []);
    await index.close();
  });

  test('filters: tags, batches, when it was taken; tag: whatever its case', async () => {
    const { index, put, finds } = await world();
    await put('a', saved('手机', { tags: ['Red', 'two words'], batch_id: 'b1', taken_at: 1_000, created_at: 5_000 }));
    await put('b', saved('手机', { tags: ['green'], batch_id: 'b2', taken_at: 2_000, created_at: 6_000 }));
    await put('c', saved('手机', { tags: [], created_at: 7_000 }));
    for (const typed of ['手机', '']) {
      await finds(typed, ['a'], { tag: ['Red'] });
      await finds(typed, ['a', 'b'], { tag: ['Red', 'green'] });
      await finds(typed, ['a'], { tag: ['Red', 'green'], batch_id: ['b1', 'b3'] });
      await finds(typed, ['b'], { taken_from: 1_001 });
      await finds(typed, ['a', 'b'], { taken_from: 1_000, taken_to: 2_000 });
      await finds(typed, ['a'], { taken_to: 1_999, tag: ['Red'] });
      await finds(typed, ['a'], { created_from: 5_000, created_to: 6_000 });
      await finds(typed, ['a', 'b'], { created_from: 5_000, created_to: 6_001 });
      await finds(typed, ['b', 'c'], { created_from: 5_001 });
      await finds(`${typed} tag:red`, ['a']);
      await finds(`${typed} tag:"TWO words"`, ['a']);
      await finds(`${typed} tag:red tag:green`, []);
      await finds(`${typed} -tag:red`, ['b', 'c']);
      await finds(`${typed} -tag:"Two Words" -标签：green`, ['c']);
      await finds(`${typed} tag:red -tag:"two words"`, []);
      await finds(`${typed} tag:two`, []);
    }
    const near = { vector: vectorAt(1, 1), mode: 'vector' as const };
    await put('d', saved('电脑', { tags: ['Red'] }), { vector: vectorAt(0.9, 1) });
    await put('e', saved('电脑', { tags: ['green'] }), { vector: vectorAt(1, 1) });
    await finds('手机', ['d'], { ...near, tag: ['Red'] });
    await finds('手机', ['d'], { ...near, least: LEAST, tag: ['Red'] });
    await finds('不 tag:red', ['d'], near);
    await finds('不 -电脑', [], near);
    await index.close();
  });
}
