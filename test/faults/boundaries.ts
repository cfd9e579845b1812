/** Where a process is killed: before and after every port call that matters. */
import type { Boundary } from '../worlds/crashing.ts';

const around = (call: string, of?: string): Boundary[] => [
  { call, when: 'before', ...(of ? { of } : {}) },
  { call, when: 'after', ...(of ? { of } : {}) },
];

/** While pictures are taken in, before any work begins. */
export const TAKING_IN: Boundary[] = [
  ...around('facts.commit', 'CREATED'),
  ...around('facts.commit', 'UPLOAD_REPORTED'),
  ...around('tasks.create'),
  ...around('queue.push'),
];

/** On the way to INDEXED. */
export const INDEXING: Boundary[] = [
  ...around('tasks.replace', 'running'),
  ...around('objects.freeze'),
  ...around('objects.put'),
  ...around('facts.commit', 'done inspect'),
  ...around('recogniser.recognise'),
  ...around('facts.commit', 'done ocr'),
  ...around('facts.commit', 'done save'),
  ...around('embedder.embed'),
  ...around('facts.commit', 'done embed'),
  ...around('index.put'),
  ...around('facts.commit', 'done index'),
  ...around('tasks.remove'),
  ...around('facts.outbox.relay'),
  ...around('facts.instances.claimDue'),
];

/** On the way to DELETED. */
export const PURGING: Boundary[] = [
  ...around('facts.commit', 'DELETE'),
  ...around('index.remove'),
  ...around('objects.removePrefix'),
  ...around('facts.commit', 'done purge'),
];
