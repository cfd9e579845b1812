/** An OCR engine in memory behind the port, which works when it is allowed to, and calls back; and an embedder that can be held. */
import { failureOf } from '../../../contract/failures.ts';
import type { Embedder, Recogniser, RecogniserAsked, WorkIdentity } from '../../../runtime/ports/providers.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { numberReader } from '../../worlds/numbered.ts';

/** What is wrong with a provider. */
export type Mood = 'well' | 'down' | 'hanging' | 'lying' | 'forgetting';
type Work = WorkIdentity & { org_id: string; order: number; ticket: string; text: string; told: boolean };
/** As it is called back: where to, and what is said. */
export type Told = { resource_id: string; task_id: string; order: number; body: string };

const SOON_MS = 10;
const never = new AbortController().signal;
const CODES = { down: 'PROVIDER_UNAVAILABLE', lying: 'PROVIDER_BAD_RESULT' } as const;
/** Rejects as the adapter of a provider in this mood does; a call that hangs ends with its run. */
async function suffer(mood: Mood, signal: AbortSignal): Promise<void> {
  if (mood === 'hanging')
    await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason), { once: true }));
  if (mood === 'down' || mood === 'lying') throw new StepError(failureOf(CODES[mood], `the provider is ${mood}`));
}

/** `tell`: called once the engine has done a piece of work, if it calls back. */
export function heldEngine(tell: (told: Told) => Promise<void>) {
  const works = new Map<string, Work>();
  const state = { mood: 'well' as Mood, holds: true, calls_back: true, forgets: new Set<string>() };
  const result = ({ text }: Work): RecogniserAsked => ({ status: 'done', pages: [{ page: 1, text, confidence: 1, words: [] }] });
  const toldOf = (work: Work): Told => {
    const { resource_id, task_id, work_id, order, ticket } = work;
    const body = JSON.stringify({ provider_job_id: ticket, names: { task_id, resource_id, work_id }, asked: result(work) });
    return { resource_id, task_id, order, body };
  };
  const find = ({ work_id, provider_job_id }: WorkIdentity & { provider_job_id: string | null }) =>
    [...works.values()].find((work) => (provider_job_id ? work.ticket === provider_job_id : work.work_id === work_id));
  const recogniser: Recogniser = {
    ...numberReader(),
    engine: 'remote engine',
    remote: {
      async submit({ pages, languages: _, ...work }, signal) {
        await suffer(state.mood, signal);
        const known = works.get(work.work_id);
        if (known) return { provider_job_id: known.ticket };
        const [picture] = await pages();
        const { text } = picture ? await numberReader().recognise(picture, never) : { text: '' };
        const begun = { ...work, ticket: `ticket-${works.size + 1}`, text, told: false };
        works.set(work.work_id, begun);
        setTimeout(() => engine.tellAll(), SOON_MS);
        return { provider_job_id: begun.ticket };
      },
      async ask(of, signal) {
        await suffer(state.mood, signal);
        const work = find(of);
        if (!work || state.forgets.has(work.work_id)) return { status: 'unknown' };
        return state.holds ? { status: 'working' } : result(work);
      },
      read: async (body) => JSON.parse(body) as Awaited<ReturnType<NonNullable<Recogniser['remote']>['read']>>, // our own
    },
  };
  const engine = {
    ...{ recogniser, state },
    told: (): Told[] => [...works.values()].map(toldOf),
    /** Calls back about all that is done and was not told of. */
    tellAll(): void {
      if (state.holds || !state.calls_back || state.mood !== 'well') return;
      for (const work of works.values()) {
        if (work.told) continue;
        work.told = true;
        tell(toldOf(work)).catch(() => {
          work.told = false; // it could not be kept, and is said again
        });
      }
    },
    /** All that it knew is gone. */
    forget(): void {
      for (const id of works.keys()) state.forgets.add(id);
      works.clear();
    },
  };
  return engine;
}
export type HeldEngine = ReturnType<typeof heldEngine>;

/** Holds each call until it is let go; then it is as the real one, in its mood. */
export function heldEmbedder(real: Embedder) {
  const state = { mood: 'well' as Mood, holds: false };
  const waiting: (() => void)[] = [];
  const embed: Embedder['embed'] = async (texts, signal) => {
    if (state.holds) await new Promise<void>((open) => waiting.push(open));
    await suffer(state.mood, signal);
    return real.embed(texts, signal);
  };
  return {
    ...{ state, embedder: { ...real, embed } },
    letGo(): void {
      state.holds = false;
      for (const open of waiting.splice(0)) open();
    },
    /** Those who wait never hear of it again. */
    drop: () => void waiting.splice(0),
  };
}
