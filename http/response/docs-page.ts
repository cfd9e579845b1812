/** `/docs`: the OpenAPI document as one page, without scripts and without anything from another address. */
import type { JsonSchema } from '../../contract/openapi/schemas.ts';
import type { Content, OpenApiDocument, Operation, Parameter, ResponseObject } from '../../contract/openapi/types.ts';
import type { Language } from '../context.ts';

const WORDS = {
  en: {
    title: 'The API of tuodi',
    calls: 'Calls',
    schemas: 'Schemas',
    parameters: ['parameter', 'in', 'type', 'what it is'],
    body: 'Body',
    responses: ['status', 'body', 'what it means'],
    fields: ['field', 'type', 'what it is'],
    required: 'required',
    other: { lang: 'zh', label: '中文' },
    document: '. For programs: ',
    stop: '. ',
  },
  zh: {
    title: 'tuodi 接口说明',
    calls: '接口',
    schemas: '数据结构',
    parameters: ['参数', '位置', '类型', '含义'],
    body: '请求体',
    responses: ['状态码', '响应体', '含义'],
    fields: ['字段', '类型', '含义'],
    required: '必填',
    other: { lang: 'en', label: 'English' },
    document: '。供程序使用：',
    stop: '。',
  },
} as const;
type Words = (typeof WORDS)[Language];

/** The only style of the page: its hash is in the policy that the page is sent with. */
export const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 6%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; overflow-wrap: anywhere; }
h2 { border-top: 1px solid var(--line); padding-top: 1rem; }
h3 { font-size: 1rem; margin: 2.5rem 0 .25rem; }
table { border-collapse: collapse; font-size: .875rem; margin: .5rem 0; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .75rem .25rem 0; text-align: start; vertical-align: top; }
th, td { overflow-wrap: normal; }
td:last-child { overflow-wrap: anywhere; }
th { font-weight: 600; }
code { background: var(--soft); border-radius: 3px; font: .875em ui-monospace, monospace; padding: 0 .2em; }
nav ul { columns: 24rem; list-style: none; padding: 0; }
nav li { break-inside: avoid; }
.method { display: inline-block; font-weight: 700; min-width: 4rem; }
.note { font-size: .875rem; opacity: .8; }
:target { background: var(--soft); }
@media (max-width: 40rem) { table { display: block; overflow-x: auto; } }
`;

export function docsPage({ info, paths, tags, components }: OpenApiDocument, language: Language): string {
  const words = WORDS[language];
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const groups = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const links = own.map(({ path, method, operation }) => li(`#${operation.operationId}`, `${method} ${path}`)).join('');
    const index = `<h4>${escaped(description)}</h4><ul>${links}</ul>`;
    return { index, body: `<h2>${escaped(description)}</h2>${own.map((one) => operationPart(one, words)).join('')}` };
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `<h3 id="schema-${escaped(name)}">${escaped(name)}</h3>${schemaPart(schema, words)}`,
  );
  const lang = language === 'zh' ? 'zh-Hans' : 'en';
  const { other } = words;
  return `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title><style>${STYLE}</style></head><body>
<header><h1>${words.title}</h1><p>${marked(info.description)}</p>
<p class="note">tuodi ${escaped(info.version)}${words.document}<a href="openapi.json?lang=${language}">openapi.json</a>${words.stop}<a href="docs?lang=${other.lang}" hreflang="${other.lang}">${other.label}</a></p></header>
<nav aria-label="${words.calls}">${groups.map(({ index }) => index).join('')}</nav>
<main>${groups.map(({ body }) => body).join('')}<h2>${words.schemas}</h2>${schemas.join('')}</main></body></html>
`;
}

type Placed = { path: string; method: string; operation: Operation };
function operationPart({ path, method, operation }: Placed, words: Words): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return `<section aria-labelledby="${operationId}"><h3 id="${operationId}"><span class="method">${method}</span> <code>${escaped(path)}</code></h3>
<p>${marked(summary)}</p>${description ? `<p class="note">${marked(description)}</p>` : ''}
${
  parameters.length > 0
    ? tableOf(
        words.parameters,
        parameters.map((one) => parameterRow(one, words)),
      )
    : ''
}
${requestBody ? `<p><strong>${words.body}</strong></p>${contentPart(requestBody.content, words)}` : ''}
${tableOf(words.responses, Object.entries(responses).map(responseRow))}</section>`;
}

const parameterRow = ({ name, in: place, required, schema, description = '' }: Parameter, words: Words): string[] => [
  `<code>${escaped(name)}</code>${required ? ` ${words.required}` : ''}`,
  ...[place, typeOf(schema), marked(description)],
];

function responseRow([status, { description, content = {} }]: [string, ResponseObject]): string[] {
  const bodies = Object.entries(content).map(([type, { schema }]) =>
    type === 'application/json' ? typeOf(schema) : `<code>${escaped(type).replace('/', '/<wbr>')}</code>`,
  );
  return [status, bodies.join(', '), marked(description)];
}

const contentPart = (content: Content, words: Words): string =>
  Object.entries(content)
    .map(([type, { schema }]) => `<p><code>${escaped(type)}</code>: ${typeOf(schema)}</p>${schemaPart(schema, words)}`)
    .join('');

/** The fields of an object, as a table. */
function schemaPart({ properties = {}, required = [] }: JsonSchema, words: Words): string {
  const rows = Object.entries(properties).flatMap(([name, property]) => {
    if (typeof property === 'boolean') return [];
    const mark = required.includes(name) ? ` ${words.required}` : '';
    return [[`<code>${escaped(name)}</code>${mark}`, typeOf(property), marked(property.description ?? '')]];
  });
  return rows.length > 0 ? tableOf(words.fields, rows) : '';
}

/** A type in a few words: a link to a named schema, the values of an enumeration, bounds. */
function typeOf(schema: JsonSchema | boolean | undefined): string {
  if (schema === undefined || typeof schema === 'boolean') return 'any';
  if (schema.$ref) return reference(schema.$ref);
  const any = schema.anyOf ?? schema.oneOf ?? (schema.allOf ? [schema.allOf[0] ?? true] : undefined);
  if (any) return any.map(typeOf).join(' | ');
  if (schema.enum) return schema.enum.map((value) => `<code>${escaped(String(value))}</code>`).join(' | ');
  if (schema.type === 'array' && !Array.isArray(schema.items)) return `[ ${typeOf(schema.items)} ]`;
  const types = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
  const bounds = BOUNDS.flatMap(([name, sign]) => (schema[name] === undefined ? [] : [`${sign} ${String(schema[name])}`]));
  return escaped([types, schema.format ?? '', ...bounds].filter((part) => part !== '').join(' '));
}
const BOUNDS = [
  ['minimum', '≥'],
  ['maximum', '≤'],
  ['minLength', '≥ length'],
  ['maxLength', '≤ length'],
] as const;

function reference(ref: string): string {
  const name = escaped(ref.replace('#/components/schemas/', ''));
  return `<a href="#schema-${name}">${name}</a>`;
}
const li = (href: string, text: string) => `<li><a href="${escaped(href)}"><code>${escaped(text)}</code></a></li>`;

const tableOf = (head: readonly string[], rows: string[][]): string =>
  `<table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`;

/** Text with `code` in backticks. */
const marked = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
