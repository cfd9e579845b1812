/** The row of a resource as it is written: every column of the port, and what is filtered by beside them. */
import { isDeepStrictEqual } from 'node:util';
import { NO_READING } from '../../contract/steps.ts';
import type { ResourceColumns } from '../../runtime/ports/resources.ts';
import type { Values } from './statements.ts';

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
const OF_FAILURE = ['failure_step', 'failure_code', 'failure_at'];
export const RESOURCE_COLUMNS = [...Object.keys(COLUMNS), ...OF_FAILURE];

export function resourceValues({
  allowed_events,
  failure,
  remarks,
  reading,
  page_sizes,
  retry_step = null,
  waits_since = null,
  ...plain
}: ResourceColumns): Values {
  return {
    ...{ ...plain, retry_step, waits_since },
    allowed_events: JSON.stringify(allowed_events),
    failure: failure && JSON.stringify(failure),
    reading: isDeepStrictEqual(reading, NO_READING) ? null : JSON.stringify(reading),
    ...{ failure_step: failure?.step ?? null, failure_code: failure?.code ?? null, failure_at: failure?.at ?? null },
    page_sizes: page_sizes && JSON.stringify(page_sizes),
    remarks: remarks.length === 0 ? null : JSON.stringify(remarks),
  };
}
