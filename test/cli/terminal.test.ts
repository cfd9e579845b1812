/** What comes from outside reaches no terminal as a command: of a server, of a picture, of a file's name; as text, and as JSON. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { output, table } from '../../cli/output.ts';
import { SAMPLES } from '../../cli/project.ts';
import { escapedJson, printable, printableLine } from '../../text/printable.ts';
import { started, tuodi } from '../worlds/tuodi.ts';
import { until } from '../worlds/wait.ts';

/** Title, screen, colour by one character of C1, direction, line written over, DEL, backspace, clipboard, and a line of ours that is none. */
const EVIL = '\u001b]0;pwned\u0007\u001b[2J\u009b31m\u202egpj.exe\rover\u007f\u0008\u001b]52;c;cm0=\u001b\\\nINDEXED  forged';
const OBEYED = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const AT = '2026-11-24T08:00:00.000Z';

const failure = { step: EVIL, code: EVIL, retryable: false, meaning: EVIL, detail: EVIL, attempts: 1, at: AT };
const resource = {
  ...{ resource_id: ID, org_id: EVIL, user_id: 'u', batch_id: null, status: 'INDEX_FAILED', phase: 'failed', waits_for: EVIL },
  ...{ deadline_at: null, viewable: true, searchable: true, revision: 1, indexed_revision: 1, has_vector: true, filename: EVIL },
  ...{ content_type: 'image/png', byte_size: 1, sha256: 'a'.repeat(64), page_count: 1, duplicate_of: null, metadata_missing: [] },
  ...{ width: 4, height: 3, page_sizes: null },
  taken_at_source: null,
  ...{
    failure,
    reading: { own_text: null, ordered_engine: null, engine: EVIL },
    remarks: [{ code: EVIL, page: 1, meaning: EVIL, detail: EVIL }],
    allowed_events: [],
    actions: [],
    preview_url: null,
    created_at: AT,
    updated_at: AT,
    uploaded_at: AT,
    indexed_at: null,
  },
  metadata: { title: 'title', description: EVIL, tags: [], taken_at: null, languages: [], extra: {} },
};
const hit = {
  resource,
  match: 'alike',
  score: 1,
  boxes: [],
  highlights: [{ field: 'text', page: 1, parts: [{ text: EVIL, match: true }] }],
};
const explained = {
  ...{ searchable: false, because: EVIL, obligations: [{ name: EVIL, kind: 'job', due_at: AT }], last_failure: failure },
  remarks: resource.remarks,
  ...{
    facts: [{ fact: 'row', expected: EVIL, found: EVIL, ok: false, checked_at: AT }],
    task: null,
    next: { what: EVIL, when: AT },
  },
};
const counts = { total: 1, by_phase: { [EVIL]: 1 }, by_status: { [EVIL]: 1 }, by_remark: { [EVIL]: 1 } };

/** A server that means no good. Paths that it knows, else a problem. */
const ANSWERS: [RegExp, (url: string) => unknown][] = [
  [
    /^\/v1\/search/,
    () => ({
      items: [hit],
      total: 1,
      total_is_exact: true,
      totals: { exact: 1, alike: null, some: null, meaning: null },
      terms: [{ term: EVIL, count: 1 }],
      working: 0,
      facets: {},
      next_cursor: null,
      took_ms: 1,
    }),
  ],
  [new RegExp(`${ID}/text\\?format=txt`), () => EVIL],
  [new RegExp(`${ID}/explain$`), () => explained],
  [/\/counts/, () => counts],
  [/^\/healthz/, () => 'ok'],
];
let server: Server;
let url = '';
let dir = '';
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'tuodi-terminal-'));
  server = createServer((req, res) => {
    req.resume();
    const asked = req.url ?? '';
    const found = ANSWERS.find(([known]) => known.test(asked))?.[1](asked);
    const body =
      found ?? (req.method === 'POST' && asked === '/v1/resources' && !asked.includes('refused') ? { resource } : null);
    req.on('end', () => {
      if (typeof body === 'string') res.setHeader('content-type', 'text/plain; charset=utf-8').end(body);
      else if (body) res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      else res.writeHead(418, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ code: EVIL, detail: EVIL }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
});
after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true, force: true });
});

const harmless = (text: string, what: string) =>
  assert.ok(!OBEYED.test(text), `${what}: ${JSON.stringify(text.slice(0, 2_000))}`);

