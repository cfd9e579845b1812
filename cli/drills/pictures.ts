/** The pictures of a drill: samples that are taken in, and looked at afterwards byte by byte and by a search. */
import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Text } from '../../contract/statuses.ts';
import type { Client } from '../client.ts';
import { SAMPLES } from '../project.ts';
import { plainText, search } from '../search.ts';

/** file: in samples/. query: of words on it, by which it is found. */
export type Sample = { file: string; query: string };
export const BEFORE: readonly Sample[] = [
  { file: 'faded-ticket.jpg', query: 'cable car' },
  { file: 'chinese-notice.jpg', query: '停水' },
];
export const MEANWHILE: readonly Sample[] = [
  { file: 'receipt.jpg', query: '274.70' },
  { file: 'mixed-slide.webp', query: '续航' },
];

/** text: what had been read when it came to rest before the fault; null: it was under way then. */
export type Picture = Sample & { resource_id: string; sha256: string; text: string | null };
/** What is wrong with a picture after all. */
export type Lost = { file: string; resource_id: string; why: Text };

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Sends it, and does not wait for what becomes of it. */
export async function send({ api }: Client, { file, query }: Sample): Promise<Picture> {
  const form = new FormData();
  form.append('metadata', JSON.stringify({ title: file, tags: ['drill'] }));
  form.append('file', await openAsBlob(path.join(SAMPLES, file)), file);
  const { resource } = (await api.create_resource({ form })).body;
  return { file, query, resource_id: resource.resource_id, sha256: sha256(await readFile(path.join(SAMPLES, file))), text: null };
}

/** Null while it is as it should be: INDEXED, found by its words, its bytes those that were sent, its text what was read. */
export async function wrongWith(client: Client, picture: Picture): Promise<Text | null> {
  const { resource_id, query, text } = picture;
  const { body: now } = await client.api.get_resource({ params: { resource_id } });
  if (now.phase !== 'ready') return { en: `it is ${now.status}`, zh: `状态为 ${now.status}` };
  const { items } = await search(client, query, { limit: 20 });
  if (!items.some(({ resource }) => resource.resource_id === resource_id))
    return { en: `a search for ${query} does not find it`, zh: `搜索“${query}”找不到它` };
  if (text !== null && (await plainText(client, resource_id)) !== text)
    return { en: 'its text is not what was read before', zh: '文字与此前识别的不同' };
  let bytes = Buffer.alloc(0);
  const limit = AbortSignal.timeout(BYTES_LIMIT_MS);
  await client.download(`/v1/resources/${resource_id}/content`, limit, async (body) => {
    bytes = await buffer(body);
  });
  return sha256(bytes) === picture.sha256 ? null : { en: 'its bytes are not those that were sent', zh: '内容与上传的不同' };
}
const BYTES_LIMIT_MS = 30_000;

/** For good: what a drill took in stays nowhere. */
export async function remove({ api }: Client, { resource_id }: Picture): Promise<void> {
  await api.remove_resource({ params: { resource_id }, query: { purge: 'true' } });
}
export const isGone = async ({ api }: Client, { resource_id }: Picture): Promise<boolean> =>
  (await api.get_resource({ params: { resource_id } })).body.status === 'DELETED';
