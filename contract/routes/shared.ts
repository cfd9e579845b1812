/** Schemas that several routes take. */
import { z } from 'zod';

/** A query or a body without any field. */
export const NOTHING = z.strictObject({});
export const JSON_TYPES = ['application/json'] as const;
export const MERGE_PATCH_TYPES = ['application/json', 'application/merge-patch+json'] as const;
export const FORM_TYPE = 'multipart/form-data';

/** A page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

/** The parameters of a signed link, beside those of the call itself. */
export const LINK_PARAMETERS = ['org_id', 'expires', 'key_id', 'signature'] as const;
