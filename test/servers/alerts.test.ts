/**
 * Each alert of docs/monitoring by its fault, in a service on a data folder: it fires by what the service itself says, the commands of its
 * row in docs/operations.md say so too, and it ends once the row's cure was taken.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { failureOf } from '../../contract/failures.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { firing, twoScrapes } from '../worlds/alerts.ts';
import { inFolder, type Service, sent, serviceOn } from '../worlds/folder-world.ts';
import { numberReader, pictureOf } from '../worlds/numbered.ts';
import { runbook } from '../worlds/runbook.ts';
import { smallDisk } from '../worlds/small-disk.ts';
import { until } from '../worlds/wait.ts';

/** How busy the machine is that the test runs on is not what is tested, but by the test of it. */
const MACHINE = 'TuodiEventLoopSlow';
const fired = (scrapes: Parameters<typeof firing>[1]) =>
  firing(
    runbook.alerts.filter((name) => name !== MACHINE),
    scrapes,
  );
const of = ({ url, local_key: key }: Pick<Service, 'url' | 'local_key'>) => ({ url, key });
/** Not waited for. */
async function given({ client }: Service, number: number): Promise<string> {
  const form = new FormData();
  form.append('metadata', JSON.stringify({ title: `picture ${number}` }));
  form.append('file', new Blob([new Uint8Array(await pictureOf(number))]), `${number}.png`);
  return (await client.api.create_resource({ form })).body.resource.resource_id;
}
const pause = ({ client }: Service, paused: boolean) => client.api.patch_step({ params: { kind: 'ocr' }, body: { paused } });

