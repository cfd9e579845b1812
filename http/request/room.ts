/** Room for an upload, before its first byte is taken: refused with 507 while reads and what is in already go on. */
import type { Objects } from '../../runtime/ports/objects.ts';
import type { PublicRequest } from '../context.ts';

export const withRoom = <Value>(objects: Objects, byte_size: number, work: () => Promise<Value>): Promise<Value> =>
  objects.withRoom ? objects.withRoom(byte_size, work) : work();

/** Of the body that is on its way: as it says, and at most so many. */
export function announcedBytes({ ctx }: Pick<PublicRequest, 'ctx'>, max_bytes: number): number {
  const length = ctx.req.headers['content-length'];
  return length === undefined ? max_bytes : Math.min(Number(length), max_bytes);
}
