/** What goes wrong in a command, in words that say what to do. */
import { ListenError } from '../app/listen.ts';
import { ApiError } from '../contract/client.ts';
import { FAILURE_CODES, isFailureCode } from '../contract/failures.ts';
import type { Text } from '../contract/statuses.ts';
import { printableLine } from '../text/printable.ts';
import type { Language } from './language.ts';

/** An error with words in both languages; `message` has the English ones. */
export class WordedError extends Error {
  override name = 'WordedError';
  readonly words: Text;
  constructor(words: Text | string, options?: ErrorOptions) {
    const both = typeof words === 'string' ? { en: words, zh: words } : words;
    super(both.en, options);
    this.words = both;
  }
}

/** Wrong usage that the parser of the command line can't see: ends with 2. */
export class UsageError extends WordedError {
  override name = 'UsageError';
}

/** There is no library where a command looks for one: ends with 2. */
export class NoLibrary extends UsageError {
  override name = 'NoLibrary';
  constructor(folder: string) {
    super({
      en: `there is no library in ${folder}, and nothing was made there: name its folder (--data-dir, TUODI_DATA_DIR) or a running service (--url, TUODI_URL), or begin one with tuodi ingest or tuodi serve`,
      zh: `${folder} 中没有图库，也未在该处创建任何内容：请指定图库文件夹（--data-dir 或 TUODI_DATA_DIR）或运行中的服务（--url 或 TUODI_URL）；也可用 tuodi ingest 或 tuodi serve 新建`,
    });
  }
}

/** Another process works on what this one worked on: ends with 4. */
export class TakenOver extends WordedError {
  override name = 'TakenOver';
  constructor(reason: unknown) {
    const why = reason instanceof Error ? reason.message : String(reason);
    super(
      { en: `Another process has taken over, and this one ends: ${why}`, zh: `另一进程已接管，本进程结束：${why}` },
      { cause: reason },
    );
  }
}

/** Why a picture was not taken: the code of the API's problem or of the system. `meaning`: what to do, where a code has such a sentence. */
export type Reason = { code: string; detail: string; meaning?: string };

export function failureOf(error: unknown, language: Language = 'en'): Reason {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNEXPECTED';
  const meaning = meaningOf(code, language);
  return { code, detail: detailOf(error, code, language), ...(meaning === null ? {} : { meaning }) };
}

/** The sentence of a failure's code. */
export const meaningOf = (code: string, language: Language): string | null =>
  isFailureCode(code) && code !== 'UNEXPECTED' ? FAILURE_CODES[code][language] : null;

function detailOf(error: unknown, code: string, language: Language): string {
  const words = SYSTEM[code];
  if (words && !(error instanceof WordedError)) return words[language];
  return messageOf(error, language).replace(/\n\s*/g, '; ');
}
const SYSTEM: Record<string, Text | undefined> = {
  ENOENT: { en: 'there is no such file; it may have been moved or removed', zh: '没有该文件，可能已被移走或删除' },
  ENOTDIR: { en: 'there is no such file; it may have been moved or removed', zh: '没有该文件，可能已被移走或删除' },
  EACCES: { en: 'this user may not read it; change its permissions', zh: '当前用户无权读取，请调整权限' },
  EPERM: { en: 'this user may not read it; change its permissions', zh: '当前用户无权读取，请调整权限' },
  ELOOP: { en: 'its links lead in a circle', zh: '链接循环' },
  EIO: { en: 'the disk cannot read it', zh: '磁盘无法读取' },
};

/** A line, and one for each of a problem's `errors`. */
export function messageOf(error: unknown, language: Language): string {
  if (error instanceof WordedError || error instanceof ListenError) return error.words[language];
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const lines = [error.message, ...error.errors.map(({ pointer, detail }) => `  ${pointer}: ${detail}`)];
  return lines.map(printableLine).join('\n'); // of a server that may mean no good
}

/** `CODE: what to do (detail)`. */
export const reasonText = ({ code, detail, meaning }: Reason): string =>
  meaning ? `${code}: ${meaning}${detail ? ` (${detail})` : ''}` : `${code}: ${detail}`;
