/** Vectors as bytes: float32, little-endian whatever machine writes them, one vector after the other. */

export const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

export function bytesOfVectors(vectors: readonly Float32Array[]): Buffer {
  const bytes = Buffer.alloc(vectors.reduce((sum, { length }) => sum + length, 0) * FLOAT_BYTES);
  let at = 0;
  for (const vector of vectors) for (const value of vector) at = bytes.writeFloatLE(value, at);
  return bytes;
}

/** So many vectors of the same length; null: the bytes are not those of so many. */
export function vectorsOfBytes(bytes: Uint8Array, count: number): Float32Array[] | null {
  const dimension = bytes.byteLength / FLOAT_BYTES / count;
  if (!Number.isInteger(dimension)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const one = (n: number) =>
    Float32Array.from({ length: dimension }, (_, at) => view.getFloat32((n * dimension + at) * FLOAT_BYTES, true));
  return Array.from({ length: count }, (_, n) => one(n));
}
