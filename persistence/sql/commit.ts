/**
 * Commit: changes of several instances in one transaction, each with its own compare-and-swap.
 *
 * 1. The instances' rows are locked and looked at, in the order of their ids, so that two batches can't wait for one another. A change
 *    that was made from another `seq` has lost, and one that was made for other index targets than there are: nothing of it is written.
 *    New ones are not looked for, since ids are random: after an error they are, since the key of one may have refused it.
 * 2. The rows of the winners, table by table, in an order that never varies.
 * 3. On any SQL error the whole transaction is rolled back (some databases keep it open after an error, and going on would commit half a
 *    change). One that gave way to another transaction is tried again; after any other error each change is tried alone.
 * 4. When the connection breaks, nobody knows whether the COMMIT happened. The same changes are tried again *in doubt*: once their rows
 *    are locked (which waits for a transaction that may still be ending) their journal says by `commit_id` which of them are in already.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Metadata } from '../../contract/metadata.ts';
import type { OverQuota } from '../../runtime/accounts/usage.ts';
import type { Change, Committed } from '../../runtime/ports/facts.ts';
import type { IndexTargets } from '../../runtime/ports/service-state.ts';
import { type Database, type Dialect, portError, type Transaction } from './database.ts';
import { type FactRow, type FactStatements, factRow, factScript, factStatements, listed } from './facts.ts';
import { lockedTargets } from './index-targets.ts';
import { instanceStatements, instanceValues, movedInstances, type Places, placesOf, wins } from './instances.ts';
import { JOURNAL_COLUMNS, journalValues, madeBefore } from './journal.ts';
import { OUTBOX_COLUMNS, outboxValues } from './outbox.ts';
import { resourceValues } from './resource-columns.ts';
import { movedResources, resourceStatements } from './resource-statements.ts';
import { boundAll, inserts, type RowStatements, type Statement, type Values } from './statements.ts';
import { countedUsage, type UsageStatements, usageStatements } from './usage.ts';

/** In one transaction: as many as the port allows. */
const MAX_CHANGES = 100;
/** Maximum characters bound in one transaction: a larger change goes alone, so that it holds no lock of others while it travels. */
const MAX_CHARACTERS = 1_000_000;
/** Attempts of one transaction that gives way to others, loses its connection, or has to be looked at closer; then its error propagates. */
const ATTEMPTS = 4;

type Statements = {
  instances: RowStatements;
  resources: RowStatements;
  facts: FactStatements;
  journal: Statement;
  outbox: Statement;
  usage: UsageStatements;
};
/** A change with its rows, made once for all attempts. Of two steps in one the later has instance and resource. */
type Prepared = { change: Change; instance: Values; resource: Values; facts: FactRow[]; journal: Values[]; outbox: Values[] };
type Answers = Map<Change, Committed>;

export function commitOf(db: Database): (changes: Change[]) => Promise<Committed[]> {
  const { write } = db;
  const statements: Statements = {
    instances: instanceStatements(write),
    resources: resourceStatements(write),
    facts: factStatements(write),
    journal: inserts(write, 'journal', JOURNAL_COLUMNS),
    outbox: inserts(write, 'outbox', OUTBOX_COLUMNS),
    usage: usageStatements(write),
  };
  return async (changes) => {
    if (changes.length > MAX_CHANGES) throw new RangeError(`${changes.length} changes in a commit: at most ${MAX_CHANGES}`);
    if (new Set(changes.map(({ instance_id }) => instance_id)).size < changes.length)
      throw new RangeError('two changes of one instance in a commit');
    const answers: Answers = new Map();
    const sound: Prepared[] = [];
    for (const change of changes) {
      const error = foreign(change);
      if (error) answers.set(change, { outcome: 'failed', error });
      else sound.push(prepared(change));
    }
    if (sound.some((one) => lengthOf(one) > MAX_CHARACTERS)) await turnOfTheLoop(); // made and written, it would hold up all others
    sound.sort((a, b) => (a.change.instance_id < b.change.instance_id ? -1 : 1));
    await each(db, statements, groups(sound), false, answers);
    return changes.map((change) => answers.get(change) ?? { outcome: 'failed', error: new Error('no answer') });
  };
}

/** Every row of a change is of its own resource and organisation: the one place where a mistake could cross tenants. */
function foreign(change: Change): Error | null {
  const { instance_id, org_id } = change;
  for (const row of stepsOf(change).flatMap(({ resource, writes }) => [resource, ...writes.map((write) => write.row)]))
    if (row.resource_id !== instance_id || row.org_id !== org_id)
      return new Error(`a row of another resource in a change of ${instance_id}`);
  return null;
}

const stepsOf = (change: Change): Change[] => (change.followed_by ? [change, change.followed_by] : [change]);

function prepared(change: Change): Prepared {
  const steps = stepsOf(change);
  const [is_new, last] = [change.expected_seq === null, change.followed_by ?? change];
  return {
    change,
    instance: instanceValues(last),
    resource: is_new ? { ...resourceValues(last.resource), ...listed(metadataIn(change)) } : resourceValues(last.resource),
    facts: steps.flatMap(({ writes }) => writes.map((write) => factRow(write, is_new))),
    journal: steps.map(journalValues),
    outbox: steps.flatMap(outboxValues),
  };
}

function metadataIn({ writes }: Change): Metadata | null {
  const write = writes.findLast(({ into }) => into === 'metadata');
  return write?.into === 'metadata' ? write.row.metadata : null;
}

