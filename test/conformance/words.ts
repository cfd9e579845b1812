/** Paths in words: what a person would say happened to the picture. */
import { delayOf } from '../../machines/interpreter.ts';
import { type Model, nextDue, type Step, startModel, stepModel } from './model.ts';
import { inputOf, type Path } from './plan.ts';

const ENDED: Record<string, string> = {
  ocr: 'read',
  save: 'saved',
  embed: 'embedded',
  index: 'indexed',
  text: 'indexed by its text alone',
  purge: 'removed for good',
  discard: 'its bytes removed',
};
const NOUN: Record<string, string> = {
  inspect: 'inspection',
  ocr: 'reading',
  save: 'saving',
  embed: 'embedding',
  index: 'indexing',
  text: 'indexing of its text alone',
  purge: 'removal',
  discard: 'removal of its bytes',
};
const SENT: Record<string, string> = {
  UPLOAD_LINK_ISSUED: 'a fresh link given',
  RETRY: 'tried again',
  TRASH: 'put into the trash',
  RESTORE: 'restored',
  DELETE: 'deleted',
};

function stepInWords(step: Step, { instance }: Model): string {
  switch (step.do) {
    case 'accept':
      return `${NOUN[step.job]} begun`;
    case 'release':
      return `an outage during ${NOUN[step.job]}`;
    case 'time': {
      const due = nextDue(instance);
      const [id = ''] = Object.entries(instance.timers).find(([, timer]) => timer.due_at === due) ?? [];
      return `${delayOf(id).replaceAll('_', ' ')} passed`;
    }
    case 'lost':
      return 'its index entry lost';
    case 'fail':
      return `${NOUN[step.job]} ${step.missing ? `found the row '${step.missing}' gone` : 'failed'}`;
    case 'end':
      if (step.ending === 'legal') return 'uploaded';
      if (step.ending === 'illegal') return 'no picture came';
      if (step.ending === 'absent') return 'nothing was uploaded';
      return step.ending === 'ahead' ? 'the index was ahead' : (ENDED[step.job] ?? step.job);
    case 'send':
      return sentInWords(step.event);
  }
}
function sentInWords(event: Extract<Step, { do: 'send' }>['event']): string {
  if (event.type === 'UPLOAD_REPORTED') return event.by_store_too ? 'upload reported' : 'bytes sent to the link';
  if (event.type === 'METADATA_SUBMITTED') return event.complete ? 'described' : 'described in part';
  if (event.type === 'TEXT_CORRECTED') return event.correction_id === null ? 'correction taken back' : 'corrected';
  if (event.type === 'REPROCESS')
    return `done again from ${NOUN[event.from]}${event.discard_corrections ? ' without its correction' : ''}${event.own_text === 'ignore' ? ', its own text ignored' : ''}`;
  return SENT[event.type] ?? event.type;
}

/** Each step of a path in words, in order. null: a worker takes a task that it ends next, which is no news. */
export function wordsOf({ described, steps }: Pick<Path, 'described' | 'steps'>): (string | null)[] {
  let model = startModel(inputOf(described), 0);
  return steps.map((step, n) => {
    const next = steps[n + 1];
    const is_ended = step.do === 'accept' && (next?.do === 'end' || next?.do === 'fail') && next.job === step.job;
    const words = is_ended ? null : stepInWords(step, model);
    model = stepModel(model, step).model;
    return words;
  });
}
/** Such as: described before the upload, uploaded, read, corrected, indexed. */
export function nameOf(path: Pick<Path, 'described' | 'steps'>): string {
  const begun = path.described ? 'described before the upload' : 'not described';
  return [begun, ...wordsOf(path).filter((words) => words !== null)].join(', ');
}
