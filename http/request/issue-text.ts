/** What is wrong with a field, in a sentence of ours, by the kind of zod's issue. */
import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { ruleInChinese } from '../../contract/rules.ts';
import type { Language } from '../context.ts';

type Words = { en: string; zh: string };
type Issue = z.core.$ZodRawIssue;

/** A longer name is no misspelling of ours, and comparing it would take long. */
const MAX_COMPARED_CHARS = 64;
/** Values of an enumeration that are all named. */
const MAX_NAMED_VALUES = 20;

/** For zod's parser: the sentence of each issue whose schema has none of its own. */
export const issueText: Record<Language, (issue: Issue) => string> = {
  en: (issue) => textOf(issue).en,
  zh: (issue) => textOf(issue).zh,
};

/** A schema's own sentence in the reader's language. */
export const inLanguage = (message: string, language: Language): string =>
  language === 'zh' ? (ruleInChinese(message) ?? message) : message;

/** For a field that is not declared: `known` are those that are. */
export function unknownField(name: string, known: readonly string[]): Words {
  const near = nearest(name, known);
  if (near !== null) return { en: `not a field here; did you mean \`${near}\`?`, zh: `没有该字段；是否指 \`${near}\`？` };
  if (known.length === 0) return { en: 'not a field here; there are none', zh: '没有该字段；此处不接受任何字段' };
  return { en: `not a field here; known are ${list(known)}`, zh: `没有该字段；可用的有 ${list(known)}` };
}

/** The known name that was probably meant: at most a third of its letters differ, whatever their case. */
function nearest(name: string, known: readonly string[]): string | null {
  if (known.length === 0 || name.length > MAX_COMPARED_CHARS) return null;
  const [typed, lower] = [name.toLowerCase(), known.map((one) => one.toLowerCase())];
  const near = closest(typed, lower);
  if (distance(typed, near) > Math.floor((near.length + 1) / 3)) return null;
  return known[lower.indexOf(near)] ?? null;
}

const list = (names: readonly unknown[]): string =>
  names
    .slice(0, MAX_NAMED_VALUES)
    .map((name) => `\`${String(name)}\``)
    .join(', ') + (names.length > MAX_NAMED_VALUES ? ', …' : '');

function textOf(issue: Issue): Words {
  switch (issue.code) {
    case 'invalid_type':
      return typeText(issue.input, issue.expected);
    case 'too_small':
      return sizeText(issue.origin, 'least', issue.minimum);
    case 'too_big':
      return sizeText(issue.origin, 'most', issue.maximum);
    case 'invalid_format':
      return FORMATS[issue.format] ?? { en: 'not written in the form that is expected', zh: '格式不符' };
    case 'invalid_value':
      return valueText(issue.input, issue.values);
    case 'invalid_union':
      return unionText(issue.errors);
    case 'invalid_key':
      return { en: 'a name that is not allowed here', zh: '此处不允许该名称' };
    default:
      return { en: 'not a value that is allowed here', zh: '此处不允许该值' };
  }
}

const FORMATS: Record<string, Words | undefined> = {
  datetime: {
    en: 'must be a time of RFC 3339, such as `2026-03-05T12:00:00Z`',
    zh: '须为 RFC 3339 时间，如 `2026-03-05T12:00:00Z`',
  },
  date: { en: 'must be a date, such as `2026-03-05`', zh: '须为日期，如 `2026-03-05`' },
};

const TYPES: Record<string, Words | undefined> = {
  string: { en: 'a text', zh: '文本' },
  number: { en: 'a number', zh: '数字' },
  int: { en: 'a whole number', zh: '整数' },
  boolean: { en: '`true` or `false`', zh: '`true` 或 `false`' },
  array: { en: 'a list', zh: '列表' },
  object: { en: 'an object', zh: '对象' },
  record: { en: 'an object', zh: '对象' },
};
function typeText(input: unknown, expected: string): Words {
  if (input === undefined) return { en: 'required, and missing', zh: '必填，但缺失' };
  const type = TYPES[expected] ?? { en: expected, zh: expected };
  return { en: `must be ${type.en}`, zh: `须为${type.zh}` };
}

const UNITS: Record<string, Words | undefined> = {
  string: { en: 'characters', zh: '个字符' },
  array: { en: 'items', zh: '项' },
};
function sizeText(origin: string, bound: 'least' | 'most', limit: number | bigint): Words {
  if (origin === 'string' && bound === 'least' && limit === 1) return { en: 'must not be empty', zh: '不能为空' };
  const unit = UNITS[origin];
  const zh = bound === 'least' ? '至少' : '最多';
  if (unit) return { en: `must have at ${bound} ${limit} ${unit.en}`, zh: `${zh} ${limit} ${unit.zh}` };
  return { en: `must be at ${bound} ${limit}`, zh: `${bound === 'least' ? '不能小于' : '不能大于'} ${limit}` };
}

function valueText(input: unknown, values: readonly unknown[]): Words {
  if (input === undefined) return { en: 'required, and missing', zh: '必填，但缺失' };
  const meant = typeof input === 'string' ? nearest(input, values.map(String)) : null;
  const [en, zh] = [`must be one of ${list(values)}`, `须为以下之一：${list(values)}`];
  return meant === null ? { en, zh } : { en: `${en}; did you mean \`${meant}\`?`, zh: `${zh}；是否指 \`${meant}\`？` };
}

/** Each way in which it could have been right. */
function unionText(options: readonly (readonly z.core.$ZodIssue[])[]): Words {
  const messages = [...new Set(options.flatMap(([first]) => (first ? [first.message] : [])))];
  return { en: messages.join(', or '), zh: messages.join('，或') };
}
