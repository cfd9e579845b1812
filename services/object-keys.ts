/** Where the bytes of a picture are; see the contract. */

type Whose = { org_id: string; resource_id: string };
/** The only place that an upload link can write. */
export const incomingPrefix = ({ org_id, resource_id }: Whose) => `incoming/${org_id}/${resource_id}/`;
/** What inspect froze and made: nothing else writes here. */
export const ownPrefix = ({ org_id, resource_id }: Whose) => `${org_id}/${resource_id}/`;
export const originalKey = (whose: Whose, run: string) => `${ownPrefix(whose)}${run}/original`;
/** width: of the longer side, in pixels. The larger is the preview; the smaller is for lists. */
export const PREVIEWS = [
  { name: 'preview.webp', width: 1600 },
  { name: 'preview-320.webp', width: 320 },
] as const;
export const previewKey = (original_key: string, name: string) => original_key.replace(/original$/, name);
