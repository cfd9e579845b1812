/** What a drill took in on configured servers goes with it, however it ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../../../cli/client.ts';
import { cleared } from '../../../cli/drills/clearing.ts';
import { output } from '../../../cli/output.ts';
import { heldClock } from '../../worlds/held-clock.ts';

/** `goes`: whether a picture that is removed is gone at the second look. Without a service until one is started. */
function worldWhere(goes: (id: string) => boolean, is_up: boolean) {
  const did: string[] = [];
  const looks = new Map<string, number>();
  const api = {
    async remove_resource({ params, query }: { params: { resource_id: string }; query: { purge: string } }) {
      did.push(`remove ${params.resource_id} ${query.purge}`);
    },
    async get_resource({ params: { resource_id: id } }: { params: { resource_id: string } }) {
      looks.set(id, (looks.get(id) ?? 0) + 1);
      return { body: { status: goes(id) && (looks.get(id) ?? 0) > 1 ? 'DELETED' : 'DELETING' } };
    },
  };
  let client = is_up ? ({ api } as unknown as Client) : null;
  const pictures = ['r1', 'r2'].map((resource_id) => ({ file: 'a', query: 'a', resource_id, sha256: '', text: null }));
  const world = {
    pictures,
    client() {
      if (!client) throw new Error('no service');
      return client;
    },
    service: {
      async stop() {
        did.push('stop');
      },
      async start() {
        did.push('start');
        client = { api } as unknown as Client;
      },
    },
  };
  return { world, did };
}

function outOf() {
  const warned: string[] = [];
  return { warned, out: { ...output(true), warn: (text: string) => void warned.push(text) } };
}
/** What it returns within the minute that it has, by a held clock. */
async function passed<T>(run: (clock: ReturnType<typeof heldClock>) => Promise<T>): Promise<T> {
  const clock = heldClock();
  const result = run(clock);
  await clock.pass(61_000, 250);
  return result;
}

test('by a service started afresh where that of the drill may be gone, each for good', async () => {
  const { world, did } = worldWhere(() => true, false);
  const { out, warned } = outOf();
  assert.deepEqual(await passed((clock) => cleared(world, out, { afresh: true, clock })), []);
  assert.deepEqual([did, warned], [['stop', 'start', 'remove r1 true', 'remove r2 true'], []]);
});

test('what does not go within a minute is named, with how to delete it', async () => {
  const { world, did } = worldWhere((id) => id === 'r1', true);
  const { out, warned } = outOf();
  assert.deepEqual(await passed((clock) => cleared(world, out, { afresh: false, clock })), ['r2']);
  assert.deepEqual(did, ['remove r1 true', 'remove r2 true']);
  assert.match(warned.join(), /r2\. Delete them with a key of their organisation: tuodi keys create drill --org tuodi-drill/);
});
