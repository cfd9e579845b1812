/** Damage of every kind that `verify` knows, each planted in one picture of a library, as a disk, a hand or a wrong program leaves it. */
import { Readable } from 'node:stream';
import type { FindingCode } from '../../../contract/findings.ts';
import type { ResourceRow } from '../../../runtime/ports/resources.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { entryOf } from '../../../services/index/rebuild.ts';
import { SCOPE, say, takeIn } from '../../faults/world.ts';
import { known } from '../../model/known.ts';
import { HANGS, type VerifiedWorld } from '../../worlds/verified.ts';
import { until } from '../../worlds/wait.ts';

/** prepare: makes the picture that is damaged; absent: one that is INDEXED. subject: what the finding is of; absent: the picture. */
export type Plant = {
  prepare?: (w: VerifiedWorld) => Promise<string>;
  damage: (w: VerifiedWorld, row: ResourceRow) => Promise<unknown>;
  subject?: (row: ResourceRow) => string;
};

const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';
const RUN = '01890a5d-ac96-774b-bcce-b302099a8058';

async function bodyOf({ knex }: VerifiedWorld, instance_id: string) {
  const row = await knex('instances').where({ instance_id }).first('body');
  return JSON.parse(String(row.body)); // as the machine has it: the test changes it by hand
}
const setBody = async ({ knex }: VerifiedWorld, instance_id: string, body: unknown) =>
  knex('instances')
    .where({ instance_id })
    .update({ body: typeof body === 'string' ? body : JSON.stringify(body) });
const setRow =
  (values: object) =>
  async ({ knex }: VerifiedWorld, { resource_id }: ResourceRow) =>
    knex('resources').where({ resource_id }).update(values);
const setInstance =
  (values: object) =>
  async ({ knex }: VerifiedWorld, { resource_id }: ResourceRow) =>
    knex('instances').where({ instance_id: resource_id }).update(values);
const without =
  (table: string, key = 'resource_id') =>
  async ({ knex }: VerifiedWorld, { resource_id }: ResourceRow) =>
    knex(table)
      .where({ [key]: resource_id })
      .del();
const put = ({ objects }: VerifiedWorld, key: string) => objects.put(key, Readable.from([Buffer.from('left')]), 100);
const runPrefix = ({ original_key }: ResourceRow) => known(original_key, 'key').replace(/original$/, '');

async function taken(w: VerifiedWorld, number: number): Promise<string> {
  const id = await takeIn(w.engine, w.ports, number);
  await say(w.engine, id, 'UPLOAD_REPORTED');
  return id;
}
async function trashed(w: VerifiedWorld): Promise<string> {
  const id = await taken(w, 70);
  await w.inStatus(id, 'INDEXED');
  await say(w.engine, id, 'TRASH');
  return id;
}
async function deleted(w: VerifiedWorld): Promise<string> {
  const id = await taken(w, 71);
  await w.inStatus(id, 'INDEXED');
  await say(w.engine, id, 'DELETE');
  await w.inStatus(id, 'DELETED');
  return id;
}
async function reading(w: VerifiedWorld): Promise<string> {
  const id = await taken(w, HANGS);
  await w.inStatus(id, 'INIT');
  return id;
}
/** Another entry in place of the one that is there, or none. */
async function replaced(w: VerifiedWorld, row: ResourceRow, by: { revision: number; text?: string } | null): Promise<void> {
  const indexed_revision = known(row.indexed_revision, 'revision');
  const entry = known(await entryOf(w.facts, { ...row, indexed_revision }), 'entry');
  await w.index.remove(SCOPE, row.resource_id, indexed_revision);
  await w.index.forget(SCOPE, [row.resource_id]);
  if (by === null) return;
  const saved = by.text === undefined ? entry.saved : { ...entry.saved, pages: [{ page: 1, text: by.text }] };
  const put = () => w.index.put({ ...entry, revision: by.revision, saved });
  // Elasticsearch refuses what is older than what was removed a moment ago.
  await until('the index takes it', () => put().then(() => true, onlyUnseen), 60_000);
}
function onlyUnseen(error: unknown): false {
  if (error instanceof StepError && error.failure.code === 'READ_BACK_MISMATCH') return false;
  throw error;
}

