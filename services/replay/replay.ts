/** Replay: a run that has failed pictures go on where they stopped, as an operator's order, at the pace of their step (paced.ts). */
import type { DeadLetterFilter } from '../../runtime/ports/dead-letters.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import type { RunWork } from '../../runtime/runs/run-work.ts';
import { type PacedParts, pacedWork } from './paced.ts';

type Parts = PacedParts & { facts: Pick<Facts, 'resources' | 'dead_letters'> };

export const replayWork =
  (parts: Parts): RunWork =>
  async (context) => {
    const { dead_letters } = parts.facts;
    const {
      run: { installation, org_id },
      state: { params },
    } = context;
    const scope = installation ? null : { org_id };
    const filter: DeadLetterFilter = { step: params.step, code: params.code };
    const work = {
      total: async () => {
        const there = await dead_letters.count(scope, filter);
        return Math.min(there, params.limit ?? there);
      },
      page: (after: string | null, limit: number) => dead_letters.page(scope, filter, { after, limit }),
      event: { type: 'RETRY' as const },
    };
    const isInVain: Parameters<typeof pacedWork>[1]['isInVain'] = ({ failure }, { step, code }) =>
      failure !== null && failure.step === step && failure.code === code;
    await pacedWork(parts, { ...work, isInVain }, context);
  };
