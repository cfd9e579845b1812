/** The lifecycle of a picture against what the rest of the service goes by: its row, its timers, its jobs, its title and tags. */
import { isDeepStrictEqual } from 'node:util';
import type { Instance } from '../../machines/interpreter.ts';
import { nextDueAt } from '../../runtime/instances/timers.ts';
import type { ResourceColumns } from '../../runtime/ports/resources.ts';
import type { CheckedPicture, CheckedRow } from '../../runtime/ports/verification.ts';
import { isGone } from '../maintenance/clear-leftovers.ts';
import { type Found, found, type VerifyParts } from './found.ts';

type Parts = Pick<VerifyParts, 'lifecycle' | 'clock'>;

/** A claim of the sweep, a look at overdue work and a settled gap move `next_due_at` by less. */
const DUE_SLACK_MS = 5 * 60_000;
/** What rows of earlier versions hold too. */
const ALWAYS = ['status', 'phase', 'seq', 'revision', 'indexed_revision', 'viewable', 'searchable'] as const;
const MAX_SHOWN = 80;

/** At most one finding that it can't be read, or all that its row does not have as its lifecycle does. */
export function compareRows({ lifecycle, clock }: Parts, picture: CheckedPicture): Found[] {
  const { instance, row, unreadable } = picture;
  const { kernel } = lifecycle;
  if (unreadable.instance !== null) return [found('INSTANCE_UNREADABLE', picture, unreadable.instance)];
  if (!instance) return [found('ROW_WITHOUT_INSTANCE', picture, row ? `it is ${row.status}` : 'its row cannot be read either')];
  const named = `${instance.machine} ${instance.version}`;
  if (!kernel.serves(instance)) return [found('INSTANCE_OF_LATER_VERSION', picture, named)];
  if (!kernel.knowsState(instance))
    return [found('INSTANCE_UNKNOWN_STATE', picture, `${named} in ${shown(instance.snapshot.value)}`)];
  const present = kernel.upgraded(instance);
  const columns = columnsOf(lifecycle, present);
  if (columns instanceof Error) return [found('INSTANCE_UNREADABLE', picture, columns.message)];
  if (unreadable.row !== null) return [found('ROW_UNREADABLE', picture, unreadable.row)];
  if (!row || row.org_id !== picture.org_id) return [found('ROW_MISSING', picture, `it is ${columns.status}`)];
  const of_all = instance.version === present.version;
  return [
    ...limbo(lifecycle, picture, present),
    ...projection(picture, row, of_all ? columns : only(columns)),
    ...timers(picture, present, clock.serviceTime()),
    ...metadata(picture, row),
  ];
}

type Columns = Partial<ResourceColumns>;
function columnsOf(lifecycle: Parts['lifecycle'], instance: Instance): Columns | Error {
  try {
    const { byte_claim: _, ...columns } = lifecycle.columns(instance); // a claim may be taken and given up by other means
    return { ...columns, seq: instance.seq, rests: Object.keys(instance.jobs).length === 0 };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
const only = (columns: Columns): Columns => Object.fromEntries(ALWAYS.map((name) => [name, columns[name]]));

function limbo({ kernel }: Parts['lifecycle'], picture: CheckedPicture, instance: Instance): Found[] {
  const obligations = Object.keys(instance.jobs).length + Object.keys(instance.timers).length;
  if (obligations > 0 || instance.snapshot.status !== 'active' || kernel.hasTag(instance, 'rest')) return [];
  return [found('INSTANCE_IN_LIMBO', picture, shown(instance.snapshot.value))];
}

function projection(picture: CheckedPicture, row: CheckedRow, columns: Columns): Found[] {
  const differing = Object.entries(columns).filter(([name, value]) => !isSame(row[name as keyof CheckedRow], value));
  if ('failure' in columns && !differing.some(([name]) => name === 'failure') && !hasFailureColumns(row))
    differing.push(['failure', columns.failure ?? null]);
  if (differing.length === 0) return [];
  const detail = differing.map(([name, value]) => `${name}: ${shown(row[name as keyof CheckedRow])}, not ${shown(value)}`);
  return [
    found('PROJECTION_DIFFERS', picture, detail.join('; '), { heal: { rewrite: { columns: Object.fromEntries(differing) } } }),
  ];
}
const hasFailureColumns = ({ failure, failure_step, failure_code, failure_at }: CheckedRow): boolean =>
  failure_step === (failure?.step ?? null) && failure_code === (failure?.code ?? null) && failure_at === (failure?.at ?? null);

function timers(picture: CheckedPicture, instance: Instance, now: number): Found[] {
  const all: Found[] = [];
  const expected = nextDueAt(instance);
  const { next_due_at, has_jobs } = picture;
  const is_late = expected !== null && (next_due_at === null || next_due_at > Math.max(expected, now) + DUE_SLACK_MS);
  if (is_late)
    all.push(
      found('DUE_AT_DIFFERS', picture, `${next_due_at ?? 'never'}, not ${expected}`, {
        heal: { rewrite: { next_due_at: expected } },
      }),
    );
  const jobs = Object.keys(instance.jobs);
  if (jobs.length > 0 && !has_jobs)
    all.push(found('JOBS_NOT_LISTED', picture, jobs.join(', '), { heal: { rewrite: { has_jobs: true } } }));
  return all;
}

function metadata(picture: CheckedPicture, row: CheckedRow): Found[] {
  if (isGone({ ...row, retry_step: null })) return [];
  if (!picture.has_metadata) return [found('METADATA_MISSING', picture, row.title)];
  const all: Found[] = [];
  const title = row.metadata.title ?? '';
  if (row.title !== title)
    all.push(found('TITLE_DIFFERS', picture, `${shown(row.title)}, not ${shown(title)}`, { heal: { rewrite: { title } } }));
  const tags = [...new Set(row.metadata.tags)];
  if (!isDeepStrictEqual([...picture.tags].sort(), [...tags].sort()))
    all.push(found('TAGS_DIFFER', picture, `${shown(picture.tags)}, not ${shown(tags)}`, { heal: { rewrite: { tags } } }));
  return all;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
const isSame = (one: unknown, other: unknown): boolean => isDeepStrictEqual(plain(one), plain(other));
const shown = (value: unknown): string => JSON.stringify(value ?? null).slice(0, MAX_SHOWN);
