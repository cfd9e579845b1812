/**
 * What is kept in the browser, so that a tab may be closed: the bytes of each file until the service has them, and how far each has come.
 * Where IndexedDB is refused or full, this page's memory holds it: then it ends with the page.
 */
import { clear, createStore, del, delMany, entries, get, set, type UseStore, update } from 'idb-keyval';
import type { UploadContext } from '../../machines/upload.ts';
import { BASE } from '../world.ts';

/** What people say about a file. Empty: nothing; a title that is empty is the file's name. */
export type Details = { title: string; description: string; tags: readonly string[]; taken_at: string };
export const NO_DETAILS: Details = { title: '', description: '', tags: [], taken_at: '' };

/** own: what this one has for itself. described: the metadata that its picture was given, as JSON; null: none yet. */
export type Item = {
  id: string;
  n: number;
  name: string;
  type: string;
  own: Partial<Details>;
  described: string | null;
  context: UploadContext;
};
/** user: who added; another who signs in here neither sees nor sends it. */
export type Batch = { batch_id: string; user: string; details: Details; paused: boolean };

const ITEM = 'item ';
const BATCH = 'batch';
const LEASE = 'lease';

const stores = new Map<string, UseStore>();
function store(name: 'bytes' | 'queue'): UseStore {
  const known = stores.get(name) ?? createStore(`tuodi-${name}${BASE}`, name);
  stores.set(name, known);
  return known;
}

const in_memory = new Map<string, File>();
/** False: only this page has it. */
export async function keepFile(id: string, file: File): Promise<boolean> {
  in_memory.set(id, file); // a handle, not its bytes
  try {
    await set(id, file, store('bytes'));
    return true;
  } catch {
    return false; // no room, or no database
  }
}
/** null: it is gone, such as by the browser's making room. */
export async function fileOf(id: string): Promise<File | null> {
  const held = in_memory.get(id);
  if (held) return held;
  return (await get<File>(id, store('bytes')).catch(() => undefined)) ?? null;
}
export async function dropFile(id: string): Promise<void> {
  in_memory.delete(id);
  await del(id, store('bytes')).catch(() => {}); // not there either
}

const quietly = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => {},
    () => {}, // no database: the page remembers by itself
  );
export const keepItem = (item: Item): Promise<void> => quietly(set(ITEM + item.id, item, store('queue')));
export const dropItems = (ids: readonly string[]): Promise<void> =>
  quietly(
    delMany(
      ids.map((id) => ITEM + id),
      store('queue'),
    ),
  );
export const keepBatch = (batch: Batch): Promise<void> => quietly(set(BATCH, batch, store('queue')));

export async function readKept(): Promise<{ batch: Batch | null; items: Item[] }> {
  const all = await entries<string, unknown>(store('queue')).catch(() => []);
  const items = all.flatMap(([key, value]) => (key.startsWith(ITEM) ? [value as Item] : [])); // written by this file alone
  const batch = (all.find(([key]) => key === BATCH)?.[1] ?? null) as Batch | null;
  return { batch, items: items.sort((a, b) => a.n - b.n) };
}
export async function forgetAll(): Promise<void> {
  in_memory.clear();
  await quietly(clear(store('bytes')));
  const all = await entries<string, unknown>(store('queue')).catch(() => []);
  await quietly(
    delMany(
      all.map(([key]) => key).filter((key) => key !== LEASE),
      store('queue'),
    ),
  );
}

export type Lease = { owner: string; until: number };
/** One transaction of the database: of two tabs that claim at once, one gets it. Null: there is no database, and so no other tab to know of. */
export async function changeLease(change: (lease: Lease | undefined) => Lease | undefined): Promise<Lease | undefined | null> {
  let result: Lease | undefined;
  try {
    await update<Lease>(
      LEASE,
      (lease) => {
        result = change(lease);
        return result as Lease;
      },
      store('queue'),
    );
    return result;
  } catch {
    return null;
  }
}
