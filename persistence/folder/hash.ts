/** The SHA-256 of a file, however large. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Lower-case hexadecimal. */
export async function sha256Of(file: string | Buffer, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { ...(signal ? { signal } : {}) })) hash.update(chunk);
  return hash.digest('hex');
}
