/** Steps that do nothing at once, with rows as the real ones write them; and engines that answer nothing. */
import type { Json } from '../../contract/json.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Recogniser } from '../../runtime/ports/providers.ts';
import type { StepHandlers } from '../../runtime/tasks/run-step.ts';

export const nothing: Recogniser = {
  engine: 'nothing',
  recognise: async () => ({ text: '', confidence: 0, words: [] }),
  ready: async () => {},
  close: async () => {},
};
/** Every step done at once, with rows as the real ones write them. */
export const emptySteps: StepHandlers = {
  async run({ kind, task_id: fact_id }) {
    const text = {
      title: 'empty',
      description: null,
      tags: [],
      taken_at: null,
      filename: 'empty',
      batch_id: null,
      created_at: 0,
      pages: [],
    };
    const legal = {
      verdict: 'legal',
      sha256: fact_id,
      original_key: 'none',
      byte_size: 1,
      content_type: 'image/png',
      width: 1,
      height: 1,
      page_count: 1,
    };
    const outputs: Record<StepKind, Json> = {
      inspect: { ...legal, fact_id },
      ocr: { fact_id, engine: 'nothing', pages: [] },
      save: { fact_id, saved: text },
      embed: { fact_id, model: 'nothing', vector: [1] },
      index: { put: 'seen', into: null },
      purge: { into: null },
    };
    return outputs[kind];
  },
  cleanUp: async () => {},
  isAvailable: () => true,
};

const NO_VECTORS = { fact_id: null };
/** As where there is no embedder. */
export const emptyWithoutVectors: StepHandlers = {
  ...emptySteps,
  run: (run) => (run.kind === 'embed' ? Promise.resolve(NO_VECTORS) : emptySteps.run(run)),
  withoutRun: (kind) => (kind === 'embed' ? NO_VECTORS : null),
};
