/** The text that a PDF has of its own: when it is used, what it says, and where its words are. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pdfDecoder } from '../../../services/formats/pdf-decoder.ts';
import { desk } from '../../worlds/inspected.ts';
import { line, type PdfPage, pdf, pdfOf } from '../../worlds/pdf-file.ts';
import { plain } from '../../worlds/wrong-pictures.ts';

async function read(pages: PdfPage[], given: Parameters<typeof pdf>[1] = {}) {
  const { inspected, recognised, pictures } = desk();
  const verdict = await inspected(pdf(pages, given));
  assert.equal(verdict.verdict, 'legal', JSON.stringify(verdict));
  return { ...(await recognised()), pictures };
}
const REPORT = line(72, 700, 12, 'The quarterly report of the harbour') + line(72, 640, 12, 'was signed in Rotterdam.');
const INVOICE = line(72, 700, 24, '你好世界，发票合计金额。') + line(72, 640, 24, '谢谢惠顾欢迎再来');

describe('a page with a text of its own', () => {
  test('is not recognised, and says its lines and words', async () => {
    const { pages, engine, pictures } = await read([{ content: REPORT }]);
    const [page] = pages;
    assert.equal(page?.text, 'The quarterly report of the harbour\nwas signed in Rotterdam.');
    assert.deepEqual(page.words.map(({ text }) => text).join(' '), page.text.replace('\n', ' '));
    assert.ok(page.confidence === 1 && page.words.every(({ confidence }) => confidence === 1));
    assert.deepEqual([engine, pictures.length], ['text of the file', 0]);
  });

  test('has Chinese in words, with a mark at the end of one', async () => {
    const { pages } = await read([{ content: INVOICE }]);
    assert.equal(pages[0]?.text, '你好世界，发票合计金额。\n谢谢惠顾欢迎再来');
    const words = pages[0].words.map(({ text }) => text);
    assert.ok(words.includes('世界，') && words.includes('发票') && words.length >= 8, words.join(' '));
    assert.equal(words.join(''), pages[0].text.replace('\n', ''));
  });

  /** Where the upright page has its left top corner and which way its lines run, by its turn. */
  const CORNERS: Record<number, (x: number, y: number, w: number, h: number) => [number, number, number, number]> = {
    0: (x, y, w, h) => [x, y, w, h],
    90: (x, y, w, h) => [1 - y - h, x, h, w],
    180: (x, y, w, h) => [1 - x - w, 1 - y - h, w, h],
    270: (x, y, w, h) => [y, 1 - x - w, h, w],
  };
  for (const [turn, turned] of Object.entries(CORNERS))
    test(`has its boxes where they are seen when the page is turned by ${turn}°`, async () => {
      const [width, height, size] = [600, 800, 20];
      // Of Chinese, each character is as wide as it is large: so places are known without a table of widths.
      const content = line(120, 600, size, '测试文字发票合计金额报告') + line(60, 200, size, '收据编号地址电话日期');
      const { pages } = await read([{ content, size: [width, height], rotate: Number(turn) }]);
      const { words = [] } = pages[0] ?? {};
      const found = words.find(({ text }) => text === '收据');
      assert.ok(found, words.map(({ text }) => text).join(' '));
      const [x, y, w, h] = turned(60 / width, 1 - (200 + 0.88 * size) / height, (2 * size) / width, size / height);
      for (const [is, should] of [
        [found.x, x],
        [found.y, y],
        [found.w, w],
        [found.h, h],
      ] as const)
        assert.ok(Math.abs(is - should) < 0.01, `${JSON.stringify(found)}, not ${[x, y, w, h].map((one) => one.toFixed(4))}`);
    });

  test('says nothing of what is beside the paper', async () => {
    const { pages } = await read([{ content: REPORT + line(700, 100, 12, 'nobody sees this') }]);
    assert.doesNotMatch(pages[0]?.text ?? '', /nobody/);
  });

  test('says what is filled into its form', async () => {
    const shown = line(2, 8, 14, 'Filled by hand 4711');
    const form = '/Type/XObject/Subtype/Form/BBox[0 0 228 30]/Resources<</Font<</F1 3 0 R>>>>';
    const field = '<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(x)/Rect[72 500 300 530]/F 4/AP<</N 9 0 R>>>>';
    const { pages } = await read([
      { content: REPORT, annotations: [field, `<<${form}/Length ${shown.length}>>stream\n${shown}\nendstream`] },
    ]);
    assert.match(pages[0]?.text ?? '', /4711/);
  });

  test('with a script in the file is read like any other: nothing runs it', async () => {
    const { pages } = await read([{ content: REPORT }], { catalog: '/OpenAction<</S/JavaScript/JS(while(true){})>>' });
    assert.match(pages[0]?.text ?? '', /Rotterdam/);
  });
});

