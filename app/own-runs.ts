/** Runs that the service begins by itself, for the whole installation. */
import { Problem } from '../contract/problems.ts';
import type { RunKind } from '../contract/runs.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { Runs } from '../runtime/runs/runs.ts';
import { DEFAULT_ORGANISATION } from './bootstrap-keys.ts';

/** Runs of all organisations, as the program begins them. */
export const INSTALLATION = { org_id: DEFAULT_ORGANISATION.org_id, installation: true };
/** Runs of one organisation are listed with those of the installation; behind so many its last one is taken for none. */
const LOOKED_AT = 20;

type Asked = { facts: { runs: Pick<Facts['runs'], 'list'> }; kind: RunKind; since: number };

type Beginning = { runs: Pick<Runs, 'start'>; owner: string; kind: RunKind; heal?: boolean };

/** Returns its id; null: another run was begun just now. */
export async function beginRun({ runs, owner, kind, heal = false }: Beginning): Promise<string | null> {
  const created_by = { kind: 'sweep' as const, id: owner };
  const params = { heal, step: null, code: null, limit: null };
  try {
    return (await runs.start({ ...INSTALLATION, kind, params, created_by, idempotency: null })).run_id;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** Kept in the facts, so that each process and each restart knows it. True where the newest run of the installation was stopped, or failed, at or after `since` (wall time). */
export async function wasStopped({ facts, kind, since }: Asked): Promise<boolean> {
  const runs = await facts.runs.list(INSTALLATION, { kind: [kind] }, { before: null, limit: LOOKED_AT });
  const last = runs.find(({ installation }) => installation);
  return last !== undefined && (last.status === 'stopped' || last.status === 'failed') && last.updated_at >= since;
}
