/** `tuodi drill`: what it breaks and mends in a folder of its own, and that it touches nothing else. Those that need servers: test/servers/drill.test.ts. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { drilled, NOWHERE, stoppedDrill } from '../worlds/drilled.ts';
import { tuodi } from '../worlds/tuodi.ts';

let configured = '';
before(async () => {
  configured = await mkdtemp(path.join(tmpdir(), 'tuodi-configured-'));
});
after(() => rm(configured, { recursive: true, force: true }));
/** Servers that are not there, and a folder in which nothing may be made. */
const env = () => ({ ...NOWHERE, TUODI_DATA_DIR: configured });

describe('a drill in a folder of its own loses nothing', { concurrency: 2 }, () => {
  test('lose-callbacks: the provider is asked instead', async () => {
    const { code, report, err } = await drilled('lose-callbacks', env());
    assert.deepEqual([code, report?.lost, report?.here], [0, [], false], err);
    assert.equal(report?.pictures.length, 4);
    assert.ok(Number(report?.recovery_ms) < 120_000, `${report?.recovery_ms} ms`);
  });

  test('the others', async (t) => {
    await t.test('kill-worker: nobody answers, then the pictures go on', async () => {
      const { code, report, err } = await drilled('kill-worker', env());
      assert.deepEqual([code, report?.lost], [0, []], err);
      assert.equal(report?.seen[0]?.ready, '-');
      assert.equal(report?.seen.at(-1)?.ready, '200');
    });
    await t.test('wipe-index: all can be found again', async () => {
      const { code, report, err } = await drilled('wipe-index', env());
      assert.deepEqual([code, report?.lost], [0, []], err);
      assert.equal(report?.seen.at(-1)?.ready, '200');
    });
    await t.test('provider-down: readyz, status and doctor say so, and it is over when the provider is back', async () => {
      const { code, report, err } = await drilled('provider-down', { ...env(), LC_ALL: 'zh_CN.UTF-8' });
      assert.deepEqual([code, report?.lost], [0, []], err);
      const away = report?.seen.find(({ ready }) => ready === '200 recogniser');
      assert.match(away?.status.join('\n') ?? '', /文字识别：.*不可用/);
      assert.match(report?.doctor.join('\n') ?? '', /异常 {2}文字识别：.*TUODI_OCR_URL/);
      assert.equal(report?.seen.at(-1)?.ready, '200');
    });
  });

  after(async () => assert.deepEqual(await readdir(configured), [], 'nothing is made where the configured data are'));
});

test('stopped by Ctrl-C on what is configured, a drill removes what it took in', async (t) => {
  const data_dir = await mkdtemp(path.join(tmpdir(), 'tuodi-here-'));
  t.after(() => rm(data_dir, { recursive: true, force: true }));
  const { code, err } = await stoppedDrill('wipe-index', /\b2 pictures are taken in/, {
    ...{ TUODI_DATA_DIR: data_dir, TUODI_DRILLS: 'here' },
  });
  assert.deepEqual([code, /the drill was stopped/.test(err)], [1, true], err);
  const facts = await openSqliteFacts(data_dir);
  t.after(() => facts.close());
  const counts = await facts.overview.statuses(null);
  assert.deepEqual(
    counts.filter(({ count }) => count > 0).map(({ status }) => status),
    ['DELETED'],
  );
});

describe('a drill is refused with 2', () => {
  test('where it needs a redis-server and there is none', async () => {
    const { code, err } = await tuodi(['drill', 'flush-redis'], { PATH: configured });
    assert.deepEqual([code, /redis-server of its own.*apt-get install/.test(err)], [2, true], err);
    const zh = await tuodi(['drill', 'flush-redis'], { PATH: configured, LC_ALL: 'zh_CN.UTF-8' });
    assert.match(zh.err, /PATH 中没有/);
  });

  test('for a name that is none, and a word other than `here`', async () => {
    const unknown = await tuodi(['drill', 'full-disk']);
    assert.deepEqual([unknown.code, /lose-callbacks/.test(unknown.err)], [2, true], unknown.err);
    const word = await tuodi(['drill', 'kill-worker'], { TUODI_DRILLS: 'yes' });
    assert.deepEqual([word.code, /TUODI_DRILLS/.test(word.err)], [2, true], word.err);
  });

  test('to empty a configured Redis where none is configured', async () => {
    const { code, err } = await tuodi(['--data-dir', configured, 'drill', 'flush-redis'], { TUODI_DRILLS: 'here' });
    assert.deepEqual([code, /TUODI_REDIS_URL is not set/.test(err)], [2, true], err);
  });
});
