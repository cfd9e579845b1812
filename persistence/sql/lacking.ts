/** Which fields of its metadata a picture lacks, as bits of one column: groups are counted by it, whichever fields are required. */
import { METADATA_FIELDS, type Metadata, type MetadataField, missingOf } from '../../contract/metadata.ts';

/** The bit of each field is stored: see migration 0028. */
const BITS: Record<MetadataField, number> = { title: 1, description: 2, tags: 4, taken_at: 8, languages: 16, extra: 32 };

export const ALL_LACKING = 63;
export const lackingBits = (metadata: Metadata): number =>
  missingOf(metadata, METADATA_FIELDS).reduce((bits, field) => bits | BITS[field], 0);
export const lackingFields = (bits: number, required: readonly MetadataField[]): MetadataField[] =>
  required.filter((field) => (bits & BITS[field]) !== 0);
