/** Settings that are read only where there are servers: each changes what it says. The others are in `test/settings/`. */
import { describe, test } from 'node:test';
import { ON_SERVERS } from './settings-rows.ts';

describe('each setting of servers changes what it says', () => {
  for (const [name, check] of Object.entries(ON_SERVERS)) test(name, check);
});
