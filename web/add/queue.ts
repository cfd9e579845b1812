/**
 * The upload queue. One tab sends (lease.ts): it runs a machine a file, gives each its turn, stores how far it came at each step, and tells the
 * tabs beside it, which show what they are told and pass on what a person does there.
 */
import { createActor, fromPromise } from 'xstate';
import { type UploadEvent, type UploadState, uploadMachine } from '../../machines/upload.ts';
import { tryNow } from '../api/events.ts';
import { connection } from '../stores/connection.ts';
import { onPictureEvent } from '../stores/pictures.ts';
import { after, BASE, every, newId, now } from '../world.ts';
import { actors, batchNow, change, draw, forgetHere, items, lost, post, sent, stateOf, tab, unkept, viewOf } from './board.ts';
import { describe, setBatch } from './details-now.ts';
import { dropFile, dropItems, type Item, keepBatch, keepFile, keepItem, NO_DETAILS, readKept } from './kept.ts';
import { type Holder, holdLease } from './lease.ts';
import type { Command, Message } from './messages.ts';
import { createSpeed } from './speed.ts';
import { removeAnnounced, stepsFor } from './steps/steps.ts';
import { uploads, type View } from './uploads.ts';
import { seeAgain, seenOf } from './watch.ts';

const READING = 2;
const SENDING = 3;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const POLL_MS = 10_000;

const me = newId();
let holder: Holder | null = null;
let failures = 0;
let next_try_at: number | null = null;
let cancelTry = () => {};

/** From now on what was left in the browser goes on, here or in the tab that sends. The answer ends it. */
export function startQueue(user: string): () => void {
  tab.channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`tuodi-uploads${BASE}`);
  tab.channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => hear(data, user));
  const ready = load(user);
  holder = holdLease(me, tab.channel, (held) => void ready.then(() => lead(held)));
  holder.claim();
  const seen = onPictureEvent((event) => {
    if (event === null) seeAgain(items.values(), see);
    else
      for (const [id, item] of items)
        if (item.context.resource_id === event.data.resource_id) {
          see(id, event.data.to);
          draw(id); // whether it is findable is counted
        }
  });
  const online = () => run({ name: 'now' });
  const leaving = () => holder?.release();
  const returning = () => holder?.claim();
  const back = connection.subscribe(({ context }) => {
    if (context.lost_at === null && next_try_at !== null) run({ name: 'now' });
  });
  const poll = every(POLL_MS, () => {
    const watched = [...items.values()].filter(({ id }) => stateOf(id) === 'watching');
    if (tab.leads && watched.length > 0) seeAgain(watched, see);
  });
  const pace = every(1_000, measure);
  addEventListener('online', online);
  addEventListener('pagehide', leaving);
  addEventListener('pageshow', returning);
  return () => {
    for (const end of [seen, poll, pace, () => back.unsubscribe(), () => holder?.end(), () => tab.channel?.close()]) end();
    removeEventListener('online', online);
    removeEventListener('pagehide', leaving);
    removeEventListener('pageshow', returning);
    lead(false);
    items.clear();
    uploads.trigger.clear();
  };
}

async function load(user: string): Promise<void> {
  const { batch, items: kept } = await readKept();
  if (batch && batch.user !== user) return;
  if (batch && !batchNow()) uploads.trigger.batch({ batch });
  for (const item of kept) if (!items.has(item.id)) items.set(item.id, item);
  uploads.trigger.put({ views: kept.flatMap(({ id }) => viewOf(id) ?? []) });
  seeAgain(kept);
}

function lead(held: boolean): void {
  tab.leads = held;
  if (held) {
    for (const id of items.keys()) begin(id);
    turn();
    return;
  }
  cancelTry();
  for (const actor of actors.values()) actor.stop();
  actors.clear();
}

function hear(message: Message, user: string): void {
  if (message.type === 'views' && !tab.leads) {
    for (const view of message.views) remember(view);
    uploads.trigger.put({ views: message.views });
    uploads.trigger.remove({ ids: message.removed });
    for (const id of message.removed) items.delete(id);
  } else if (message.type === 'moving' && !tab.leads) uploads.trigger.moving(message);
  else if (message.type === 'batch') {
    uploads.trigger.batch({ batch: message.batch });
    if (message.batch === null) forgetHere();
    else describe();
  } else if (message.type === 'more') void load(user).then(() => tab.leads && lead(true));
  else if (message.type === 'command' && tab.leads) run(message.command);
}
/** So that this tab can go on from there. */
function remember({ id, state, resource_id, own }: View): void {
  const item = items.get(id);
  if (item) items.set(id, { ...item, own, context: { ...item.context, resource_id, was: state } });
}

/** Takes files in; they belong to the batch that is under way, or begin one. */
export async function add(files: readonly File[], user: string): Promise<void> {
  if (!batchNow()) {
    const batch = { batch_id: newId(), user, details: NO_DETAILS, paused: false };
    uploads.trigger.batch({ batch });
    await keepBatch(batch);
    post({ type: 'batch', batch });
  }
  const first = Math.max(0, ...[...items.values()].map(({ n }) => n)) + 1;
  const added = files.map((file, k): Item => {
    const context = { byte_size: file.size, sha256: null, resource_id: null, since: null, losses: 0, cause: null, was: null };
    return { id: newId(), n: first + k, name: file.name, type: file.type, own: {}, described: null, context };
  });
  for (const item of added) items.set(item.id, item);
  const keeping = added.map((item, k) => keep(item, files[k]));
  uploads.trigger.put({ views: added.flatMap(({ id }) => viewOf(id) ?? []) });
  if (tab.leads) lead(true);
  await Promise.all(keeping);
  if (!tab.leads) post({ type: 'more' });
}
async function keep(item: Item, file: File | undefined): Promise<void> {
  if (!file) return;
  if (!(await keepFile(item.id, file))) {
    unkept.add(item.id);
    draw(item.id);
  }
  const current = items.get(item.id);
  if (current) await keepItem(current);
}

