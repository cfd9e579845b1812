/** What Operations begins with: how late searching is, then what is away and what happens by itself. */
import type { OpsSummary, StepOverview } from '../../../contract/ops-summary.ts';
import { clock, span } from '../../words/format.ts';
import { operationsWords } from '../../words/operations.ts';
import { wordsNow } from '../../words/words.ts';

type Part = OpsSummary['parts'][number];
/** The step that waits for a part. */
const STEP_OF: Partial<Record<Part['part'], StepOverview['kind']>> = {
  store: 'inspect',
  recogniser: 'ocr',
  embedder: 'embed',
  index: 'index',
};
/** What only a person mends. */
const BY_PERSON = new Set(['credentials_refused', 'out_of_room', 'disk_reserve', 'takes_no_writes']);
/** A picture takes as long as this where nothing is in its way. */
const USUAL_S = 20;

export const partOf = ({ parts }: OpsSummary, kind: StepOverview['kind']): Part | null =>
  parts.find(({ part, state }) => STEP_OF[part] === kind && state !== 'ok') ?? null;

export function headline({ searchable_lag_s }: OpsSummary): string {
  const words = wordsNow(operationsWords);
  if (searchable_lag_s === null) return words.unknown;
  return searchable_lag_s <= USUAL_S ? words.prompt : words.late(span(searchable_lag_s * 1_000));
}

export function lede(summary: OpsSummary): string {
  const words = wordsNow(operationsWords);
  const bad = summary.parts.filter(({ state }) => state !== 'ok');
  const said = bad.map(({ part, label, state_label, why, code, since }) => {
    const waiting = summary.steps.find(({ kind }) => kind === STEP_OF[part])?.in_line ?? 0;
    const end = code !== null && BY_PERSON.has(code) ? words.by_person : words.by_itself;
    return [words.part(label, why ?? state_label, clock(since)), ...(waiting > 0 ? [words.waiting(waiting)] : []), end].join(' ');
  });
  const paused = summary.steps.filter((step) => step.paused).map(({ kind }) => words.step[kind]);
  if (paused.length > 0) said.push(words.steps_paused(paused.join(', ')));
  if (said.length === 0) said.push(words.all_answers);
  return said.join(' ');
}
