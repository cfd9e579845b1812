/** The engine of a drill, in the place of the one that is configured. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../../app/config.ts';
import { engineSettings } from '../../../cli/drills/engine.ts';

const secretOf = (fill: number) => `whsec_${Buffer.alloc(24, fill).toString('base64')}`;

test('its settings win over those that are configured, with the secret of callbacks in a file too', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-engine-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'secret');
  await writeFile(file, secretOf(1), { mode: 0o600 });
  const configured = { TUODI_OCR_URL: 'https://ocr.example.com', TUODI_OCR_CALLBACK_SECRET_FILE: file };
  const { config } = readConfig({ ...configured, ...engineSettings({ url: 'http://127.0.0.1:9', secret: secretOf(2) }) });
  assert.deepEqual([config.ocr_url, config.ocr_callback_secret], ['http://127.0.0.1:9', secretOf(2)]);
});
