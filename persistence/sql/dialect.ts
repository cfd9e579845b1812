/** Where the databases differ: nothing else in this folder knows which one it speaks to. */
import type { Knex } from 'knex';

export type Dialect = {
  /** Begins an INSERT that leaves a row alone that is there already. */
  insert_ignore: string;
  /** How many rows an UPDATE changed, of what `raw` answered. */
  changed(answer: unknown): number;
  /** The rows of a SELECT, of what `raw` answered. */
  rows(answer: unknown): Row[];
  /** Takes due instances; see Instances.claimDue. Rows with instance_id, org_id and body. */
  claimDue(knex: Knex, want: { now: number; until: number; limit: number }): Promise<Row[]>;
  /** Ends each SELECT that must wait for other transactions. */
  for_update: string;
  /** The table whose key was there already, if that is what the error says. */
  uniqueViolation(error: unknown): string | null;
};
export type Row = Record<string, unknown>;
