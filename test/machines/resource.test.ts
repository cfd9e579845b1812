import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, type FailureCode, failureOf } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { ReprocessFrom } from '../../contract/step-kinds.ts';
import { durable, type Inbound, type Instance } from '../../machines/interpreter.ts';
import { resourceMachineWith } from '../../machines/resource.ts';
import { resourceContext } from '../../machines/resource-view.ts';
import { known } from '../model/known.ts';
import { INPUT, LEGAL_PICTURE } from '../model/said.ts';
import {
  accepted,
  at,
  COMPLETE,
  done,
  embedding,
  event,
  failure,
  indexed,
  kernel,
  made,
  moved,
  ready,
  start,
  status,
  timer,
  timerId,
  timerIds,
  token,
} from './lives.ts';

test('an edit while a later step runs makes its result stale; while OCR runs it does not', () => {
  const recognising = ready();
  assert.equal(
    token(
      moved(recognising, () => COMPLETE),
      'ocr',
    ),
    token(recognising, 'ocr'),
  );
  const begun = embedding();
  const edited = moved(begun, () => COMPLETE);
  assert.equal(status(edited), 'OCR_DONE');
  assert.equal(kernel.step(edited, done(begun, 'embed'), at(0)).outcome, 'stale');
});

test('an error rests in INDEX_FAILED and says all of why; nothing established is taken back', () => {
  const failed = moved(
    ready(),
    (d) => made(d, 'ocr', 'rec'),
    (d) => accepted(d, 'save', null),
    (d) => timer(d, 'save_deadline'),
    (d) => ({ kind: 'error', id: 'save', token: token(d, 'save'), failure, attempts: 5 }),
  );
  assert.equal(status(failed), 'INDEX_FAILED');
  assert.deepEqual(Failure.parse(resourceContext(failed).failure), { ...failure, step: 'save', attempts: 6, at: 1_000 });
  assert.equal(status(moved(failed, () => event({ type: 'RETRY' }))), 'OCR_DONE');
});

const released = (d: Instance, id: string): Inbound => ({ kind: 'released', id, token: token(d, id) });

test('a job that is released waits again under the same token, and no deadline runs; told twice it changes nothing', () => {
  const waiting: [string, Instance][] = [
    ['inspect', moved(start(), () => event({ type: 'UPLOAD_REPORTED' }))],
    ['ocr', ready()],
    ['save', moved(ready(), (d) => made(d, 'ocr', 'rec'))],
    ['embed', embedding()],
    ['index', moved(embedding(), (d) => made(d, 'embed', 'vec'))],
    ['purge', moved(ready(), () => event({ type: 'DELETE' }))],
  ];
  for (const [id, waits] of waiting) {
    const begun = moved(waits, (d) => accepted(d, id));
    assert.equal(timerIds(begun, `${id}_deadline`).length, 1, id);
    const again = moved(begun, (d) => released(d, id));
    assert.deepEqual([timerIds(again, `${id}_deadline`), again.jobs[id]?.accepted], [[], null], id);
    assert.deepEqual([token(again, id), again.snapshot.value], [token(waits, id), waits.snapshot.value], id);
    assert.equal(kernel.step(again, released(again, id), at(0)).outcome, 'stale', id);
    assert.equal(
      timerIds(
        moved(again, (d) => accepted(d, id)),
        `${id}_deadline`,
      ).length,
      1,
      id,
    );
  }
});

test('a picture that is rejected says why and when', () => {
  const illegal = { verdict: 'illegal', code: 'TRUNCATED_IMAGE', detail: 'ends after 12 bytes' };
  const rejected = moved(
    start(),
    () => event({ type: 'UPLOAD_REPORTED' }),
    (d) => done(d, 'inspect', illegal),
  );
  assert.deepEqual(Failure.parse(resourceContext(rejected).failure), {
    step: 'inspect',
    code: 'TRUNCATED_IMAGE',
    retryable: false,
    detail: 'ends after 12 bytes',
    attempts: 1,
    at: 1_000,
  });
});

