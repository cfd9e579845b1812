/** A resource (one picture) as clients see it, and what they may ask for. */
import { z } from 'zod';
import { FAILURE_CODES, isFailureCode } from './failures.ts';
import { withoutHidden } from './hidden.ts';
import { Metadata, MetadataPatch, TAKEN_AT_SOURCES } from './metadata.ts';
import { REMARKS } from './remark-codes.ts';
import { RemarkAnswer } from './remarks.ts';
import { rule } from './rules.ts';
import { PHASES, STATUSES } from './statuses.ts';
import { REPROCESS_FROM, STEP_KINDS } from './step-kinds.ts';
import { ENGINE_CHOICES, ENGINE_ORDERS, OWN_TEXT_ORDERS } from './steps.ts';

export const Id = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, rule('a UUIDv7 in lower case'));
const Time = z.iso.datetime();
export const Sha256 = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, rule('64 hexadecimal digits'))
  .transform((hex) => hex.toLowerCase());

/** Supported types, and their usual file extensions. A client may declare any of these; what counts is what `inspect` finds. */
const EXTENSIONS = {
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/avif': ['avif'],
  'image/tiff': ['tif', 'tiff'],
  'image/bmp': ['bmp'],
  'image/heic': ['heic', 'heif'],
  'application/pdf': ['pdf'],
} as const;
export type ContentType = keyof typeof EXTENSIONS;
export const isContentType = (type: string): type is ContentType => Object.hasOwn(EXTENSIONS, type);
export const CONTENT_TYPES = Object.keys(EXTENSIONS).filter(isContentType);
/** Of what is announced as any other type: of an upload and of the object that it stores. */
const ANY_TYPE = 'application/octet-stream';
/**
 * The type that an upload is given for the one that its client announces: a supported one, without parameters and in lower case, else
 * any. It is a claim: what is served has the type that `inspect` finds.
 */
export function announcedType(announced: string): ContentType | typeof ANY_TYPE {
  const [type = ''] = announced.toLowerCase().split(';', 1);
  const trimmed = type.trim();
  return isContentType(trimmed) ? trimmed : ANY_TYPE;
}
/** The usual extension of this type, without the dot. */
export const extensionOf = (type: ContentType): string => EXTENSIONS[type][0];
/** Supported file extensions, without the dot, in lower case. */
export const FILE_EXTENSIONS: readonly string[] = Object.values(EXTENSIONS).flat();

/** A name to show, never a path: no separators, no control characters. What else is not seen in it is taken out. */
export const Filename = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !/[\p{Cc}/\\]/u.test(name) && name !== '.' && name !== '..', rule('a file name, not a path'))
  .refine((name) => name.isWellFormed(), rule('no lone surrogates'))
  .transform(withoutHidden)
  .refine((name) => name.trim() !== '' && name !== '.' && name !== '..', rule('a file name that is seen'));

export const CreateResource = z
  .strictObject({
    filename: Filename,
    content_type: z.string().max(1_000).transform(announcedType),
    byte_size: z.int().min(1),
    sha256: Sha256.optional(),
    metadata: MetadataPatch.optional(),
    batch_id: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[\w.:-]+$/, rule('only letters, digits and . : _ -'))
      .optional(),
    on_duplicate: z.enum(['return', 'keep']).default('return'),
  })
  .meta({ id: 'CreateResource' });
export type CreateResource = z.infer<typeof CreateResource>;
/** The parts of a form before its file. */
export const CreateForm = CreateResource.pick({ metadata: true, batch_id: true, on_duplicate: true });
export type CreateForm = z.infer<typeof CreateForm>;

/**
 * A person's order to reprocess. `discard_corrections`: corrections are dropped too. `own_text`: see Reading; `engine`: what reads, `auto`
 * takes back an order; both absent: as it was ordered before.
 */
export const Reprocess = z
  .strictObject({
    from: z.enum(REPROCESS_FROM),
    discard_corrections: z.boolean().default(false),
    own_text: z.enum(OWN_TEXT_ORDERS).nullable().optional(),
    engine: z.enum(ENGINE_CHOICES).optional(),
  })
  .refine(({ from, own_text }) => from === 'ocr' || own_text === undefined, {
    path: ['own_text'],
    error: rule('only from `ocr`: the text is not read again otherwise'),
  })
  .refine(({ from, engine }) => from === 'ocr' || engine === undefined, {
    path: ['engine'],
    error: rule('only from `ocr`: the text is not read again otherwise'),
  })
  .refine(({ from, discard_corrections }) => from === 'ocr' || !discard_corrections, {
    path: ['discard_corrections'],
    error: rule('only from `ocr`: the text is not read again otherwise'),
  });
export type Reprocess = z.infer<typeof Reprocess>;

const CODES = Object.keys(FAILURE_CODES).filter(isFailureCode);
/** By what lists, counts and bulk changes pick pictures: a list of values means any of them. */
export const FILTERS = {
  status: z
    .array(z.enum(STATUSES.map(({ status }) => status)))
    .max(50)
    .optional(),
  phase: z.array(z.enum(PHASES)).max(50).optional(),
  tag: z.array(z.string().min(1).max(60)).max(20).optional(),
  not_tag: z.array(z.string().min(1).max(60)).max(20).optional(),
  batch_id: z.array(z.string().min(1).max(100)).max(20).optional(),
  sha256: z.array(Sha256).max(20).optional(),
  remark: z.array(z.enum(REMARKS)).max(50).optional(),
  failure_code: z.array(z.enum(CODES)).max(50).optional(),
  failure_step: z.array(z.enum(STEP_KINDS)).max(50).optional(),
  engine: z.array(z.string().min(1).max(100)).max(20).optional(),
  created_from: z.iso.datetime({ offset: true }).optional(),
  created_to: z.iso.datetime({ offset: true }).optional(),
} as const;

