/** A picture of an HTTP world that has failed for good at OCR. */
import { type FailureCode, failureOf } from '../../contract/failures.ts';
import type { HttpWorld } from './http-world.ts';

export async function failed(w: HttpWorld, code: FailureCode): Promise<string> {
  const { resource_id } = await w.created();
  await w.legal(resource_id, resource_id);
  const stored = await w.facts.instances.load(resource_id);
  const token = stored?.instance.jobs.ocr?.token;
  if (!token) throw new Error(`${resource_id} has no job of OCR`);
  const failure = failureOf(code, 'planted');
  await w.deps.engine.deliver(
    resource_id,
    { kind: 'error', id: 'ocr', token, failure },
    { by: { kind: 'worker', id: null }, request_id: null },
  );
  return resource_id;
}
