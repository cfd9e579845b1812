/** The API's answers for a library of 100,000 pictures, made in the browser's stead: one picture each half an hour, over five and a half years. */
import type { Page, Route } from 'playwright-core';
import { z } from 'zod';

export const LARGE = 100_000;
const APART_MS = 29 * 60_000;
const MINUTE_MS = 60_000;

const Items = z.object({ items: z.array(z.looseObject({ resource_id: z.string() })) });

/** Answers lists, counts by month and previews for a page that has signed in; all else is the real service's. */
export async function serveLargeLibrary(page: Page, url: string): Promise<void> {
  const { items } = Items.parse(await (await page.request.get(`${url}/v1/resources?limit=10`)).json());
  const previews = await Promise.all(
    items.map(async ({ resource_id }) => (await page.request.get(`${url}/v1/resources/${resource_id}/preview?size=320`)).body()),
  );
  const newest = Date.now();
  const createdAt = (n: number) => newest - n * APART_MS;
  const pictureOf = (n: number) => {
    const resource_id = `01a21fb3-08f5-70f2-a4d7-${String(n).padStart(12, '0')}`;
    return { ...items[n % items.length], resource_id, created_at: new Date(createdAt(n)).toISOString() };
  };
  /** The numbers of those within times: the first, and the one after the last. */
  const within = (asked: URLSearchParams): [number, number] => {
    const [from, to] = [asked.get('created_from'), asked.get('created_to')];
    const first = to === null ? 0 : Math.max(0, Math.floor((newest - Date.parse(to)) / APART_MS) + 1);
    const end = from === null ? LARGE : Math.min(LARGE, Math.floor((newest - Date.parse(from)) / APART_MS) + 1);
    return [first, Math.max(first, end)];
  };
  const askedBy = (route: Route) => new URL(route.request().url()).searchParams;

  await page.route(/\/v1\/resources\/counts/, (route) => {
    const asked = askedBy(route);
    const [first, end] = within(asked);
    const by_month: Record<string, number> = {};
    if (asked.has('by'))
      for (let n = first; n < end; n += 1) {
        const month = new Date(createdAt(n) + Number(asked.get('utc_offset_min')) * MINUTE_MS).toISOString().slice(0, 7);
        by_month[month] = (by_month[month] ?? 0) + 1;
      }
    const total = end - first;
    return route.fulfill({ json: { total, by_phase: { ready: total }, by_status: {}, by_remark: {}, by_month } });
  });
  await page.route(/\/v1\/resources\?/, (route) => {
    const asked = askedBy(route);
    const [first, end] = within(asked);
    const at = Number(asked.get('cursor') ?? first);
    const next = Math.min(end, at + Number(asked.get('limit')));
    const listed = Array.from({ length: next - at }, (_, n) => pictureOf(at + n));
    return route.fulfill({ json: { items: listed, next_cursor: next < end ? String(next) : null } });
  });
  await page.route(/\/preview\?/, (route) => {
    const n = Number(/-(\d{12})\/preview/.exec(route.request().url())?.[1] ?? 0);
    return route.fulfill({ contentType: 'image/webp', body: previews[n % previews.length] ?? Buffer.alloc(0) });
  });
}

/**
 * Milliseconds of the page until rows stand in the window after `act`, an expression; filled: until these are pictures, not only room for
 * them.
 */
export const timeOfJump = async (page: Page, act: string, filled = false): Promise<number> =>
  Number(
    await page.evaluate(`new Promise((resolve) => {
      const began = performance.now();
      ${act};
      const drawn = () => [...document.querySelectorAll('[role=gridcell].pic')].filter((cell) => {
        const { top, bottom } = cell.getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
      });
      const look = () => {
        const cells = drawn();
        const there = cells.length > 0 && (!${filled} || cells.every((cell) => cell.dataset.id !== undefined));
        if (there) resolve(performance.now() - began);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    })`),
  );
