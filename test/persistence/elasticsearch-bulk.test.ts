/** A bulk that is refused as a whole because of one entry in it. Elasticsearch is held by the test: what it answers is what counts here. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { elasticAt } from '../../persistence/elasticsearch/client.ts';
import { documentId } from '../../persistence/elasticsearch/mapping.ts';
import { type Write, writer } from '../../persistence/elasticsearch/write.ts';
import { entry } from '../worlds/entries.ts';

const PLACES = { write: ['tuodi'], seen: ['tuodi'] };
const BATCH = 200;
const POISON = 'poison';

describe('a bulk of which the whole is refused', () => {
  let server: Server;
  let elastic: ReturnType<typeof elasticAt>;
  let bulks = 0;
  let refuses: (body: string) => number | null = () => null;
  /** What a search finds: what a bulk has brought. */
  const held = new Set<string>();
  const resourceOf = (id: string) => id.split('/')[1] ?? '';

  function answerTo(url: string, body: string): [number, object] {
    if (url.includes('_bulk')) {
      bulks += 1;
      const status = refuses(body);
      if (status) return [status, { error: { type: 'a reason', reason: 'the whole is refused' }, status }];
      const ids = [...body.matchAll(/"_id":"([^"]+)"/g)].map(([, id]) => String(id));
      for (const id of ids) held.add(id);
      return [200, { errors: false, took: 1, items: ids.map((_id) => ({ index: { _id, _index: 'tuodi', status: 201 } })) }];
    }
    const asked = [...body.matchAll(/"(o\/[^"]+)"/g)].map(([, id]) => String(id)).filter((id) => held.has(id));
    const fields = (id: string) => ({ resource_id: [resourceOf(id)], org_id: ['o'], revision: [1], deleted: [false] });
    return [200, { took: 1, responses: [{ hits: { hits: asked.map((id) => ({ _index: 'tuodi', fields: fields(id) })) } }] }];
  }
  before(async () => {
    server = createServer(async (req, res) => {
      const [status, reported] = answerTo(req.url ?? '', await text(req));
      res.writeHead(status, { 'content-type': req.headers.accept ?? 'application/json', 'x-elastic-product': 'Elasticsearch' });
      res.end(JSON.stringify(reported));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address && typeof address === 'object');
    elastic = elasticAt({ url: `http://127.0.0.1:${address.port}` });
  });
  after(async () => {
    await elastic.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const puts = (): Write[] =>
    Array.from({ length: BATCH }, (_, n) => ({
      write: 'put',
      places: PLACES,
      entry: entry('o', n === 117 ? POISON : `r${n}`, 'text'),
    }));
  const outcomes = async () =>
    (await Promise.all(puts().map(writer(elastic, { modelOf: async () => null })))).map((written, n) => [
      n,
      written.put === 'failed' ? written.failure.failure.code : written.put,
    ]);

  for (const status of [400, 413])
    test(`with ${status}: the one entry is refused, and its ${BATCH - 1} neighbours are written`, async () => {
      held.clear();
      bulks = 0;
      refuses = (body) => (body.includes(documentId('o', POISON)) ? status : null);
      assert.deepEqual(
        (await outcomes()).filter(([, put]) => put !== 'seen'),
        [[117, 'INDEX_REFUSED']],
      );
      assert.equal(held.size, BATCH - 1);
      assert.ok(bulks < 20, `${bulks} bulks`);
    });

  test('with 503, which is an outage of all: nothing is split', async () => {
    bulks = 0;
    refuses = () => 503;
    const codes = new Set((await outcomes()).map(([, put]) => put));
    assert.deepEqual([[...codes], bulks <= 2], [['PROVIDER_UNAVAILABLE'], true]);
  });
});
