/** Bytes as they come from a client. */
import type { Readable } from 'node:stream';
import { rule } from '../../contract/rules.ts';
import { validationFailed } from '../problems/problems.ts';

/** The chunks; throws 422 at the end if there were none, so that the store keeps nothing. A reader who stops leaves the stream open: the client must still be able to read our answer. */
export async function* nonEmptyStream(stream: Readable, pointer: string): AsyncGenerator<Uint8Array> {
  let some = false;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    const bytes: unknown = chunk;
    if (!(bytes instanceof Uint8Array)) throw new Error('a stream of bytes was expected');
    some ||= bytes.byteLength > 0;
    yield bytes;
  }
  if (!some) throw validationFailed([{ pointer, detail: rule('it is empty') }]);
}
