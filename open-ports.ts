/**
 * The stores and engines that the configuration names. Embedded and server mode differ here and in config.ts only.
 * Adapters of servers are loaded when they are named, so that nobody else pays for them.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { StoreLinks } from './http/deps.ts';
import { openFolderObjects } from './persistence/folder/objects.ts';
import { memoryAnnouncements } from './persistence/memory/announcements.ts';
import { memoryQueue } from './persistence/memory/queue.ts';
import { memoryTasks } from './persistence/memory/tasks.ts';
import { openSqliteFacts } from './persistence/sqlite/facts.ts';
import { lockFolder } from './persistence/sqlite/lock.ts';
import { openSqliteIndex } from './persistence/sqlite-index/open.ts';
import { hashedNgrams } from './providers/hashed-ngrams.ts';
import { tesseractPool } from './providers/tesseract/pool.ts';
import type { Clock } from './runtime/clock.ts';
import { RUNTIME_LIMITS } from './runtime/limits.ts';
import type { Announcements, Embedder, Objects, Queue, Recogniser, SearchIndex, Tasks } from './runtime/ports.ts';
import type { Facts } from './runtime/ports-facts.ts';

/** A thread of the OCR engine keeps what it once took: a new one after so many pages. */
const PAGES_PER_OCR_WORKER = 200;

export type Ports = {
  facts: Facts;
  tasks: Tasks;
  queue: Queue;
  announcements: Announcements;
  objects: Objects;
  index: SearchIndex;
  recogniser: Recogniser;
  embedder: Embedder;
};
export type World = { clock: Clock; log: Logger };

/** `store_links`: of a store that serves its links itself. `secret`: signs our own links. */
export type OpenedPorts = Ports & { close(): Promise<void>; secret: string; store_links: StoreLinks | null };

/** The facts alone: for commands that work beside a running service. */
export async function openFacts(config: Config, _clock: Clock): Promise<Facts> {
  return openSqliteFacts(config.data_dir);
}

/** The index alone. Throws when it is in the folder of a running service. */
export async function openIndex(config: Config, clock: Clock): Promise<SearchIndex> {
  return openSqliteIndex(path.join(config.data_dir, 'search.sqlite'), { clock, vector_floor: config.embedding_floor });
}

/** All ports. Throws FolderInUse or NotAlone when another process has what only one may have. */
export async function openPorts(config: Config, public_url: () => string, world: World): Promise<OpenedPorts> {
  const { clock, log } = world;
  const folder = (name: string) => path.join(config.data_dir, name);
  const lock = lockFolder(config.data_dir);
  const opened: { close(): Promise<void> }[] = [];
  const keep = <Port extends { close(): Promise<void> }>(port: Port): Port => {
    opened.unshift(port);
    return port;
  };
  const close = async () => {
    for (const port of opened) await port.close();
    lock.release();
  };
  try {
    const secret = config.link_secret ?? (await keptSecret(folder('link-secret')));
    const facts = keep(await openFacts(config, clock));
    const index = keep(await openIndex(config, clock));
    const objects = keep(await openFolderObjects({ dir: folder('objects'), public_url, secret, clock }));
    const recogniser = keep(
      tesseractPool({
        workers: config.ocr_workers,
        page_time_limit_ms: config.ocr_page_time_limit_ms,
        pages_per_worker: PAGES_PER_OCR_WORKER,
        language_dir: folder('languages'),
        clock,
        log: (event, detail) => log.debug(detail, event),
      }),
    );
    const tasks = keep(memoryTasks());
    const queue = memoryQueue({ clock, most_waiting: RUNTIME_LIMITS.queue_waiting });
    const announcements = keep(memoryAnnouncements());
    const embedder = hashedNgrams();
    return { facts, tasks, queue, announcements, objects, index, recogniser, embedder, secret, store_links: objects, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Made at the first start: links given out before a restart still hold after it. */
async function keptSecret(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => null); // the first start
  if (kept !== null) return kept.trim();
  const secret = randomBytes(32).toString('base64url');
  await writeFile(file, secret, { mode: 0o600, flag: 'wx' });
  return secret;
}
