/**
 * What waits for a person: a query, never a log. What was answered here stays in its place with its answer until the page is left, or until it
 * waits again.
 */
import { createStore } from '@xstate/store-react';
import type { ResourceGroup } from '../../../contract/groups.ts';
import { api } from '../../api/api.ts';
import { isAborted, isUnreachable, Refused } from '../../api/refused.ts';
import { onPictureEvent, pictureNow, putPictures } from '../../stores/pictures.ts';
import { after, every } from '../../world.ts';

/** findable: how many of it a search finds all the same. */
export type Group = ResourceGroup & { key: string; findable: number };
/** last_at: when the newest of a group had failed. bad: it was refused. undo: null where it can't be taken back. */
export type Answer = { text: string; bad: boolean; undo: (() => Promise<void>) | null; last_at: string };
type Read = {
  needs: string[];
  needs_total: number;
  groups: Group[];
  rejected: string[];
  waiting: number;
  remarks: [code: string, count: number][];
};
const NOTHING: Read = { needs: [], needs_total: 0, groups: [], rejected: [], waiting: 0, remarks: [] };

export const inbox = createStore({
  context: { ...NOTHING, known: false, failed: null as string | null, answers: {} as Readonly<Record<string, Answer>> },
  on: {
    read: (context, { read }: { read: Read }) => {
      const fresh = new Map(read.groups.map((group) => [group.key, group]));
      const answers = Object.fromEntries(
        Object.entries(context.answers).filter(([key, { last_at }]) => {
          const again = fresh.get(key);
          return again === undefined ? !read.needs.includes(key) : lastAt(again) <= last_at;
        }),
      );
      const answered = (key: string) => answers[key] !== undefined;
      const kept = context.groups.filter(({ key }) => answered(key) && !fresh.has(key));
      return {
        ...read,
        ...{ known: true, failed: null, answers },
        needs: inPlace(context.needs, read.needs, answered),
        rejected: inPlace(context.rejected, read.rejected, answered),
        groups: [...read.groups, ...kept],
      };
    },
    failed: (context, { why }: { why: string }) => ({ ...context, failed: why }),
    answer: (context, { key, answer }: { key: string; answer: Answer }) => ({
      ...context,
      answers: { ...context.answers, [key]: answer },
    }),
    open: (context, { key }: { key: string }) => {
      const { [key]: _, ...answers } = context.answers;
      return { ...context, answers };
    },
    leave: (context) => ({ ...context, answers: {}, known: false }),
  },
});

/** Those before keep their place while they wait or are answered; new ones follow. */
const inPlace = (before: readonly string[], now: readonly string[], answered: (key: string) => boolean): string[] => [
  ...before.filter((id) => now.includes(id) || answered(id)),
  ...now.filter((id) => !before.includes(id)),
];
/** When the newest of its samples failed. */
export const lastAt = ({ samples }: Pick<Group, 'samples'>): string =>
  samples.reduce((last, { failure }) => (failure && failure.at > last ? failure.at : last), '');

export function answer(key: string, text: string, more: Partial<Omit<Answer, 'text'>> = {}): void {
  inbox.trigger.answer({ key, answer: { text, bad: false, undo: null, last_at: '', ...more } });
}

const SHOWN = 100;
async function readAll(signal: AbortSignal): Promise<Read> {
  const [needs, failed, rejected, counts] = await Promise.all([
    api.list_resources({ query: { phase: ['needs_person'], sort: 'deadline_at', limit: SHOWN }, signal }),
    api.group_resources({ query: { by: 'failure' }, signal }),
    api.list_resources({ query: { status: ['REJECTED'], limit: SHOWN }, signal }),
    api.count_resources({ query: {}, signal }),
  ]);
  const { by_phase, by_remark } = counts.body;
  return {
    needs: putPictures(needs.body.items),
    needs_total: by_phase.needs_person ?? 0,
    rejected: putPictures(rejected.body.items),
    groups: await Promise.all(failed.body.items.map((group) => withFindable(group, signal))),
    waiting: (by_phase.needs_person ?? 0) + (by_phase.failed ?? 0),
    remarks: Object.entries(by_remark).filter(([, count]) => count > 0),
  };
}

async function withFindable(group: ResourceGroup, signal: AbortSignal): Promise<Group> {
  putPictures(group.samples);
  const key = `${group.status} ${group.step} ${group.code}`;
  if (group.status === 'REJECTED') return { ...group, key, findable: 0 };
  const { body } = await api.count_resources({ query: { ...filterOf(group), searchable: 'true' }, signal });
  return { ...group, key, findable: Math.min(body.total, group.count) };
}
type Filter = NonNullable<Parameters<typeof api.change_resources>[0]['body']['filter']>;
type Narrow = Pick<Filter, 'status' | 'failure_code' | 'failure_step'>;
/** The pictures of a group; the contract's lists are what the service itself has named. */
export const filterOf = ({ status, code, step }: Pick<Group, 'status' | 'code' | 'step'>): Narrow => ({
  status: [status],
  ...(code === null ? {} : { failure_code: [code] as NonNullable<Narrow['failure_code']> }),
  ...(step === null ? {} : { failure_step: [step] as NonNullable<Narrow['failure_step']> }),
});

let current = new AbortController();
export async function readInbox(): Promise<void> {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  try {
    const read = await readAll(signal);
    if (!signal.aborted) inbox.trigger.read({ read });
  } catch (error) {
    if (isAborted(error) || isUnreachable(error)) return; // the note under the bar says so
    if (!(error instanceof Refused)) throw error;
    inbox.trigger.failed({ why: error.message });
  }
}

const READ_MS = 1_000;
/** Parts come back without an event of a picture. */
const POLL_MS = 10_000;
/** Reads now, and as things happen. The answer ends it. */
export function followInbox(): () => void {
  let soon: (() => void) | null = null;
  void readInbox();
  const end = onPictureEvent((event) => {
    if (event && pictureNow(event.data.resource_id) === null && event.data.phase === 'working') return;
    soon ??= after(READ_MS, () => {
      soon = null;
      void readInbox();
    });
  });
  const poll = every(POLL_MS, () => {
    if (inbox.getSnapshot().context.groups.some(({ advice }) => advice === 'wait')) void readInbox();
  });
  return () => {
    end();
    poll();
    soon?.();
    current.abort();
    inbox.trigger.leave();
  };
}
