/** When a drill breaks something: while a picture of its own is being read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../../../cli/client.ts';
import { untilReading } from '../../../cli/drills/drills.ts';

test("another organisation's picture that is being read does not count", async () => {
  const status: Record<string, string> = { mine: 'READY_FOR_OCR', theirs: 'INIT' };
  const api = {
    get_resource: async ({ params }: { params: { resource_id: string } }) => ({ body: { status: status[params.resource_id] } }),
    ops_summary: async () => ({ body: { steps: [{ kind: 'ocr', at_work: 1 }] } }),
  };
  const looks: boolean[] = [];
  await untilReading({
    pictures: [{ file: 'a', query: 'a', resource_id: 'mine', sha256: '', text: null }],
    client: () => ({ api }) as unknown as Client,
    async until(_, condition) {
      looks.push(await condition());
      status.mine = 'INIT';
      looks.push(await condition());
    },
  });
  assert.deepEqual(looks, [false, true]);
});
