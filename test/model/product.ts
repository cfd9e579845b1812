/** Visits every state of resource × task × environment, and judges each. */
import { PHASES, statusRow } from '../../contract/statuses.ts';
import { FACTS, factsBefore } from '../../contract/step-kinds.ts';
import { ALLOWED_TRANSITIONS } from '../../machines/allowed-transitions.ts';
import type { Inbound } from '../../machines/interpreter.ts';
import { resourceContext, statusOf } from '../../machines/resource-view.ts';
import { taskContext } from '../../machines/task.ts';
import { type Environment, environment, MAX } from './environment.ts';
import { known } from './known.ts';
import { LEGAL_PICTURE, TRANSIENT } from './said.ts';
import { type Config, type Edge, isLost, type World } from './world.ts';

type Found = { what: string; trace: string };
type Moves = Map<string, Set<string>>;
export type Report = {
  states: number;
  edges: number;
  instances: number;
  seconds: number;
  limbo: number;
  broken: number;
  found: Found[];
  moves: Moves;
};

/** `stop`: give up at the first finding (for mutants). */
export function explore(config: Config, stop = false, limit = 2_000_000): Report {
  const started = performance.now();
  const env = environment(config);
  const worlds: World[] = [env.first];
  const ids = new Map<string, number>([[env.keyOf(env.first), 0]]);
  const parents: [from: number, label: string][] = [[-1, 'start']];
  const reached: number[][] = [[]]; // by whom, with our own doing only
  const found = new Map<string, Found & { times: number }>();
  const moves: Moves = new Map();
  let edges = 0;
  const trace = (of: number): string => {
    const steps: string[] = [];
    for (let i = of; i > 0; ) {
      const [from, label] = known(parents[i], 'a parent');
      steps.unshift(label);
      i = from;
    }
    return steps.join(' > ');
  };
  const blame = (what: string, i: number, last = ''): void => {
    const seen = found.get(what);
    if (seen) seen.times++;
    else found.set(what, { what, times: 1, trace: trace(i) + (last && ` > ${last}`) });
  };
  const probed = new Map<number, string[]>();
  const visit = (world: World, i: number): void => {
    for (const wrong of wrongIn(world, env)) blame(wrong, i);
    const id = env.R.idOf(world.resource);
    const stale = probed.get(id) ?? believesStale(world, env);
    probed.set(id, stale);
    if (config.check_tokens !== false) for (const wrong of stale) blame(wrong, i); // else: what does it lead to?
    let next: Edge[] = [];
    try {
      next = env.next(world);
    } catch (error) {
      blame(`refused at commit: ${error instanceof Error ? error.message : error}`, i);
    }
    for (const wrong of env.R.takeWrong()) blame(wrong, i, 'a step');
    for (const edge of next) {
      edges++;
      for (const wrong of wrongMove(world, edge, moves)) blame(wrong, i, edge.label);
      const key = env.keyOf(edge.world);
      let to = ids.get(key);
      if (to === undefined) {
        to = worlds.push(edge.world) - 1;
        ids.set(key, to);
        parents.push([i, edge.label]);
        reached.push([]);
      }
      if (edge.cause === 'own') reached[to]?.push(i);
    }
  };
  for (const [i, world] of worlds.entries()) {
    if (stop && found.size > 0) break;
    if (worlds.length > limit) throw new Error(`${config.name}: more than ${limit} states`);
    visit(world, i); // worlds grows
  }
  const limbo =
    stop && found.size > 0
      ? []
      : stuck(
          worlds.map((w) => settled(w, env, config)),
          reached,
        );
  const where = new Set(limbo.map((i) => statusOf(known(worlds[i], 'a world').resource.snapshot.value)));
  if (limbo[0] !== undefined)
    found.set('limbo', { what: `limbo in ${[...where].join(', ')}`, times: limbo.length, trace: trace(limbo[0]) });
  const broken = [...found.values()].reduce((sum, f) => sum + f.times, 0) - limbo.length;
  const seconds = (performance.now() - started) / 1000;
  const sizes = { states: worlds.length, edges, instances: env.R.size(), seconds };
  return { ...sizes, limbo: limbo.length, broken, found: [...found.values()], moves };
}

/** At rest, and what is promised is true. Whatever waits for a person with a timer alive is no goal: its timer must lead to one. */
const settled = (w: World, env: Environment, { down }: Config): boolean =>
  env.R.hasTag(w.resource, 'rest') && !isLost(w) && (down?.job === 'text' || !textWaits(w));
/** The text is known, only the vector is missing, and yet no search finds it. */
function textWaits(w: World): boolean {
  const { facts, failure, revision } = resourceContext(w.resource);
  return failure?.step === 'embed' && facts.saved === revision && facts.indexed !== revision;
}

/** States from which our own doing alone leads to no settled state. */
function stuck(goal: boolean[], reached: number[][]): number[] {
  const saved = goal.slice();
  const queue = goal.flatMap((is, i) => (is ? [i] : []));
  for (let at = queue.pop(); at !== undefined; at = queue.pop())
    for (const from of reached[at] ?? [])
      if (!saved[from]) {
        saved[from] = true;
        queue.push(from);
      }
  return saved.flatMap((is, i) => (is ? [] : [i]));
}

