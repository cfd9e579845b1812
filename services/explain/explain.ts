/**
 * Explain: why a picture can or cannot be found. Every fact is looked at there and then, in the layer that holds it, each within a time
 * limit of its own: a layer that is unavailable is named, and hides nothing of the others. It reads only.
 */
import { EXPLAINED, type Explained, type Explanation } from '../../contract/explain.ts';
import { FAILURE_CODES } from '../../contract/failures.ts';
import { remarkAnswer, remarksOf } from '../../contract/remarks.ts';
import type { Text } from '../../contract/statuses.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { ResourceRef } from '../../runtime/ports/scope.ts';
import { CHECKS } from './checks.ts';
import { pendingWorkOf, type Work, workOf } from './pending-work.ts';
import { queryCheck } from './query-check.ts';
import { ownWordSearch } from './search-check.ts';
import { type CheckResult, type ExplainParts, type Snapshot, takeSnapshot } from './snapshot.ts';
import { becauseOf, type Checked, nextOf } from './wording.ts';

/** q: a search of which is told which parts find the picture. null: no such picture in scope. */
export type Explainer = (ref: ResourceRef, language: keyof Text, q?: string) => Promise<Explanation | null>;

/** Time limit of one look, in ms: a layer that takes longer counts as unavailable to a caller who waits. */
const LOOK_MS = 3_000;
/** A picture that moves while it is looked at is looked at again: facts of two moments do not agree. */
const ROUNDS = 3;

export function explainer(parts: ExplainParts): Explainer {
  const { facts } = parts;
  return async (ref, language, q) => {
    for (let round = 1; ; round++) {
      const subject = await takeSnapshot(parts, ref);
      if (!subject) return null;
      const [looked, work, query] = await Promise.all([
        lookedAt(parts, subject),
        workOf(parts, subject, LOOK_MS),
        q === undefined ? null : queryCheck(parts, subject.row, { q, limit_ms: LOOK_MS }),
      ]);
      const now = await facts.resources.get(ref.scope, ref.resource_id);
      if (now?.seq === subject.row.seq || round === ROUNDS)
        return { ...presented({ ...parts, language }, subject, looked, work), query };
    }
  };
}

async function lookedAt(parts: ExplainParts, subject: Snapshot): Promise<Checked[]> {
  const looks: Record<Explained, (parts: ExplainParts, subject: Snapshot) => Promise<CheckResult>> = {
    ...CHECKS,
    search: ownWordSearch,
  };
  return Promise.all(EXPLAINED.map((fact) => look(parts, subject, fact, looks[fact])));
}

/** What the layer holds, or that it could not be asked. */
async function look(
  parts: ExplainParts,
  subject: Snapshot,
  fact: Explained,
  at: (parts: ExplainParts, subject: Snapshot) => Promise<CheckResult>,
): Promise<Checked> {
  const { clock, log } = parts;
  try {
    const seen = await withTimeout({ clock, limit_ms: LOOK_MS }, () => at(parts, subject));
    return { fact, ...seen, away: false, checked_at: clock.now() };
  } catch (error) {
    const { resource_id } = subject.row;
    log.warn({ event: 'explain.check_failed', err: error, resource_id, fact }, 'explain could not check a layer');
    const detail = (error instanceof Error ? error.message : String(error)).slice(0, MAX_CHARS);
    const found = { en: `unreachable: ${detail}`, zh: `无法访问：${detail}` };
    return { fact, expected: ANSWER, found, ok: false, away: true, checked_at: clock.now() };
  }
}
const ANSWER: Text = { en: 'an answer', zh: '有应答' };
/** Maximum characters of a layer's error that are shown. */
const MAX_CHARS = 200;

function presented(
  given: ExplainParts & { language: keyof Text },
  subject: Snapshot,
  looked: Checked[],
  work: Work,
): Omit<Explanation, 'query'> {
  const { clock, language } = given;
  const timeOf = (wall: number) => new Date(wall).toISOString();
  const ahead_ms = clock.now() - clock.serviceTime(); // read once: one time is shown alike wherever it stands
  const shown = (service: number | null) => (service === null ? null : timeOf(service + ahead_ms));
  const state = { subject, looked, work, required_metadata: given.required_metadata };
  const next = nextOf(state);
  const failure = subject.view?.failure ?? work.failure;
  return {
    searchable: subject.promised.searchable,
    because: becauseOf(state)[language],
    facts: looked.map(({ fact, expected, found, ok, checked_at }) => ({
      fact,
      expected: expected[language],
      found: found[language],
      ok,
      checked_at: timeOf(checked_at),
    })),
    obligations: pendingWorkOf(subject).map(({ due_at, ...rest }) => ({ ...rest, due_at: shown(due_at) })),
    task: work.task && {
      ...work.task,
      created_at: timeOf(work.task.created_at),
      updated_at: timeOf(work.task.updated_at),
      lease_until: shown(work.task.lease_until),
      give_up_at: shown(work.task.give_up_at),
    },
    remarks: remarksOf(subject.row.remarks).map((remark) => remarkAnswer(remark, language)),
    last_failure: failure && { ...failure, meaning: FAILURE_CODES[failure.code][language], at: timeOf(failure.at) },
    next: { what: next.what[language], when: shown(next.when) },
  };
}
