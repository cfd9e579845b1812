/** Search requests and hits. */
import { z } from 'zod';
import { Resource } from './resource.ts';
import { PHASES } from './statuses.ts';
import { TIERS } from './tiers.ts';

export const SEARCH_MODES = ['hybrid', 'text', 'vector'] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];
export const FACETS = ['tag', 'year', 'phase'] as const;
export type Facet = (typeof FACETS)[number];

/** Maximum hits of a page. */
export const MAX_HITS = 200;

export const SearchRequest = z.strictObject({
  q: z.string().max(500).default(''),
  mode: z.enum(SEARCH_MODES).default('hybrid'),
  phase: z.array(z.enum(PHASES)).optional(),
  tag: z.array(z.string().min(1).max(60)).max(20).optional(),
  not_tag: z.array(z.string().min(1).max(60)).max(20).optional(),
  batch_id: z.array(z.string().min(1).max(100)).max(20).optional(),
  taken_from: z.union([z.iso.datetime({ offset: true }), z.iso.date()]).optional(),
  taken_to: z.union([z.iso.datetime({ offset: true }), z.iso.date()]).optional(),
  created_from: z.iso.datetime({ offset: true }).optional(),
  created_to: z.iso.datetime({ offset: true }).optional(),
  /** The lowest tier that is listed. Absent: `meaning` in hybrid mode, else `some`. */
  match: z.enum(TIERS).optional(),
  sort: z.enum(['relevance', 'newest']).default('relevance'),
  facets: z.array(z.enum(FACETS)).default([]),
  duplicates: z.enum(['true', 'false']).default('false'),
  /** Holds marks of the hits that were listed before. */
  cursor: z.string().max(4_000).optional(),
  limit: z.int().min(1).max(MAX_HITS).default(20),
});
export type SearchRequest = z.infer<typeof SearchRequest>;

/** parts: the passage in pieces, so that no client needs HTML or offsets. */
export const Highlight = z.object({
  field: z.enum(['title', 'description', 'tags', 'filename', 'text']),
  page: z.int().nullable(),
  parts: z.array(z.object({ text: z.string(), match: z.boolean() })),
});
export type Highlight = z.infer<typeof Highlight>;

export const Box = z.object({ page: z.int(), x: z.number(), y: z.number(), w: z.number(), h: z.number() });
export type Box = z.infer<typeof Box>;

export const SearchHit = z
  .object({
    resource: Resource,
    match: z.enum(TIERS),
    score: z.number().meta({ deprecated: true }),
    highlights: z.array(Highlight),
    boxes: z.array(Box),
  })
  .meta({ id: 'SearchHit' });
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchAnswer = z.object({
  items: z.array(SearchHit),
  total: z.int(),
  total_is_exact: z.boolean(),
  totals: z.object({
    exact: z.int(),
    alike: z.int().nullable(),
    some: z.int().nullable(),
    meaning: z.int().nullable(),
  }),
  terms: z.array(z.object({ term: z.string(), count: z.int() })),
  working: z.int(),
  facets: z.partialRecord(z.enum(FACETS), z.array(z.object({ value: z.string(), count: z.int() }))),
  next_cursor: z.string().nullable(),
  took_ms: z.number(),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;
