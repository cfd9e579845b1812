/** The edge: unknown input becomes a type once, or a problem that points at what is wrong. */
import { z } from 'zod';
import { type FieldError, Problem } from '../../contract/problems.ts';
import { rule } from '../../contract/rules.ts';
import type { KoaContext, Language, RequestDeps } from '../context.ts';
import { badRequest, validationFailed } from '../problems/problems.ts';
import { issueText, unknownField } from './issue-text.ts';

/** A detail may quote what came in. */
const MAX_DETAIL_CHARS = 300;

type Reader = { language: Language; max_errors: number };

/** The value as `schema` makes it, or 422 with a JSON pointer for each error. `at`: where in the body the value stands. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  { at = '', ...reader }: Reader & { at?: string },
): z.output<Schema> {
  const result = schema.safeParse(value, { error: issueText[reader.language] });
  if (result.success) return result.data;
  throw validationFailed(errorsOf({ issues: result.error.issues, schema, at }, reader));
}

type Issues = { issues: readonly z.core.$ZodIssue[]; schema: z.ZodType; at: string };
function errorsOf({ issues, schema, at }: Issues, { language, max_errors }: Reader): FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of issues) {
    const pointer = at + issue.path.map((step) => `/${escaped(String(step))}`).join('');
    if (issue.code !== 'unrecognized_keys') errors.push(error(pointer, issue.message));
    else
      for (const key of issue.keys.slice(0, max_errors)) {
        const known = fieldsAt(schema, issue.path);
        errors.push(error(`${pointer}/${escaped(key)}`, unknownField(key, known)[language]));
      }
    if (errors.length >= max_errors) break;
  }
  return errors.slice(0, max_errors);
}

/** The names of the fields of the object at `path` in a value of `schema`. */
function fieldsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const [step, ...rest] = path;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return fieldsAt(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return fieldsAt(schema.out instanceof z.ZodTransform ? schema.in : schema.out, path);
  if (schema instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(schema.shape);
    const field: z.core.$ZodType | undefined = schema.shape[String(step)];
    return field ? fieldsAt(field, rest) : [];
  }
  return schema instanceof z.ZodArray && step !== undefined ? fieldsAt(schema.element, rest) : [];
}
const error = (pointer: string, detail: string): FieldError => ({
  pointer: pointer.slice(0, MAX_DETAIL_CHARS),
  detail: detail.slice(0, MAX_DETAIL_CHARS),
});
/** As RFC 6901 says. */
const escaped = (step: string) => step.replaceAll('~', '~0').replaceAll('/', '~1');

/** How the parameters of a query that are no plain strings are written. */
export type QueryForm = {
  /** May be repeated: any of. */
  lists?: readonly string[];
  /** As `lists`, and also with commas. */
  commas?: readonly string[];
  integers?: readonly string[];
  /** Present, and no part of the value: those of a signed link. */
  aside?: readonly string[];
};

/** The query as `schema` makes it. Unknown and repeated parameters are refused; a pointer is the parameter's name. */
export function validateQuery<Schema extends z.ZodType>(
  { ctx, deps }: { ctx: KoaContext; deps: RequestDeps },
  schema: Schema,
  form: QueryForm,
): z.output<Schema> {
  const { lists = [], commas = [], integers = [], aside = [] } = form;
  const { language } = ctx.state;
  const all = new URLSearchParams(ctx.querystring);
  const value = new Map<string, unknown>();
  const errors: FieldError[] = [];
  for (const name of new Set(all.keys())) {
    const values = all.getAll(name);
    if (values.some((text) => text.includes('\u0000'))) errors.push(error(name, rule('no NUL')));
    if (commas.includes(name))
      value.set(
        name,
        values.flatMap((text) => text.split(',')).filter((text) => text !== ''),
      );
    else if (lists.includes(name)) value.set(name, values);
    else if (values.length > 1) errors.push(error(name, rule('given more than once')));
    else if (integers.includes(name)) value.set(name, integer(values[0]));
    else if (!aside.includes(name)) value.set(name, values[0]);
  }
  const reader = { language, max_errors: deps.limits.max_errors };
  const result = schema.safeParse(Object.fromEntries(value), { error: issueText[language] });
  if (!result.success)
    for (const { pointer, detail } of errorsOf({ issues: result.error.issues, schema, at: '' }, reader))
      errors.push({ pointer: pointer.slice(1), detail });
  if (errors.length > 0 || !result.success) throw validationFailed(errors.slice(0, reader.max_errors));
  return result.data;
}
const integer = (text = '') => (/^-?\d{1,9}$/.test(text) ? Number(text) : text);

/** An address that can be decoded: percent-encodings that are whole, and UTF-8. */
export function checkUrlParameters(
  ctx: Pick<KoaContext, 'url' | 'path' | 'querystring'>,
  { max_url_chars, max_query_parameters }: { max_url_chars: number; max_query_parameters: number },
): void {
  if (ctx.url.length > max_url_chars)
    throw new Problem('URI_TOO_LONG', { en: `At most ${max_url_chars} characters.`, zh: `最多 ${max_url_chars} 个字符。` });
  try {
    decodeURIComponent(ctx.path);
    decodeURIComponent(ctx.querystring);
  } catch (cause) {
    throw badRequest(
      'The address has a percent-encoding that is not whole or not UTF-8.',
      '地址中的百分号编码不完整或不是 UTF-8。',
      cause,
    );
  }
  if (ctx.querystring.split('&', max_query_parameters + 1).length > max_query_parameters)
    throw badRequest(`At most ${max_query_parameters} parameters.`, `最多 ${max_query_parameters} 个参数。`);
}
