/** The name of a form's file, of the bytes and escapes in which clients send it. */
import { nameOfBytes, withoutSecondEncoding } from '../../text/name-of-bytes.ts';

/** The value of `filename`, a character for each of its bytes: UTF-8 as browsers send it, or what the client's system has (curl on Windows). */
export const plainFilename = (value: string): string =>
  unescaped(withoutSecondEncoding(withoutEncodedWords(nameOfBytes(Buffer.from(value, 'latin1')))));

/** The value of `filename*` (RFC 5987): charset, language and percent-encoded bytes. Null where it is none. */
export function extendedFilename(value: string): string | null {
  const [, charset = '', encoded = ''] = /^([\w.:-]{1,40})'[^']*'(.+)$/.exec(value) ?? [];
  return encoded === '' ? null : withoutSecondEncoding(textIn(charset, bytesOf(encoded, /%([0-9A-F]{2})/gi)));
}

const bytesOf = (text: string, escapes: RegExp): Buffer =>
  Buffer.from(
    text.replace(escapes, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
/** Whatever was said, if the charset is not known or not the one of these bytes. */
function textIn(charset: string, bytes: Buffer): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return nameOfBytes(bytes);
  }
}

/** Browsers write `"` and ends of lines so (HTML, multipart/form-data); some clients a whole name that is no ASCII. */
function unescaped(name: string): string {
  const whole = /%[89A-F][0-9A-F]/i.test(name) && /^[ -~]*$/.test(name) ? decodedUri(name) : null;
  return whole ?? name.replaceAll('%22', '"').replace(/(?:%0D|%0A)+/gi, ' ');
}
function decodedUri(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null; // a percent sign of its own
  }
}

const ENCODED_WORD = /=\?([\w.:-]{1,40})(?:\*[\w-]{1,20})?\?([bq])\?([^?\s]*)\?=/gi;
/** RFC 2047, as programs for mail send names. The whitespace between two words is no part of the name. */
const withoutEncodedWords = (name: string): string =>
  name
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(ENCODED_WORD, (_, charset: string, way: string, text: string) =>
      textIn(
        charset,
        way.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : bytesOf(text.replaceAll('_', ' '), /=([0-9A-F]{2})/gi),
      ),
    );