test('a fresh link moves both timers, and a look in flight begins anew', () => {
  const issued = kernel.step(start(), event({ type: 'UPLOAD_LINK_ISSUED' }), at(7)).instance;
  const due = (d: Instance, name: string): number => known(d.timers[timerId(d, name)], name).due_at;
  for (const name of ['upload_deadline', 'link_expiry']) assert.equal(due(issued, name), due(start(), name) + 7);
  const overdue = moved(start(), (d) => timer(d, 'upload_deadline'));
  const again = moved(overdue, () => event({ type: 'UPLOAD_LINK_ISSUED' }));
  assert.notEqual(token(again, 'inspect'), token(overdue, 'inspect'));
  const absent = { verdict: 'absent' };
  assert.equal(status(moved(again, (d) => done(d, 'inspect', absent))), 'AWAITING_UPLOAD');
  assert.equal(status(moved(overdue, (d) => done(d, 'inspect', absent))), 'EXPIRED');
});

test('a person is warned before a picture that was never described expires', () => {
  const undescribed = moved(
    start(),
    () => event({ type: 'UPLOAD_REPORTED' }),
    (d) => done(d, 'inspect', LEGAL_PICTURE),
  );
  const { emitted, instance } = kernel.step(undescribed, timer(undescribed, 'metadata_warning'), at(9));
  assert.deepEqual(emitted, [{ type: 'METADATA_DUE', resource_id: INPUT.resource_id }]);
  assert.equal(status(instance), 'UPLOADED_NO_METADATA');
});

test('TRASH hides at once and drops the job; RESTORE resumes at the first missing fact, findable by the entry it has', () => {
  const trashed = moved(indexed(), () => event({ type: 'TRASH' }));
  const tagsOf = (d: Instance): boolean[] => ['gone', 'viewable', 'searchable'].map((tag) => kernel.hasTag(d, tag));
  assert.deepEqual(tagsOf(trashed), [true, false, false]);
  const restored = moved(trashed, () => event({ type: 'RESTORE' }));
  assert.deepEqual([status(restored), kernel.hasTag(restored, 'searchable')], ['VECTOR_DONE', true]);
  const running = embedding();
  const dropped = moved(running, () => event({ type: 'TRASH' }));
  assert.deepEqual(Object.keys(dropped.jobs), []);
  const back = moved(dropped, () => event({ type: 'RESTORE' }));
  assert.deepEqual([status(back), kernel.hasTag(back, 'searchable')], ['METADATA_SAVED', false]);
  assert.equal(kernel.step(back, done(running, 'embed'), at(0)).outcome, 'stale');
});

test('text does not wait for its vector: a job beside the embedding; the vector then makes a new revision', () => {
  const late = moved(
    embedding(),
    (d) => accepted(d, 'embed'),
    (d) => timer(d, 'embed_grace'),
  );
  assert.deepEqual(Object.keys(late.jobs).sort(), ['embed', 'text']);
  const found = moved(late, (d) => done(d, 'text', { put: 'seen' }));
  assert.deepEqual([status(found), kernel.hasTag(found, 'searchable')], ['VECTOR_PENDING', true]);
  assert.equal(resourceContext(found).has_vector, false);
  for (const from of [late, found]) {
    // known to be in or not: its write may still be under way
    const whole = moved(from, (d) => made(d, 'embed', 'vec'));
    assert.deepEqual([status(whole), Object.keys(whole.jobs)], ['VECTOR_DONE', ['index']]);
    assert.equal(resourceContext(whole).revision, resourceContext(late).revision + 1);
  }
});

test('an index that is ahead is gone past, with all facts carried along', () => {
  const writing = moved(embedding(), (d) => made(d, 'embed', 'vec'));
  const again = moved(writing, (d) => done(d, 'index', { put: 'ahead', found: 40 }));
  assert.deepEqual([status(again), resourceContext(again).revision], ['VECTOR_DONE', 41]);
  assert.deepEqual(resourceContext(again).facts, { text: 41, saved: 41, embedded: 41, indexed: null });
  assert.equal(status(moved(again, (d) => done(d, 'index', { put: 'seen' }))), 'INDEXED');
});

