/**
 * Pictures by id, each an atom of its own: an event moves one without touching the thousands beside it. What is read from the API is put here;
 * events patch what is known at once, and have it read anew when it comes to rest.
 */
import { type Atom, createAtom } from '@xstate/store-react';
import type { Resource } from '../../contract/resource.ts';
import { PHASES, type Phase, STATUSES } from '../../contract/statuses.ts';
import { api } from '../api/api.ts';
import type { PictureEvent } from '../api/events.ts';
import { throwUnexpected } from '../api/refused.ts';
import { after } from '../world.ts';

export type Picture = Resource;

const atoms = new Map<string, Atom<Picture>>();

/** null: not read yet. */
export const pictureAtom = (id: string): Atom<Picture> | null => atoms.get(id) ?? null;
export const pictureNow = (id: string): Picture | null => atoms.get(id)?.get() ?? null;

/** What was answered later replaces what was answered before. Returns the ids, in order. */
export function putPictures(pictures: readonly Picture[]): string[] {
  return pictures.map((picture) => {
    const known = atoms.get(picture.resource_id);
    if (!known) atoms.set(picture.resource_id, createAtom(picture));
    else if (picture.updated_at >= known.get().updated_at) known.set(picture);
    return picture.resource_id;
  });
}

export async function readPicture(id: string, signal?: AbortSignal): Promise<Picture> {
  const { body } = await api.get_resource({ params: { resource_id: id }, ...(signal ? { signal } : {}) });
  putPictures([body]);
  return pictureNow(id) ?? body;
}

const STATUS_NAMES = new Set<string>(STATUSES.map(({ status }) => status));
const isStatus = (name: string): name is Picture['status'] => STATUS_NAMES.has(name);
const isPhase = (name: string): name is Phase => PHASES.some((phase) => phase === name);

/** What an event says, put on what is known; the rest follows when it is read. False: the picture is not known here. */
export function applyEvent({ data }: PictureEvent): boolean {
  const atom = atoms.get(data.resource_id);
  if (!atom) return false;
  const { to, phase, viewable, searchable } = data;
  if (isStatus(to) && isPhase(phase)) atom.set((before) => ({ ...before, status: to, phase, viewable, searchable }));
  readSoon(data.resource_id);
  return true;
}

const READ_AFTER_MS = 400;
const wanted = new Map<string, () => void>();
/** Once for many events that follow each other. */
function readSoon(id: string): void {
  wanted.get(id)?.();
  wanted.set(
    id,
    after(READ_AFTER_MS, () => {
      wanted.delete(id);
      readPicture(id).catch((error: unknown) => {
        throwUnexpected(error); // gone, or read with the next list
      });
    }),
  );
}

type Listener = (event: PictureEvent | null) => void;
const listeners = new Set<Listener>();
/** Every event of the stream, after it was applied; null: what lies between is not known. The answer ends it. */
export function onPictureEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
export function tellListeners(event: PictureEvent | null): void {
  for (const listener of listeners) listener(event);
}
