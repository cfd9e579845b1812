/** Each setting of the schema is read by something, and changes what it says. A setting without a row fails. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { NAMES } from '../../app/config.ts';
import { ON_SERVERS } from '../servers/settings-rows.ts';
import { FILE_ROWS } from './file-rows.ts';
import { HTTP_ROWS } from './http-rows.ts';
import { LIFE_ROWS } from './life-rows.ts';
import { PROVIDER_ROWS } from './provider-rows.ts';
import { SERVER_ROWS } from './server-rows.ts';
import { STORE_ROWS } from './store-rows.ts';
import { closeAll } from './world.ts';

const ROWS = { ...HTTP_ROWS, ...LIFE_ROWS, ...FILE_ROWS, ...SERVER_ROWS, ...STORE_ROWS, ...PROVIDER_ROWS };
after(closeAll);

test('every setting of the schema has a row, and every row is a setting', () => {
  assert.deepEqual([...Object.keys(ROWS), ...Object.keys(ON_SERVERS)].sort(), [...NAMES].sort());
});

describe('each setting changes what it says', { concurrency: 4 }, () => {
  for (const [name, check] of Object.entries(ROWS)) test(name, check);
});