function wrongIn(w: World, env: Environment): string[] {
  const wrong: string[] = [];
  const says = (broken: boolean, what: string): void => {
    if (broken) wrong.push(what);
  };
  const status = statusOf(w.resource.snapshot.value);
  const { facts, revision, failure, runs, has_vector, withdrawn } = resourceContext(w.resource);
  const has = (tag: string): boolean => env.R.hasTag(w.resource, tag);
  const [viewable, searchable] = [has('viewable'), has('searchable')];
  says(status === 'INDEXED' && !searchable, 'INDEXED but not searchable');
  says(status === 'INDEXED' && FACTS.some((fact) => facts[fact] !== revision), 'INDEXED with facts of an older revision');
  says(status === 'INDEXED' && !has_vector, 'INDEXED without a vector');
  says(searchable && !viewable, 'searchable but not viewable');
  const phases = PHASES.filter(has);
  const expected = w.resource.jobs.inspect ? 'working' : statusRow(status).phase;
  says(phases.length !== 1 || phases[0] !== expected, `${status} is of phases ${phases.join()}, not ${expected}`);
  says(phases[0] === 'gone' && (viewable || searchable), `${status} but still promised to readers`);
  says((phases[0] === 'gone') !== withdrawn, `${status} ${withdrawn ? 'but' : 'and not'} withdrawn`);
  says(searchable && !holds(w, facts.indexed === revision, has_vector), 'searchable, but not at the revision it says');
  const failed = status === 'INDEX_FAILED' || status === 'PURGE_FAILED' || status === 'REJECTED';
  says(failed !== (failure !== null), `${status} ${failure ? 'with' : 'without'} a failure`);
  for (const fact of factsBefore('indexed'))
    says(
      facts[fact] === revision && w.rows[fact] !== 'now' && w.rows[fact] !== 'gone',
      `${fact} believed current, but made from an older revision`,
    );
  says(groundless(w), 'a current fact made from one that is not');
  says(['now', 'text', 'old', 'ahead'].includes(w.index) && w.bytes !== 'legal', 'an index entry without its picture');
  says(
    (status === 'DELETED' || (status === 'EXPIRED' && has('rest'))) && w.bytes !== 'none',
    `${status} but the bytes are there`,
  );
  says(runs >= MAX, 'more runs than allowed');
  const { attempt, losses } = w.task ? taskContext(w.task) : { attempt: 1, losses: 0 };
  says(attempt > MAX || losses > MAX, 'more attempts or losses than allowed');
  says(Object.keys(w.resource.jobs).filter((id) => id !== 'text').length > 1, 'two jobs of the pipeline at once');
  return wrong;
}
/** The text alone is written from what is saved; all else from the fact before it. */
function groundless(w: World): boolean {
  const { facts, revision, has_vector } = resourceContext(w.resource);
  const now = (fact: (typeof FACTS)[number]): boolean => facts[fact] === revision;
  const made_here = factsBefore('indexed');
  if (made_here.some((fact, i) => now(fact) && made_here.slice(0, i).some((before) => !now(before)))) return true;
  return now('indexed') && !now(has_vector ? 'embedded' : 'saved');
}
/** The entry is what the facts say, or newer, unless a fault has hit the index, which the audit finds. */
function holds({ index }: World, current: boolean, has_vector: boolean): boolean {
  if (index === 'lost' || index === 'ahead') return true;
  if (current) return index === (has_vector ? 'now' : 'text');
  return index === 'now' || index === 'text' || index === 'old';
}

function wrongMove(from: World, { label, world: to }: Edge, moves: Moves): string[] {
  if (from.resource === to.resource) return [];
  const [a, b] = [statusOf(from.resource.snapshot.value), statusOf(to.resource.snapshot.value)];
  const told = label === 'done index ahead' || label === 'text ahead';
  if (told && to.index === 'ahead') return ['INDEX_AHEAD, but the revision did not go past it'];
  if (a === b) return [];
  const due = Object.keys(from.resource.timers).some((id) => id.includes('upload_deadline'));
  if (a === 'AWAITING_UPLOAD' && b === 'EXPIRED' && due) return ['EXPIRED before its deadline'];
  const seen = moves.get(a) ?? new Set();
  moves.set(a, seen.add(b));
  const wrong = ALLOWED_TRANSITIONS[a].includes(b) ? [] : [`illegal move ${a} → ${b}`];
  const inIndex = to.index === 'now' || to.index === 'lost' || to.index === 'ahead'; // by a fault after the read-back
  return b === 'INDEXED' && !inIndex ? [...wrong, 'INDEXED, but the index does not hold this revision'] : wrong;
}

/** Every result that is not of the live run, told to this instance, must leave it as it is. */
function believesStale(w: World, env: Environment): string[] {
  const token = 'stale';
  const told = [...Object.keys(w.resource.jobs), 'no_such_job'].flatMap((id): Inbound[] => [
    { kind: 'done', id, token, output: LEGAL_PICTURE },
    { kind: 'error', id, token, failure: TRANSIENT },
    { kind: 'accepted', id, token, provider_job_id: 'x' },
    { kind: 'released', id, token },
    ...Object.keys(w.resource.timers).map((timer): Inbound => ({ kind: 'timer', id: timer, token })),
  ]);
  return told.flatMap((inbound) => {
    const { outcome, instance } = env.R.step(w.resource, inbound);
    return outcome === 'stale' && instance === w.resource ? [] : [`a stale ${inbound.kind} changed the instance`];
  });
}
