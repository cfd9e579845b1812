/** The tiers below `exact` of a page: listed behind all that is exact, within the hits that a cursor holds marks of. */
import type { Tier } from '../../contract/tiers.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { IndexPage } from '../../runtime/ports/search-index.ts';
import { type LowerTiers, lowerTiers, type ReadTexts, type TierHit } from '../../runtime/search/lower-tiers.ts';
import type { KeyRequest } from '../context.ts';
import { hiddenDuplicates } from './same-bytes.ts';
import { markOf } from './search-cursor.ts';
import type { Progress, Wanted } from './wanted.ts';

/** taken: hits of the page that are of lower tiers. more: there are others behind them. */
export type Below = Pick<LowerTiers, 'totals' | 'terms'> & { taken: number; more: boolean };
export const NOTHING_BELOW: Below = { totals: { alike: null, some: null, meaning: null }, terms: [], taken: 0, more: false };

type Rows = ReadonlyMap<string, ResourceRow>;
type Page = Wanted & {
  except: string[];
  now: Progress;
  exact: IndexPage['hits'];
  read: ReadTexts;
  rest: () => Promise<void>;
  confirm: (hits: readonly { resource_id: string }[]) => Promise<Rows>;
};

/** Fills the page up. exact: all of them, the page is at their end. */
export async function below(call: KeyRequest, page: Page): Promise<Below> {
  const { deps, caller } = call;
  const { ranked, except, now, lowest, limit, exact, read, rest, near } = page;
  const room = Math.min(limit - now.found.length, deps.limits.search_ranked - now.marks.size);
  if (room <= 0) return { ...NOTHING_BELOW, more: now.marks.size < deps.limits.search_ranked && mayGoOn(page) };
  const search = { index: deps.index, scope: caller.scope, filters: { ...ranked, except }, read, rest, near };
  const { hits, totals, terms } = await lowerTiers(search, { exact: exact.map(({ resource_id }) => resource_id), lowest });
  const fresh = hits.filter(({ resource_id }) => !now.marks.has(markOf(resource_id)));
  return { totals, terms, ...(await take(call, page, { hits, fresh, room })) };
}

/** Whether a page behind this one may have anything: quotes and a minus leave nothing but what is exact. */
const mayGoOn = ({ ranked, lowest }: { ranked: Wanted['ranked']; lowest: Tier }): boolean =>
  !ranked.query.strict && lowest !== 'exact';

type Taking = { hits: TierHit[]; fresh: TierHit[]; room: number };
async function take(call: KeyRequest, page: Page, { hits, fresh, room }: Taking): Promise<{ taken: number; more: boolean }> {
  const { ranked, except, now, exact, all, confirm } = page;
  let taken = 0;
  let at = 0;
  while (taken < room && at < fresh.length) {
    const looked = fresh.slice(at, at + room - taken);
    const rows = await confirm(looked);
    const ids = (some: string[]) => confirm(some.map((resource_id) => ({ resource_id }))).then((found) => new Map(found));
    const asked = { ranked, except, rows: [...rows.values()], hits: [...exact, ...hits], confirm: ids };
    const hidden = all ? new Set<string>() : await hiddenDuplicates(call, asked);
    for (const { resource_id, match, marks } of looked) {
      const row = rows.get(resource_id);
      now.marks.add(markOf(resource_id));
      if (!row || hidden.has(resource_id)) continue;
      now.found.push({ row, match, marks });
      taken += 1;
    }
    at += looked.length;
  }
  return { taken, more: at < fresh.length };
}
