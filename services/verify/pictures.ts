/** A page of pictures: what is wrong with each, looked at twice, and put right where that is asked for. */
import { Problem } from '../../contract/problems.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { CheckedPicture } from '../../runtime/ports/verification.ts';
import type { Origin } from '../../runtime/resources/engine.ts';
import { compareEntries } from './compare-entries.ts';
import { compareFacts } from './compare-facts.ts';
import { compareRows } from './compare-rows.ts';
import { type Found, isSound, sameness, type VerifyParts } from './found.ts';

export type Healing = { heal: boolean; origin: Origin; signal: AbortSignal };
export type Judged = Found & { outcome: 'found' | 'healed' | 'reported' };

/** Pictures of a page after `after`, and all that is wrong with them. next: null: there are no more. */
export async function verifyPictures(
  parts: VerifyParts,
  scope: Scope | null,
  after: string | null,
  healing: Healing,
): Promise<{ looked_at: number; next: string | null; judged: Judged[] }> {
  const { facts, limits } = parts;
  const page = await facts.verification.page(scope, { after, to: null, limit: limits.verify_page });
  const wrong = await confirmed(parts, await wrongIn(parts, page));
  const judged = await judgedAll(parts, wrong, healing);
  const next = page.length < limits.verify_page ? null : (page.at(-1)?.resource_id ?? null);
  return { looked_at: page.length, next, judged };
}

async function wrongIn(parts: VerifyParts, pictures: CheckedPicture[]): Promise<Found[]> {
  const of_rows = pictures.flatMap((picture) => compareRows(parts, picture));
  const broken = new Set(of_rows.filter(({ heal }) => heal === null).map(({ resource_id }) => resource_id));
  const sound = pictures.filter(isSound).filter(({ resource_id, instance }) => {
    return !broken.has(resource_id) && parts.lifecycle.kernel.serves(instance);
  });
  return [...of_rows, ...(await compareFacts(parts, sound)), ...(await compareEntries(parts, sound))];
}

/**
 * A picture may move between the looks at its rows and at its entry: what is wrong is wrong in two looks, one after the other, with nothing
 * committed in between.
 */
async function confirmed(parts: VerifyParts, first: Found[]): Promise<Found[]> {
  if (first.length === 0) return [];
  const ids = [...new Set(first.map(({ resource_id }) => resource_id))].sort();
  const again = await wrongIn(parts, await parts.facts.verification.some(ids));
  const before = new Set(first.map(sameness));
  const twice = again.filter((one) => before.has(sameness(one)));
  const last = await parts.facts.verification.some([...new Set(twice.map(({ resource_id }) => resource_id))].sort());
  const seqs = new Map(last.map(({ resource_id, instance }) => [resource_id, instance?.seq ?? null]));
  return twice.filter(({ resource_id, seq }) => seqs.get(resource_id) === seq);
}

/** Columns first, so that an event meets a row that is right. One event a picture: it has all of it made again. */
async function judgedAll(parts: VerifyParts, wrong: Found[], healing: Healing): Promise<Judged[]> {
  const rewrites = wrong.filter(({ heal }) => heal && 'rewrite' in heal);
  const others = wrong.filter((one) => !rewrites.includes(one));
  const judged: Judged[] = [];
  for (const one of rewrites) judged.push({ ...one, outcome: (await rewritten(parts, one, healing)) ? 'healed' : 'found' });
  const sent = new Map<string, Promise<boolean>>();
  for (const one of others) {
    if (!one.heal) judged.push({ ...one, outcome: 'reported' });
    else if (!healing.heal) judged.push({ ...one, outcome: 'found' });
    else {
      const sending = sent.get(one.resource_id) ?? sentEvent(parts, one, healing);
      sent.set(one.resource_id, sending);
      judged.push({ ...one, outcome: (await sending) ? 'healed' : 'found' });
    }
  }
  await untilMade(parts, judged, healing.signal);
  return judged;
}

async function rewritten(
  { facts }: VerifyParts,
  { resource_id, org_id, seq, heal }: Found,
  { heal: asked }: Healing,
): Promise<boolean> {
  if (!asked || seq === null || !heal || !('rewrite' in heal)) return false;
  return facts.verification.rewrite({ resource_id, org_id, seq }, heal.rewrite);
}

/** It has moved since it was compared: the next comparison sees it. */
class Moved extends Error {}
async function sentEvent(
  { engine }: VerifyParts,
  { resource_id, org_id, seq, heal }: Found,
  { origin }: Healing,
): Promise<boolean> {
  if (!heal || !('event' in heal)) return false;
  try {
    const build = (current: { seq: number }) => {
      if (current.seq !== seq) throw new Moved();
      return { event: heal.event };
    };
    return (await engine.send({ scope: { org_id }, resource_id }, build, origin)).outcome === 'moved';
  } catch (error) {
    if (error instanceof Moved || error instanceof Problem) return false; // removed meanwhile, or others kept changing it
    throw error;
  }
}

/** So that the steps that make it again have a page of it at once, and pictures of people are not held up behind it. */
async function untilMade({ facts, clock, limits }: VerifyParts, judged: Judged[], signal: AbortSignal): Promise<void> {
  const made = judged.filter(({ outcome, heal }) => outcome === 'healed' && heal && 'event' in heal);
  const began = clock.elapsed();
  for (const org_id of new Set(made.map((one) => one.org_id))) {
    const ids = [...new Set(made.filter((one) => one.org_id === org_id).map(({ resource_id }) => resource_id))];
    const areMade = async () => (await facts.resources.getMany({ org_id }, ids)).every(({ rests }) => rests);
    while (clock.elapsed() - began < limits.verify_heal_wait_ms && !(await areMade()))
      await clock.sleep(limits.index_heal_look_ms, signal);
  }
}
