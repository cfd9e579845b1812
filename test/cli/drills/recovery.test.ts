/** What a drill calls lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../../../cli/client.ts';
import { recovered } from '../../../cli/drills/recovery.ts';
import { output } from '../../../cli/output.ts';

const picture = { file: 'a.jpg', query: 'a', resource_id: 'r1', sha256: '', text: null };
/** It answers that the picture is under way. */
const client = {
  api: { get_resource: async () => ({ body: { phase: 'working', status: 'OCR_RUNNING' } }) },
} as unknown as Client;
/** Looks once, and then ends with the error. */
const worldThat = (error: Error) => ({
  pictures: [picture],
  client: () => client,
  until: async (_: unknown, condition: () => Promise<boolean>) => {
    assert.equal(await condition(), false);
    throw error;
  },
});

test('a picture that is not back when time is over is lost; when the drill was stopped, nothing is said of it', async () => {
  const out = output(true);
  const late = await recovered(worldThat(new Error('not in time')), out, new AbortController().signal);
  assert.deepEqual(
    late.map(({ resource_id, why }) => [resource_id, why.en]),
    [['r1', 'it is OCR_RUNNING']],
  );
  await assert.rejects(recovered(worldThat(new Error('was stopped')), out, AbortSignal.abort()), /was stopped/);
});
