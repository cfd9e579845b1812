/** What becomes of a picture when a step does not find what an earlier one has made. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureOf } from '../../contract/failures.ts';
import type { FactRow } from '../../contract/step-kinds.ts';
import type { Inbound, Instance } from '../../machines/interpreter.ts';
import { RESOURCE_LIMITS } from '../../machines/limits.ts';
import { resourceContext } from '../../machines/resource-view.ts';
import { missingRow } from '../model/said.ts';
import { done, embedding, event, indexed, made, moved, ready, status, timer, token } from './lives.ts';

const lacks = (d: Instance, id: string, row: FactRow): Inbound => {
  return { kind: 'error', id, token: token(d, id), failure: missingRow(row), attempts: 1 };
};
const saving = () => moved(ready(), (d) => made(d, 'ocr', 'rec'));
const indexing = () => moved(embedding(), (d) => made(d, 'embed', 'vec'));
const retry = () => event({ type: 'RETRY' });
const corrected = (d: Instance) => moved(d, () => event({ type: 'TEXT_CORRECTED', correction_id: 'cor' }));
/** Where it is, what is owed, and what of the rows is known. */
const now = (d: Instance) => [status(d), Object.keys(d.jobs).join(), Object.values(resourceContext(d).fact_ids).join()];

describe('a row that is gone', () => {
  test('is forgotten, and made again by the step that makes it, at a new revision', () => {
    const ways: [Instance, string, FactRow, string[]][] = [
      [saving(), 'save', 'recognition', ['READY_FOR_OCR', 'ocr', ',,,']],
      [embedding(), 'embed', 'saved', ['OCR_DONE', 'save', 'rec,,,']],
      [indexing(), 'index', 'saved', ['OCR_DONE', 'save', 'rec,,,vec']],
      [indexing(), 'index', 'embedded', ['METADATA_SAVED', 'embed', 'rec,,txt,']],
    ];
    for (const [before, job, row, expected] of ways) {
      const after = moved(before, (d) => lacks(d, job, row));
      assert.deepEqual(now(after), expected, `${job} lacks ${row}`);
      assert.equal(resourceContext(after).revision, resourceContext(before).revision + 1);
    }
  });

  test('after another: all three are made again in one go', () => {
    const again = moved(
      indexing(),
      (d) => lacks(d, 'index', 'embedded'),
      (d) => lacks(d, 'embed', 'saved'),
      (d) => lacks(d, 'save', 'recognition'),
      (d) => made(d, 'ocr', 'rec2'),
      (d) => made(d, 'save', 'txt2'),
      (d) => made(d, 'embed', 'vec2'),
      (d) => done(d, 'index', { put: 'seen' }),
    );
    assert.deepEqual(now(again), ['INDEXED', '', 'rec2,,txt2,vec2']);
    assert.equal(resourceContext(again).remakes, 0);
  });

  test('again and again ends in INDEX_FAILED; RETRY begins at the step that makes it', () => {
    let d = embedding();
    for (let times = 0; times < RESOURCE_LIMITS.max_remakes; times++)
      d = moved(
        d,
        (s) => lacks(s, 'embed', 'saved'),
        (s) => made(s, 'save', 'txt'),
      );
    d = moved(d, (s) => lacks(s, 'embed', 'saved'));
    assert.deepEqual([status(d), resourceContext(d).failure?.code], ['INDEX_FAILED', 'FACT_MISSING']);
    assert.deepEqual(now(moved(d, retry)), ['OCR_DONE', 'save', 'rec,,,']);
  });

  test('of which the entry is lost: it is made again', () => {
    const lost = moved(indexed(), (d) => event({ type: 'INDEX_LOST', revision: resourceContext(d).facts.indexed ?? 0 }));
    const again = moved(
      lost,
      (d) => lacks(d, 'index', 'saved'),
      (d) => made(d, 'save', 'txt2'),
      (d) => made(d, 'embed', 'vec2'),
      (d) => done(d, 'index', { put: 'seen' }),
    );
    assert.deepEqual(now(again), ['INDEXED', '', 'rec,,txt2,vec2']);
  });

  test('in a failure that an earlier version has left: RETRY finds out, and it is made again', () => {
    const failure = failureOf('FACT_MISSING', 'the saved text txt is not there');
    const failed = moved(embedding(), (d) => ({ kind: 'error', id: 'embed', token: token(d, 'embed'), failure }));
    assert.equal(status(failed), 'INDEX_FAILED');
    assert.deepEqual(now(moved(failed, retry, (d) => lacks(d, 'embed', 'saved'))), ['OCR_DONE', 'save', 'rec,,,']);
  });
});

describe('a correction that is gone', () => {
  test('is made by no step: a person is told, and RETRY goes on with what the machine read', () => {
    const failed = moved(corrected(indexed()), (d) => lacks(d, 'save', 'correction'));
    assert.deepEqual(now(failed), ['INDEX_FAILED', '', 'rec,,txt,vec']);
    assert.equal(resourceContext(failed).failure?.code, 'FACT_MISSING');
    assert.deepEqual(now(moved(failed, retry)), ['OCR_DONE', 'save', 'rec,,txt,vec']);
  });

  test('of a picture that was never read: RETRY reads it', () => {
    const failure = failureOf('OCR_CRASHED', 'it crashed');
    const unread = moved(ready(), (d) => ({ kind: 'error', id: 'ocr', token: token(d, 'ocr'), failure }));
    const failed = moved(corrected(unread), (d) => lacks(d, 'save', 'correction'));
    assert.deepEqual([status(failed), now(moved(failed, retry))], ['INDEX_FAILED', ['READY_FOR_OCR', 'ocr', ',,,']]);
  });
});

describe('the text that does not wait for its vector', () => {
  const late = () => moved(embedding(), (d) => timer(d, 'embed_grace'));
  const refused = () =>
    moved(embedding(), (d) => {
      return { kind: 'error', id: 'embed', token: token(d, 'embed'), failure: failureOf('PROVIDER_REFUSED', 'no') };
    });

  test('finds no row: it is saved again, whether embedding goes on or has failed', () => {
    for (const before of [late(), refused()]) {
      assert.ok(before.jobs.text);
      assert.deepEqual(now(moved(before, (d) => lacks(d, 'text', 'saved'))), ['OCR_DONE', 'save', 'rec,,,']);
    }
  });

  test('does so not without end', () => {
    let d = refused();
    for (let times = 0; times < RESOURCE_LIMITS.max_remakes; times++) {
      d = moved(
        d,
        (s) => lacks(s, 'text', 'saved'),
        (s) => made(s, 'save', 'txt'),
        (s) => ({ kind: 'error', id: 'embed', token: token(s, 'embed'), failure: failureOf('PROVIDER_REFUSED', 'no') }),
      );
    }
    d = moved(d, (s) => lacks(s, 'text', 'saved'));
    assert.deepEqual(now(d), ['INDEX_FAILED', '', 'rec,,,']);
    assert.deepEqual(now(moved(d, retry)), ['OCR_DONE', 'save', 'rec,,,']);
  });
});
