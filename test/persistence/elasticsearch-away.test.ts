/** The adapter of Elasticsearch against a server that takes connections and never answers. No Elasticsearch is needed for that. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type Elastic, elasticAt } from '../../persistence/elasticsearch/client.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { until } from '../worlds/wait.ts';

const [CALL_LIMIT_MS, ASK_AGAIN_MS] = [300, 50];
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'it did not fail',
    (error: unknown) => (error instanceof StepError ? error.failure.code : String(error)),
  );

describe('an index that takes connections and never answers', () => {
  let server: Server;
  let elastic: Elastic;
  let requests = 0;
  let answers = false;
  before(async () => {
    server = createServer((_, res) => {
      requests += 1;
      if (answers) res.writeHead(200, { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address && typeof address === 'object');
    const url = `http://127.0.0.1:${address.port}`;
    elastic = elasticAt({ url, call_limit_ms: CALL_LIMIT_MS, ask_again_ms: ASK_AGAIN_MS });
  });
  after(async () => {
    await elastic.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const ask = () => codeOf(elastic.call((client) => client.info()));

  test('is away after some calls, and is not reachable while one call tries whether it is back', async () => {
    for (let n = 0; n < 5; n++) assert.equal(await ask(), 'PROVIDER_UNAVAILABLE');
    assert.equal(elastic.reachable(), false);
    const before_it = requests;
    const tries: Promise<string>[] = [];
    await until('a call is let through', () => {
      tries.push(ask()); // at once refused, until one is let through
      return requests > before_it;
    });
    assert.equal(elastic.reachable(), false, 'half open is not reachable');
    assert.deepEqual([...new Set(await Promise.all(tries))], ['PROVIDER_UNAVAILABLE']);
    assert.equal(elastic.reachable(), false);
    answers = true;
    await until('it is back', async () => (await ask()) === 'it did not fail');
    assert.equal(elastic.reachable(), true);
  });
});
