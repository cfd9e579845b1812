/**
 * What must hold of one step, whatever led to it: which rows the facts name, and what a new job is told to read.
 * The exploration leaves names of rows out of its states; it puts marks in their place for the time of a step.
 */
import { FACT_ROWS, type FactRow, isEntered, ROWS } from '../../contract/step-kinds.ts';
import type { FactIds, OwnTextOrder } from '../../contract/steps.ts';
import type { Inbound, Instance } from '../../machines/interpreter.ts';
import type { ResourceContext } from '../../machines/resource-setup.ts';
import { type ResourceInstance, resourceContext, statusOf } from '../../machines/resource-view.ts';
import { MADE, MAKES, OUTPUTS, READS } from './said.ts';

export const NOW = 7;
export const NEW = 'new';
const READ = 'recognition';

const idsOf = (of: (row: FactRow) => string | null): FactIds =>
  Object.fromEntries(FACT_ROWS.map((row) => [row, of(row)])) as FactIds; // of every row

/**
 * Without names, as states of the exploration are. That the machine has read it at all makes a difference to what follows;
 * `exact` keeps that apart, else it has whenever there is a text (not so when a person's correction came first).
 */
export function nameless(
  { fact_ids, facts }: ResourceContext,
  exact: boolean,
): Pick<ResourceContext, 'fact_ids' | 'original_key'> {
  const recognition = (exact ? fact_ids.recognition : facts.text) === null ? null : READ;
  return { fact_ids: { ...idsOf(() => null), recognition }, original_key: null };
}

/** The same instance with a name for each row that it may know of. */
export function marked(instance: Instance): Instance {
  const { facts, fact_ids: were, sha256 } = resourceContext(instance);
  const name = (there: unknown, mark: string) => (there === null ? null : mark);
  const fact_ids = {
    ...idsOf((row) => (isEntered(row) ? row : name(facts[ROWS[row].fact], row))),
    recognition: were.recognition,
  };
  const context = { ...instance.snapshot.context, fact_ids, original_key: name(sha256, 'key') };
  return { ...instance, snapshot: { ...instance.snapshot, context } };
}

/** What a step of a marked instance has done wrong. */
export function wrongStep(before: Instance, inbound: Inbound, after: Instance): string[] {
  const wrong: string[] = [];
  const says = (broken: boolean, what: string) => {
    if (broken) wrong.push(what);
  };
  const [was, is] = [resourceContext(before), resourceContext(after)];
  const ids = expectedIds(was.fact_ids, inbound);
  const forgot = inbound.kind === 'done' && (inbound.id === 'purge' || inbound.id === 'discard');
  for (const row of FACT_ROWS) says(!forgot && is.fact_ids[row] !== ids[row], `${row} is ${is.fact_ids[row]}, not ${ids[row]}`);
  const is_order = inbound.kind === 'event' && isOrder(inbound.event);
  says(is.orders !== was.orders + (is_order ? 1 : 0), `${is.orders} orders, after ${was.orders}`);
  const own_text = is_order ? (inbound.event as { own_text?: OwnTextOrder }).own_text : undefined;
  says(is.reading.own_text !== (own_text ?? was.reading.own_text), `own text: ${is.reading.own_text}, ordered: ${own_text}`);
  says(is.failure !== null && is.failure !== was.failure && is.failure.at !== NOW, 'a failure at another time than now');
  says(isAskedInVain(before, inbound, after), 'a row that is gone is not made again');
  says(isUnheard(before, inbound, after), 'a report that no look follows');
  for (const [id, job] of Object.entries(after.jobs)) {
    if (job.token !== NEW) continue;
    const expected = expectedInput(id, after);
    const told = JSON.stringify(job.input);
    says(told !== JSON.stringify(expected), `${id} is told ${told}, not ${JSON.stringify(expected)}`);
    says(job.since !== NOW, `${id} begins at another time than now`);
  }
  return wrong;
}

/** What a step makes is made again, as often as it may be; what was found gone is read by no job after it. */
function isAskedInVain(before: Instance, inbound: Inbound, after: Instance): boolean {
  const missing = inbound.kind === 'error' ? inbound.failure.missing : undefined;
  if (inbound.kind !== 'error' || !missing) return false;
  const [was, is] = [resourceContext(before), resourceContext(after)];
  const may = missing !== 'correction' && was.remakes < MAX_REMAKES;
  const reads_it = Object.keys(after.jobs).some((id) => READS[id]?.includes(missing) && missing !== 'correction');
  const rests = statusOf(after.snapshot.value) === 'INDEX_FAILED';
  return reads_it || (may && rests) || is.remakes !== was.remakes + 1 || is.remakes > MAX_REMAKES + 1;
}
/** Maximum rebuilds of a task in the model's machine. */
export const MAX_REMAKES = 1;

/** A report is followed by a look that begins after it, or is kept until the look under way ends; and one that was kept, by a look. */
function isUnheard(before: Instance, inbound: Inbound, after: Instance): boolean {
  const looks = after.jobs.inspect?.token === NEW;
  const kept = resourceContext(after).look_again && after.jobs.inspect !== undefined;
  if (inbound.kind === 'event') return inbound.event.type === 'UPLOAD_REPORTED' && !looks && !kept;
  const saw_nothing = inbound.kind === 'done' && inbound.id === 'inspect' && JSON.stringify(inbound.output) === NOTHING_SEEN;
  return saw_nothing && resourceContext(before).look_again && !looks;
}
const NOTHING_SEEN = JSON.stringify(OUTPUTS.none);

/** To read again: RETRY is one of what a provider never ended, which the states of the exploration leave out. */
const isOrder = ({ type, from }: { type: string; from?: unknown }) => type === 'REPROCESS' && from === 'ocr';

/** A row is named by the answer of its step; a correction by the person, and nothing but a person takes it back. */
function expectedIds(ids: FactIds, inbound: Inbound): FactIds {
  const row = inbound.kind === 'done' ? MAKES[inbound.id] : undefined;
  if (row) return { ...ids, [row]: MADE };
  if (inbound.kind === 'error' && inbound.failure.missing) return { ...ids, [inbound.failure.missing]: null };
  if (inbound.kind !== 'event') return ids;
  const { type, correction_id, discard_corrections } = inbound.event as {
    type: string;
    correction_id?: string;
    discard_corrections?: true;
  };
  if (type === 'TEXT_CORRECTED') return { ...ids, correction: correction_id ?? null };
  return discard_corrections ? { ...ids, correction: null } : ids;
}

/** Beside whose it is, and the rows that it reads. */
function expectedInput(id: string, after: ResourceInstance): object {
  const { resource_id, org_id, claimed, revision, original_key, orders, reading, fact_ids, facts } = resourceContext(after);
  const removal = { revision, index_revision: facts.indexed };
  const own: Record<string, object> = {
    inspect: { claimed },
    ocr: { original_key, order: orders, reading },
    ...{ save: { revision }, index: { revision }, text: { revision } },
    ...{ purge: removal, discard: removal },
  };
  const read = Object.fromEntries((READS[id] ?? []).map((row) => [ROWS[row].key, fact_ids[row]]));
  return { resource_id, org_id, ...own[id], ...read, ...(id === 'text' ? { embedding_id: null } : {}) };
}