test('each job is told the rows that its step reads, and nothing else', () => {
  const whose = { resource_id: 'r', org_id: 'o' };
  const told = (d: Instance, id: string): Json => known(d.jobs[id], id).input;
  assert.deepEqual(told(ready(), 'ocr'), { ...whose, original_key: 'just frozen', order: 0, reading: { own_text: null } });
  const read = moved(ready(), (d) => made(d, 'ocr', 'rec'));
  assert.deepEqual(told(read, 'save'), { ...whose, revision: 2, recognition_id: 'rec', correction_id: null });
  assert.deepEqual(told(embedding(), 'embed'), { ...whose, text_id: 'txt' });
  const late = moved(embedding(), (d) => timer(d, 'embed_grace'));
  assert.deepEqual(told(late, 'text'), { ...whose, revision: 2, text_id: 'txt', embedding_id: null });
  const vector = moved(embedding(), (d) => made(d, 'embed', 'vec'));
  assert.deepEqual(told(vector, 'index'), { ...whose, revision: 2, text_id: 'txt', embedding_id: 'vec' });
  const deleting = moved(indexed(), () => event({ type: 'DELETE' }));
  assert.deepEqual(told(deleting, 'purge'), { ...whose, revision: 2, index_revision: 2 });
});

test('each order to read again is counted, and so is a retry of what a provider never ended; nothing else is', () => {
  const orders = (d: Instance) => resourceContext(d).orders;
  const reprocess = (d: Instance, from: ReprocessFrom) => moved(d, () => event({ type: 'REPROCESS', from }));
  assert.deepEqual([orders(indexed()), orders(reprocess(indexed(), 'embed')), orders(reprocess(indexed(), 'ocr'))], [0, 0, 1]);
  const failed = (code: FailureCode) =>
    moved(ready(), (d) => ({ kind: 'error', id: 'ocr', token: token(d, 'ocr'), failure: failureOf(code, 'why') }));
  const retried = (d: Instance) => moved(d, () => event({ type: 'RETRY' }));
  assert.deepEqual([orders(retried(failed('OCR_CRASHED'))), orders(retried(failed('DEADLINE_EXCEEDED')))], [0, 1]);
  const restored = moved(
    indexed(),
    () => event({ type: 'TRASH' }),
    () => event({ type: 'RESTORE' }),
  );
  assert.equal(orders(restored), 0);
});

test('how it is to be read is told to each reading, until another order says otherwise', () => {
  const order = (d: Instance, own_text?: 'use' | 'ignore' | null) =>
    moved(d, () => event({ type: 'REPROCESS', from: 'ocr', ...(own_text === undefined ? {} : { own_text }) }));
  const reading = (d: Instance) => known(d.jobs.ocr, 'ocr').input as { reading?: object };
  const again = (d: Instance) => ({ ...indexed(), snapshot: { ...indexed().snapshot, context: resourceContext(d) } }) as Instance;
  const ignored = order(indexed(), 'ignore');
  assert.deepEqual(reading(ignored).reading, { own_text: 'ignore' });
  assert.deepEqual(reading(order(again(ignored))).reading, { own_text: 'ignore' });
  assert.deepEqual(reading(order(again(ignored), null)).reading, { own_text: null });
});

test('what is to read it is told to each reading and each run of it, until another order says otherwise', () => {
  const order = (d: Instance, more: object) => moved(d, () => event({ type: 'REPROCESS', from: 'ocr', ...more }));
  const reading = (d: Instance) => (known(d.jobs.ocr, 'ocr').input as { reading?: object }).reading;
  const again = (d: Instance) => ({ ...indexed(), snapshot: { ...indexed().snapshot, context: resourceContext(d) } }) as Instance;
  const by_ppocr = order(indexed(), { engine: 'ppocr' });
  assert.deepEqual(reading(by_ppocr), { own_text: null, ordered_engine: 'ppocr' });
  assert.deepEqual(reading(order(again(by_ppocr), {})), { own_text: null, ordered_engine: 'ppocr' });
  assert.deepEqual(reading(order(again(by_ppocr), { own_text: 'use' })), { own_text: 'use', ordered_engine: 'ppocr' });
  assert.deepEqual(reading(order(again(by_ppocr), { engine: 'tesseract' })), { own_text: null, ordered_engine: 'tesseract' });
  assert.deepEqual(reading(order(again(by_ppocr), { engine: 'auto' })), { own_text: null });
});