describe('each alert is fired by its fault, and by nothing else', () => {
  test('TuodiDown: the process has ended', async () => {
    await inFolder(async (folder, serve) => {
      const service = await serve(folder);
      await sent(service.client, 1);
      assert.deepEqual(fired(await twoScrapes(of(service))), [], 'a service that is well');
      const before = await twoScrapes(of(service), service.stop);
      assert.deepEqual(fired(before), ['TuodiDown']);
    });
  });

  test('TuodiDeadLetters and TuodiStepFails: a provider refuses; they end after the replay', async () => {
    let refuses = true;
    const reader = numberReader(async () => {
      if (refuses) throw new StepError(failureOf('PROVIDER_REFUSED', 'the key is of somebody else'));
    });
    await inFolder(async (folder, serve) => {
      const service = await serve(folder, reader);
      const failing = await twoScrapes(of(service), async () => {
        for (const number of [1, 2, 3]) await sent(service.client, number);
      });
      assert.deepEqual(fired(failing).sort(), ['TuodiDeadLetters', 'TuodiStepFails']);
      const seen = await runbook.run('TuodiDeadLetters', folder, { code: 'PROVIDER_REFUSED', only: 'look' });
      assert.match(seen, /INDEX_FAILED/);
      assert.match(await runbook.run('TuodiStepFails', folder), /3 +INDEX_FAILED/);
      refuses = false;
      assert.match(await runbook.run('TuodiDeadLetters', folder, { code: 'PROVIDER_REFUSED', only: 'help' }), /3 INDEXED/);
      const after = await twoScrapes(of(service), async () => void (await sent(service.client, 4)));
      assert.deepEqual(fired(after), []);
    });
  });

  test('TuodiQueueOld and TuodiSearchableLate: an operator has paused a step, until it goes on', async () => {
    await inFolder(async (folder, serve) => {
      const service = await serve(folder);
      await pause(service, true);
      const id = await given(service, 1);
      await until('it waits', async () => {
        const { body } = await service.client.api.ops_summary();
        return Number(body.searchable_lag_s) > 0 && body.steps.some(({ kind, in_line }) => kind === 'ocr' && Number(in_line) > 0);
      });
      const waiting = await twoScrapes(of(service));
      assert.deepEqual(fired(waiting).sort(), ['TuodiQueueOld', 'TuodiSearchableLate']);
      assert.match(await runbook.run('TuodiSearchableLate', folder), /Behind: a picture has waited/);
      assert.match(await runbook.run('TuodiQueueOld', folder, { code: 'ocr', only: 'help' }), /The step ocr goes on/);
      await until(
        'it is found',
        async () => (await service.client.api.get_resource({ params: { resource_id: id } })).body.phase === 'ready',
      );
      assert.deepEqual(fired(await twoScrapes(of(service))), []);
    });
  });

  test('TuodiJobFails: a table that a periodic job needs is not there', async () => {
    await inFolder(async (folder, serve) => {
      const service = await serve(folder, numberReader(), { limits: { cleanup_interval_ms: 100 } });
      const change = (sql: string) => {
        const db = openDatabase(path.join(folder, 'facts.sqlite'));
        db.exec(sql);
        db.close();
      };
      const jobs = async () => (await service.client.api.ops_summary()).body.jobs ?? [];
      const outcome = async () => (await jobs()).find(({ job }) => job === 'leftovers')?.outcome;
      change('ALTER TABLE cleanups RENAME TO cleanups_elsewhere');
      await until('the job fails', async () => (await outcome()) === 'failed');
      assert.deepEqual(fired(await twoScrapes(of(service))), ['TuodiJobFails']);
      change('ALTER TABLE cleanups_elsewhere RENAME TO cleanups');
      await until('the job is well', async () => (await outcome()) === 'ok');
      assert.deepEqual(fired(await twoScrapes(of(service))), []);
    });
  });

  test('TuodiFeedBehind: the messages of commits cannot be read', async () => {
    await inFolder(async (folder, serve) => {
      const broken = { is: false };
      const service = await serve(folder, numberReader(), {}, (opened) => {
        const { outbox } = opened.facts;
        const afterAll: typeof outbox.afterAll = async (...page) => {
          if (broken.is) throw new Error('the page cannot be read');
          return outbox.afterAll(...page);
        };
        return { ...opened, facts: { ...opened.facts, outbox: { ...outbox, afterAll } } };
      });
      broken.is = true;
      const behind = await twoScrapes(of(service), async () => {
        for (const number of [1, 2, 3, 4, 5]) await sent(service.client, number);
      });
      assert.deepEqual(fired(behind), ['TuodiFeedBehind']);
      broken.is = false;
      await until('it is read', async () => !firing(['TuodiFeedBehind'], await twoScrapes(of(service))).length);
    });
  });

  test('TuodiRefusesByLimits: one client asks far too often', async () => {
    await inFolder(async (folder, serve) => {
      const service = await serve(folder);
      const { api_key: text } = (await service.client.api.create_key({ body: { name: 'too often', role: 'viewer' } })).body;
      const hammered = await twoScrapes(of(service), async () => {
        const headers = { authorization: `Bearer ${text}` };
        for (let n = 0; n < 120; n += 1) await (await fetch(`${service.url}/v1/search?q=a&limit=200`, { headers })).text();
      });
      assert.deepEqual(fired(hammered), ['TuodiRefusesByLimits']);
    });
  });

  test('TuodiEventLoopSlow: the process is busy with itself', async () => {
    await inFolder(async (folder, serve) => {
      const service = await serve(folder);
      const busy = await twoScrapes(of(service), async () => {
        for (let n = 0; n < 3; n += 1) {
          const over = performance.now() + 1_800;
          while (performance.now() < over);
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
      assert.deepEqual(firing([MACHINE], busy), [MACHINE]);
    });
  });

  test('TuodiPartFull: the disk has only its reserve left, until there is room', async (t) => {
    const disk = smallDisk((why) => t.skip(why));
    if (!disk) return;
    const data = path.join(disk.dir, 'data');
    let service: Service | null = null;
    try {
      service = await serviceOn(data);
      const { client } = service;
      disk.fill(3 * 1024 * 1024);
      const partsOf = async (state: string) => (await client.api.ops_summary()).body.parts.filter((one) => one.state === state);
      await until('the disk is full', async () => {
        await sent(client, 9).catch(() => undefined); // refused, once it is
        return (await partsOf('full')).length > 0;
      });
      assert.deepEqual(fired(await twoScrapes(of(service))), ['TuodiPartFull']);
      assert.match(await runbook.run('TuodiPartFull', data), /^WRONG {2}disk: /m);
      disk.makeRoom();
      await until('there is room', async () => (await partsOf('full')).length === 0);
      assert.deepEqual(fired(await twoScrapes(of(service))), []);
    } finally {
      await service?.stop();
      disk.end();
    }
  });

  test('TuodiSweepLate: the disk has no room for a claim, until there is', async (t) => {
    const disk = smallDisk((why) => t.skip(why));
    if (!disk) return;
    let service: Service | null = null;
    try {
      service = await serviceOn(path.join(disk.dir, 'data'), numberReader(), { resource_limits: { link_expiry_ms: 1_000 } });
      const announced = { filename: 'a.png', content_type: 'image/png', byte_size: 5, metadata: { title: 'x' } } as const;
      await service.client.api.create_resource({ body: announced });
      disk.fill(0);
      assert.ok(fired(await twoScrapes(of(service))).includes('TuodiSweepLate'));
      disk.makeRoom();
      const { client } = service;
      await until('nothing is overdue', async () => Number((await client.api.ops_summary()).body.sweep_lag_s) < 1);
      assert.ok(!fired(await twoScrapes(of(service))).includes('TuodiSweepLate'));
    } finally {
      await service?.stop();
      disk.end();
    }
  });
});
