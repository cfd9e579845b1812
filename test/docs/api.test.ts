/** docs/api.md: every command in it is run as it stands, against real services; it has every call of the API, and no other. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ROUTES } from '../../contract/routes/table.ts';
import { type Block, blocksOf, callsIn, checkCurl, type Ran, runBlocks, unlike } from '../worlds/document.ts';
import { type DocumentWorld, documentWorld, engineWorld, storeWorld } from '../worlds/document-worlds.ts';

const DOCUMENT = 'docs/api.md';
const ORIGIN = 'https://pictures.example';
/** By the word after `sh`. */
const OPEN: Record<string, () => Promise<DocumentWorld>> = {
  '': () => documentWorld({ env: { TUODI_CORS_ORIGINS: ORIGIN } }),
  engine: engineWorld,
  store: storeWorld,
};
const blocks = blocksOf(DOCUMENT);
const worlds: DocumentWorld[] = [];
const ran: Ran[] = [];

before(async () => {
  checkCurl();
  for (const [name, open] of Object.entries(OPEN)) {
    const world = await open();
    worlds.push(world);
    ran.push(
      ...(await runBlocks(
        blocks.filter((block) => block.world === name),
        world,
      )),
    );
  }
});
after(async () => {
  await Promise.all(worlds.map((world) => world.stop()));
});

const at = ({ line }: Block) => `${DOCUMENT}:${line}`;
const named = ROUTES.map(({ method, path }) => `${method} ${path}`);
/** Does a request go to the call of this heading? */
const goesTo = (call: string) => {
  const [method = '', path = ''] = call.split(' ');
  const address = new RegExp(`^https?://[^/]+${path.replace(/\{(\+?)\w+\}/g, (_, plus) => (plus ? '[^?]+' : '[^/?]+'))}(\\?|$)`);
  return (request: Ran['requests'][number]) => request.method === method && address.test(request.url);
};

test('it has a heading for every call of the API, once, and none for a call that does not exist', () => {
  assert.deepEqual(callsIn(DOCUMENT).sort(), [...named].sort());
});

test('every block is run to its end, and each of its requests answers what the document says', () => {
  assert.equal(ran.length, blocks.length);
  for (const { block, exit, out, requests } of ran) {
    const reported = requests.map(({ status }) => status);
    assert.deepEqual(reported, block.statuses, `${at(block)} answered ${out}`);
    const cut_off = block.code.includes('--max-time') ? [28] : [0];
    assert.ok(cut_off.includes(exit ?? -1), `${at(block)} ended with ${exit}: ${out}`);
  }
});

test('every call is made, and answered as wished, in its own section', () => {
  for (const call of named) {
    const requests = ran.filter(({ block }) => block.call === call).flatMap((one) => one.requests);
    assert.ok(
      requests.filter(goesTo(call)).some(({ status }) => status < 400),
      `no request to ${call} below its heading`,
    );
  }
});

test('an example has the names that the answer has', () => {
  const shown = ran.filter(({ block }) => block.example !== undefined);
  assert.ok(shown.length > 10);
  for (const { block, out } of shown)
    assert.deepEqual(unlike(block.example, JSON.parse(out.trim().split('\n').at(-1) ?? '')), [], `${at(block)}: ${out}`);
});

test('what is said beside the statuses is so', () => {
  const outOf = (call: string) => ran.filter(({ block }) => block.call === call).map(({ out }) => out.trim());
  assert.deepEqual(outOf('POST /v1/resources/{resource_id}/uploaded'), ['UPLOADED_NO_METADATA']);
  assert.match(outOf('GET /v1/resources/{resource_id}/text')[0] ?? '', /^Skylark Bakery/);
  assert.deepEqual(outOf('DELETE /v1/resources/{resource_id}'), ['TRASHED']);
  assert.deepEqual(outOf('POST /v1/resources/{resource_id}/reprocess').join().split('\n').at(-1), 'INDEXED');
  assert.match(outOf('GET /v1/events')[0] ?? '', /^event: resource\.searchable$/m);
  assert.match(
    ran.find(({ block }) => block.code.includes('OPTIONS'))?.out ?? '',
    new RegExp(`^access-control-allow-origin: ${ORIGIN}\r?$`, 'im'),
  );
});
