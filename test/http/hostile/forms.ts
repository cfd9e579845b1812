/** Forms that are wrong, each in one way. */
import type { Bad } from './hostile.ts';

const BOUNDARY = 'frontier';
const CRLF = '\r\n';
const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

const part = (disposition: string, content: string, type?: string) =>
  `--${BOUNDARY}${CRLF}Content-Disposition: form-data; ${disposition}${CRLF}${type ? `Content-Type: ${type}${CRLF}` : ''}${CRLF}${content}${CRLF}`;
const END = `--${BOUNDARY}--${CRLF}`;
const file = (content = 'bytes', name = 'a.jpg') => part(`name="file"; filename="${name}"`, content, 'image/jpeg');
const field = (name: string, content: string) => part(`name="${name}"`, content);

const form = (name: string, raw: string, answer: Partial<Bad>): Bad => ({
  name: `form: ${name}`,
  method: 'POST',
  path: '/v1/resources',
  headers: FORM,
  raw,
  status: 422,
  code: 'INVALID',
  ...answer,
});
const broken = { status: 400, code: 'BAD_MULTIPART' };

export const BAD_FORMS: Bad[] = [
  form('nothing', '', broken),
  form('no form at all', 'hello', broken),
  form('JSON in it', '{"filename": "a.jpg"}', broken),
  form('another boundary', `--other${CRLF}${CRLF}--other--`, broken),
  form('no end', file(), broken),
  form(
    'breaks off in the file',
    `--${BOUNDARY}${CRLF}Content-Disposition: form-data; name="file"; filename="a.jpg"${CRLF}${CRLF}byt`,
    broken,
  ),
  form('breaks off in a header', `--${BOUNDARY}${CRLF}Content-Disposition: form-da`, broken),
  form('no boundary', file() + END, { headers: { 'content-type': 'multipart/form-data' }, ...broken }),
  form('no file', field('metadata', '{}') + END, { pointer: '/file' }),
  form('no parts', END, { pointer: '/file' }),
  form('an empty file', file('') + END, { pointer: '/file' }),
  form('two files', file() + file() + END, { pointer: '/file' }),
  form('a file of another name', part('name="picture"; filename="a.jpg"', 'bytes', 'image/jpeg') + END, { pointer: '/picture' }),
  form('the file as a field', field('file', 'bytes') + END, { pointer: '/file' }),
  form('metadata after the file', file() + field('metadata', '{}') + END, { pointer: '/metadata' }),
  form('metadata twice', field('metadata', '{}') + field('metadata', '{}') + file() + END, { pointer: '/metadata' }),
  form('metadata that is no JSON', field('metadata', '{title: x}') + file() + END, { status: 400, code: 'BAD_JSON' }),
  form('metadata that is empty', field('metadata', '') + file() + END, { status: 400, code: 'BAD_JSON' }),
  form('metadata nested without end', field('metadata', `${'['.repeat(20_000)}${']'.repeat(20_000)}`) + file() + END, {
    status: 400,
    code: 'BAD_JSON',
  }),
  form('metadata of another shape', field('metadata', '[]') + file() + END, { pointer: '/metadata' }),
  form('unknown metadata', field('metadata', '{"tittle": "x"}') + file() + END, { pointer: '/metadata/tittle' }),
  form('a blank title', field('metadata', '{"title": " "}') + file() + END, { pointer: '/metadata/title' }),
  form('metadata of 70 KB', field('metadata', `{"description": "${'x'.repeat(70_000)}"}`) + file() + END, {
    pointer: '/metadata',
  }),
  form('an unknown field', field('colour', 'red') + file() + END, { pointer: '/colour' }),
  form('a bad batch', field('batch_id', 'a b') + file() + END, { pointer: '/batch_id' }),
  form('a third way with duplicates', field('on_duplicate', 'maybe') + file() + END, { pointer: '/on_duplicate' }),
  form(
    'too many parts',
    ['metadata', 'batch_id', 'on_duplicate', 'a', 'b', 'c'].map((name) => field(name, '{}')).join('') + file() + END,
    { pointer: '/' },
  ),
  form('more bytes than a picture may have', file('x'.repeat(2_000_001)) + END, { status: 413, code: 'TOO_LARGE' }),
  form('a bad Idempotency-Key', file() + END, {
    headers: { ...FORM, 'idempotency-key': 'a b' },
    status: 400,
    code: 'BAD_REQUEST',
  }),
  form('a key used for another request', file() + END, {
    headers: { ...FORM, 'idempotency-key': 'used' },
    code: 'IDEMPOTENCY_KEY_REUSED',
  }),
  form('an unknown parameter', file() + END, { path: '/v1/resources?wait=3', pointer: 'wait' }),
  form('without a key', file() + END, { key: 'none', status: 401, code: 'UNAUTHENTICATED' }),
];
