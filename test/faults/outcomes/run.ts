/** Runs a fault on a picture in each status, and says of each where it ended, how soon, and what was seen meanwhile. */
import { adviceFor } from '../../../contract/dead-letters.ts';
import { type Status, type Text, waitsFor } from '../../../contract/statuses.ts';
import type { ResourceRow } from '../../../runtime/ports/resources.ts';
import type { FaultRow } from './faults.ts';
import { inEachStatus } from './pictures.ts';
import { type Outcomes, outcomesWorld, SCOPE } from './world.ts';

const [SECOND, MINUTE] = [1_000, 60_000];
/** How time passes while the fault is there, and once it is mended: well above each limit of the tasks, below those of people. */
const DURING = [SECOND, MINUTE, 10 * MINUTE];
const AFTERWARDS = [0, SECOND, 9 * SECOND, 50 * SECOND, MINUTE, 3 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE];
/** Statuses in which the index is as the facts promise. */
export const RESTS_FOUND: ReadonlySet<Status> = new Set<Status>(['INDEXED', 'DELETED']);
/** So long nothing moves any more that was to move by itself. */
const AT_LEAST_MS = MINUTE;

/** soon_ms: simulated, from when the fault was mended; null: it did not move. seen: while the fault was there; null: nothing could be asked. */
export type Cell = {
  fault: string;
  status: Status;
  ends: Status;
  code: string | null;
  soon_ms: number | null;
  seen: { status: Status; waits_for: Text; because: string; next: string } | null;
  helps: string;
  has_moved: boolean;
  owes: boolean;
  /** The index holds its entry at the revision that the facts promise, or none where they promise none. */
  is_whole: boolean;
  phase: string;
};

/** Until nothing has moved for a while of real time. */
async function settle(w: Outcomes): Promise<void> {
  let [before, same] = ['', 0];
  for (let round = 0; round < 200 && same < 4; round++) {
    await w
      .life()
      .service.sweep.once()
      .catch(() => {}); // away: it comes again
    await w.clock.sleep(15);
    const now = (await w.rows()).map(({ seq }) => seq).join();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}

export async function runFault(fault: FaultRow): Promise<Cell[]> {
  const w = await outcomesWorld();
  try {
    return await cellsOf(w, fault);
  } finally {
    await w.stop();
  }
}

async function cellsOf(w: Outcomes, fault: FaultRow): Promise<Cell[]> {
  const pictures = await inEachStatus(w);
  const ids = new Set(pictures.values());
  const now = async () =>
    new Map((await w.rows()).filter(({ resource_id: id }) => ids.has(id)).map((row) => [row.resource_id, row]));
  const before = await now();
  await fault.begin(w);
  for (const ms of fault.end ? DURING : []) {
    await settle(w);
    w.pass(ms);
  }
  if (fault.end) await settle(w);
  const seen = new Map<string, Cell['seen']>();
  for (const id of ids) seen.set(id, await seenOf(w, id));
  await fault.end?.(w);
  w.engine.state.calls_back = true;
  const moved = new Map<string, number>();
  let [last, passed] = [fault.end ? await now() : before, 0];
  for (const ms of AFTERWARDS) {
    w.pass(ms);
    passed += ms;
    await settle(w);
    const rows = await now();
    for (const [id, row] of rows) if (row.seq !== last.get(id)?.seq) moved.set(id, passed);
    last = rows;
    if (passed < AT_LEAST_MS) continue;
    const rests = await Promise.all([...rows.values()].map((row) => isAtRest(w, row)));
    if (rests.every(Boolean)) break;
  }
  const cells: Cell[] = [];
  for (const [status, id] of pictures) {
    const row = last.get(id);
    if (!row) throw new Error(`the picture in ${status} is gone`);
    const stored = await w.opened.facts.instances.load(id);
    const owes = Object.keys({ ...stored?.instance.jobs, ...stored?.instance.timers }).length > 0;
    cells.push({
      ...{ fault: fault.name, status, ends: row.status, phase: row.phase, code: row.failure?.code ?? null },
      soon_ms: moved.get(id) ?? null,
      seen: seen.get(id) ?? null,
      helps: helpFor(row, status),
      has_moved: row.seq !== before.get(id)?.seq,
      owes,
      is_whole: await isWhole(w, row),
    });
  }
  return cells;
}

const isAtRest = async (w: Outcomes, row: ResourceRow): Promise<boolean> =>
  row.phase !== 'working' && row.status !== 'DELETING' && (!RESTS_FOUND.has(row.status) || (await isWhole(w, row)));

async function isWhole(w: Outcomes, { resource_id, status, indexed_revision }: ResourceRow): Promise<boolean> {
  const [head] = await w.now.index.heads(SCOPE, [resource_id]);
  if (status === 'DELETED' || indexed_revision === null) return !head || head.deleted || status !== 'DELETED';
  return head !== undefined && !head.deleted && head.revision >= indexed_revision;
}

const helpFor = (row: ResourceRow, begun: Status): string =>
  row.failure && (row.phase === 'failed' || row.status === 'PURGE_FAILED') && row.status !== begun
    ? adviceFor(row.failure.code)
    : 'nothing';

async function seenOf(w: Outcomes, resource_id: string): Promise<Cell['seen']> {
  const explained = await w
    .life()
    .explain({ scope: SCOPE, resource_id }, 'en')
    .catch(() => null);
  const row = (await w.opened.facts.resources.get(SCOPE, resource_id)) ?? null;
  if (!explained || !row) return null;
  return { status: row.status, waits_for: waitsFor(row.status), because: explained.because, next: explained.next.what };
}
