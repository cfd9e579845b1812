import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { ConfigError, checkTogether, readConfig } from '../../app/config.ts';

describe('configuration', () => {
  test('without any variable the defaults of the contract hold', () => {
    const { config, warnings } = readConfig({});
    assert.deepEqual(
      [config.listen, config.data_dir, config.cors_origins],
      [{ host: '127.0.0.1', port: 8787 }, 'tuodi-data', []],
    );
    assert.deepEqual(warnings, []);
  });

  test('a wrong value stops the start and is named', () => {
    const wrong = {
      TUODI_LISTEN: 'nowhere',
      TUODI_MAX_BYTES: 'many',
      TUODI_REQUIRED_METADATA: 'colour',
      TUODI_LINK_SECRET: 'short',
    };
    for (const [variable, value] of Object.entries(wrong))
      assert.throws(
        () => readConfig({ [variable]: value }),
        (error: unknown) => error instanceof ConfigError && error.message.includes(variable),
      );
  });

  test('bytes, times and pixels may have a unit, and what is not understood is answered by an example', () => {
    const { config } = readConfig({
      ...{ TUODI_MAX_BYTES: '50MB', TUODI_QUOTA_BYTES: '1.5 TiB', TUODI_DISK_RESERVE_BYTES: '256m' },
      ...{ TUODI_TRASH_RETENTION_MS: '30d', TUODI_DECODE_TIME_LIMIT_MS: '90s', TUODI_UPLOAD_DEADLINE_MS: '2 h' },
      ...{ TUODI_MAX_PIXELS: '80MP', TUODI_MAX_PAGES: '12' },
    });
    assert.deepEqual(
      [config.max_bytes, config.quota_bytes, config.disk_reserve_bytes],
      [50e6, 1.5 * 1_024 ** 4, 256 * 1_024 ** 2],
    );
    assert.deepEqual(
      [config.trash_retention_ms, config.decode_time_limit_ms, config.upload_deadline_ms],
      [30 * 86_400_000, 90_000, 7_200_000],
    );
    assert.deepEqual([config.max_pixels, config.max_pages], [80e6, 12]);
    for (const [variable, value, example] of [
      ['TUODI_MAX_BYTES', 'fifty', /"fifty" is not one from 1 to 2147483648: bytes, .* such as 50MB/],
      ['TUODI_MAX_BYTES', '99TB', /"99TB" is not one from 1/],
      ['TUODI_MAX_BYTES', '50s', /such as 50MB/],
      ['TUODI_OCR_PAGE_TIME_LIMIT_MS', 'soon', /such as 30s/],
      ['TUODI_MAX_PIXELS', '80MB', /such as 80MP/],
      ['TUODI_MAX_PAGES', '1MB', /"1MB" is not one from 1 to 1000: a number/],
    ] as const)
      assert.throws(() => readConfig({ [variable]: value }), { name: 'ConfigError', message: example });
  });

  test('an unknown variable is a warning with the nearest name; those of others are left alone', () => {
    const { warnings } = readConfig({ TUODI_DATA_DIRR: 'x', PATH: '/bin' });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /TUODI_DATA_DIRR.*TUODI_DATA_DIR$/);
  });

  test('a setting that is gone is said to be gone', () => {
    const { warnings } = readConfig({ TUODI_EMBEDDING_FLOOR: '0.4' });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^TUODI_EMBEDDING_FLOOR is not used any more: .*stored/);
  });

  test('vectors come from a folder or from an address: both are refused', () => {
    const { config } = readConfig({ TUODI_EMBEDDING_DIR: '/models/one', TUODI_EMBEDDING_URL: 'http://127.0.0.1:1/v1' });
    assert.throws(() => checkTogether(config, 'serve'), /TUODI_EMBEDDING_DIR and TUODI_EMBEDDING_URL are both set/);
  });

  test('flags win over the environment', () => {
    assert.equal(readConfig({ TUODI_DATA_DIR: 'a' }, { data_dir: 'b' }).config.data_dir, 'b');
  });

  test('a secret may be in a file; one that cannot be read is named, and its content is never told', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tuodi-config-'));
    try {
      const file = path.join(dir, 'secret');
      writeFileSync(file, `${'s'.repeat(40)}\n`);
      assert.equal(readConfig({ TUODI_LINK_SECRET_FILE: file }).config.link_secret, 's'.repeat(40));
      assert.throws(() => readConfig({ TUODI_LINK_SECRET_FILE: path.join(dir, 'none') }), /TUODI_LINK_SECRET_FILE/);
      const both = { TUODI_LINK_SECRET_FILE: file, TUODI_LINK_SECRET: 't'.repeat(40) };
      assert.throws(() => readConfig(both), /TUODI_LINK_SECRET and TUODI_LINK_SECRET_FILE are both set/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