describe('a page is recognised', () => {
  const jpegOf = async () => ({ bytes: await plain(600, 800).greyscale().jpeg().toBuffer(), width: 600, height: 800 });
  const PICTURE = 'q 612 0 0 792 0 0 cm /Im Do Q\n';

  test('when its text is next to nothing', async () => {
    const { pages, engine, pictures } = await read([{ content: line(300, 30, 10, 'Page 3') }]);
    assert.deepEqual([pages[0]?.text, engine, pictures.length], ['Page 3\nseen 1', 'engine + text of the file', 1]);
  });
  const SHORT = ['会议', '合同甲', 'No. 7', 'Ω', '采购', 'B12-77'];
  for (const text of SHORT)
    test(`when its text is as short as ${text}, which is kept beside a reading of nothing`, async () => {
      const { inspected, recognised, pictures } = desk({ read: async () => ({ text: '', confidence: 0, words: [] }) });
      await inspected(pdf([{ content: line(72, 700, 20, text) }]));
      const { pages, engine } = await recognised();
      assert.deepEqual([pages[0]?.text, engine, pictures.length], [text, 'engine + text of the file', 1]);
    });
  test('and a reading in traditional characters says nothing new', async () => {
    const { inspected, recognised } = desk({ read: async () => ({ text: '會議\n編號甲', confidence: 0.9, words: [] }) });
    await inspected(pdf([{ content: line(72, 700, 20, '会议') + line(72, 660, 20, '编号甲') }]));
    assert.equal((await recognised()).pages[0]?.text, '会议\n编号甲');
  });
  test('when it is a picture with a stamp beside it, and has the stamp all the same', async () => {
    const content = PICTURE + line(72, 20, 8, 'Scanned with the free version of a scanner');
    const { pages } = await read([{ content, jpeg: await jpegOf() }]);
    assert.equal(pages[0]?.text, 'Scanned with the free version of a scanner\nseen 1');
  });
  /** Each puts a scan beside a long footer: by strips, inside of a form, turned, on a part of the page. */
  const FOOTER = line(
    40,
    20,
    8,
    'This footer says for more than a hundred characters who has scanned the page and when and where it was.',
  );
  const strips = Array.from({ length: 8 }, (_, i) => `q 400 0 0 40 100 ${300 + i * 40} cm /Im Do Q\n`).join('');
  const SCANS: Record<string, Partial<PdfPage> & { content: string }> = {
    'cut into strips': { content: strips + FOOTER },
    'on a tenth of the page': { content: `q 250 0 0 200 100 400 cm /Im Do Q\n${FOOTER}` },
    'turned within the page': { content: `q 0 400 -300 0 450 300 cm /Im Do Q\n${FOOTER}` },
    'on a page that is turned': { content: `q 400 0 0 300 100 300 cm /Im Do Q\n${FOOTER}`, rotate: 90 },
  };
  for (const [name, page] of Object.entries(SCANS))
    test(`when a scan stands beside a long footer: ${name}`, async () => {
      const { pages, pictures } = await read([{ ...page, jpeg: await jpegOf() }]);
      assert.deepEqual([pictures.length, /^This footer .* it was\.\nseen 1$/.test(pages[0]?.text ?? '')], [1, true]);
    });
  /** Lines that a program has put over a scan of the whole page: they say nothing of what the scan says. */
  const LONG = 'This line of a program says for whom the page was scanned, when it was, and where it lies now';
  const rows = (count: number, top: number, before = '') =>
    before + Array.from({ length: count }, (_, i) => line(40, top - i * 12, 8, `${LONG} ${i}`)).join('');
  const OVER: Record<string, [content: string, is_read: boolean]> = {
    'a header and a footer': [rows(2, 770) + rows(2, 40), true],
    'a stamp of four lines': [rows(4, 400), true],
    'all its lines, to be seen': [rows(40, 760), false],
    'all its lines, unseen': [rows(40, 760, '3 Tr\n'), false],
    'few lines, unseen, as of a letter': [rows(5, 700, '3 Tr\n'), false],
    'an unseen header': [line(40, 700, 8, 'Page 3 of a scan').replace('BT', 'BT 3 Tr'), true],
  };
  for (const [name, [content, wanted]] of Object.entries(OVER))
    test(`${wanted ? '' : 'not '}when a scan of the whole page has over it ${name}`, async () => {
      const decoder = await pdfDecoder();
      await decoder.open(pdf([{ content: PICTURE + content, jpeg: await jpegOf() }]), 10);
      assert.equal(decoder.read(1)?.is_whole, !wanted);
    });

  /** Letters of some 28 lines and curves each, as programs write text as shapes. */
  const shapes = (letters: number) =>
    Array.from(
      { length: letters },
      (_, i) =>
        `${60 + (i % 50) * 9} ${700 - Math.floor(i / 50) * 20} m\n${Array.from({ length: 27 }, (_, n) => `${60 + (i % 50) * 9 + (n % 5)} ${700 - Math.floor(i / 50) * 20 + n / 3} l\n`).join('')}f\n`,
    ).join('');
  for (const [name, content, is_whole] of [
    ['lines that were made shapes, and a footer', shapes(150) + REPORT, false],
    ['a drawn logo', shapes(20) + REPORT, true],
    ['shapes with a text to be found under them', `${shapes(150)}3 Tr\n${rows(3, 700)}`, true],
  ] as const)
    test(`${is_whole ? 'not ' : ''}when it has ${name}`, async () => {
      const decoder = await pdfDecoder();
      await decoder.open(pdf([{ content }]), 10);
      assert.equal(decoder.read(1)?.is_whole, is_whole);
    });

  test('when a scan stands deeper in forms than anybody nests them by hand', async () => {
    const form = (target: number) =>
      `<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</Im ${target} 0 R>>>>/Length 6>>stream\n/Im Do\nendstream`;
    const { bytes, width, height } = await jpegOf();
    const content = `q 500 0 0 600 50 100 cm /Im Do Q\n${FOOTER}`;
    const image = `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length ${bytes.length}>>stream\n`;
    const file = pdfOf([
      '<</Type/Catalog/Pages 2 0 R>>',
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</Im 7 0 R>>>>>>',
      `<</Length ${content.length}>>stream\n${content}\nendstream`,
      '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
      Buffer.concat([Buffer.from(image), bytes, Buffer.from('\nendstream')]),
      ...Array.from({ length: 15 }, (_, i) => form(i === 14 ? 6 : 8 + i)),
    ]);
    const decoder = await pdfDecoder();
    await decoder.open(file, 10);
    assert.equal(decoder.read(1)?.is_whole, false);
  });

  test('when a scan stands in a form within a form', async () => {
    const form = (name: string, target: number) =>
      `/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</${name} ${target} 0 R>>>>/Length ${name.length + 4}>>stream\n/${name} Do\nendstream`;
    const { bytes, width, height } = await jpegOf();
    const content = `q 500 0 0 600 50 100 cm /Fm Do Q\n${FOOTER}`;
    const image = `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length ${bytes.length}>>stream\n`;
    const file = pdfOf([
      '<</Type/Catalog/Pages 2 0 R>>',
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</Fm 6 0 R>>>>>>',
      `<</Length ${content.length}>>stream\n${content}\nendstream`,
      '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
      `<<${form('Fn', 7)}`,
      `<<${form('Im', 8)}`,
      Buffer.concat([Buffer.from(image), bytes, Buffer.from('\nendstream')]),
    ]);
    const { inspected, recognised, pictures } = desk();
    await inspected(file);
    const { pages } = await recognised();
    assert.deepEqual([pictures.length, pages[0]?.text.endsWith('seen 1')], [1, true]);
  });
  test('and says each word once, those of the file first', async () => {
    const page = { content: `${line(72, 700, 20, 'Registry stamp of the harbour')}q 400 0 0 300 100 100 cm /Im Do Q\n` };
    const word = (text: string, x: number, y: number, confidence = 0.9) => ({ text, confidence, x, y, w: 0.1, h: 0.03 });
    const stamp = [word('Registry', 0.13, 0.095), word('stamp', 0.25, 0.095)];
    const scan = [
      word('gearbox', 0.3, 0.6),
      word('oil', 0.42, 0.6),
      word('齿轮', 0.3, 0.7),
      word('箱', 0.42, 0.7),
      word('~;', 0.3, 0.8, 0.2),
    ];
    const { inspected, recognised } = desk({ read: async () => ({ text: '-', confidence: 0.9, words: [...stamp, ...scan] }) });
    await inspected(pdf([{ ...page, jpeg: await jpegOf() }]));
    const { pages } = await recognised();
    assert.equal(pages[0]?.text, 'Registry stamp of the harbour\ngearbox oil\n齿轮箱');
    assert.deepEqual(
      pages[0].words.slice(-4).map(({ text }) => text),
      ['gearbox', 'oil', '齿轮', '箱'],
    );
  });
  test('not for a logo', async () => {
    const { pictures } = await read([{ content: `${REPORT}q 120 0 0 60 400 700 cm /Im Do Q\n`, jpeg: await jpegOf() }]);
    assert.equal(pictures.length, 0);
  });
  test('not when it has few characters, but Chinese ones', async () => {
    const { pages, pictures } = await read([{ content: line(72, 700, 24, '会议纪要') + line(72, 640, 24, '采购合同编号甲乙') }]);
    assert.deepEqual([pages[0]?.text, pictures.length], ['会议纪要\n采购合同编号甲乙', 0]);
  });
  test('and what recognition does not see stays: two characters', async () => {
    const { inspected, recognised } = desk({ read: async () => ({ text: '', confidence: 0, words: [] }) });
    await inspected(pdf([{ content: line(72, 700, 24, '发票') }]));
    const { pages } = await recognised();
    assert.equal(pages[0]?.text, '发票');
  });
  test('unless the picture has its whole text behind it', async () => {
    const text = Array.from({ length: 6 }, (_, i) => line(72, 700 - i * 40, 12, 'The quarterly report of the harbour')).join('');
    const { pages } = await read([{ content: PICTURE + text, jpeg: await jpegOf() }]);
    assert.match(pages[0]?.text ?? '', /quarterly/);
  });
  test('when its characters are of no script: private ones', async () => {
    const { pages } = await read([{ content: line(72, 700, 12, '\ue001\ue002\ue003\ue004\ue005'.repeat(8)) }]);
    assert.equal(pages[0]?.text, 'seen 1');
  });
  test('when a third of its characters are private ones, between others that can be read', async () => {
    const { pages } = await read([
      { content: line(10, 700, 12, `测试文字发票合计金额报告收据编号地址${'\ue001\ue002'.repeat(5)}`) },
    ]);
    assert.equal(pages[0]?.text, 'seen 1');
  });
  test('beside others of the same document that are not', async () => {
    const { pages, engine, pictures } = await read([
      { content: REPORT },
      { content: PICTURE, jpeg: await jpegOf() },
      { content: INVOICE },
    ]);
    assert.deepEqual(
      pages.map(({ text }) => text.slice(0, 6)),
      ['The qu', 'seen 2', '你好世界，发'],
    );
    assert.deepEqual([engine, pictures.map(({ page }) => page)], ['engine + text of the file', [2]]);
  });
});
