/** BMP, which libvips does not read. */
import type { Tags } from './exif.ts';
import { openIsolatedFormat } from './isolated-formats.ts';
import type { Open } from './pages.ts';
import { stretchOf } from './stretch.ts';

export const bmp: Open = async (bytes, given) => {
  const opened = await openIsolatedFormat('bmp', bytes, given);
  return {
    ...opened,
    stretches: [
      stretchOf({ density: densityOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)), orientation: null }),
    ],
  };
};

/** Dots a metre, in the headers of Windows 3 and later ones. */
const HEADER_BYTES = 40;
const densityOf = (bytes: Buffer): Tags['density'] =>
  bytes.length < 54 || bytes.readUInt32LE(14) < HEADER_BYTES ? null : { x: bytes.readInt32LE(38), y: bytes.readInt32LE(42) };
