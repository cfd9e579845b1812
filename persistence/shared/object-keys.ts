/** What a key of an object is, in every store. What is not strictly one is refused before it reaches a store. */

/** The only place that an upload link can write. */
export const UPLOADS = 'incoming/';
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;
/** What S3 takes; and paths have at most 4,096 bytes on Linux, a folder's own path included. */
const MAX_KEY_CHARS = 1_024;

export class BadKey extends Error {
  constructor(key: string) {
    super(`not a key of an object: ${JSON.stringify(key.slice(0, 200))}`);
    this.name = 'BadKey';
  }
}

/** The segments of a key; throws BadKey for anything that is none, such as `..`, an empty segment or a backslash. */
export function segmentsOf(key: string): string[] {
  const segments = key.split('/');
  if (key.length > MAX_KEY_CHARS || !segments.every((segment) => SEGMENT.test(segment))) throw new BadKey(key);
  return segments;
}

/** The segments of a prefix that ends in `/`. */
export function foldersOf(prefix: string): string[] {
  if (!prefix.endsWith('/')) throw new BadKey(prefix);
  return segmentsOf(prefix.slice(0, -1));
}

/** Whether an upload link may be given for this key. */
export const isUploadKey = (key: string): boolean => key.startsWith(UPLOADS) && key.split('/').every((one) => SEGMENT.test(one));

/** The key itself, if an upload link may be given for it. */
export function uploadKey(key: string): string {
  segmentsOf(key);
  if (!key.startsWith(UPLOADS)) throw new Error(`no upload link for ${key}: only below ${UPLOADS}`);
  return key;
}