function begin(id: string): void {
  const item = items.get(id);
  if (!item || actors.has(id)) return;
  const { check, hash, announce, send, report } = stepsFor(id, {
    item: () => items.get(id) ?? item,
    batch: batchNow,
    progress: (bytes) => {
      sent.set(id, bytes);
      draw(id);
    },
    described: (json) => change(id, { described: json }),
  });
  const provided = uploadMachine.provide({
    actors: {
      check: fromPromise(check),
      hash: fromPromise(hash),
      announce: fromPromise(announce),
      send: fromPromise(send),
      report: fromPromise(report),
    },
  });
  const actor = createActor(provided, { input: item.context });
  actors.set(id, actor);
  let before: UploadState | null = null;
  actor.subscribe(({ value, context }) => {
    const state = value as UploadState; // the machine has no nested states
    if (state === before) return;
    const from = before;
    before = state;
    change(id, { context: { ...context, was: state } });
    moved(id, from, state);
  });
  actor.start();
}

const isSendingState = (state: UploadState | null) => state === 'announcing' || state === 'sending' || state === 'telling';
function moved(id: string, from: UploadState | null, to: UploadState): void {
  if (to !== 'sending' && to !== 'telling') sent.delete(id);
  if (to === 'left_out') {
    remove(id);
    return;
  }
  if (to === 'waiting' && isSendingState(from) && !batchNow()?.paused) lose(id);
  else lost.delete(id);
  if (to === 'sending' || to === 'watching') failures = 0;
  if (to === 'watching') seenOf(items.get(id)?.context.resource_id ?? null, (status) => see(id, status));
  if (to === 'in' || to === 'already') void dropFile(id);
  if (to === 'in' || to === 'watching') describe();
  turn();
}

/** No answer: all wait, and one tries first. */
function lose(id: string): void {
  lost.add(id);
  if (next_try_at !== null) return;
  const ms = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 30_000;
  failures += 1;
  next_try_at = now() + ms;
  measure();
  cancelTry();
  cancelTry = after(ms, () => {
    next_try_at = null;
    turn();
  });
}

/** Gives turns: two files are read at once, three are sent, the smallest first. */
function turn(): void {
  if (!tab.leads || batchNow()?.paused) return;
  const by_state = (state: UploadState) => [...actors.keys()].filter((id) => stateOf(id) === state);
  const reading = by_state('checking').length + by_state('hashing').length;
  for (const id of by_state('chosen').slice(0, Math.max(0, READING - reading))) actors.get(id)?.send({ type: 'CHECK' });
  if (next_try_at !== null) return;
  const sending = [...actors.keys()].filter((id) => isSendingState(stateOf(id))).length;
  const size = (id: string) => items.get(id)?.context.byte_size ?? 0;
  const waiting = by_state('waiting').sort((a, b) => size(a) - size(b));
  const room = failures > 0 ? 1 : SENDING;
  for (const id of waiting.slice(0, Math.max(0, room - sending))) actors.get(id)?.send({ type: 'SEND' });
}

function see(id: string, status: string): void {
  if (status !== 'REJECTED') {
    tell(id, { type: 'SEEN', status, cause: null });
    return;
  }
  seenOf(items.get(id)?.context.resource_id ?? null, (_, cause) => tell(id, { type: 'SEEN', status, cause }), true);
}

function remove(id: string): void {
  const item = items.get(id);
  actors.get(id)?.stop();
  actors.delete(id);
  items.delete(id);
  void dropFile(id);
  void dropItems([id]);
  uploads.trigger.remove({ ids: [id] });
  post({ type: 'views', views: [], removed: [id] });
  if (item?.context.resource_id) void removeAnnounced(item.context.resource_id);
  turn();
}

const tell = (id: string, event: UploadEvent): void => actors.get(id)?.send(event);
/** What a person asks for; the tab that sends does it. */
export function run(command: Command): void {
  if (!tab.leads) {
    post({ type: 'command', command });
    return;
  }
  if (command.name === 'now') {
    cancelTry();
    next_try_at = null;
    measure();
    tryNow();
    turn();
  } else if (command.name === 'pause') {
    const batch = batchNow();
    if (!batch) return;
    setBatch({ ...batch, paused: command.on });
    if (command.on) for (const id of actors.keys()) tell(id, { type: 'PAUSE' });
    turn();
  } else if (command.name === 'retry_all') for (const id of actors.keys()) tell(id, { type: 'RETRY' });
  else if (command.name === 'retry') tell(command.id, { type: 'RETRY' });
  else if (command.name === 'leave_out') tell(command.id, { type: 'LEAVE_OUT' });
}

const speedOf = createSpeed();
/** Tells of the next try and of the speed. */
function measure(): void {
  if (!tab.leads) return;
  const bytes = [...items.values()].reduce((sum, { id, context }) => {
    const gone = ['telling', 'watching', 'in'].includes(stateOf(id));
    return sum + (gone ? context.byte_size : (sent.get(id) ?? 0));
  }, 0);
  const speed = speedOf(bytes);
  const before = uploads.getSnapshot().context;
  if (before.next_try_at === next_try_at && before.speed === speed) return;
  uploads.trigger.moving({ next_try_at, speed });
  post({ type: 'moving', next_try_at, speed });
}
