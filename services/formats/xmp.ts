/** Dates in XMP, which is looked at as text: it may be cut through, or be no XML at all. */

/** When it was taken, the best first; not when the file was changed. Older programs call the namespace of XMP `xap`. */
const FIELDS = ['exif:DateTimeOriginal', 'photoshop:DateCreated', 'exif:DateTimeDigitized', 'xmp:CreateDate', 'xap:CreateDate'];
const MAX_CHARS = 512 * 1_024;
/** Places looked at for each. */
const MAX_PLACES = 10;
/** Characters from the name of a field to the end of its value. */
const VALUE_WITHIN = 200;
const AS_ATTRIBUTE = /^\s*=\s*["']([^"'<>]{4,40})["']/;
const AS_ELEMENT = /^(?:\s[^<>]*)?>\s*([^<>]{4,40})</;

export function xmpDates(packet: Uint8Array): string[] {
  const text = Buffer.from(packet.buffer, packet.byteOffset, Math.min(packet.byteLength, MAX_CHARS)).toString('latin1');
  return FIELDS.flatMap((field) => valuesOf(text, field));
}

function valuesOf(text: string, field: string): string[] {
  const values: string[] = [];
  let at = text.indexOf(field);
  for (let place = 0; at >= 0 && place < MAX_PLACES; place++) {
    const after = text.slice(at + field.length, at + field.length + VALUE_WITHIN);
    const [, value] = AS_ATTRIBUTE.exec(after) ?? AS_ELEMENT.exec(after) ?? [];
    if (value !== undefined) values.push(value);
    at = text.indexOf(field, at + field.length);
  }
  return values;
}
