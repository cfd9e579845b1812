/** What people have added to a page: fields that are filled in without an appearance, free text, notes, and dynamic forms. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pdfDecoder } from '../../../services/formats/pdf-decoder.ts';
import { desk } from '../../worlds/inspected.ts';
import { line, pdf, pdfOf } from '../../worlds/pdf-file.ts';

const WIDGET = '/Type/Annot/Subtype/Widget/Rect[72 500 300 530]';
const DA = '/DA(/Helv 12 Tf 0 g)';
const BODY = line(72, 700, 12, 'The quarterly report of the harbour');
const utf16 = (text: string) => `<feff${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
const EMPTY_LOOK = '<</Type/XObject/Subtype/Form/BBox[0 0 228 30]/Length 11>>stream\n/Tx BMC EMC\nendstream';

type Shape = { annotation: string; other?: string; form?: string; content?: string };
/** Object 6 is the annotation, 7 another object. */
function file({ annotation, other = 'null', form = '/Fields[6 0 R]', content = BODY }: Shape): Buffer {
  return pdfOf([
    `<</Type/Catalog/Pages 2 0 R/AcroForm<<${form}/DR<</Font<</Helv 5 0 R>>>>${DA}>>>>`,
    '<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>',
    '<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R/Annots[6 0 R]>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    annotation,
    other,
  ]);
}

async function read(bytes: Buffer) {
  const decoder = await pdfDecoder();
  const { sizes, remarks } = await decoder.open(bytes, 10);
  const [size = { width: 1, height: 1 }] = sizes;
  const inkAt = async () => {
    const { rgba } = await decoder.draw(1, { width: Math.round(size.width), height: Math.round(size.height) });
    let ink = 0;
    for (let y = Math.round(size.height) - 530; y < Math.round(size.height) - 500; y++)
      for (let x = 72; x < 300; x++) if ((rgba[4 * (y * Math.round(size.width) + x)] ?? 255) < 128) ink += 1;
    return ink;
  };
  const first = decoder.read(1);
  const ink = await inkAt();
  const again = decoder.read(1);
  assert.deepEqual(again, first, 'the page says the same each time');
  const { remarks: on_page } = await decoder.draw(1, { width: 10, height: 10 });
  return { text: first?.read.text ?? '', own: first, ink, remarks, on_page };
}

/** What is filled in, and has a place on the page. */
const DRAWN: Record<string, Shape> = {
  'a text field without an appearance': { annotation: `<<${WIDGET}/F 4/FT/Tx/T(a)/V(Filled 4711)${DA}>>` },
  'one that a program is asked to draw': {
    annotation: `<<${WIDGET}/F 4/FT/Tx/T(a)/V(Filled 4711)${DA}>>`,
    form: '/Fields[6 0 R]/NeedAppearances true',
  },
  'one without a font of its own': { annotation: `<<${WIDGET}/F 4/FT/Tx/T(a)/V(Filled 4711)>>` },
  'one whose value is that of its parent': {
    annotation: `<<${WIDGET}/F 4/Parent 7 0 R>>`,
    other: `<</FT/Tx/T(a)/V(Filled 4711)/Kids[6 0 R]${DA}>>`,
    form: '/Fields[7 0 R]',
  },
  'one with an empty appearance': {
    annotation: `<<${WIDGET}/F 4/FT/Tx/T(a)/V(Filled 4711)${DA}/AP<</N 7 0 R>>>>`,
    other: EMPTY_LOOK,
  },
  'a choice': { annotation: `<<${WIDGET}/F 4/FT/Ch/Ff 131072/T(a)/V(Filled 4711)/Opt[(One)(Filled 4711)]${DA}>>` },
  'free text without an appearance': {
    annotation: `<</Type/Annot/Subtype/FreeText/Rect[72 500 300 530]/F 4/Contents(Filled 4711)${DA}>>`,
  },
};

describe('what is filled in is drawn and read', () => {
  for (const [name, shape] of Object.entries(DRAWN))
    test(name, async () => {
      const { text, own, ink, on_page } = await read(file(shape));
      assert.match(text, /harbour\nFilled 4711$/);
      assert.ok(ink > 30, `${ink}`);
      assert.ok(
        own?.read.words.some((word) => word.text === '4711'),
        'it has a place',
      );
      assert.deepEqual(on_page, []);
    });
});

/** What stands in no font of the page, or is shown when it is opened. */
const SAID: Record<string, Shape> = {
  'a value in Chinese': { annotation: `<<${WIDGET}/F 4/FT/Tx/T(a)/V${utf16('采购合同')}${DA}>>` },
  'a value in Chinese of a parent': {
    annotation: `<<${WIDGET}/F 4/Parent 7 0 R>>`,
    other: `<</FT/Tx/T(a)/V${utf16('采购合同')}/Kids[6 0 R]${DA}>>`,
    form: '/Fields[7 0 R]',
  },
  'free text in Chinese': {
    annotation: `<</Type/Annot/Subtype/FreeText/Rect[72 500 300 530]/F 4/Contents${utf16('采购合同')}${DA}>>`,
  },
  'a note': { annotation: `<</Type/Annot/Subtype/Text/Rect[72 500 92 520]/F 4/Contents${utf16('采购合同')}>>` },
  'a comment on marked text': {
    annotation: `<</Type/Annot/Subtype/Highlight/Rect[72 690 200 712]/QuadPoints[72 712 200 712 72 690 200 690]/C[1 1 0]/Contents${utf16('采购合同')}>>`,
  },
};
describe('what has no place on the page is read all the same', () => {
  for (const [name, shape] of Object.entries(SAID))
    test(name, async () => {
      const { text, on_page } = await read(file(shape));
      assert.match(text, /harbour\n采购合同$/);
      const should_be_seen = !/Subtype\/(Text|Highlight)/.test(shape.annotation);
      assert.deepEqual(
        on_page?.map(({ code }) => code),
        should_be_seen ? ['drawn_without_fonts'] : [],
      );
    });

  test('beside what is recognised, on a page without a text of its own', async () => {
    const { inspected, recognised } = desk();
    const { annotation } = SAID['a note'] ?? { annotation: '' };
    await inspected(file({ annotation, content: '0 0 50 50 re f' }));
    assert.match((await recognised()).pages[0]?.text ?? '', /^采购合同\nseen 1$/);
  });
});

