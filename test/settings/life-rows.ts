/** Settings of how long a picture may take, and how long it is kept: its deadline is told. */
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { nightlyJobs } from '../../app/nightly-verify.ts';
import type { RunRecord } from '../../runtime/ports/runs.ts';
import { only } from '../worlds/missing.ts';
import { blank, bytesOf, impatient, LIVES, ofPictures } from './services.ts';
import { configWith, type Env, type Rows, type Serving } from './world.ts';

/** Between an event and the deadline that it sets, the clock of the service goes on by so much at most. */
const SLACK_MS = 60_000;

async function leftOf({ reached }: Serving, resource_id: string, status: string, expected_ms: number): Promise<void> {
  const { deadline_at } = await reached(resource_id, status);
  const left_ms = new Date(deadline_at ?? 0).getTime() - Date.now();
  assert.ok(Math.abs(left_ms - expected_ms) < SLACK_MS, `${left_ms} ms are left of ${expected_ms}`);
}

/** 03:30 of some day, and what the nightly job of these settings begins then. */
const NIGHT = Date.parse('2026-11-28T03:30:00Z');
async function begunAtNight(env: Env): Promise<{ kind: string; heal: boolean }[]> {
  const begun: { kind: string; heal: boolean }[] = [];
  const jobs = nightlyJobs(await configWith(env), {
    facts: {
      chores: only('chores', { take: async () => ({ state: null }), keep: async () => true }),
      runs: only('runs', { underWay: async () => [] }),
    },
    runs: {
      start: async ({ kind, params: { heal } }) => {
        begun.push({ kind, heal });
        return { run_id: 'r' } as RunRecord; // no more of it is read
      },
    },
    ...{ clock: { now: () => NIGHT }, log: pino({ level: 'silent' }), owner: 'one' },
  });
  for (const { work } of jobs) await work();
  return begun;
}

export const LIFE_ROWS: Rows = {
  async verify_at() {
    assert.deepEqual(await begunAtNight({ verify_at: '03:30' }), [{ kind: 'verify', heal: false }]);
    assert.deepEqual(await begunAtNight({ verify_at: '12:00' }), []);
    assert.deepEqual(await begunAtNight({}), []);
  },
  async verify_heal() {
    assert.deepEqual(await begunAtNight({ verify_at: '03:30', verify_heal: 'true' }), [{ kind: 'verify', heal: true }]);
  },
  async upload_deadline_ms() {
    const service = await ofPictures();
    const { resource } = await service.created();
    await leftOf(service, resource.resource_id, 'AWAITING_UPLOAD', LIVES.upload_deadline_ms);
  },
  async metadata_deadline_ms() {
    const service = await ofPictures();
    const resource_id = await service.takeIn(await bytesOf(blank(8, 8)));
    await leftOf(service, resource_id, 'UPLOADED_NO_METADATA', LIVES.metadata_deadline_ms);
  },
  async trash_retention_ms() {
    const service = await ofPictures();
    const { resource } = await service.created();
    await service.call('DELETE', `/v1/resources/${resource.resource_id}`);
    await leftOf(service, resource.resource_id, 'TRASHED', LIVES.trash_retention_ms);
  },
  async rejected_retention_ms() {
    const service = await ofPictures();
    const resource_id = await service.takeIn(new TextEncoder().encode('no picture'));
    await leftOf(service, resource_id, 'REJECTED', LIVES.rejected_retention_ms);
  },
  async expired_retention_ms() {
    const service = await impatient();
    const { resource } = await service.created();
    await leftOf(service, resource.resource_id, 'EXPIRED', LIVES.expired_retention_ms);
  },
};
