/** The steps of one file, as its machine asks for them. */
import type { Upload } from '../../../contract/resource.ts';
import type { Announced, Cause, StepError, StepInput } from '../../../machines/upload.ts';
import { api } from '../../api/api.ts';
import { Refused, throwUnexpected } from '../../api/refused.ts';
import { connection } from '../../stores/connection.ts';
import { putPictures } from '../../stores/pictures.ts';
import { session } from '../../stores/session.ts';
import { metadataOf } from '../describe.ts';
import { type Batch, fileOf, type Item, NO_DETAILS } from '../kept.ts';
import { announce, stepError } from './announce.ts';
import { check } from './check.ts';
import { hash } from './hash.ts';
import { send } from './send.ts';

type Given<Output> = (given: { input: StepInput; signal: AbortSignal }) => Promise<Output>;
export type Steps = {
  check: Given<Cause | null>;
  hash: Given<string>;
  announce: Given<Announced>;
  send: Given<void>;
  report: Given<string>;
};
/** described: the picture was made with this metadata, as JSON. */
type World = { item(): Item; batch(): Batch | null; progress(bytes: number): void; described(json: string): void };

const GONE: StepError = { kind: 'refused', cause: { code: 'FILE_GONE', detail: '' } };
const UNREADABLE: StepError = { kind: 'refused', cause: { code: 'UNREADABLE', detail: '' } };

export function stepsFor(id: string, { item, batch, progress, described }: World): Steps {
  let link: Upload | null = null;
  const file = async (): Promise<File> => {
    const found = await fileOf(id);
    if (found === null) throw GONE;
    return found;
  };
  return {
    check: async () => check(await file(), session.getSnapshot().context.me?.limits ?? null).catch(unreadable),
    hash: async ({ signal }) => hash(await file(), signal).catch(unreadable),
    announce: async ({ input: { context }, signal }) => {
      const metadata = metadataOf(item(), batch()?.details ?? NO_DETAILS);
      const { name, type } = item();
      const answer = await announce(
        {
          ...{ resource_id: context.resource_id, filename: name, content_type: type, byte_size: context.byte_size },
          ...{ sha256: context.sha256 ?? '', batch_id: batch()?.batch_id ?? id, metadata },
        },
        signal,
      );
      link = answer.link;
      if (answer.described) described(JSON.stringify(metadata));
      return answer;
    },
    send: async ({ signal }) => {
      if (link === null) throw { kind: 'link_over', cause: { code: 'LINK_OVER', detail: '' } } satisfies StepError;
      await send(await file(), link, signal, progress).catch((error: StepError) => {
        if (error.kind === 'lost' && !signal.aborted) connection.trigger.lost();
        throw error;
      });
    },
    report: async ({ input: { context }, signal }) => {
      try {
        const { body } = await api.report_upload({ params: { resource_id: context.resource_id ?? '' }, signal });
        putPictures([body]);
        return body.status;
      } catch (error) {
        if (error instanceof Refused && error.status === 409) return 'SEEN'; // seen by the store's own report
        throw stepError(error);
      }
    },
  };
}
const unreadable = (): never => {
  throw UNREADABLE;
};

/** A picture whose bytes are not wanted any more. */
export async function removeAnnounced(resource_id: string): Promise<void> {
  try {
    await api.remove_resource({ params: { resource_id }, query: { purge: 'true' } });
  } catch (error) {
    throwUnexpected(error); // it expires by itself
  }
}
