/** What the service tries again by itself, and what it leaves to a person. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FailureCode, failureOf } from '../../contract/failures.ts';
import type { Instance } from '../../machines/interpreter.ts';
import { RESOURCE_LIMITS } from '../../machines/limits.ts';
import { resourceContext, viewOf } from '../../machines/resource-view.ts';
import { at, event, kernel, made, moved, ready, token } from './lives.ts';

describe('a retry by the service itself', () => {
  const failedBy = (code: FailureCode, id = 'save') => {
    const until = id === 'ocr' ? ready() : moved(ready(), (d) => made(d, 'ocr', 'rec'));
    return moved(until, (d) => ({ kind: 'error', id, token: token(d, id), failure: failureOf(code, ''), attempts: 1 }));
  };
  const retry = (d: Instance, by_service: 'mended' | 'probe') =>
    kernel.step(d, event({ type: 'RETRY', by_service }), at(0)).outcome;

  test('is taken of what an outage has stopped, and of nothing else', () => {
    const outages = (['PROVIDER_UNAVAILABLE', 'STORAGE_FULL', 'READ_BACK_MISMATCH', 'WORKER_LOST'] as const).map((code) =>
      failedBy(code),
    );
    const others = [
      ...(['UNEXPECTED', 'FACT_MISSING', 'INDEX_REFUSED'] as const).map((code) => failedBy(code)),
      failedBy('WORKER_LOST', 'ocr'),
    ];
    assert.deepEqual([...new Set(outages.map((d) => retry(d, 'mended')))], ['moved']);
    assert.deepEqual([...new Set(others.map((d) => retry(d, 'mended')))], ['refused']);
    assert.deepEqual(
      outages.map((d) => viewOf(d).retry_step),
      ['save', 'save', 'save', 'save'],
    );
    assert.deepEqual(
      others.map((d) => viewOf(d).retry_step),
      [null, null, null, null],
    );
  });

  test('ends, when the step works for others and not for this picture; a person, or a new fact, begins anew', () => {
    let d = failedBy('PROVIDER_UNAVAILABLE');
    const again = (by_service: 'mended' | 'probe') => {
      d = moved(d, () => event({ type: 'RETRY', by_service }));
      d = moved(d, () => ({
        kind: 'error',
        id: 'save',
        token: token(d, 'save'),
        failure: failureOf('PROVIDER_UNAVAILABLE', ''),
        attempts: 1,
      }));
    };
    for (let times = 0; times < 3 * RESOURCE_LIMITS.max_service_retries; times++) again('probe');
    for (let times = 0; times < RESOURCE_LIMITS.max_service_retries; times++) again('mended');
    assert.deepEqual([retry(d, 'mended'), retry(d, 'probe'), viewOf(d).retry_step], ['refused', 'refused', null]);
    const ordered = moved(d, () => event({ type: 'RETRY' }));
    assert.equal(resourceContext(ordered).service_retries, 0);
    assert.equal(
      resourceContext(
        moved(
          failedBy('PROVIDER_UNAVAILABLE'),
          () => event({ type: 'RETRY', by_service: 'mended' }),
          (s) => made(s, 'save', 'txt'),
        ),
      ).service_retries,
      0,
    );
  });
});
