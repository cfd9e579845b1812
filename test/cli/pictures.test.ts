/** The commands about single pictures; what a command says of a service that goes, of a stop, and where there is no library. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { languageOf } from '../../cli/language.ts';
import { pictureOf } from '../worlds/numbered.ts';
import { started, tuodi } from '../worlds/tuodi.ts';
import { until } from '../worlds/wait.ts';

const ENGLISH = { LC_ALL: 'C.UTF-8' };
const CHINESE = { LC_ALL: 'zh_CN.UTF-8' };
const NO_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
let base = '';
before(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'tuodi-pictures-'));
});
after(() => rm(base, { recursive: true, force: true }));
const jsonOf = (out: string) =>
  out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('pictures by their ids', () => {
  let [data, id, wrong] = ['', '', ''];
  let service: Awaited<ReturnType<typeof started>>;
  const run = (...args: string[]) => tuodi(['--data-dir', data, ...args], ENGLISH);
  before(async () => {
    data = path.join(base, 'data');
    service = await started(data);
    await writeFile(path.join(base, 'one.png'), await pictureOf(1));
    await writeFile(path.join(base, 'wrong.png'), 'text');
    const { out } = await run('--json', 'ingest', path.join(base, 'one.png'), path.join(base, 'wrong.png'));
    for (const line of jsonOf(out))
      if (path.basename(line.file) === 'one.png') id = line.resource_id;
      else wrong = line.resource_id;
  });
  after(() => service.stop());

  test('list has a row each, by status, with why one failed; show has all of one, with what to do', async () => {
    const all = await run('list');
    assert.match(all.out, new RegExp(`^${id} +INDEXED .*one\\.png`, 'm'));
    assert.match(all.out, new RegExp(`^${wrong} +REJECTED .*NOT_AN_IMAGE`, 'm'));
    const failed = await run('list', '--phase', 'failed');
    assert.match(failed.out, new RegExp(`^${wrong} +REJECTED .*inspect NOT_AN_IMAGE$`, 'm'));
    assert.match(failed.out, /^ {2}NOT_AN_IMAGE: The file is not a picture.*Their owners must send other files/m);
    assert.doesNotMatch(failed.out, new RegExp(id));
    const in_chinese = await tuodi(['--data-dir', data, 'list', '--phase', 'failed'], CHINESE);
    assert.match(in_chinese.out, /^ {2}NOT_AN_IMAGE：.*须由上传者更换文件/m);
    const [{ failure }] = jsonOf((await run('--json', 'list', '--phase', 'failed')).out);
    assert.deepEqual([failure.step, failure.code, failure.advice], ['inspect', 'NOT_AN_IMAGE', 'replace']);
    assert.deepEqual(
      jsonOf((await run('--json', 'list', '--status', 'INDEXED,INDEX_FAILED')).out).map((one) => one.resource_id),
      [id],
    );
    assert.match((await run('list', '--limit', '1')).err, /There are more/);
    assert.equal((await run('list', '--status', 'NONSENSE')).code, 2);
    assert.match((await run('show', wrong)).out, /failure +NOT_AN_IMAGE: The file is not a picture or a PDF/);
    const chinese = await tuodi(['--data-dir', data, 'show', wrong], CHINESE);
    assert.match(chinese.out, /失败 +NOT_AN_IMAGE: 无论文件名为何/);
  });

  test('tag adds and takes away, trash and restore go there and back, and retry says what cannot be', async () => {
    assert.match((await run('tag', id, 'receipt', '午餐')).out, new RegExp(`^${id}  INDEXED`));
    await run('tag', id, '--add', '2026', '--remove', '午餐');
    assert.deepEqual(jsonOf((await run('--json', 'show', id)).out)[0].metadata.tags, ['receipt', '2026']);
    assert.equal((await run('tag', id)).code, 2);
    assert.match((await run('trash', id)).out, /TRASHED/);
    assert.match((await run('restore', id)).out, /INDEXED/);
    const mixed = await run('retry', id, NO_ID);
    assert.equal(mixed.code, 3);
    assert.match(mixed.out, new RegExp(`^${id}  ILLEGAL_TRANSITION: .*\n${NO_ID}  NOT_FOUND: `));
    assert.match((await tuodi(['--data-dir', data, 'retry', NO_ID], CHINESE)).out, /NOT_FOUND: 没有这张图片/);
    assert.equal((await run('restore', id, path.join(base, 'backup'))).code, 2);
  });

  test('open hands a private copy, ended as its bytes are, to the program of the desktop', async () => {
    const bin = path.join(base, 'bin');
    await mkdir(bin);
    await writeFile(path.join(bin, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > ${base}/opened`);
    await chmod(path.join(bin, 'xdg-open'), 0o755);
    const env = { ...ENGLISH, PATH: `${bin}:${process.env.PATH}`, TMPDIR: base };
    const { out, code } = await tuodi(['--data-dir', data, 'open', id], env);
    const file = out.trim();
    assert.deepEqual([code, path.extname(file), (await stat(file)).mode & 0o077], [0, '.png', 0]);
    assert.deepEqual(await readFile(file), await pictureOf(1));
    if (process.platform === 'linux')
      await until('it is opened', async () => (await readFile(`${base}/opened`, 'utf8').catch(() => '')) === file);
    assert.equal((await tuodi(['--data-dir', data, 'open', wrong], env)).code, 1);
  });

  test('a problem is printed with each of its errors', async () => {
    const { code, err } = await run('tag', id, '--add', 'x'.repeat(100));
    assert.equal(code, 3, err);
    const long = await run('search', 'x'.repeat(5_000));
    assert.deepEqual([long.code, /^ {2}q: /m.test(long.err)], [1, true], long.err);
  });
});

test('a command that reads says that there is no library, and makes none', async () => {
  const none = path.join(base, 'none');
  for (const args of [
    ...[['search', 'x'], ['text', NO_ID], ['explain', NO_ID], ['status'], ['list'], ['show', NO_ID], ['open', NO_ID]],
    ...[
      ['retry', NO_ID],
      ['trash', NO_ID],
      ['restore', NO_ID],
      ['tag', NO_ID, 'x'],
      ['export', path.join(base, 'out')],
      ['keys'],
    ],
    ...[['orgs'], ['users'], ['keys', 'revoke', NO_ID]],
  ]) {
    const { code, err } = await tuodi(['--data-dir', none, ...args], ENGLISH);
    assert.deepEqual([code, /there is no library in /.test(err)], [2, true], `${args}: ${err}`);
    await assert.rejects(stat(none), { code: 'ENOENT' }, args.join(' '));
  }
  await assert.rejects(stat(path.join(base, 'out')), { code: 'ENOENT' });
  assert.match((await tuodi(['--data-dir', none, 'search', 'x'], CHINESE)).err, /没有图库/);
});

test('a service that is not there is named with its address and cause', async () => {
  const gone = await oneAndThen('die');
  await gone.close();
  const { code, err } = await tuodi(['--url', gone.url, 'search', 'x'], ENGLISH);
  assert.equal(code, 1);
  assert.ok(
    err.startsWith(`the service at ${gone.url} does not answer any more (nothing listens there, ECONNREFUSED); run`),
    err,
  );
  const chinese = await tuodi(['--url', gone.url, 'list'], CHINESE);
  assert.ok(chinese.err.startsWith(`服务 ${gone.url} 已不再响应（该地址无服务监听，ECONNREFUSED）`), chinese.err);
  for (const [address, cause] of [
    ['http://127.0.0.1:9', 'bad port'],
    ['http://no-such-host.invalid', 'ENOTFOUND|EAI_AGAIN'],
  ]) {
    const other = await tuodi(['--url', address ?? '', 'list'], ENGLISH);
    assert.match(other.err, new RegExp(`the service at ${address} does not answer any more \\((.*, )?(${cause})\\)`));
  }
});

/** A service that takes one picture in and then is as `then` says. `asked`: languages that it was asked in. */
async function oneAndThen(after_one: 'die' | 'hang') {
  const asked = new Set<string>();
  const AT = '2026-11-24T08:00:00.000Z';
  const resource = {
    ...{ resource_id: NO_ID, org_id: 'a', user_id: 'u', batch_id: null, status: 'INDEXED', phase: 'done', waits_for: '' },
    ...{ deadline_at: null, viewable: true, searchable: true, revision: 1, indexed_revision: 1, has_vector: true },
    ...{ filename: 'a.png', content_type: 'image/png', byte_size: 1, sha256: null, page_count: 1, duplicate_of: null },
    ...{ width: 4, height: 3, page_sizes: null },
    ...{ metadata: { title: 't', description: null, tags: [], taken_at: null, languages: [], extra: {} }, taken_at_source: null },
    ...{ metadata_missing: [], failure: null, remarks: [], allowed_events: [], actions: [], preview_url: null },
    ...{ created_at: AT, updated_at: AT, uploaded_at: AT, indexed_at: AT },
  };
  let posts = 0;
  const server = createServer((req, res) => {
    asked.add(req.headers['accept-language'] ?? '');
    if (req.method === 'POST' && ++posts > 1) {
      if (after_one === 'die') req.socket.destroy();
      return;
    }
    req.resume();
    const body = JSON.stringify(req.method === 'POST' ? { resource } : resource);
    req.on('end', () => res.writeHead(req.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' }).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on a port
    asked,
    posts: () => posts,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function folderOf(count: number): Promise<string> {
  const folder = await mkdtemp(path.join(base, 'many-'));
  for (let n = 0; n < count; n++) await writeFile(path.join(folder, `${n}.png`), await pictureOf(n));
  return folder;
}

test('a service that goes in the middle: what was sent is said once, and the rest is not tried', async () => {
  const service = await oneAndThen('die');
  try {
    const folder = await folderOf(30);
    const { code, out } = await tuodi(['--url', service.url, 'ingest', folder], { ...CHINESE, TUODI_API_KEY: 'k' });
    assert.equal(code, 3, out);
    assert.match(out, /已停止：服务 http:\S+ 已不再响应.*共 30 个文件，1 个已有结果，29 个没有/);
    assert.equal(out.match(/已不再响应/g)?.length, 1);
    assert.ok(service.posts() <= 8, `${service.posts()} were sent to it`);
    assert.deepEqual([...service.asked], ['zh']);
    const again = await tuodi(['--url', service.url, '--json', 'ingest', folder], { ...ENGLISH, TUODI_API_KEY: 'k' });
    assert.deepEqual([again.code, jsonOf(again.out).length], [3, 30], 'with --json each file has its line');
  } finally {
    await service.close();
  }
});

test('Ctrl-C of ingest says what was sent', async () => {
  const service = await oneAndThen('hang');
  try {
    const main = fileURLToPath(new URL('../../main.js', import.meta.url));
    const child = spawn(process.execPath, [main, '--url', service.url, 'ingest', await folderOf(9)], {
      env: { ...process.env, ...ENGLISH, TUODI_API_KEY: 'k' },
    });
    const out = text(child.stdout);
    await until('files are under way', async () => service.posts() >= 5);
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 3);
    assert.match(
      await out,
      /Stopped\. Of 9 files 1 are done, 8 are not; the service may have some of these already\. The same command, run again, sends the rest/,
    );
  } finally {
    await service.close();
  }
});

test('help has examples, exit codes and variables, and is English', async () => {
  const { out } = await tuodi(['--help'], CHINESE);
  for (const said of ['Examples:', 'Exit codes:', 'Variables:', 'TUODI_DATA_DIR', 'LC_ALL', 'NO_COLOR', '  3  '])
    assert.ok(out.includes(said), said);
  for (const command of ['ingest', 'list', 'retry', 'tag', 'restore', 'search'])
    assert.match((await tuodi([command, '--help'], CHINESE)).out, /Examples:\n {2}tuodi /, command);
});

test('the language is that of the first variable that is set', () => {
  assert.equal(languageOf({}), 'en');
  assert.equal(languageOf({ LANG: 'zh_CN.UTF-8' }), 'zh');
  assert.equal(languageOf({ LANG: 'zh_TW.Big5', LC_MESSAGES: 'en_US.UTF-8' }), 'en');
  assert.equal(languageOf({ LANG: 'en_US', LC_MESSAGES: '', LC_ALL: 'zh-Hans' }), 'zh');
  assert.equal(languageOf({ LANG: 'zhx' }), 'en');
  assert.equal(languageOf({ LC_ALL: 'C.UTF-8', LANG: 'zh_CN.UTF-8' }), 'en');
});

test('nothing that is experimental is warned of', async () => {
  const { err } = await tuodi(['--data-dir', path.join(base, 'data'), 'status'], ENGLISH);
  assert.doesNotMatch(err, /Experimental/);
  assert.ok((await readdir(base)).includes('data'));
});
