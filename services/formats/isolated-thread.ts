/** The inside of a thread that decodes one file: loads its decoder, then answers one question after the other. */

import { parentPort, workerData } from 'node:worker_threads';
import { lowerThreadPriority } from '../../runtime/async/low-priority.ts';
import type { Decoder, DecoderCall, DecoderCalls, DecoderName, DecoderReply } from './isolated.ts';
import { messageOf, RejectedFile } from './rejected-file.ts';

/** WebAssembly's memory, beyond which the file is refused: a page of 80 megapixels (320 MB) with its parts fits. */
const MAX_WASM_BYTES = 1024 * 1024 * 1024;
const PAGE_BYTES = 64 * 1024;

class OutOfMemory extends Error {}

/** What there is of WebAssembly's memory; its types come with those of browsers only. */
type Memory = { readonly buffer: ArrayBuffer; grow(pages: number): number };
const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: Memory } } }).WebAssembly;

/** All growth of the decoders' memories comes through here: Emscripten asks JavaScript for it. */
let refused = false;
const { grow } = Memory.prototype;
Memory.prototype.grow = function (this: Memory, pages: number) {
  if (this.buffer.byteLength + pages * PAGE_BYTES > MAX_WASM_BYTES) {
    refused = true;
    throw new OutOfMemory('more memory than allowed');
  }
  return grow.call(this, pages);
};

lowerThreadPriority();

const LOAD: Record<DecoderName, () => Promise<Decoder>> = {
  pdf: async () => (await import('./pdf-decoder.ts')).pdfDecoder(),
  heic: async () => (await import('./heic-decoder.ts')).heicDecoder(),
  bmp: async () => (await import('./bmp-decoder.ts')).bmpDecoder(),
};
const load = LOAD[workerData as DecoderName]; // said by our own side
const decoder = load();

const ANSWERS: {
  [Name in DecoderCall]: (decoder: Decoder, ask: DecoderCalls[Name]['ask']) => Promise<DecoderCalls[Name]['answer']>;
} = {
  open: ({ open }, { bytes, max_pages }) => open(bytes, max_pages),
  draw: ({ draw }, { page, size }) => draw(page, size),
  read: async ({ read }, { page }) => read(page),
};

parentPort?.on('message', async ({ name, ask }: { name: DecoderCall; ask: never }) => {
  const loaded = await decoder; // not to load is our fault: it ends the thread as an error
  const answer = await ANSWERS[name](loaded, ask).then(
    (answer): DecoderReply => ({ answer }),
    (error: unknown): DecoderReply => ({ illegal: blame(error) }),
  );
  parentPort?.postMessage(answer, buffersOf(answer));
});

function blame(error: unknown): { code: string; detail: string } {
  if (refused || error instanceof OutOfMemory)
    return { code: 'DECODE_LIMIT', detail: 'its decoder needs more memory than allowed' };
  if (error instanceof RejectedFile) return { code: error.code, detail: error.message };
  return { code: 'TRUNCATED_IMAGE', detail: `it cannot be decoded: ${messageOf(error)}` };
}

/** Pixels are handed over, not copied. */
function buffersOf(answer: DecoderReply): ArrayBuffer[] {
  const output = 'answer' in answer ? answer.answer : null;
  return output !== null && typeof output === 'object' && 'rgba' in output && output.rgba instanceof Uint8Array
    ? [output.rgba.buffer as ArrayBuffer] // made by us, of its own
    : [];
}
