/** Which pictures are read again, and what became of those that were ordered. */
import type { RemarkCode } from '../../../contract/remark-codes.ts';
import type { EngineChoice } from '../../../contract/steps.ts';
import { api } from '../../api/api.ts';
import { whyOf } from '../../api/refused.ts';
import { type Picture, pictureAtom, pictureNow, putPictures } from '../../stores/pictures.ts';
import { after } from '../../world.ts';

/** null: any. */
export type Which = { remark: RemarkCode | null; engine: string | null };
/** own_text, read_by: undefined: as it was ordered before. */
export type How = { own_text: 'use' | 'ignore' | undefined; read_by: EngineChoice | undefined; discard_corrections: boolean };

/** Those that have been read, or failed on the way: the others are not there yet. */
const filterOf = ({ remark, engine }: Which) => ({
  phase: ['ready' as const, 'failed' as const],
  ...(remark === null ? {} : { remark: [remark] }),
  ...(engine === null ? {} : { engine: [engine] }),
});

export const countOf = async (which: Which, signal: AbortSignal): Promise<number> =>
  (await api.count_resources({ query: filterOf(which), signal })).body.total;
export const remarkCounts = async (signal: AbortSignal): Promise<Record<string, number>> =>
  (await api.count_resources({ query: {}, signal })).body.by_remark;

/** The engines of the newest pictures: the API has no list of all. */
const LOOKED_AT = 200;
export async function enginesSeen(signal: AbortSignal): Promise<string[]> {
  const { body } = await api.list_resources({ query: { phase: ['ready'], limit: LOOKED_AT }, signal });
  const names = body.items.flatMap(({ reading }) => (reading.engine === null ? [] : [reading.engine]));
  return [...new Set(names)].sort();
}

export type Ordered = { ids: string[]; refused: number; why: string };
const MAX_ROUNDS = 200;
/** All that match, 500 a call: each is taken from where the last call ended, so that none is ordered twice. */
export async function readAgain(which: Which, { own_text, read_by, discard_corrections }: How): Promise<Ordered> {
  const ordered: Ordered = { ids: [], refused: 0, why: '' };
  let cursor: string | null = null;
  try {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { body }: Awaited<ReturnType<typeof api.change_resources>> = await api.change_resources({
        body: {
          ...{ action: 'reprocess', from: 'ocr', discard_corrections, filter: filterOf(which) },
          ...(own_text === undefined ? {} : { own_text }),
          ...(read_by === undefined ? {} : { engine: read_by }),
          ...(cursor === null ? {} : { cursor }),
        },
      });
      for (const { resource, problem } of body.items) {
        if (resource) ordered.ids.push(...putPictures([resource]));
        ordered.why = problem?.detail ?? ordered.why;
      }
      ordered.refused += body.failed;
      cursor = body.next_cursor;
      if (cursor === null) break;
    }
  } catch (error) {
    ordered.why = whyOf(error);
    ordered.refused += 1;
  }
  return ordered;
}

type Progress = ReturnType<typeof progressOf>;
const LOOK_MS = 100;
/** Calls `onProgress` soon after any of them changes, by an event or since it was read anew. Returns what ends that. */
export function followProgress(ids: readonly string[], onProgress: (progress: Progress) => void): () => void {
  let cancel: (() => void) | null = null;
  const look = () => {
    cancel ??= after(LOOK_MS, () => {
      cancel = null;
      onProgress(progressOf(ids));
    });
  };
  const followed = ids.map((id) => pictureAtom(id)?.subscribe(look));
  look();
  return () => {
    cancel?.();
    for (const one of followed) one?.unsubscribe();
  };
}

/** How many of them are there, under way, and stopped. */
export function progressOf(ids: readonly string[]): { ready: number; working: number; failed: number } {
  const phases = ids.map((id) => pictureNow(id)?.phase ?? 'working');
  const of = (...wanted: Picture['phase'][]) => phases.filter((phase) => wanted.includes(phase)).length;
  return { ready: of('ready', 'gone'), working: of('working', 'uploading', 'needs_person'), failed: of('failed') };
}
