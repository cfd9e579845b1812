/**
 * Verify: all that is stored compared with all that it should be, as a run. Page by page from its place, with a pause after each page as long
 * as the page took; what is wrong is looked at twice before it is said.
 *
 * 1. pictures: lifecycles against rows, timers, facts and entries. 2. entries: the index against the pictures. 3. objects, uploads: the store
 * against the pictures, an organisation at a time; outside: what is in no organisation's place. 4. second look: what belongs to no living
 * picture was noted meanwhile, and is removed if it is still so.
 */
import { z } from 'zod';
import type { NewFinding } from '../../runtime/ports/runs.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { RunWork, WorkContext } from '../../runtime/runs/run-work.ts';
import type { Found, Stranger, VerifyParts } from './found.ts';
import { type Walked, walkObjects, walkOutside, walkUploads } from './objects.ts';
import { type Judged, verifyPictures } from './pictures.ts';
import { strangeEntries } from './strange-entries.ts';
import { lookAgain, suspectOf } from './strangers.ts';

const STAGES = ['pictures', 'entries', 'objects', 'uploads', 'outside', 'second look'] as const;
type Stage = (typeof STAGES)[number];
/** org_id: whose objects are walked through. after: the last id, or key, of the page before. */
const Place = z.object({ stage: z.enum(STAGES), org_id: z.string().nullable(), after: z.string().nullable() });
type Place = z.infer<typeof Place>;

type Page = { looked_at: number; next: string | null; judged: Judged[]; strangers: Stranger[] };
/** How often a picture is met: by itself, by its entry, by its objects. */
const MEETINGS = 3;

export const verifyWork =
  (parts: VerifyParts): RunWork =>
  async (context) => {
    const { clock } = parts;
    const { state, signal, save } = context;
    const scope = context.run.installation ? null : { org_id: context.run.org_id };
    const record = recorder(parts, context);
    let place = Place.safeParse(state.place).data ?? (await begun(parts, scope, save));
    while (place.stage !== 'second look') {
      signal.throwIfAborted();
      const began = clock.elapsed();
      const page = await pageAt(parts, context, scope, place);
      place = page.next === null ? await nextPlace(parts, scope, place) : { ...place, after: page.next };
      await save({ ...record.page(page), place, stage: place.stage });
      await clock.sleep(clock.elapsed() - began, signal);
    }
    await lookAgain(parts, context, record.findings);
  };

async function begun({ facts }: VerifyParts, scope: Scope | null, save: WorkContext['save']): Promise<Place> {
  const place: Place = { stage: 'pictures', org_id: null, after: null };
  await save({ place, stage: place.stage, total: (await facts.verification.count(scope)) * MEETINGS });
  return place;
}

async function pageAt(parts: VerifyParts, { run, state, signal }: WorkContext, scope: Scope | null, place: Place): Promise<Page> {
  const { stage, org_id, after } = place;
  switch (stage) {
    case 'pictures': {
      const origin = { by: { kind: 'operator' as const, id: run.run_id }, request_id: null };
      return { strangers: [], ...(await verifyPictures(parts, scope, after, { heal: state.params.heal, origin, signal })) };
    }
    case 'entries':
      return { judged: [], ...(await strangeEntries(parts, scope, after)) };
    case 'objects':
      return org_id === null ? NOTHING : reported(await walkObjects(parts, org_id, after));
    case 'uploads':
      return org_id === null ? NOTHING : reported(await walkUploads(parts, org_id, after));
    case 'outside':
      return reported(await walkOutside(parts, after));
    case 'second look':
      return NOTHING;
  }
}
const NOTHING: Page = { looked_at: 0, next: null, judged: [], strangers: [] };
const reported = ({ found, ...walked }: Walked): Page => ({
  ...walked,
  judged: found.map((one) => ({ ...one, outcome: 'reported' as const })),
});

/** Each organisation has its objects, then its uploads, walked through. */
async function nextPlace({ facts }: VerifyParts, scope: Scope | null, { stage, org_id }: Place): Promise<Place> {
  const at = (next: Stage, of: string | null = null): Place => ({ stage: next, org_id: of, after: null });
  const organisation = async (after: string | null) => (scope ? null : facts.verification.organisationAfter(after));
  switch (stage) {
    case 'pictures':
      return at('entries');
    case 'entries':
      return at('objects', scope ? scope.org_id : await organisation(null));
    case 'objects':
      return at('uploads', org_id);
    case 'uploads': {
      const following = org_id === null ? null : await organisation(org_id);
      if (following !== null) return at('objects', following);
      return at(scope ? 'second look' : 'outside');
    }
    default:
      return at('second look');
  }
}

/** What is kept of each page: findings up to a number of each code, and how many there are of all. */
function recorder({ clock, limits }: VerifyParts, { state }: WorkContext) {
  let { done } = state;
  const counts: Record<string, number> = { ...state.counts };
  const count = (name: string, by = 1) => {
    counts[name] = (counts[name] ?? 0) + by;
  };
  function findings(all: NewFinding[]): { findings: NewFinding[]; counts: Record<string, number> } {
    const kept = all.filter(({ finding, outcome }) => {
      count(outcome);
      count(finding);
      return (counts[finding] ?? 0) <= limits.verify_findings_kept;
    });
    return { findings: kept, counts: { ...counts } };
  }
  return {
    findings,
    page({ looked_at, judged, strangers }: Page) {
      done += looked_at;
      const now = clock.now();
      const waiting = state.params.heal ? strangers.map((one) => suspectOf(one, now)) : [];
      const left = state.params.heal ? [] : strangers.map(foundStranger);
      return { done, ...findings([...judged.map(findingOf), ...left]), suspects: waiting };
    },
  };
}

const findingOf = ({ finding, org_id, resource_id, subject, detail, outcome }: Found & Pick<Judged, 'outcome'>): NewFinding => ({
  ...{ finding, of_org: org_id || null, about: resource_id || null, subject, detail, outcome },
});
const foundStranger = ({ finding, org_id, resource_id, subject, detail }: Stranger): NewFinding => ({
  ...{ finding, of_org: org_id, about: resource_id, subject, detail, outcome: 'found' as const },
});
