/** One change of many pictures, by their ids or by a filter; each is answered for itself. */
import { z } from 'zod';
import { boundedArray } from './bounded.ts';
import { MetadataPatch, Tags } from './metadata.ts';
import { ProblemResponse } from './problems.ts';
import { FILTERS, Id, ListResources, Reprocess, Resource } from './resource.ts';
import { rule } from './rules.ts';

/** Pictures of one request. */
export const MAX_BULK = 500;
export const BULK_ACTIONS = ['retry', 'reprocess', 'trash', 'restore', 'patch'] as const;

/** if_match: as the header of that name, for this picture alone. metadata: over that of the request. */
const BulkItem = z.strictObject({
  resource_id: Id,
  if_match: z.string().min(1).max(200).optional(),
  metadata: MetadataPatch.optional(),
});
export type BulkItem = z.infer<typeof BulkItem>;

export const BulkFilter = z
  .strictObject({ ...FILTERS, viewable: z.boolean().optional(), searchable: z.boolean().optional() })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), rule('at least one filter'));

const { from, discard_corrections, own_text, engine } = Reprocess.shape;
const WITH = {
  reprocess: ['from', 'discard_corrections', 'own_text', 'engine'],
  patch: ['metadata', 'tags_add', 'tags_remove'],
} as const;

/**
 * Which pictures: exactly one of `resource_ids`, `items` and `filter`. A filter means the first MAX_BULK that match now, the newest first,
 * as lists have them; `cursor` goes on after an answer's.
 */
export const BulkChange = z
  .strictObject({
    action: z.enum(BULK_ACTIONS),
    resource_ids: boundedArray(Id, { min: 1, max: MAX_BULK }).optional(),
    items: boundedArray(BulkItem, { min: 1, max: MAX_BULK }).optional(),
    filter: BulkFilter.optional(),
    cursor: ListResources.shape.cursor,
    from: from.optional(),
    discard_corrections: discard_corrections.unwrap().optional(),
    own_text,
    engine,
    metadata: MetadataPatch.optional(),
    tags_add: Tags.optional(),
    tags_remove: Tags.optional(),
  })
  .refine(
    ({ resource_ids, items, filter }) => [resource_ids, items, filter].filter((one) => one !== undefined).length === 1,
    rule('exactly one of `resource_ids`, `items` and `filter`'),
  )
  .refine(({ cursor, filter }) => cursor === undefined || filter !== undefined, {
    path: ['cursor'],
    error: rule('only with `filter`'),
  })
  .refine(({ resource_ids = [] }) => new Set(resource_ids).size === resource_ids.length, {
    path: ['resource_ids'],
    error: rule('each picture once'),
  })
  .refine(({ items = [] }) => new Set(items.map(({ resource_id }) => resource_id)).size === items.length, {
    path: ['items'],
    error: rule('each picture once'),
  })
  .superRefine((change, { addIssue }) => {
    for (const field of WITH.reprocess)
      if (change.action !== 'reprocess' && change[field] !== undefined)
        addIssue({ code: 'custom', path: [field], message: rule('only with action `reprocess`') });
    for (const field of WITH.patch)
      if (change.action !== 'patch' && change[field] !== undefined)
        addIssue({ code: 'custom', path: [field], message: rule('only with action `patch`') });
    for (const [n, { metadata }] of (change.items ?? []).entries())
      if (change.action !== 'patch' && metadata !== undefined)
        addIssue({ code: 'custom', path: ['items', n, 'metadata'], message: rule('only with action `patch`') });
  });
export type BulkChange = z.infer<typeof BulkChange>;

/** resource: as it is after the change; null: `problem` says why it was not changed. */
export const BulkResult = z
  .object({ resource_id: Id, resource: Resource.nullable(), problem: ProblemResponse.nullable() })
  .meta({ id: 'BulkResult' });
export type BulkResult = z.infer<typeof BulkResult>;

/** items: in the order of the request. remaining: how many more the filter matched; 0 without one. */
export const BulkAnswer = z.object({
  items: z.array(BulkResult),
  changed: z.int(),
  failed: z.int(),
  remaining: z.int(),
  next_cursor: z.string().nullable(),
});
export type BulkAnswer = z.infer<typeof BulkAnswer>;
