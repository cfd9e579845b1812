/** `tuodi doctor` as it is typed: its lines, its JSON and the code that it ends with. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { started, tuodi } from '../worlds/tuodi.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'tuodi-doctor-'));
});
after(() => rm(dir, { recursive: true, force: true }));

test('all is well: 0, a line each, beside a running service too; a folder that is not there is not made', async () => {
  const none = path.join(dir, 'none');
  const { code, out } = await tuodi(['--data-dir', none, 'doctor']);
  assert.equal(code, 0, out);
  assert.ok(
    out
      .trim()
      .split('\n')
      .every((line) => line.startsWith('ok     ')),
    out,
  );
  await assert.rejects(stat(none), { code: 'ENOENT' });
  const service = await started(path.join(dir, 'served'));
  try {
    const beside = await tuodi(['--data-dir', path.join(dir, 'served'), 'doctor'], { TUODI_PUBLIC_URL: service.url });
    assert.deepEqual([beside.code, beside.out.includes('WRONG')], [0, false], beside.out);
    const holder = new RegExp(`^ok {5}data folder: the service with pid \\d+ at ${service.url} has `, 'm');
    assert.match(beside.out, holder, 'who can not start a second one reads which is the first');
  } finally {
    await service.stop();
  }
});

test('something is wrong: 3, with what to do, as JSON too, in Chinese too', async () => {
  const env = { TUODI_TRASH_RETENTION_MS: '0' };
  const { code, out } = await tuodi(['--data-dir', dir, 'doctor'], env);
  assert.equal(code, 3);
  assert.match(out, /^WRONG {2}retention: trash 0 d.*To do: .*TUODI_TRASH_RETENTION_MS/m);
  const json = await tuodi(['--json', '--data-dir', dir, 'doctor'], env);
  const rows = json.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    rows.filter(({ state }) => state === 'wrong').map(({ check }) => check),
    ['retention'],
  );
  assert.ok(rows.every((row) => Object.keys(row).join() === 'check,state,found,todo'));
  const zh = await tuodi(['--data-dir', dir, 'doctor'], { ...env, LC_ALL: 'zh_CN.UTF-8' });
  assert.match(zh.out, /^异常 {2}保留期限：.*处理：/m);
});

test('a setting that stops every other command is a finding, and its secret is not shown', async () => {
  const { code, out, err } = await tuodi(['--data-dir', dir, 'doctor'], {
    TUODI_LINK_SECRET: 'tooshort17',
    TUODI_MAX_PAGES: 'many',
  });
  assert.deepEqual([code, err], [3, '']);
  assert.match(out, /^WRONG {2}secrets: TUODI_LINK_SECRET: a secret has at least 32/m);
  assert.match(out, /^WRONG {2}settings: TUODI_MAX_PAGES/m);
  assert.ok(!out.includes('tooshort17'));
});
