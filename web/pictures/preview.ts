/** Where the previews of a picture are, and how large a page is shown. */
import { addressOfCall } from '../api/api.ts';
import type { Picture } from '../stores/pictures.ts';

const PREVIEW_SIZES = [320, 1600] as const;
export type PreviewSize = (typeof PREVIEW_SIZES)[number];

/** By the cookie, from where this page is: signed links begin with the public address, which may be another. The turn makes it another picture. */
export function previewAddress({ resource_id, preview_url }: Picture, size: PreviewSize, page = 1): string {
  const turned = page === 1 && preview_url ? new URL(preview_url, location.href).searchParams.get('turned') : null;
  const query = { size: String(size), ...(page === 1 ? {} : { page: String(page) }), ...(turned ? { turned } : {}) };
  return addressOfCall('get_preview', { params: { resource_id }, query });
}

export type Size = { width: number; height: number };
/** Pixels of an upright page; null: not known, such as before it was looked at. */
export function pageSize({ width: first_width, height: first_height, page_sizes }: Picture, page: number): Size | null {
  const [width, height] = page_sizes?.[page - 1] ?? [first_width, first_height]; // without sizes all are as the first
  return width && height ? { width, height } : null;
}

/** As large as fits, and not larger than it is. */
export function fitted({ width, height }: Size, room: Size): Size {
  const scale = Math.min(room.width / width, room.height / height, 1);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** Both previews with their real widths, so that the browser takes the one it needs. */
export function sourceSet(picture: Picture, page: number, { width, height }: Size): string {
  const longer = Math.max(width, height);
  const widths = PREVIEW_SIZES.map((size) => ({ size, width: Math.max(1, Math.round(Math.min(1, size / longer) * width)) }));
  return widths.map((one) => `${previewAddress(picture, one.size, page)} ${one.width}w`).join(', ');
}
