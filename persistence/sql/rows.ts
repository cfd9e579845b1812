/** Rows as the database answers them, made into what the port promises. What is read here was written by us, so a wrong type is a bug. */
import type { Failure } from '../../contract/failures.ts';
import { type Metadata, NO_METADATA } from '../../contract/metadata.ts';
import type { Author } from '../../contract/resource.ts';
import type { Phase, Status } from '../../contract/statuses.ts';
import type { Instance } from '../../runtime/durable.ts';
import type { JournalEntry, ResourceColumns, ResourceRow, StoredInstance } from '../../runtime/ports-facts.ts';
import type { Row } from './dialect.ts';

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`${column} is no text`);
  return value;
}
export const textOrNull = (row: Row, column: string): string | null => (row[column] === null ? null : text(row, column));
/** Drivers answer a BIGINT as a number, a bigint or a text. */
export function number(row: Row, column: string): number {
  const value = Number(row[column]);
  if (row[column] === null || !Number.isSafeInteger(value)) throw new TypeError(`${column} is no whole number`);
  return value;
}
export const numberOrNull = (row: Row, column: string): number | null => (row[column] === null ? null : number(row, column));
const flag = (row: Row, column: string): boolean => number(row, column) !== 0;
/** JSON that we wrote ourselves, of a type that its column has. */
export const json = <Value>(row: Row, column: string): Value => JSON.parse(text(row, column)) as Value;
export const jsonOrNull = <Value>(row: Row, column: string): Value | null => (row[column] === null ? null : json<Value>(row, column));

export const instanceOf = (row: Row): StoredInstance => ({
  instance_id: text(row, 'instance_id'),
  org_id: text(row, 'org_id'),
  instance: json<Instance>(row, 'body'),
});

/** Every column of `resources` that a change writes, with how it is stored and read: one list for both ways. */
type Columns = { [Name in keyof ResourceColumns]: { write(value: ResourceColumns[Name]): unknown; read(row: Row): ResourceColumns[Name] } };
const plain = <Value>(read: (row: Row, column: string) => Value) => (column: string) => ({
  write: (value: Value): unknown => value,
  read: (row: Row) => read(row, column),
});
const aText = plain(text);
const aTextOrNull = plain(textOrNull);
const aNumber = plain(number);
const aNumberOrNull = plain(numberOrNull);
const aFlag = plain(flag);

const COLUMNS: Columns = {
  resource_id: aText('resource_id'),
  org_id: aText('org_id'),
  user_id: aText('user_id'),
  batch_id: aTextOrNull('batch_id'),
  status: { write: (status) => status, read: (row) => text(row, 'status') as Status }, // a CHECK of the table
  phase: { write: (phase) => phase, read: (row) => text(row, 'phase') as Phase }, // a CHECK of the table
  seq: aNumber('seq'),
  revision: aNumber('revision'),
  indexed_revision: aNumberOrNull('indexed_revision'),
  has_vector: aFlag('has_vector'),
  viewable: aFlag('viewable'),
  searchable: aFlag('searchable'),
  rests: aFlag('rests'),
  described: aFlag('described'),
  allowed_events: { write: (events) => JSON.stringify(events), read: (row) => json<string[]>(row, 'allowed_events') },
  deadline_at: aNumberOrNull('deadline_at'),
  failure: { write: (failure) => failure && JSON.stringify(failure), read: (row) => jsonOrNull<Failure>(row, 'failure') },
  filename: aText('filename'),
  content_type: aText('content_type'),
  byte_size: aNumberOrNull('byte_size'),
  sha256: aTextOrNull('sha256'),
  original_key: aTextOrNull('original_key'),
  recognition_id: aTextOrNull('recognition_id'),
  correction_id: aTextOrNull('correction_id'),
  text_id: aTextOrNull('text_id'),
  page_count: aNumberOrNull('page_count'),
  width: aNumberOrNull('width'),
  height: aNumberOrNull('height'),
  duplicate_of: aTextOrNull('duplicate_of'),
  created_at: aNumber('created_at'),
  updated_at: aNumber('updated_at'),
  uploaded_at: aNumberOrNull('uploaded_at'),
  indexed_at: aNumberOrNull('indexed_at'),
};
export const RESOURCE_COLUMNS = Object.keys(COLUMNS) as (keyof ResourceColumns)[];

/** In the order of RESOURCE_COLUMNS. */
export const resourceBindings = (resource: ResourceColumns): unknown[] => RESOURCE_COLUMNS.map((name) => writeColumn(name, resource));
const writeColumn = <Name extends keyof ResourceColumns>(name: Name, resource: ResourceColumns) => COLUMNS[name].write(resource[name]);

/** A row with `metadata_body` beside the columns; null after a purge. */
export function resourceOf(row: Row): ResourceRow {
  const columns = Object.fromEntries(RESOURCE_COLUMNS.map((name) => [name, COLUMNS[name].read(row)]));
  return { ...(columns as ResourceColumns), metadata: jsonOrNull<Metadata>(row, 'metadata_body') ?? NO_METADATA };
}

export const authorOf = (row: Row): Author => ({ kind: text(row, 'by_kind') as Author['kind'], id: textOrNull(row, 'by_id') });

export const journalOf = (row: Row): JournalEntry & { seq: number } => ({
  seq: number(row, 'seq'),
  at: number(row, 'at'),
  event: text(row, 'event'),
  from: textOrNull(row, 'from_status'),
  to: text(row, 'to_status'),
  revision: number(row, 'revision'),
  by: authorOf(row),
  request_id: textOrNull(row, 'request_id'),
  failure: jsonOrNull<Failure>(row, 'failure'),
});
