/** What belongs to no living picture: it is removed once it was seen twice, unchanged, an interval apart. */
import { createHash } from 'node:crypto';
import type { FindingCode } from '../../contract/findings.ts';
import type { NewFinding, Suspect } from '../../runtime/ports/runs.ts';
import type { WorkContext } from '../../runtime/runs/run-work.ts';
import type { Stranger, VerifyParts } from './found.ts';
import { removeEntry } from './strange-entries.ts';
import { removeObjects } from './strange-objects.ts';

const SUSPECTS = 100;

export const suspectOf = ({ finding, org_id, resource_id, subject, mark }: Stranger, seen_at: number): Suspect => ({
  suspect_id: createHash('sha256').update(`${finding} ${org_id} ${subject}`).digest('hex'),
  ...{ finding, of_org: org_id, about: resource_id, subject, mark, seen_at },
});

/** The second look at all that was seen once. Those that have changed, or belong to somebody now, are let go. */
export async function lookAgain(
  parts: VerifyParts,
  { run, signal, save }: Pick<WorkContext, 'run' | 'signal' | 'save'>,
  note: (findings: NewFinding[]) => { findings: NewFinding[]; counts: Record<string, number> },
): Promise<void> {
  const { facts, clock, limits } = parts;
  for (;;) {
    signal.throwIfAborted();
    const began = clock.elapsed();
    const page = await facts.runs.suspects(run.run_id, { after: null, limit: SUSPECTS });
    if (page.length === 0) return;
    const first = Math.max(...page.map(({ seen_at }) => seen_at));
    const wait_ms = first + limits.verify_second_look_ms - clock.now();
    if (wait_ms > 0) await clock.sleep(wait_ms, signal);
    const removed: NewFinding[] = [];
    for (const suspect of page) {
      signal.throwIfAborted();
      if (await isRemoved(parts, suspect)) removed.push(healed(suspect));
    }
    await save({ ...note(removed), cleared: page.map(({ suspect_id }) => suspect_id) });
    await clock.sleep(clock.elapsed() - began - Math.max(0, wait_ms), signal);
  }
}

async function isRemoved(parts: VerifyParts, { finding, of_org, about, subject, mark }: Suspect): Promise<boolean> {
  const stranger = { finding: finding as FindingCode, org_id: of_org, resource_id: about, subject, mark }; // written by suspectOf
  return finding === 'ENTRY_WITHOUT_PICTURE' ? removeEntry(parts, stranger) : removeObjects(parts, stranger);
}

const healed = ({ finding, of_org, about, subject }: Suspect): NewFinding => ({
  ...{ finding, of_org, about, subject, outcome: 'healed' as const },
  detail: 'removed',
});
