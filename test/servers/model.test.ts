/** The stories of the model on real servers: MariaDB, Redis, Elasticsearch and S3 in place of the embedded stores. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runAll } from '../conformance/resource-run.ts';
import { STORIES } from '../conformance/stories.ts';
import { freshServers } from './places.ts';

const REDIS = 7;

describe('the service on real servers does what the model says', () => {
  let servers: Awaited<ReturnType<typeof freshServers>>;
  before(async () => {
    servers = await freshServers(REDIS);
  });
  after(() => servers.drop());

  test('stories of people, one of them with everything tried that must change nothing', async () => {
    const [first, ...more] = STORIES;
    assert.ok(first);
    const tried = await runAll([first], { env: servers.env });
    const results = [...tried, ...(await runAll(more, { env: servers.env, with_tries: false }))];
    for (const { path, error } of results) assert.equal(error, null, `${path.name}: ${error?.message}`);
    assert.ok(tried.reduce((sum, { went }) => sum + went.tries, 0) > 20);
  });
});
