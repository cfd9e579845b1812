/** The SHA-256 of a file, piece by piece, so that the page stays quick. `crypto.subtle` takes no pieces, and is missing over plain http. */
import { createSHA256 } from 'hash-wasm';

export async function hash(file: File, signal: AbortSignal): Promise<string> {
  const sha256 = await createSHA256();
  const pieces = file.stream().getReader();
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) return sha256.digest('hex');
    if (signal.aborted) {
      await pieces.cancel();
      throw signal.reason;
    }
    sha256.update(value);
  }
}
