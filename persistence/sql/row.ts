/** From SQL rows to our types: each function reads one column, and throws when it does not hold what the schema says. */
import type { Author } from '../../contract/resource.ts';
import { vectorsOfBytes } from '../../runtime/vector-bytes.ts';

/** A row as any driver returns it. */
export type Row = Record<string, unknown>;

const wrong = (name: string, value: unknown, wanted: string) =>
  new TypeError(`column ${name} holds a ${typeof value}, not ${wanted}`);

export const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null;

export function rowOf(value: unknown): Row {
  if (!isRow(value)) throw wrong('(row)', value, 'a row');
  return value;
}

export function text(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw wrong(name, value, 'text');
  return value;
}
export const textOrNull = (row: Row, name: string): string | null => (row[name] === null ? null : text(row, name));

export function number(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw wrong(name, value, 'a number');
  return value;
}
export const numberOrNull = (row: Row, name: string): number | null => (row[name] === null ? null : number(row, name));

/** Booleans are 0 and 1 in both databases. */
export const flag = (row: Row, name: string): boolean => number(row, name) !== 0;

/** Reads a column whose values are a closed set. */
export function word<T extends string>(row: Row, name: string, is: (value: string) => value is T): T {
  const value = text(row, name);
  if (!is(value)) throw new TypeError(`column ${name} holds an unknown word: ${value}`);
  return value;
}

/**
 * Each row stands for itself: what one that can't be read would be is left out and reported. `key`: the column that names it.
 */
export function readable<T>(
  rows: unknown[],
  of: { table: string; key: string },
  parse: (row: Row) => T,
  unreadable: Unreadable,
): T[] {
  return rows.flatMap((found) => {
    const row = rowOf(found);
    try {
      return [parse(row)];
    } catch (error) {
      unreadable({ table: of.table, id: String(row[of.key]), error });
      return [];
    }
  });
}
/** Told of a row that can't be read. */
export type Unreadable = (row: { table: string; id: string; error: unknown }) => void;

/** What we wrote as JSON ourselves; T is not checked again. */
export function json<T>(row: Row, name: string): T {
  const value: T = JSON.parse(text(row, name));
  return value;
}
export const jsonOrNull = <T>(row: Row, name: string): T | null => (row[name] === null ? null : json<T>(row, name));

const KINDS: Record<Author['kind'], true> = { user: true, key: true, worker: true, sweep: true, operator: true };
const isKind = (value: string): value is Author['kind'] => Object.hasOwn(KINDS, value);
export const author = (row: Row): Author => ({ kind: word(row, 'by_kind', isKind), id: textOrNull(row, 'by_id') });

/** So many vectors as the row counts, all of the same length. */
export function vectorsIn(row: Row, names: { bytes: string; count: string }): Float32Array[] {
  const bytes = row[names.bytes];
  if (!(bytes instanceof Uint8Array)) throw wrong(names.bytes, bytes, 'bytes');
  const count = number(row, names.count);
  const vectors = vectorsOfBytes(bytes, count);
  if (vectors === null) throw wrong(names.count, count, 'the number of its vectors');
  return vectors;
}
