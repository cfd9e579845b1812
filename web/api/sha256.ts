/** The SHA-256 of a file, as the service counts it. Over plain http there is no `crypto.subtle`: a library does it then, loaded for that. */

/** Hexadecimal digits in lower case. */
export async function sha256(file: Blob): Promise<string> {
  if (crypto.subtle) {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  const { createSHA256 } = await import('hash-wasm');
  const hash = await createSHA256();
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) hash.update(part.value);
  return hash.digest('hex');
}
