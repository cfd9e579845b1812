/** What becomes of work at a remote provider, as stories: the engine, its protocol and the queue are real, its behaviour is the test's. */
import type { TaskLimits } from '../../machines/limits.ts';
import { type RemoteWorld, remoteWorld, SOON } from '../worlds/remote-world.ts';
import { until } from '../worlds/wait.ts';
import { type TaskMoves, watchTasks } from './task-moves.ts';

export type TaskStory = { name: string; ends_in: string; tell(world: RemoteWorld, resource_id: string): Promise<void> };

export const TASK_STORIES: TaskStory[] = [
  {
    name: 'submitted, and the provider calls back',
    ends_in: 'INDEXED',
    async tell({ there, at }, id) {
      const ticket = await at.ticket(id);
      await there.finish(ticket);
      await there.callBack(ticket);
    },
  },
  {
    name: 'the callback is lost: the provider is asked, and says that it is done',
    ends_in: 'INDEXED',
    tell: async ({ there, at }, id) => there.finish(await at.ticket(id)),
  },
  {
    name: 'still at work when asked, then done',
    ends_in: 'INDEXED',
    async tell({ there, at }, id) {
      const ticket = await at.ticket(id);
      const asked = there.asked.length;
      await until('it is asked', () => there.asked.length > asked + 1);
      await there.finish(ticket);
    },
  },
  {
    name: 'the provider forgets the work: it is submitted again',
    ends_in: 'INDEXED',
    async tell({ there, at }, id) {
      const ticket = await at.ticket(id);
      there.jobs.delete(ticket);
      const again = await until('another', () => [...there.jobs.keys()].find((one) => one !== ticket));
      await there.finish(again);
      await there.callBack(again);
    },
  },
  {
    name: 'the provider refuses the work: the picture has failed',
    ends_in: 'INDEX_FAILED',
    async tell({ there, at }, id) {
      await at.status(id, 'INDEX_FAILED');
      there.mood = 'well';
    },
  },
  {
    name: 'the provider is down when the work comes: it pauses, and is submitted once it is back',
    ends_in: 'INDEXED',
    async tell({ there, at }, id) {
      await until('it was refused', () => there.refused > 0);
      there.mood = 'well';
      const ticket = await at.ticket(id);
      await there.finish(ticket);
      await there.callBack(ticket);
    },
  },
];
const MOOD: Record<number, 'refuses' | 'breaks'> = { 4: 'refuses', 5: 'breaks' };
const FIRST_PICTURE = 500;

/** `limits`: of the model, where they are not those of the service. `only`: part of a name. */
export async function runTaskStories({
  limits = SOON,
  only = '',
}: {
  limits?: Partial<TaskLimits>;
  only?: string;
} = {}): Promise<{
  failed: string[];
  moves: TaskMoves;
}> {
  const moves = watchTasks(limits);
  const failed: string[] = [];
  for (const [n, story] of TASK_STORIES.entries()) {
    if (!story.name.includes(only)) continue;
    const world = await remoteWorld({
      options: { task_limits: SOON },
      ports: (ports) => ({ ...ports, tasks: moves.tasks(ports.tasks) }),
    });
    try {
      world.there.mood = MOOD[n] ?? 'well';
      const id = await world.takeIn(FIRST_PICTURE + n);
      await story.tell(world, id);
      await world.at.status(id, story.ends_in);
    } catch (error) {
      failed.push(`${story.name}: ${String(error)}`);
    } finally {
      await world.stop();
    }
  }
  return { failed, moves };
}
export const taskInWords = ({ failed, moves }: Awaited<ReturnType<typeof runTaskStories>>): string =>
  `${TASK_STORIES.length - failed.length} of ${TASK_STORIES.length} stories, ${moves.covered.size} of ${moves.all.length} transitions, ${moves.moves()} moves, ${moves.unknown.length} unknown to the model`;
