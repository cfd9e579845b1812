/** A picture in each status, held there until the test lets it go. */
import { Readable } from 'node:stream';
import { failureOf } from '../../../contract/failures.ts';
import { NO_METADATA } from '../../../contract/metadata.ts';
import type { Status } from '../../../contract/statuses.ts';
import type { StepKind } from '../../../contract/step-kinds.ts';
import { RESOURCE_LIMITS } from '../../../machines/limits.ts';
import type { Origin } from '../../../runtime/resources/engine.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { pictureOf } from '../../worlds/numbered.ts';
import { until } from '../../worlds/wait.ts';
import { type Outcomes, SCOPE } from './world.ts';

const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };

const BACKOFF_MS = 1_000;

export type Pictures = Map<Status, string>;
export async function inEachStatus(w: Outcomes): Promise<Pictures> {
  const pictures: Pictures = new Map();
  let number = 0;
  const say = (resource_id: string, type: string) =>
    w.life().service.engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type } }), BY);
  const reached = (resource_id: string, status: Status) =>
    until(`a picture is ${status}`, async () => {
      w.pass(BACKOFF_MS / 4); // on a busy machine a run may be tried again
      await w.life().service.sweep.once();
      return (await w.opened.facts.resources.get(SCOPE, resource_id))?.status === status;
    }).catch(async (error: unknown) => {
      const explained = await w.life().explain({ scope: SCOPE, resource_id }, 'en');
      throw new Error(`it is ${JSON.stringify(explained)}`, { cause: error });
    });
  const announced = async (described = true): Promise<string> => {
    const resource_id = w.clock.newId();
    const metadata = { ...NO_METADATA, title: described ? 'a picture' : null };
    const named = { user_id: 'u', batch_id: null, filename: 'f.png', content_type: 'image/png', metadata, described };
    const claimed = { byte_size: null, sha256: null };
    await w.life().service.engine.create({ resource_id, ...SCOPE, ...named, claimed, idempotency: null }, BY);
    return resource_id;
  };
  const sent = async (bytes: Buffer, described = true, hold?: StepKind): Promise<string> => {
    const id = await announced(described);
    if (hold) w.hold(id, hold);
    await w.opened.objects.put(`incoming/${SCOPE.org_id}/${id}/1`, Readable.from([bytes]), 1_000_000);
    await say(id, 'UPLOAD_REPORTED');
    return id;
  };
  const picture = async (hold?: StepKind) => sent(await pictureOf(++number), true, hold);
  const put = async (status: Status, id: string) => {
    await reached(id, status);
    pictures.set(status, id);
  };
  const indexed = async () => {
    const id = await picture();
    await reached(id, 'INDEXED');
    return id;
  };
  /** Refused for good, once. */
  const refusing = async (call: string, work: () => Promise<void>) => {
    w.now.fault = (asked) =>
      asked === call ? Promise.reject(new StepError(failureOf('INDEX_REFUSED', 'refused once'))) : undefined;
    await work();
    w.now.fault = () => undefined;
  };

  w.engine.state.holds = false;
  const orphan = await announced();
  w.pass(RESOURCE_LIMITS.upload_deadline_ms);
  await put('EXPIRED', orphan);
  await put('INDEXED', await indexed());
  const [trashed, deleted, deleting, unremovable] = [await indexed(), await indexed(), await indexed(), await indexed()];
  await say(trashed, 'TRASH');
  await put('TRASHED', trashed);
  await say(deleted, 'DELETE');
  await put('DELETED', deleted);
  w.hold(deleting, 'purge');
  await say(deleting, 'DELETE');
  await put('DELETING', deleting);
  await refusing('index.remove', async () => {
    await say(unremovable, 'DELETE');
    await put('PURGE_FAILED', unremovable);
  });
  await refusing('index.put', async () => put('INDEX_FAILED', await picture()));
  await put('REJECTED', await sent(Buffer.from('no picture')));
  await put('UPLOADED_NO_METADATA', await sent(await pictureOf(++number), false));
  await put('AWAITING_UPLOAD', await announced());
  await put('READY_FOR_OCR', await picture('ocr'));
  await put('OCR_DONE', await picture('save'));
  await put('METADATA_SAVED', await picture('embed'));
  await put('VECTOR_DONE', await picture('index'));
  w.embedding.state.holds = true;
  await put('VECTOR_PENDING', await picture());
  w.engine.state.holds = true;
  await put('INIT', await picture());
  return pictures;
}
