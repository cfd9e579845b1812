/** The run of the model can fail: mistakes of the service outside its machines, each found by the ways that the table names. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findBy } from '../conformance/find-planted.ts';
import { plan } from '../conformance/plan.ts';
import { MISTAKES } from '../conformance/planted.ts';

describe('a service with a mistake planted outside its machines goes red', () => {
  const { paths } = plan();
  for (const mistake of MISTAKES)
    for (const way of mistake.found_by)
      test(`${mistake.name}: found by ${way}`, async () => {
        assert.notEqual(await findBy(way, mistake, paths), null);
      });
});
