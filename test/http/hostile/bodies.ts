/** Bodies that are wrong, each in one way. */
import type { Bad } from './hostile.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const GOOD = { filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 10 };

const create = (name: string, body: unknown, pointer: string): Bad => ({
  name: `create: ${name}`,
  method: 'POST',
  path: '/v1/resources',
  body,
  status: 422,
  code: 'INVALID',
  pointer,
});
const badCreates: Bad[] = [
  create('null', null, ''),
  create('an array', [], ''),
  create('a string', 'picture', ''),
  create('a number', 7, ''),
  create('nothing in it', {}, '/filename'),
  create('an unknown field', { ...GOOD, colour: 'red' }, '/colour'),
  create('a status', { ...GOOD, status: 'INDEXED' }, '/status'),
  create('an organisation', { ...GOOD, org_id: 'b' }, '/org_id'),
  create('a field with a slash', { ...GOOD, 'a/b~c': 1 }, '/a~1b~0c'),
  create('no name', { ...GOOD, filename: '' }, '/filename'),
  create('a path for a name', { ...GOOD, filename: '../../etc/passwd' }, '/filename'),
  create('a Windows path for a name', { ...GOOD, filename: 'C:\\x.jpg' }, '/filename'),
  create('.. for a name', { ...GOOD, filename: '..' }, '/filename'),
  create('a NUL in the name', { ...GOOD, filename: 'a\u0000.jpg' }, '/filename'),
  create('a line break in the name', { ...GOOD, filename: 'a\r\nx: y.jpg' }, '/filename'),
  create('half a character in the name', { ...GOOD, filename: '\ud800.jpg' }, '/filename'),
  create('a name of 256 characters', { ...GOOD, filename: 'a'.repeat(256) }, '/filename'),
  create('a number for a name', { ...GOOD, filename: 1 }, '/filename'),
  create('no text for a type', { ...GOOD, content_type: null }, '/content_type'),
  create('a type of 1,001 characters', { ...GOOD, content_type: 'a'.repeat(1_001) }, '/content_type'),
  create('no bytes', { ...GOOD, byte_size: 0 }, '/byte_size'),
  create('less than no bytes', { ...GOOD, byte_size: -1 }, '/byte_size'),
  create('half a byte', { ...GOOD, byte_size: 1.5 }, '/byte_size'),
  create('a size as text', { ...GOOD, byte_size: '10' }, '/byte_size'),
  create('a size beyond whole numbers', { ...GOOD, byte_size: 1e300 }, '/byte_size'),
  create('a short sha256', { ...GOOD, sha256: 'abc' }, '/sha256'),
  create('a sha256 of other letters', { ...GOOD, sha256: 'z'.repeat(64) }, '/sha256'),
  create('no sha256 at all', { ...GOOD, sha256: null }, '/sha256'),
  create('a batch with spaces', { ...GOOD, batch_id: 'a b' }, '/batch_id'),
  create('an endless batch', { ...GOOD, batch_id: 'a'.repeat(101) }, '/batch_id'),
  create('a third way with duplicates', { ...GOOD, on_duplicate: 'replace' }, '/on_duplicate'),
  create('metadata as text', { ...GOOD, metadata: 'title' }, '/metadata'),
  create('unknown metadata', { ...GOOD, metadata: { tittle: 'x' } }, '/metadata/tittle'),
  create('a blank title', { ...GOOD, metadata: { title: '   ' } }, '/metadata/title'),
  create('a title of 301 characters', { ...GOOD, metadata: { title: 'x'.repeat(301) } }, '/metadata/title'),
  create('a title with a control character', { ...GOOD, metadata: { title: 'a\u0007b' } }, '/metadata/title'),
  create('half a character in the title', { ...GOOD, metadata: { title: 'a\udc00' } }, '/metadata/title'),
  create('one tag, not in a list', { ...GOOD, metadata: { tags: 'a' } }, '/metadata/tags'),
  create('51 tags', { ...GOOD, metadata: { tags: Array.from({ length: 51 }, (_, n) => `t${n}`) } }, '/metadata/tags'),
  create('a number among tags', { ...GOOD, metadata: { tags: ['a', 1] } }, '/metadata/tags/1'),
  create('a day that is none', { ...GOOD, metadata: { taken_at: '2024-02-30' } }, '/metadata/taken_at'),
  create('a time without an offset', { ...GOOD, metadata: { taken_at: '2024-02-03T04:05:06' } }, '/metadata/taken_at'),
  create('a language that is none', { ...GOOD, metadata: { languages: ['english please'] } }, '/metadata/languages/0'),
  create('extra that is no object', { ...GOOD, metadata: { extra: [1] } }, '/metadata/extra'),
  create('extra of 20 KB', { ...GOOD, metadata: { extra: { a: 'x'.repeat(20_000) } } }, '/metadata/extra'),
  create('a NUL in extra', { ...GOOD, metadata: { extra: { a: '\u0000' } } }, '/metadata/extra'),
  {
    name: 'create: more bytes than a picture may have',
    method: 'POST',
    path: '/v1/resources',
    body: { ...GOOD, byte_size: 2 ** 40 },
    status: 413,
    code: 'TOO_LARGE',
  },
];

const text = (name: string, raw: string | Uint8Array, code = 'BAD_JSON', status = 400): Bad[] =>
  [
    { method: 'POST', path: '/v1/resources' },
    { method: 'PATCH', path: '/v1/resources/{indexed}/metadata' },
    { method: 'PATCH', path: '/v1/resources/{indexed}/text' },
  ].map((call) => ({ name: `${call.method} ${call.path}: ${name}`, ...call, headers: JSON_TYPE, raw, status, code }));
const badBodies: Bad[] = [
  ...text('an empty body', ''),
  ...text('a body that breaks off', '{"filename": "a.jpg"'),
  ...text('single quotes', "{'filename': 'a.jpg'}"),
  ...text('a comma at the end', '{"title": "a",}'),
  ...text('two values', '{} {}'),
  ...text('NaN', '{"byte_size": NaN}'),
  ...text('a comment', '{/* */}'),
  ...text('a byte order mark in the middle', '{\ufeff"title": 1}'),
  ...text('XML', '<title/>'),
  ...text('no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
  ...text('nested without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  ...text('nested a little too deep', `{"extra": ${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`),
  ...text('__proto__', '{"__proto__": {"title": "x"}}'),
  ...text('__proto__ within', '{"extra": {"__proto__": {"a": 1}}}'),
  ...text('more than a megabyte', `{"title": "${'x'.repeat(1_100_000)}"}`, 'TOO_LARGE', 413),
];
const HEADERS_OF_OTHER_TYPES: Record<string, string>[] = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'application/xml' },
  { 'content-type': 'json' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  { 'content-type': '' },
];
const types: Bad[] = HEADERS_OF_OTHER_TYPES.flatMap((headers) =>
  [
    { method: 'POST', path: '/v1/resources' },
    { method: 'PATCH', path: '/v1/resources/{indexed}/metadata' },
    { method: 'PATCH', path: '/v1/resources/{indexed}/text' },
    { method: 'POST', path: '/v1/resources/{indexed}/reprocess' },
    { method: 'POST', path: '/v1/resources/{awaiting}/uploaded' },
  ].map((call) => ({
    name: `${call.method} ${call.path} of ${JSON.stringify(headers)}`,
    ...call,
    headers,
    raw: '{}',
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  })),
);

export const BAD_BODIES: Bad[] = [...badCreates, ...badBodies, ...types];
