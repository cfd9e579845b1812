/** The command line as a person uses it: the compiled program, in a process of its own. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SAMPLES } from '../../cli/project.ts';
import { until } from '../worlds/wait.ts';

const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const start = (folder: string, args: string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [MAIN, '--data-dir', folder, ...args], {
    env: { ...process.env, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent' },
  });

async function tuodi(folder: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = start(folder, args);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: Number(code), out, err };
}
const jsonLines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the command line on a folder that nothing serves', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tuodi-cli-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('config prints what is in force and where it came from, without secrets, and opens nothing', async () => {
    const untouched = path.join(folder, 'none');
    const { code, out } = await tuodi(untouched, '--json', 'config');
    const rows = new Map(jsonLines(out).map((row) => [row.variable, row]));
    assert.equal(code, 0);
    assert.deepEqual(rows.get('TUODI_DATA_DIR'), { variable: 'TUODI_DATA_DIR', value: untouched, source: '--data-dir' });
    assert.equal(rows.get('TUODI_LOG_LEVEL').source, 'TUODI_LOG_LEVEL');
    assert.equal(rows.get('TUODI_MAX_PAGES').source, 'default');
    await assert.rejects(stat(untouched), { code: 'ENOENT' });
  });

  test('ingest --json says where each file came to rest, and ends with 3 when one of them failed', async () => {
    const wrong = path.join(folder, 'not-a-picture.png');
    await writeFile(wrong, 'this is text');
    const { code, out } = await tuodi(
      folder,
      '--json',
      'ingest',
      path.join(SAMPLES, 'english-report.jpg'),
      wrong,
      '/no/such/file.png',
    );
    const results = new Map(jsonLines(out).map((line) => [path.basename(line.file), line]));
    assert.equal(code, 3);
    assert.equal(results.get('english-report.jpg').status, 'INDEXED');
    assert.deepEqual(
      [results.get('not-a-picture.png').status, results.get('not-a-picture.png').failure.code],
      ['REJECTED', 'NOT_AN_IMAGE'],
    );
    assert.deepEqual([results.get('file.png').status, results.get('file.png').failure.code], [null, 'ENOENT']);
  });

  test('the same file again reports the picture that has its bytes; it is found, and its text is read', async () => {
    const { code, out } = await tuodi(folder, '--json', 'ingest', path.join(SAMPLES, 'english-report.jpg'));
    const [{ resource_id, duplicate_of }] = jsonLines(out);
    assert.deepEqual([code, duplicate_of], [0, resource_id]);
    const [hit] = jsonLines((await tuodi(folder, '--json', 'search', 'regatta')).out);
    assert.equal(hit.resource_id, resource_id);
    const [{ text: read }] = jsonLines((await tuodi(folder, '--json', 'text', resource_id)).out);
    assert.match(read, /Pelican Island/);
    assert.equal(jsonLines((await tuodi(folder, '--json', 'status')).out)[0].by_status.INDEXED, 1);
    const explained = await tuodi(folder, '--json', 'explain', resource_id);
    const [reported] = jsonLines(explained.out);
    assert.deepEqual([explained.code, reported.resource_id, reported.searchable], [0, resource_id, true], explained.out);
    const objects = path.join(folder, 'objects', 'default', resource_id);
    await rm(objects, { recursive: true });
    const broken = await tuodi(folder, 'explain', resource_id);
    assert.equal(broken.code, 3, broken.out);
    assert.match(broken.out, /^✗ +its bytes +nothing there +expected: \d+ bytes at default/m);
  });

  test('wrong usage ends with 2, an unknown id with 1', async () => {
    assert.equal((await tuodi(folder, 'nonsense')).code, 2);
    assert.equal((await tuodi(folder, 'keys', 'burn')).code, 2);
    assert.equal((await tuodi(folder, 'diagram', 'nonsense')).code, 2);
    assert.equal((await tuodi(folder, 'text', 'nonsense')).code, 1);
  });

  test('migrate --check has nothing to do, diagram draws, version answers', async () => {
    assert.equal((await tuodi(folder, 'migrate', '--check')).code, 0);
    assert.match((await tuodi(folder, 'diagram')).out, /stateDiagram/);
    assert.match((await tuodi(folder, 'diagram', '--format', 'table')).out, /READY_FOR_OCR/);
    assert.match((await tuodi(folder, 'version')).out, /^\d+\.\d+\.\d+$/m);
  });
});

describe('the command line beside a running service', () => {
  test('commands find it by service.json; a second service on the folder says so and stops; SIGTERM ends it well', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-serve-'));
    const child = start(folder, ['--json', 'serve']);
    try {
      const file = path.join(folder, 'service.json');
      await until('service.json', () => readFile(file, 'utf8').catch(() => null));
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.equal(jsonLines((await tuodi(folder, '--json', 'status')).out)[0].total, 0);
      const second = await tuodi(folder, 'serve');
      assert.equal(second.code, 1);
      assert.match(second.err, /another tuodi process/);
      const [{ api_key }] = jsonLines((await tuodi(folder, '--json', 'keys', 'create', 'for a test')).out);
      const { url } = JSON.parse(await readFile(file, 'utf8'));
      assert.equal((await fetch(`${url}/v1/resources`, { headers: { authorization: `Bearer ${api_key}` } })).status, 200);
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      assert.equal(code, 0);
      await assert.rejects(stat(file), { code: 'ENOENT' });
    } finally {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  });
});
