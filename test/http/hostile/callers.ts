/** Callers who may not, and addresses that are none. */
import { ROUTES } from '../../../contract/routes/table.ts';
import type { Bad } from './hostile.ts';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057'; // a UUIDv7 of nothing

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

const BODIES: Record<string, object> = {
  patch_metadata: { title: 'mine now' },
  patch_text: { pages: [{ page: 1, text: 'mine now' }] },
  reprocess_resource: { from: 'ocr' },
};
/** Each route that names a picture. */
const named = keyed.filter(({ path }) => path.includes('{indexed}'));
const nowhere: Bad[] = named.flatMap(({ name, method, path }) => {
  const body = Object.hasOwn(BODIES, name) ? { body: BODIES[name] } : {};
  const at = (id: string) => ({ method, path: path.replace('{indexed}', id), ...body, status: 404, code: 'NOT_FOUND' });
  return [
    { name: `${name} of another organisation`, ...at('{foreign}') },
    { name: `${name} of nothing`, ...at(ID) },
    { name: `${name} of what is no id`, ...at('1') },
    { name: `${name} of an id of another version`, ...at('9b2e7a0c-6d0b-4f5e-8a53-0d7c3b6f1e2d') },
    {
      name: `${name} with an unknown parameter`,
      method,
      path: `${path}?nonsense=1`,
      ...body,
      status: 422,
      code: 'INVALID',
      pointer: 'nonsense',
    },
  ];
});
const oddIds: Bad[] = [
  '..%2f..%2fetc%2fpasswd',
  '%00',
  "'%20OR%201=1",
  '{INDEXED}',
  'null',
  '-1',
  'x'.repeat(3_000),
  '%E4%B8%AD',
  '0'.repeat(36),
].map((id) => ({
  name: `the id ${id.slice(0, 30)}`,
  method: 'GET',
  path: `/v1/resources/${id}`,
  status: 404,
  code: 'NOT_FOUND',
}));

/** Addresses that another method takes for the id of a picture: 404. */
const FIXED = new Set<string>(['/v1/resources/counts', '/v1/resources/groups', '/v1/resources/bulk']);
/** Wrong methods on each address. */
const addresses = new Map<string, string[]>();
for (const { path, method } of ROUTES) addresses.set(path, [...(addresses.get(path) ?? []), method]);
const wrongMethods: Bad[] = [...addresses].flatMap(([path, methods]) =>
  ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'GET']
    .filter((method) => !methods.includes(method) && !FIXED.has(path))
    .map((method) => ({
      name: `${method} ${path}`,
      method,
      path: path.replace('{resource_id}', '{indexed}').replace('{task_id}', '{indexed}').replace('{+key}', 'incoming/a/b/c'),
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
    })),
);

const unknown: Bad[] = [
  ...[
    '/',
    '/v1',
    '/v2/resources',
    '/v1/Resources',
    '/v1/resources/',
    '//v1/resources',
    '/v1/resources/{indexed}/',
    '/v1/machine',
  ],
  ...[
    '/v1/resources/{indexed}/nothing',
    '/objects',
    '/objects/',
    '/favicon.ico',
    '/.env',
    '/v1/../healthz',
    '/healthz/x',
    '/v1/%72esources',
  ],
].map((path) => ({ name: `the address ${path}`, method: 'GET', path, status: 404, code: 'NOT_FOUND' }));

const badAddresses: Bad[] = [
  ...[
    '/v1/resources?tag=%',
    '/v1/resources?tag=%zz',
    '/v1/search?q=%ff',
    '/v1/search?q=%c0%af',
    '/v1/search?q=%ed%a0%80',
    '/v1/resources/%',
    '/v1/%zz',
  ],
  ...['/objects/%e4%b8', '/v1/search?%=1'],
].map((path) => ({ name: `the percent-encoding of ${path}`, method: 'GET', path, status: 400, code: 'BAD_REQUEST' }));

export const BAD_CALLERS: Bad[] = [...strangers, ...badKeys, ...nowhere, ...oddIds, ...wrongMethods, ...unknown, ...badAddresses];
