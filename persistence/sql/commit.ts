/**
 * The commit of a batch: one transaction, the changes in the order of their ids. Of each, the compare-and-swap comes first; a loser
 * writes nothing else. On any error all is rolled back, and each change is tried in a transaction of its own, so that one bad change
 * fails alone: an error such as a key that is there already does not end a transaction, and going on would commit half a change.
 */
import type { Knex } from 'knex';
import { AlreadyThere, type Change, type Committed, type FactWrite } from '../../runtime/ports-facts.ts';
import type { Dialect } from './dialect.ts';
import { RESOURCE_COLUMNS, resourceBindings } from './rows.ts';

const MOST_CHANGES = 100;
const COMMITTED: Committed = { outcome: 'committed' };
const LOST: Committed = { outcome: 'lost' };

export async function commit(knex: Knex, dialect: Dialect, changes: Change[]): Promise<Committed[]> {
  if (changes.length > MOST_CHANGES) throw new Error(`a batch is at most ${MOST_CHANGES} changes`);
  if (new Set(changes.map(({ instance_id }) => instance_id)).size < changes.length) throw new Error('two changes of one instance in a batch');
  const order = [...changes.entries()].sort(([, a], [, b]) => (a.instance_id < b.instance_id ? -1 : 1));
  const outcomes: Committed[] = changes.map(() => LOST);
  try {
    await knex.transaction(async (trx) => {
      for (const [i, change] of order) outcomes[i] = await commitOne(trx, dialect, change);
    });
    return outcomes;
  } catch (error) {
    if (changes.length === 1) return [failed(error, dialect)];
  }
  for (const [i, change] of order) outcomes[i] = (await commit(knex, dialect, [change]))[0] ?? LOST;
  return outcomes;
}

