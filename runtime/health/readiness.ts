/** Whether this process can serve, from what is known of its parts: nothing is asked for it. */
import { PART_REASONS, type PartName, type PartState } from '../../contract/parts.ts';
import type { Condition, Conditions } from './conditions.ts';
import type { Parts, PartView } from './parts.ts';

export type ReadinessView = {
  ready: boolean;
  checks: Record<string, { ok: boolean; state: PartState; detail?: string }>;
  degraded: Condition[];
};

/** Without these nothing can be answered. */
const ESSENTIAL: readonly PartName[] = ['database'];
const UNUSABLE: readonly PartState[] = ['away', 'refused'];

export function readinessOf(parts: Pick<Parts, 'list'>, conditions: Pick<Conditions, 'list'>): ReadinessView {
  const all = parts.list();
  const faulty = all.filter(({ state }) => state !== 'ok');
  const checks = all.map((view) => {
    const { part, state } = view;
    return [part, { ok: state === 'ok', state, ...(state === 'ok' ? {} : { detail: sentence(view) }) }] as const;
  });
  return {
    ready: !faulty.some(({ part, state }) => ESSENTIAL.includes(part) && UNUSABLE.includes(state)),
    checks: Object.fromEntries(checks),
    degraded: [...conditions.list(), ...faulty.map(asCondition)],
  };
}

const asCondition = (view: PartView): Condition => ({ name: view.part, detail: sentence(view), since: view.since });
const sentence = ({ code, detail }: PartView): string => [code && PART_REASONS[code].en, detail].filter(Boolean).join(': ');
