/** BMP, which libvips does not read. */
import { openIsolatedFormat } from './isolated-formats.ts';
import type { Open } from './pages.ts';

export const bmp: Open = (bytes, given) => openIsolatedFormat('bmp', bytes, given);
