/** Fonts that are not in the file: what a page says in Chinese is drawn with ours. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Decoder } from '../../../services/formats/isolated.ts';
import { pdfDecoder } from '../../../services/formats/pdf-decoder.ts';
import { desk } from '../../worlds/inspected.ts';
import { pdfOf } from '../../worlds/pdf-file.ts';

const SIZE = { width: 600, height: 200 };
const TYPE = 50;
/** `shown`: codes of characters in `encoding`, hexadecimal; `says`: what they mean, the simplified line by default. */
type Shape = {
  base: string;
  encoding: string;
  ordering: string;
  kind?: 0 | 2;
  shown: string;
  says?: string;
  tounicode?: string;
  is_down?: boolean;
};

const hex = (text: string) => Buffer.from(text, 'utf16le').swap16().toString('hex');
const SIMPLIFIED = '采购合同编号';
const TRADITIONAL = '採購合約編號';
const numbers = [...SIMPLIFIED].map((_, i) => (i + 1).toString(16).padStart(4, '0'));
const TOUNICODE = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def
1 begincodespacerange <0000> <ffff> endcodespacerange
${numbers.length} beginbfchar
${numbers.map((number, i) => `<${number}> <${hex(SIMPLIFIED[i] ?? '')}>`).join('\n')}
endbfchar endcmap end end`;

const SHAPES: Record<string, Shape> = {
  'of Acrobat, by Unicode': { base: 'STSong-Light', encoding: 'UniGB-UCS2-H', ordering: 'GB1', shown: hex(SIMPLIFIED) },
  'by UTF-16': { base: 'AdobeSongStd-Light', encoding: 'UniGB-UTF16-H', ordering: 'GB1', shown: hex(SIMPLIFIED) },
  'of an office program, by GBK': {
    base: 'SimSun',
    encoding: 'GBK-EUC-H',
    ordering: 'GB1',
    kind: 2,
    shown: 'b2c9b9babacfcdacb1e0bac5',
  },
  'in bold': { base: 'SimHei,Bold', encoding: 'GBKp-EUC-H', ordering: 'GB1', kind: 2, shown: 'b2c9b9babacfcdacb1e0bac5' },
  'with lines that run down': {
    base: 'STSong-Light',
    encoding: 'UniGB-UCS2-V',
    ordering: 'GB1',
    shown: hex('采购合'),
    says: '采购合',
    is_down: true,
  },
  'traditional, by Unicode': {
    base: 'MSung-Light',
    encoding: 'UniCNS-UCS2-H',
    ordering: 'CNS1',
    shown: hex(TRADITIONAL),
    says: TRADITIONAL,
  },
  'traditional, by Big5': {
    base: 'MingLiU',
    encoding: 'ETen-B5-H',
    ordering: 'CNS1',
    kind: 2,
    shown: 'b1c4c1caa658acf9bd73b8b9',
    says: TRADITIONAL,
  },
  'Japanese, in kana and Han': {
    base: 'HeiseiMin-W3',
    encoding: 'UniJIS-UCS2-H',
    ordering: 'Japan1',
    shown: hex('契約テスト'),
    says: '契約テスト',
  },
  'by numbers of glyphs and a table of what they mean': {
    base: 'SimSun',
    encoding: 'Identity-H',
    ordering: 'Identity',
    kind: 2,
    shown: numbers.join(''),
    tounicode: TOUNICODE,
  },
  'by numbers of glyphs, of a family that only its name tells': {
    base: 'ABCDEF+MicrosoftYaHei',
    encoding: 'Identity-H',
    ordering: 'Identity',
    kind: 2,
    shown: numbers.join(''),
    tounicode: TOUNICODE,
  },
};

function file({ base, encoding, ordering, kind = 0, shown, tounicode, is_down }: Shape): Buffer {
  const start = is_down ? '300 190' : '50 80';
  const content = `BT /F1 ${TYPE} Tf ${start} Td <${shown}> Tj ET`;
  const said = `<</Registry(Adobe)/Ordering(${ordering})/Supplement 0>>`;
  return pdfOf([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${SIZE.width} ${SIZE.height}]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>`,
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    `<</Type/Font/Subtype/Type0/BaseFont/${base}/Encoding/${encoding}/DescendantFonts[6 0 R]${tounicode ? '/ToUnicode 8 0 R' : ''}>>`,
    `<</Type/Font/Subtype/CIDFontType${kind}/BaseFont/${base}/CIDSystemInfo${said}/DW 1000/FontDescriptor 7 0 R>>`,
    `<</Type/FontDescriptor/FontName/${base}/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>`,
    `<</Length ${(tounicode ?? '').length}>>stream\n${tounicode ?? ''}\nendstream`,
  ]);
}

/** What is drawn in the cell of each character, as text: so that characters can be told apart. */
async function cells(decoder: Decoder, count: number, is_down = false): Promise<string[]> {
  const { rgba } = await decoder.draw(1, SIZE);
  return Array.from({ length: count }, (_, i) => {
    const [left, top] = is_down ? [300 - TYPE / 2, 10 + i * TYPE] : [50 + i * TYPE, SIZE.height - 80 - 44];
    let ink = '';
    for (let y = top; y < top + TYPE; y++)
      for (let x = left; x < left + TYPE; x++) ink += (rgba[4 * (y * SIZE.width + x)] ?? 255) < 128 ? '#' : ' ';
    return ink;
  });
}

