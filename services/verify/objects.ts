/** The store against the pictures of an organisation, both ways, in the order of their ids; and what lies where uploads come. */
import { createHash } from 'node:crypto';
import { PREVIEWS, previewKey } from '../../contract/object-keys.ts';
import type { ObjectHead, Objects } from '../../runtime/ports/objects.ts';
import type { CheckedPicture } from '../../runtime/ports/verification.ts';
import { type Found, found, type Sound, type Stranger, type VerifyParts } from './found.ts';
import { allBelow, hasFinalCopy, leftUpload, strangersIn } from './strange-objects.ts';

/** found: reported, since nobody but a person can put bytes back. strangers: what belongs to no living picture. next: null: no more. */
export type Walked = { looked_at: number; next: string | null; found: Found[]; strangers: Stranger[] };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const OURS = /^(original|preview(-\d+)?(-page-\d+)?\.webp)$/;
/** Behind all keys of what comes before it, and before those of the next: `/` is followed by `0`. */
const behind = (place: string): string => `${place}0`;

/** Objects by the name below `prefix`, whole groups only. end: the last of them; null: there are no more behind. */
async function groupsAfter(
  { objects, limits }: Pick<VerifyParts, 'objects' | 'limits'>,
  prefix: string,
  after: string | null,
): Promise<{ groups: Map<string, ObjectHead[]>; end: string | null }> {
  const limit = limits.verify_objects_page;
  const heads = await objects.page(prefix, after === null ? null : behind(prefix + after), limit);
  const groups = new Map<string, ObjectHead[]>();
  for (const head of heads) {
    const name = head.key.slice(prefix.length).split('/')[0] ?? '';
    const group = groups.get(name);
    if (group) group.push(head);
    else groups.set(name, [head]);
  }
  if (heads.length < limit) return { groups, end: null };
  const last = [...groups.keys()].at(-1) ?? '';
  if (groups.size > 1)
    groups.delete(last); // the rest of it is on the next page
  else groups.set(last, await allBelow(objects, `${prefix}${last}/`));
  return { groups, end: [...groups.keys()].at(-1) ?? null };
}

/** `after`: the id of the last picture that was compared. A list is used for several pages of pictures: a folder is read whole for each. */
export async function walkObjects(parts: VerifyParts, org_id: string, after: string | null): Promise<Walked> {
  const { facts, limits } = parts;
  const { groups, end } = await groupsAfter(parts, `${org_id}/`, after);
  const walked: Walked = { looked_at: 0, next: after, found: [], strangers: [] };
  for (let more = true; more && walked.looked_at < limits.verify_objects_page; ) {
    const pictures = await facts.verification.page({ org_id }, { after: walked.next, to: end, limit: limits.verify_page });
    more = pictures.length === limits.verify_page;
    walked.next = more ? (pictures.at(-1)?.resource_id ?? end) : end;
    await walkPage(parts, org_id, { pictures, groups, walked });
  }
  return walked;
}

type Page = { pictures: CheckedPicture[]; groups: Map<string, ObjectHead[]>; walked: Walked };
/** Compares pictures with their groups, and takes away all groups up to the last of them. */
async function walkPage(parts: VerifyParts, org_id: string, { pictures, groups, walked }: Page): Promise<void> {
  const by_id = new Map(pictures.map((picture) => [picture.resource_id, picture]));
  for (const [resource_id, heads] of groups) {
    if (walked.next !== null && resource_id > walked.next) continue;
    const named = heads.filter(({ key }) => isNamed(key));
    walked.found.push(...heads.filter(({ key }) => !isNamed(key)).map(({ key }) => unknown(org_id, key)));
    if (UUID.test(resource_id)) {
      const [picture] = by_id.has(resource_id) ? [by_id.get(resource_id)] : await parts.facts.verification.some([resource_id]);
      walked.strangers.push(...strangersIn({ org_id, resource_id }, picture, named));
    }
  }
  for (const picture of pictures) {
    walked.looked_at += 1;
    if (hasFinalCopy(picture)) walked.found.push(...(await lacking(parts, picture, groups.get(picture.resource_id) ?? [])));
  }
  for (const name of groups.keys()) if (walked.next === null || name <= walked.next) groups.delete(name);
}

const isNamed = (key: string): boolean => {
  const [, resource_id = '', run = '', name = '', ...more] = key.split('/');
  return more.length === 0 && UUID.test(resource_id) && run !== '' && OURS.test(name);
};
const unknown = (org_id: string, key: string): Found => ({
  ...{ finding: 'OBJECT_UNKNOWN' as const, org_id, resource_id: '', seq: null, subject: key, heal: null },
  detail: 'its name is none of ours',
});

