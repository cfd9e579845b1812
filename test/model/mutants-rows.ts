/** Mutants of what the facts name and what jobs are told, and of the task. */
import { assign } from 'xstate';
import { isMissing, missingIn, withoutRow } from '../../machines/resource-facts.ts';
import type { ResourceContext } from '../../machines/resource-setup.ts';
import { resourceForModel, taskForModel } from './environment.ts';
import { edited, isNode, listIn, nodeIn, on, onDone, told, withActions } from './mutation.ts';
import type { Config } from './world.ts';

const INDEXING = 'indexing';
const forgetCorrection = assign(({ context }: { context: ResourceContext }) => ({
  fact_ids: { ...context.fact_ids, correction: null },
}));
const forgetWhen = assign(({ context }: { context: ResourceContext }) => ({
  failure: context.failure && { ...context.failure, at: 0 },
}));

/** Mistakes in which rows the facts are, and in what a job is given to read. */
export const ROWS: Config[] = [
  {
    name: 'a correction is lost on reprocess',
    people: true,
    machine: edited(
      `${INDEXING}.INDEXED`,
      on('REPROCESS', ([reprocess]) => withActions(reprocess, ['reprocess', forgetCorrection])),
    ),
  },
  {
    name: 'discarding corrections keeps them',
    people: true,
    machine: edited(
      `${INDEXING}.INDEXED`,
      on('REPROCESS', ([reprocess]) => withActions(reprocess, { type: 'revise', params: [] })),
    ),
  },
  {
    name: 'a correction is not noted',
    people: true,
    machine: edited(
      INDEXING,
      on('TEXT_CORRECTED', (branches) => branches.map((b) => withActions(b, [{ type: 'revise', params: [] }]))),
    ),
  },
  {
    name: 'taken back, a correction counts as text though it was never read',
    people: true,
    machine: resourceForModel.provide({
      guards: { isCorrection: ({ context, event }) => event.type === 'TEXT_CORRECTED' && context.sha256 !== null },
    }),
  },
  {
    name: 'a picture that is not known may be corrected',
    people: true,
    machine: resourceForModel.provide({
      guards: { isCorrection: ({ event }) => event.type === 'TEXT_CORRECTED' && event.correction_id !== null },
    }),
  },
  {
    name: 'a described picture may become incomplete',
    people: true,
    machine: resourceForModel.provide({ guards: { staysDescribed: ({ event }) => event.type === 'METADATA_SUBMITTED' } }),
  },
  {
    name: 'the vector is kept as the saved text',
    machine: edited(
      `${INDEXING}.embedding`,
      onDone(([late, plain]) => [late, withActions(plain, { type: 'establish', params: { fact: 'embedded', row: 'saved' } })]),
    ),
  },
  {
    name: 'recognition is not noted',
    machine: edited(
      `${INDEXING}.recognising`,
      onDone(([done]) => withActions(done, { type: 'establish', params: { fact: 'text' } })),
    ),
  },
  {
    name: 'the index is told the revision before',
    machine: edited(
      `${INDEXING}.VECTOR_DONE`,
      told((input) => ({ ...input, revision: Number(input.revision) - 1 })),
    ),
  },
  {
    name: 'the text alone is written with an older vector',
    grace: true,
    machine: edited(
      'text_first.writing',
      told((input) => ({ ...input, embedding_id: 'an older one' })),
    ),
  },
  {
    name: 'saving is not told of the correction',
    people: true,
    machine: edited(
      `${INDEXING}.OCR_DONE`,
      told(({ correction_id: _, ...input }) => input),
    ),
  },
  {
    name: 'a row that is gone is asked for again',
    rows_vanish: true,
    machine: edited(`${INDEXING}.VECTOR_DONE`, (node) => {
      const [again, ...others] = listIn(nodeIn(node, 'invoke'), 'onError');
      nodeIn(node, 'invoke').onError = [withActions(again, []), ...others];
    }),
  },
  {
    name: 'a row that is gone ends in INDEX_FAILED',
    rows_vanish: true,
    machine: edited(`${INDEXING}.embedding`, (node) => {
      const [, ...others] = listIn(nodeIn(node, 'invoke'), 'onError');
      nodeIn(node, 'invoke').onError = others;
    }),
  },
  {
    name: 'rows that vanish are made again without end',
    rows_vanish: true,
    machine: resourceForModel.provide({ guards: { mayRemake: ({ event }) => isMissing(event) } }),
  },
  {
    name: 'a vector is kept whose text is gone',
    rows_vanish: true,
    machine: resourceForModel.provide({
      actions: {
        forgetMissing: assign(({ context, event }) => {
          const without = withoutRow(context, missingIn(event) ?? 'saved');
          return { ...without, facts: { ...without.facts, embedded: without.revision } };
        }),
      },
    }),
  },
  {
    name: 'the text alone is asked for a row that is gone again and again',
    rows_vanish: true,
    grace: true,
    machine: edited('text_first.writing', (node) => {
      nodeIn(node, 'invoke').onError = 'paused';
    }),
  },
  {
    name: 'a report during a look is forgotten',
    people: true,
    machine: edited('AWAITING_UPLOAD', (node) => {
      const [hint, report] = listIn(nodeIn(node, 'on'), 'UPLOAD_REPORTED');
      node.on = { ...nodeIn(node, 'on'), UPLOAD_REPORTED: [withActions(hint, []), report] };
    }),
  },
  {
    name: 'a report that was kept is followed by no look',
    people: true,
    machine: edited(
      'AWAITING_UPLOAD.probing',
      onDone((branches) => branches.filter((b) => !(isNode(b) && b.guard === 'absentUntilReport'))),
    ),
  },
  {
    name: 'a report is kept from one look to the next',
    down: { job: 'purge', how: 'refuses' },
    machine: edited('AWAITING_UPLOAD.probing', (node) => {
      delete node.entry;
    }),
  },
  {
    name: 'a look at the store is no work',
    machine: edited('AWAITING_UPLOAD.probing', (node) => {
      node.tags = ['uploading'];
    }),
  },
  {
    name: 'a failure does not say when',
    down: { job: 'ocr', how: 'refuses' },
    machine: edited(`${INDEXING}.recognising`, (node) => {
      nodeIn(node, 'invoke').onError = { target: '#INDEX_FAILED', actions: [{ type: 'fail', params: 'ocr' }, forgetWhen] };
    }),
  },
];

/** Mistakes of the task machine: in a world where only it has gone wrong. */
export const TASK: Config[] = [
  {
    name: 'an outage is waited out for ever; OCR is unavailable',
    down: { job: 'ocr', how: 'unavailable' },
    task_machine: taskForModel.provide({ guards: { isOverlongOutage: () => false } }),
  },
  {
    name: 'attempts without end; OCR errors',
    down: { job: 'ocr', how: 'errors' },
    task_machine: taskForModel.provide({ guards: { attemptsLeft: () => true } }),
  },
  {
    name: 'losses without end; OCR forgets',
    down: { job: 'ocr', how: 'forgets' },
    task_machine: taskForModel.provide({ guards: { lossesLeft: () => true } }),
  },
];
