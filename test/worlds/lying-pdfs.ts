/** PDFs of one page whose own text says something else than the page shows, and honest ones that look alike. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { SAMPLES } from '../../cli/project.ts';
import { pdfOf } from './pdf-file.ts';

const PAGE = { width: 612, height: 792 };
const LEADING = 26;

const literal = (text: string) => `(${text.replace(/[()\\]/g, '\\$&')})`;
const stream = (content: string | Buffer, dictionary = '') =>
  Buffer.concat([
    Buffer.from(`<<${dictionary}/Length ${content.length}>>stream\n`),
    Buffer.from(content as string),
    Buffer.from('\nendstream'),
  ]);
const hex = (text: string) => Buffer.from(text, 'utf16le').swap16().toString('hex');

/** A font that says of each of these characters that it is the other one. */
export const toUnicode = (mapping: ReadonlyMap<string, string>): Buffer => {
  const rows = [...mapping].map(([is, says]) => `<${is.charCodeAt(0).toString(16).padStart(2, '0')}> <${hex(says)}>`);
  const blocks = Array.from({ length: Math.ceil(rows.length / 90) }, (_, i) => rows.slice(90 * i, 90 * (i + 1)));
  const body = blocks.map((block) => `${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`).join('\n');
  return stream(
    `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def 1 begincodespacerange <00> <ff> endcodespacerange\n${body}\nendcmap end end`,
  );
};

/** What is drawn in Helvetica; `lies`: what its font says of its characters. `honest`: lines above in a font that says what they are. */
export function drawn(lines: string[], lies: ReadonlyMap<string, string> | null, honest: string[] = []): Buffer {
  const said = (font: string, some: string[]) => some.map((text) => `/${font} 16 Tf ${literal(text)} Tj T*`).join(' ');
  const content = `BT 60 720 Td ${LEADING} TL ${said('F1', honest)} ${said('F2', lines)} ET`;
  return pdfOf([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${PAGE.width} ${PAGE.height}]/Resources<</Font<</F1 4 0 R/F2 5 0 R>>>>/Contents 6 0 R>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
    `<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding${lies ? '/ToUnicode 7 0 R' : ''}>>`,
    stream(Buffer.from(content, 'latin1')),
    lies ? toUnicode(lies) : 'null',
  ]);
}

/** A sample over the whole page, and over it lines that are not drawn, as recognition programs put them. `at`: y of each, 0–1 from the top. */
export async function scanned(sample: string, layer: { text: string; x: number; y: number; h: number }[]): Promise<Buffer> {
  const picture = sharp(await readFile(path.join(SAMPLES, sample)))
    .flatten({ background: '#ffffff' })
    .greyscale();
  const { data, info } = await picture.toColourspace('b-w').jpeg({ quality: 85 }).toBuffer({ resolveWithObject: true });
  const height = Math.round((PAGE.width * info.height) / info.width);
  const mapping = new Map<string, string>();
  const codeOf = (char: string): string => {
    const code = [...mapping].find(([, says]) => says === char)?.[0] ?? String.fromCharCode(33 + mapping.size);
    mapping.set(code, char);
    return code;
  };
  const texts = layer.map(({ text, x, y, h }) => {
    const codes = [...text].map((char) => codeOf(char).charCodeAt(0).toString(16).padStart(2, '0')).join('');
    return `BT 3 Tr /F1 ${(h * height).toFixed(1)} Tf ${(x * PAGE.width).toFixed(1)} ${((1 - y - h) * height).toFixed(1)} Td <${codes}> Tj ET`;
  });
  const dictionary = `/Type/XObject/Subtype/Image/Width ${info.width}/Height ${info.height}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode`;
  return pdfOf([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${PAGE.width} ${height}]/Resources<</Font<</F1 4 0 R>>/XObject<</Im 5 0 R>>>>/Contents 6 0 R>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 7 0 R>>',
    stream(data, dictionary),
    stream(`q ${PAGE.width} 0 0 ${height} 0 0 cm /Im Do Q ${texts.join(' ')}`),
    toUnicode(mapping),
  ]);
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const both = (mapped: (letter: string, i: number) => string): Map<string, string> =>
  new Map(
    [...LETTERS].flatMap((letter, i) => {
      const other = mapped(letter, i);
      return [
        [letter, other],
        [letter.toUpperCase(), other.toUpperCase()],
      ] as [string, string][];
    }),
  );
/** Each letter is said to be that so many places on. */
export const shifted = (by: number) => both((_, i) => LETTERS[(i + by) % LETTERS.length] ?? '');
/** Letters in no order. */
export const SHUFFLED = both((_, i) => 'gqxobfvkjnzmdiwuacyptlersh'[i] ?? '');
/** A font of symbols: Greek for each letter. */
export const GREEK = both((_, i) => String.fromCodePoint(0x3b1 + (i % 17)));
/** A font whose characters are numbered as Chinese ones. */
export const AS_HAN = both((_, i) => String.fromCodePoint(0x6a00 + 37 * i));
