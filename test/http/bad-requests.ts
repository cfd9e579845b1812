/** Requests that are wrong, each in one way, with the answer each must get. The test sends them all and looks for what they changed. */
import { ROUTES } from '../../contract/routes.ts';
import { BAD_FORMS } from './bad-forms.ts';
import { BAD_SOCKETS } from './bad-sockets.ts';

/**
 * In `path` and in values of `headers`: `{awaiting}`, `{draft}`, `{indexed}`, `{trashed}`, `{foreign}` are ids of pictures in that state;
 * `{a}`, `{revoked}`, `{other}`, `{upload}`, `{read}`, `{complete}`, `{preview}` are keys and links, as addresses without their origin.
 */
export type Bad = {
  name: string;
  method: string;
  path: string;
  /** Of the organisation `a` unless said; `none` sends no key. */
  key?: 'a' | 'other' | 'revoked' | 'none';
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  raw?: string | Uint8Array;
  /** Sent over a socket as it is, instead of all of the above. */
  socket?: string;
  status: number;
  code: string;
  /** One of `errors` points here. */
  pointer?: string;
};

const JSON_TYPE = { 'content-type': 'application/json' };
const ID = '01890a5d-ac96-774b-bcce-b302099a8057'; // a UUIDv7 of nothing
const GOOD = { filename: 'a.jpg', content_type: 'image/jpeg', byte_size: 10 };

/** Each route that takes a key. */
const keyed = ROUTES.filter(({ auth }) => auth === 'key' || auth === 'key_or_link').map(({ name, method, path }) => ({
  name,
  method,
  path: path.replace('{resource_id}', '{indexed}'),
}));
const strangers: Bad[] = keyed.flatMap(({ name, method, path }) => [
  { name: `${name} without a key`, method, path, key: 'none', status: 401, code: 'UNAUTHENTICATED' },
  { name: `${name} with a revoked key`, method, path, key: 'revoked', status: 401, code: 'UNAUTHENTICATED' },
]);
const badKeys: Bad[] = [
  '',
  'Bearer',
  'Bearer ',
  'Basic dXNlcjpwYXNz',
  'Bearer tuodi',
  'Bearer tuodi__',
  `Bearer tuodi_${ID}_${'A'.repeat(43)}`,
  `Bearer tuodi_${ID}_${'A'.repeat(42)}`,
  `Bearer tuodi_not-a-uuid_${'A'.repeat(43)}`,
  'Bearer {a}x',
  'Bearer {a} {a}',
  '{a}',
  'Token {a}',
  "Bearer ' OR 1=1 --",
  `Bearer ${'x'.repeat(4_000)}`,
].map((authorization) => ({
  name: `the key ${JSON.stringify(authorization.slice(0, 40))} of ${authorization.length} characters`,
  method: 'GET',
  path: '/v1/resources',
  key: 'none',
  headers: { authorization },
  status: 401,
  code: 'UNAUTHENTICATED',
}));

/** Each route that names a picture. */
const named = keyed.filter(({ path }) => path.includes('{indexed}'));
const nowhere: Bad[] = named.flatMap(({ name, method, path }) => {
  const body = name === 'patch_metadata' ? { body: { title: 'mine now' } } : {};
  const at = (id: string) => ({ method, path: path.replace('{indexed}', id), ...body, status: 404, code: 'NOT_FOUND' });
  return [
    { name: `${name} of another organisation`, ...at('{foreign}') },
    { name: `${name} of nothing`, ...at(ID) },
    { name: `${name} of what is no id`, ...at('1') },
    { name: `${name} of an id of another version`, ...at('9b2e7a0c-6d0b-4f5e-8a53-0d7c3b6f1e2d') },
    { name: `${name} with an unknown parameter`, method, path: `${path}?nonsense=1`, ...body, status: 422, code: 'INVALID', pointer: 'nonsense' },
  ];
});
const oddIds: Bad[] = ['..%2f..%2fetc%2fpasswd', '%00', "'%20OR%201=1", '{INDEXED}', 'null', '-1', 'x'.repeat(3_000), '%E4%B8%AD', '0'.repeat(36)].map((id) => ({
  name: `the id ${id.slice(0, 30)}`,
  method: 'GET',
  path: `/v1/resources/${id}`,
  status: 404,
  code: 'NOT_FOUND',
}));

