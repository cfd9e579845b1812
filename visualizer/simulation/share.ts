/** A scenario in a link, and as a test: both are of one version of a machine. */
import type { Moment, Scenario } from './simulation.ts';

export type Version = { machine: string; version: string; hash: string };
/** Why a link is not shown: it is of another machine than the one that runs here, which is named beside it; or it is cut off. */
export type Refusal = { refused: 'version'; theirs: string; ours: string } | { refused: 'unreadable' };

/** The saved file is run by Node; this module is not. */
const NODE = 'node';

const nameOf = ({ machine, version, hash }: Version): string => `${machine}@${version}-${hash}`;

/** What follows `#`. */
export async function linkOf(of: Version, { input, steps }: Scenario): Promise<string> {
  const said = [input, steps.map((step) => (step.forced ? [step.said, step.forced] : [step.said]))];
  return `${nameOf(of)}?steps=${toBase64Url(await deflated(JSON.stringify(said)))}`;
}

export async function scenarioOf(link: string, versionOf: (machine: string) => Version | null): Promise<Scenario | Refusal> {
  const [, machine = '', rest = '', packed = ''] = /^(\w+)@([\w.-]+)\?steps=([\w-]*)$/.exec(link) ?? [];
  const ours = versionOf(machine);
  if (!ours) return { refused: 'unreadable' };
  if (nameOf(ours) !== `${machine}@${rest}`) return { refused: 'version', theirs: `${machine}@${rest}`, ours: nameOf(ours) };
  try {
    const [input, steps] = JSON.parse(await inflated(fromBase64Url(packed)));
    if (!Array.isArray(steps) || steps.length > MAX_STEPS || !steps.every(isStep)) return { refused: 'unreadable' };
    return { machine, input, steps: steps.map(([said, forced]) => (forced ? { said, forced } : { said })) };
  } catch {
    return { refused: 'unreadable' }; // cut off by what carried it
  }
}
/** A scenario is looked at by people. */
export const MAX_STEPS = 500;
const SAYS = ['event', 'accepted', 'released', 'done', 'failed', 'timer'];
const isStep = (step: unknown): boolean =>
  Array.isArray(step) &&
  typeof step[0] === 'object' &&
  step[0] !== null &&
  SAYS.includes(step[0].say) &&
  (step[0].say !== 'event' || typeof step[0].event?.type === 'string') &&
  (step[1] === undefined || (Array.isArray(step[1]) && step[1].every((name) => typeof name === 'string')));

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (sign) => ({ '+': '-', '/': '_' })[sign] ?? '');
const fromBase64Url = (packed: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(packed.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));

/** Maximum characters of a scenario that is inflated: a link must not fill a browser. */
const MAX_CHARACTERS = 1_000_000;
/** Streams of the platform, which a page has without TLS too. */
async function deflated(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
/** Throws for what is not whole, and for more than MAX_CHARACTERS. */
async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > MAX_CHARACTERS) {
      await reader.cancel();
      throw new RangeError('a scenario is shorter');
    }
  }
}

/** A file for test/machines/: it says the same to the machine, and expects after each step what was seen. Forced steps can't be repeated by a test. */
export function testOf({ machine, input, steps }: Scenario, moments: readonly Moment[], title: string): string {
  const json = (value: unknown): string => JSON.stringify(value);
  const rows = steps.map(
    ({ said }, n) => `  [${json(said)}, ${json(moments[n + 1]?.outcome)}, ${json(moments[n + 1]?.states)}],`,
  );
  return `/** Saved from a simulation of the machine ${machine}: what was said to it, what came of it, and where it then was. */
import assert from '${NODE}:assert/strict';
import { test } from '${NODE}:test';
import { ${machine}Machine } from '../../machines/${machine}.ts';
import { createSimulator, type Outcome, type Said } from '../../visualizer/simulation/simulation.ts';

const INPUT = ${json(input)};
const BEGINS = ${json(moments[0]?.states)};
const STEPS: [Said, Outcome, string[]][] = [
${rows.join('\n')}
];

test(${json(title)}, () => {
  const simulator = createSimulator(${machine}Machine);
  let moment = simulator.begin(INPUT);
  assert.deepEqual(moment.states, BEGINS);
  for (const [said, outcome, states] of STEPS) {
    moment = simulator.step(moment, { said });
    assert.deepEqual([moment.outcome, moment.states], [outcome, states], JSON.stringify(said));
  }
});
`;
}
