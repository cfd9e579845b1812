/**
 * Names of files in the headers of a form's parts, made plain before the parser of forms reads them: it knows `filename` in one encoding
 * only, `filename*` in two, and drops a part whose name it can't read.
 */
import { Transform } from 'node:stream';
import { parse } from 'content-type';
import { fileName } from './filename.ts';
import { extendedFilename, plainFilename } from './form-filename.ts';

/** Of a part; the parser takes no more either. */
const MAX_HEADER_BYTES = 16 * 1024;
const END_OF_HEADER = '\r\n\r\n';

/** The body of a form of this type, byte by byte as it was but for the names of files, which `readFilename` reads. */
export function plainFilenames(content_type: string): Transform {
  const { boundary = '' } = parse(content_type).parameters;
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  let held = Buffer.from('\r\n'); // the first delimiter may stand at the very beginning
  let borrowed = held.length;
  let in_header = false;

  function* parts(chunk: Buffer): Generator<Buffer> {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const end = in_header ? held.indexOf(END_OF_HEADER) : held.indexOf(delimiter);
      if (end === -1) break;
      const whole = held.subarray(0, end + (in_header ? END_OF_HEADER.length : delimiter.length));
      yield in_header ? Buffer.from(rewritten(whole.toString('latin1')), 'latin1') : whole;
      held = held.subarray(whole.length);
      in_header = !in_header;
    }
    const keep = in_header ? MAX_HEADER_BYTES : delimiter.length - 1;
    if (in_header && held.length <= keep) return;
    in_header = false; // the parser refuses a header of this length
    const passed = Math.max(0, held.length - delimiter.length + 1);
    if (passed > 0) yield held.subarray(0, passed);
    held = held.subarray(passed);
  }
  const own = (bytes: Buffer): Buffer => {
    const from = Math.min(borrowed, bytes.length);
    borrowed -= from;
    return bytes.subarray(from);
  };
  return new Transform({
    transform(chunk: Buffer, _, done) {
      for (const bytes of parts(chunk)) this.push(own(bytes));
      done();
    },
    flush(done) {
      this.push(own(held));
      done();
    },
  });
}

/** As `plainFilenames` wrote it. */
export function readFilename(written: string | undefined): string | undefined {
  try {
    return written === undefined ? undefined : decodeURIComponent(written);
  } catch {
    return written; // of a header that was passed on as it was
  }
}

/** `header`: a character for each byte, from the end of the delimiter on. */
const rewritten = (header: string): string =>
  header.replace(/(?<=^|\r\n)content-disposition:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*/i, (line) =>
    withPlainName(line.replace(/\r\n[ \t]+/g, ' ')),
  );

/**
 * A quotation mark ends a value where another parameter or nothing follows: a backslash before it may be half of a character. What
 * stands between two of them is matched in one way only, so that no name takes long.
 */
const PARAMETER = /;\s*([^\s;="]+)\s*=\s*(?:"((?:[^"]|"(?!\s*(?:;?\s*$|;\s*[^\s;="]+\s*=)))*)"|([^;]*))/g;
/** A longer line is passed on as it is: names have at most 255 characters. */
const MAX_LINE_CHARS = 4_096;

function withPlainName(line: string): string {
  if (line.length > MAX_LINE_CHARS) return line;
  let [plain, extended]: [string | null, string | null] = [null, null];
  const others = line.replace(PARAMETER, (whole, name: string, quoted: string | undefined, bare: string | undefined) => {
    const value = quoted === undefined ? (bare ?? '').trim() : quoted.replace(/\\(["\\])/g, '$1');
    if (name.toLowerCase() === 'filename') plain ??= value;
    else if (name.toLowerCase() === 'filename*') extended ??= value;
    else return whole;
    return '';
  });
  if (plain === null && extended === null) return line;
  const name = (extended === null ? null : extendedFilename(extended)) ?? (plain === null ? extended : plainFilename(plain));
  return `${others}; filename="${name ? encodeURIComponent(fileName(name)) : ''}"`;
}
