/** The text of an answer, of a server that may send without end. */

/** The longest of ours: the text of a hundred dense pages, with the place of each word. */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** Decompressed. Throws once there is more than `max` bytes; the rest is not read. */
export async function responseText(answer: Response, max = MAX_RESPONSE_BYTES): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > max)
      throw new Error(`the answer has more than ${max} bytes, which none of tuodi has: is TUODI_URL a service of tuodi?`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
