/** The machines that run, and where pictures are in them. */
import type { InstanceState } from '../../contract/machines.ts';
import { STATUSES } from '../../contract/statuses.ts';
import { delayOf, type Instance } from '../../machines/interpreter.ts';
import { viewOf } from '../../machines/resource-view.ts';
import { statePaths } from '../../machines/state-paths.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import { overdueBefore } from '../../runtime/recovery/stuck.ts';
import type { KeyRequest, Language } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { notFound } from '../problems/problems.ts';
import { loadResource } from '../request/load-resource.ts';

export const machineHandlers: Handlers<'list_machines' | 'get_machine' | 'get_resource_machine'> = {
  async list_machines({ deps }) {
    const items = deps.machines().map(({ name, version, hash }) => ({ name, version, hash }));
    return { status: 200, body: { items } };
  },

  async get_machine(request) {
    const { ctx, deps, params } = request;
    const machine = deps.machines().find(({ name }) => name === params.machine);
    if (!machine) throw notFound();
    ctx.set('content-language', ctx.state.language);
    const is_resource = machine.name === 'resource';
    const counts = is_resource ? await countsByState(request, machine.name) : { by_state: null, late_by_state: null };
    const statuses = is_resource ? statusRows(ctx.state.language) : [];
    return { status: 200, body: { ...machine, statuses, ...counts } };
  },

  async get_resource_machine(request) {
    const { resource_id } = await loadResource(request);
    const stored = await request.deps.facts.instances.load(resource_id);
    if (!stored) throw notFound();
    return { status: 200, body: presentInstance(stored.instance) };
  },
};

/** Operators of the installation see the pictures of all organisations. */
async function countsByState({ deps, caller }: KeyRequest, machine: string) {
  const sees_all = caller.key.installation && (caller.key.role === 'operator' || caller.key.role === 'admin');
  const late_before = overdueBefore(deps.clock.serviceTime(), RUNTIME_LIMITS);
  const states = await deps.facts.instances.states({ ...(sees_all ? {} : { org_id: caller.scope.org_id }), late_before });
  const by_state: Record<string, number> = {};
  const late_by_state: Record<string, number> = {};
  for (const { machine: of, state, count, late } of states.filter((one) => one.machine === machine))
    for (const path of statePaths(of, JSON.parse(state))) {
      by_state[path] = (by_state[path] ?? 0) + count;
      if (late > 0) late_by_state[path] = (late_by_state[path] ?? 0) + late;
    }
  return { by_state, late_by_state };
}

const statusRows = (language: Language) =>
  STATUSES.map(({ status, phase, label, meaning, waits_for, guarded_by }) => ({
    ...{ status, phase, label: label[language], meaning: meaning[language] },
    ...{ waits_for: waits_for[language], guarded_by: guarded_by[language] },
  }));

/** Without tokens, inputs of jobs, tickets of providers, and keys of objects. */
function presentInstance(instance: Instance): InstanceState {
  const { machine, version, seq, snapshot, jobs, timers } = instance;
  const { original_key: _, ...context } = snapshot.context;
  const owed: InstanceState['obligations'] = Object.entries(jobs).map(([name, { src, since, accepted }]) => ({
    ...{ kind: 'job', name, step: src, since: timeOf(since) },
    accepted_at: accepted && timeOf(accepted.at),
  }));
  const due = Object.entries(timers).map(([id, { due_at }]) => ({
    kind: 'timer' as const,
    name: delayOf(id),
    due_at: timeOf(due_at),
  }));
  const value = snapshot.value as InstanceState['value']; // JSON, as it was read
  const states = statePaths(machine, snapshot.value);
  return { machine, version, seq, value, states, context, obligations: [...owed, ...due], rests: viewOf(instance).rests };
}
const timeOf = (ms: number): string => new Date(ms).toISOString();
