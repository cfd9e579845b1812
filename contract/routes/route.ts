/** How a route is declared. Parsing, role check, OpenAPI document and client are made from declarations of this shape. */
import type { z } from 'zod';
import type { ProblemCode } from '../problems.ts';
import type { Role } from '../roles.ts';
import type { Text } from '../statuses.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * What the caller must show. `key`: an API key, or the cookie of a session; `key_or_link`: that, or a signature made for this call; `link`: a signature; `token`: what
 * the service was configured with; `none`: nothing.
 */
export type Auth = 'key' | 'key_or_link' | 'link' | 'token' | 'none';

/**
 * json: a JSON body of one of `types` (`application/json` unless given), checked before the handler runs. form: the same call takes
 * multipart/form-data, whose parts the schema describes; the handler streams it. streamed: the handler reads the body itself, after its
 * own checks; `schema` describes one that is JSON.
 */
export type RequestBody =
  | { json: z.ZodObject | z.ZodType<object>; types?: readonly string[]; form?: z.ZodObject }
  | { streamed: readonly string[]; schema?: z.ZodType };

/** A body of these media types, and what it holds. json: the same call may also return JSON of this schema. */
export type RawBody = { types: readonly string[]; holds: Text; json?: z.ZodType };
/** The body of a response: JSON of a schema, or another one; null: none. */
export type ResponseBody = z.ZodType | RawBody | null;

/**
 * path: of RFC 6570, where `{+key}` may hold slashes. Every GET takes HEAD as well. role: the least role of a key; null where no key is
 * asked for. installation: takes a key that is marked for the installation. without_database: is answered while the database is away, to a
 * key that was used a moment before. query: unknown parameters are refused; `signed`: it is a link
 * that the handler verifies as a whole. commas: parameters of the query which may also be a list with commas. body: null takes none, or an
 * empty object. waits: takes `Prefer: wait=N`. errors: problems beside those of all such calls; see `problemsOf`.
 */
export type RouteDeclaration = {
  name: string;
  method: Method;
  path: string;
  auth: Auth;
  role: Role | null;
  installation?: true;
  without_database?: true;
  query: z.ZodObject | 'signed';
  commas?: readonly string[];
  body: RequestBody | null;
  responses: Readonly<Record<number, ResponseBody>>;
  waits: boolean;
  errors: readonly ProblemCode[];
  summary: Text;
};

/** The names in a path: `resource_id` of `/v1/resources/{resource_id}`. */
export type ParamName<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `+${infer Plain}` ? Plain : Name) | ParamName<Rest>
  : never;
export type ParamsOf<Path extends string> = Record<ParamName<Path>, string>;

/** The query as the handler gets it; null where it verifies a signed one itself. */
export type QueryOf<Route extends RouteDeclaration> = Route['query'] extends z.ZodType ? z.output<Route['query']> : null;
/** The query as a client may write it. */
export type QueryInput<Route extends RouteDeclaration> = Route['query'] extends z.ZodType ? z.input<Route['query']> : never;
/** The JSON body as the handler gets it: null where there is none, or where a form came and the handler is to read it. */
export type BodyOf<Route extends RouteDeclaration> = Route['body'] extends { json: infer Schema extends z.ZodType }
  ? z.output<Schema> | (Route['body'] extends { form: z.ZodType } ? null : never)
  : null;
export type BodyInput<Route extends RouteDeclaration> = Route['body'] extends { json: infer Schema extends z.ZodType }
  ? z.input<Schema>
  : never;

type ReplyBody<Body> = Body extends z.ZodType
  ? { body: z.output<Body> }
  : Body extends { json: infer Json extends z.ZodType }
    ? { body?: z.output<Json> }
    : unknown;
/** What a handler replies with: a declared status, and its JSON. A body that is not JSON is on the response already. */
export type ReplyOf<Route extends RouteDeclaration> = {
  [Status in keyof Route['responses']]: { status: Status } & ReplyBody<Route['responses'][Status]>;
}[keyof Route['responses']];

export const isRaw = (body: ResponseBody): body is RawBody => body !== null && 'types' in body;

/** `{name}` as a regular expression; `{+name}` may hold slashes. */
export const pathPattern = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{(\+?)\w+\}/g, (_, plus) => (plus ? '(.+)' : '([^/]+)'))}$`);
