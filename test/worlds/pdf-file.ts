/** PDFs written by hand, so that a test knows what is where on them. */

/** A page of points (72 an inch) from the bottom left. `content`: operators; `jpeg`: drawn by `/Im Do` in a square of 1 × 1. */
export type PdfPage = {
  content: string;
  size?: [number, number];
  rotate?: number;
  jpeg?: { bytes: Buffer; width: number; height: number };
  /** Objects in `/Annots`. */
  annotations?: string[];
};
type Given = { catalog?: string; trailer?: string };

/** Text at a place: of ASCII in Helvetica, of anything else in a Chinese font that is not in the file. */
export function line(x: number, y: number, size: number, text: string): string {
  const is_ascii = /^[\x20-\x7e]*$/.test(text);
  const shown = is_ascii ? `(${text.replace(/[()\\]/g, '\\$&')})` : `<${ucs2(text)}>`;
  return `BT /${is_ascii ? 'F1' : 'F2'} ${size} Tf ${x} ${y} Td ${shown} Tj ET\n`;
}
const ucs2 = (text: string) => Array.from(text, (char) => char.charCodeAt(0).toString(16).padStart(4, '0')).join('');

const FONTS = [
  '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  '<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>',
  '<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/FontDescriptor 6 0 R>>',
  '<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>',
];
const FIRST_FREE = 3 + FONTS.length;

export function pdf(pages: PdfPage[], { catalog = '', trailer = '' }: Given = {}): Buffer {
  const objects: (string | Buffer)[] = [`<</Type/Catalog/Pages 2 0 R${catalog}>>`, '', ...FONTS];
  const kids: number[] = [];
  const add = (object: string | Buffer) => objects.push(object);
  for (const { content, size = [612, 792], rotate = 0, jpeg, annotations = [] } of pages) {
    const stream = add(`<</Length ${content.length}>>stream\n${content}\nendstream`);
    const picture = jpeg ? add(jpegObject(jpeg)) : null;
    const notes = annotations.map((note) => `${add(note)} 0 R`);
    const resources = `<</Font<</F1 3 0 R/F2 4 0 R>>${picture ? `/XObject<</Im ${picture} 0 R>>` : ''}>>`;
    const box = `/MediaBox[0 0 ${size.join(' ')}]/Rotate ${rotate}`;
    const annots = notes.length > 0 ? `/Annots[${notes.join(' ')}]` : '';
    kids.push(add(`<</Type/Page/Parent 2 0 R${box}${annots}/Resources${resources}/Contents ${stream} 0 R>>`));
  }
  objects[1] = `<</Type/Pages/Kids[${kids.map((kid) => `${kid} 0 R`).join(' ')}]/Count ${kids.length}>>`;
  return pdfOf(objects, trailer);
}
/** The number of the first object of the first page: its content. */
export const FIRST_CONTENT = FIRST_FREE;

function jpegObject({ bytes, width, height }: NonNullable<PdfPage['jpeg']>): Buffer {
  const dictionary = `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode/Length ${bytes.length}>>`;
  return Buffer.concat([Buffer.from(`${dictionary}stream\n`), bytes, Buffer.from('\nendstream')]);
}

/** Objects numbered from 1, the catalogue first, with the table of where each is. */
export function pdfOf(objects: (string | Buffer)[], trailer = ''): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const places: number[] = [];
  let at = parts[0]?.length ?? 0;
  const put = (part: Buffer) => {
    parts.push(part);
    at += part.length;
  };
  for (const [i, object] of objects.entries()) {
    places.push(at);
    put(Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]));
  }
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const begin = at;
  put(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<</Size ${size}/Root 1 0 R${trailer}>>\n`));
  put(Buffer.from(`startxref\n${begin}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** Its password is nobody's: whatever is tried does not fit these checks. */
export const LOCKED = `/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<${'a1'.repeat(32)}>/U<${'b2'.repeat(32)}>>>/ID[<${'0f'.repeat(16)}><${'0f'.repeat(16)}>]`;
