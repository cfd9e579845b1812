/** What a service works with, in a test: the ports that it needs are given, and using any other fails by its name. */
import { systemClock } from '../../runtime/async/clock.ts';
import type { StepContext } from '../../runtime/tasks/step-handler.ts';
import { only } from './missing.ts';

/** As a service has them unless somebody said otherwise. */
export const SERVICE_LIMITS: StepContext['limits'] = {
  max_bytes: 10_000_000,
  max_pixels: 80_000_000,
  max_pages: 100,
  max_document_pixels: 1_500_000_000,
  decode_time_limit_ms: 30_000,
  document_time_limit_ms: 60_000,
  ocr_pixels: 16_000_000,
};

export const serviceContext = (given: Partial<StepContext>): StepContext => ({
  task_id: 'task-1',
  facts: only('facts', {}),
  objects: only('objects', {}),
  index: only('index', {}),
  recogniser: only('recogniser', {}),
  embedder: only('embedder', {}),
  limits: SERVICE_LIMITS,
  clock: systemClock(),
  signal: new AbortController().signal,
  ...given,
});
