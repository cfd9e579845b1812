/**
 * Embed: a run that has pictures embedded whose vectors are missing, or are of another model than the one that is configured. They are found
 * meanwhile, by their words and what is left of their entry; vectors of another model are compared with nothing.
 */
import type { Facts } from '../../runtime/ports/facts.ts';
import { type Embedder, isAbsent } from '../../runtime/ports/providers.ts';
import { RunHalted, type RunWork } from '../../runtime/runs/run-work.ts';
import { type PacedParts, pacedWork, type Sent } from '../replay/paced.ts';

/** Pictures looked at together: a few milliseconds. */
const LOOKED_AT = 500;

export type VectorParts = { facts: Pick<Facts, 'vectors'>; embedder: Pick<Embedder, 'model' | 'dimension'> };
type Scope = { org_id: string } | null;

export const embedWork =
  (parts: PacedParts & VectorParts): RunWork =>
  async (context) => {
    if (isAbsent(parts.embedder)) throw new RunHalted('NOT_POSSIBLE', 'no embedder is configured');
    const { installation, org_id } = context.run;
    const scope: Scope = installation ? null : { org_id };
    const work = {
      total: () => countLacking(parts, scope),
      page: (after: string | null, limit: number) => lackingAfter(parts, scope, { after, limit }),
      event: { type: 'REPROCESS' as const, from: 'embed' as const },
    };
    const isInVain: Parameters<typeof pacedWork>[1]['isInVain'] = ({ failure }) => failure !== null;
    await pacedWork(parts, { ...work, isInVain }, context);
  };

/** At most `limit`, by their ids; none: there are none behind `after`. */
export async function lackingAfter(
  { facts, embedder: { model, dimension } }: VectorParts,
  scope: Scope,
  { after, limit }: { after: string | null; limit: number },
): Promise<Sent[]> {
  const found: Sent[] = [];
  for (let from = after; ; ) {
    const { lacking, next } = await facts.vectors.lacking(scope, { model, dimension }, { after: from, look: LOOKED_AT });
    for (const one of lacking) {
      if (found.length === limit) return found;
      found.push({ ...one, step: '', code: '' });
    }
    if (next === null || found.length === limit) return found;
    from = next;
  }
}

async function countLacking({ facts, embedder: { model, dimension } }: VectorParts, scope: Scope): Promise<number> {
  let count = 0;
  for (let from: string | null = null; ; ) {
    const { lacking, next }: Awaited<ReturnType<Facts['vectors']['lacking']>> = await facts.vectors.lacking(
      scope,
      { model, dimension },
      { after: from, look: LOOKED_AT },
    );
    count += lacking.length;
    if (next === null) return count;
    from = next;
  }
}