/** What nobody sees, or what is not to be told. */
const KEPT: Record<string, Shape> = {
  'a hidden field': { annotation: `<<${WIDGET}/F 2/FT/Tx/T(a)/V(Filled 4711)${DA}>>` },
  'a hidden note': { annotation: '<</Type/Annot/Subtype/Text/Rect[72 500 92 520]/F 2/Contents(Filled 4711)>>' },
  'a password': { annotation: `<<${WIDGET}/F 4/FT/Tx/Ff 8192/T(a)/V(Filled 4711)${DA}>>` },
  'what a link says of itself': {
    annotation: '<</Type/Annot/Subtype/Link/Rect[72 500 92 520]/Contents(Filled 4711)/A<</S/URI/URI(http://127.0.0.1/)>>>>',
  },
};
describe('is not read', () => {
  for (const [name, shape] of Object.entries(KEPT))
    test(name, async () => assert.doesNotMatch((await read(file(shape))).text, /4711/));
});

test('what is drawn already is said once', async () => {
  const shown = line(2, 8, 14, 'Filled 4711');
  const other = `<</Type/XObject/Subtype/Form/BBox[0 0 228 30]/Resources<</Font<</F1 5 0 R>>>>/Length ${shown.length}>>stream\n${shown}\nendstream`;
  const annotation = `<<${WIDGET}/F 4/FT/Tx/T(a)/V(Filled 4711)${DA}/AP<</N 7 0 R>>>>`;
  assert.equal((await read(file({ annotation, other }))).text.split('4711').length, 2);
});

describe('a page with more notes than anybody writes', () => {
  test('is read in time, and says a part of them', async () => {
    const note = (n: number) => `<</Type/Annot/Subtype/Text/Rect[72 500 92 520]/Contents(note ${n} ${'x'.repeat(100)})>>`;
    const annotations = Array.from({ length: 5_000 }, (_, n) => note(n));
    const decoder = await pdfDecoder();
    await decoder.open(pdf([{ content: BODY, annotations }]), 10);
    const { length } = decoder.read(1)?.read.text ?? '';
    assert.ok(length > 10_000 && length < 60_000, `${length}`);
  });
});

const DATASETS =
  '<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form1><name>Featherstone &amp; Sons</name><total>4711</total><city>&#x5317;京</city></form1></xfa:data></xfa:datasets>';
function xfa(shown: string, more = '/NeedsRendering true', data = DATASETS): Buffer {
  const content = line(72, 700, 12, shown);
  const packet = Buffer.from(data);
  return pdfOf([
    `<</Type/Catalog/Pages 2 0 R${more}/AcroForm<</Fields[]/XFA[(datasets) 6 0 R]>>>>`,
    '<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>',
    '<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    Buffer.concat([Buffer.from(`<</Length ${packet.length}>>stream\n`), packet, Buffer.from('\nendstream')]),
  ]);
}
describe('a dynamic form', () => {
  const WAIT = 'Please wait... If this message is not eventually replaced by the contents of the document';
  for (const [name, more] of Object.entries({ 'says so itself': '/NeedsRendering true', 'only asks to wait': '' }))
    test(`that ${name} is remarked, and what is filled in is found`, async () => {
      const { text, remarks } = await read(xfa(WAIT, more));
      assert.deepEqual(remarks, [{ code: 'dynamic_form', detail: 'XFA' }]);
      assert.match(text, /Featherstone & Sons\n4711\n北京$/);
    });
  test('is told of the picture', async () => {
    const verdict = await desk().inspected(xfa(WAIT));
    assert.deepEqual('remarks' in verdict && verdict.remarks, [{ code: 'dynamic_form', page: null, detail: 'XFA' }]);
  });
  test('with pages of its own is a form like any other', async () => {
    const { text, remarks } = await read(xfa('Invoice of the harbour, filled in', ''));
    assert.deepEqual(remarks, []);
    assert.equal(text, 'Invoice of the harbour, filled in');
  });
  for (const [name, data] of Object.entries({
    'no end': `<xfa:data>${'<'.repeat(300_000)}`,
    'nothing in it': '<xfa:datasets/>',
    'an entity that grows': '<!DOCTYPE a [<!ENTITY b "bbbb">]><xfa:data><a>&b;&b;&b;</a></xfa:data>',
  }))
    test(`whose data have ${name} is read in time`, async () => {
      const began = performance.now();
      assert.match((await read(xfa(WAIT, '/NeedsRendering true', data))).text, /Please wait/);
      assert.ok(performance.now() - began < 5_000);
    });
});
