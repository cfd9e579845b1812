/** Leads the service along a path, and compares what a client sees with the model after each step. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { ResourceEvent } from '../../contract/events.ts';
import { isResourceEvent } from '../../contract/events.ts';
import type { Json } from '../../contract/json.ts';
import { resourceContext, viewOf } from '../../machines/resource-view.ts';
import { pictureOf } from '../worlds/numbered.ts';
import { until } from '../worlds/wait.ts';
import { type Client, createPicture, viewIn } from './client.ts';
import { canUpload, PERSONS, STORED, withoutEvent } from './inbounds.ts';
import { AHEAD_BY, expectedView, failureWith, type Model, OUTAGE, type Step, startModel, stepModel, type View } from './model.ts';
import { eventIn, inputOf, type Path, transitionsAtStart, transitionsIn } from './plan.ts';
import type { ModelWorld, Response, Work } from './world.ts';

/** One step as it went. `seen`: what the client sees after it. `sent`: null for what is no request of a client. */
export type Taken = { step: Step | null; seen: View; expected: View; response: number | null };
/** `tries`: requests that must change nothing. `covered`: transitions and events that were taken. */
export type Went = { taken: Taken[]; tries: number; covered: string[] };

/** The service did something else than the model. */
export class Differs extends Error {
  readonly went: Went;
  /** What found it: a step of the path, or a request that must change nothing. */
  readonly by: 'path' | 'try';
  constructor(what: string, by: 'path' | 'try', went: Went) {
    super(what);
    this.name = 'Differs';
    this.by = by;
    this.went = went;
  }
}

const WAIT_MS = 5_000;
/** Which states were tried already: shared by the runs of one command. */
export type TriedStates = Set<string>;
export type RunOptions = { tried: TriedStates | null };
const PICTURE = 7;

export async function runPath(world: ModelWorld, path: Pick<Path, 'described' | 'steps'>, { tried }: RunOptions): Promise<Went> {
  const went: Went = { taken: [], tries: 0, covered: transitionsAtStart(path.described) };
  const differs = (by: 'path' | 'try') => (error: unknown) => {
    throw new Differs(error instanceof Error ? error.message : String(error), by, went);
  };
  const bytes = await pictureOf(PICTURE);
  const client = await createPicture(world, { described: path.described, bytes });
  let model = startModel(inputOf(path.described), world.clock.now());
  await look(null, null).catch(differs('path'));
  for (const step of path.steps) {
    await go(step).catch(differs('path'));
    await tryAll().catch(differs('try'));
  }
  await retire(world, client);
  return went;

  async function go(step: Step): Promise<void> {
    if (step.do === 'send' && stepModel(model, step).outcome !== 'moved') {
      went.tries += 1;
      return tryOne(client, step.event, model);
    }
    const { response, output } = await perform(world, client, { model, step, bytes });
    const event = eventIn(model, step);
    const before = model.instance.seq;
    const moved = stepModel(model, step, output);
    assert.equal(moved.outcome, 'moved', `the model takes ${JSON.stringify(step)}`);
    went.covered.push(...transitionsIn(moved), ...(event ? [event] : []));
    model = moved.model;
    if (step.do === 'release') await seenAs(client, { etag: `"${before + 1}"` }); // it pauses from then on
    if (step.do === 'time' || step.do === 'release') await world.pass(model.now - world.clock.now());
    await look(step, response);
  }
  /** The response shows what was committed; whoever asks then sees the same, by every way to see it. */
  async function look(step: Step | null, response: Response | null): Promise<void> {
    const expected = expectedView(model);
    const seen = await seenAs(client, expected);
    went.taken.push({ step, seen, expected, response: response?.status ?? null });
    assert.deepEqual(seen, expected, 'what GET shows');
    const shows_picture = step?.do === 'send' && step.event !== STORED && step.event.type !== 'UPLOAD_LINK_ISSUED';
    if (response && step?.do === 'send') assert.equal(response.status, 200, `the response to ${step.event.type}`);
    if (response && shows_picture) assert.deepEqual(viewIn(response), expected, 'what the response to the event shows');
    await lookAround(client, expected);
  }
  async function tryAll(): Promise<void> {
    const key = stateOf(model);
    if (!tried || tried.has(key)) return;
    tried.add(key);
    for (const event of PERSONS) {
      const refused = stepModel(model, { do: 'send', event }).outcome !== 'moved';
      const without = event === STORED ? null : withoutEvent(event, model);
      if (!refused && !without) {
        if (event !== STORED) went.tries += await tryAsStranger(client, event);
        continue;
      }
      went.tries += 1;
      await tryOne(client, event, model);
    }
    if (resourceContext(model.instance).facts.indexed !== null) await tryLost(world, client, model);
  }
}

/** What can be told apart by requests. */
const stateOf = ({ instance, uploaded }: Model): string => {
  const { described, sha256, fact_ids } = resourceContext(instance);
  return JSON.stringify([instance.snapshot.value, described, sha256 !== null, fact_ids.correction !== null, uploaded]);
};

