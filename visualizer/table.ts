/** The words of the contract as Markdown tables, in either language. */
import { EVENT_TYPES, RESOURCE_EVENTS } from '../contract/events.ts';
import { FAILURE_CODES, isFailureCode } from '../contract/failures.ts';
import { PROBLEMS } from '../contract/problems.ts';
import { PHASE_LABELS, STATUSES } from '../contract/statuses.ts';

export type Language = 'en' | 'zh';

const HEADS = {
  statuses: {
    en: ['status', 'phase', 'it means', 'it waits for', 'what guards it'],
    zh: ['状态', '阶段', '含义', '等待', '由谁保障'],
  },
  events: { en: ['event', 'who says it', 'what it does', 'taken in'], zh: ['事件', '谁发出', '作用', '可在以下状态接受'] },
  problems: { en: ['code', 'status', 'it means'], zh: ['代码', '状态码', '含义'] },
  failures: { en: ['code', 'run again?', 'what it means, and what you can do'], zh: ['代码', '可重试', '含义与办法'] },
};
const WORDS = {
  en: { person: 'a person', audit: 'verify', yes: 'yes', no: 'no' },
  zh: { person: '人', audit: 'verify', yes: '是', no: '否' },
};

export const statusTable = (language: Language): string =>
  table(
    HEADS.statuses[language],
    STATUSES.map((row) => [
      row.status,
      `${row.phase} (${PHASE_LABELS[row.phase][language]})`,
      row.meaning[language],
      row.waits_for[language],
      row.guarded_by[language],
    ]),
  );

export const eventsTable = (language: Language): string =>
  table(
    HEADS.events[language],
    EVENT_TYPES.map((type) => {
      const row = RESOURCE_EVENTS[type];
      const { person, audit } = WORDS[language];
      return [`\`${type}\``, row.by_person ? person : audit, row[language], row.accepted_in.join(', ')];
    }),
  );

export const failuresTable = (language: Language): string =>
  table(
    HEADS.failures[language],
    Object.keys(FAILURE_CODES)
      .filter(isFailureCode)
      .map((code) => {
        const entry = FAILURE_CODES[code];
        const { yes, no } = WORDS[language];
        return [`\`${code}\``, entry.retryable ? yes : no, entry[language]];
      }),
  );

/** In the order of their status. */
export const problemsTable = (language: Language): string =>
  table(
    HEADS.problems[language],
    Object.entries(PROBLEMS)
      .sort(([, one], [, other]) => one.status - other.status)
      .map(([code, { status, title }]) => [`\`${code}\``, String(status), title[language]]),
  );

/** A Markdown table. A cell holds no line break; `|` is escaped. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}
