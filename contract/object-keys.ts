/** Keys of the objects of a picture. */

type ResourceIds = { org_id: string; resource_id: string };
/** The only prefix that an upload link can write. */
export const incomingPrefix = ({ org_id, resource_id }: ResourceIds) => `incoming/${org_id}/${resource_id}/`;
/** The prefix of the immutable original and its previews: only `inspect` writes here. */
export const ownPrefix = ({ org_id, resource_id }: ResourceIds) => `${org_id}/${resource_id}/`;
export const originalKey = (ids: ResourceIds, run: string) => `${ownPrefix(ids)}${run}/original`;
/** size: of the longer side, in pixels. The larger is the preview; the smaller is for lists. */
export const PREVIEWS = [
  { size: '1600', name: 'preview.webp' },
  { size: '320', name: 'preview-320.webp' },
] as const;
export type PreviewSize = (typeof PREVIEWS)[number]['size'];
/** Beside the original. page: from 1, whose key has no number, since pictures usually have no other. */
export function previewKey(original_key: string, size: PreviewSize, page: number): string {
  const name = PREVIEWS.find((preview) => preview.size === size)?.name ?? 'preview.webp';
  return original_key.replace(/[^/]*$/, page === 1 ? name : name.replace('.', `-page-${page}.`));
}
