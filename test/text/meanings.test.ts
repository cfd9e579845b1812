/** What is meant alike and written otherwise: numbers, dates, amounts, codes and words. Each is found by the other, and its neighbour is not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { stored } from '../../text/analyse.ts';
import { cleanText } from '../../text/clean.ts';
import { type Phrase, parseQuery } from '../../text/query.ts';
import { withoutRadicals } from '../../text/radicals.ts';

const SEED = 20261129;
/** As an index finds: every term by one of its phrases. */
function finds(typed: string, text: string): boolean {
  const fields = stored([text]);
  const has = ({ stream, tokens, prefix }: Phrase) => ` ${fields[stream]} `.includes(` ${tokens.join(' ')}${prefix ? '' : ' '}`);
  const { all } = parseQuery(`${typed} `);
  return all.length > 0 && all.every(({ any }) => any.some(has));
}
/** Rows of a text and of what finds it. */
function found(rows: [text: string, ...typed: string[]][]): void {
  for (const [text, ...typed] of rows) for (const one of typed) assert.ok(finds(one, text), `${one} finds ${text}`);
}
function notFound(rows: [text: string, ...typed: string[]][]): void {
  for (const [text, ...typed] of rows) for (const one of typed) assert.ok(!finds(one, text), `${one} does not find ${text}`);
}

describe('dates', () => {
  const WRITTEN = [
    '2024-03-05',
    '2024/3/5',
    '2024.03.05',
    '20240305',
    '2024年3月5日',
    '2024年03月05号',
    '二〇二四年三月五日',
    '二零二四年三月五日',
    '二○二四年三月五日',
    'March 5, 2024',
    'March 5th, 2024',
    'Mar 5 2024',
    'Mar. 5, 2024',
    '5 March 2024',
    '5th of March, 2024',
    '05-Mar-2024',
    '2024 March 5',
    '2O24年3月5日',
  ];
  test('of one day are found however they are written', () => {
    for (const text of WRITTEN)
      for (const typed of WRITTEN) assert.ok(finds(typed, `Invoice date: ${text}.`), `${typed} finds ${text}`);
  });
  test('of another day are not', () => {
    for (const typed of WRITTEN)
      notFound([
        ['March 6, 2024', typed],
        ['2024年4月5日', typed],
        ['5 March 2023', typed],
      ]);
  });
  test('of which one part can be no month are read in every order, others as they are written', () => {
    found([
      ['25.12.2024', '2024-12-25', 'December 25, 2024'],
      ['12/25/2024', '2024年12月25日'],
    ]);
    notFound([['03/05/2024', '2024-03-05', '2024-05-03']]);
  });
  test('of a month and of a day without its year', () => {
    found([
      ['September 4, 2019', 'September 2019', '2019-09', '2019年9月', '9月4日', 'September 4'],
      ['二〇一八年十二月二十一日', '2018-12-21', '2018年12月', '12月21日'],
      ['2025年S月19日', '2025-05-19'],
      ['Z017年1Z月l4曰', '2017-12-14'],
    ]);
    notFound([['September 4, 2019', 'October 2019', '9月5日']]);
  });
  test('are found though letters stand for digits, or others in the name of a month', () => {
    found([
      ['Date: August 8, Z021', '2021/8/8', 'August 2021'],
      ['Date: l2 Dec 2020', '2020-12-12', 'December 12, 2020'],
      ['Date: Dec l2, 2O20', '2020-12-12'],
      ['日期：2017-01-Z3', '23 Jan 2017', '2017年1月23日'],
      ['日期：Z017/1/3', '2017-01-03'],
      ['Date: Z017.O3.11', '2017年3月11日', '2017-03'],
      ['日期：2018.O2.20', '20 Feb 2018'],
      ['日期：Z0170512', '12 May 2017', '2017-05-12'],
      ['Date: Jonuary 23, 2019', '2019-01-23', '2019-01'],
      ['Date: 7 Scptember 2019', '2019-09-07'],
      ['日期：二〇二〇年十二目十二日', '2020-12-12', '2020年12月'],
      ['日期：2015-08-2S', '2015-08-25'],
      ['Serial 2015-8-2S', '201582S', '2015-8-2S'],
    ]);
    notFound([
      ['No. 2017-0l-SZ', '2017-01-52'],
      ['Ref. A2017-01-Z3', '2017-01-23'],
      ['Ref. 2017-01-Z3A', '2017-01-23'],
      ['mor 5 of 2024 pieces', '2024-03-05'],
      ['Serial 2015-8-2S', '2015-08-25'],
      ['Part 2020-5-1B', '2020-05-18'],
      ['after 30s it is may 2020', '2020-05-15'],
      ['第3目5日', '3月5日'],
    ]);
  });
});

