/** Strings out of PDFium's memory. */
import type { Pdfium } from './pdf-chars.ts';

/** What is longer was made to harm. */
const MAX_BYTES = 256 * 1024;

/** `fill`: copies UTF-16 with a NUL to an address if there is room, and returns the bytes that it takes. */
export function textFrom(pdfium: Pdfium, fill: (at: number, size: number) => number): string {
  return bytesFrom(pdfium, fill)
    .toString('utf16le')
    .replace(/\0[\s\S]*$/, '')
    .replace(/\r\n?/g, '\n')
    .toWellFormed();
}

/** The same, as bytes. Empty for what is too long. */
export function bytesFrom({ pdfium }: Pdfium, fill: (at: number, size: number) => number, max = MAX_BYTES): Buffer {
  const size = fill(0, 0);
  if (size <= 0 || size > max) return Buffer.alloc(0);
  const at = pdfium.wasmExports.malloc(size);
  try {
    fill(at, size);
    return Buffer.from(pdfium.HEAPU8.slice(at, at + size));
  } finally {
    pdfium.wasmExports.free(at);
  }
}
