/** JSON bodies: bounded before they are read, and again before they are parsed: in bytes, depth and values. */
import { parse } from 'content-type';
import rawBody from 'raw-body';
import type { z } from 'zod';
import { type Excess, excessOf, type JsonBounds } from '../../contract/json-shape.ts';
import { Problem } from '../../contract/problems.ts';
import { JSON_TYPES, NOTHING } from '../../contract/routes/shared.ts';
import type { KoaContext, RequestDeps } from '../context.ts';
import { badRequest } from '../problems/problems.ts';
import { validate } from './validate.ts';

type Reading = { ctx: KoaContext; deps: RequestDeps };

type BodyForm = { types?: readonly string[]; max_json_values?: number };

/** The body as `schema` makes it: 413, 415, 400 or 422 if it isn't. */
export async function parseBody<Schema extends z.ZodType>(
  reading: Reading,
  schema: Schema,
  { types = JSON_TYPES, max_json_values = reading.deps.limits.max_json_values }: BodyForm = {},
): Promise<z.output<Schema>> {
  const { ctx, deps } = reading;
  checkType(ctx, types);
  const { max_json_bytes, max_json_depth } = deps.limits;
  const value = parseJson(await readBytes(reading, max_json_bytes), { max_json_depth, max_json_values });
  return validate(schema, value, { language: ctx.state.language, max_errors: deps.limits.max_errors });
}

/** For calls that say all in their address: no body, or an empty object. */
export async function rejectBody(reading: Reading): Promise<void> {
  if (hasBody(reading.ctx)) await parseBody(reading, NOTHING);
}

const hasBody = ({ req }: KoaContext) =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

export function checkType(ctx: KoaContext, types: readonly string[]): void {
  const { type, parameters } = parse(ctx.get('content-type'));
  const charset = parameters.charset?.toLowerCase() ?? 'utf-8';
  const encoding = ctx.get('content-encoding').toLowerCase();
  if (types.includes(type) && (charset === 'utf-8' || charset === 'utf8') && (encoding === '' || encoding === 'identity')) return;
  throw new Problem(
    'UNSUPPORTED_MEDIA_TYPE',
    {
      en: `This call takes ${types.join(' or ')}, in UTF-8 and not compressed. Nothing was changed.`,
      zh: `该接口只接受未压缩的 UTF-8 ${types.join(' 或 ')}。未作任何更改。`,
    },
    { headers: { [ctx.method === 'PATCH' ? 'accept-patch' : 'accept-post']: types.join(', ') } },
  );
}
/** Lower case, without parameters. */
export const mediaType = (ctx: KoaContext): string => parse(ctx.get('content-type')).type;

/** 413 if there are more than `limit`. */
export async function readBytes({ ctx }: Pick<Reading, 'ctx'>, limit: number): Promise<Uint8Array> {
  try {
    return await rawBody(ctx.req, { limit, length: ctx.req.headers['content-length'] ?? null });
  } catch (cause) {
    if (cause instanceof Error && 'type' in cause && cause.type === 'entity.too.large')
      throw new Problem('TOO_LARGE', {
        en: `A JSON body may have at most ${limit} bytes. Nothing was changed.`,
        zh: `JSON 请求体最多 ${limit} 字节。未作任何更改。`,
      });
    throw badRequest(
      'The body did not arrive whole. Nothing was changed; send it again.',
      '请求体未完整到达，未作任何更改，请重新发送。',
      cause,
    );
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** For JSON that somebody else parses. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw badJson('It is no UTF-8.', '内容不是 UTF-8。', cause);
  }
}

/** JSON that is UTF-8 and within bounds, which are looked at first; `__proto__` is no name of ours and would not survive being copied. */
export function parseJson(bytes: Uint8Array, bounds: JsonBounds): unknown {
  const excess = excessOf(bytes, bounds);
  if (excess !== null) throw tooMuch(excess, bounds);
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(bytes));
  } catch (cause) {
    const empty = bytes.byteLength === 0;
    throw badJson(
      empty ? 'The body is empty.' : 'It breaks off, or is no UTF-8 JSON.',
      empty ? '请求体为空。' : '内容残缺，或不是 UTF-8 的 JSON。',
      cause,
    );
  }
  if (mayNameProto(bytes) && namesProto(value)) throw badJson('It has the name `__proto__`.', '含有名称 `__proto__`。');
  return value;
}

/** So written, or with escapes. */
function mayNameProto(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return text.includes('__proto__') || text.includes('\\u');
}
function namesProto(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one !== 'object' || one === null) continue;
    if (Object.hasOwn(one, '__proto__')) return true;
    for (const inner of Object.values(one)) left.push(inner);
  }
  return false;
}

const tooMuch = (excess: Excess, { max_json_depth, max_json_values }: JsonBounds) =>
  excess === 'depth'
    ? badJson(`It is nested deeper than ${max_json_depth} levels.`, `嵌套超过 ${max_json_depth} 层。`)
    : badJson(
        `It has more than ${max_json_values} values and names. Split it into several requests.`,
        `值与名称合计超过 ${max_json_values} 个，请拆分为多次请求。`,
      );
const badJson = (en: string, zh: string, cause?: unknown) =>
  new Problem('BAD_JSON', { en: `${en} Nothing was changed.`, zh: `${zh}未作任何更改。` }, { cause });
