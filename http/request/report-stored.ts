/** The store reports that it holds an upload: the service itself, which wrote it, or a notification of S3. It is a hint; inspect looks. */
import { Problem } from '../../contract/problems.ts';
import type { ResourceRef } from '../../runtime/ports/scope.ts';
import type { Engine, Origin } from '../../runtime/resources/engine.ts';

/** Changes nothing where the bytes are not awaited any more, or nobody is there after a purge. Throws what the engine throws else. */
export async function reportStored(engine: Engine, ref: ResourceRef, request_id: string): Promise<void> {
  const origin: Origin = { by: { kind: 'worker', id: 'store' }, request_id };
  try {
    await engine.send(ref, () => ({ event: { type: 'UPLOAD_REPORTED' } }), origin);
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'NOT_FOUND')) throw error;
  }
}
