/**
 * Commit: changes of several instances in one transaction, each with its own compare-and-swap.
 *
 * 0. A change that was made for other index targets than there are has lost.
 * 1. Of every change the instance's row comes first. One that moves no row has lost, and nothing else of it is written.
 * 2. Then the rows of the winners, table by table, in an order that never varies: so two batches can't wait for one another.
 * 3. On any SQL error the whole transaction is rolled back, and each change is tried alone: some databases keep a transaction
 *    open after an error, and going on in it would commit half a change.
 */
import type { Knex } from 'knex';
import type { Change, Committed } from '../../runtime/ports-facts.ts';
import type { IndexTargets } from '../../runtime/ports-upkeep.ts';
import { type Database, type Dialect, portError } from './database.ts';
import { type FactStatements, factStatements, writeFacts } from './facts.ts';
import { lockedTargets } from './index-targets.ts';
import { type InstanceStatements, instanceStatements, swap } from './instances.ts';
import { JOURNAL_COLUMNS, journalValues } from './journal.ts';
import { OUTBOX_COLUMNS, outboxValues } from './outbox.ts';
import { RESOURCE_COLUMNS, resourceValues } from './resources.ts';
import { inserts, run, type Statement, upserts } from './statements.ts';

/** In one transaction: as many as the port allows. */
const MAX_CHANGES = 100;

type Statements = {
  instances: InstanceStatements;
  resource: Statement;
  facts: FactStatements;
  journal: Statement;
  outbox: Statement;
};

export function commitOf(db: Database): (changes: Change[]) => Promise<Committed[]> {
  const { write, dialect } = db;
  const statements: Statements = {
    instances: instanceStatements(write, dialect),
    resource: upserts(write, 'resources', RESOURCE_COLUMNS, 'resource_id'),
    facts: factStatements(write),
    journal: inserts(write, 'journal', JOURNAL_COLUMNS),
    outbox: inserts(write, 'outbox', OUTBOX_COLUMNS),
  };
  return async (changes) => {
    if (changes.length > MAX_CHANGES) throw new RangeError(`${changes.length} changes in a commit: at most ${MAX_CHANGES}`);
    if (new Set(changes.map(({ instance_id }) => instance_id)).size < changes.length)
      throw new RangeError('two changes of one instance in a commit');
    const answers = new Map<Change, Committed>();
    const sound = changes.filter((change) => {
      const error = foreign(change);
      if (error) answers.set(change, { outcome: 'failed', error });
      return !error;
    });
    sound.sort((a, b) => (a.instance_id < b.instance_id ? -1 : 1));
    for (const [change, answer] of await attempt(db, statements, sound)) answers.set(change, answer);
    return changes.map((change) => answers.get(change) ?? { outcome: 'failed', error: new Error('no answer') });
  };
}

/** Every row of a change is of its own resource and organisation: the one place where a mistake could cross tenants. */
function foreign({ instance_id, org_id, resource, writes }: Change): Error | null {
  for (const row of [resource, ...writes.map((write) => write.row)])
    if (row.resource_id !== instance_id || row.org_id !== org_id)
      return new Error(`a row of another resource in a change of ${instance_id}`);
  return null;
}

async function attempt(db: Database, statements: Statements, changes: Change[]): Promise<[Change, Committed][]> {
  if (changes.length === 0) return [];
  try {
    const winners = await db.write.transaction((trx) => apply(trx, db, statements, changes));
    return changes.map((change) => [change, { outcome: winners.has(change) ? 'committed' : 'lost' }]);
  } catch (error) {
    const [only, ...others] = changes;
    if (only && others.length === 0) return [[only, { outcome: 'failed', error: portError(db.dialect, error) }]];
  }
  const answers: [Change, Committed][] = [];
  for (const change of changes) answers.push(...(await attempt(db, statements, [change])));
  return answers;
}

/** Those that were made for what is so now. The row is read only if a change asks for it. */
async function expected(trx: Knex, dialect: Dialect, changes: Change[]): Promise<Change[]> {
  if (!changes.some(({ expects }) => expects)) return changes;
  const now = await lockedTargets(trx, dialect);
  return changes.filter(({ expects }) => !expects || isSame(expects.index_targets, now));
}
const isSame = (a: IndexTargets | null, b: IndexTargets | null) => a?.live === b?.live && a?.building === b?.building;

/** Answers the winners. */
async function apply(trx: Knex, { dialect }: Database, statements: Statements, changes: Change[]): Promise<Set<Change>> {
  const winners = new Set<Change>();
  for (const change of await expected(trx, dialect, changes))
    if (await swap(trx, dialect, statements.instances, change)) winners.add(change);
  for (const { resource } of winners) await run(trx, dialect, statements.resource, resourceValues(resource));
  await writeFacts(
    trx,
    dialect,
    statements.facts,
    [...winners].flatMap(({ writes }) => writes),
  );
  for (const change of winners) await run(trx, dialect, statements.journal, journalValues(change));
  for (const change of winners) for (const values of outboxValues(change)) await run(trx, dialect, statements.outbox, values);
  return winners;
}
