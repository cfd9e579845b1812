/** The metadata that people enter for a picture. */
import { z } from 'zod';
import { boundedArray } from './bounded.ts';
import type { Json } from './json.ts';
import { rule } from './rules.ts';

/** The output of JSON.parse is JSON already, and need not be checked value by value. */
const json = z.custom<Json>((value) => value !== undefined);
/** Printable, no control characters: titles and tags are shown, stored and searched as they are. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !/\p{Cc}/u.test(text), rule('no control characters'))
    .refine((text) => text.isWellFormed(), rule('no lone surrogates'));

const fields = {
  title: line(300),
  description: z
    .string()
    .max(10_000)
    .refine((text) => text.isWellFormed() && !text.includes('\u0000'), rule('no NUL, no lone surrogates')),
  tags: boundedArray(line(60), { max: 50 }).transform((tags) => [...new Set(tags)]),
  /** RFC 3339 with an offset, or a date alone. */
  taken_at: z.union([z.iso.datetime({ offset: true }), z.iso.date()]),
  languages: boundedArray(
    z
      .string()
      .max(35)
      .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, rule('a language tag, such as `en` or `zh-Hans`')),
    { max: 10 },
  ).transform((languages) => [...new Set(languages)]),
  extra: extraWithin(16),
};

/** Its size is checked before its names. */
function extraWithin(kib: 16 | 64) {
  return z
    .record(z.string(), z.unknown())
    .refine(
      (extra) => JSON.stringify(extra).length <= kib * 1_024,
      rule(kib === 16 ? 'at most 16 KiB as JSON' : 'at most 64 KiB as JSON'),
    )
    .refine((extra) => !JSON.stringify(extra).includes('\\u0000'), rule('no NUL'))
    .pipe(z.record(line(60), json));
}

export const Tags = fields.tags;

/** A JSON merge patch (RFC 7396): null resets a field to its initial value. */
export const MetadataPatch = z
  .strictObject({
    title: fields.title.nullable().optional(),
    description: fields.description.nullable().optional(),
    tags: fields.tags.nullable().optional(),
    taken_at: fields.taken_at.nullable().optional(),
    languages: fields.languages.nullable().optional(),
    /** Larger than what is kept: a patch may take away as much as it gives. */
    extra: extraWithin(64).nullable().optional(),
  })
  .meta({ id: 'MetadataPatch' });
export type MetadataPatch = z.infer<typeof MetadataPatch>;

export const Metadata = z
  .strictObject({
    title: fields.title.nullable(),
    description: fields.description.nullable(),
    tags: fields.tags,
    taken_at: fields.taken_at.nullable(),
    languages: fields.languages,
    extra: fields.extra,
  })
  .meta({ id: 'Metadata' });
export type Metadata = z.infer<typeof Metadata>;

export const NO_METADATA: Metadata = { title: null, description: null, tags: [], taken_at: null, languages: [], extra: {} };

export const METADATA_FIELDS = ['title', 'description', 'tags', 'taken_at', 'languages', 'extra'] as const;
export type MetadataField = (typeof METADATA_FIELDS)[number];

/** The metadata after a patch. `extra` is merged key by key, as RFC 7396 says. */
export function patched(metadata: Metadata, patch: MetadataPatch): Metadata {
  const { extra, ...rest } = patch;
  const changed = Object.fromEntries(
    Object.entries(rest)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, value ?? NO_METADATA[field as MetadataField]]),
  );
  return {
    ...metadata,
    ...changed,
    extra: extra === undefined ? metadata.extra : extra === null ? {} : merged(metadata.extra, extra),
  };
}

function merged(target: Record<string, Json>, patch: Record<string, Json>): Record<string, Json> {
  const result = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    const before = result.get(key);
    if (value === null) result.delete(key);
    else if (isObject(value)) result.set(key, merged(isObject(before) ? before : {}, value));
    else result.set(key, value);
  }
  return Object.fromEntries(result);
}
const isObject = (value: Json | undefined): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const TAKEN_AT_SOURCES = ['person', 'file'] as const;
type TakenAt = { taken_at: string | null; taken_at_source: (typeof TAKEN_AT_SOURCES)[number] | null };
/** When a picture was taken: as a person says, else as its file does. */
export function takenAt({ metadata, file_taken_at }: { metadata: Metadata; file_taken_at: string | null }): TakenAt {
  if (metadata.taken_at !== null) return { taken_at: metadata.taken_at, taken_at_source: 'person' };
  return { taken_at: file_taken_at, taken_at_source: file_taken_at === null ? null : 'file' };
}

/** The required fields that still lack a value. */
export const missingOf = (metadata: Metadata, required: readonly MetadataField[]): MetadataField[] =>
  required.filter((field) => {
    const value = metadata[field];
    return value === null || (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0);
  });
