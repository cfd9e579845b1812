/** Which of the files of a folder are pictures: by their names, else by their first bytes; and words for what is none. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { CONTENT_TYPES, FILE_EXTENSIONS } from '../../contract/resource.ts';
import type { Text } from '../../contract/statuses.ts';
import { failureOf, meaningOf, type Reason } from '../errors.ts';
import type { Language } from '../language.ts';
import { onDisk } from './disk-path.ts';
import type { FoundFile, NoFile } from './folder-files.ts';

/** Other endings of what is read: `inspect` looks at the bytes. */
const MORE_EXTENSIONS = ['jfif', 'jpe', 'pjpeg', 'pjp', 'hif', 'heics', 'heifs', 'avifs', 'dib', 'apng'];
/** Endings of pictures that are not read. */
const OTHER_PICTURES = new Set([
  ...['svg', 'svgz', 'psd', 'psb', 'xcf', 'jxl', 'jp2', 'j2k', 'jpf', 'jpx', 'ico', 'tga', 'pcx', 'ppm', 'pgm', 'pbm', 'pnm'],
  ...['exr', 'hdr', 'dds', 'wmf', 'emf', 'dng', 'cr2', 'cr3', 'nef', 'arw', 'orf', 'rw2', 'raf', 'pef', 'srw', 'djvu', 'djv'],
]);
const extensionIn = (name: string): string => path.extname(name).slice(1).toLowerCase();

/** What is picked from a folder by its name; a file that is named is sent whatever it is called. */
export const isPicture = (name: string): boolean => [...FILE_EXTENSIONS, ...MORE_EXTENSIONS].includes(extensionIn(name));
const looksLikePicture = (name: string): boolean => isPicture(name) || OTHER_PICTURES.has(extensionIn(name));

/** As much as its type is seen by: some formats begin with the structures of another. */
const HEAD_BYTES = 64 * 1024;

/** `take`: it is sent. `other`: nothing about it looks like a picture. Else why something that does is left out. */
export type Verdict = 'take' | 'other' | Reason;

export async function sortOut(
  { file, size, is_link }: Pick<FoundFile, 'file' | 'size' | 'is_link'>,
  language: Language,
): Promise<Verdict> {
  const by_name = isPicture(file);
  if (size === 0) return looksLikePicture(file) ? emptyFile(language) : 'other';
  if (by_name && !is_link) return 'take';
  try {
    const seen = await typeSeenIn(file);
    if (CONTENT_TYPES.some((type) => type === seen)) return 'take';
    const is_other = OTHER_PICTURES.has(extensionIn(file)) && seen !== 'text/plain';
    if (is_other || seen?.startsWith('image/')) return reasonOf('UNSUPPORTED_FORMAT', seen ?? '', language);
    return looksLikePicture(file) ? reasonOf('NOT_AN_IMAGE', seen ?? '', language) : 'other'; // a link is read, not believed
  } catch (error) {
    return failureOf(error, language);
  }
}
function reasonOf(code: 'UNSUPPORTED_FORMAT' | 'NOT_AN_IMAGE', detail: string, language: Language): Reason {
  const meaning = meaningOf(code, language);
  return { code, detail, ...(meaning === null ? {} : { meaning }) };
}

/** Why a file of no bytes is not sent. */
export const emptyFile = (language: Language): Reason => ({ code: 'EMPTY', detail: EMPTY[language] });
const EMPTY: Text = {
  en: 'it is empty: copy or save it again from the original',
  zh: '文件为空：请从原件重新复制或保存',
};

/** The type that a file shows by its first bytes, one that is read or any other; null for none. Never waits for a pipe. */
async function typeSeenIn(file: string): Promise<string | null> {
  const handle = await open(onDisk(file), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await handle.stat()).isFile()) return null;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const { seenType } = await import('../../services/formats/type.ts');
    return await seenType(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

const NO_FILES: Record<Exclude<NoFile, 'folder_link'>, { code: string } & Text> = {
  broken_link: { code: 'BROKEN_LINK', en: 'the link leads to no file', zh: '链接未指向任何文件' },
  special: { code: 'NO_FILE', en: 'it is a pipe, a socket or a device, no file', zh: '它是管道、套接字或设备，不是文件' },
  unreadable: { code: 'UNREADABLE', en: 'it cannot be looked at', zh: '无法查看' },
  too_deep: {
    code: 'TOO_DEEP',
    en: 'it is deeper than 64 folders, and what it holds is left out',
    zh: '超过 64 层文件夹，其中内容未收取',
  },
};
/** Why something that is no file was left out, where that must be known: it looks like a picture, or may hold some. Else null. */
export function noFileReason(at: string, why: NoFile, error: Error | undefined, language: Language): Reason | null {
  if (why === 'folder_link') return null;
  if (why !== 'unreadable' && why !== 'too_deep' && !looksLikePicture(at)) return null;
  const { code, ...words } = NO_FILES[why];
  const cause = why === 'unreadable' && error ? `: ${failureOf(error, language).detail}` : '';
  return { code, detail: words[language] + cause };
}
