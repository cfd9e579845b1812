/** The files of a drop, those in folders among them. */

import { now } from '../world.ts';

const MAX_FILES = 5_000;

/** At most 5,000, in the order of the folders. What can't be read is left out, as its browser does. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  // Both must be taken before the first wait: the browser empties the transfer after its event.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...transfer.files];
  if (entries.every((entry) => entry === null || entry.isFile)) return plain;
  const found: File[] = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return found;
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= MAX_FILES || entry.name.startsWith('.')) return;
  if (isFile(entry)) {
    const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push(file);
  } else if (isFolder(entry)) for (const inner of await entriesOf(entry)) await collect(inner, found);
}

/** A reader gives a hundred at a time, and none at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  while (all.length < MAX_FILES) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0) break;
    all.push(...some);
  }
  return all.sort((a, b) => a.name.localeCompare(b.name));
}
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

let pasted = 0;
/** What the clipboard calls `image.png` whatever it is: `pasted-2026-11-28-1.png`. */
export const namedPasted = (files: readonly File[]): File[] =>
  files.map((file) => {
    const [, extension] = /^image\.(\w+)$/.exec(file.name) ?? [];
    if (!extension) return file;
    pasted += 1;
    const today = new Date(now()).toLocaleDateString('sv-SE');
    return new File([file], `pasted-${today}-${pasted}.${extension}`, { type: file.type });
  });
