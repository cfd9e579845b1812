/** The facts in memory, with every promise of the port that a test of HTTP leans on: compare-and-swap, one use of a key, scope. */
import { only } from './missing.ts';
import {
  AlreadyThere,
  type ApiKey,
  type Change,
  type Committed,
  type Correction,
  type Facts,
  type IdempotencyKey,
  type JournalEntry,
  type Recognition,
  type ResourceColumns,
  type ResourceFilter,
  type ResourceRow,
  type Scope,
  type StoredInstance,
  type Text,
} from '../../runtime/ports-facts.ts';
import { type Metadata, NO_METADATA } from '../../contract/metadata.ts';

export type MemoryFacts = Facts & { /** All that is stored, to be compared before and after. */ everything(): unknown };

export function memoryFacts(): MemoryFacts {
  const instances = new Map<string, StoredInstance>();
  const columns = new Map<string, ResourceColumns>();
  const metadata = new Map<string, Metadata>();
  const idempotency = new Map<string, IdempotencyKey>();
  const recognitions = new Map<string, Recognition>();
  const corrections = new Map<string, Correction>();
  const texts = new Map<string, Text>();
  const journal = new Map<string, (JournalEntry & { seq: number })[]>();
  const keys = new Map<string, ApiKey>();

  const rowOf = (one: ResourceColumns): ResourceRow => structuredClone({ ...one, metadata: metadata.get(one.resource_id) ?? NO_METADATA });
  const inScope = (scope: Scope) => [...columns.values()].filter(({ org_id }) => org_id === scope.org_id).map(rowOf);
  const owned = <Row extends { org_id: string }>(row: Row | undefined, { org_id }: Scope) => (row?.org_id === org_id ? structuredClone(row) : null);

  function write(change: Change): void {
    for (const { into, row } of change.writes)
      if (into === 'idempotency_keys' && idempotency.has(`${row.org_id} ${row.key}`)) throw new AlreadyThere(into);
    const { instance_id, org_id, instance, resource } = structuredClone(change);
    instances.set(instance_id, { instance_id, org_id, instance });
    columns.set(instance_id, resource);
    for (const { into, row } of change.writes) {
      if (into === 'metadata') metadata.set(row.resource_id, row.metadata);
      if (into === 'idempotency_keys') idempotency.set(`${row.org_id} ${row.key}`, row);
      if (into === 'recognitions') recognitions.set(row.recognition_id, row);
      if (into === 'corrections') corrections.set(row.correction_id, row);
      if (into === 'texts') texts.set(row.text_id, row);
      if (into === 'nothing') metadata.delete(row.resource_id);
    }
    journal.set(instance_id, [...(journal.get(instance_id) ?? []), { ...change.journal, seq: instance.seq }]);
  }
  const commitOne = (change: Change): Committed => {
    if ((instances.get(change.instance_id)?.instance.seq ?? null) !== change.expected_seq) return { outcome: 'lost' };
    try {
      write(change);
      return { outcome: 'committed' };
    } catch (error) {
      return { outcome: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
    }
  };

  return {
    instances: only('instances', { load: async (id) => structuredClone(instances.get(id) ?? null) }),
    resources: {
      get: async (scope, id) => inScope(scope).find(({ resource_id }) => resource_id === id) ?? null,
      getMany: async (scope, ids) => ids.flatMap((id) => inScope(scope).filter(({ resource_id }) => resource_id === id)),
      list: async (scope, filter, { sort, after, limit }) => {
        const keyOf = (row: ResourceRow) => (sort === 'title' ? (row.metadata.title ?? '') : -row.created_at);
        const rows = inScope(scope).filter((row) => passes(row, filter));
        rows.sort((a, b) => compare(keyOf(a), keyOf(b)) || compare(a.resource_id, b.resource_id) * (sort === 'title' ? 1 : -1));
        const at = after ? rows.findIndex(({ resource_id }) => resource_id === after.resource_id) + 1 : 0;
        return rows.slice(at, at + limit);
      },
      counts: async (scope, filter) => {
        const rows = inScope(scope).filter((row) => passes(row, filter));
        return { total: rows.length, by_phase: tally(rows.map(({ phase }) => phase)), by_status: tally(rows.map(({ status }) => status)) };
      },
      alive: async (scope, sha256, except) =>
        inScope(scope).find((row) => row.sha256 === sha256 && row.phase !== 'gone' && row.status !== 'REJECTED' && row.resource_id !== except) ?? null,
      byIdempotencyKey: async ({ org_id }, key) => idempotency.get(`${org_id} ${key}`) ?? null,
    },
    texts: {
      recognition: async (scope, id) => owned(recognitions.get(id), scope),
      correction: async (scope, id) => owned(corrections.get(id), scope),
      text: async (scope, id) => owned(texts.get(id), scope),
      embedding: async () => null,
    },
    journal: {
      list: async (scope, id, { after, limit }) =>
        columns.get(id)?.org_id === scope.org_id ? (journal.get(id) ?? []).filter(({ seq }) => seq > (after ?? 0)).slice(0, limit) : [],
    },
    outbox: only('outbox', {}),
    accounts: {
      ensure: async () => {},
      addKey: async (key) => void keys.set(key.key_id, key),
      key: async (id) => keys.get(id) ?? null,
      keys: async ({ org_id }, limit) => [...keys.values()].filter((key) => key.org_id === org_id).slice(0, limit),
      revokeKey: async ({ org_id }, id, at) => {
        const key = keys.get(id);
        if (key?.org_id !== org_id || key.revoked_at !== null) return false;
        keys.set(id, { ...key, revoked_at: at });
        return true;
      },
    },
    upkeep: only('upkeep', {}),
    commit: async (changes) => changes.map(commitOne),
    ping: async () => {},
    close: async () => {},
    everything: () => structuredClone([instances, columns, metadata, idempotency, recognitions, corrections, texts, journal, keys]),
  };
}

const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0);
const passes = (row: ResourceRow, { status, phase, tag, batch_id, sha256, created_from = 0, created_to = Infinity }: ResourceFilter) =>
  (status?.includes(row.status) ?? true) &&
  (phase?.includes(row.phase) ?? true) &&
  (tag?.some((one) => row.metadata.tags.includes(one)) ?? true) &&
  (batch_id?.some((one) => one === row.batch_id) ?? true) &&
  (sha256?.some((one) => one === row.sha256) ?? true) &&
  row.created_at >= created_from &&
  row.created_at <= created_to;

const tally = <Name extends string>(names: Name[]): Partial<Record<Name, number>> =>
  names.reduce<Partial<Record<Name, number>>>((counts, name) => ({ ...counts, [name]: (counts[name] ?? 0) + 1 }), {});
