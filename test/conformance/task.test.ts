/** The task machine, through the remote provider's protocol and the queue: every move of a task is one that the model has. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { SOON } from '../worlds/remote-world.ts';
import { runTaskStories, TASK_STORIES } from './task-stories.ts';

describe('tasks of a remote provider do what the model says', () => {
  let run: Awaited<ReturnType<typeof runTaskStories>>;
  before(async () => {
    run = await runTaskStories();
  });

  test('each story ends as it should', () => assert.deepEqual(run.failed, []));
  test('no move is unknown to the model', () => {
    assert.deepEqual(run.moves.unknown, []);
    assert.ok(run.moves.moves() >= TASK_STORIES.length, `${run.moves.moves()} moves`);
  });
  test('the transitions of a submission, a callback, a question, a loss and a refusal are taken', () => {
    const taken = [...run.moves.covered];
    for (const part of [
      'CLAIMED→ task.open.running',
      'ask [{"type":"answered","params":"done"}',
      'lossesLeft',
      'isPermanent',
      'lease',
    ])
      assert.ok(
        taken.some((name) => name.includes(part)),
        `${part} in ${taken.join('\n')}`,
      );
  });

  test('a model that gives lost work up at once does not have the moves of the service', async () => {
    const { moves } = await runTaskStories({ limits: { ...SOON, max_losses: 1 }, only: 'forgets' });
    assert.match(moves.unknown.join(), /retrying/);
  });
});
