/** The API as a document of OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html), made from the table of routes. */
import type { z } from 'zod';
import { PROBLEMS, type ProblemCode, ProblemResponse } from '../problems.ts';
import { ROLES } from '../roles.ts';
import { problemsOf } from '../routes/problems.ts';
import { isRaw, type ResponseBody, type RouteDeclaration } from '../routes/route.ts';
import { FORM_TYPE, JSON_TYPES } from '../routes/shared.ts';
import { ROUTE_GROUPS } from '../routes/table.ts';
import { sessionCookie } from '../session.ts';
import { FIELD_TEXTS } from './field-texts.ts';
import { headersOf, responseHeadersOf } from './headers.ts';
import { type Components, type Into, type JsonSchema, schemaOf } from './schemas.ts';
import { OPENAPI_TEXTS, statusText } from './texts.ts';
import type { Content, OpenApiDocument, Operation, Parameter, ResponseObject } from './types.ts';

type Language = Into['language'];

/** `version`: of the program. `url`: where clients reach the service. */
export function openApiDocument({
  language,
  version,
  url,
}: {
  language: Language;
  version: string;
  url: string;
}): OpenApiDocument {
  const components: Components = {};
  const into = { components, language };
  const paths: OpenApiDocument['paths'] = {};
  for (const { tag, routes } of ROUTE_GROUPS)
    for (const route of routes) {
      const path = route.path.replace('{+', '{');
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, tag, into) };
    }
  const { about, key, session, link, token } = OPENAPI_TEXTS;
  return {
    openapi: '3.1.1',
    info: {
      title: 'tuodi',
      version,
      description: about[language],
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url }],
    tags: ROUTE_GROUPS.map(({ tag, title }) => ({ name: tag, description: title[language] })),
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: key[language] },
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie(url), description: session[language] },
        link: { type: 'apiKey', in: 'query', name: 'signature', description: link[language] },
        token: { type: 'http', scheme: 'bearer', description: token[language] },
      },
    },
  };
}

const SECURITY: Record<RouteDeclaration['auth'], Record<string, string[]>[]> = {
  key: [{ key: [] }, { session: [] }],
  key_or_link: [{ key: [] }, { session: [] }, { link: [] }],
  link: [{ link: [] }],
  token: [{ token: [] }],
  none: [],
};

function operationOf(route: RouteDeclaration, tag: string, into: Into): Operation {
  const { name, auth, role, summary } = route;
  const { language } = into;
  const label = ROLES.find((row) => row.role === role)?.label[language];
  const body = requestBodyOf(route, into);
  return {
    operationId: name,
    summary: summary[language],
    ...(label ? { description: OPENAPI_TEXTS.role[language].replace('{role}', `\`${role}\` (${label})`) } : {}),
    tags: [tag],
    security: SECURITY[auth],
    parameters: [...pathParameters(route, language), ...queryParameters(route, into), ...headersOf(route, language)],
    ...(body ? { requestBody: body } : {}),
    responses: responsesOf(route, into),
    ...(role ? { 'x-role': role } : {}),
  };
}

const ID = { type: 'string', pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' } as const;
const pathParameters = ({ path }: RouteDeclaration, language: Language): Parameter[] =>
  [...path.matchAll(/\{\+?(\w+)\}/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true, schema: name.endsWith('_id') ? { ...ID } : { type: 'string' } },
    ...described(name, language),
  }));

function queryParameters({ query, commas = [] }: RouteDeclaration, into: Into): Parameter[] {
  if (query === 'signed')
    return ['expires', 'signature'].map((name) => ({
      ...{ name, in: 'query', required: true, schema: { type: 'string' } },
      ...described(name, into.language),
    }));
  const { properties = {}, required = [] } = schemaOf(query, 'sent', into);
  return Object.entries(properties).flatMap(([name, property]) => {
    if (typeof property === 'boolean') return [];
    const { description: _, ...schema } = property;
    const list = schema.type === 'array' ? { style: 'form' as const, explode: !commas.includes(name) } : {};
    return [
      { name, in: 'query' as const, required: required.includes(name), schema, ...list, ...described(name, into.language) },
    ];
  });
}
function described(name: string, language: Language): { description?: string } {
  const text = FIELD_TEXTS[name]?.[language];
  return text === undefined ? {} : { description: text };
}

