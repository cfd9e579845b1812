/** Runs of operators, with the work of each kind. */
import type { Logger } from 'pino';
import type { Clock } from '../runtime/async/clock.ts';
import { concurrently } from '../runtime/async/each.ts';
import type { RuntimeLimits } from '../runtime/limits.ts';
import type { Engine } from '../runtime/resources/engine.ts';
import type { Lifecycle } from '../runtime/resources/lifecycle.ts';
import { createRuns } from '../runtime/runs/runs.ts';
import { reindexWork } from '../services/index/reindex-run.ts';
import { runLifecycle } from '../services/lifecycles.ts';
import { replayWork } from '../services/replay/replay.ts';
import { embedWork } from '../services/vectors/embed-run.ts';
import { verifyWork } from '../services/verify/verify.ts';
import type { Ports } from './open-ports.ts';

type Parts = Pick<Ports, 'facts' | 'index' | 'objects' | 'embedder'> & {
  lifecycle: Lifecycle;
  engine: Engine;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
};

export const createOperatorRuns = ({ lifecycle, ...parts }: Parts) =>
  createRuns({
    ...parts,
    ...{ runs: parts.facts.runs, lifecycle: runLifecycle(), each: concurrently(parts) },
    works: {
      verify: verifyWork({ ...parts, lifecycle }),
      reindex: reindexWork(parts),
      replay: replayWork(parts),
      embed: embedWork(parts),
    },
  });