describe('amounts', () => {
  test('are found with and without currency, in capitals and in 万', () => {
    found([
      ['金额：¥83,172.00', '83172元', '83172', 'RMB 83172', '￥83,172', '8.3172万元', '捌万叁仟壹佰柒拾贰元整'],
      ['合计 1280.00 元', '￥1280', '1280元', 'CNY 1280', '1,280.00'],
      ['人民币陆仟玖佰贰拾贰元整', '6922', '¥6,922.00', '6922元'],
      ['RMB 6922.00', '人民币陆仟玖佰贰拾贰元整', '人民币 6922'],
      ['人民幣陸仟玖佰貳拾貳圓整', '6922'],
      ['贰仟叁佰肆拾伍元陆角整', '2345.60', '2345.6元'],
      ['注册资本 83万元', '830000', '830000元', '83万元'],
      ['共 3元', '3.00元', '￥3'],
    ]);
  });
  test('are found though letters stand for digits, behind their currency', () => {
    found([
      ['合计：¥98,29S.53', 'RMB 98295.53', '98295.53'],
      ['合计：RMB S5924.19', 'RMB 55924.19', '55924.19元'],
      ['合计：RMB 2SO65.00', '人民币贰万伍仟零陆拾伍元整', '25065'],
      ['Total $885S0.00', '$88550'],
      ['合计：¥39,545.8B', '39545.88元'],
      ['合计：9B860.00元', '¥98,860.00', '98860'],
    ]);
    notFound([
      ['Total $ls', '$15'],
      ['code S5924', '55924元'],
    ]);
  });
  test('of another value are not, nor is a small number that is no money', () => {
    notFound([
      ['¥83,173.00', '83172元'],
      ['陆仟玖佰贰拾叁元整', '6922'],
      ['共3张', '3元'],
    ]);
  });
});

describe('telephone and other numbers', () => {
  test('are found with and without country and area', () => {
    found([
      ['电话：150 9636 9603', '+86 150 9636 9603', '+8615096369603', '15096369603', '+86-150-9636-9603'],
      ['+86 138-0013-8000', '13800138000', '138 0013 8000'],
      ['8613800138000', '13800138000'],
      ['Tel: 02181680551', '81680551', '021-81680551', '(021) 8168 0551', '+86 21 81680551'],
      ['Tel: (021) 8168-0551', '81680551', '02181680551'],
      ['电话 81680551', '021-81680551'],
      ['0571-87654321', '87654321'],
    ]);
    found([
      ['Tel: +86 1B6 5029 0051', '18650290051', '+8618650290051', '186-5029-0051'],
      ['Tcl: +86 186 6746 O984', '+8618667460984'],
      ['电话：138 6692 423Z\n型号', '13866924232'],
      ['电话：+8613B2798627B', '138-2798-6278'],
      ['电话：l5096369603', '15096369603'],
    ]);
    notFound([
      ['SOS 138 0013 800', '50513800138'],
      ['Tel: 02181680551', '81680552', '1680551', '010-81680551'],
    ]);
  });
  test('in pieces go over one line end, and columns of numbers do not', () => {
    found([['卡号 6222 5104 3801\n6947 796', '6222510438016947796']]);
    notFound([['1280\n2024\n3350', '12802024', '20243350']]);
  });
});

describe('codes', () => {
  test('are found with and without their signs, and with digits that became letters', () => {
    found([
      ['型号：GJA984-15', 'GJA98415', 'GJA984-15', 'gja-984-15'],
      ['型号：GJA98415', 'GJA984-15'],
      ['型号：SKU-31O526', 'SKU-310526', '310526'],
      ['型号：SKU-310526', 'SKU-31O526', 'SKU31O526'],
      ['No. INV-2024-0042/B', 'INV20240042', 'INV-2024-0042', 'INV-2024-0042/B'],
      ['INV-\n0042', 'INV-0042', 'INV0042'],
    ]);
    notFound([
      ['型号：GJA984-15', 'GJA98416', 'GJB98415'],
      ['SKU-310526', 'SKU-310527'],
    ]);
  });
});