function requestBodyOf({ body }: RouteDeclaration, into: Into): Operation['requestBody'] | null {
  if (body === null) return null;
  if ('streamed' in body) {
    const schema = body.schema ? schemaOf(body.schema, 'sent', into) : BINARY;
    return { required: true, content: Object.fromEntries(body.streamed.map((type) => [type, { schema }])) };
  }
  const schema = schemaOf(body.json, 'sent', into);
  const content: Content = Object.fromEntries((body.types ?? JSON_TYPES).map((type) => [type, { schema }]));
  if (body.form) content[FORM_TYPE] = formOf(body.form, into);
  return { required: true, content };
}
const BINARY: JsonSchema = { type: 'string', format: 'binary' };

/** The file is the last part: what decides about it is read before its first byte. */
function formOf(form: z.ZodObject, into: Into): Content[string] {
  const { properties = {} } = schemaOf(form, 'sent', into);
  const file = { ...BINARY, description: OPENAPI_TEXTS.file[into.language] };
  return {
    schema: { type: 'object', properties: { ...properties, file }, required: ['file'], additionalProperties: false },
    encoding: { metadata: { contentType: 'application/json' } },
  };
}

function responsesOf(route: RouteDeclaration, into: Into): Record<string, ResponseObject> {
  const { language } = into;
  const responses: Record<string, ResponseObject> = {};
  for (const [status, body] of Object.entries(route.responses)) {
    const headers = responseHeadersOf(route, Number(status), language);
    const content = contentOf(body, into);
    const holds = isRawBody(body) ? body.holds[language] : null;
    responses[status] = {
      description: holds ?? statusText(Number(status), language),
      ...(headers ? { headers } : {}),
      ...(content ? { content } : {}),
    };
  }
  for (const [status, codes] of byStatus(problemsOf(route))) {
    const problem = problemResponse(codes, into);
    const own = responses[status];
    const both = { description: `${own?.description} ${problem.description}`, content: { ...own?.content, ...problem.content } };
    responses[status] = own ? { ...own, ...both } : problem;
  }
  return responses;
}
const isRawBody = (body: ResponseBody) => body !== null && isRaw(body);

function contentOf(body: ResponseBody, into: Into): Content | null {
  if (body === null) return null;
  if (!isRaw(body)) return { 'application/json': { schema: schemaOf(body, 'read', into) } };
  const content: Content = Object.fromEntries(body.types.map((type) => [type, { schema: RAW_SCHEMAS[type] ?? BINARY }]));
  if (body.json) content['application/json'] = { schema: schemaOf(body.json, 'read', into) };
  return content;
}
const RAW_SCHEMAS: Record<string, JsonSchema | undefined> = {
  'application/json': { type: 'object' },
  'text/plain': { type: 'string' },
  'text/html': { type: 'string' },
  'text/event-stream': { type: 'string' },
};

function byStatus(codes: readonly ProblemCode[]): Map<string, ProblemCode[]> {
  const groups = new Map<string, ProblemCode[]>();
  for (const code of codes) {
    const status = String(PROBLEMS[code].status);
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return groups;
}

function problemResponse(codes: readonly ProblemCode[], into: Into): ResponseObject {
  const problem = schemaOf(ProblemResponse, 'read', into);
  const lines = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title[into.language]}`);
  const code: JsonSchema = { type: 'string', examples: [...codes] };
  const schema: JsonSchema = { allOf: [problem, { type: 'object', properties: { code } }] };
  return { description: lines.join('; '), content: { 'application/problem+json': { schema } } };
}