export const ListResources = z.strictObject({
  ...FILTERS,
  viewable: z.enum(['true', 'false']).optional(),
  searchable: z.enum(['true', 'false']).optional(),
  sort: z.enum(['-created_at', 'title', 'deadline_at']).default('-created_at'),
  cursor: z.string().max(1_000).optional(),
  limit: z.int().min(1).max(200).default(50),
});
export type ListResources = z.infer<typeof ListResources>;
/** No place on earth is farther from UTC. */
const MAX_UTC_OFFSET_MIN = 14 * 60;
export const CountResources = ListResources.omit({ sort: true, cursor: true, limit: true }).extend({
  by: z.enum(['month']).optional(),
  utc_offset_min: z.int().min(-MAX_UTC_OFFSET_MIN).max(MAX_UTC_OFFSET_MIN).optional(),
});
export type CountResources = z.infer<typeof CountResources>;
export const HistoryPage = ListResources.pick({ cursor: true, limit: true });

export const Counts = z.object({
  total: z.int(),
  by_phase: z.record(z.string(), z.int()),
  by_status: z.record(z.string(), z.int()),
  by_remark: z.record(z.string(), z.int()),
  by_month: z.record(z.string(), z.int()).optional(),
});

export const ListTags = z.strictObject({
  prefix: z.string().max(60).default(''),
  limit: z.int().min(1).max(200).default(50),
});
export const Tags = z.object({ items: z.array(z.object({ tag: z.string(), count: z.int() })) });

export const FailureAnswer = z
  .object({
    step: z.string(),
    code: z.string(),
    retryable: z.boolean(),
    meaning: z.string(),
    detail: z.string(),
    attempts: z.int(),
    at: Time,
  })
  .meta({ id: 'Failure' });

/** A call that sends one of `allowed_events`. */
export const Action = z
  .object({ event: z.string(), method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']), href: z.url() })
  .meta({ id: 'Action' });
export type Action = z.infer<typeof Action>;

export const Resource = z
  .object({
    resource_id: Id,
    org_id: z.string(),
    user_id: z.string(),
    batch_id: z.string().nullable(),
    status: z.enum(STATUSES.map(({ status }) => status)),
    phase: z.enum(PHASES),
    waits_for: z.string(),
    deadline_at: Time.nullable(),
    viewable: z.boolean(),
    searchable: z.boolean(),
    revision: z.int(),
    indexed_revision: z.int().nullable(),
    has_vector: z.boolean(),
    filename: z.string(),
    content_type: z.string(),
    byte_size: z.int().nullable(),
    sha256: z.string().nullable(),
    page_count: z.int().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    page_sizes: z.array(z.tuple([z.int(), z.int()])).nullable(),
    duplicate_of: z.string().nullable(),
    metadata: Metadata,
    taken_at_source: z.enum(TAKEN_AT_SOURCES).nullable(),
    metadata_missing: z.array(z.string()),
    failure: FailureAnswer.nullable(),
    remarks: z.array(RemarkAnswer),
    reading: z.object({
      own_text: z.enum(OWN_TEXT_ORDERS).nullable(),
      ordered_engine: z.enum(ENGINE_ORDERS).nullable(),
      engine: z.string().nullable(),
    }),
    allowed_events: z.array(z.string()),
    actions: z.array(Action),
    preview_url: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
    uploaded_at: Time.nullable(),
    indexed_at: Time.nullable(),
  })
  .meta({ id: 'Resource' });
export type Resource = z.infer<typeof Resource>;

/** What an uploader needs: fields are of a form POST; `complete_url` is signed and needs no key. */
export const Upload = z
  .object({
    method: z.enum(['PUT', 'POST']),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    fields: z.record(z.string(), z.string()).optional(),
    expires_at: Time,
    complete_url: z.string(),
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof Upload>;

/**
 * What the run of a step took that ended here, well or not. attempts: the last one too. losses: runs that were lost with a process; ms: of the
 * last one, at a provider since it was accepted. last_failure: of the last attempt that failed.
 */
export const EndedRun = z
  .object({
    attempts: z.int(),
    losses: z.int(),
    ms: z.int().nullable(),
    last_failure: FailureAnswer.pick({ code: true, retryable: true, meaning: true, detail: true }).nullable(),
  })
  .meta({ id: 'EndedRun' });

/** Who did something. id: of the user or key; null: whoever held a link, or the service itself. */
export const Author = z.object({ kind: z.enum(['user', 'key', 'worker', 'sweep', 'operator']), id: z.string().nullable() });
export type Author = z.infer<typeof Author>;
/**
 * by.name: of the user or key; null where there is none, or it is the key of commands on the service's machine. `run`: null where none ended,
 * and in entries of earlier versions.
 */
export const HistoryItem = z
  .object({
    seq: z.int(),
    at: Time,
    event: z.string(),
    from: z.string().nullable(),
    to: z.string(),
    revision: z.int(),
    by: Author.extend({ name: z.string().nullable() }),
    request_id: z.string().nullable(),
    failure: FailureAnswer.nullable(),
    run: EndedRun.nullable(),
  })
  .meta({ id: 'HistoryItem' });
export type HistoryItem = z.infer<typeof HistoryItem>;
