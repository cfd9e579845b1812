/** `tuodi status`: what an operator reads first, in both languages. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clientOf } from '../../cli/client.ts';
import type { Language } from '../../cli/language.ts';
import { output } from '../../cli/output.ts';
import { setPaused } from '../../cli/pauses.ts';
import { status } from '../../cli/status.ts';
import { type HttpWorld, httpWorld } from '../worlds/http-world.ts';

let w: HttpWorld;
before(async () => {
  w = await httpWorld();
});
after(() => w.stop());

async function said({ language = 'en', key = w.keys.a }: { language?: Language; key?: string } = {}) {
  const results: string[] = [];
  const out = { ...output(false, { language }), result: (_: object, text: () => string) => void results.push(text()) };
  const code = await status(clientOf(w.url, key, { language }), out);
  return { code, lines: results.join('\n').split('\n') };
}

test('all is well: the lag, the parts and the counts, and nothing of callbacks', async () => {
  const { code, lines } = await said();
  assert.deepEqual(
    [code, lines],
    [0, ['Behind: nothing; every complete picture that has not failed can be found', 'Parts: all ok', '', '       0  pictures']],
  );
});

test('callbacks of no use are said by why, to whom the installation is; those that were expected are not', async () => {
  for (const of of ['taken', 'repeated', 'forged', 'forged', 'stale'] as const) w.callback_counts.add(of);
  const { lines } = await said();
  assert.deepEqual(lines.slice(2, 5), [
    'Callbacks of providers in the last hour that were of no use:',
    '  1 stale: kept, since nobody waits for it now',
    '  2 forged: its signature, or that of its address, is none of ours',
  ]);
  assert.deepEqual((await said({ language: 'zh' })).lines.slice(2, 4), [
    '最近一小时无用的服务方回调：',
    '  1 stale: 已保存，但已无任务等待',
  ]);
  assert.equal((await said({ key: w.keys.other })).lines[2], '');
  w.later(60 * 60_000);
  assert.equal((await said()).lines[2], '');
});

test('a part that is not ok is named, with since when and why', async () => {
  w.parts.set('recogniser', { state: 'refused', code: 'credentials_refused', detail: 'TUODI_OCR_API_KEY is refused' });
  const { lines } = await said();
  assert.equal(lines[1], 'Parts:');
  assert.match(
    lines[2] ?? '',
    /^ {2}Recognition: refused since [\d-]{10} [\d:]{8} UTC: it refuses our credentials.*: TUODI_OCR_API_KEY is refused$/,
  );
  assert.match(
    (await said({ language: 'zh' })).lines[2] ?? '',
    /^ {2}文字识别：自 .* UTC 起被拒绝；拒绝了我们的凭据.*：TUODI_OCR_API_KEY/,
  );
  w.parts.set('recogniser', null);
});

test('a step that is paused is named, with the command that ends the pause', async () => {
  const paused = async (is_paused: boolean, key = w.keys.a) => {
    const results: object[] = [];
    const out = { ...output(true), result: (one: object) => void results.push(one) };
    assert.equal(await setPaused(clientOf(w.url, key), 'ocr', is_paused, out), 0);
    return results;
  };
  await paused(true);
  assert.match(
    (await said()).lines[2] ?? '',
    /^Paused by an operator since [\d-]{10} [\d:]{8} UTC: ocr; its pictures wait until tuodi resume ocr$/,
  );
  assert.match((await said({ language: 'zh' })).lines[2] ?? '', /^步骤 ocr 自 .* UTC 起由操作员暂停/);
  await assert.rejects(paused(false, w.keys.other), { status: 403 }, 'nobody but the installation ends it');
  await paused(false);
  assert.equal((await said()).lines[2], '');
});
