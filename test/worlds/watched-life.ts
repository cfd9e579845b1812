/** A service whose index is watched over closely, with pictures of two organisations: on any ports. */
import { createService } from '../../app/create-service.ts';
import type { Ports } from '../../app/open-ports.ts';
import { createConditions } from '../../runtime/health/conditions.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import { BY, OPTIONS, world } from '../faults/world.ts';
import { pictureOf } from './numbered.ts';
import { createWithBytes } from './take-in.ts';
import { until } from './wait.ts';

export const ORGS = ['org', 'another'];
/** Entries that are made again at once. */
export const BATCH = 2;
const LIMITS = { ...OPTIONS.limits, index_look_ms: 50, index_heal_batch: BATCH, index_heal_look_ms: 20, index_page: 3 };

export type Changed = (ports: Ports) => Ports;
const same: Changed = (ports) => ports;
export type WatchedLife = Awaited<ReturnType<typeof watchedLife>>;
export async function watchedLife(opened: Ports & { close(): Promise<void> }, changed = same) {
  const conditions = createConditions(world);
  const begun: string[] = [];
  let stopped = false;
  const set = (name: string, detail: string) => {
    begun.push(detail);
    conditions.set(name, detail);
  };
  const noted = { ...conditions, set };
  const ports = changed(opened);
  const service = createService(ports, { config: CONFIG, ...OPTIONS, limits: LIMITS }, { ...world, conditions: noted });
  await service.start();
  const rows = async (): Promise<ResourceRow[]> => {
    const pages = ORGS.map((org_id) =>
      opened.facts.resources.list({ org_id }, {}, { sort: '-created_at', after: null, limit: 200 }),
    );
    return (await Promise.all(pages)).flat();
  };
  const lacking = async (): Promise<string[]> => {
    const lacks = (await rows()).map(async ({ org_id, resource_id, searchable, indexed_revision }) => {
      const [head] = await opened.index.heads({ org_id }, [resource_id]);
      return searchable && head?.revision === indexed_revision && !head.deleted ? [] : [resource_id];
    });
    return (await Promise.all(lacks)).flat();
  };
  return {
    ...{ opened, ports, service, conditions, begun, rows, lacking },
    /** Pictures in turn of each organisation. */
    async takeIn(numbers: number[]): Promise<void> {
      for (const number of numbers) {
        const scope = { org_id: ORGS[number % ORGS.length] ?? '' };
        const named = { bytes: await pictureOf(number), filename: `${number}.png`, title: `picture ${number}` };
        const resource_id = await createWithBytes({ ...opened, engine: service.engine, clock: world.clock, scope }, named);
        await service.engine.send({ scope, resource_id }, () => ({ event: { type: 'UPLOAD_REPORTED' } }), BY);
      }
      await until('all are INDEXED', async () => (await rows()).every(({ status }) => status === 'INDEXED'));
    },
    /** Noticed, and whole again. */
    async healed(): Promise<void> {
      await until('it is noticed', () => begun.length > 0);
      await until('it is whole again', async () => conditions.list().length === 0 && (await lacking()).length === 0);
    },
    async notified(org_id: string): Promise<string[]> {
      const messages = await opened.facts.outbox.after({ org_id }, 0, 1_000);
      return messages.map(({ type }) => type).filter((type) => type.startsWith('search.'));
    },
    /** The test has stopped it by itself. */
    gone: () => {
      stopped = true;
    },
    async stop(): Promise<void> {
      if (stopped) return;
      stopped = true;
      await service.stop();
      await opened.close();
    },
  };
}
const CONFIG = {
  ...{ ocr_workers: 1, max_bytes: 1_000_000, max_pixels: 1_000_000, max_pages: 2, max_document_pixels: 2_000_000 },
  decode_time_limit_ms: 10_000,
  document_time_limit_ms: 60_000,
};
