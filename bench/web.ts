/** `npm run bench -- web`: what a person waits for in the web app, beside what was promised. Needs Chromium, as `npm run test:web` does. */
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../cli/project.ts';
import { serveLargeLibrary, timeOfJump } from '../test/web/large-library.ts';
import { ensureNeeds } from '../test/web/needs.ts';
import { holds, newPage, type OpenedPage, type WebWorld, WIDE, webWorld } from '../test/web/web-world.ts';
import { quantile } from './measure.ts';

const BUILT = fileURLToPath(new URL('../web/', import.meta.url));
const TIMES = 7;
const JUMPS = [0.7, 0.2, 0.95, 0.4, 0.6, 0.1, 0.8] as const;
/** As a quick person types. */
const KEY_MS = 90;
const TYPED = ['winifred bicycle', 'harbour report', '云雀 面包'] as const;

type Row = { what: string; goal: string; measured: string };
const inAll = (times: readonly number[]): string => {
  const sorted = [...times].sort((a, b) => a - b);
  return `${quantile(sorted, 0.5).toFixed(0)} (${sorted[0]?.toFixed(0)} to ${sorted.at(-1)?.toFixed(0)})`;
};

/** A browser without a cache that is signed in. The time of the browser's own first paint of anything but background. */
async function firstContent(world: WebWorld): Promise<Row[]> {
  const signed_in = await world.open();
  const storageState = await signed_in.context().storageState();
  await signed_in.context().close();
  const paints: number[] = [];
  const prints: number[] = [];
  let bytes = 0;
  let requests = 0;
  for (let n = 0; n < TIMES; n += 1) {
    const page = await newPage(world.browser, {}, { storageState, viewport: WIDE });
    const files = new Set<string>();
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (pathname === '/' || pathname.startsWith('/assets/')) files.add(pathname === '/' ? 'index.html' : pathname.slice(1));
    });
    await page.goto(world.url);
    await page.locator('[data-id] img').first().waitFor();
    await holds(
      page,
      "performance.getEntriesByName('first-contentful-paint').length === 1 && document.fonts.status === 'loaded'",
    );
    paints.push(Number(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")));
    await holds(
      page,
      "[...document.querySelectorAll('[data-id] img')].some((image) => image.complete && image.naturalWidth > 0)",
    );
    prints.push(
      Number(
        await page.evaluate(
          "Math.min(...performance.getEntriesByType('resource').filter(({ name }) => name.includes('/preview')).map(({ responseEnd }) => responseEnd))",
        ),
      ),
    );
    requests = files.size;
    bytes = [...files].reduce((sum, file) => sum + sizeOf(file), 0);
    await page.context().close();
  }
  return [
    { what: 'first page, gzipped', goal: '200 kB', measured: `${(bytes / 1_000).toFixed(0)} kB in ${requests} files` },
    { what: 'first content, no cache, ms', goal: '1,000', measured: inAll(paints) },
    { what: 'first print is there, no cache, ms', goal: '', measured: inAll(prints) },
  ];
}
const sizeOf = (file: string): number => {
  const whole = path.join(BUILT, file);
  return readFileSync(existsSync(`${whole}.gz`) ? `${whole}.gz` : whole).byteLength;
};

const WATCH = `window.long = []; new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.long.push(duration); }).observe({ type: 'longtask' })`;
const longTasks = async (page: OpenedPage): Promise<number[]> => (await page.evaluate('window.long')) as number[];
const inTasks = (tasks: readonly number[]): string =>
  tasks.length === 0 ? 'none' : `${tasks.length}, the longest ${Math.max(...tasks).toFixed(0)} ms`;

async function typing(world: WebWorld): Promise<Row[]> {
  const page = await world.open();
  await page.locator('[data-id] img').first().waitFor();
  await page.evaluate(WATCH);
  const field = page.getByRole('searchbox');
  for (const text of TYPED) {
    await field.fill('');
    await field.pressSequentially(text, { delay: KEY_MS });
    await page.waitForURL((url) => url.searchParams.get('q') === text);
    await page.getByText(/^\d+ pictures?, /).waitFor();
  }
  const tasks = await longTasks(page);
  await page.context().close();
  return [{ what: `long tasks (over 50 ms) while ${TYPED.length} searches are typed`, goal: 'none', measured: inTasks(tasks) }];
}

async function largeShelf(world: WebWorld): Promise<Row[]> {
  const page = await world.open();
  await serveLargeLibrary(page, world.url);
  await page.goto(world.url);
  await page.locator('[data-id] img').first().waitFor();
  await page.evaluate(WATCH);
  const [rows, pictures]: [number[], number[]] = [[], []];
  const to = (share: number) => `scrollTo(0, document.documentElement.scrollHeight * ${share})`;
  for (const share of JUMPS) rows.push(await timeOfJump(page, to(share)));
  for (const share of JUMPS) pictures.push(await timeOfJump(page, to(share - 0.03), true));
  const elements = Number(await page.evaluate("document.querySelectorAll('*').length"));
  const tasks = await longTasks(page);
  const frames = (await page.evaluate(`new Promise((resolve) => {
    const frames = [];
    let last = performance.now();
    const step = (time) => {
      frames.push(time - last);
      last = time;
      scrollBy(0, 120);
      if (frames.length < 120) requestAnimationFrame(step);
      else resolve(frames.slice(1));
    };
    requestAnimationFrame(step);
  })`)) as number[];
  await page.context().close();
  return [
    { what: 'jump into 100,000 pictures, rows are drawn, ms', goal: '100', measured: inAll(rows) },
    { what: 'the same, pictures stand there, ms', goal: '', measured: inAll(pictures) },
    { what: 'long tasks (over 50 ms) in these 14 jumps', goal: '', measured: inTasks(tasks) },
    { what: 'elements of the whole page', goal: 'a few hundred', measured: String(elements) },
    { what: 'a frame of scrolling, 120 px each, ms', goal: '', measured: inAll(frames) },
  ];
}

ensureNeeds();
const world = await webWorld();
try {
  const machine = `${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`;
  console.log(
    `tuodi ${VERSION}, Chromium ${world.browser.version()}, Node ${process.version}, ${machine}, ${new Date().toISOString().slice(0, 10)}\n`,
  );
  const rows = [...(await firstContent(world)), ...(await typing(world)), ...(await largeShelf(world))];
  console.log('| | goal | median (fastest to slowest) |\n|---|---|---|');
  for (const { what, goal, measured } of rows) console.log(`| ${what} | ${goal} | ${measured} |`);
} finally {
  await world.stop();
}
