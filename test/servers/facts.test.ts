/** Facts on MySQL or MariaDB: the conformance suite. */

import { after } from 'node:test';
import { factsSuite } from '../ports/facts.ts';
import { factsOn, sayServer, type TestDatabase, testDatabase } from './mysql.ts';

let database: TestDatabase | null = null;
after(() => database?.drop());

factsSuite('MySQL', async () => {
  if (!database) {
    database = await testDatabase();
    await sayServer(database);
  }
  await database.clear();
  const facts = factsOn(database);
  return { facts, close: () => facts.close() };
});