/** Does the step, whose effect on the model is not known yet. */
async function perform(
  world: ModelWorld,
  client: Client,
  { model, step, bytes }: { model: Model; step: Step; bytes: Uint8Array },
): Promise<{ response: Response | null; output?: Json }> {
  const { resource_id } = client;
  const { revision, facts } = resourceContext(model.instance);
  if (step.do === 'send') return { response: await client.send(step.event) };
  if (step.do === 'accept') await world.accept(resource_id, step.job);
  if (step.do === 'lost') await world.sendLost(resource_id, (facts.indexed ?? 0) - (step.other ? 1 : 0));
  if (step.do === 'release') await world.finish(resource_id, step.job, { failure: OUTAGE });
  if (step.do === 'fail') await world.finish(resource_id, step.job, { failure: failureWith(step.missing) });
  if (step.do !== 'end') return { response: null };
  if (step.ending === 'legal') await world.store(resource_id, bytes);
  if (step.ending === 'illegal') await world.store(resource_id, Buffer.alloc(bytes.length, 'no picture '));
  if (step.ending === 'absent') await world.store(resource_id, null);
  const ahead = { put: 'ahead', found: revision + AHEAD_BY, into: await world.facts.index_targets.get() };
  const work: Work = step.ending === 'ahead' ? { output: ahead as Json } : 'real';
  return { response: null, output: await world.finish(resource_id, step.job, work) };
}

/** What GET shows once its ETag is the expected one, or after a limit. */
async function seenAs(client: Client, expected: Pick<View, 'etag'>): Promise<View> {
  const over = performance.now() + WAIT_MS;
  for (;;) {
    const response = await client.see();
    assert.equal(response.status, 200, 'the status of GET');
    const seen = viewIn(response);
    if (seen.etag === expected.etag || performance.now() > over) return seen;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Its bytes, a search, a list and the history agree; and another organisation sees nothing. */
async function lookAround(client: Client, { viewable, searchable, status, phase }: View): Promise<void> {
  assert.equal((await client.content()).status, viewable ? 302 : 404, 'whether the content is there');
  assert.equal(isIn(await client.search(), client), searchable, 'whether a search finds it');
  assert.equal(isIn(await client.list(), client), phase !== 'gone', 'whether the list has it');
  const { items } = (await client.history()).json as { items: { to: string }[] };
  assert.equal(items.at(-1)?.to, status, 'the last entry of the history');
  assert.equal((await client.see('other')).status, 404, 'whether another organisation sees it');
}
/** Items of a search hold a picture, those of a list are one. */
function isIn({ json }: Response, { resource_id }: Client): boolean {
  const { items } = json as { items: { resource_id?: string; resource?: { resource_id: string } }[] };
  return items.some((item) => (item.resource?.resource_id ?? item.resource_id) === resource_id);
}

/** Removes the picture, so that none of its timers is left when the clock moves for another. */
export async function retire(world: ModelWorld, client: Client): Promise<void> {
  for (let left = MAX_RETIRING; left > 0; left--) {
    const { status } = viewIn(await client.see());
    if (status === 'DELETED') return;
    if (status === 'DELETING') {
      await world.complete(client.resource_id, 'purge');
      await until('it is deleted', async () => viewIn(await client.see()).status === 'DELETED');
    } else await client.send({ type: 'DELETE' });
  }
  throw new Error('the picture of a path could not be removed');
}
const MAX_RETIRING = 3;

async function tryAsStranger(client: Client, event: ResourceEvent): Promise<number> {
  const before = await client.see();
  assert.equal((await client.send(event, 'other')).status, 404, `${event.type} by another organisation`);
  await assertUnchanged(client, before, `${event.type} by another organisation`);
  return 1;
}

async function tryOne(client: Client, event: ResourceEvent, model: Model): Promise<void> {
  const before = await client.see();
  const response = await client.send(event);
  const what = `${JSON.stringify(event)}, which is not allowed,`;
  if (event !== STORED || canUpload(model)) assertRefused(response, what, event, model);
  await assertUnchanged(client, before, what);
}
const STATUS_WITHOUT = { invalid: 422, unchanged: 200 };
function assertRefused({ status, json }: Response, what: string, event: ResourceEvent, model: Model): void {
  const without = withoutEvent(event, model);
  assert.equal(status, without ? STATUS_WITHOUT[without] : 409, `the response to ${what}`);
  if (without) return;
  const { code, allowed_events, resource_status } = json as { code: string; allowed_events: string[]; resource_status: string };
  const view = viewOf(model.instance);
  assert.deepEqual(
    [code, resource_status, allowed_events.filter(isResourceEvent).sort()],
    ['ILLEGAL_TRANSITION', view.status, [...view.allowed_events].sort()],
    `the problem for ${what}`,
  );
}

/** The audit reports another revision than the promised one. */
async function tryLost(world: ModelWorld, client: Client, model: Model): Promise<void> {
  const before = await client.see();
  await world.sendLost(client.resource_id, (resourceContext(model.instance).facts.indexed ?? 0) - 1);
  await assertUnchanged(client, before, 'INDEX_LOST of another revision');
}

async function assertUnchanged(client: Client, before: Response, what: string): Promise<void> {
  const after = await client.see();
  const same = isDeepStrictEqual([viewIn(before), before.json], [viewIn(after), after.json]);
  assert.ok(same, `${what} changed the picture`);
}
