/**
 * Reindex as a run. Where a second index can be built beside the live one, all of it is built again (see rebuild.ts), which keeps its own
 * place in the row of index targets. Elsewhere each entry is written again at its revision, page by page.
 */
import type { Clock } from '../../runtime/async/clock.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { NewFinding } from '../../runtime/ports/runs.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import type { PromisedEntry } from '../../runtime/ports/service-state.ts';
import { RunHalted, type RunWork, type WorkContext } from '../../runtime/runs/run-work.ts';
import { CannotRebuild, entryOf, rebuildIndex } from './rebuild.ts';

/** Entries written at once: each is read back by a search. */
const PAGE = 100;

type Parts = { facts: Facts; index: SearchIndex; clock: Clock };

export const reindexWork =
  (parts: Parts): RunWork =>
  (context) =>
    parts.index.generations ? builtBeside(parts, context) : writtenAgain(parts, context);

async function builtBeside(parts: Parts, { run, state, signal, save }: WorkContext): Promise<void> {
  if (!run.installation) throw new RunHalted('NOT_POSSIBLE', 'the index is built again for all organisations together');
  await save({ total: await parts.facts.promised.count() });
  try {
    const { missing, filled } = await rebuildIndex(parts, signal, (filled) => save({ done: state.done + filled }));
    await save({
      counts: { filled: state.done + filled, missing: missing.length },
      findings: missing.map((id) => factMissing(id, null)),
    });
  } catch (error) {
    throw error instanceof CannotRebuild ? new RunHalted('NOT_POSSIBLE', error.message) : error;
  }
}

async function writtenAgain(parts: Parts, { run, state, signal, save }: WorkContext): Promise<void> {
  const { facts, clock } = parts;
  let after = typeof state.place === 'string' ? state.place : null;
  let { done } = state;
  let { filled = 0, missing = 0 } = state.counts;
  if (after === null) await save({ total: await facts.promised.count() });
  for (;;) {
    signal.throwIfAborted();
    const began = clock.elapsed();
    const { entries, next } = await facts.promised.page({ after, limit: PAGE });
    const own = run.installation ? entries : entries.filter(({ org_id }) => org_id === run.org_id);
    const findings = (await Promise.all(own.map((one) => write(parts, one)))).flatMap((lacking) => lacking ?? []);
    done += own.length;
    missing += findings.length;
    filled += own.length - findings.length;
    after = next;
    await save({ place: after, done, counts: { filled, missing }, findings });
    if (next === null) return;
    await clock.sleep(clock.elapsed() - began, signal);
  }
}

/** A later revision, or a removal, that was faster stays. null: it is written. */
async function write({ facts, index }: Parts, promised: PromisedEntry): Promise<NewFinding | null> {
  const { resource_id, org_id, indexed_revision } = promised;
  const row = await facts.resources.get({ org_id }, resource_id);
  if (!row?.searchable || row.indexed_revision !== indexed_revision) return null; // it has moved, and is written by its own step
  const entry = await entryOf(facts, { resource_id, org_id, indexed_revision, has_vector: row.has_vector });
  if (!entry) return factMissing(resource_id, org_id);
  await index.put(entry);
  return null;
}

/** It is found to be lost, and made again, by the service. */
const factMissing = (resource_id: string, org_id: string | null): NewFinding => ({
  ...{ finding: 'TEXT_MISSING', of_org: org_id, about: resource_id, subject: resource_id, outcome: 'reported' as const },
  detail: 'its text or vector is not in the facts',
});
