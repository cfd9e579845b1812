/** The files of the web app, read once at start: a request is answered from this table and never names a file of the disk. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type Encoding = 'br' | 'gzip' | 'identity';
/** hashed: its name changes with its bytes. etag: of the bytes before compression. */
export type WebFile = {
  type: string;
  hashed: boolean;
  etag: string;
  bytes: Partial<Record<Encoding, Buffer>> & { identity: Buffer };
};
/** By path, without the slash at its beginning; `index.html` is the document of each page. */
export type WebFiles = ReadonlyMap<string, WebFile>;

const TYPES: Record<string, string> = {
  '.bmp': 'image/bmp',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.tif': 'image/tiff',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
export const DOCUMENT = 'index.html';
const HASHED = /^assets\/[\w.-]+-[\w-]{8}\.\w+$/;

/** null: the app is not built there. Files of other types than an app has are left out. */
export function readWebFiles(folder: string): WebFiles | null {
  const files = new Map<string, WebFile>();
  for (const entry of entriesOf(folder)) {
    const type = TYPES[path.extname(entry.name)];
    if (!entry.isFile() || !type) continue;
    const whole = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, whole).split(path.sep).join('/');
    const identity = readFileSync(whole);
    const etag = `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`;
    const bytes = { identity, ...compressed(whole, 'br', '.br'), ...compressed(whole, 'gzip', '.gz') };
    files.set(name, { type, hashed: HASHED.test(name), etag, bytes });
  }
  return files.has(DOCUMENT) ? files : null;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return []; // not built
  }
}

function compressed(file: string, encoding: Encoding, suffix: string): Partial<Record<Encoding, Buffer>> {
  try {
    return { [encoding]: readFileSync(file + suffix) };
  } catch {
    return {}; // sent as it is
  }
}
