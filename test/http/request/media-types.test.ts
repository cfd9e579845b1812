/** The Content-Type of a JSON body: any spelling of JSON in UTF-8 is taken, anything else is refused with 415. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpWorld } from '../../worlds/http-world.ts';

const TAKEN = [
  'application/json',
  'Application/JSON',
  'application/json;',
  ' application/json ; charset = utf-8',
  'application/json;charset="UTF-8"',
  'application/json; charset=utf8; profile="a;charset=utf-16"',
  'application/json; version=1',
];
const REFUSED = [
  'application/json; charset=utf-16',
  'application/json; charset="latin1"',
  'application/jsonp',
  'text/json',
  'json',
];

test('a body is JSON by its media type, in UTF-8', async () => {
  const world = await httpWorld();
  const raw = JSON.stringify({ filename: 'a.png', content_type: 'image/png', byte_size: 5, metadata: { title: 'a' } });
  const send = (type: string) => world.call('POST', '/v1/resources', { headers: { 'content-type': type }, raw });
  try {
    for (const type of TAKEN) assert.equal((await send(type)).status, 201, type);
    for (const type of REFUSED) assert.equal((await send(type)).status, 415, type);
  } finally {
    await world.stop();
  }
});
