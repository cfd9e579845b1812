/** Machines and worlds with one thing wrong each. Every one must be found out. */
import { resourceForModel } from './environment.ts';
import { ROWS, TASK } from './mutants-rows.ts';
import { dropDeadline, edited, isNode, listIn, nodeIn, on, onDone, withActions } from './mutation.ts';
import type { Config } from './world.ts';

const INDEXING = 'indexing';
const INIT = `${INDEXING}.recognising.INIT`;
const keepsEntry = ({ context }: { context: { facts: { indexed: number | null } } }): boolean => context.facts.indexed !== null;

const LIVENESS: Config[] = [
  { name: 'no token check', check_tokens: false, people: true, late: true },
  { name: 'no sweep', sweep: false, faults: true },
  {
    name: 'sweep does not repeat accepted; OCR hangs',
    repeats_accepted: false,
    faults: true,
    down: { job: 'ocr', how: 'hangs' },
  },
  { name: 'no audit', audit: false, faults: true },
  { name: 'no deadline in INIT; OCR hangs', down: { job: 'ocr', how: 'hangs' }, machine: edited(INIT, dropDeadline) },
  {
    name: 'no deadline for an accepted save; save hangs',
    down: { job: 'save', how: 'hangs' },
    machine: edited(`${INDEXING}.OCR_DONE.running`, dropDeadline),
  },
  {
    name: 'runs reset on accepted; OCR hangs',
    down: { job: 'ocr', how: 'hangs' },
    machine: edited(`${INDEXING}.recognising.READY_FOR_OCR`, (node) => {
      node.on = { 'ACCEPTED.ocr': { target: 'INIT', actions: 'startAfresh' } };
    }),
  },
  {
    name: 'deadline that does not renew the token; OCR hangs',
    down: { job: 'ocr', how: 'hangs' },
    machine: edited(INIT, (node) => {
      const [again, failed] = listIn(nodeIn(node, 'after'), 'ocr_deadline');
      node.after = { ocr_deadline: [{ ...(isNode(again) ? again : {}), target: 'READY_FOR_OCR', reenter: false }, failed] };
    }),
  },
  {
    name: 'purge runs again for ever; it hangs',
    people: true,
    down: { job: 'purge', how: 'hangs' },
    machine: edited('DELETING.running', (node) => {
      node.after = { purge_deadline: [{ target: '#DELETING', reenter: true }] };
    }),
  },
  {
    name: 'entry into DELETING counts runs anew; purge hangs',
    people: true,
    down: { job: 'purge', how: 'hangs' },
    machine: edited('DELETING', (node) => {
      node.entry = ['withdraw', 'startAfresh'];
    }),
  },
  { name: 'REJECTED without retention', machine: edited('REJECTED', dropDeadline) },
  { name: 'TRASHED without retention', people: true, machine: edited('TRASHED', dropDeadline) },
  { name: 'EXPIRED without retention', machine: edited('EXPIRED.kept', dropDeadline) },
];

const FACTS: Config[] = [
  {
    name: 'facts of an older revision are believed',
    people: true,
    machine: resourceForModel.provide({ guards: { lacks: ({ context }, fact) => context.facts[fact] === null } }),
  },
  {
    name: 'an edit does not stop the running embed',
    people: true,
    machine: edited(`${INDEXING}.embedding`, (node) => {
      node.on = { METADATA_SUBMITTED: { actions: ['describe', { type: 'revise', params: ['text', 'saved'] }] } };
    }),
  },
  {
    name: 'INDEXED without recording the read-back',
    machine: edited(
      `${INDEXING}.VECTOR_DONE`,
      onDone(() => 'INDEXED'),
    ),
  },
  { name: 'index step does not read back; a write is lost', faults: true, no_read_back: true },
  { name: 'purge removes the bytes first', people: true, bytes_first: true },
  { name: 'index removal leaves no tombstone; late put', people: true, late: true, no_tombstone: true },
  {
    name: 'TRASHED is still shown',
    people: true,
    machine: edited('TRASHED', (node) => {
      delete node.entry;
    }),
  },
  {
    name: 'RESTORE does not show it again',
    people: true,
    machine: edited(
      'TRASHED',
      on('RESTORE', () => '#resume'),
    ),
  },
  {
    name: 'RESTORE believes a stale index entry',
    people: true,
    machine: edited(
      'TRASHED',
      on('RESTORE', ([restore]) => [
        { ...(isNode(restore) ? restore : {}), guard: keepsEntry, target: '#resource.pipeline.indexing.INDEXED' },
        restore,
      ]),
    ),
  },
  {
    name: 'waiting for an upload again leaves it overdue',
    people: true,
    machine: edited('AWAITING_UPLOAD', (node) => {
      delete node.entry;
    }),
  },
];

const INDEX: Config[] = [
  {
    name: 'INDEX_AHEAD is taken for written',
    restored: true,
    machine: edited(
      `${INDEXING}.VECTOR_DONE`,
      onDone(([, seen]) => seen),
    ),
  },
  {
    name: 'INDEX_AHEAD goes on at the same revision',
    restored: true,
    machine: edited(
      `${INDEXING}.VECTOR_DONE`,
      onDone(([ahead, seen]) => [withActions(ahead, []), seen]),
    ),
  },
  {
    name: 'INDEX_AHEAD of the text is taken for written',
    restored: true,
    grace: true,
    machine: edited(
      'text_first.writing',
      onDone(([, seen]) => seen),
    ),
  },
  {
    name: 'the vector comes at the revision of the text alone',
    grace: true,
    late: true,
    machine: edited(
      `${INDEXING}.embedding`,
      onDone(([, plain]) => plain),
    ),
  },
  {
    name: 'the vector outruns a text known to be in only',
    grace: true,
    late: true,
    machine: resourceForModel.provide({ guards: { vectorIsLate: ({ context }) => context.facts.indexed === context.revision } }),
  },
  {
    name: 'a written text counts as a whole entry',
    grace: true,
    machine: edited(
      'text_first.writing',
      onDone(([ahead, seen]) => [ahead, withActions(seen, 'establishEntry')]),
    ),
  },
  {
    name: 'the text job is not dropped by an edit',
    grace: true,
    people: true,
    machine: edited('text_first.writing', (node) => {
      delete node.always;
    }),
  },
  {
    name: 'the text waits; embedding refuses',
    down: { job: 'embed', how: 'refuses' },
    machine: edited('text_first.idle', (node) => {
      delete node.always;
    }),
  },
  {
    name: 'a failed embedding is not a late vector; it refuses',
    down: { job: 'embed', how: 'refuses' },
    machine: resourceForModel.provide({
      guards: {
        textWanted: ({ context: c }) =>
          c.failure?.step !== 'embed' &&
          c.vector_late &&
          !c.withdrawn &&
          c.facts.saved === c.revision &&
          c.facts.embedded !== c.revision &&
          c.facts.indexed !== c.revision,
      },
    }),
  },
];

export const MUTANTS: Config[] = [...LIVENESS, ...FACTS, ...INDEX, ...ROWS, ...TASK];
