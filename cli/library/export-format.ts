/** A folder that a library is exported to: what lies where, and what a line of its list says. Import reads what export writes. */
import { z } from 'zod';
import { Metadata } from '../../contract/metadata.ts';
import { CONTENT_TYPES, CreateResource, Filename, Id, Sha256 } from '../../contract/resource.ts';
import { STATUSES } from '../../contract/statuses.ts';
import { CorrectedPage } from '../../contract/text.ts';

/** A line a picture. Written last, so that all that it names is there. */
export const LIST_FILE = 'resources.ndjson';
/** A line a picture that could not be exported, with the reason. */
export const LEFT_OUT_FILE = 'left-out.ndjson';
export const ORIGINALS = 'originals';
export const TEXTS = 'texts';
/** A line: the corrected text of all pages, escaped, is the longest thing in it. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

const status = z.enum(STATUSES.map((row) => row.status));
/** A path within the folder: plain names between slashes, none of which leads elsewhere. */
const Within = z
  .string()
  .max(400)
  .refine(
    (file) => file.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !/[\\\p{Cc}:]/u.test(name)),
    'a path within the folder, with / between its names',
  );

/** All that is needed to make the picture again. Fields that a later version adds are left alone. */
export const Exported = z.object({
  resource_id: Id,
  status,
  filename: Filename,
  content_type: z.enum(CONTENT_TYPES),
  byte_size: z.int().min(1),
  sha256: Sha256,
  batch_id: CreateResource.shape.batch_id.nullable(),
  duplicate_of: z.string().nullable(),
  metadata: Metadata,
  created_at: z.iso.datetime(),
  uploaded_at: z.iso.datetime().nullable(),
  page_count: z.int().nullable(),
  /** What people said in place of the machine. */
  corrections: z.array(CorrectedPage).max(10_000),
  /** Paths of the original and of the text (null: nothing was read yet), within the folder. */
  original: Within,
  text: Within.nullable(),
});
export type Exported = z.infer<typeof Exported>;

export type LeftOut = { resource_id: string; status: string; filename: string; reason: string };