describe('a command against a server that means no good', { concurrency: 2 }, () => {
  const COMMANDS: Record<string, string[]> = {
    search: ['search', 'q'],
    'search for what is typed': ['search', EVIL.replaceAll('\n', '')],
    text: ['text', ID],
    explain: ['explain', ID],
    status: ['status'],
    ingest: ['ingest', path.join(SAMPLES, 'receipt.jpg'), '/no/such/\u001b[2J\u009b31m.png'],
    'a problem': ['text', `${ID}/none`],
    export: ['export', '{dir}/export'],
    'a wrong option': ['search', '--\u001b[2J\u009b31m', 'q'],
    'a wrong command': ['\u001b[2J\u009b31m'],
    'a wrong action': ['keys', '\u001b[2J\u009b31m'],
  };
  for (const [what, args] of Object.entries(COMMANDS))
    for (const json of what.startsWith('a wrong') ? [[]] : [[], ['--json']])
      test(`${what} ${json}`, async () => {
        const given = args.map((arg) => arg.replace('{dir}', path.join(dir, String(json))));
        const { out, err } = await tuodi(['--url', url, '--data-dir', path.join(dir, 'none'), ...json, ...given], {
          TUODI_API_KEY: 'k',
        });
        assert.ok((out + err).trim() !== '');
        harmless(out, 'out');
        harmless(err, 'err');
        assert.doesNotMatch(out + err, what === 'text' ? /^$/ : /^INDEXED {2}forged/m, 'no line looks like one of ours');
        if (json.length > 0) for (const line of out.split('\n').filter(Boolean)) assert.equal(typeof JSON.parse(line), 'object');
      });

  test('--json keeps what was sent, character by character, and text keeps its lines', async () => {
    const reported = JSON.parse((await tuodi(['--url', url, '--json', 'text', ID])).out);
    assert.equal(reported.text, EVIL);
    const found = JSON.parse((await tuodi(['--url', url, '--json', 'search', 'q'])).out);
    assert.deepEqual([found.filename, found.highlights[0].parts[0].text], [EVIL, EVIL]);
    const { out } = await tuodi(['--url', url, 'text', ID]);
    assert.equal(out.split('\n')[1], 'INDEXED  forged', 'the lines of a page are lines');
    assert.ok(out.includes('␛]0;pwned␇'), 'what was there is seen');
  });
});

describe('a file of a folder', () => {
  test('with commands in its name is taken in, moved and told of, harmlessly', async () => {
    const folder = path.join(dir, 'scans');
    await mkdir(path.join(folder, 'in\u001b[2J\nside'), { recursive: true });
    await writeFile(path.join(folder, 'in\u001b[2J\nside', 'a\u009b31m\nINDEXED  forged\u202e.png'), 'no picture');
    for (const json of [[], ['--json']]) {
      const { out, err, code } = await tuodi(['--data-dir', path.join(dir, 'data'), ...json, 'ingest', folder]);
      assert.equal(code, 3, err);
      harmless(out + err, 'ingest');
      assert.doesNotMatch(out, /^INDEXED {2}forged/m);
    }
    await mkdir(path.join(dir, 'broken'));
    await writeFile(
      path.join(dir, 'broken', 'resources.ndjson'),
      `${EVIL.replaceAll('\n', '')}\n{"${JSON.stringify(EVIL).slice(1, -1)}":1}\n`,
    );
    const imported = await tuodi(['--data-dir', path.join(dir, 'data'), 'import', path.join(dir, 'broken')]);
    assert.equal(imported.code, 3);
    harmless(imported.out + imported.err, 'import');
    await tuodi(['--data-dir', path.join(dir, 'data'), 'keys', 'create', '\u001b[2J\u009b31m']);
    harmless((await tuodi(['--data-dir', path.join(dir, 'data'), 'keys'])).out, 'keys');
  });
});

describe('the log of a service', () => {
  test('repeats nothing that a terminal obeys', async () => {
    const service = await started(path.join(dir, 'served'), { TUODI_LOG_LEVEL: 'debug' });
    try {
      const { hostname, port } = new URL(service.url);
      const socket = connect(Number(port), hostname);
      socket.write(
        Buffer.from('GET /v1/\u009b31m\u0085?q=\u009b2J HTTP/1.1\r\nHost: a\r\nUser-Agent: \u009b2J\u001b[2J\r\n\r\n', 'latin1'),
      );
      socket.write(Buffer.from('GET /\u001b[2J HTTP/1.1\r\n\r\n', 'latin1'));
      socket.resume();
      await until('both requests are in the log', async () => service.err().split('"status":4').length > 1);
      socket.destroy();
    } finally {
      await service.stop();
    }
    harmless(service.err(), 'log');
  });
});

test('every character is one that is seen, and no text loses its length in lines', () => {
  const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('');
  harmless(printable(all), 'printable');
  harmless(escapedJson(JSON.stringify(all)), 'JSON');
  assert.equal(JSON.parse(escapedJson(JSON.stringify(all))), all);
  assert.equal(printable('a\r\nb\tc\n'), 'a\nb\tc\n');
  assert.equal(printableLine('a\nb\tc\r'), 'a b c␍');
  assert.equal(printable('发票 👨‍👩‍👧 é \ud800'), '发票 👨‍👩‍👧 é \ufffd');
  assert.equal(table([['a\nb', 'c']]), 'a b  c');
  assert.ok(output(true).json);
});
