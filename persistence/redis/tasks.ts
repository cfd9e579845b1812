/** Tasks on Redis: the record of each under one key, written by compare-and-swap together with its next timer. */
import { z } from 'zod';
import type { Json } from '../../contract/json.ts';
import { STEP_KINDS, type StepKind } from '../../contract/step-kinds.ts';
import { TASK_STATUSES, type TaskStatus } from '../../contract/task.ts';
import type { TaskRecord, Tasks } from '../../runtime/ports/tasks.ts';
import type { RedisLink } from './connection.ts';
import { readTask, UnreadableTask } from './task-record.ts';
import { CLAIM, LIST, READ, REMOVE, WRITE } from './task-scripts.ts';

/**
 * How long a record outlives its last write. A living task is written at least every 5 minutes (the longest backoff), so this only has
 * to exceed the time in which nothing sweeps: a night's outage. What expires is made again from its job.
 */
const KEPT_MS = 24 * 60 * 60_000;
/** The version of the task machine whose tasks have no version in their keys: its tasks were kept in a set without a version in its name. */
const FIRST_VERSION = '1';
/** JSON of an output longer than this is no part of the record: most reads of a record don't want it. */
const LARGE_OUTPUT = 64 * 1024;

export function redisTasks({ prefix, clock, log, reach, ...link }: RedisLink): Tasks {
  const key = (name: string) => `${prefix}:${name}`;
  const task = key('task:');
  const output = key('output:');
  /** One a version, so that a process finds nothing in them that it does not know. */
  const due = (version: string) => key(version === FIRST_VERSION ? 'due' : `due:${version}`);
  const epoch = key('epoch');
  const index = (kind: StepKind, status: TaskStatus) => key(`tasks:${kind}:${status}`);

  /** `seq`: what it must have; '' if it must not be there. */
  async function write(record: TaskRecord, seq: string): Promise<boolean> {
    const { task_id, kind, status, instance, next_due_at } = record;
    const { text, large } = parted(record);
    const now = clock.now();
    const keys = [task + task_id, output + task_id, due(instance.version), index(kind, status)];
    const args = [task_id, seq, instance.seq, text, large, next_due_at ?? '', KEPT_MS, now + KEPT_MS, now, due(FIRST_VERSION)];
    return (await reach((redis) => WRITE(redis, keys, args))) === 1;
  }
  /**
   * A record whose output is gone is gone: to make it again is better than to believe that it answered nothing. So is one that can't be
   * read: it is removed.
   */
  async function whole(task_id: string, text: string, large: boolean): Promise<TaskRecord | null> {
    try {
      const record = readTask(task_id, text);
      if (!large) return record;
      const kept = await reach((redis) => redis.get(output + task_id));
      return kept === null ? null : withOutput(record, JSON.parse(kept));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof UnreadableTask)) throw error;
      log.error({ event: 'task.unreadable', err: error, task_id }, 'removed an unreadable task; it is rebuilt from its job');
      await remove(task_id);
      return null;
    }
  }
  /** `reply`: of each its id, record, and whether its output is apart. */
  async function wholes(reply: unknown): Promise<TaskRecord[]> {
    const parts = strings(reply);
    const found: (TaskRecord | null)[] = [];
    for (let i = 0; i < parts.length; i += 3) found.push(await whole(parts[i] ?? '', parts[i + 1] ?? '', parts[i + 2] === '1'));
    return found.filter((record) => record !== null);
  }
  async function remove(task_id: string): Promise<void> {
    await reach((redis) => REMOVE(redis, [task + task_id, output + task_id, due(FIRST_VERSION)], [task_id]));
  }

  return {
    create: (record) => write(record, ''),
    async get(task_id) {
      const [text, large] = await reach((redis) => READ(redis, [task + task_id], []).then(strings));
      return text ? whole(task_id, text, large === '1') : null;
    },
    replace: (record, expected_seq) => write(record, String(expected_seq)),
    remove,
    async claimDue({ now, until, limit, versions }) {
      return wholes(await reach((redis) => CLAIM(redis, versions.map(due), [now, until, limit, task])));
    },
    /** Those that changed longest ago first. */
    async list({ kind, status, limit }) {
      const kinds = kind ? [kind] : STEP_KINDS;
      const statuses = status ? [status] : TASK_STATUSES;
      const indexes = kinds.flatMap((one) => statuses.map((other) => index(one, other)));
      const found = await wholes(await reach((redis) => LIST(redis, indexes, [limit, task, clock.now()])));
      return found.sort((a, b) => a.updated_at - b.updated_at).slice(0, limit);
    },
    /** Kept with the server's run: one that was restarted may have lost anything, as after a restore or a failover. */
    async epoch() {
      const [kept, run_id] = await reach((redis) => Promise.all([redis.get(epoch), runOf(redis)]));
      if (kept === null || link.doubted()) return null;
      const known = readBegun(kept);
      return known?.run === run_id ? known.begun : null;
    },
    async setEpoch(begun) {
      link.trust(); // before the write: what fails from now on is doubted
      await reach(async (redis) => {
        const kept: Begun = { begun, run: await runOf(redis) };
        await redis.set(epoch, JSON.stringify(kept));
      });
    },
    async close() {},
  };
}

const strings = (reply: unknown): string[] => (Array.isArray(reply) ? reply.map((part) => String(part ?? '')) : []);

/** null: not written by `setEpoch`; then all is in doubt. */
function readBegun(kept: string): Begun | null {
  try {
    return Begun.parse(JSON.parse(kept));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}
const Begun = z.object({ begun: z.string(), run: z.string() });
type Begun = z.infer<typeof Begun>;
/** Another at each start of a server, and on each server; '' where a service hides it. */
const runOf = async (redis: RedisLink['redis']): Promise<string> => /^run_id:(\S+)/m.exec(await redis.info('server'))?.[1] ?? '';

/** The record as text, and apart from it an output that is too large; '' if it is not. */
function parted(record: TaskRecord): { text: string; large: string } {
  const { output = null } = record.instance.snapshot.context;
  const large = output === null ? '' : JSON.stringify(output);
  if (large.length <= LARGE_OUTPUT) return { text: JSON.stringify(record), large: '' };
  return { text: JSON.stringify(withOutput(record, null)), large };
}
function withOutput(record: TaskRecord, output: Json): TaskRecord {
  const { instance } = record;
  const { snapshot } = instance;
  return { ...record, instance: { ...instance, snapshot: { ...snapshot, context: { ...snapshot.context, output } } } };
}
