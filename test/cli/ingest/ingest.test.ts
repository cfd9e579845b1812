/** What a folder holds as people have it: taken in, or told of by its path; nothing is left out without a word. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { encoded } from '../../worlds/encoded.ts';
import { started, tuodi } from '../../worlds/tuodi.ts';

type Line = { file: string; status: string | null; failure: { code: string; detail: string } | null };
const linesOf = (out: string): Line[] =>
  out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

let base = '';
let service: Awaited<ReturnType<typeof started>>;
let sockets: Server;
let n = 0;
before(async () => {
  base = mkdtempSync(path.join(tmpdir(), 'tuodi-ingest-'));
  service = await started(path.join(base, 'data'));
  sockets = createServer();
});
after(async () => {
  await service.stop();
  sockets.close();
  await rm(base, { recursive: true, force: true });
});

const fresh = (): string => {
  const folder = path.join(base, `folder-${n++}`);
  mkdirSync(folder);
  return folder;
};
const jpeg = () =>
  sharp({ create: { width: 30, height: 30, channels: 3, background: { r: (n++ * 31) % 256, g: n % 256, b: 9 } } })
    .jpeg()
    .toBuffer();
const ingest = async (folder: string, ...args: string[]) => {
  const { code, out, err } = await tuodi(['--data-dir', path.join(base, 'data'), '--json', 'ingest', ...args, folder]);
  const lines = linesOf(out);
  return { code, err, lines, of: (name: string) => lines.find(({ file }) => path.basename(file) === name) };
};
const bytes = (...parts: (string | Buffer)[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));

describe('names that are not UTF-8', { skip: process.platform !== 'linux' && 'other systems have Unicode names' }, () => {
  const NAMES: [string, Buffer][] = [
    ['发票.jpg', encoded('gbk', '发票.jpg')],
    ['領収書.jpg', encoded('shift_jis', '領収書.jpg')],
    ['會議記錄.jpg', encoded('big5', '會議記錄.jpg')],
    ['Müller.jpg', encoded('iso-8859-1', 'Müller.jpg')],
  ];
  test('are taken in from a folder, from one whose own name is not, and by themselves', async () => {
    const folder = fresh();
    for (const [, raw] of NAMES) writeFileSync(bytes(folder, '/', raw), await jpeg());
    mkdirSync(bytes(folder, '/', encoded('gbk', '照片')));
    writeFileSync(bytes(folder, '/', encoded('gbk', '照片/里.jpg')), await jpeg());
    const { code, lines, err } = await ingest(folder);
    assert.equal(code, 0, err);
    assert.deepEqual(
      lines.map(({ file, status }) => [path.relative(folder, file), status]).sort(),
      [...NAMES.map(([name]) => name), '照片/里.jpg'].map((name) => [name, 'INDEXED']).sort(),
    );
  });

  test('are told apart when they are named, though they look alike as UTF-8', async () => {
    const folder = fresh();
    for (const name of ['照片.jpg', '图片.jpg', '发票.jpg'])
      writeFileSync(bytes(folder, '/', encoded('gbk', name)), await jpeg());
    const main = new URL('../../../main.js', import.meta.url).pathname;
    const shell = `exec "$0" "$1" --json --data-dir "$2" ingest *.jpg`;
    const out = execFileSync('sh', ['-c', shell, process.execPath, main, path.join(base, 'data')], {
      cwd: folder,
      env: { ...process.env, TUODI_LOG_LEVEL: 'silent' },
    });
    const lines = linesOf(out.toString());
    assert.deepEqual(lines.map(({ file, status }) => [file, status]).sort(), [
      ['发票.jpg', 'INDEXED'],
      ['图片.jpg', 'INDEXED'],
      ['照片.jpg', 'INDEXED'],
    ]);
  });

  test('and are found by what npx makes of them, where only one file is meant', async () => {
    const folder = fresh();
    writeFileSync(bytes(folder, '/', encoded('gbk', '发票.jpg')), await jpeg());
    const lossy = bytes(folder, '/', encoded('gbk', '发票.jpg')).toString('utf8');
    const one = await ingest(lossy);
    assert.deepEqual([one.code, one.lines[0]?.status], [0, 'INDEXED'], one.err);
    writeFileSync(bytes(folder, '/', Buffer.from([0xb7, 0xa3, 0xc6, 0xb1]), '.jpg'), await jpeg());
    const two = await ingest(lossy);
    assert.deepEqual([two.code, two.lines[0]?.failure?.code], [3, 'SEVERAL_NAMES']);
  });
});

describe('what a folder holds beside', () => {
  test('other endings, none, a wrong one, and links to files are taken in', async () => {
    const [folder, elsewhere] = [fresh(), fresh()];
    for (const name of ['a.jpg', 'c.jfif', 'd.jpe', 'h.hif', 'g.dib', 'noext', 'photo.dat', 'IMG.JPEG.txt'])
      writeFileSync(path.join(folder, name), await jpeg());
    writeFileSync(path.join(elsewhere, 'real.jpg'), await jpeg());
    symlinkSync(path.join(elsewhere, 'real.jpg'), path.join(folder, 'link.jpg'));
    symlinkSync('link.jpg', path.join(folder, 'link-of-a-link'));
    symlinkSync(elsewhere, path.join(folder, 'linkdir'));
    writeFileSync(path.join(folder, 'notes.txt'), 'text');
    const { code, lines, err } = await ingest(folder);
    assert.deepEqual([code, lines.length, lines.filter(({ status }) => status === 'INDEXED').length], [0, 10, 10], err);
    assert.match(err, /Left out: 1 file that is no picture; 1 link to a folder, not followed\./);
  });

  test('what looks like a picture and is not taken in is told by its path, and ends with 3', async () => {
    const folder = fresh();
    writeFileSync(path.join(folder, 'zero.jpg'), '');
    writeFileSync(path.join(folder, 'zero'), '');
    writeFileSync(path.join(folder, 'drawing.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    writeFileSync(path.join(folder, 'no-ending'), Buffer.from('8BPS\0\u0001\0\0\0\0\0\0\0\u0003', 'latin1'));
    symlinkSync('nowhere.jpg', path.join(folder, 'broken.jpg'));
    symlinkSync('loop.jpg', path.join(folder, 'loop.jpg'));
    symlinkSync('/etc/passwd', path.join(folder, 'secret.jpg'));
    execFileSync('mkfifo', [path.join(folder, 'pipe.jpg'), path.join(folder, 'pipe')]);
    await new Promise<void>((resolve) => sockets.listen(path.join(folder, 'socket'), resolve));
    const { code, lines, err } = await ingest(folder);
    assert.equal(code, 3);
    assert.deepEqual(Object.fromEntries(lines.map(({ file, failure }) => [path.relative(folder, file), failure?.code])), {
      'zero.jpg': 'EMPTY',
      'drawing.svg': 'UNSUPPORTED_FORMAT',
      'no-ending': 'UNSUPPORTED_FORMAT',
      'broken.jpg': 'BROKEN_LINK',
      'loop.jpg': 'BROKEN_LINK',
      'secret.jpg': 'NOT_AN_IMAGE',
      'pipe.jpg': 'NO_FILE',
    });
    assert.match(err, /Left out: 1 file that is no picture; 2 pipes, sockets or devices\./);
    const named = await ingest(path.join(folder, 'pipe'));
    assert.deepEqual([named.code, named.lines[0]?.failure?.code], [3, 'NO_FILE'], 'named, it is not waited for');
    const empty = await ingest(path.join(folder, 'zero.jpg'));
    assert.match(empty.lines[0]?.failure?.detail ?? '', /it is empty/);
  });

  test('litter of systems is passed over without a word', async () => {
    const folder = fresh();
    for (const name of ['.DS_Store', 'Thumbs.db', 'desktop.ini', '._a.jpg', '.hidden.jpg', 'a.jpg.part'])
      writeFileSync(path.join(folder, name), await jpeg());
    for (const name of ['@eaDir', '__MACOSX', '.git', '#recycle']) {
      mkdirSync(path.join(folder, name));
      writeFileSync(path.join(folder, name, 'x.jpg'), await jpeg());
    }
    const { code, lines, err } = await ingest(folder);
    assert.deepEqual([code, lines.length], [0, 0]);
    assert.doesNotMatch(err, /Left out/);
  });

  test('a folder and a file that this user may not read are told of', {
    skip: process.getuid?.() === 0 && 'root may read all',
  }, async () => {
    const folder = fresh();
    mkdirSync(path.join(folder, 'closed'));
    writeFileSync(path.join(folder, 'closed.jpg'), await jpeg());
    writeFileSync(path.join(folder, 'closed-without-ending'), await jpeg());
    for (const name of ['closed', 'closed.jpg', 'closed-without-ending']) chmodSync(path.join(folder, name), 0);
    const { code, lines } = await ingest(folder);
    chmodSync(path.join(folder, 'closed'), 0o700);
    assert.equal(code, 3);
    assert.deepEqual(lines.map(({ file }) => path.basename(file)).sort(), ['closed', 'closed-without-ending', 'closed.jpg']);
  });

  test('odd names are names', async () => {
    const folder = fresh();
    for (const name of [
      'new\nline.jpg',
      '\u202egpj.jpg',
      'bell\u0007.jpg',
      `${'长'.repeat(80)}.jpg`,
      'a"b.jpg',
      ' .jpg',
      '%41.jpg',
    ])
      writeFileSync(path.join(folder, name), await jpeg());
    const { code, lines, err } = await ingest(folder);
    assert.deepEqual([code, lines.filter(({ status }) => status === 'INDEXED').length], [0, 7], err);
  });
});

test('the table has ids, and a line says why a file failed and what to do; in Chinese where the locale is', async () => {
  const folder = fresh();
  writeFileSync(path.join(folder, 'a.jpg'), await jpeg());
  writeFileSync(path.join(folder, 'wrong.jpg'), 'text');
  writeFileSync(path.join(folder, 'zero.jpg'), '');
  writeFileSync(path.join(folder, 'notes.txt'), 'text');
  await copyFile(path.join(folder, 'a.jpg'), path.join(folder, 'b.jpg'));
  const run = (env: NodeJS.ProcessEnv) =>
    tuodi(['--data-dir', path.join(base, 'data'), 'ingest', folder], { LC_ALL: '', LC_MESSAGES: '', ...env });
  const en = await run({ LANG: 'en_GB.UTF-8' });
  assert.equal(en.code, 3);
  assert.match(en.out, /^file +status +ms +resource_id/m);
  assert.match(en.out, /^a\.jpg +INDEXED +\d+ +[0-9a-f-]{36}/m);
  assert.match(en.out, /wrong\.jpg: NOT_AN_IMAGE: The file is not a picture or a PDF/);
  assert.match(en.out, /zero\.jpg: EMPTY: it is empty/);
  assert.match(en.out, /Left out: 1 file that is no picture\./);
  const zh = await run({ LC_MESSAGES: 'zh_CN.UTF-8', LANG: 'en_GB.UTF-8' });
  assert.match(zh.out, /wrong\.jpg: NOT_AN_IMAGE: 无论文件名为何/);
  assert.match(zh.out, /zero\.jpg: EMPTY: 文件为空/);
  assert.match(zh.out, /未收取：非图片文件 1 个。/);
  rmSync(folder, { recursive: true });
});
