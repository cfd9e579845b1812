/** Whether the rows are there that the lifecycle of a picture names as its facts. */
import type { FindingCode } from '../../contract/findings.ts';
import { FACT_ROWS, type FactRow } from '../../contract/step-kinds.ts';
import { resourceContext } from '../../machines/resource-view.ts';
import { type Found, found, type Heal, type Sound, type VerifyParts } from './found.ts';

const FINDING_OF: Readonly<Partial<Record<FactRow, FindingCode>>> = {
  correction: 'CORRECTION_MISSING',
  saved: 'TEXT_MISSING',
  embedded: 'EMBEDDING_MISSING',
};
/** The finding of all other rows: they are made by looking at the picture, and made again by reading it again. */
const OF_THE_PICTURE: FindingCode = 'RECOGNITION_MISSING';
/** Others find out by themselves: the step that reads the row has it made again. A correction is made by no step. */
const LOOKED_AT: Readonly<Record<string, readonly FactRow[]>> = {
  INDEXED: FACT_ROWS,
  INDEX_FAILED: ['correction'],
};

export async function compareFacts(
  { facts, lifecycle }: Pick<VerifyParts, 'facts' | 'lifecycle'>,
  pictures: Sound[],
): Promise<Found[]> {
  const all: Found[] = [];
  for (const row of FACT_ROWS) {
    const named = pictures.flatMap((picture) => {
      const { fact_ids, has_vector } = resourceContext(lifecycle.kernel.upgraded(picture.instance));
      const id = fact_ids[row];
      const is_wanted = LOOKED_AT[picture.row.status]?.includes(row) === true && (row !== 'embedded' || has_vector);
      return id !== null && is_wanted ? [{ picture, id }] : [];
    });
    const present = await facts.verification.present(
      row,
      named.map(({ id }) => id),
    );
    for (const { picture, id } of named)
      if (!present.has(id)) all.push(found(FINDING_OF[row] ?? OF_THE_PICTURE, picture, id, { heal: healOf(row, picture) }));
  }
  return all;
}

/** The index step meets that its text or vector is gone, and has it made again; what was read is read again. */
function healOf(row: FactRow, { row: { indexed_revision } }: Sound): Heal | null {
  if (!FINDING_OF[row]) return { event: { type: 'REPROCESS', from: 'ocr' } };
  if (row === 'correction' || indexed_revision === null) return null;
  return { event: { type: 'INDEX_LOST', revision: indexed_revision } };
}
