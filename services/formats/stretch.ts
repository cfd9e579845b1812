/** Dots that are not square: by how much, as the file says. */
import type { Tags } from './exif.ts';

/** A coarse fax has 204 × 98 dots an inch, some scanners 600 × 150. What says more is taken for a mistake. */
const MAX_STRETCH = 4.2;
const LYING = 5;
/** Less is not seen. */
const MIN_STRETCH = 1.01;

/** How much higher a dot of the upright page is than wide. `orientation`: 5 to 8 lay the stored rows upright. */
export function stretchOf({ density, orientation }: Pick<Tags, 'density' | 'orientation'>): number {
  if (!density || !(density.x > 0) || !(density.y > 0)) return 1;
  const stretch = density.x / density.y;
  const most = Math.max(stretch, 1 / stretch);
  if (most < MIN_STRETCH || most > MAX_STRETCH) return 1;
  return (orientation ?? 1) >= LYING ? 1 / stretch : stretch;
}
