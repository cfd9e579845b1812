/**
 * Paths of files whose names are any bytes, as strings: a byte that belongs to no UTF-8 is the surrogate U+DC00 and that byte, as other
 * languages have it too (PEP 383). So they are joined and compared as others are.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { nameOfBytes } from '../../text/name-of-bytes.ts';
import { WordedError } from '../errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function pathOf(bytes: Uint8Array): string {
  const whole = decoded(bytes);
  if (whole !== null) return whole;
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes[at] ?? 0);
    const char = decoded(bytes.subarray(at, at + length));
    text += char ?? String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    at += char === null ? 1 : length;
  }
  return text;
}
function decoded(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}
const lengthAt = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1);

/** What node:fs takes. */
export const onDisk = (file: string): string | Buffer => (file.isWellFormed() ? file : bytesOf(file));
const bytesOf = (file: string): Buffer =>
  Buffer.concat(
    [...file].map((char) => {
      const code = char.codePointAt(0) ?? 0;
      return code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(char);
    }),
  );

/** As people read it: each of its names by the encoding in which it is most plausible. */
export const shownPath = (file: string): string =>
  /^[ -~]*$/.test(file)
    ? file
    : file
        .split(path.sep)
        .map((name) => nameOfBytes(bytesOf(name)))
        .join(path.sep);

/** Not sorted. */
export const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(onDisk(folder), { encoding: 'buffer' })).map(pathOf);

/** Names that were read as UTF-8 and are not: each such byte is a replacement character then. */
export const LOSSY = '\ufffd';

/**
 * The path that was meant by one whose bytes a program between us and the person has lost (npx): of the names on disk the only one that
 * is written so. Throws where there are several.
 */
export async function pathMeant(file: string): Promise<string> {
  if (!file.includes(LOSSY)) return file;
  const { root } = path.parse(file);
  let found = root;
  for (const name of file.slice(root.length).split(path.sep).filter(Boolean)) {
    const named = name.includes(LOSSY) ? await namesLike(found, name) : [name];
    if (named.length > 1) throw new SeveralNames(file);
    found = path.join(found, named[0] ?? name);
  }
  return found;
}
async function namesLike(folder: string, lossy: string): Promise<string[]> {
  const names = await namesIn(folder || '.').catch((): string[] => []); // not there: reported by whoever reads the file
  if (names.includes(lossy)) return [lossy];
  return names.filter((name) => !name.isWellFormed() && bytesOf(name).toString('utf8') === lossy);
}

class SeveralNames extends WordedError {
  readonly code = 'SEVERAL_NAMES';
  constructor(file: string) {
    super({
      en: `the name is not UTF-8, and several files are meant by ${file}: name their folder instead`,
      zh: `文件名不是 UTF-8，${file} 可指多个文件：请改为指定其所在文件夹`,
    });
  }
}
