import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readConfig } from '../../app/config.ts';
import { PROBLEMS } from '../../contract/problems.ts';
import { isCode, limitRows, limitsPage } from '../../docs/limits-page.ts';
import { HTTP_LIMITS } from '../../http/limits.ts';

test('docs/limits.md is what the code says (else: npm run docs)', async () => {
  assert.equal(await readFile('docs/limits.md', 'utf8'), limitsPage());
});

test('every answer that means too much, too long or too many has its row', () => {
  const TOO = new Set([408, 413, 414, 429, 431, 507]);
  const missing = Object.entries(PROBLEMS).filter(
    ([code, { status }]) =>
      TOO.has(status) && code !== 'STORAGE_FULL' && !limitRows.some((row) => row.codes.some((one) => one === code)),
  );
  assert.deepEqual(missing, []);
  assert.ok(limitRows.every(({ codes }) => codes.length > 0 && codes.every(isCode)));
});

test('what a variable sets is what is meant: its default is the one of the server', () => {
  const { config } = readConfig({});
  assert.deepEqual(
    [config.key_points, config.address_points, config.max_bytes, config.quota_pictures, config.quota_bytes],
    [
      HTTP_LIMITS.key_points,
      HTTP_LIMITS.address_points,
      HTTP_LIMITS.max_bytes,
      HTTP_LIMITS.quota_pictures,
      HTTP_LIMITS.quota_bytes,
    ],
  );
  for (const { setting } of limitRows) {
    if (!setting) continue;
    const less = Number(config[setting]) - 1;
    const { config: changed, warnings } = readConfig({ [`TUODI_${setting.toUpperCase()}`]: String(less) });
    assert.deepEqual([changed[setting], warnings], [less, []]);
  }
});
