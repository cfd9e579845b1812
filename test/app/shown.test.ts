import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { NAMES, readConfig, SECRETS } from '../../app/config.ts';
import { settingsInForce } from '../../app/settings/shown.ts';

const shown = (env: Record<string, string>, flags = {}) => {
  const { config, sources } = readConfig(env, flags);
  return new Map(settingsInForce(config, sources).map(({ variable, ...row }) => [variable, row]));
};

describe('the settings in force', () => {
  test('have a row each, as the environment would say it', () => {
    const rows = shown({});
    assert.equal(rows.size, NAMES.length);
    assert.deepEqual(rows.get('TUODI_LISTEN'), { value: '127.0.0.1:8787', source: 'default' });
    assert.deepEqual(rows.get('TUODI_TRASH_RETENTION_MS'), { value: '2592000000', source: 'default' });
    assert.deepEqual(shown({ TUODI_LISTEN: '[::1]:80' }).get('TUODI_LISTEN'), { value: '[::1]:80', source: 'TUODI_LISTEN' });
  });

  test('name a flag before a variable, and the file of a secret', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tuodi-shown-'));
    try {
      const file = path.join(dir, 'key');
      writeFileSync(file, 'a-key-of-somebody');
      const rows = shown({ TUODI_DATA_DIR: 'a', TUODI_OCR_API_KEY_FILE: file }, { data_dir: 'b' });
      assert.deepEqual(rows.get('TUODI_DATA_DIR'), { value: 'b', source: '--data-dir' });
      assert.deepEqual(rows.get('TUODI_OCR_API_KEY'), { value: '***', source: `TUODI_OCR_API_KEY_FILE (${file})` });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('hold no secret, whichever setting it is in', () => {
    const WORD = 'Zebra7'.repeat(8);
    for (const name of SECRETS) {
      const value = name.endsWith('_url')
        ? `${name === 'database_url' ? 'mysql' : name === 'redis_url' ? 'redis' : 'https'}://me:${WORD}@host:1234/0?token=${WORD}&ssl=true`
        : `${name.startsWith('ocr_callback') ? 'whsec_' : ''}${WORD}`;
      const rows = shown({ [`TUODI_${name.toUpperCase()}`]: value });
      assert.doesNotMatch(JSON.stringify([...rows]), /Zebra/, name);
      if (name.endsWith('_url'))
        assert.match(rows.get(`TUODI_${name.toUpperCase()}`)?.value ?? '', /me:\*\*\*@host:1234.*ssl=true/);
      else assert.equal(rows.get(`TUODI_${name.toUpperCase()}`)?.value, '***');
    }
    const rows = shown({ TUODI_OCR_URL: `https://me:${WORD}@engine/v1?key=${WORD}` });
    assert.doesNotMatch(JSON.stringify([...rows]), /Zebra/);
  });

  test('hold no secret where a password has an unencoded / # or ?, so that its rest is read as a path', () => {
    for (const mark of ['/', '#', '?'])
      assert.equal(shown({ TUODI_DATABASE_URL: `mysql://me:12${mark}Zebra@host/0` }).get('TUODI_DATABASE_URL')?.value, '***');
  });
});
