/** What is answered in the inbox. Each says in its place what came of it; what can be taken back, can. */
import { api } from '../../api/api.ts';
import { whyOf } from '../../api/refused.ts';
import { pictureNow, putPictures, readPicture } from '../../stores/pictures.ts';
import { say } from '../../stores/toast.ts';
import { inboxWords } from '../../words/inbox.ts';
import { wordsNow } from '../../words/words.ts';
import { answer, filterOf, type Group, inbox, lastAt, readInbox } from './inbox-store.ts';
import { titleOf } from './suggest.ts';

type Patch = Parameters<typeof api.patch_metadata>[0]['body'];
const params = (resource_id: string) => ({ params: { resource_id } });

/** null: taken. Else why not. `complete`: nothing is missing any more. */
export async function describe(id: string, patch: Patch): Promise<{ complete: boolean; why: string | null }> {
  try {
    const { body } = await api.patch_metadata({ ...params(id), body: patch });
    putPictures([body]);
    const complete = body.metadata_missing.length === 0;
    if (complete) answer(id, wordsNow(inboxWords).goes_on);
    return { complete, why: null };
  } catch (error) {
    return { complete: false, why: whyOf(error) };
  }
}

/** Every one that lacks a title gets that of its file, whatever is typed at others. */
export async function nameByFiles(ids: readonly string[]): Promise<void> {
  const words = wordsNow(inboxWords);
  const items = ids.flatMap((id) => {
    const picture = pictureNow(id);
    if (!picture?.metadata_missing.includes('title')) return [];
    const title = titleOf(picture.filename) ?? picture.filename.replace(/\.[^.]{1,8}$/, '');
    return [{ resource_id: id, metadata: { title } }];
  });
  if (items.length === 0) return;
  try {
    const { body } = await api.change_resources({ body: { action: 'patch', items } });
    for (const { resource_id, resource } of body.items) {
      if (!resource) continue;
      putPictures([resource]);
      if (resource.metadata_missing.length === 0) answer(resource_id, words.goes_on);
    }
    const refused = body.items.find(({ problem }) => problem !== null);
    if (refused) say(words.some_refused(body.failed, refused.problem?.detail ?? ''), { bad: true });
    else say(words.named(body.changed));
  } catch (error) {
    say(whyOf(error), { bad: true });
  }
}

const MAX_ROUNDS = 200;
/** All of the group, however many: 500 a call. */
export async function retryGroup(group: Group): Promise<void> {
  const words = wordsNow(inboxWords);
  const last_at = lastAt(group);
  let [changed, failed, why, cursor] = [0, 0, '', null as string | null];
  try {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { body } = await api.change_resources({
        body: { action: 'retry', filter: filterOf(group), ...(cursor === null ? {} : { cursor }) },
      });
      changed += body.changed;
      failed += body.failed;
      why = body.items.find(({ problem }) => problem !== null)?.problem?.detail ?? why;
      cursor = body.next_cursor;
      if (cursor === null) break;
    }
  } catch (error) {
    failed += 1;
    why = whyOf(error);
  }
  const text = [
    ...(changed > 0 || failed === 0 ? [words.go_on(changed)] : []),
    ...(failed > 0 ? [words.some_refused(failed, why)] : []),
  ];
  answer(group.key, text.join('. '), { bad: failed > 0, last_at });
  void readInbox();
}

export async function trashRejected(ids: readonly string[]): Promise<void> {
  const words = wordsNow(inboxWords);
  try {
    const { body } = await api.change_resources({ body: { action: 'trash', resource_ids: [...ids] } });
    const gone = body.items.flatMap(({ resource }) => (resource ? putPictures([resource]) : []));
    const undo = async () => {
      await api.change_resources({ body: { action: 'restore', resource_ids: gone } });
      for (const key of gone) inbox.trigger.open({ key });
      await readInbox();
    };
    for (const id of gone) answer(id, words.trashed(1), { undo });
    if (body.failed > 0) say(words.some_refused(body.failed, ''), { bad: true });
    else say(words.trashed(gone.length), { undo });
  } catch (error) {
    say(whyOf(error), { bad: true });
  }
}

const WAIT_S = 30;
const MAX_WAITS = 40;
/** Sends a better file with the details of the old one, which goes to the trash once the new one is in. */
export async function addAgain(id: string, file: File): Promise<void> {
  const words = wordsNow(inboxWords);
  const old = pictureNow(id);
  if (!old) return;
  answer(id, words.sending);
  try {
    const form = new FormData();
    const { title, description, tags, languages } = old.metadata;
    form.set('metadata', JSON.stringify({ title: title ?? titleOf(file.name) ?? file.name, description, tags, languages }));
    form.set('file', file);
    const created = await api.create_resource({ form });
    const fresh = created.body.resource;
    if (created.status === 200 || fresh.resource_id === id) return refusedAgain(id, words.same_file);
    answer(id, words.looked_at);
    const seen = await seenBy(fresh.resource_id);
    if (seen.phase === 'failed') return refusedAgain(id, words.again_rejected(seen.failure?.meaning ?? ''));
    await trashRejected([id]);
    answer(id, words.replaced);
  } catch (error) {
    refusedAgain(id, whyOf(error));
  }
}
function refusedAgain(id: string, why: string): void {
  inbox.trigger.open({ key: id });
  say(why, { bad: true });
  void readInbox();
}
/** Once the service has looked into the file. */
async function seenBy(id: string) {
  for (let n = 0; n < MAX_WAITS; n++) {
    const picture = await readPicture(id);
    if (picture.status !== 'AWAITING_UPLOAD') return picture;
    await api.get_resource({ ...params(id), wait_s: WAIT_S });
  }
  return readPicture(id);
}
