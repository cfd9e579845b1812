/**
 * The bytes in a folder: a key is the path below it. One process at a time has the folder (its lock is the composition root's).
 *
 * Writing: 1. a temporary file in the same file system, hashed and bounded while it is written, 2. fsync, 3. rename to its key,
 * 4. fsync of the folder. Removing: 1. rename into the temporary folder, 2. fsync, 3. delete. So a key is there whole or not at all
 * at every moment, and what a crash leaves behind lies in the temporary folder, which is emptied at the next open.
 */
import { closeSync, constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { mkdir, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Signer } from '../../runtime/accounts/signer.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { type Credentials, toldOf, UNWATCHED } from '../../runtime/health/credentials.ts';
import type { ObjectHead, Objects, StoredObject } from '../../runtime/ports/objects.ts';
import { foldersOf, segmentsOf, uploadKey } from '../shared/object-keys.ts';
import { storageFault } from './faults.ts';
import { folderAt, isMissing, kindOf, makeFolder, statOf, syncFolder, TEMPORARY } from './keys.ts';
import {
  type LinkQuery,
  type LinkRefused,
  type ReadGrant,
  readQuery,
  type UploadGrant,
  uploadQuery,
  verifyRead,
  verifyUpload,
} from './links.ts';
import { newest, pageAfter } from './list.ts';
import { roomOn } from './room.ts';
import { copyInto, linkInto, writeInto } from './write.ts';

/** A purge may remove a folder between its making and the rename into it: made again this many times. */
const MAX_TRIES = 5;

export type FolderOptions = {
  dir: string;
  /** Where clients reach this service, without a slash at the end. A function where the port is known only after listening. */
  public_url: string | (() => string);
  /** Signs the links: with another secret every link given out before is invalid. */
  signer: Signer;
  clock: Clock;
  /** Kept free on the disk; none unless said. */
  reserve_bytes?: number;
  /** Told at each upload: why there is no room for it; null: there is. */
  shortage?: (why: string | null) => void;
  /** Told of each call, though it takes none. */
  credentials?: Credentials;
};

/** The service itself serves what its links promise: http asks here what a link that came in grants. */
export interface FolderObjects extends Objects {
  /** What the holder of this PUT link may upload, or why not. `key`: the path after `/objects/`. */
  openUpload(key: string, query: LinkQuery): UploadGrant | LinkRefused;
  /** What the holder of this GET (or HEAD) link may read, or why not. */
  openRead(key: string, query: LinkQuery): ReadGrant | LinkRefused;
}

export async function openFolderObjects(options: FolderOptions): Promise<FolderObjects> {
  const { dir, public_url, signer, clock, reserve_bytes = 0, shortage, credentials = UNWATCHED } = options;
  const { root, temporary } = await prepared(dir);
  const temporaryFile = () => join(temporary, clock.randomUuid());
  const linkTo = (key: string, query: URLSearchParams) =>
    `${typeof public_url === 'string' ? public_url : public_url()}/objects/${segmentsOf(key).join('/')}?${query}`;
  const freezing = new Map<string, Promise<ObjectHead | null>>();

  const told = <Value>(doing: string, work: () => Promise<Value>): Promise<Value> =>
    toldOf(credentials, work, (error) => storageFault(error, doing));
  const place = placing(root);
  const head = (key: string) => told(`look at ${key}`, async () => headAt(root, key));
  const freeze = async (from: string, to: string): Promise<ObjectHead | null> => {
    const there = headAt(root, to);
    if (there !== null) return there;
    const source = headAt(root, from);
    if (source === null) return headAt(root, to); // a purge, or another run of the same freeze
    const path = join(root, ...segmentsOf(from));
    const linked = await place(to, (target) => linkInto(path, target));
    if (!linked) await place(to, (target) => copyInto(path, temporaryFile(), target));
    return headAt(root, to);
  };

  return {
    presignUpload: async ({ key, max_bytes, content_type, expires_at, granted_to }) => {
      const url = linkTo(uploadKey(key), uploadQuery(signer, { key, max_bytes, content_type, ...to(granted_to) }, expires_at));
      return { method: 'PUT', url, headers: { 'content-type': content_type }, expires_at };
    },
    presignRead: async ({ key, expires_at, content_type, filename, granted_to }) =>
      linkTo(key, readQuery(signer, { key, content_type, filename, ...to(granted_to) }, expires_at)),
    openUpload: (key, query) => verifyUpload(signer, key, query, clock.now()),
    openRead: (key, query) => verifyRead(signer, key, query, clock.now()),
    withRoom: roomOn({ dir: root, reserve_bytes, shortage }),
    put: (key, body, max_bytes) =>
      told(`store ${key}`, async (): Promise<StoredObject> => {
        segmentsOf(key);
        const file = temporaryFile();
        try {
          const written = await writeInto(file, body, max_bytes);
          await place(key, (target) => rename(file, target));
          credentials.accepted(true);
          return { key, ...written };
        } catch (error) {
          await rm(file, { force: true });
          throw error;
        }
      }),
    head,
    read: (key, range) => told(`read ${key}`, async () => readAt(root, key, range)),
    freeze: (from, to) => {
      // Two at once to the same key are one: where links aren't supported, the later copy would replace the earlier.
      const running = freezing.get(to) ?? told(`freeze ${from}`, () => freeze(from, to)).finally(() => freezing.delete(to));
      freezing.set(to, running);
      return running;
    },
    page: (prefix, after, limit) => told(`list ${prefix}`, () => pageAfter(root, prefix, after, limit)),
    list: (prefix, limit) => told(`list ${prefix}`, () => newest(root, prefix, limit)),
    removePrefix: (prefix) => told(`remove ${prefix}`, () => removeBelow(root, prefix, temporaryFile())),
    close: async () => {},
  };
}

const to = (key_id: string | undefined) => (key_id === undefined ? {} : { granted_to: key_id });

/** The folder, with an empty temporary one in it. */
async function prepared(dir: string): Promise<{ root: string; temporary: string }> {
  return withFaults(`open the store in ${dir}`, async () => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const root = await realpath(dir); // the store's own folder may be a link; nothing below it is followed
    const temporary = join(root, TEMPORARY);
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { mode: 0o700 });
    return { root, temporary };
  });
}

