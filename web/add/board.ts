/** What this tab knows of the files that are being added; drawn, and told to the tabs beside it, at most ten times a second. */
import type { ActorRefFrom } from 'xstate';
import type { UploadState, uploadMachine } from '../../machines/upload.ts';
import { after } from '../world.ts';
import { type Batch, type Item, keepItem } from './kept.ts';
import type { Message } from './messages.ts';
import { uploads, type View } from './uploads.ts';

type Actor = ActorRefFrom<typeof uploadMachine>;
const DRAW_MS = 100;

/** leads: this tab sends. */
export const tab = { channel: null as BroadcastChannel | null, leads: false };
export const items = new Map<string, Item>();
/** One for each file, in the tab that sends. */
export const actors = new Map<string, Actor>();
/** Bytes that the network took. */
export const sent = new Map<string, number>();
/** Their last turn ended without an answer. */
export const lost = new Set<string>();
/** Not in the browser's database. */
export const unkept = new Set<string>();

export const post = (message: Message): void => tab.channel?.postMessage(message);
export const batchNow = (): Batch | null => uploads.getSnapshot().context.batch;
export const stateOf = (id: string): UploadState => {
  const value = actors.get(id)?.getSnapshot().value;
  return (typeof value === 'string' ? value : (items.get(id)?.context.was ?? 'chosen')) as UploadState; // the machine has no nested states
};

/* What is drawn: gathered, and told at most ten times a second. */
const dirty = new Set<string>();
let _cancelDraw: (() => void) | null = null;
export function draw(id: string): void {
  dirty.add(id);
  _cancelDraw ??= after(DRAW_MS, () => {
    _cancelDraw = null;
    const views = [...dirty].flatMap((one) => viewOf(one) ?? []);
    dirty.clear();
    uploads.trigger.put({ views });
    if (tab.leads) post({ type: 'views', views, removed: [] });
  });
}
export function viewOf(id: string): View | null {
  const item = items.get(id);
  if (!item) return null;
  const { name, type, n, own, context } = item;
  const known = actors.get(id)?.getSnapshot().context ?? context;
  const { byte_size: size, cause, resource_id, since } = known;
  const state = stateOf(id);
  return {
    ...{ id, n, name, type, size, state, own, cause, resource_id, since },
    sent: sent.get(id) ?? 0,
    lost: lost.has(id),
    kept: !unkept.has(id),
  };
}

/** Stored before anything follows from it. */
export function change(id: string, patch: Partial<Item>): void {
  const item = items.get(id);
  if (!item) return;
  const next = { ...item, ...patch };
  items.set(id, next);
  void keepItem(next);
  draw(id);
}

export function forgetHere(): void {
  for (const actor of actors.values()) actor.stop();
  for (const known of [actors, items, sent]) known.clear();
  for (const known of [lost, unkept, dirty]) known.clear();
  uploads.trigger.clear();
}
