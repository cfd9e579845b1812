/** What may go wrong around a picture: each fault as it begins, and as it is mended. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../../../app/config.ts';
import { openPorts } from '../../../app/open-ports.ts';
import { failureOf } from '../../../contract/failures.ts';
import { memoryTasks } from '../../../persistence/memory/tasks.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { prepareIndex } from '../../../services/index/rebuild.ts';
import type { Mood } from './engine.ts';
import { type Outcomes, RUN_MS } from './world.ts';

/** begin: while all pictures are held; it lets them go. end: absent where the fault is a moment. */
export type FaultRow = { name: string; means: string; begin(w: Outcomes): Promise<unknown>; end?(w: Outcomes): Promise<unknown> };

const away = (prefix: string) => (call: string) =>
  call.startsWith(prefix) ? Promise.reject(new StepError(failureOf('PROVIDER_UNAVAILABLE', 'it does not answer'))) : undefined;
const unavailable = (name: string, prefix: string, means: string): FaultRow => ({
  ...{ name, means },
  async begin(w) {
    w.now.fault = away(prefix);
    w.letGo();
  },
  async end(w) {
    w.now.fault = () => undefined;
  },
});
const provider = (mood: Mood, means: string): FaultRow => ({
  ...{ name: `provider ${mood}`, means },
  async begin(w) {
    w.engine.state.mood = mood;
    w.embedding.state.mood = mood;
    w.letGo();
  },
  async end(w) {
    w.engine.state.mood = 'well';
    w.embedding.state.mood = 'well';
    if (mood === 'hanging') await w.clock.sleep(RUN_MS); // the calls under way go on to hang
  },
});
/** Without callbacks until the end. */
const uncalled = (name: string, means: string, meanwhile: (w: Outcomes) => Promise<unknown> = async () => {}): FaultRow => ({
  ...{ name, means },
  async begin(w) {
    w.engine.state.calls_back = false;
    w.letGo();
    await meanwhile(w);
  },
});

/** Processes that are killed in turn, each at a later call than the one before it. */
const KILLED = 60;

export const FAULTS: FaultRow[] = [
  {
    name: 'worker lost',
    means: 'The process at work is killed; the store of tasks stays. Another process begins.',
    async begin(w) {
      w.forgetHeld();
      await w.kill();
    },
  },
  {
    name: 'task lost',
    means: 'All records of tasks are gone, as when Redis is flushed.',
    async begin(w) {
      w.now.tasks = memoryTasks();
      w.letGo();
    },
  },
  {
    name: 'queue lost',
    means: 'All notifications of tasks are lost for as long as it lasts.',
    async begin(w) {
      w.now.deaf = true;
      w.letGo();
    },
    async end(w) {
      w.now.deaf = false;
    },
  },
  provider('down', 'The OCR engine and the embedder refuse each call; no callback comes.'),
  provider('hanging', 'The OCR engine and the embedder do not answer; no callback comes.'),
  provider('lying', 'The OCR engine and the embedder answer outside their protocol.'),
  uncalled(
    'provider forgetting',
    'The OCR engine knows nothing of the work that it had accepted, and does not call back.',
    async (w) => w.engine.forget(),
  ),
  uncalled('callback lost', 'The OCR engine does its work, and its callbacks do not arrive.'),
  {
    name: 'callback doubled',
    means: 'The OCR engine calls back twice about all its work.',
    async begin(w) {
      w.letGo();
      for (const told of w.engine.told()) for (const _ of [1, 2]) await w.callBack(told);
    },
  },
  {
    ...uncalled('callback late', 'The callbacks arrive eleven minutes later, when the engine was asked already.'),
    async end(w) {
      for (const told of w.engine.told()) await w.callBack(told);
    },
  },
  uncalled(
    'callback forged',
    'Callbacks with another text come with a signature that is not ours; the right ones do not arrive.',
    async (w) => {
      for (const told of w.engine.told()) {
        const outcome = await w.callBack({ ...told, body: told.body.replace('number', 'forged') }, 'of somebody else');
        if (outcome !== 'forged' && outcome !== 'unknown') throw new Error(`a forged callback was ${outcome}`);
      }
    },
  ),
  unavailable('index down', 'index.', 'The search index does not answer.'),
  {
    name: 'index wiped',
    means: 'The index is replaced by an empty one.',
    async begin(w) {
      const { config } = readConfig({
        TUODI_OCR_WORKERS: '1',
        TUODI_DATA_DIR: await mkdtemp(path.join(tmpdir(), 'tuodi-empty-')),
      });
      const empty = await openPorts(config, () => 'http://localhost', { clock: w.clock, log: w.log });
      await prepareIndex({ ...empty, facts: w.opened.facts, clock: w.clock }).catch(() => {});
      w.alsoClose(() => empty.close());
      w.now.index = empty.index;
      w.letGo();
    },
  },
  {
    name: 'index lying',
    means: 'The index says that an entry is written and seen, and keeps nothing.',
    async begin(w) {
      w.now.fault = (call) => (call === 'index.put' ? Promise.resolve({ put: 'seen' }) : undefined);
      w.letGo();
    },
    async end(w) {
      w.now.fault = () => undefined;
    },
  },
  unavailable('store down', 'objects.', 'The store of bytes does not answer.'),
  unavailable('database away', 'facts.', 'The database does not answer.'),
  {
    name: 'clocks apart',
    means: 'The wall clock stands 90 days ahead.',
    async begin(w) {
      w.stepWall(90 * 24 * 60 * 60_000);
      w.letGo();
    },
    async end(w) {
      w.stepWall(-90 * 24 * 60 * 60_000);
    },
  },
  {
    name: 'process killed at each port call',
    means:
      'Sixty processes in turn are killed, each at a later call of the database, the stores, the index or a provider than the one before it: before the call, or once it is done and before its answer.',
    async begin(w) {
      w.forgetHeld();
      for (let at = 1; at <= KILLED; at++) {
        w.now.tasks = memoryTasks();
        await w.killAt(at);
      }
      w.now.tasks = memoryTasks();
      await w.kill();
    },
  },
  {
    name: 'old machine version',
    means: 'All instances are as version 1 of the machine has left them; a process of this version begins.',
    async begin(w) {
      w.forgetHeld();
      await w.betweenLives(() => w.madeOld());
    },
  },
];
