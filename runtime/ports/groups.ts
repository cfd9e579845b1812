/** Pictures that wait for a person, in groups of what each waits for. Views of the facts. */
import type { MetadataField } from '../../contract/metadata.ts';
import type { Status } from '../../contract/statuses.ts';
import type { ResourceRow } from './resources.ts';
import type { Scope } from './scope.ts';

/** oldest_at: wall time; earliest_deadline_at: service time; null: none has one. samples: of its pictures. */
type Group = { count: number; oldest_at: number | null; earliest_deadline_at: number | null; samples: ResourceRow[] };
/** oldest_at: when the first of them was uploaded; the samples are those that wait longest. */
export type MissingGroup = Group & { status: Status; missing: MetadataField[] };
/** oldest_at: when the first of them failed; the samples are the newest. */
export type FailureGroup = Group & { status: Status; step: string; code: string };

/** The largest first. `samples`: how many of each group, at most. */
export interface Groups {
  /** Those whose required metadata is not complete, by what they lack of it. */
  missing(scope: Scope, required: readonly MetadataField[], samples: number): Promise<MissingGroup[]>;
  /** Those of phase `failed`, by status, step and code. */
  failed(scope: Scope, samples: number): Promise<FailureGroup[]>;
}