function groups(all: Prepared[]): Prepared[][] {
  const made: Prepared[][] = [];
  let room = 0;
  for (const one of all) {
    const characters = lengthOf(one);
    if (characters > room) {
      made.push([]);
      room = MAX_CHARACTERS;
    }
    made.at(-1)?.push(one);
    room -= characters;
  }
  return made;
}
function lengthOf({ instance, resource, facts, journal, outbox }: Prepared): number {
  let length = 0;
  for (const row of [instance, resource, ...journal, ...facts.map(({ values }) => values), ...outbox])
    for (const name in row) {
      const value = row[name];
      if (typeof value === 'string' || value instanceof Buffer) length += value.length;
    }
  return length;
}

/** Group by group; once the database is gone, the rest is not tried. */
async function each(db: Database, statements: Statements, all: Prepared[][], doubt: boolean, answers: Answers): Promise<void> {
  let gone: Error | null = null;
  for (const group of all) {
    if (gone) for (const { change } of group) answers.set(change, { outcome: 'failed', error: gone });
    else gone = await together(db, statements, group, doubt, answers);
  }
}

/** In one transaction; returns why the database is gone, or null. */
async function together(
  db: Database,
  statements: Statements,
  group: Prepared[],
  doubted: boolean,
  answers: Answers,
): Promise<Error | null> {
  const { dialect, write } = db;
  const failed = (error: Error) => {
    for (const { change } of group) answers.set(change, { outcome: 'failed', error });
  };
  let doubt = doubted;
  let at_once = dialect.takes_several;
  let looks = doubted || !group.some(isNew);
  let error: unknown = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    let begun = false;
    try {
      const { won, over } = await dialect.transaction(write, (trx) => {
        begun = true;
        return apply(trx, dialect, statements, group, { at_once, looks, doubt });
      });
      for (const one of group) answers.set(one.change, { outcome: won.has(one) ? 'committed' : 'lost' });
      for (const [change, error] of over) answers.set(change, { outcome: 'failed', error });
      return null;
    } catch (thrown) {
      error = thrown;
      if (dialect.isUnavailable(thrown)) {
        if (!begun) {
          const gone = doubt ? new OutcomeUnknown(thrown) : portError(dialect, thrown);
          failed(gone);
          return gone;
        }
        doubt = true;
        looks = true;
      } else if (!(looks || dialect.collided(thrown)))
        looks = true; // a new one may be there already
      else if (at_once && group.length === 1)
        at_once = false; // which statement it is of, the next attempt says
      else if (!dialect.collided(thrown) && dialect.uniqueViolation(thrown) !== 'instances') break; // (made since it was looked for)
    }
  }
  const alone = group.map((one) => [one]);
  if (alone.length > 1) await each(db, statements, alone, doubt, answers);
  else failed(dialect.isUnavailable(error) ? new OutcomeUnknown(error) : portError(dialect, error));
  return null;
}

/** The connection broke, and no other could be had to find out what had become of the commit. */
class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('the database was lost during a commit, which may have happened or not', { cause });
    this.name = 'OutcomeUnknown';
  }
}

/** Returns those that are in: the winners, and those in doubt that were in before; and those that are beyond a quota. */
async function apply(
  { ask, runLast }: Transaction,
  dialect: Dialect,
  statements: Statements,
  group: Prepared[],
  { doubt, looks, at_once }: { doubt: boolean; looks: boolean; at_once: boolean },
): Promise<{ won: Set<Prepared>; over: Map<Change, OverQuota> }> {
  const sought = looks ? group : group.filter((one) => !isNew(one));
  const places: Places = sought.length > 0 ? await placesOf(ask, dialect, idsOf(sought)) : new Map();
  const before = new Set<Prepared>();
  if (doubt) for (const one of group) if (await madeBefore(ask, one.change)) before.add(one);
  const targets = group.some(({ change }) => change.expects) ? await lockedTargets(ask, dialect) : null;
  const first = group.filter((one) => !before.has(one) && wins(one.change, places) && isMadeFor(one.change, targets));
  const { script: counts, over } = await countedUsage(
    ask,
    dialect,
    statements.usage,
    first.map(({ change }) => change),
  );
  const won = first.filter(({ change }) => !over.has(change));
  const moved = won.filter(({ change }) => change.expected_seq !== null);
  const put = (statement: Statement, rows: (one: Prepared) => Values[]) => boundAll(dialect, statement, won.flatMap(rows));
  const script = [
    ...put(statements.instances.make, ({ change, instance }) => (change.expected_seq === null ? [instance] : [])),
    ...movedInstances(dialect, statements.instances, places, moved),
    ...movedResources(dialect, statements.resources, moved),
    ...put(statements.resources.make, ({ change, resource }) => (change.expected_seq === null ? [resource] : [])),
    ...factScript(
      dialect,
      statements.facts,
      won.flatMap((one) => one.facts),
    ),
    ...put(statements.journal, ({ journal }) => journal),
    ...put(statements.outbox, ({ outbox }) => outbox),
    ...counts,
  ];
  await runLast(script, at_once);
  return { won: new Set([...before, ...won]), over };
}

const isNew = ({ change }: Prepared): boolean => change.expected_seq === null;
const idsOf = (group: Prepared[]): string[] => group.map(({ change }) => change.instance_id);
const isMadeFor = ({ expects }: Change, now: IndexTargets | null) =>
  !expects || (expects.index_targets?.live === now?.live && expects.index_targets?.building === now?.building);
