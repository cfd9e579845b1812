/** The web app on the port of the API: which addresses are the app's, what its files are sent with, and that no address reaches another file. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { ROUTES } from '../../../contract/routes/table.ts';
import { baseOf, isWebPage } from '../../../contract/web-pages.ts';
import { readWebFiles } from '../../../http/web/files.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';

const SCRIPT = 'console.log("the app");';
const DOCUMENT = '<!doctype html><base href="./"><script type="module" src="./assets/index-AbCd12_x.js"></script>';
const NAME = '/assets/index-AbCd12_x.js';

function builtFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-web-'));
  mkdirSync(path.join(folder, 'dist/assets'), { recursive: true });
  const file = (name: string, bytes: string | Buffer) => writeFileSync(path.join(folder, 'dist', name), bytes);
  file('index.html', DOCUMENT);
  file('assets/index-AbCd12_x.js', SCRIPT);
  file('assets/index-AbCd12_x.js.br', brotliCompressSync(SCRIPT));
  file('assets/index-AbCd12_x.js.gz', gzipSync(SCRIPT));
  file('assets/face-AbCd12_x.woff2', 'a font');
  file('build.json', '{"inputs":"hash"}');
  writeFileSync(path.join(folder, 'secret.js'), 'outside');
  return folder;
}

describe('the web app', () => {
  const folder = builtFolder();
  let world: HttpWorld;
  before(async () => {
    world = await httpWorld({ web: readWebFiles(path.join(folder, 'dist')), store_origin: 'https://pictures.example' });
  });
  after(async () => {
    await world.stop();
    rmSync(folder, { recursive: true });
  });
  /** As the path is written: `fetch` would take out what leads upwards. */
  const get = (route: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: world.port, path: route, method, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
        );
      });
      sent.on('error', reject).end();
    });

  test('each page is answered with the document, whose base leads back to the folder of the app', async () => {
    for (const [page, base] of [
      ['/', './'],
      ['/inbox', './'],
      ['/pictures/01a21fb3-08f5-70f2-a4d7-da3f9fbf9a3d', '../'],
      ['/machines/resource?steps=x', '../'],
    ] as const) {
      const { status, headers, body } = await get(page, { accept: 'text/html' });
      assert.deepEqual(
        [status, headers['content-type'], headers['cache-control']],
        [200, 'text/html; charset=utf-8', 'no-cache'],
      );
      assert.ok(body.toString().includes(`<base href="${base}">`), page);
      assert.equal(new URL(base, `https://one.example/under/a/prefix${page}`).pathname, '/under/a/prefix/');
    }
  });

  test('a page is not sent again to who has it', async () => {
    const { headers } = await get('/');
    const again = await get('/', { 'if-none-match': String(headers.etag) });
    assert.deepEqual([again.status, again.body.length], [304, 0]);
    const other = await get('/pictures/a', { 'if-none-match': String(headers.etag) });
    assert.equal(other.status, 200, 'the base of another page is another');
  });

  test('nothing inline, nothing framed, nothing from elsewhere but pictures of the store', async () => {
    const { headers } = await get('/');
    const policy = String(headers['content-security-policy']);
    assert.ok(!/unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)/.test(policy), policy);
    for (const part of [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' blob: https://pictures.example",
      "connect-src 'self' https://pictures.example",
      "base-uri 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
      assert.ok(policy.split('; ').includes(part), part);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['referrer-policy'], 'no-referrer');
  });

  test('a file with a hashed name is kept for a year, and is sent as compressed as its reader can take', async () => {
    const sent = await get(NAME, { 'accept-encoding': 'gzip, deflate, br' });
    assert.equal(sent.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.deepEqual([sent.headers['content-encoding'], sent.headers['content-type']], ['br', 'text/javascript; charset=utf-8']);
    assert.equal(brotliDecompressSync(sent.body).toString(), SCRIPT);
    assert.equal(sent.headers.vary, 'Accept-Encoding');
    const older = await get(NAME, { 'accept-encoding': 'gzip' });
    assert.equal(gunzipSync(older.body).toString(), SCRIPT);
    for (const accepted of ['identity', 'br;q=0, gzip;q=0', '']) {
      const plain = await get(NAME, { 'accept-encoding': accepted });
      assert.deepEqual([plain.headers['content-encoding'], plain.body.toString()], [undefined, SCRIPT], accepted);
    }
    const font = await get('/assets/face-AbCd12_x.woff2', { 'accept-encoding': 'br' });
    assert.deepEqual([font.headers['content-encoding'], font.body.toString()], [undefined, 'a font']);
  });

  test('HEAD says the same without the bytes', async () => {
    const { status, headers, body } = await get(NAME, { 'accept-encoding': 'br' }, 'HEAD');
    assert.deepEqual([status, headers['content-encoding'], body.length], [200, 'br', 0]);
  });

  test('what is no page and no file of the app is 404, wherever it leads', async () => {
    for (const route of [
      ...['/assets/index-AbCd12_y.js', '/assets/', '/assets', '/index.html', '/build.json', '/favicon.ico'],
      ...['/assets/index-AbCd12_x.js.br', '/assets/index-AbCd12_x.js/', '/Inbox', '/inbox/', '/pictures/', '/pictures/a/b'],
      ...[
        '/../secret.js',
        '/assets/../../secret.js',
        '/assets/%2e%2e/%2e%2e/secret.js',
        '/..%2fsecret.js',
        '/assets\\..\\secret.js',
      ],
      ...['//assets/index-AbCd12_x.js', '/__proto__', '/constructor', '/assets/%00'],
    ]) {
      const { status, body } = await get(route, { accept: 'text/html' });
      assert.ok(status === 404 || status === 400, `${route}: ${status}`);
      assert.ok(!body.includes('outside') && !body.includes('the app'), route);
    }
  });

  test('only GET and HEAD: another method is what it is without the app', async () => {
    for (const [method, route] of [
      ['POST', '/'],
      ['DELETE', NAME],
      ['PUT', '/inbox'],
    ] as const)
      assert.equal((await get(route, {}, method)).status, 404);
  });

  test('the API keeps its addresses', async () => {
    for (const { path: route } of ROUTES) assert.ok(!isWebPage(route.replace(/\{\+?\w+\}/g, 'x')), route);
    assert.equal((await get('/healthz')).headers['content-type'], 'application/json; charset=utf-8');
    assert.equal((await get('/v1/resources')).status, 401);
    assert.equal((await get('/v1/none')).status, 404);
  });

  test('the base of a page leads as far up as its path is deep', () => {
    assert.deepEqual(['/', '/inbox', '/pictures/a'].map(baseOf), ['./', './', '../']);
  });
});

test('without a build there is no app, and everything else works', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-no-web-'));
  assert.equal(readWebFiles(folder), null);
  assert.equal(readWebFiles(path.join(folder, 'not there')), null);
  const world = await httpWorld({ web: null });
  try {
    assert.deepEqual([(await world.call('GET', '/')).status, (await world.call('GET', '/healthz')).status], [404, 200]);
  } finally {
    await world.stop();
    rmSync(folder, { recursive: true });
  }
});
