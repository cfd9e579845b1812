/** Instances that are stored, and whether this program can serve them: looked at before a start, and by `tuodi migrate --check`. */
import { createHash } from 'node:crypto';
import type { Durable } from '../../machines/interpreter.ts';
import type { Conditions } from '../../runtime/health/conditions.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { type Instances, type StoredState, UnreadableError } from '../../runtime/ports/instances.ts';

/** A machine whose instances are stored. */
export type Kernel = Pick<Durable, 'served' | 'serves' | 'upgraded' | 'knowsState' | 'fingerprint'>;
export type LookedAt = StoredState & { served: boolean };

/** Each version and state that is stored. Reads every instance: 3 s for 100,000. */
export async function storedStates(
  instances: Pick<Instances, 'states' | 'load'>,
  kernels: readonly Kernel[],
): Promise<LookedAt[]> {
  const looked: LookedAt[] = [];
  for (const state of await instances.states()) looked.push({ ...state, served: await isServed(state) });
  return looked;

  async function isServed({ machine, version, instance_id }: StoredState): Promise<boolean> {
    const kernel = kernels.find(({ served }) => served.machine === machine);
    if (!kernel?.serves({ machine, version })) return false;
    const one = await instances.load(instance_id).catch(asNone);
    return !one || !kernel.serves(one.instance) || kernel.knowsState(one.instance); // it may have moved since
  }
}

/** One that can't be read is set aside by itself. */
function asNone(error: unknown): null {
  if (error instanceof UnreadableError) return null;
  throw error;
}

/** There are instances that no process of this program may touch. */
export class UnservedInstances extends Error {
  constructor(of: readonly string[], kernels: readonly Kernel[]) {
    const known = kernels.map(({ served: { machine, versions } }) => `${machine} ${versions.join(', ')}`).join('; ');
    super(
      `pictures are stored that this version of tuodi cannot serve (${of.join('; ')}; it serves ${known}), and nothing was started: run \`tuodi migrate --check\` to see them all, then start the version of tuodi that wrote them or a later one, or restore a backup that this version made`,
    );
    this.name = 'UnservedInstances';
  }
}

/** Maximum versions that an error names: the rest is what `migrate --check` is for. */
const MAX_NAMED = 5;

/**
 * Throws UnservedInstances. Versions are looked at each time. States are looked at once for the machines of a program: no later start of
 * the same machines finds others, since they write none that they do not know.
 */
export async function checkStored(
  { instances, upkeep }: Pick<Facts, 'instances' | 'upkeep'>,
  kernels: readonly Kernel[],
): Promise<void> {
  const unknown = (await instances.versions()).filter((stored) => !kernels.some(({ served }) => includes(served, stored)));
  if (unknown.length > 0)
    throw new UnservedInstances(
      unknown.slice(0, MAX_NAMED).map(({ machine, version }) => `${machine} ${version}`),
      kernels,
    );
  const machines = createHash('sha256')
    .update(kernels.map(({ fingerprint }) => fingerprint).join('\n'))
    .digest('hex');
  if ((await upkeep.checkedFor()) === machines) return;
  const unserved = (await storedStates(instances, kernels)).filter(({ served }) => !served);
  if (unserved.length > 0) throw new UnservedInstances(unserved.slice(0, MAX_NAMED).map(stateWords), kernels);
  await upkeep.setCheckedFor(machines);
}
const includes = (served: Kernel['served'], { machine, version }: { machine: string; version: string }) =>
  served.machine === machine && served.versions.includes(version);

/** As people read it. */
export const stateWords = ({ machine, version, state, count, instance_id }: StoredState): string =>
  `${machine} ${version} in ${state}: ${count}, such as ${instance_id}`;

const CONDITION = 'later_version';
/** While processes of two versions share the database: reported once, and again when it is over. */
export async function noteLaterVersions(
  instances: Pick<Instances, 'versions'>,
  kernel: Pick<Kernel, 'served'>,
  conditions: Conditions | undefined,
): Promise<void> {
  const later = (await instances.versions()).filter((stored) => !includes(kernel.served, stored));
  if (later.length === 0) return conditions?.clear(CONDITION);
  const names = later.slice(0, MAX_NAMED).map(({ machine, version }) => `${machine} ${version}`);
  conditions?.set(
    CONDITION,
    `a later version of tuodi works on this database (${names.join(', ')}): its pictures are left to its own processes; end this one when they all run`,
  );
}
