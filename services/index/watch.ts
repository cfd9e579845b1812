/**
 * Watches over the index: what it has lost is noticed while the service runs, is reported, and is made again.
 *
 * 1. One process at a time looks (a row in the facts), by counts and samples; the others follow what it finds.
 * 2. At the start of a process, and when the index was made anew, is another, or lacks something, everything is compared.
 * 3. What is lost is made again at a pace. Until the end of the comparison the service is degraded.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { Conditions } from '../../runtime/health/conditions.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import { sampleIndex } from './audit.ts';
import { compareIndex, newPass, Pass } from './compare.ts';
import { type HealParts, reportSearch, StillHealing } from './heal.ts';

export const INDEX_INCOMPLETE = 'index_incomplete';
const CHORE = 'watch over the index';
const ALONE = 'the only process';

type Parts = Omit<HealParts, 'stopping'> & {
  index: SearchIndex;
  log: Logger;
  conditions: Conditions;
  /** Names this process among those that take turns. */
  owner: string;
};

/** `identity`: of the index that was last found whole. `completed_at`: wall time of that. `scrub`: where samples in turn go on. */
const State = z.object({
  identity: z.string().nullable(),
  completed_at: z.number(),
  scrub: z.string().nullable(),
  pass: Pass.nullable(),
});
type State = z.infer<typeof State>;
const NOTHING: State = { identity: null, completed_at: 0, scrub: null, pass: null };
const stateOf = (kept: unknown): State => State.safeParse(kept).data ?? NOTHING; // another version's is begun anew

/** Others have the work: what was kept by them is true. */
class TakenOver extends Error {}

export type IndexWatch = ReturnType<typeof createIndexWatch>;

export function createIndexWatch({ owner: process_id, ...parts }: Parts) {
  const { index, clock, log, limits } = parts;
  const stopping = new AbortController();
  const first = firstOf();
  const asked = { wanted: true, owner: process_id, started_at: clock.now(), first, stopping: stopping.signal };
  let wake = () => {};
  let failing = false;
  let running: Promise<void> = Promise.resolve();
  index.onMadeAnew(() => {
    asked.wanted = true;
    wake();
  });

  /** One line when looking begins to fail, one when it works again: an index that is unavailable is said elsewhere too. */
  function failed(error: unknown): void {
    if (stopping.signal.aborted || error instanceof TakenOver || error instanceof StillHealing) return;
    if (!failing)
      log.warn({ event: 'index_watch.failed', err: error }, 'could not compare the search index with the database; retrying');
    failing = true;
  }
  function worked(): void {
    if (failing) log.info({ event: 'index_watch.recovered' }, 'the search index is compared with the database again');
    failing = false;
  }

  return {
    /** How many entries were lost, once the first comparison of this process is over, or another process does it. */
    first: first.promise,
    /** `alone`: no other process is on these facts, so that what one before this one had is free at once. */
    start(alone: boolean): void {
      if (alone) asked.owner = ALONE;
      running = (async () => {
        while (!stopping.signal.aborted) {
          const pause = new AbortController();
          wake = () => pause.abort();
          await look(parts, asked).then(worked, failed);
          if (stopping.signal.aborted) return;
          await clock.sleep(limits.index_look_ms, pause.signal).catch(() => undefined); // woken
        }
      })();
    },
    async stop(): Promise<void> {
      stopping.abort(new Error('the process stops'));
      wake();
      await withTimeout({ clock, limit_ms: limits.stop_grace_ms }, () => running).catch((error: unknown) =>
        log.warn(
          { event: 'index_watch.stop_timed_out', err: error },
          'a comparison of the search index did not stop in time; the next process resumes it',
        ),
      );
      first.settle(0);
    },
  };
}

type First = { promise: Promise<number>; settle: (lost: number) => void };
function firstOf(): First {
  let settle: (lost: number) => void = () => {};
  const promise = new Promise<number>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

/** `wanted`: a comparison of everything. */
type LookRequest = { wanted: boolean; owner: string; started_at: number; first: First; stopping: AbortSignal };

/** One look. Throws what the stores throw; TakenOver and StillHealing when others, or the next look, go on. */
async function look(parts: Omit<Parts, 'owner'>, asked: LookRequest): Promise<void> {
  const { facts, index, clock, limits, conditions, log } = parts;
  const { owner, stopping } = asked;
  const keep = async (state: State, hold_ms: number): Promise<void> => {
    if (!(await facts.chores.keep(CHORE, { owner, until: clock.now() + hold_ms, state }))) throw new TakenOver();
  };
  const now = clock.now();
  const taken = await facts.chores.take(CHORE, { owner, now, until: now + limits.index_hold_ms });
  if (taken === 'taken') return follow(stateOf(await facts.chores.state(CHORE)), parts, asked);

  const state = stateOf(taken.state);
  const { begun, scrub } = await beginning(state, parts, asked);
  if (!begun) return keep({ ...state, scrub }, limits.index_look_ms);
  asked.wanted = false;
  const found = (pass: Pass) => conditions.set(INDEX_INCOMPLETE, sentence(pass.lost));
  if (begun.lost > 0) found(begun);
  const comparing = { ...parts, stopping, found, keep: (pass: Pass) => keep({ ...state, scrub, pass }, limits.index_hold_ms) };
  const { lost, told, since, identity } = await compareIndex({ ...comparing, index }, begun);
  await reportSearch(parts, 'search.complete', { orgs: told, since });
  await keep({ identity, completed_at: clock.now(), scrub, pass: null }, limits.index_look_ms);
  conditions.clear(INDEX_INCOMPLETE);
  asked.first.settle(lost);
  if (lost > 0) log.info({ event: 'index_watch.repaired', lost }, 'the search index is complete again');
}

/** Whether everything must be compared: a comparison that was begun goes on. */
async function beginning(
  { pass, identity, scrub }: State,
  parts: Omit<Parts, 'owner'>,
  { wanted }: LookRequest,
): Promise<{ begun: Pass | null; scrub: string | null }> {
  const now = await parts.index.identity();
  if (pass) return { begun: pass, scrub };
  const begun = newPass(now, parts.clock.now());
  if (wanted || now !== identity) return { begun, scrub };
  const sample = await sampleIndex(parts, scrub);
  return { begun: sample.lost ? begun : null, scrub: sample.scrub };
}

/** Another process looks: what it knows is true here too. */
function follow({ pass, completed_at }: State, { conditions }: Pick<Parts, 'conditions'>, asked: LookRequest): void {
  asked.first.settle(0);
  if (completed_at >= asked.started_at) asked.wanted = false;
  if (pass && pass.lost > 0) conditions.set(INDEX_INCOMPLETE, sentence(pass.lost));
  else conditions.clear(INDEX_INCOMPLETE);
}

const sentence = (lost: number): string =>
  `the search index lacked entries that it should hold: ${lost} so far are made again, which needs nobody; searches do not find those pictures meanwhile; find out who emptied or replaced the index`;
