/** Entries of the index that belong to no picture: it is gone, or never was. */
import type { Scope } from '../../runtime/ports/scope.ts';
import { isGoneForGood, isNowhere, type Stranger, type VerifyParts } from './found.ts';

type Parts = Pick<VerifyParts, 'facts' | 'index' | 'limits'>;

/** `scope`: null is all organisations. next: null: there are no more. */
export async function strangeEntries(
  { facts, index, limits }: Parts,
  scope: Scope | null,
  after: string | null,
): Promise<{ looked_at: number; next: string | null; strangers: Stranger[] }> {
  const page = await index.scan(after, limits.verify_page);
  const own = page.filter(({ org_id, deleted }) => !deleted && (scope === null || scope.org_id === org_id));
  const pictures = await facts.verification.some([...new Set(own.map(({ resource_id }) => resource_id))].sort());
  const by_id = new Map(pictures.map((picture) => [picture.resource_id, picture]));
  const strangers = own.flatMap(({ resource_id, org_id, revision }): Stranger[] => {
    const picture = by_id.get(resource_id);
    const belongs = picture !== undefined && picture.org_id === org_id && !isGoneForGood(picture);
    if (belongs) return [];
    const detail = isNowhere(picture) ? 'there is no such picture' : 'the picture is gone';
    return [{ finding: 'ENTRY_WITHOUT_PICTURE', org_id, resource_id, subject: resource_id, mark: revision, detail }];
  });
  return { looked_at: own.length, next: page.length < limits.verify_page ? null : (page.at(-1)?.resource_id ?? null), strangers };
}

/** Whether it is still so, at the same revision, and the entry is removed then. A late put of before is refused by the tombstone. */
export async function removeEntry(
  { facts, index }: Parts,
  { org_id, resource_id, mark }: Omit<Stranger, 'detail'>,
): Promise<boolean> {
  const scope = { org_id };
  const [head] = await index.heads(scope, [resource_id]);
  const [picture] = await facts.verification.some([resource_id]);
  if (!head || head.deleted || head.revision !== mark) return false;
  if (picture !== undefined && picture.org_id === org_id && !isGoneForGood(picture)) return false;
  const into = await facts.index_targets.get();
  await index.remove(scope, resource_id, head.revision, into);
  if (isNowhere(picture)) await index.forget(scope, [resource_id], into); // nobody else would ever forget it
  return true;
}
