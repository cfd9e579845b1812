/** One file put through the services of inspect and OCR, in memory. */
import type { OwnTextOrder, Verdict } from '../../contract/steps.ts';
import { type Clock, systemClock } from '../../runtime/async/clock.ts';
import type { PageRead, PictureToRead, Recogniser } from '../../runtime/ports/providers.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { StepContext } from '../../runtime/tasks/step-handler.ts';
import { inspect } from '../../services/steps/inspect.ts';
import { ocr } from '../../services/steps/ocr.ts';
import { memoryObjects } from './memory-objects.ts';
import { only } from './missing.ts';
import { SERVICE_LIMITS, serviceContext } from './service-context.ts';

const ids = { resource_id: 'res', org_id: 'org' };
export const ORIGINAL = 'org/res/task-1/original';

export const LIMITS = { ...SERVICE_LIMITS, max_bytes: 100_000_000 };

/** `read`: what the recogniser answers for a picture; each picture that it got is kept. */
type Given = { limits?: Partial<StepContext['limits']>; read?: Recogniser['recognise']; clock?: Clock };
export function desk(given: Given = {}) {
  const objects = memoryObjects();
  const pictures: PictureToRead[] = [];
  const answer = given.read ?? (async ({ page }): Promise<PageRead> => ({ text: `seen ${page}`, confidence: 0.5, words: [] }));
  const recogniser = only<Recogniser>('recogniser', {
    engine: 'engine',
    recognise: async (picture, signal) => {
      pictures.push(picture);
      return answer(picture, signal);
    },
  });
  const facts = only<StepContext['facts']>('facts', {
    resources: only('resources', { get: async () => ({ content_type: 'application/octet-stream' }) as ResourceRow }),
  });
  const context = serviceContext({
    objects,
    recogniser,
    facts,
    limits: { ...LIMITS, ...given.limits },
    clock: given.clock ?? systemClock(),
  });
  return {
    objects,
    pictures,
    inspected: async (bytes: Uint8Array): Promise<Verdict> => {
      await objects.put('incoming/org/res/upload-1', one(bytes), LIMITS.max_bytes);
      return inspect.run({ ...ids, claimed: { byte_size: null, sha256: null } }, context);
    },
    /** Recognises what was inspected. */
    recognised: (own_text: OwnTextOrder | null = null) =>
      ocr.run({ ...ids, original_key: ORIGINAL, order: 0, reading: { own_text } }, context),
  };
}
async function* one(bytes: Uint8Array) {
  yield Buffer.from(bytes);
}
