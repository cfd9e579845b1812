/** A server without an end: lists, answers, bodies. A command ends all the same, with what is wrong. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { clientOf } from '../../cli/client.ts';
import { exportTo } from '../../cli/library/export.ts';
import { responseText } from '../../cli/response-text.ts';
import { keptOutput } from '../worlds/folder-world.ts';

const base = await mkdtemp(path.join(tmpdir(), 'tuodi-endless-'));
after(() => rm(base, { recursive: true, force: true }));
const never = new AbortController().signal;
const AT = '2026-11-24T08:00:00.000Z';
const idOf = (n: number) => `01890a5d-ac96-774b-bcce-${String(n).padStart(12, '0')}`;
const resource = (n: number, byte_size: number) => ({
  ...{ resource_id: idOf(n), org_id: 'o', user_id: 'u', batch_id: null, status: 'TRASHED', phase: 'gone', waits_for: '' },
  ...{ deadline_at: null, viewable: byte_size > 0, searchable: false, revision: 1, indexed_revision: null, has_vector: false },
  ...{ filename: 'a.png', content_type: 'image/png', byte_size, sha256: 'a'.repeat(64), page_count: 1, duplicate_of: null },
  ...{ width: 4, height: 3, page_sizes: null },
  taken_at_source: null,
  remarks: [],
  reading: { own_text: null, ordered_engine: null, engine: null },
  ...{ metadata_missing: [], failure: null, allowed_events: [], actions: [], preview_url: null, created_at: AT, updated_at: AT },
  ...{ uploaded_at: AT, indexed_at: null },
  metadata: { title: 't', description: null, tags: [], taken_at: null, languages: [], extra: {} },
});

type Serve = (url: string, res: ServerResponse, asked: number) => void;
async function against<Value>(serve: Serve, work: (url: string, asked: () => number) => Promise<Value>): Promise<Value> {
  let asked = 0;
  const server = createServer((req, res) => serve(req.url ?? '', res, asked++));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo; // it listens on a port
    return await work(`http://127.0.0.1:${port}`, () => asked);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
const json = (res: ServerResponse, body: object) =>
  void res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
/** As fast as it is taken, until nobody takes it any more. */
function pour(res: ServerResponse, chunk: Buffer, poured: (bytes: number) => void): void {
  let open = true;
  res.once('close', () => {
    open = false;
  });
  const more = (): void => {
    while (open) {
      poured(chunk.length);
      if (!res.write(chunk)) return void res.once('drain', more);
    }
  };
  more();
}

describe('an export', () => {
  const LISTS: Record<string, (asked: number) => object> = {
    'pictures and cursors without end': (asked) => ({
      items: Array.from({ length: 200 }, (_, i) => resource(asked * 200 + i, 0)),
      next_cursor: `c${asked}`,
    }),
    'empty pages with a next one': (asked) => ({ items: [], next_cursor: `c${asked}` }),
    'the same page again and again': () => ({ items: Array.from({ length: 200 }, (_, i) => resource(i, 0)), next_cursor: 'c' }),
  };
  for (const [what, page] of Object.entries(LISTS))
    test(`of ${what} ends, and keeps nothing`, async () => {
      const folder = path.join(base, what.replaceAll(' ', '-'));
      const serve: Serve = (url, res, asked) =>
        json(res, url.includes('/counts') ? { total: 3, by_phase: {}, by_status: {}, by_remark: {} } : page(asked));
      const asked = await against(serve, async (url, times) => {
        await assert.rejects(exportTo(clientOf(url, 'k'), folder, keptOutput(), never), /the list has no end/);
        return times();
      });
      assert.ok(asked <= 3 + 86_400 / 200 + 2, `${asked} pages`);
      assert.deepEqual((await readdir(folder)).sort(), ['originals', 'texts']);
    });

  test('of bytes that go on beyond what was announced ends with that picture, and goes on with the next', async () => {
    const folder = path.join(base, 'bytes');
    let poured = 0;
    const serve: Serve = (url, res) => {
      if (url.includes('/counts')) json(res, { total: 1, by_phase: {}, by_status: {}, by_remark: {} });
      else if (url.includes('/content')) pour(res, Buffer.alloc(65_536), (bytes) => (poured += bytes));
      else if (url.includes('/text'))
        res.writeHead(404, { 'content-type': 'application/problem+json' }).end('{"code":"NOT_FOUND","detail":""}');
      else json(res, { items: [resource(1, 1_000)], next_cursor: null });
    };
    const done = await against(serve, (url) => exportTo(clientOf(url, 'k'), folder, keptOutput(), never));
    assert.deepEqual(done, { exported: 0, left_out: 1, failed: 1 });
    assert.ok(poured < 32 * 1024 * 1024, `${poured} bytes were taken`);
    assert.deepEqual(await readdir(path.join(folder, 'originals', AT.slice(0, 7))), []);
  });
});

describe('an answer', () => {
  test('without an end is given up, JSON or not', async () => {
    for (const type of ['application/json', 'text/plain', 'application/problem+json']) {
      let poured = 0;
      const serve: Serve = (_, res) => {
        res.writeHead(type.includes('problem') ? 500 : 200, { 'content-type': type });
        pour(res, Buffer.alloc(1_048_576, ' '), (bytes) => (poured += bytes));
      };
      await against(serve, (url) => assert.rejects(clientOf(url, 'k').request('GET', '/v1/search?q='), /more than \d+ bytes/));
      assert.ok(poured < 128 * 1024 * 1024, `${poured} bytes were taken`);
    }
  });

  test('is counted as it is decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));
    const serve: Serve = (_, res) => void res.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    await against(serve, (url) => assert.rejects(clientOf(url, 'k').request('GET', '/v1/search?q='), /more than \d+ bytes/));
  });

  test('of as many bytes as may be is read whole, by its characters', async () => {
    assert.equal(await responseText(new Response('发票'.repeat(10)), 60), '发票'.repeat(10));
    await assert.rejects(responseText(new Response('发票'.repeat(10)), 59), /more than 59 bytes/);
    assert.equal(await responseText(new Response(null)), '');
  });
});
