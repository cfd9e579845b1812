/** The row of a resource as it is written: every column of the port, and what is filtered by beside them. */
import { isDeepStrictEqual } from 'node:util';
import { NO_READING } from '../../contract/steps.ts';
import type { ResourceColumns } from '../../runtime/ports/resources.ts';
import type { Value } from './statements.ts';

/** A Record, so that a column that the port gains and this forgets does not compile. */
const COLUMNS: Record<keyof ResourceColumns, true> = {
  resource_id: true,
  org_id: true,
  user_id: true,
  key_id: true,
  batch_id: true,
  status: true,
  phase: true,
  seq: true,
  revision: true,
  indexed_revision: true,
  has_vector: true,
  viewable: true,
  searchable: true,
  rests: true,
  described: true,
  allowed_events: true,
  deadline_at: true,
  failure: true,
  retry_step: true,
  filename: true,
  content_type: true,
  byte_size: true,
  sha256: true,
  original_key: true,
  reading: true,
  recognition_id: true,
  correction_id: true,
  text_id: true,
  page_count: true,
  width: true,
  height: true,
  engine: true,
  page_sizes: true,
  turns: true,
  file_taken_at: true,
  remarks: true,
  byte_claim: true,
  kept: true,
  created_at: true,
  updated_at: true,
  waits_since: true,
  uploaded_at: true,
  indexed_at: true,
  indexed_in: true,
};
/** Parts of the failure that are filtered and grouped by. */
const OF_FAILURE = ['failure_step', 'failure_code', 'failure_at'] as const;
const NAMES = Object.keys(COLUMNS) as (keyof ResourceColumns)[];
export const RESOURCE_COLUMNS = [...NAMES, ...OF_FAILURE];

/** Named one by one, which takes a tenth of copying them: a row is made at each step. */
export function resourceValues(row: ResourceColumns): Record<keyof ResourceColumns | (typeof OF_FAILURE)[number], Value> {
  const { failure } = row;
  return {
    resource_id: row.resource_id,
    org_id: row.org_id,
    user_id: row.user_id,
    key_id: row.key_id,
    batch_id: row.batch_id,
    status: row.status,
    phase: row.phase,
    seq: row.seq,
    revision: row.revision,
    indexed_revision: row.indexed_revision,
    has_vector: row.has_vector,
    viewable: row.viewable,
    searchable: row.searchable,
    rests: row.rests,
    described: row.described,
    allowed_events: JSON.stringify(row.allowed_events),
    deadline_at: row.deadline_at,
    failure: failure && JSON.stringify(failure),
    retry_step: row.retry_step ?? null,
    filename: row.filename,
    content_type: row.content_type,
    byte_size: row.byte_size,
    sha256: row.sha256,
    original_key: row.original_key,
    reading: isDeepStrictEqual(row.reading, NO_READING) ? null : JSON.stringify(row.reading),
    recognition_id: row.recognition_id,
    correction_id: row.correction_id,
    text_id: row.text_id,
    page_count: row.page_count,
    width: row.width,
    height: row.height,
    engine: row.engine,
    page_sizes: row.page_sizes && JSON.stringify(row.page_sizes),
    turns: row.turns,
    file_taken_at: row.file_taken_at,
    remarks: row.remarks.length === 0 ? null : JSON.stringify(row.remarks),
    byte_claim: row.byte_claim,
    kept: row.kept,
    created_at: row.created_at,
    updated_at: row.updated_at,
    waits_since: row.waits_since ?? null,
    uploaded_at: row.uploaded_at,
    indexed_at: row.indexed_at,
    indexed_in: row.indexed_in,
    failure_step: failure?.step ?? null,
    failure_code: failure?.code ?? null,
    failure_at: failure?.at ?? null,
  };
}

/** The columns in which two rows of one resource differ, by identity: of an object that was made anew, its column is among them. */
export function changedColumns(before: ResourceColumns, after: ResourceColumns): string[] {
  const changed: string[] = NAMES.filter((name) => before[name] !== after[name]);
  return changed.includes('failure') ? [...changed, ...OF_FAILURE] : changed;
}
