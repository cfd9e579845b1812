/** A library of two organisations for tests of lists, and what a filter means. */
import { failureOf } from '../../contract/failures.ts';
import type { RemarkCode } from '../../contract/remark-codes.ts';
import type { Change, FactWrite } from '../../runtime/ports/facts.ts';
import type { ResourceFilter, ResourceRow } from '../../runtime/ports/resources.ts';
import { AT, change, metadata, ORG, OTHER } from './facts-rows.ts';

const STATES = [
  ['INDEXED', 'ready'],
  ['INIT', 'working'],
  ['INDEX_FAILED', 'failed'],
  ['AWAITING_UPLOAD', 'uploading'],
  ['AWAITING_UPLOAD', 'working'],
  ['TRASHED', 'gone'],
] as const;
/** Some missing, some equal, some that differ by case, plane or length only. */
const TITLES = [null, 'b', 'B', 'b ', '标题', '𠮷', 'b', 'Ａ', null, 'a'];
const TAGS = [[], ['红'], ['红', 'blue'], ['Blue']];
export const MANY = 60;
const REMARKS: RemarkCode[][] = [[], ['low_confidence'], ['page_unread', 'page_unread', 'no_text_found']];
/** Some have failed, and whatever the status is, the filters go by the failure. */
const FAILURES = [
  null,
  { ...failureOf('INDEX_REFUSED', 'planted'), step: 'index' as const, attempts: 1, at: AT },
  { ...failureOf('OCR_CRASHED', 'planted'), step: 'ocr' as const, attempts: 2, at: AT + 1 },
];
export const remarksOf = (n: number) =>
  (REMARKS[n % REMARKS.length] ?? []).map((code, page) => ({
    code,
    page,
    detail: '细 detail',
    of: 'ocr' as const,
    corrected: false,
  }));

/** Many resources whose sort keys are often equal; half as many of another organisation that would match every filter. */
export function many(): Change[] {
  const of = (n: number, org_id: string): Change => {
    const resource_id = `${org_id}-${String(n).padStart(3, '0')}`;
    const [status, phase] = STATES[n % STATES.length] ?? STATES[0];
    const stored = metadata({ title: TITLES[n % TITLES.length] ?? null, tags: TAGS[n % TAGS.length] ?? [] });
    const writes: FactWrite[] = n % 7 === 0 ? [] : [{ into: 'metadata', row: { resource_id, org_id, at: AT, metadata: stored } }];
    const resource = {
      status,
      phase,
      created_at: AT + (n % 9),
      batch_id: n % 5 === 0 ? null : `batch-${n % 3}`,
      sha256: `sha-${n % 11}`,
      indexed_revision: n % 4 === 1 ? 1 : null,
      remarks: remarksOf(n),
      viewable: n % 3 !== 0,
      searchable: n % 4 === 1,
      failure: FAILURES[n % FAILURES.length] ?? null,
      engine: n % 5 === 0 ? null : `engine ${n % 3}`,
      deadline_at: n % 4 === 0 ? null : AT + (n % 6),
    };
    writes.push({ into: 'remarks', row: { resource_id, org_id, at: AT, remarks: resource.remarks } });
    return change(resource_id, { org_id, resource, writes });
  };
  return [...Array.from({ length: MANY }, (_, n) => of(n, ORG)), ...Array.from({ length: MANY / 2 }, (_, n) => of(n, OTHER))];
}

const hasAny = (wanted: readonly string[] | undefined, values: readonly (string | null)[]) =>
  !wanted || values.some((value) => value !== null && wanted.includes(value));
/** What a filter means, said once more without SQL. */
export const matches = (filter: ResourceFilter, row: ResourceRow) =>
  hasAny(filter.status, [row.status]) &&
  hasAny(filter.phase, [row.phase]) &&
  row.phase !== filter.not_phase &&
  hasAny(filter.tag, row.metadata.tags) &&
  !row.metadata.tags.some((tag) => filter.not_tag?.includes(tag)) &&
  hasAny(filter.batch_id, [row.batch_id]) &&
  hasAny(filter.sha256, [row.sha256]) &&
  hasAny(
    filter.remark,
    row.remarks.map(({ code }) => code),
  ) &&
  row.viewable === (filter.viewable ?? row.viewable) &&
  row.searchable === (filter.searchable ?? row.searchable) &&
  hasAny(filter.failure_code, [row.failure?.code ?? null]) &&
  hasAny(filter.failure_step, [row.failure?.step ?? null]) &&
  hasAny(filter.engine, [row.engine]) &&
  row.created_at >= (filter.created_from ?? 0) &&
  row.created_at < (filter.created_to ?? Number.POSITIVE_INFINITY);
