/** The words of the contract as Markdown tables, in either language. */
import { EVENT_TYPES, RESOURCE_EVENTS } from '../contract/events.ts';
import { FAILURE_CODES, type Fault, isFailureCode, waits } from '../contract/failures.ts';
import { PROBLEMS } from '../contract/problems.ts';
import { REMARK_CODES, REMARKS } from '../contract/remark-codes.ts';
import { callOf } from '../contract/routes/actions.ts';
import { PHASE_LABELS, STATUSES } from '../contract/statuses.ts';
import { TASK_STATUSES } from '../contract/task.ts';
import { TASK_STATUS_ROWS } from '../contract/task-statuses.ts';

export type Language = 'en' | 'zh';

const HEADS = {
  statuses: {
    en: ['status', 'phase', 'it means', 'it waits for', 'what guards it'],
    zh: ['状态', '阶段', '含义', '等待', '由谁保障'],
  },
  tasks: {
    en: ['status', 'it means', 'it waits for', 'what guards it'],
    zh: ['状态', '含义', '等待', '由谁保障'],
  },
  events: {
    en: ['event', 'who sends it', 'by', 'what it does', 'taken in'],
    zh: ['事件', '谁发出', '接口', '作用', '可在以下状态接受'],
  },
  problems: { en: ['code', 'status', 'it means'], zh: ['代码', '状态码', '含义'] },
  failures: {
    en: ['code', 'at fault', 'what the service does', 'what it means, and what you can do'],
    zh: ['代码', '原因在', '服务的处理', '含义与办法'],
  },
  remarks: { en: ['code', 'what it means, and what you can do'], zh: ['代码', '含义与办法'] },
};
const WORDS = {
  en: { person: 'a person', audit: 'verify' },
  zh: { person: '人', audit: 'verify' },
};
const FAULT_WORDS: Record<Language, Record<Fault, string>> = {
  en: { picture: 'the picture', provider: 'a store or engine', service: 'tuodi' },
  zh: { picture: '图片', provider: '存储或引擎', service: 'tuodi' },
};
const DEALT = {
  en: {
    ends: 'ends at once',
    tries: 'tries again, a few times',
    waits: 'waits as long as an outage may last, spends no attempts, tries again by itself',
  },
  zh: { ends: '立即结束', tries: '重试数次', waits: '按故障期限等待，不计次数，恢复后自动重试' },
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

export const taskTable = (language: Language): string =>
  table(
    HEADS.tasks[language],
    TASK_STATUSES.map((status) => {
      const { label, meaning, waits_for, guarded_by } = TASK_STATUS_ROWS[status];
      return [`\`${status}\` (${label[language]})`, meaning[language], waits_for[language], guarded_by[language]];
    }),
  );

export const eventsTable = (language: Language): string =>
  table(
    HEADS.events[language],
    EVENT_TYPES.map((type) => {
      const row = RESOURCE_EVENTS[type];
      const { person, audit } = WORDS[language];
      const call = callOf(type);
      const by = call ? `\`${call.method} ${call.path}\`` : '';
      return [`\`${type}\``, row.by_person ? person : audit, by, row[language], row.accepted_in.join(', ')];
    }),
  );

export const failuresTable = (language: Language): string =>
  table(
    HEADS.failures[language],
    Object.keys(FAILURE_CODES)
      .filter(isFailureCode)
      .map((code) => {
        const entry = FAILURE_CODES[code];
        const dealt = waits(code) ? 'waits' : entry.retryable ? 'tries' : 'ends';
        return [`\`${code}\``, FAULT_WORDS[language][entry.fault], DEALT[language][dealt], entry[language]];
      }),
  );

export const remarksTable = (language: Language): string =>
  table(
    HEADS.remarks[language],
    REMARKS.map((code) => [`\`${code}\``, REMARK_CODES[code][language]]),
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
