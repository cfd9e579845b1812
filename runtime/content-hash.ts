/** A hash of all that a picture is found by, kept with its entry, so that an entry is compared with the facts without its words. */
import { createHash } from 'node:crypto';
import type { Document } from '../text/document.ts';
import type { Vectors } from './ports/texts.ts';
import { bytesOfVectors } from './vector-bytes.ts';

type Content = {
  saved: Document & { taken_at: number | null; batch_id: string | null; created_at: number };
  vectors: Vectors | null;
};

/** SHA-256 in hexadecimal; the same for the same content, in whatever order its fields were read. */
export function contentHash({ saved, vectors }: Content): string {
  const { title, description, tags, taken_at, filename, batch_id, created_at, pages } = saved;
  const read = pages.map(({ page, text }) => [page, text]);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([title, description, tags, taken_at, filename, batch_id, created_at, read]));
  hash.update(bytesOfVectors(vectors?.passages ?? []));
  return hash.digest('hex');
}
