/** The text of docs/decisions/README.md: an index of the decisions, made from their pages. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = 'docs/decisions';
const PAGE = /^# (\d+)\. (.+)\n\n(\d{4}-\d\d-\d\d), (.+)\n/;
const STATUS = /^(accepted|replaced( in part)? by \[\d+\]\(\d{4}-[\w-]+\.md\))$/;

export type Decision = { number: number; title: string; date: string; status: string; file: string };

/** All decisions by number. Throws if a page lacks its number, title, date or status, or its file has another number. */
export function decisions(): Decision[] {
  const files = readdirSync(FOLDER).filter((file) => /^\d{4}-/.test(file));
  return files.sort().map((file) => {
    const [, number = '', title = '', date = '', status = ''] = PAGE.exec(readFileSync(path.join(FOLDER, file), 'utf8')) ?? [];
    if (Number(number) !== Number(file.slice(0, 4)) || !STATUS.test(status))
      throw new Error(`${file} does not begin with "# number. title" and "date, status"`);
    return { number: Number(number), title, date, status, file };
  });
}

export const decisionsPage = (): string =>
  [
    '# Decisions',
    '',
    'Each page holds the context, the choice, what was measured, and what would change our mind. Made by `npm run docs`.',
    '',
    '| no. | decision | date | status |',
    '|---|---|---|---|',
    ...decisions().map(({ number, title, date, status, file }) => `| ${number} | [${title}](${file}) | ${date} | ${status} |`),
    '',
  ].join('\n');
