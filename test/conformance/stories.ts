/** What happened to people before this service was made: each is a path with a name of its own. */
import { COMPLETE, DRAFT, REPORTED, STORED } from './inbounds.ts';
import type { Ending, Step } from './model.ts';
import type { Path } from './plan.ts';

const accept = (job: string): Step => ({ do: 'accept', job });
const done = (job: string, ending: Ending = 'done'): Step[] => [accept(job), { do: 'end', job, ending }];
const fail = (job: string): Step => ({ do: 'fail', job, missing: null });
const time: Step = { do: 'time' };
const send = (event: Extract<Step, { do: 'send' }>['event']): Step => ({ do: 'send', event });
const FROM_READ = [...done('ocr'), ...done('save'), ...done('embed'), ...done('index')];

export type Story = Path & { name: string };
const story = (name: string, described: boolean, ends_in: string, ...steps: Step[]): Story => ({
  name,
  described,
  steps,
  ends_in,
});

export const STORIES: Story[] = [
  story(
    'the page is closed after the upload: the store is looked at though nobody reports',
    true,
    'INDEXED',
    time, // the first look
    ...done('inspect', 'legal'),
    ...FROM_READ,
  ),
  story(
    'the network is cut before the details come: the picture waits, and goes on when they are sent',
    false,
    'INDEXED',
    send(STORED),
    ...done('inspect', 'legal'),
    send(COMPLETE),
    ...FROM_READ,
  ),
  story(
    'the details never come: a warning, then it expires, and can be restored',
    false,
    'UPLOADED_NO_METADATA',
    send(STORED),
    ...done('inspect', 'legal'),
    time, // the warning
    time, // the deadline
    send({ type: 'RESTORE' }),
  ),
  story(
    'details that lack a field: the draft is kept, and nothing is indexed until it is complete',
    false,
    'INDEXED',
    send(STORED),
    ...done('inspect', 'legal'),
    send(DRAFT),
    send(COMPLETE),
    ...FROM_READ,
  ),
  story(
    'stuck in VECTOR_PENDING: run again after its deadline, then failed, then done again from the last fact',
    true,
    'INDEXED',
    send(REPORTED),
    ...done('inspect', 'legal'),
    ...done('ocr'),
    ...done('save'),
    accept('embed'),
    time, // its grace: the text is written alone
    ...done('text'),
    time, // its deadline
    accept('embed'),
    time, // its grace once more
    time, // its last deadline: INDEX_FAILED
    send({ type: 'RETRY' }),
    ...done('embed'),
    ...done('index'),
  ),
  story(
    'the status that was not updated: every result moves it, and a failure names the step',
    true,
    'INDEXED',
    send(REPORTED),
    ...done('inspect', 'legal'),
    ...done('ocr'),
    ...done('save'),
    ...done('embed'),
    accept('index'),
    fail('index'),
    send({ type: 'RETRY' }),
    ...done('index'),
  ),
];