/** Wrong methods on each address. */
const addresses = new Map<string, string[]>();
for (const { path, method } of ROUTES) addresses.set(path, [...(addresses.get(path) ?? []), method]);
const wrongMethods: Bad[] = [...addresses].flatMap(([path, methods]) =>
  ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'GET']
    .filter((method) => !methods.includes(method) && path !== '/v1/resources/counts')
    .map((method) => ({
      name: `${method} ${path}`,
      method,
      path: path.replace('{resource_id}', '{indexed}').replace('{+key}', 'incoming/a/b/c'),
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
    })),
);

const unknown: Bad[] = [
  ...['/', '/v1', '/v2/resources', '/v1/Resources', '/v1/resources/', '//v1/resources', '/v1/resources/{indexed}/', '/v1/machines'],
  ...['/v1/resources/{indexed}/nothing', '/objects', '/objects/', '/favicon.ico', '/.env', '/v1/../healthz', '/healthz/x', '/v1/%72esources'],
].map((path) => ({ name: `the address ${path}`, method: 'GET', path, status: 404, code: 'NOT_FOUND' }));

const badAddresses: Bad[] = [
  ...['/v1/resources?tag=%', '/v1/resources?tag=%zz', '/v1/search?q=%ff', '/v1/search?q=%c0%af', '/v1/search?q=%ed%a0%80', '/v1/resources/%', '/v1/%zz'],
  ...['/objects/%e4%b8', '/v1/search?%=1'],
].map((path) => ({ name: `the percent-encoding of ${path}`, method: 'GET', path, status: 400, code: 'BAD_REQUEST' }));

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
  create('a type that is no picture', { ...GOOD, content_type: 'text/html' }, '/content_type'),
  create('a type of SVG', { ...GOOD, content_type: 'image/svg+xml' }, '/content_type'),
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
  { name: 'create: more bytes than a picture may have', method: 'POST', path: '/v1/resources', body: { ...GOOD, byte_size: 2 ** 40 }, status: 413, code: 'TOO_LARGE' },
];

