/** `tuodi drill` by TUODI_DRILLS=here, on configured servers beside what others have there. */
import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { SAMPLES } from '../../cli/project.ts';
import { drilled } from '../worlds/drilled.ts';
import { until } from '../worlds/wait.ts';
import { freshServers } from './places.ts';
import { type Process, serve } from './processes.ts';

const REDIS = 13;
/** _seq_no: another after each write. */
const Entry = z.object({ _version: z.int(), _seq_no: z.int(), _source: z.object({ deleted: z.boolean() }) });
const Resource = z.object({ resource_id: z.string(), status: z.string() });

/** A picture of the organisation `default`, once a search can find it. */
async function indexedOne({ reported }: Process): Promise<string> {
  const { url, api_key } = z.object({ url: z.string(), api_key: z.string() }).parse(reported);
  const headers = { authorization: `Bearer ${api_key}` };
  const form = new FormData();
  form.set('metadata', JSON.stringify({ title: 'Lunch' }));
  form.set('file', await openAsBlob(path.join(SAMPLES, 'faded-ticket.jpg')), 'faded-ticket.jpg');
  const answer = await fetch(`${url}/v1/resources`, { method: 'POST', headers, body: form });
  const { resource_id } = z.object({ resource: Resource }).parse(await answer.json()).resource;
  const isIndexed = async () => {
    const now = await fetch(`${url}/v1/resources/${resource_id}`, { headers });
    return Resource.parse(await now.json()).status === 'INDEXED';
  };
  await until('INDEXED', isIndexed, 120_000);
  return resource_id;
}

describe('on configured servers, by TUODI_DRILLS=here', () => {
  test("nothing is lost, another organisation's entry is not touched, and nothing of the drill stays", async (t) => {
    const { env, drop } = await freshServers(REDIS);
    const running: { service: Process | null } = { service: null };
    t.after(async () => {
      await running.service?.stop(); // before its database goes
      await drop();
    });
    const there = { ...env, TUODI_DRILLS: 'here', TUODI_OCR_ENGINE: 'tesseract' };
    const elastic = `${env.TUODI_ELASTICSEARCH_URL}/${env.TUODI_ELASTICSEARCH_ALIAS}`;
    const entry = async (resource_id: string) => {
      const body = JSON.stringify({ query: { term: { resource_id } }, version: true, seq_no_primary_term: true });
      const answer = await fetch(`${elastic}/_search`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      return z.object({ hits: z.object({ hits: z.array(Entry) }) }).parse(await answer.json()).hits.hits;
    };
    const service = await serve(there);
    running.service = service;
    const theirs = await indexedOne(service);
    const before = await entry(theirs);

    const refused = await drilled('provider-down', there);
    assert.deepEqual([refused.code, /stop every other process/.test(refused.err)], [2, true], refused.err);

    const wiped = await drilled('wipe-index', there);
    assert.deepEqual([wiped.code, wiped.report?.lost, wiped.report?.here], [0, [], true], wiped.err);
    assert.deepEqual(await entry(theirs), before);
    for (const { resource_id } of wiped.report?.pictures ?? [])
      assert.deepEqual(
        (await entry(resource_id)).map(({ _source }) => _source.deleted),
        [true],
      );

    await service.stop();
    running.service = null;
    const killed = await drilled('kill-worker', there);
    assert.deepEqual([killed.code, killed.report?.lost], [0, []], killed.err);
    assert.deepEqual(await entry(theirs), before);
  });
});