function failed(error: unknown, dialect: Dialect): Committed {
  const table = dialect.uniqueViolation(error);
  if (table) return { outcome: 'failed', error: new AlreadyThere(table, error) };
  return { outcome: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
}

async function commitOne(trx: Knex.Transaction, dialect: Dialect, change: Change): Promise<Committed> {
  if (!(await swap(trx, dialect, change))) return LOST;
  const sql = change.expected_seq === null ? INSERT_RESOURCE : UPDATE_RESOURCE;
  const { resource } = change;
  await trx.raw(sql, bound([...resourceBindings(resource), ...(change.expected_seq === null ? [] : [resource.resource_id])]));
  for (const write of change.writes) await WRITERS[write.into](trx, dialect, write as never); // the writer of its own kind
  const { at, event, from, to, revision, by, request_id, failure } = change.journal;
  const { instance_id, org_id, instance, commit_id } = change;
  const said = [instance_id, instance.seq, org_id, commit_id, at, event, from, to, revision, by.kind, by.id, request_id];
  await trx.raw(INSERT_JOURNAL, bound([...said, failure && JSON.stringify(failure)]));
  for (const { id, type, at, payload } of change.outbox) await trx.raw(INSERT_MESSAGE, bound([id, org_id, type, at, JSON.stringify(payload)]));
  return COMMITTED;
}

/** The compare-and-swap: true if this change is the one that follows `expected_seq`. */
async function swap(trx: Knex.Transaction, dialect: Dialect, change: Change): Promise<boolean> {
  const { instance_id, org_id, instance, next_due_at, expected_seq } = change;
  const has_jobs = Object.keys(instance.jobs).length > 0;
  const body = JSON.stringify(instance);
  const answer =
    expected_seq === null
      ? await trx.raw(`${dialect.insert_ignore} ${INTO_INSTANCES}`, bound([instance_id, org_id, instance.seq, has_jobs, next_due_at, body]))
      : await trx.raw(UPDATE_INSTANCE, bound([instance.seq, has_jobs, next_due_at, body, instance_id, expected_seq]));
  return dialect.changed(answer) === 1;
}

const marks = (count: number) => Array.from({ length: count }, () => '?').join(', ');
/** knex has no type for values that it only hands on. */
const bound = (values: unknown[]) => values as Knex.RawBinding[];

const INTO_INSTANCES = `INTO instances (instance_id, org_id, seq, has_jobs, next_due_at, body) VALUES (${marks(6)})`;
const UPDATE_INSTANCE = 'UPDATE instances SET seq = ?, has_jobs = ?, next_due_at = ?, body = ? WHERE instance_id = ? AND seq = ?';
const INSERT_RESOURCE = `INSERT INTO resources (${RESOURCE_COLUMNS.join(', ')}) VALUES (${marks(RESOURCE_COLUMNS.length)})`;
const UPDATE_RESOURCE = `UPDATE resources SET ${RESOURCE_COLUMNS.map((name) => `${name} = ?`).join(', ')} WHERE resource_id = ?`;
const INSERT_JOURNAL = `INSERT INTO journal (instance_id, seq, org_id, commit_id, at, event, from_status, to_status, revision, by_kind,
  by_id, request_id, failure) VALUES (${marks(13)})`;
const INSERT_MESSAGE = `INSERT INTO outbox (message_id, org_id, type, at, payload) VALUES (${marks(5)})`;

type Into = FactWrite['into'];
type RowOf<Name extends Into> = Extract<FactWrite, { into: Name }>;
type Writers = { [Name in Into]: (trx: Knex.Transaction, dialect: Dialect, write: RowOf<Name>) => Promise<void> };

/** Immutable rows are left alone when they are there: a result that comes twice brings the same ones. */
async function keep(trx: Knex.Transaction, { insert_ignore }: Dialect, table: string, row: Record<string, unknown>): Promise<void> {
  const names = Object.keys(row);
  await trx.raw(`${insert_ignore} INTO ${table} (${names.join(', ')}) VALUES (${marks(names.length)})`, bound(Object.values(row)));
}

const WRITERS: Writers = {
  metadata: async (trx, _, { row: { resource_id, org_id, at, metadata } }) => {
    const body = JSON.stringify(metadata);
    await trx.raw('REPLACE INTO metadata (resource_id, org_id, at, body) VALUES (?, ?, ?, ?)', [resource_id, org_id, at, body]);
    await trx.raw('UPDATE resources SET title_key = ? WHERE resource_id = ?', [metadata.title ?? '', resource_id]);
    await trx.raw('DELETE FROM metadata_tags WHERE resource_id = ?', [resource_id]);
    for (const tag of metadata.tags)
      await trx.raw('INSERT INTO metadata_tags (org_id, tag, resource_id) VALUES (?, ?, ?)', [org_id, tag, resource_id]);
  },
  recognitions: async (trx, dialect, { row: { pages, ...row } }) =>
    keep(trx, dialect, 'recognitions', { ...row, pages: JSON.stringify(pages) }),
  corrections: async (trx, dialect, { row: { pages, by, ...row } }) =>
    keep(trx, dialect, 'corrections', { ...row, by_kind: by.kind, by_id: by.id, pages: JSON.stringify(pages) }),
  texts: async (trx, dialect, { row: { saved, ...row } }) => keep(trx, dialect, 'texts', { ...row, saved: JSON.stringify(saved) }),
  embeddings: async (trx, dialect, { row: { vector, ...row } }) => keep(trx, dialect, 'embeddings', { ...row, vector: bytesOf(vector) }),
  idempotency_keys: async (trx, _, { row: { org_id, key, resource_id, fingerprint, at } }) => {
    const sql = 'INSERT INTO idempotency_keys (org_id, `key`, resource_id, fingerprint, at) VALUES (?, ?, ?, ?, ?)';
    await trx.raw(sql, [org_id, key, resource_id, fingerprint, at]);
  },
  nothing: async (trx, _, { row: { resource_id } }) => {
    for (const table of FORGOTTEN) await trx.raw(`DELETE FROM ${table} WHERE resource_id = ?`, [resource_id]);
    await trx.raw("UPDATE resources SET title_key = '' WHERE resource_id = ?", [resource_id]);
  },
};
const FORGOTTEN = ['metadata', 'metadata_tags', 'recognitions', 'corrections', 'texts', 'embeddings', 'callbacks'];

/** Little-endian 32-bit floats, as every machine that Node runs on keeps them. */
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);
