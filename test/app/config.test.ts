import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { ConfigError, readConfig } from '../../app/config.ts';

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

  test('an unknown variable is a warning with the nearest name; those of others are left alone', () => {
    const { warnings } = readConfig({ TUODI_DATA_DIRR: 'x', PATH: '/bin' });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /TUODI_DATA_DIRR.*TUODI_DATA_DIR$/);
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
