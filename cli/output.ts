/**
 * The only place that writes to the terminal: results on standard output, everything else on standard error. Nothing that comes from
 * outside is obeyed by a terminal; what must stay on one line (a name, a title, a message) is made so where it is put into a text.
 */
import { createRequire } from 'node:module';
import type { SingleBar } from 'cli-progress';
import type { Text } from '../contract/statuses.ts';
import { printable, printableJson, printableLine } from '../text/printable.ts';
import type { Language } from './language.ts';

export type Output = {
  json: boolean;
  language: Language;
  /** The words for this reader. */
  words(text: Text): string;
  /** A result. With --json one object a line, and nothing else on standard output. */
  result(object: object, text: () => string): void;
  /** For people only; with --json it goes nowhere. */
  print(text: string): void;
  /** What went wrong, or should be known. */
  warn(text: string): void;
  /** A bar on a terminal, nothing elsewhere. */
  progress(total: number, label: string): { step(label: string): void; end(): void };
  /** A bar of work elsewhere, of which `total` may be known later. */
  follow(label: string): { at(done: number, total: number | null, label: string): void; end(): void };
};

/** `plain`: a terminal that can't move its cursor (TERM=dumb) gets no bar. No colour is used anywhere, whatever NO_COLOR says. */
export function output(json: boolean, { language = 'en', plain = false }: { language?: Language; plain?: boolean } = {}): Output {
  const write = (text: string) => {
    if (text !== '') console.log(printable(text));
  };
  const is_shown = !json && !plain && process.stderr.isTTY === true;
  return {
    json,
    language,
    words: (text) => text[language],
    result: (object, text) => (json ? console.log(printableJson(object)) : write(text())),
    print: (text) => {
      if (!json) write(text);
    },
    warn: (text) => console.error(printable(text)),
    progress: (total, label) => bar(total, label, is_shown),
    follow: (label) => following(label, is_shown),
  };
}

/** Loaded where a bar is drawn: a service draws none. */
const bars = (): typeof import('cli-progress') => createRequire(import.meta.url)('cli-progress');

const LOOKS = { hideCursor: true, clearOnComplete: true, stream: process.stderr, gracefulExit: true };
const FORMAT = ' {bar} {value}/{total} {label}';

function bar(total: number, label: string, shown: boolean) {
  if (!shown || total === 0) return { step: () => undefined, end: () => undefined };
  const all = new (bars().MultiBar)({ format: FORMAT, ...LOOKS });
  const one: SingleBar = all.create(total, 0, { label });
  return { step: (now: string) => one.increment(1, { label: printableLine(now) }), end: () => all.stop() };
}

function following(label: string, shown: boolean) {
  if (!shown) return { at: () => undefined, end: () => undefined };
  const all = new (bars().MultiBar)({ format: FORMAT, ...LOOKS, gracefulExit: false });
  const one = all.create(1, 0, { label: printableLine(label) });
  return {
    at: (done: number, total: number | null, now: string) => {
      one.setTotal(Math.max(total ?? 0, done, 1));
      one.update(done, { label: printableLine(now) });
    },
    end: () => all.stop(),
  };
}

/** Columns as wide as their widest cell; a Han character is two cells wide. */
export function table(cells_of: string[][]): string {
  const rows = cells_of.map((row) => row.map(printableLine));
  const widths = rows.reduce<number[]>((max, row) => row.map((cell, i) => Math.max(max[i] ?? 0, cells(cell))), []);
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - cells(cell)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
/** How many cells of a terminal a text takes. */
const cells = (text: string) => [...text].reduce((sum, char) => sum + (WIDE.test(char) ? 2 : 1), 0);
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
/** At most so many cells. */
export function cut(text: string, max: number): string {
  if (cells(text) <= max) return text;
  let kept = '';
  for (const char of text) {
    if (cells(kept + char) >= max) break;
    kept += char;
  }
  return `${kept}…`;
}
