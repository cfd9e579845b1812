/** docs/configuration.md is what the settings are, and .env.example and the compose file name settings that there are. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NAMES, PREFIX, SECRETS } from '../../app/config.ts';
import { GROUPS, noteOf } from '../../app/settings/variables.ts';
import { configurationPage } from '../../docs/configuration-page.ts';

test('docs/configuration.md is what the code says (else: npm run docs)', () => {
  assert.equal(readFileSync('docs/configuration.md', 'utf8'), configurationPage());
});

test('every setting stands in one group, with a description of its own', () => {
  const grouped = Object.values(GROUPS).flatMap((shape) => Object.keys(shape));
  assert.deepEqual([...grouped].sort(), [...NAMES].sort());
  const described = NAMES.map((name) => noteOf(name).description);
  assert.equal(new Set(described).size, NAMES.length);
  assert.ok(
    described.every((text) => /[.!]$/.test(text)),
    described.find((text) => !/[.!]$/.test(text)),
  );
});

test('no page on disk depends on the machine that made it: what does is in words', () => {
  assert.match(configurationPage(), /`TUODI_OCR_WORKERS` \| 1 to 64 \| the processors, at most 4 \|/);
});

test('a setting whose name says that it is secret is marked as one', () => {
  const secretive = NAMES.filter((name) =>
    /secret|token|password|api_key|access_key|^(database|redis|elasticsearch)_url$/.test(name),
  );
  assert.deepEqual([...SECRETS].sort(), [...secretive].sort());
  for (const name of secretive) assert.match(configurationPage(), new RegExp(`\`${PREFIX}${name.toUpperCase()}\`.*\\*\\*Secret`));
});
