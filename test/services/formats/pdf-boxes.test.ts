/** A page with notes is the page without them: its boxes, its turn and its resources stay, wherever the file has them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pdfDecoder } from '../../../services/formats/pdf-decoder.ts';
import { line, pdfOf } from '../../worlds/pdf-file.ts';

const FONT = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>';
const RESOURCES = '/Resources<</Font<</F1 3 0 R>>>>';
const LINK = '<</Type/Annot/Subtype/Link/Rect[60 655 200 680]/Border[0 0 0]/A<</S/URI/URI(http://127.0.0.1/)>>>>';
const FILLED = line(2, 8, 14, 'Filled by hand 4711');
const FIELD = '<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(x)/Rect[72 500 300 530]/F 4/AP<</N 8 0 R>>>>';
const FIELD_SHOWN = `<</Type/XObject/Subtype/Form/BBox[0 0 228 30]/Resources<</Font<</F1 3 0 R>>>>/Length ${FILLED.length}>>stream\n${FILLED}\nendstream`;
const LINES = [
  line(40, 812, 14, 'Invoice heading Featherstone Limited'),
  line(40, 700, 14, 'harbour crane gearbox lubricant'),
  line(435, 60, 12, 'right edge total 4410'),
].join('');

type Shape = { root?: string; middle?: string; own?: string; content?: string };
type Note = 'none' | 'link' | 'field';
/** A tree of two nodes above its page: what is said at one of them holds for the page. */
function file({ root = '', middle = '', own = '', content = LINES }: Shape, note: Note): Buffer {
  const annots = { none: '', link: '/Annots[7 0 R]', field: '/Annots[7 0 R]' }[note];
  return pdfOf([
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids[4 0 R]/Count 1${root}>>`,
    FONT,
    `<</Type/Pages/Parent 2 0 R/Kids[5 0 R]/Count 1${middle}>>`,
    `<</Type/Page/Parent 4 0 R/Contents 6 0 R${own}${annots}>>`,
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    note === 'field' ? FIELD : LINK,
    FIELD_SHOWN,
  ]);
}

async function seen(bytes: Buffer) {
  const decoder = await pdfDecoder();
  const { sizes } = await decoder.open(bytes, 10);
  const [size = { width: 0, height: 0 }] = sizes;
  const own = await decoder.read(1);
  const { rgba } = await decoder.draw(1, { width: Math.round(size.width), height: Math.round(size.height) });
  return { size, text: own?.read.text ?? null, words: own?.read.words ?? [], rgba: Buffer.from(rgba) };
}

const A4 = '/MediaBox[0 0 595 842]';
const SHAPES: Record<string, Shape> = {
  'its own box': { own: A4 + RESOURCES },
  'an inherited box': { root: A4, own: RESOURCES },
  'a box of the node between': { root: '/MediaBox[0 0 300 300]', middle: A4, own: RESOURCES },
  'an inherited box that begins elsewhere': {
    root: '/MediaBox[-30 -20 595 842]',
    own: RESOURCES,
  },
  'an inherited crop': { root: `${A4}/CropBox[20 20 580 830]`, own: RESOURCES },
  'its own crop of an inherited box': { root: A4, own: `/CropBox[20 20 580 830]${RESOURCES}` },
  'its own box under an inherited crop': { root: '/CropBox[20 20 580 830]', own: A4 + RESOURCES },
  'an inherited turn': { root: `${A4}/Rotate 90`, own: RESOURCES },
  'all of it inherited': { root: `${A4}/CropBox[10 10 590 840]/Rotate 270${RESOURCES}` },
  'a unit of its own': { own: `${A4}/UserUnit 2${RESOURCES}` },
  'a box whose corners are the other way round': { root: '/MediaBox[595 842 0 0]', own: RESOURCES },
};

describe('a page', () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    test(`with ${name} and a link is the page without the link`, async () => {
      const [without, with_link] = await Promise.all([seen(file(shape, 'none')), seen(file(shape, 'link'))]);
      assert.match(without.text ?? '', /Featherstone.*4410/s);
      assert.deepEqual(with_link.size, without.size);
      assert.deepEqual([with_link.text, with_link.words], [without.text, without.words]);
      assert.ok(with_link.rgba.equals(without.rgba), 'it is drawn otherwise');
    });
    test(`with ${name} and a form keeps its text and says what is filled in`, async () => {
      const [without, filled] = await Promise.all([seen(file(shape, 'none')), seen(file(shape, 'field'))]);
      assert.deepEqual(filled.size, without.size);
      assert.match(filled.text ?? '', /4711/);
      const [words, more] = [without.words, filled.words].map((all) => all.map(({ text, x, y }) => `${text} ${x} ${y}`));
      assert.deepEqual(
        words?.filter((word) => !more?.includes(word)),
        [],
      );
    });
  }
});
