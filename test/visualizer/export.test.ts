/** What is exported for Stately and XState is the machine: XState alone loads it, and walks every path that covers the machine as ours does. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  and,
  cancel,
  createMachine,
  getNextTransitions,
  initialTransition,
  raise,
  transition,
} from 'xstate';
import { durable, type Inbound, type Instance } from '../../machines/interpreter.ts';
import { uploadMachine } from '../../machines/upload.ts';
import { codeOf, jsonOf } from '../../visualizer/config.ts';
import { graphOf } from '../../visualizer/graph.ts';
import { choicesOf } from '../../visualizer/simulation/choices.ts';
import { createSimulator, inboundOf, type Moment } from '../../visualizer/simulation/simulation.ts';
import { MACHINE, startModel, stepModel } from '../conformance/model.ts';
import { inputOf, plan } from '../conformance/plan.ts';
import { coverPaths, eventOf, replayed, withTokens } from '../model/paths.ts';
import { TASK } from '../model/subjects.ts';

type Walk = { input: object; steps: { before: Instance; inbound: Inbound; after: Instance }[] };

/** The paths of the model runner: all transitions of the picture's machine that a service can be led along. */
function resourceWalks(): Walk[] {
  return plan().paths.map(({ described, steps }) => {
    let model = startModel(inputOf(described), 0);
    const walk: Walk = { input: inputOf(described), steps: [] };
    for (const step of steps) {
      const moved = stepModel(model, step);
      const taken = moved.taken.map((one, n) => ({ ...one, after: moved.taken[n + 1]?.before ?? moved.model.instance }));
      walk.steps.push(...taken);
      model = moved.model;
    }
    return walk;
  });
}
function taskWalks(): Walk[] {
  return coverPaths(TASK).paths.map(({ input, steps }) => {
    const at = (n: number) => replayed(TASK, { input, steps: steps.slice(0, n), ends_in: '' });
    return {
      input: input as object,
      steps: steps.map((inbound, n) => ({ before: at(n), inbound: withTokens(inbound, at(n)), after: at(n + 1) })),
    };
  });
}

/** The machine of a file in the browser, along the shortest way to each of its states, and then every step that can be tried there. */
function uploadWalks(): Walk[] {
  const simulator = createSimulator(uploadMachine);
  const graph = graphOf(uploadMachine);
  const input = { byte_size: 1, sha256: null, resource_id: null, since: null, losses: 0, cause: null, was: null };
  const begin = simulator.begin(input);
  const ways = new Map<string, { at: Moment; steps: Walk['steps'] }>([[begin.states.join(), { at: begin, steps: [] }]]);
  const walks: Walk[] = [];
  // grows while it is walked
  for (const { at, steps } of ways.values())
    for (const { said, after } of choicesOf(simulator, at, graph)) {
      if (after.outcome !== 'moved') continue;
      const way = [...steps, { before: at.instance, inbound: inboundOf(said, at.instance), after: after.instance }];
      walks.push({ input, steps: way });
      if (!ways.has(after.states.join())) ways.set(after.states.join(), { at: after, steps: way });
    }
  const inner = graph.nodes.filter(({ id, name }) => id !== 'upload' && name !== 'resuming' && name !== 'resumed');
  assert.deepEqual([...ways.keys()].sort(), inner.map(({ id }) => id).sort());
  return walks;
}

const allowedIn = (snapshot: AnyMachineSnapshot): string[] =>
  [...new Set(getNextTransitions(snapshot).map(({ eventType }) => eventType))]
    .filter((type) => type && !/^(xstate|ACCEPTED|RELEASED)\./.test(type))
    .sort();

/** Steps the exported machine beside ours, which holds the walk. Returns how many steps were compared. */
function compare(exported: AnyStateMachine, ours: AnyStateMachine, walks: Walk[], starts: boolean): number {
  const kernel = durable(ours);
  let compared = 0;
  for (const { input, steps } of walks) {
    const first = steps[0];
    if (!first) continue;
    let snapshot: AnyMachineSnapshot = starts
      ? initialTransition(exported, input as never)[0]
      : exported.resolveState(first.before.snapshot as never);
    for (const { before, inbound, after } of steps) {
      assert.deepEqual(snapshot.value, before.snapshot.value);
      const event = { ...eventOf(before, inbound), at: 0, attempts: 1 };
      [snapshot] = transition(exported, snapshot as never, event as never) as unknown as [AnyMachineSnapshot];
      assert.deepEqual(snapshot.value, after.snapshot.value, `${event.type} in ${JSON.stringify(before.snapshot.value)}`);
      assert.deepEqual(allowedIn(snapshot), kernel.allowedEvents(after).sort());
      compared += 1;
    }
  }
  return compared;
}

const given = (machine: AnyStateMachine) => {
  const { guards, actions, actors, delays } = machine.implementations;
  return { guards, actions, actors, delays } as never;
};

describe('a machine that is exported', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tuodi-export-'));
    await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  });
  after(() => rm(folder, { recursive: true }));

  /** As one would who has nothing but XState: the code is a module of its own. */
  async function loaded(machine: AnyStateMachine): Promise<AnyStateMachine> {
    const file = path.join(folder, `${machine.id}.mjs`);
    await writeFile(file, codeOf(machine));
    const module: Record<string, AnyStateMachine | undefined> = await import(pathToFileURL(file).href);
    const exported = module[`${machine.id}Machine`];
    assert.ok(exported);
    return exported;
  }
  const subjects: [string, AnyStateMachine, () => Walk[]][] = [
    ['resource', MACHINE, resourceWalks],
    ['task', TASK.machine, taskWalks],
    ['upload', uploadMachine, uploadWalks],
  ];

  for (const [name, machine, walksOf] of subjects)
    test(`${name}: code and JSON walk every covered path to the same states, with the same allowed events`, async () => {
      const walks = walksOf();
      const code = (await loaded(machine)).provide(given(machine));
      const steps = compare(code, machine, walks, true);
      assert.ok(steps > 100, `${steps} steps`);
      const named = createMachine(JSON.parse(jsonOf(machine)))
        .provide(given(machine))
        .provide({
          guards: { 'isHint and isProbing': and(['isHint', 'isProbing']) },
          actions: {
            'cancel give_up': cancel('give_up'),
            'raise GIVE_UP': raise({ type: 'GIVE_UP' }, { id: 'give_up', delay: 'give_up' } as never),
          },
        } as never);
      assert.equal(compare(named, machine, walks, false), steps);
    });

  test('its context is the first one of ours, from the same input', async () => {
    for (const [machine, input] of [
      [MACHINE, inputOf(true)],
      [TASK.machine, TASK.inputs[1]],
    ] as const) {
      const exported = (await loaded(machine)).provide(given(machine));
      const first = (one: AnyStateMachine) => JSON.parse(JSON.stringify(initialTransition(one, input as never)[0].context));
      assert.deepEqual(first(exported), first(machine));
    }
  });

  test('a machine that lacks a transition does not pass', async () => {
    const config = JSON.parse(jsonOf(TASK.machine));
    delete config.states.open.states.running.after;
    const maimed = createMachine(config).provide(given(TASK.machine));
    assert.throws(() => compare(maimed, TASK.machine, taskWalks(), false));
  });
});
