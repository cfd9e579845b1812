/** BMP, which libvips does not read. */
import { openDrawn } from './isolated-formats.ts';
import type { Open } from './pages.ts';

export const bmp: Open = (bytes, given) => openDrawn('bmp', bytes, given);
