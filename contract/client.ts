/** A typed client of the API, made from the table of routes: for browsers and for Node. */
import { z } from 'zod';
import { addressOf } from './address.ts';
import { ProblemResponse } from './problems.ts';
import {
  type BodyInput,
  isRaw,
  type ParamName,
  type ParamsOf,
  type QueryInput,
  type RawBody,
  type ResponseBody,
  type RouteDeclaration,
} from './routes/route.ts';
import { ROUTES, type Route } from './routes/table.ts';

/** What a client calls; the others are for stores and providers, or lead from signed links. */
type Callable = Exclude<Route, { auth: 'link' | 'token' }>;
type CallableName = Callable['name'];
type CallableNamed<Name extends CallableName> = Extract<Callable, { name: Name }>;

/** wait_s: sent as `Prefer: wait`. headers: beside those of the client. */
export type CallOptions = { wait_s?: number; idempotency_key?: string; headers?: Record<string, string>; signal?: AbortSignal };
type ParamsInput<Declared extends RouteDeclaration> = [ParamName<Declared['path']>] extends [never]
  ? unknown
  : { params: ParamsOf<Declared['path']> };
type BodyIn<Declared extends RouteDeclaration> = Declared['body'] extends { form: z.ZodType }
  ? { body: BodyInput<Declared> } | { form: FormData }
  : Declared['body'] extends { json: z.ZodType }
    ? { body: BodyInput<Declared> }
    : unknown;
type InputOf<Declared extends RouteDeclaration> = CallOptions &
  ParamsInput<Declared> &
  BodyIn<Declared> & { query?: QueryInput<Declared> };

/** A redirect is followed, so that its result is the response at its end. */
type ResultBody<Body, Status> = Body extends z.ZodType
  ? z.output<Body>
  : Body extends { json: infer Json extends z.ZodType }
    ? z.output<Json> | Response
    : Body extends RawBody
      ? Response
      : Status extends 302
        ? Response
        : null;
/** 304 comes only to who has sent `If-None-Match`, as an ApiError. */
type ResultOf<Declared extends RouteDeclaration> = {
  [Status in Exclude<keyof Declared['responses'], 304>]: {
    status: Status extends 302 ? 200 : Status;
    headers: Headers;
    body: ResultBody<Declared['responses'][Status], Status>;
  };
}[Exclude<keyof Declared['responses'], 304>];

type ArgsOf<Input> = Record<string, never> extends Input ? [input?: Input] : [input: Input];
/** A method for each call, by its name. It throws ApiError for a problem, and what `send` throws. */
export type ApiClient = {
  [Name in CallableName]: (...args: ArgsOf<InputOf<CallableNamed<Name>>>) => Promise<ResultOf<CallableNamed<Name>>>;
};

/** A problem that the API responded with. `retry_after_s`: null unless it said so. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly errors: NonNullable<ProblemResponse['errors']>;
  readonly request_id: string | null;
  readonly retry_after_s: number | null;
  constructor(
    status: number,
    code: string,
    detail: string,
    more: Partial<Pick<ApiError, 'errors' | 'request_id' | 'retry_after_s'>> = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = more.errors ?? [];
    this.request_id = more.request_id ?? null;
    this.retry_after_s = more.retry_after_s ?? null;
  }
}

/**
 * api_key: absent in a browser that has a session. language: of the texts in responses. send: `fetch` unless given. read: the text of a
 * response, for who bounds it.
 */
export type ClientOptions = {
  url: string;
  api_key?: string;
  language?: 'en' | 'zh';
  send?: (url: string, init: RequestInit) => Promise<Response>;
  read?: (response: Response) => Promise<string>;
};

type AnyInput = CallOptions & {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  form?: FormData;
};

export function createClient(options: ClientOptions): ApiClient {
  const methods = ROUTES.map((route) => [route.name, (input: AnyInput = {}) => call(options, route, input)]);
  return Object.fromEntries(methods) as ApiClient; // each method's types are those of the route by which it calls
}

async function call(options: ClientOptions, route: RouteDeclaration, input: AnyInput) {
  const { send = (url, init) => fetch(url, init), read = (response) => response.text() } = options;
  const { body, form, signal } = input;
  const sent = form ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await send(options.url + addressOf(route.path, input), {
    method: route.method,
    headers: headersOf(options, input),
    ...(sent === undefined ? {} : { body: sent }),
    ...(signal ? { signal } : {}),
  });
  const declared = route.responses[response.status];
  if (declared === undefined && response.ok && 302 in route.responses) return resultOf(response, response);
  if (declared === undefined || response.status === 304) throw await errorOf(response, read);
  if (declared === null) return resultOf(response, null);
  const is_json = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  if (isRaw(declared) && !(declared.json && is_json)) return resultOf(response, response);
  return resultOf(response, parse(declared, await read(response), route));
}
const resultOf = ({ status, headers }: Response, body: unknown) => ({ status, headers, body });

/** Fields that are not known are left out: a later version may have more. Throws ApiError for what is none of ours. */
function parse(declared: NonNullable<ResponseBody>, text: string, { method, path }: RouteDeclaration): unknown {
  const schema = isRaw(declared) ? declared.json : declared;
  const parsed = schema?.safeParse(jsonOf(text));
  if (parsed?.success) return parsed.data;
  throw new ApiError(200, 'UNKNOWN', `${method} ${path} returned what is not of this API: ${parsed?.error.message ?? ''}`);
}
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the schema
  }
}

/** All that a client needs of one. */
const ReadProblem = ProblemResponse.pick({ code: true, detail: true, errors: true }).extend({
  request_id: z.string().optional(),
});

async function errorOf(response: Response, read: (response: Response) => Promise<string>): Promise<ApiError> {
  const { status, headers } = response;
  if (status === 304) return new ApiError(304, 'NOT_MODIFIED', 'It is as the client has it.');
  const problem = ReadProblem.safeParse(jsonOf(await read(response)));
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const retry_after_s = Number.isFinite(seconds) ? seconds : null;
  if (!problem.success)
    return new ApiError(status, 'UNKNOWN', `the response was ${status}, and no problem of this API`, { retry_after_s });
  const { code, detail, errors = [], request_id = null } = problem.data;
  return new ApiError(status, code, detail, { errors, request_id, retry_after_s });
}

function headersOf(
  { api_key, language }: ClientOptions,
  { wait_s, idempotency_key, body, headers }: AnyInput,
): Record<string, string> {
  return {
    ...(api_key === undefined ? {} : { authorization: `Bearer ${api_key}` }),
    ...(language ? { 'accept-language': language } : {}),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(wait_s === undefined ? {} : { prefer: `wait=${wait_s}` }),
    ...(idempotency_key === undefined ? {} : { 'idempotency-key': idempotency_key }),
    ...headers,
  };
}
