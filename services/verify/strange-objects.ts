/** Objects against the pictures that they are of: whose they are, and which of them a picture must have. */
import { incomingPrefix, ownPrefix } from '../../contract/object-keys.ts';
import { WRITES_OBJECTS } from '../../contract/step-kinds.ts';
import type { ObjectHead, Objects } from '../../runtime/ports/objects.ts';
import type { CheckedPicture } from '../../runtime/ports/verification.ts';
import { isGoneForGood, isNowhere, isSound, type Sound, type Stranger, type VerifyParts } from './found.ts';

/** Objects of one picture that are listed at once: those of more pages than a document may have. */
const MAX_OBJECTS = 10_000;

/** The newest of them, in whole seconds: what stores round to. */
const markOf = (heads: ObjectHead[]): number => Math.floor(Math.max(0, ...heads.map(({ modified_at }) => modified_at)) / 1_000);
export const runOf = (own: string, key: string): string => key.slice(own.length).split('/')[0] ?? '';

/** Objects of one picture, below its own prefix, that nothing leads to. `picture` undefined: there is none. */
export function strangersIn(
  ids: { org_id: string; resource_id: string },
  picture: CheckedPicture | undefined,
  heads: ObjectHead[],
): Stranger[] {
  const own = ownPrefix(ids);
  const stranger = (finding: Stranger['finding'], subject: string, of: ObjectHead[], detail: string): Stranger[] =>
    of.length === 0 ? [] : [{ finding, ...ids, subject, mark: markOf(of), detail }];
  if (picture === undefined || picture.org_id !== ids.org_id)
    return stranger('OBJECT_WITHOUT_PICTURE', own, heads, `${heads.length} objects, and no such picture`);
  if (isGoneForGood(picture))
    return stranger('OBJECT_OF_DELETED', own, heads, `${heads.length} objects of a picture that is gone`);
  if (!hasFinalCopy(picture) || picture.is_cleared) return []; // the service removes them itself, once their writers have ended
  const counts = runOf(own, picture.row.original_key ?? '');
  const runs = new Set(heads.map(({ key }) => runOf(own, key)));
  runs.delete(counts);
  return [...runs].flatMap((run) => {
    const of_run = heads.filter(({ key }) => runOf(own, key) === run);
    return stranger('OBJECT_OF_OTHER_RUN', `${own}${run}/`, of_run, `${of_run.length} objects; ${counts} is the run that counts`);
  });
}

/** The copy that counts is known, and no step is at work that writes or removes objects of it. */
export const hasFinalCopy = (picture: CheckedPicture): picture is Sound =>
  isSound(picture) &&
  picture.row.original_key !== null &&
  picture.row.status !== 'DELETING' &&
  picture.row.status !== 'PURGE_FAILED' &&
  Object.values(picture.instance.jobs).every(({ src }) => src !== 'purge' && ![...WRITES_OBJECTS].some((kind) => kind === src));

/** Uploads of a picture that is gone: nobody will look at them. */
export function leftUpload(
  ids: { org_id: string; resource_id: string },
  picture: CheckedPicture | undefined,
  heads: ObjectHead[],
): Stranger[] {
  const is_awaited = picture !== undefined && picture.org_id === ids.org_id && !isGoneForGood(picture);
  if (is_awaited || heads.length === 0) return [];
  const detail = isNowhere(picture) ? 'there is no such picture' : 'the picture is gone';
  return [{ finding: 'UPLOAD_LEFT', ...ids, subject: incomingPrefix(ids), mark: markOf(heads), detail }];
}

/** Whether it is still so, with nothing written since, and the objects are removed then. */
export async function removeObjects({ facts, objects }: VerifyParts, seen: Omit<Stranger, 'detail'>): Promise<boolean> {
  const { org_id, resource_id, finding, subject, mark } = seen;
  const ids = { org_id, resource_id };
  const prefix = finding === 'UPLOAD_LEFT' ? incomingPrefix(ids) : ownPrefix(ids);
  const heads = await allBelow(objects, prefix);
  const [picture] = await facts.verification.some([resource_id]);
  const now = finding === 'UPLOAD_LEFT' ? leftUpload(ids, picture, heads) : strangersIn(ids, picture, heads);
  if (!now.some((one) => one.finding === finding && one.subject === subject && one.mark === mark)) return false;
  await objects.removePrefix(subject);
  return true;
}

/** By key. Throws beyond what one picture may have: then nothing is concluded from a part of it. */
export async function allBelow(objects: Objects, prefix: string): Promise<ObjectHead[]> {
  const heads = await objects.page(prefix, null, MAX_OBJECTS + 1);
  if (heads.length > MAX_OBJECTS) throw new RangeError(`more than ${MAX_OBJECTS} objects below ${prefix}`);
  return heads;
}
