/**
 * Work on many pictures, each sent an event, at the pace of the step that does it.
 *
 * 1. A batch is under way at once; the next picture is sent when one has ended, so that the throughput of the step sets the pace.
 * 2. Those under way are kept with the place of the run before they are sent: a process that dies in between loses none, and sends none twice,
 *    since a picture that has moved on from its `seq` was sent.
 * 3. When most of the first ones fail in the same way, the cause is not mended, and the rest is left alone.
 */
import { z } from 'zod';
import type { ResourceEvent } from '../../contract/events.ts';
import { Problem } from '../../contract/problems.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { RuntimeLimits } from '../../runtime/limits.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { Engine } from '../../runtime/resources/engine.ts';
import { RunHalted, type WorkContext } from '../../runtime/runs/run-work.ts';

export type PacedParts = {
  facts: Pick<Facts, 'resources'>;
  engine: Pick<Engine, 'send'>;
  clock: Clock;
  limits: Pick<RuntimeLimits, 'replay_batch' | 'replay_look_ms' | 'replay_sample'>;
};

/** A picture as it was found. step, code: of the failure that it ended in; empty of one that has not failed. */
const Sent = z.object({ resource_id: z.string(), org_id: z.string(), seq: z.number(), step: z.string(), code: z.string() });
export type Sent = z.infer<typeof Sent>;
/** What is worked on: pictures in the order of their ids. */
export type Paced = {
  /** How many there are, as far as can be told. */
  total(): Promise<number>;
  /** Those behind this id; none: it is done. */
  page(after: string | null, limit: number): Promise<Sent[]>;
  event: ResourceEvent;
  /** Whether one that has ended says that the others would end so, too. */
  isInVain(row: ResourceRow, sent: Sent): boolean;
};

/** after: the last picture that was taken. taken: how many were. judged, same: ended, and in vain, since this stretch began. */
const Place = z.object({
  after: z.string().nullable(),
  taken: z.int(),
  under_way: z.array(Sent),
  judged: z.int(),
  same: z.int(),
});
type Place = z.infer<typeof Place>;
const BEGINNING: Place = { after: null, taken: 0, under_way: [], judged: 0, same: 0 };

/** While pictures end it looks so many times as often. */
const BUSY = 10;

type State = { place: Place; done: number; counts: Record<string, number> };

export async function pacedWork(parts: PacedParts, work: Paced, context: WorkContext): Promise<void> {
  const { clock, limits } = parts;
  const { state: begun, signal, save } = context;
  const kept = Place.safeParse(begun.place).data;
  let state: State = kept ? { place: kept, done: begun.done, counts: begun.counts } : { place: BEGINNING, done: 0, counts: {} };
  if (!kept) await save({ ...state, total: await work.total() });
  for (;;) {
    signal.throwIfAborted();
    state = await refilled({ limits, work, context }, state);
    if (state.place.under_way.length === 0) return;
    await sendAll(parts, { work, context }, state.place.under_way);
    const next = await lookedAt(parts, work, state);
    const { judged, same } = next.place;
    const is_in_vain = same > limits.replay_sample / 2;
    // Asked for again, it begins from the first: what has failed again is there again.
    if (next.done > state.done) await save(is_in_vain ? { ...next, place: null } : next);
    if (is_in_vain) throw new RunHalted('SAME_FAILURE', `${same} of the first ${judged} failed in the same way`);
    await clock.sleep(next.done > state.done ? limits.replay_look_ms / BUSY : limits.replay_look_ms, signal);
    state = next;
  }
}

type Filling = { limits: PacedParts['limits']; work: Paced; context: WorkContext };
/** With as many under way as may be, saved before they are sent. */
async function refilled({ limits, work, context }: Filling, state: State): Promise<State> {
  const { place } = state;
  const left = (context.state.params.limit ?? Number.POSITIVE_INFINITY) - place.taken;
  const room = Math.min(limits.replay_batch - place.under_way.length, left);
  if (room <= 0) return state;
  const page = await work.page(place.after, room);
  const last = page.at(-1);
  if (!last) return state;
  const under_way = [...place.under_way, ...page];
  const next = { ...state, place: { ...place, after: last.resource_id, taken: place.taken + page.length, under_way } };
  await context.save({ place: next.place });
  return next;
}

/** The event to each that is as it was found. One that was removed meanwhile, or moved, is left alone. */
async function sendAll({ facts, engine }: PacedParts, { work, context }: Pick<Filling, 'work' | 'context'>, letters: Sent[]) {
  const rows = await rowsOf(facts, letters);
  const unsent = letters.filter(({ resource_id, seq }) => rows.get(resource_id)?.seq === seq);
  const origin = { by: { kind: 'operator' as const, id: context.run.run_id }, request_id: null };
  for (const { org_id, resource_id } of unsent)
    await engine
      .send({ scope: { org_id }, resource_id }, () => ({ event: work.event }), origin)
      .catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error; // removed meanwhile, or others kept changing it
      });
}

/** Without those that rest again, which are counted by the status that they ended in. */
async function lookedAt({ facts, limits }: PacedParts, work: Paced, state: State): Promise<State> {
  const { place } = state;
  const rows = await rowsOf(facts, place.under_way);
  const counts = { ...state.counts };
  const add = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  let { judged, same } = place;
  const under_way = place.under_way.filter((letter) => {
    const row = rows.get(letter.resource_id);
    if (row && !hasEnded(row)) return true;
    add(row === undefined ? 'removed' : row.seq === letter.seq ? 'refused' : 'moved');
    if (row) add(row.status);
    if (judged < limits.replay_sample) {
      judged++;
      if (row && work.isInVain(row, letter)) same++;
    }
    return false;
  });
  const done = state.done + place.under_way.length - under_way.length;
  return { place: { ...place, under_way, judged, same }, done, counts };
}

/** What waits for a person, or was withdrawn meanwhile, does not move by itself either. */
const hasEnded = ({ rests, phase, status }: ResourceRow): boolean => rests || (phase !== 'working' && status !== 'DELETING');

async function rowsOf({ resources }: Pick<Facts, 'resources'>, letters: Sent[]): Promise<Map<string, ResourceRow>> {
  const rows = new Map<string, ResourceRow>();
  for (const org_id of new Set(letters.map((one) => one.org_id))) {
    const ids = letters.filter((one) => one.org_id === org_id).map(({ resource_id }) => resource_id);
    for (const row of await resources.getMany({ org_id }, ids)) rows.set(row.resource_id, row);
  }
  return rows;
}
