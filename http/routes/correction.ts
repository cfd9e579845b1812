/** The event of `PATCH /v1/resources/{resource_id}/text`: a person's words in place of the machine's, page by page. */
import { withCorrections } from '../../contract/remarks.ts';
import { CORRECTION_CHARS, type CorrectedPage } from '../../contract/text.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { EventToSend } from '../../runtime/resources/engine.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { validationFailed } from '../problems/problems.ts';

/** 422 for a page that is given twice: nobody knows which of the texts is meant. */
export function checkPagesOnce(call: AuthenticatedRequest, pages: CorrectedPage[]): void {
  const first = new Map<number, number>();
  for (const [i, { page }] of pages.entries()) if (!first.has(page)) first.set(page, i);
  const twice = pages.flatMap(({ page }, i) => (first.get(page) === i ? [] : [i]));
  refuse(call, twice, '/page', { en: 'this page is given more than once', zh: '同一页给出了多次' });
}

/** The event with the row it brings, from the correction as it is now; null if that is not changed by it. */
export async function correctionEvent(
  call: AuthenticatedRequest,
  current: ResourceRow,
  pages: CorrectedPage[],
): Promise<EventToSend | null> {
  const { deps, caller } = call;
  const correction_id = deps.clock.newId();
  if (!current.allowed_events.includes('TEXT_CORRECTED')) return { event: { type: 'TEXT_CORRECTED', correction_id } }; // refused
  const { resource_id, org_id, page_count } = current;
  const beyond = pages.flatMap(({ page }, i) => (page > (page_count ?? 0) ? [i] : []));
  refuse(call, beyond, '/page', { en: `the picture has ${page_count} pages`, zh: `该图片共 ${page_count} 页` });
  const before = await correctedTexts(call, current);
  const after = merged(before, pages);
  if (isSame(before, after)) return null; // no new revision for nothing
  const columns = current.remarks.length > 0 ? { remarks: withCorrections(current.remarks, [...after.keys()]) } : {};
  if (after.size === 0) return { event: { type: 'TEXT_CORRECTED', correction_id: null }, columns };
  checkWhole(call, current, after);
  const kept = [...after].sort(([a], [b]) => a - b).map(([page, text]) => ({ page, text }));
  const row = { correction_id, resource_id, org_id, at: deps.clock.now(), by: caller.by, pages: kept };
  return { event: { type: 'TEXT_CORRECTED', correction_id }, writes: [{ into: 'corrections', row }], columns };
}

/** A person's text by its page. */
type Texts = ReadonlyMap<number, string>;

async function correctedTexts({ deps, caller }: AuthenticatedRequest, { correction_id }: ResourceRow): Promise<Texts> {
  const row = correction_id === null ? null : await deps.facts.texts.correction(caller.scope, correction_id);
  return new Map((row?.pages ?? []).flatMap(({ page, text }) => (text === null ? [] : [[page, text] as const])));
}

function merged(before: Texts, pages: CorrectedPage[]): Texts {
  const after = new Map(before);
  for (const { page, text } of pages)
    if (text === null) after.delete(page);
    else after.set(page, text);
  return after;
}
const isSame = (one: Texts, other: Texts) =>
  one.size === other.size && [...one].every(([page, text]) => other.get(page) === text);

/**
 * A correction counts as the text of all pages, so that a picture which the engine can't read goes on. While the machine has read
 * nothing, one of some pages would leave the others without text for good.
 */
function checkWhole(call: AuthenticatedRequest, { recognition_id, page_count }: ResourceRow, after: Texts): void {
  const chars = [...after.values()].reduce((sum, { length }) => sum + length, 0);
  const too_long = { en: `more than ${CORRECTION_CHARS} characters in all`, zh: `全部更正合计超过 ${CORRECTION_CHARS} 个字符` };
  const partial = {
    en: 'the pages have not been read yet: correct all of them at once, or wait until they are read',
    zh: '各页尚未识别：请一次更正全部页，或等待识别完成',
  };
  const { language } = call.ctx.state;
  if (chars > CORRECTION_CHARS) throw validationFailed([{ pointer: '/pages', detail: too_long[language] }]);
  if (recognition_id === null && after.size < (page_count ?? 0))
    throw validationFailed([{ pointer: '/pages', detail: partial[language] }]);
}

/** 422 that points at each of `indexes` within `/pages`. */
function refuse({ ctx, deps }: AuthenticatedRequest, indexes: number[], field: string, detail: { en: string; zh: string }): void {
  if (indexes.length === 0) return;
  const errors = indexes.map((i) => ({ pointer: `/pages/${i}${field}`, detail: detail[ctx.state.language] }));
  throw validationFailed(errors.slice(0, deps.limits.max_errors));
}
