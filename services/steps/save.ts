/** Save: the cleaned text and the metadata of one revision, from which embed and index read. */
import { takenAt } from '../../contract/metadata.ts';
import type { Remark } from '../../contract/remarks.ts';
import type { Made, SaveInput } from '../../contract/steps.ts';
import type { CorrectedPage, Page } from '../../contract/text.ts';
import type { SavedText } from '../../runtime/ports/texts.ts';
import type { StepHandler } from '../../runtime/tasks/step-handler.ts';
import { cleanText } from '../../text/clean.ts';
import { missingFact } from './missing-fact.ts';

type SaveOutput = Made & { saved: SavedText; remarks?: readonly Remark[] };

/**
 * Reads and computes only: running it twice costs time. Its row has the id of the run, so that a result sent twice is one row; and a
 * revision has one saved text, since every edit takes the token of the run that did not see it.
 */
export const save: StepHandler<SaveInput, SaveOutput> = {
  async run({ resource_id, org_id, recognition_id, correction_id }, { task_id, facts }) {
    const scope = { org_id };
    const resource = await facts.resources.get(scope, resource_id);
    if (!resource) throw missingFact('the resource', resource_id);
    const recognition = recognition_id && (await facts.texts.recognition(scope, recognition_id));
    if (recognition_id && !recognition) throw missingFact('the recognised text', recognition_id, 'recognition');
    const correction = correction_id && (await facts.texts.correction(scope, correction_id));
    if (correction_id && !correction) throw missingFact('the correction', correction_id, 'correction');
    const { metadata, filename, batch_id, created_at } = resource;
    const { title, description, tags } = metadata;
    const { taken_at } = takenAt(resource);
    const pages = pagesOf(recognition ? recognition.pages : [], correction ? correction.pages : []);
    const taken = taken_at === null ? null : Date.parse(taken_at);
    const saved = { title, description, tags, taken_at: taken, filename, batch_id, created_at, pages };
    return { fact_id: task_id, saved };
  },
  async writes({ fact_id, saved, remarks = [] }, { input, at }) {
    const { resource_id, org_id, revision, recognition_id, correction_id } = input;
    return {
      facts: [
        { into: 'texts', row: { text_id: fact_id, resource_id, org_id, at, revision, recognition_id, correction_id, saved } },
      ],
      remarks,
    };
  },
};

/** A person's text replaces that of its page; null leaves the machine's. */
function pagesOf(recognised: Page[], corrected: CorrectedPage[]): SavedText['pages'] {
  const texts = new Map(recognised.map(({ page, text }) => [page, text]));
  for (const { page, text } of corrected) if (text !== null) texts.set(page, text);
  return [...texts].sort(([a], [b]) => a - b).map(([page, text]) => ({ page, text: cleanText(text) }));
}
