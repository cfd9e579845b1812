/** Units that are read as digits: a run is bounded, and what is kept of a text holds no more of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUnits } from '../../text/read-units.ts';
import { units } from '../../text/units.ts';

const mendedIn = (text: string) => readUnits(units(text)).read.filter((unit) => 'mended' in unit && unit.mended);

test('digits and letters that are written together are a number up to 24 units, and of more nothing is put together', () => {
  assert.deepEqual(
    mendedIn('31O526').map(({ text }) => text),
    ['310526'],
  );
  assert.deepEqual(
    mendedIn('123o'.repeat(12)).map(({ text }) => text.length),
    [47],
  );
  const long = units('123o'.repeat(400));
  for (const { text } of readUnits(long).read)
    assert.ok(text.length < 60, 'so that each unit is looked at a bounded number of times');
});
