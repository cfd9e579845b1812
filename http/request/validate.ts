/** The edge: unknown input becomes a type once, or a problem that points at what is wrong. */
import { z } from 'zod';
import { type FieldError, Problem } from '../../contract/problems.ts';
import { Id } from '../../contract/resource.ts';
import type { KoaContext, Language, RequestDeps } from '../context.ts';
import { badRequest, notFound, validationFailed } from '../problems/problems.ts';

/** A detail may quote what came in. */
const MAX_DETAIL_CHARS = 300;

/** The value as `schema` makes it, or 422 with a JSON pointer for each error. `at`: where in the body the value stands. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  given: { language: Language; max_errors: number; at?: string },
): z.output<Schema> {
  const result = schema.safeParse(value, { error: WORDS[given.language] });
  if (result.success) return result.data;
  throw validationFailed(errorsOf(result.error.issues, given.at ?? '').slice(0, given.max_errors));
}
const WORDS = { en: z.locales.en().localeError, zh: z.locales.zhCN().localeError };

function errorsOf(issues: readonly z.core.$ZodIssue[], at: string): FieldError[] {
  return issues.flatMap((issue) => {
    const pointer = at + issue.path.map((step) => `/${escaped(String(step))}`).join('');
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => error(`${pointer}/${escaped(key)}`, issue.message));
    return [error(pointer, issue.message)];
  });
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
  const all = new URLSearchParams(ctx.querystring);
  const value = new Map<string, unknown>();
  const errors: FieldError[] = [];
  for (const name of new Set(all.keys())) {
    const said = all.getAll(name);
    if (said.some((text) => text.includes('\u0000'))) errors.push(error(name, 'no NUL'));
    if (lists.includes(name)) value.set(name, said);
    else if (commas.includes(name))
      value.set(
        name,
        said.flatMap((text) => text.split(',')).filter((text) => text !== ''),
      );
    else if (said.length > 1) errors.push(error(name, 'given more than once'));
    else if (integers.includes(name)) value.set(name, integer(said[0]));
    else if (!aside.includes(name)) value.set(name, said[0]);
  }
  const result = schema.safeParse(Object.fromEntries(value), { error: WORDS[ctx.state.language] });
  if (!result.success)
    errors.push(...errorsOf(result.error.issues, '').map(({ pointer, detail }) => ({ pointer: pointer.slice(1), detail })));
  if (errors.length > 0 || !result.success) throw validationFailed(errors.slice(0, deps.limits.max_errors));
  return result.data;
}
const integer = (text = '') => (/^-?\d{1,9}$/.test(text) ? Number(text) : text);

/** For calls whose query is empty. */
export const NO_PARAMETERS = z.strictObject({});

/** The picture that the path names; what can't be an id is not found. */
export function resourceId(ctx: KoaContext): string {
  const id = Id.safeParse(ctx.params.resource_id);
  if (!id.success) throw notFound();
  return id.data;
}

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
