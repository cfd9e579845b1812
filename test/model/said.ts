/** What is said to a resource in the world: by people, by services, and by those that fail. */
import type { ResourceEvent } from '../../contract/events.ts';
import { failureOf, type ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import { FACT_ROWS, type FactRow, isEntered, ROWS, STEP_KINDS, STEP_OF_FACT, STEPS } from '../../contract/step-kinds.ts';
import type { Verdict } from '../../contract/steps.ts';
import type { ResourceInput } from '../../machines/resource-setup.ts';

export const TRANSIENT: ServiceFailure = failureOf('OCR_CRASHED', 'it crashed');
export const PERMANENT: ServiceFailure = failureOf('PROVIDER_REFUSED', 'it refused');
export const OUTAGE: ServiceFailure = failureOf('PROVIDER_UNAVAILABLE', 'connection refused');

/** Which rows each job reads that another step, or a person, has made. */
export const READS: Record<string, readonly FactRow[]> = {
  ...Object.fromEntries(STEP_KINDS.flatMap((kind) => (STEPS[kind].reads.length > 0 ? [[kind, STEPS[kind].reads]] : []))),
  text: ['saved'],
};
/** The row that each step makes. */
export const MAKES: Record<string, FactRow> = Object.fromEntries(
  FACT_ROWS.filter((row) => !isEntered(row)).map((row) => [STEP_OF_FACT[ROWS[row].fact], row]),
);
export const missingRow = (missing: FactRow): ServiceFailure => ({ ...failureOf('FACT_MISSING', 'it is not there'), missing });

export const INPUT: ResourceInput = {
  resource_id: 'r',
  org_id: 'o',
  user_id: 'u',
  described: false,
  claimed: { byte_size: null, sha256: null },
};

/** What the row is called that a service has just made. */
export const MADE = 'just made';
export const LEGAL_PICTURE: Verdict = {
  verdict: 'legal',
  sha256: 'x',
  original_key: 'just frozen',
  byte_size: 1,
  content_type: 'image/png',
  width: 1,
  height: 1,
  page_count: 1,
  fact_id: null,
};
/** By what `inspect` saw, or by what the index did. */
export const OUTPUTS: Record<string, Json> = {
  none: { verdict: 'absent' },
  legal: LEGAL_PICTURE,
  illegal: { verdict: 'illegal', code: 'NOT_AN_IMAGE', detail: 'a text file' },
  seen: { put: 'seen' },
  ahead: { put: 'ahead', found: 9 },
};
/** What a job answers; `says` as in a message. */
export function outputOf(job: string, says: string): Json {
  if (MAKES[job]) return { fact_id: MADE };
  return OUTPUTS[says || (job === 'index' ? 'seen' : '')] ?? null;
}

export const ALWAYS: ResourceEvent[] = [
  { type: 'UPLOAD_REPORTED' },
  { type: 'METADATA_SUBMITTED', complete: true },
  { type: 'METADATA_SUBMITTED', complete: false },
];
export const AT_WILL: ResourceEvent[] = [
  { type: 'TEXT_CORRECTED', correction_id: 'a correction' },
  { type: 'TEXT_CORRECTED', correction_id: null },
  { type: 'RETRY' },
  { type: 'TRASH' },
  { type: 'RESTORE' },
  { type: 'DELETE' },
  { type: 'UPLOAD_REPORTED', by_store_too: true },
  { type: 'UPLOAD_LINK_ISSUED' },
  { type: 'REPROCESS', from: 'ocr' },
  { type: 'REPROCESS', from: 'ocr', discard_corrections: true },
  { type: 'REPROCESS', from: 'ocr', own_text: 'ignore' },
  { type: 'REPROCESS', from: 'embed' },
  { type: 'REPROCESS', from: 'index' },
];

export function label(event: ResourceEvent): string {
  const more: Record<string, boolean | undefined> = {
    draft: event.type === 'METADATA_SUBMITTED' && !event.complete,
    back: event.type === 'TEXT_CORRECTED' && event.correction_id === null,
    'by the store too': event.type === 'UPLOAD_REPORTED' && event.by_store_too,
    'in spite of its own text': event.type === 'REPROCESS' && event.own_text === 'ignore',
    'and discard': event.type === 'REPROCESS' && event.discard_corrections,
  };
  const from = event.type === 'REPROCESS' ? [event.from] : [];
  return [event.type, ...from, ...Object.keys(more).filter((word) => more[word])].join(' ');
}
