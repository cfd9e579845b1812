/** The bytes of a stored picture, which inspect has bounded. */
import { buffer } from 'node:stream/consumers';
import { failureOf } from '../../contract/failures.ts';
import type { Objects } from '../../runtime/ports/objects.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

export async function readObject(objects: Objects, key: string): Promise<Uint8Array> {
  const stream = await objects.read(key);
  if (!stream) throw new StepError(failureOf('OBJECT_MISSING', `${key} is not in the store`));
  return buffer(stream);
}
