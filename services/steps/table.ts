/** The steps and what does their work: a new step is a line here. */
import type { Json } from '../../contract/json.ts';
import { type Need, STEPS, type StepKind } from '../../contract/step-kinds.ts';
import type { StepTypes } from '../../contract/steps.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { RemoteStepHandler, StepContext, StepHandler, Writes } from '../../runtime/tasks/step-handler.ts';
import { embed } from './embed.ts';
import { indexEntry } from './index-entry.ts';
import { inspect } from './inspect.ts';
import { ocr } from './ocr.ts';
import { purge } from './purge.ts';
import { isRemarking, newRemarks } from './remarks.ts';
import { save } from './save.ts';

const SERVICES = { inspect, ocr, save, embed, index: indexEntry, purge } satisfies {
  [Kind in StepKind]: StepHandler<StepTypes[Kind]['input'], StepTypes[Kind]['output']>;
};

/** Inputs come from the machine and outputs from the service of the same kind: JSON in between, on its way through a queue. */
const serviceOf = (kind: StepKind) => SERVICES[kind] as unknown as StepHandler<Json, Json>;

export const runStep = (kind: StepKind, input: Json, context: StepContext): Promise<Json> => serviceOf(kind).run(input, context);

export const resultWithoutRun = (kind: StepKind, ports: Needed): Json | null => serviceOf(kind).withoutRun?.(ports) ?? null;

/** `resource`: as it is before the result. Its remarks are among the columns where they change. */
export async function writesOf(
  kind: StepKind,
  of: { input: Json; output: Json; at: number; facts: Facts },
  resource: ResourceRow,
): Promise<Writes | 'outdated'> {
  const { output, ...rest } = of;
  const writes = (await serviceOf(kind).writes?.(output, rest)) ?? { facts: [] };
  if (writes === 'outdated' || !isRemarking(kind)) return writes;
  const remarks = await newRemarks(resource, kind, writes.remarks ?? [], of.facts);
  return remarks ? { ...writes, columns: { ...writes.columns, remarks } } : writes;
}

export const cleanUpStep = async (kind: StepKind, output: Json, input: Json, context: StepContext): Promise<void> =>
  serviceOf(kind).tidy?.(output, input, context);

/** The remote handler of a step whose work may be done by a provider. */
export const remoteOf = (kind: StepKind): RemoteStepHandler<Json> | undefined => serviceOf(kind).remote;

type Needed = Pick<StepContext, Need>;
/** False while something that the step needs is known to be unavailable. */
export const isAvailable = (kind: StepKind, ports: Needed): boolean =>
  STEPS[kind].needs.every((port) => ports[port].reachable?.() ?? true);

/** No picture is there. */
const NO_KEY = 'incoming/probe';
const PROBES: { [Port in Need]: (ports: Needed, signal: AbortSignal) => Promise<unknown> } = {
  objects: ({ objects }) => objects.head(NO_KEY),
  index: ({ index }) => index.ping(),
  recogniser: ({ recogniser }) => recogniser.ready(),
  embedder: ({ embedder }, signal) => embedder.embed(['probe'], signal),
};
/** Asks all that the step needs whether it is there; rejects where it is not. */
export async function probeStep(kind: StepKind, ports: Needed, signal: AbortSignal): Promise<void> {
  for (const port of STEPS[kind].needs) await PROBES[port](ports, signal);
}