test('a correction outlives recognition, unless it is discarded; taken back, what the machine read holds again', () => {
  const corrected = moved(indexed(), () => event({ type: 'TEXT_CORRECTED', correction_id: 'cor' }));
  const saveOf = (d: Instance): Json => known(d.jobs.save, 'save').input;
  assert.deepEqual([status(corrected), saveOf(corrected)], ['OCR_DONE', { ...saveInput, correction_id: 'cor' }]);
  const entry = (d: Instance): Instance =>
    moved(
      d,
      (c) => made(c, 'save', 'txt2'),
      (c) => made(c, 'embed', 'vec2'),
      (c) => done(c, 'index', { put: 'seen' }),
    );
  const kept = moved(entry(corrected), () => event({ type: 'REPROCESS', from: 'ocr' }));
  assert.equal(resourceContext(kept).fact_ids.correction, 'cor');
  const discarded = moved(entry(corrected), () => event({ type: 'REPROCESS', from: 'ocr', discard_corrections: true }));
  assert.equal(resourceContext(discarded).fact_ids.correction, null);
  const back = moved(corrected, () => event({ type: 'TEXT_CORRECTED', correction_id: null }));
  assert.deepEqual([status(back), saveOf(back)], ['OCR_DONE', { ...saveInput, revision: 4 }]);
});
const saveInput = { resource_id: 'r', org_id: 'o', revision: 3, recognition_id: 'rec', correction_id: null };

test('what was corrected before the machine ever read it goes to the machine when it is taken back', () => {
  const corrected = moved(ready(), () => event({ type: 'TEXT_CORRECTED', correction_id: 'cor' }));
  assert.equal(status(corrected), 'OCR_DONE');
  assert.equal(status(moved(corrected, () => event({ type: 'TEXT_CORRECTED', correction_id: null }))), 'READY_FOR_OCR');
  const reading = ready();
  const still = moved(reading, () => event({ type: 'TEXT_CORRECTED', correction_id: null }));
  assert.equal(token(still, 'ocr'), token(reading, 'ocr')); // the machine's words are on their way
});

test('the text of a picture that is not known cannot be corrected', () => {
  const blind = moved(
    start(),
    () => event({ type: 'UPLOAD_REPORTED' }),
    (d) => ({ kind: 'error', id: 'inspect', token: token(d, 'inspect'), failure }),
  );
  assert.equal(status(blind), 'INDEX_FAILED');
  for (const correction_id of ['cor', null])
    assert.equal(kernel.step(blind, event({ type: 'TEXT_CORRECTED', correction_id }), at(0)).outcome, 'refused');
});

test('a person is warned 7 days before the deadline of the metadata, or at half of a short one, however it is changed', () => {
  const days = (n: number) => n * 24 * 60 * 60_000;
  for (const [deadline_ms, warning_ms] of [
    [days(30), days(23)],
    [days(20), days(13)],
    [days(14), days(7)],
    [days(1), days(0.5)],
    [1, 1],
    [0, 0],
  ] as const) {
    const machine = durable(resourceMachineWith({ metadata_deadline_ms: deadline_ms }));
    const created = machine.start(INPUT, at(0)).instance;
    const looked = machine.step(created, event({ type: 'UPLOAD_REPORTED' }), at(0)).instance;
    const { instance } = machine.step(looked, done(looked, 'inspect', LEGAL_PICTURE), at(0));
    const due = (name: string) => known(instance.timers[timerId(instance, name)], name).due_at;
    assert.deepEqual([due('metadata_deadline'), due('metadata_warning')], [deadline_ms, warning_ms]);
  }
});

test('limits are changed without another machine: a trash that empties at once', () => {
  const machine = durable(resourceMachineWith({ trash_retention_ms: 0 }));
  const { instance } = machine.step(start(), event({ type: 'TRASH' }), at(50));
  const emptied = machine.step(instance, timer(instance, 'trash_retention'), at(50)).instance;
  assert.deepEqual(
    [known(instance.timers[timerId(instance, 'trash_retention')], 'it').due_at, status(emptied)],
    [50, 'DELETING'],
  );
});
