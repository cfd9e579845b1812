/** The regions beside the pipeline: what readers are promised, and the text that does not wait for its vector. */
import { INPUT_OF_JOB } from './resource-jobs.ts';
import { resourceSetup } from './resource-setup.ts';

/**
 * Text never waits for a vector for long. Beside the pipeline, since the embedding goes on undisturbed, and what is left
 * to do is derived in the same step from what is known: late vector, saved text, and an index that does not hold it.
 */
const text_first = resourceSetup.createStateConfig({
  initial: 'idle',
  states: {
    idle: { always: { guard: 'textWanted', target: 'writing' } },
    writing: {
      initial: 'queued',
      always: { guard: 'textNotWanted', target: 'idle' },
      invoke: {
        id: 'text',
        src: 'index',
        input: INPUT_OF_JOB.text,
        onError: [{ guard: 'isMissing', target: 'idle', actions: 'forgetMissing' }, { target: 'paused' }],
        onDone: [
          { guard: 'indexIsAhead', target: 'writing', reenter: true, actions: 'overtake' },
          { target: 'idle', actions: 'establishText' },
        ],
      },
      states: {
        queued: { on: { 'ACCEPTED.text': 'running' } },
        running: { on: { 'RELEASED.text': 'queued' }, after: { index_deadline: '#resource.text_first.paused' } },
      },
    },
    paused: { always: { guard: 'textNotWanted', target: 'idle' }, after: { text_again: 'idle' } },
  },
});

/** What is promised to readers, kept by the same commit. */
const picture = resourceSetup.createStateConfig({
  initial: 'hidden',
  states: {
    hidden: { always: { guard: 'showable', target: 'viewable' } },
    viewable: { tags: 'viewable', always: { guard: 'notShowable', target: 'hidden' } },
  },
});
const search = resourceSetup.createStateConfig({
  initial: 'absent',
  states: {
    absent: { always: { guard: 'findable', target: 'searchable' } },
    searchable: { tags: 'searchable', always: { guard: 'notFindable', target: 'absent' } },
  },
});

export const readers = { text_first, picture, search };