describe('words', () => {
  test('written together, apart or over the end of a line', () => {
    found([
      ['cap-\ntions and recog-\nnition', 'captions', 'caption', 'recognition', 'nition'],
      ['long-\nterm', 'long-term', 'longterm', 'term'],
      ['well-known', 'wellknown', 'well known'],
      ['e-mail', 'email'],
      ['email', 'e-mail'],
      ['Wi-Fi', 'wifi', 'WiFi'],
      ['co-operate', 'cooperate', 'cooperation'],
      ['U.S.A.', 'USA'],
      ['USA', 'U.S.A.'],
      ["Patrick O'Brien", 'OBrien', "O'Brien", 'O’Brien', 'Brien'],
      ['Jean-Luc', 'jeanluc'],
      ['ConradMoreau', 'Conrad Moreau', 'Moreau', 'conradmoreau'],
      ['买买提·艾力', '买买提艾力', '买买提·艾力', '艾力'],
      ['サーバ', 'サーバー'],
      ['サーバー', 'サーバ'],
    ]);
    notFound([
      ['recog\n\nnition', 'recognition'],
      ['modern', 'mode rn'],
    ]);
  });
  test('no phrase reaches into what a word is joined to', () => {
    assert.ok(!finds('"report recognition"', 'recog-\nnition report'));
    assert.ok(finds('"recognition"', 'recog-\nnition report'));
  });
  test('Latin letters with strokes, and those that are two', () => {
    found([
      ['Straße Łódź Sørensen Ærø', 'strasse', 'STRASSE', 'lodz', 'sorensen', 'aero', 'Straße', 'ŁÓDŹ'],
      ['strasse lodz sorensen aero', 'Straße', 'Łódź', 'Sørensen', 'Ærø'],
      ['Þórður Đorđe Œuvre ħal ŋ', 'thordur', 'dorde', 'oeuvre', 'hal', 'n'],
      ['STRAẞE ısı', 'strasse', 'isi'],
    ]);
  });
  test('irregular forms and British spelling', () => {
    found([
      ['was paid in cash', 'pay', 'paying'],
      ['the office bought two', 'buy', 'buys'],
      ['two children', 'child'],
      ['knives', 'knife'],
      ['analyses', 'analysis'],
      ['written', 'write', 'wrote', 'writing'],
      ['colour centre organisation licence', 'color', 'center', 'organization', 'license', 'colours', 'organize'],
      ['catalog of jewelry by the meter', 'catalogue', 'jewellery', 'metre'],
    ]);
    assert.ok(!finds('"pay"', 'was paid'));
    notFound([
      ['left the ground', 'leave', 'grind'],
      ['four hours', 'for', 'horse'],
    ]);
  });
});

describe('CJK radicals', () => {
  const PAIRS: [string, string][] = [
    ['⻓期合同', '长期合同'],
    ['⻛险提⺬', '风险提示'],
    ['⻋辆登记', '车辆登记'],
    ['⺠行', '民行'],
    ['⻅证', '见证'],
    ['⻚码', '页码'],
    ['陕⻄', '陕西'],
    ['⻩河', '黄河'],
    ['⻥', '鱼'],
    ['⼈', '人'],
  ];
  test('are the characters that they look like, in what is asked, stored and shown', () => {
    for (const [radical, usual] of PAIRS) {
      found([
        [radical, usual],
        [usual, radical],
        [radical, radical],
      ]);
      assert.equal(cleanText(radical), usual);
    }
  });
  test('of the supplement: all that Unicode gives one usual character', () => {
    const left = Array.from({ length: 0x80 }, (_, i) => String.fromCodePoint(0x2e80 + i)).filter(
      (one) => withoutRadicals(one) === one,
    );
    assert.deepEqual(left, [...'⺀\u2e9a\u2ef4\u2ef5\u2ef6\u2ef7\u2ef8\u2ef9\u2efa\u2efb\u2efc\u2efd\u2efe\u2eff']);
  });
});

test(`any day is found in every writing, and by its neighbour in none (seed ${SEED})`, () => {
  const MONTHS = 'January February March April May June July August September October November December'.split(' ');
  const day = fc.date({ min: new Date('1950-01-01T00:00:00Z'), max: new Date('2049-12-31T00:00:00Z'), noInvalidDate: true });
  const ways = (at: Date) => {
    const [y, m, d] = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()];
    const two = (n: number) => `${n}`.padStart(2, '0');
    return [
      `${y}-${two(m)}-${two(d)}`,
      `${y}年${m}月${d}日`,
      `${MONTHS[m - 1]} ${d}, ${y}`,
      `${d} ${MONTHS[m - 1]?.slice(0, 3)} ${y}`,
    ];
  };
  fc.assert(
    fc.property(day, fc.nat(3), fc.nat(3), (at, one, other) => {
      const next = new Date(at.getTime() + 86_400_000);
      assert.ok(finds(ways(at)[one] ?? '', `x ${ways(at)[other]}`));
      assert.ok(!finds(ways(next)[one] ?? '', `x ${ways(at)[other]}`));
    }),
    { seed: SEED, numRuns: 500 },
  );
});