/** What the store must hold of a picture, and does not. Looked for by name before it is said. */
async function lacking(parts: VerifyParts, picture: Sound, heads: ObjectHead[]): Promise<Found[]> {
  const { row } = picture;
  const { original_key } = row;
  if (original_key === null) return [];
  const there = new Map(heads.map((head) => [head.key, head]));
  const wrong: Found[] = [];
  const original = there.get(original_key) ?? (await parts.objects.head(original_key));
  if (!original) wrong.push(found('ORIGINAL_MISSING', picture, `${row.byte_size} bytes`, { subject: original_key }));
  else wrong.push(...(await differing(parts, picture, original)));
  for (const key of previewsOf(row, original_key))
    if (!there.has(key) && !(await parts.objects.head(key)))
      wrong.push(found('PREVIEW_MISSING', picture, 'it is not there', { subject: key }));
  if (wrong.length === 0) return [];
  const [now] = await parts.facts.verification.some([picture.resource_id]);
  return isUnmoved(picture, now) ? wrong : [];
}
const isUnmoved = (picture: Sound, now: CheckedPicture | undefined): boolean =>
  now !== undefined && hasFinalCopy(now) && now.instance.seq === picture.instance.seq;

/** A page of a PDF that could not be drawn has none. */
function previewsOf({ page_count, content_type, remarks }: Sound['row'], original_key: string): string[] {
  const undrawn = new Set(content_type === 'application/pdf' ? remarks.map(({ page }) => page) : []);
  const pages = Array.from({ length: page_count ?? 0 }, (_, at) => at + 1).filter((page) => !undrawn.has(page));
  return pages.flatMap((page) => PREVIEWS.map(({ size }) => previewKey(original_key, size, page)));
}

async function differing({ objects, clock, limits }: VerifyParts, picture: Sound, original: ObjectHead): Promise<Found[]> {
  const { byte_size, sha256 } = picture.row;
  const differs = (detail: string) => [found('CHECKSUM_DIFFERS', picture, detail, { subject: original.key })];
  if (byte_size !== null && original.byte_size !== byte_size) return differs(`${original.byte_size} bytes, not ${byte_size}`);
  if (sha256 === null || clock.random() * limits.verify_checksum_every >= 1) return [];
  const sum = await checksumOf(objects, original.key);
  return sum === null || sum === sha256 ? [] : differs(`SHA-256 ${sum}, not ${sha256}`);
}

async function checksumOf(objects: Objects, key: string): Promise<string | null> {
  const bytes = await objects.read(key);
  if (!bytes) return null;
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

/** Uploads of an organisation, by the picture that they are for. */
export async function walkUploads(parts: VerifyParts, org_id: string, after: string | null): Promise<Walked> {
  const { groups, end } = await groupsAfter(parts, `incoming/${org_id}/`, after);
  const walked: Walked = { looked_at: groups.size, next: end, found: [], strangers: [] };
  for (const [resource_id, heads] of groups) {
    if (!UUID.test(resource_id)) walked.found.push(...heads.map(({ key }) => unknown(org_id, key)));
    else {
      const [picture] = await parts.facts.verification.some([resource_id]);
      walked.strangers.push(...leftUpload({ org_id, resource_id }, picture, heads));
    }
  }
  return walked;
}

/** What lies outside of the places of all organisations. Those that are known are passed over, whatever they hold. */
export async function walkOutside(parts: VerifyParts, after: string | null): Promise<Walked> {
  const { facts, objects, limits } = parts;
  const page = await objects.page('', after, limits.verify_objects_page);
  const walked: Walked = {
    looked_at: 0,
    next: page.length < limits.verify_objects_page ? null : (page.at(-1)?.key ?? null),
    found: [],
    strangers: [],
  };
  const known = new Map<string, boolean>();
  for (const { key } of page) {
    const [first = '', second = ''] = key.split('/');
    const [org_id, place] = first === 'incoming' ? [second, `${first}/${second}`] : [first, first];
    const is_known = known.get(org_id) ?? (await facts.verification.knowsOrganisation(org_id));
    known.set(org_id, is_known);
    if (is_known) return { ...walked, next: behind(place) };
    walked.looked_at += 1;
    walked.found.push(unknown('', key));
  }
  return walked;
}
