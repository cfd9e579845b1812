/** HEIC, inside its thread, by libheif in WebAssembly. It turns the picture as the file says, so what it gives is upright. */
import { createRequire } from 'node:module';
import type { Decoder } from './isolated.ts';
import { RejectedFile } from './rejected-file.ts';

/** What we use of libheif-js, which brings no types for it. */
type HeifImage = {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  /** Fills `into`, and returns null where it can't. */
  display(into: { data: Uint8ClampedArray; width: number; height: number }, done: (filled: object | null) => void): void;
};
type Libheif = { HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] } };

export function heicDecoder(): Decoder {
  const libheif = createRequire(import.meta.url)('libheif-js/wasm-bundle') as Libheif;
  let primary: HeifImage | null = null;
  return {
    async open(bytes) {
      const images = new libheif.HeifDecoder().decode(bytes);
      primary = images.find((image) => image.is_primary()) ?? images[0] ?? null;
      if (!primary) throw new RejectedFile('TRUNCATED_IMAGE', 'no picture can be found in it');
      return { count: 1, sizes: [{ width: primary.get_width(), height: primary.get_height() }] };
    },
    async draw() {
      const image = primary;
      if (!image) throw new Error('no file is open');
      const [width, height] = [image.get_width(), image.get_height()];
      const data = new Uint8ClampedArray(width * height * 4);
      const filled = await new Promise((resolve) => image.display({ data, width, height }, resolve));
      if (!filled) throw new RejectedFile('TRUNCATED_IMAGE', 'its pixels cannot be decoded');
      return { width, height, rgba: new Uint8Array(data.buffer) };
    },
    read: () => null,
  };
}