const text = (name: string, raw: string | Uint8Array, code = 'BAD_JSON', status = 400): Bad[] =>
  [
    { method: 'POST', path: '/v1/resources' },
    { method: 'PATCH', path: '/v1/resources/{indexed}/metadata' },
  ].map((call) => ({ name: `${call.method}: ${name}`, ...call, headers: JSON_TYPE, raw, status, code }));
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
    { method: 'POST', path: '/v1/resources/{awaiting}/uploaded' },
  ].map((call) => ({ name: `${call.method} ${call.path} of ${JSON.stringify(headers)}`, ...call, headers, raw: '{}', status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' })),
);

const query = (address: string, pointer: string): Bad => ({ name: `the query ${address.slice(0, 60)}`, method: 'GET', path: `/v1/${address}`, status: 422, code: 'INVALID', pointer });
const cursor = (path: string): Bad => ({ name: `the cursor of ${path.slice(0, 70)}`, method: 'GET', path: `/v1/${path}`, status: 400, code: 'BAD_CURSOR' });
const badQueries: Bad[] = [
  query('resources?limit=0', 'limit'),
  query('resources?limit=201', 'limit'),
  query('resources?limit=-1', 'limit'),
  query('resources?limit=1.5', 'limit'),
  query('resources?limit=ten', 'limit'),
  query('resources?limit=', 'limit'),
  query('resources?limit=0x10', 'limit'),
  query('resources?limit=1e2', 'limit'),
  query('resources?limit=5&limit=6', 'limit'),
  query('resources?limit=99999999999999999999', 'limit'),
  query('resources?status=indexed', 'status/0'),
  query('resources?status=INDEXED&status=NOPE', 'status/1'),
  query('resources?phase=done', 'phase/0'),
  query('resources?tag=', 'tag/0'),
  query('resources?tag=%00', 'tag'),
  query(`resources?tag=${'x'.repeat(61)}`, 'tag/0'),
  query(`resources?${'tag=a&'.repeat(21)}`, 'tag'),
  query('resources?batch_id=', 'batch_id/0'),
  query('resources?sha256=1', 'sha256/0'),
  query('resources?created_from=yesterday', 'created_from'),
  query('resources?created_to=2024-01-01', 'created_to'),
  query('resources?created_to=2024-01-01T00:00:00Z&created_to=2025-01-01T00:00:00Z', 'created_to'),
  query('resources?sort=size', 'sort'),
  query('resources?org_id=b', 'org_id'),
  query('resources?Limit=5', 'Limit'),
  query('resources?__proto__=1', '__proto__'),
  query('resources/counts?limit=5', 'limit'),
  query('resources/counts?sort=title', 'sort'),
  query('resources/counts?phase=x', 'phase/0'),
  query(`search?q=${'x'.repeat(501)}`, 'q'),
  query('search?q=a&q=b', 'q'),
  query('search?q=a%00b', 'q'),
  query('search?mode=magic', 'mode'),
  query('search?sort=oldest', 'sort'),
  query('search?facets=colour', 'facets/0'),
  query('search?phase=nope', 'phase/0'),
  query('search?taken_from=2024', 'taken_from'),
  query('search?taken_to=2024-13-01', 'taken_to'),
  query('search?limit=1000', 'limit'),
  query('search?offset=5', 'offset'),
  query('resources/{indexed}/preview?size=640', 'size'),
  query('resources/{indexed}/preview?size=320&size=320', 'size'),
  query('resources/{indexed}/preview?page=0', 'page'),
  query('resources/{indexed}/preview?page=a', 'page'),
  query('resources/{indexed}/text?format=pdf', 'format'),
  query('resources/{indexed}/history?limit=a', 'limit'),
  { ...query('resources/{indexed}?purge=maybe', 'purge'), method: 'DELETE' },
  { ...query('resources/{indexed}?purge=', 'purge'), method: 'DELETE' },
  ...['x', 'bnVsbA', '%7B%7D', 'e30', 'eyJvZiI6IngiLCJwbGFjZSI6MX0', '..', 'x'.repeat(900)].flatMap((text) =>
    ['resources', 'search', 'resources/{indexed}/history'].map((list) => cursor(`${list}?cursor=${text}`)),
  ),
  cursor('resources?cursor={cursor}&phase=ready'),
  cursor('resources?cursor={cursor}&sort=title'),
  cursor('search?cursor={cursor}'),
  { ...cursor('resources?cursor={cursor}'), key: 'other' },
  query(`resources?cursor=${'x'.repeat(1_001)}`, 'cursor'),
];

const patch = (name: string, body: unknown, pointer: string): Bad => ({
  name: `patch: ${name}`,
  method: 'PATCH',
  path: '/v1/resources/{indexed}/metadata',
  body,
  status: 422,
  code: 'INVALID',
  pointer,
});
const illegal = (method: string, path: string, body?: unknown): Bad => ({
  name: `${method} ${path}`,
  method,
  path: `/v1/resources/${path}`,
  ...(body === undefined ? {} : { body }),
  status: 409,
  code: 'ILLEGAL_TRANSITION',
});
const badEvents: Bad[] = [
  patch('an array', [], ''),
  patch('an unknown field', { name: 'x' }, '/name'),
  patch('what only the service knows', { status: 'INDEXED' }, '/status'),
  patch('the title taken away', { title: null }, '/title'),
  patch('a title of a number', { title: 3 }, '/title'),
  patch('tags that are no list', { tags: {} }, '/tags'),
  patch('extra that grows too large', { extra: { b: 'x'.repeat(17_000) } }, '/metadata/extra'),
  illegal('POST', '{indexed}/upload-url'),
  illegal('POST', '{indexed}/retry'),
  illegal('POST', '{indexed}/restore'),
  illegal('POST', '{awaiting}/retry'),
  illegal('POST', '{awaiting}/restore'),
  illegal('POST', '{draft}/retry'),
  illegal('POST', '{trashed}/retry'),
  illegal('POST', '{trashed}/upload-url'),
  illegal('POST', '{trashed}/uploaded'),
  illegal('PATCH', '{trashed}/metadata', { title: 'x' }),
  ...['retry', 'restore', 'upload-url', 'uploaded'].map(
    (call): Bad => ({ name: `${call} with a body`, method: 'POST', path: `/v1/resources/{awaiting}/${call}`, body: { force: true }, status: 422, code: 'INVALID', pointer: '/force' }),
  ),
  { name: 'delete with a body', method: 'DELETE', path: '/v1/resources/{indexed}', body: { purge: true }, status: 422, code: 'INVALID', pointer: '/purge' },
  { name: 'content of what is not in', method: 'GET', path: '/v1/resources/{awaiting}/content', status: 404, code: 'NOT_FOUND' },
  { name: 'content of what is in the trash', method: 'GET', path: '/v1/resources/{trashed}/content', status: 404, code: 'NOT_FOUND' },
  { name: 'preview of what is not in', method: 'GET', path: '/v1/resources/{awaiting}/preview', status: 404, code: 'NOT_FOUND' },
  { name: 'page 2 of one', method: 'GET', path: '/v1/resources/{indexed}/preview?page=2', status: 404, code: 'NOT_FOUND' },
  { name: 'text of what is not in', method: 'GET', path: '/v1/resources/{awaiting}/text', status: 404, code: 'NOT_FOUND' },
  { name: 'text that is not read yet', method: 'GET', path: '/v1/resources/{draft}/text', status: 404, code: 'NOT_FOUND' },
  ...['"0"', '"999"', 'W/"1"', 'nonsense', '""'].flatMap((tag): Bad[] => [
    { name: `patch if ${tag}`, method: 'PATCH', path: '/v1/resources/{indexed}/metadata', headers: { 'if-match': tag }, body: { title: 'y' }, status: 412, code: 'PRECONDITION_FAILED' },
    { name: `delete if ${tag}`, method: 'DELETE', path: '/v1/resources/{indexed}', headers: { 'if-match': tag }, status: 412, code: 'PRECONDITION_FAILED' },
  ]),
  ...['', 'a b', 'x'.repeat(201), 'schl\u00fcssel'].map(
    (key): Bad => ({ name: `the Idempotency-Key ${key.slice(0, 20)}`, method: 'POST', path: '/v1/resources', headers: { 'idempotency-key': key }, body: GOOD, status: 400, code: 'BAD_REQUEST' }),
  ),
  { name: 'a key used for another request', method: 'POST', path: '/v1/resources', headers: { 'idempotency-key': 'used' }, body: GOOD, status: 422, code: 'IDEMPOTENCY_KEY_REUSED' },
];

const link = (name: string, method: string, path: string, code = 'BAD_SIGNATURE'): Bad => ({ name: `link: ${name}`, method, path, key: 'none', status: 403, code });
const badLinks: Bad[] = [
  link('no signature', 'PUT', '/objects/incoming/a/b/c'),
  link('out of the store', 'GET', '/objects/../../etc/passwd'),
  link('out of the store, encoded', 'GET', '/objects/..%2f..%2fetc%2fpasswd'),
  link('a NUL', 'GET', '/objects/a%00b'),
  link('an object without a signature', 'GET', '/objects/a/{indexed}/run/original'),
  link('even with a key', 'GET', '/objects/a/{indexed}/run/original'),
  link('an upload link, read', 'GET', '{upload}'),
  link('a read link, written', 'PUT', '{read}'),
  link('a changed key', 'PUT', '{upload:key}'),
  link('more bytes', 'PUT', '{upload}&max_bytes=999999999'),
  link('a later expiry', 'PUT', '{upload:expires}'),
  link('a changed signature', 'PUT', '{upload:signature}'),
  link('an empty signature', 'GET', '/v1/resources/{indexed}/preview?size=320&org_id=a&expires=9999999999999&signature='),
  link('a preview of another size', 'GET', '{preview:size}'),
  link('a preview of another picture', 'GET', '{preview:id}'),
  link('a preview of another organisation', 'GET', '{preview:org}'),
  link('a preview for ever', 'GET', '{preview:expires}'),
  link('complete_url for another picture', 'POST', '{complete:id}'),
  link('a preview link to complete', 'POST', '{complete:preview}'),
  { ...link('other parameters', 'POST', '{complete}&force=1'), status: 422, code: 'INVALID' },
  link('an expired upload', 'PUT', '{expired:upload}', 'LINK_EXPIRED'),
  link('an expired read', 'GET', '{expired:read}', 'LINK_EXPIRED'),
  link('an expired complete_url', 'POST', '{expired:complete}', 'LINK_EXPIRED'),
  { ...link('an upload of another type', 'PUT', '{upload}'), headers: { 'content-type': 'text/html' }, raw: '<html>', status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
  { ...link('an upload without a type', 'PUT', '{upload}'), raw: 'bytes', status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
  { ...link('an upload larger than announced', 'PUT', '{upload}'), headers: { 'content-type': 'image/jpeg' }, raw: 'x'.repeat(6), status: 413, code: 'TOO_LARGE' },
  { ...link('an upload larger than it says', 'PUT', '{upload}'), headers: { 'content-type': 'image/jpeg', 'transfer-encoding': 'chunked' }, raw: 'x'.repeat(600_000), status: 413, code: 'TOO_LARGE' },
  { ...link('an empty upload', 'PUT', '{upload}'), headers: { 'content-type': 'image/jpeg' }, raw: '', status: 422, code: 'INVALID' },
  { ...link('a compressed upload', 'PUT', '{upload}'), headers: { 'content-type': 'image/jpeg', 'content-encoding': 'gzip' }, raw: 'abc', status: 400, code: 'BAD_REQUEST' },
  { ...link('a part of an upload', 'PUT', '{upload}'), headers: { 'content-type': 'image/jpeg', 'content-range': 'bytes 0-1/5' }, raw: 'ab', status: 400, code: 'BAD_REQUEST' },
  { ...link('a range beyond the end', 'GET', '{read}'), headers: { range: 'bytes=100-' }, status: 416, code: 'RANGE_NOT_SATISFIABLE' },
  { ...link('the last no bytes', 'GET', '{read}'), headers: { range: 'bytes=-0' }, status: 416, code: 'RANGE_NOT_SATISFIABLE' },
];

export const BAD_REQUESTS: Bad[] = [
  ...[...strangers, ...badKeys, ...nowhere, ...oddIds, ...wrongMethods, ...unknown, ...badAddresses, ...badCreates, ...badBodies, ...types],
  ...[...badQueries, ...badEvents, ...badLinks, ...BAD_FORMS, ...BAD_SOCKETS],
  { name: 'an address of 9,000 characters', method: 'GET', path: `/v1/resources?tag=${'x'.repeat(9_000)}`, status: 414, code: 'URI_TOO_LONG' },
  { name: 'headers of 20 KB', method: 'GET', path: '/healthz', headers: { 'x-much': 'x'.repeat(20_000) }, status: 431, code: 'HEADERS_TOO_LARGE' },
];
