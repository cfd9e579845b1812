/** Six kinds of hostile requests, each with its worst body. */
import { randomBytes } from 'node:crypto';
import { HTTP_LIMITS } from '../http/limits.ts';
import { picture } from '../test/fixtures/poison/documents.ts';
import { zeros } from '../test/fixtures/poison/flate.ts';
import { line, pdf } from '../test/worlds/pdf-file.ts';
import { plain } from '../test/worlds/wrong-pictures.ts';
import type { HostileKind } from './hostile-job.ts';

export type Raw = { head: string; body?: Buffer };

const MIB = 1_024 * 1_024;
const BODY = HTTP_LIMITS.max_json_bytes - 1_000;
const CALLBACK_BYTES = 4 * MIB;
const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';
/** Kept below the limit of a connection, so that each search is answered and not the connection closed. */
export const PIPELINED = HTTP_LIMITS.max_pipelined;

const head = (method: string, route: string, headers: Record<string, string | number> = {}) =>
  `${method} ${route} HTTP/1.1\r\nhost: tuodi\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
const withBody = (method: string, route: string, body: Buffer, headers: Record<string, string>): Raw => ({
  head: head(method, route, { ...headers, 'content-length': body.length }),
  body,
});
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const JSON_BODIES = [
  `{"extra":{"a":[${'0,'.repeat(BODY / 2 - 50)}0]}}`,
  `{"extra":{${Array.from({ length: 70_000 }, (_, i) => `"k${i}":1`)}}}`,
  `{"extra":${'{"a":'.repeat(BODY / 7)}1${'}'.repeat(BODY / 7)}}`,
  `{"extra":{"a":[${'0,'.repeat(HTTP_LIMITS.max_json_values - 100)}0]}}`,
  `{"title":"${'\\u00e9'.repeat(BODY / 6 - 50)}"}`,
].map((text) => Buffer.from(text));
const CALLBACK = Buffer.alloc(CALLBACK_BYTES, 'a');

/** A document that costs its decoder, or recognition, as much as it may. Each is another one, or it would be a duplicate. */
const NOISE = await plain(1_200, 1_600).greyscale().jpeg({ quality: 30 }).toBuffer();
const noisePage = {
  content: 'q 612 0 0 792 0 0 cm /Im Do Q',
  jpeg: { bytes: NOISE, width: 1_200, height: 1_600 },
};
const DOCUMENTS = [
  picture(30_000, zeros(16), { times: 100 }),
  pdf(Array.from({ length: 100 }, () => ({ content: line(72, 700, 12, 'word ').repeat(2_000) }))),
  pdf([noisePage, noisePage, noisePage]),
];
const documentOf = (n: number): Buffer =>
  Buffer.concat([DOCUMENTS[n % DOCUMENTS.length] ?? Buffer.alloc(0), Buffer.from(`\n% ${randomBytes(8).toString('hex')}\n`)]);

function form(key: string, file: Buffer, ending: string): Raw {
  const begin = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\ncontent-type: application/pdf\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(begin), file, Buffer.from(ending)]);
  return withBody('POST', '/v1/resources', body, { ...bearer(key), 'content-type': 'multipart/form-data; boundary=b' });
}

const QUERIES = ['the word page', '的 一 是', 'a b c d e f g h', '"word word"', 'quarterly report'];
const search = (key: string, n: number): string =>
  head('GET', `/v1/search?limit=200&facets=tag,year&q=${encodeURIComponent(QUERIES[n % QUERIES.length] ?? '')}`, bearer(key));
/** As many as are sent at once; they are sent on one connection. */
export const searches = (key: string): Raw => ({
  head: Array.from({ length: PIPELINED }, (_, n) => search(key, n)).join(''),
});

function callback(): Raw {
  const headers = {
    'content-type': 'application/json',
    'webhook-id': randomBytes(8).toString('hex'),
    'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
    'webhook-signature': `v1,${randomBytes(32).toString('base64')}`,
  };
  return withBody('POST', `/v1/callbacks/${NOBODY}/${NOBODY}?order=1&signature=forged`, CALLBACK, headers);
}

function linkOrForm(key: string, n: number): Raw {
  const query = `org_id=default&expires=${Date.now() + 3_600_000}&signature=${randomBytes(32).toString('base64url')}`;
  if (n % 3 === 0) return { head: head('GET', `/v1/resources/${NOBODY}/preview?${query}`) };
  if (n % 3 === 1) {
    const type = { 'content-type': 'image/png' };
    return withBody('PUT', `/v1/objects/incoming/default/${NOBODY}/x?${query}`, Buffer.alloc(MIB), type);
  }
  return form(key, Buffer.alloc(MIB, 'x'), '\r\n--c'); // a form that does not end
}

/** Requests that are written as they are, but for searches, which are `searches`, and connections, which send none that is whole. */
export function requestOf(kind: Exclude<HostileKind, 'searches' | 'connections'>, key: string, n: number): Raw {
  if (kind === 'callbacks') return callback();
  if (kind === 'documents') return form(key, documentOf(n), '\r\n--b--\r\n');
  if (kind === 'links and forms') return linkOrForm(key, n);
  const body = JSON_BODIES[n % JSON_BODIES.length] ?? Buffer.alloc(0);
  return withBody('PATCH', `/v1/resources/${NOBODY}/metadata`, body, { ...bearer(key), 'content-type': 'application/json' });
}
