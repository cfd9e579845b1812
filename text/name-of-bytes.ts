/** Names of files whose bytes may be of any encoding, as people read them. */
import { decoded, ENCODINGS, type Encoding, GB18030, WINDOWS_1252 } from './legacy-encodings.ts';

/** Longer than a name on any file system, and than a header of a form may be. */
const MAX_BYTES = 16_384;

/** UTF-8 if it is; else of the encoding in which it is most plausible; with replacement characters where no encoding has all of it. */
export function nameOfBytes(bytes: Uint8Array): string {
  const utf8 = decoded('utf-8', bytes);
  if (utf8 !== null) return isOdd(utf8) && score(GB18030, bytes) >= PLAIN ? (decoded(GB18030.label, bytes) ?? utf8) : utf8;
  let best = { score: Number.NEGATIVE_INFINITY, name: new TextDecoder().decode(bytes) };
  if (bytes.length > MAX_BYTES) return best.name;
  for (const encoding of ENCODINGS) {
    const now = score(encoding, bytes);
    const name = now > best.score ? decoded(encoding.label, bytes) : null;
    if (name !== null) best = { score: now, name };
  }
  return best.name;
}

/** What a text of common characters has. */
const PLAIN = 0.9;
/**
 * UTF-8 of pairs of bytes alone, with a letter that hardly any name has (ancient Greek, phonetic, Syriac, N'Ko) or a mark on nothing: so
 * some common characters of GB18030 look.
 */
const isOdd = (name: string): boolean =>
  !/[^\0-\u07ff]/.test(name) && /[\u0180-\u02ff\u0370-\u0385\u0460-\u052f\u0700-\u07ff]|(?<!\p{L}\p{M}*)\p{M}/u.test(name);
const score = (encoding: Encoding, bytes: Uint8Array): number => plausibility(encoding, bytes) ?? Number.NEGATIVE_INFINITY;

/** The mean weight of the bytes that are no ASCII, with those that belong to them; null where the encoding has no such text. */
function plausibility({ read }: Encoding, bytes: Uint8Array): number | null {
  let [sum, count, chars, with_letter] = [0, 0, 0, 0];
  for (let at = 0; at < bytes.length; ) {
    if ((bytes[at] ?? 0) < 0x80) {
      at++;
      continue;
    }
    const char = read(bytes, at);
    if (!char) return null;
    if (char.bytes === 2 && (bytes[at + 1] ?? 0) < 0x80) with_letter++;
    sum += char.weight * char.bytes;
    count += char.bytes;
    chars++;
    at += char.bytes;
  }
  // One character that takes a letter with it is as well a letter with a mark before another.
  return sum / count - (with_letter === chars ? 0.4 : 0);
}

/** The name without a second encoding: UTF-8 that was read as Latin-1 or Windows-1252 and written again. */
export function withoutSecondEncoding(name: string): string {
  const bytes = new Uint8Array(name.length);
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    const byte = code <= 0xff ? code : 0x80 + WINDOWS_1252.indexOf(name.charAt(at));
    if (byte < 0x80 && code > 0xff) return name;
    bytes[at] = byte;
  }
  return decoded('utf-8', bytes) ?? name;
}