/** Runs `write` with the path of `key`, its folder made; both are synced when it resolves. Made again if a purge removed the folder meanwhile. */
function placing(root: string) {
  return async <T>(key: string, write: (target: string) => Promise<T>): Promise<T> => {
    const segments = segmentsOf(key);
    const name = segments.at(-1) ?? '';
    for (let tries = 1; ; tries++) {
      try {
        const parents = segments.slice(0, -1);
        const there = tries === 1 ? folderAt(root, parents) : null;
        const { folder, changed } = there === null ? await makeFolder(root, parents) : { folder: there, changed: [] };
        await Promise.all(changed.map(syncFolder)); // also where the write fails: the next one finds the folder, and syncs it alone
        const target = join(folder, name);
        if (kindOf(target) === 'folder') throw new Error(`cannot store ${key}: other keys begin with it`);
        const result = await write(target);
        await syncFolder(folder);
        return result;
      } catch (error) {
        if (!isMissing(error) || tries >= MAX_TRIES) throw error;
      }
    }
  };
}

function headAt(root: string, key: string): ObjectHead | null {
  const segments = segmentsOf(key);
  const folder = folderAt(root, segments.slice(0, -1));
  if (folder === null) return null;
  const stat = statOf(join(folder, segments.at(-1) ?? ''));
  return stat?.isFile() ? { key, byte_size: stat.size, modified_at: Math.floor(stat.mtimeMs) } : null;
}

/** `range`: first and last byte, both included, as in HTTP. */
function readAt(root: string, key: string, range?: { start: number; end: number }): Readable | null {
  if (headAt(root, key) === null) return null;
  const path = join(root, ...segmentsOf(key));
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    const last = fstatSync(fd).size - 1; // so far it reads, and asks for no end beyond; a file of no bytes has none to stop at
    const { start, end } = range ?? { start: 0, end: last };
    return createReadStream(path, { fd, start, ...(end < 0 ? {} : { end: Math.min(end, Math.max(last, start)) }) });
  } catch (error) {
    closeSync(fd); // the range is no range
    throw error;
  }
}

/** Out of sight in one rename, then deleted: a crash in between leaves nothing that a key leads to. */
async function removeBelow(root: string, prefix: string, grave: string): Promise<void> {
  const segments = foldersOf(prefix);
  const folder = folderAt(root, segments);
  if (folder === null || kindOf(folder) !== 'folder') return;
  try {
    await rename(folder, grave);
  } catch (error) {
    if (isMissing(error)) return; // another removal was first
    throw error;
  }
  await syncFolder(join(folder, '..'));
  await rm(grave, { recursive: true, force: true });
}

async function withFaults<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageFault(error, doing);
  }
}