describe('a font that is not in the file', () => {
  for (const [name, shape] of Object.entries(SHAPES))
    test(`${name}, is drawn, and says what it says`, async () => {
      const { says = SIMPLIFIED, is_down } = shape;
      const decoder = await pdfDecoder();
      await decoder.open(file(shape), 10);
      const drawn = await cells(decoder, says.length, is_down);
      for (const [i, cell] of drawn.entries()) assert.ok(cell.split('#').length > 60, `${says[i]} is not drawn`);
      assert.equal(new Set(drawn).size, says.length, 'one sign stands for several');
      assert.equal(decoder.read(1)?.read.text.replaceAll('\n', ''), says);
    });

  test('is left blank where the file means glyphs of its own font by their numbers: others would be a lie', async () => {
    const decoder = await pdfDecoder();
    await decoder.open(
      file({ base: 'SimSun', encoding: 'Identity-H', ordering: 'Identity', kind: 2, shown: '03e803e903ea' }),
      10,
    );
    assert.equal((await cells(decoder, 3)).join('').includes('#'), false);
    assert.equal(decoder.read(1), null);
  });

  test('is drawn in bold where it is bold', async () => {
    const inkOf = async (base: string) => {
      const decoder = await pdfDecoder();
      await decoder.open(file({ base, encoding: 'UniGB-UCS2-H', ordering: 'GB1', shown: hex(SIMPLIFIED) }), 10);
      return (await cells(decoder, SIMPLIFIED.length)).join('').split('#').length;
    };
    assert.ok((await inkOf('SimHei,Bold')) > 1.1 * (await inkOf('SimHei')));
  });
});

describe('a page that is drawn without fonts', () => {
  const remarked = async (shape: Shape) => {
    const { inspected } = desk();
    const verdict = await inspected(file(shape));
    return 'remarks' in verdict ? verdict.remarks : null;
  };
  const LACKING: Record<string, Shape> = {
    Korean: { base: 'HYSMyeongJo-Medium', encoding: 'UniKS-UCS2-H', ordering: 'Korea1', shown: hex('계약서') },
    'glyphs of a font by their numbers': {
      base: 'SimSun',
      encoding: 'Identity-H',
      ordering: 'Identity',
      kind: 2,
      shown: '03e803e903ea',
    },
  };
  for (const [name, shape] of Object.entries(LACKING))
    test(`as of ${name} is remarked`, async () =>
      assert.deepEqual(await remarked(shape), [{ code: 'drawn_without_fonts', page: 1, detail: '3 characters are not drawn' }]));
  for (const [name, shape] of Object.entries(SHAPES))
    test(`is none that has a font ${name}`, async () => assert.deepEqual(await remarked(shape), []));
});

describe('a page with more fonts than anybody uses', () => {
  let decoder: Decoder;
  before(async () => {
    decoder = await pdfDecoder();
  });
  test('is drawn within the memory of a page: what is beyond goes without', async () => {
    const names = Array.from({ length: 300 }, (_, i) => i);
    const content = names.map((i) => `BT /F${i} 10 Tf ${20 + (i % 50) * 11} ${180 - 11 * Math.floor(i / 50)} Td <91c7> Tj ET`);
    const first = 5;
    const fonts = names.flatMap((i) => [
      `<</Type/Font/Subtype/Type0/BaseFont/Song${i}/Encoding/UniGB-UCS2-H/DescendantFonts[${first + 3 * i + 1} 0 R]>>`,
      `<</Type/Font/Subtype/CIDFontType0/BaseFont/Song${i}/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 0>>/FontDescriptor ${first + 3 * i + 2} 0 R>>`,
      `<</Type/FontDescriptor/FontName/Song${i}/Flags 6/StemV ${1 + i}/ItalicAngle 0/FontBBox[0 0 1000 1000]/Ascent 880/Descent -120>>`,
    ]);
    const stream = content.join('\n');
    const bytes = pdfOf([
      '<</Type/Catalog/Pages 2 0 R>>',
      '<</Type/Pages/Kids[3 0 R]/Count 1>>',
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Resources<</Font<<${names.map((i) => `/F${i} ${first + 3 * i} 0 R`).join('')}>>>>/Contents 4 0 R>>`,
      `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
      ...fonts,
    ]);
    await decoder.open(bytes, 10);
    const before = process.memoryUsage().rss;
    const { rgba } = await decoder.draw(1, SIZE);
    assert.ok(rgba.some((value) => value < 100));
    assert.ok(process.memoryUsage().rss - before < 400 * 2 ** 20);
  });
});

test('the font is the one that fonts/README.md names, byte for byte', async () => {
  const folder = join(import.meta.dirname, ...(import.meta.url.endsWith('.ts') ? [] : ['..']), '..', '..', '..', 'fonts');
  const named = [...(await readFile(join(folder, 'README.md'), 'utf8')).matchAll(/^ {4}([0-9a-f]{64}) {2}(\S+)$/gm)];
  assert.equal(named.length, 1);
  for (const [, sum, name = ''] of named)
    assert.equal(
      createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex'),
      sum,
    );
});