export const PLANTS: Record<FindingCode, Plant> = {
  INSTANCE_UNREADABLE: { damage: (w, { resource_id }) => setBody(w, resource_id, '{') },
  INSTANCE_UNKNOWN_STATE: {
    damage: async (w, { resource_id }) => {
      const body = await bodyOf(w, resource_id);
      body.snapshot.value.pipeline = 'NOWHERE';
      await setBody(w, resource_id, body);
    },
  },
  INSTANCE_IN_LIMBO: {
    prepare: trashed,
    damage: async (w, row) => {
      await setBody(w, row.resource_id, { ...(await bodyOf(w, row.resource_id)), timers: {} });
      await setRow({ deadline_at: null })(w, row);
    },
  },
  INSTANCE_OF_LATER_VERSION: { damage: setInstance({ version: '99' }) },
  ROW_MISSING: { damage: without('resources') },
  ROW_UNREADABLE: { damage: setRow({ allowed_events: '{' }) },
  ROW_WITHOUT_INSTANCE: { damage: without('instances', 'instance_id') },
  PROJECTION_DIFFERS: { damage: setRow({ phase: 'failed', searchable: false, failure_code: 'OCR_TIMEOUT' }) },
  TITLE_DIFFERS: { damage: setRow({ title: 'another' }) },
  TAGS_DIFFER: {
    damage: async ({ knex }, { resource_id }) => knex('metadata_tags').insert({ resource_id, ...SCOPE, tag: 'never given' }),
  },
  DUE_AT_DIFFERS: { prepare: trashed, damage: setInstance({ next_due_at: null }) },
  JOBS_NOT_LISTED: { prepare: reading, damage: setInstance({ has_jobs: false }) },
  TEXT_MISSING: { damage: without('texts') },
  EMBEDDING_MISSING: { damage: without('embeddings') },
  RECOGNITION_MISSING: { damage: without('recognitions') },
  CORRECTION_MISSING: {
    damage: async (w, row) => {
      const body = await bodyOf(w, row.resource_id);
      body.snapshot.context.fact_ids.correction = 'nowhere';
      await setBody(w, row.resource_id, body);
      await setRow({ correction_id: 'nowhere' })(w, row);
    },
  },
  METADATA_MISSING: { damage: without('metadata') },
  ORIGINAL_MISSING: {
    damage: (w, { original_key }) => w.removeObject(known(original_key, 'key')),
    subject: ({ original_key }) => known(original_key, 'key'),
  },
  PREVIEW_MISSING: {
    damage: (w, row) => w.removeObject(`${runPrefix(row)}preview-320.webp`),
    subject: (row) => `${runPrefix(row)}preview-320.webp`,
  },
  CHECKSUM_DIFFERS: {
    damage: (w, { original_key, byte_size }) =>
      w.overwriteObject(known(original_key, 'key'), Buffer.alloc(known(byte_size, 'size'))),
    subject: ({ original_key }) => known(original_key, 'key'),
  },
  ENTRY_MISSING: { damage: (w, row) => replaced(w, row, null) },
  ENTRY_OLDER: { damage: (w, row) => replaced(w, row, { revision: 0 }) },
  ENTRY_LATER: { damage: (w, row) => replaced(w, row, { revision: 50 }) },
  ENTRY_DIFFERS: { damage: (w, row) => replaced(w, row, { revision: known(row.indexed_revision, 'it'), text: 'other words' }) },
  ENTRY_WITHOUT_PICTURE: {
    damage: async (w, row) => {
      const indexed_revision = known(row.indexed_revision, 'revision');
      const entry = known(await entryOf(w.facts, { ...row, indexed_revision }), 'entry');
      await w.index.put({ ...entry, resource_id: NOBODY });
    },
    subject: () => NOBODY,
  },
  OBJECT_WITHOUT_PICTURE: {
    damage: (w) => put(w, `${SCOPE.org_id}/${NOBODY}/${RUN}/original`),
    subject: () => `${SCOPE.org_id}/${NOBODY}/`,
  },
  OBJECT_OF_DELETED: {
    prepare: deleted,
    damage: (w, { resource_id }) => put(w, `${SCOPE.org_id}/${resource_id}/${RUN}/preview.webp`),
    subject: ({ resource_id }) => `${SCOPE.org_id}/${resource_id}/`,
  },
  OBJECT_OF_OTHER_RUN: {
    damage: (w, { resource_id }) => put(w, `${SCOPE.org_id}/${resource_id}/${RUN}/original`),
    subject: ({ resource_id }) => `${SCOPE.org_id}/${resource_id}/${RUN}/`,
  },
  UPLOAD_LEFT: {
    prepare: deleted,
    damage: (w, { resource_id }) => put(w, `incoming/${SCOPE.org_id}/${resource_id}/${RUN}`),
    subject: ({ resource_id }) => `incoming/${SCOPE.org_id}/${resource_id}/`,
  },
  OBJECT_UNKNOWN: {
    damage: (w) => put(w, `${SCOPE.org_id}/notes.txt`),
    subject: () => `${SCOPE.org_id}/notes.txt`,
  },
};

/** Plants one damage, in `picture` where it needs none of its own; returns what its finding is of, and the picture. `ready`: is called before. */
export async function plantedIn(w: VerifiedWorld, code: FindingCode, picture: string, ready: () => unknown = () => {}) {
  const plant = PLANTS[code];
  const id = (await plant.prepare?.(w)) ?? picture;
  const row = known(await w.facts.resources.get(SCOPE, id), 'row');
  await ready();
  await plant.damage(w, row);
  return { id, subject: plant.subject?.(row) ?? id };
}
