/** What must hold when all is at rest again: read from the stores themselves, past the service, and by the API as a client sees it. */
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { createConnection } from 'mysql2/promise';
import { z } from 'zod';
import { readConfig } from '../../app/config.ts';
import { openFacts } from '../../app/open-ports.ts';
import { openS3Objects } from '../../persistence/s3/objects.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { clearIncoming } from '../../services/maintenance/clear-incoming.ts';
import { wordOf } from '../worlds/numbered.ts';
import type { Cluster } from './cluster.ts';
import type { Entry, People } from './people.ts';

export type Finding = { check: string; count: number; examples: string[] };
type Row = Record<string, string | number | null>;
const Rows = z.array(z.record(z.string(), z.union([z.number(), z.string(), z.null()])));
const SEARCHED_AT_ONCE = 8;
const EXAMPLES = 5;
const OBJECTS_A_PAGE = 1_000;
const A_DAY_MS = 24 * 60 * 60_000;

const finding = (check: string, bad: string[]): Finding => ({ check, count: bad.length, examples: bad.slice(0, EXAMPLES) });

export async function database(cluster: Cluster): Promise<{ ask(sql: string): Promise<Row[]>; end(): Promise<void> }> {
  const connection = await createConnection({ uri: cluster.direct.TUODI_DATABASE_URL ?? '', supportBigNumbers: true });
  return {
    async ask(sql) {
      const [rows] = await connection.query(sql);
      return Rows.parse(rows);
    },
    end: () => connection.end(),
  };
}
type Ask = (sql: string) => Promise<Row[]>;

/** Resources that are not where they should be at rest, by what their owner last asked for. */
export async function unsettled(ask: Ask, { ledger }: People): Promise<string[]> {
  const rows = await ask('SELECT resource_id, status FROM resources');
  const statusOf = new Map(rows.map(({ resource_id, status }) => [String(resource_id), String(status)]));
  return [...ledger.values()].flatMap((entry) => {
    const status = statusOf.get(entry.resource_id);
    return status !== undefined && wanted(entry).includes(status)
      ? []
      : [`${entry.resource_id} ${status ?? 'is not there'} (${entry.wish})`];
  });
}
const wanted = ({ wish }: Entry): string[] => ({ kept: ['INDEXED'], trashed: ['TRASHED'], removed: ['DELETED'] })[wish];

export async function allChecks(cluster: Cluster, people: People, ids: string[], ask: Ask): Promise<Finding[]> {
  return [
    ...(await inFacts(ask, people)),
    ...(await wrongTexts(ask, people)),
    ...(await found(people)),
    ...(await inBucket(cluster, ask)),
    ...(await inIndex(cluster, ask)),
    ...(await eventsInOrder(ask, ids)),
  ];
}

async function inFacts(ask: Ask, people: People): Promise<Finding[]> {
  const rows = (all: Row[]) => all.map((row) => JSON.stringify(row));
  const known = new Set((await ask('SELECT resource_id FROM resources')).map(({ resource_id }) => String(resource_id)));
  return [
    finding(
      'lost: acknowledged and not there',
      [...people.ledger.keys()].filter((id) => !known.has(id)),
    ),
    finding(
      'INDEX_FAILED or PURGE_FAILED',
      rows(await ask(`SELECT resource_id, status, failure FROM resources WHERE status LIKE '%FAILED'`)),
    ),
    finding('stuck: not at rest', rows(await ask(`SELECT resource_id, status, failure FROM resources WHERE phase = 'working'`))),
    finding('twice: a step of the journal', rows(await ask(TWICE_JOURNAL))),
    finding('twice: INDEXED at one revision', rows(await ask(TWICE_INDEXED))),
    finding('twice: a saved text of one revision', rows(await ask(TWICE_TEXT))),
    finding('projections that differ from their instance', rows(await ask(PROJECTION))),
  ];
}
const TWICE_JOURNAL =
  'SELECT i.instance_id, i.seq, count(*) AS n FROM instances i LEFT JOIN journal j ON j.instance_id = i.instance_id GROUP BY i.instance_id, i.seq HAVING n <> i.seq';
/** An entry is written again at its revision when the index lost it (INDEX_LOST), and when its picture comes back (RESTORE). */
const TWICE_INDEXED =
  "SELECT instance_id, revision, sum(`to` = 'INDEXED' AND `from` <> 'INDEXED' AND event LIKE 'done %') AS n, sum(event IN ('INDEX_LOST', 'RESTORE')) AS again, group_concat(event ORDER BY seq SEPARATOR ', ') AS events FROM journal GROUP BY instance_id, revision HAVING n > 1 + again";
const TWICE_TEXT =
  'SELECT resource_id, revision, count(*) AS n FROM texts GROUP BY resource_id, revision, recognition_id HAVING n > 1';
const PROJECTION = 'SELECT r.resource_id FROM resources r JOIN instances i ON i.instance_id = r.resource_id WHERE r.seq <> i.seq';

/** Each picture's recognition is of the number that it is painted with. */
async function wrongTexts(ask: Ask, { ledger }: People): Promise<Finding[]> {
  const rows = await ask(
    'SELECT r.resource_id, r.title, n.pages FROM resources r JOIN recognitions n ON n.recognition_id = r.recognition_id',
  );
  const bad: string[] = [];
  const titles: string[] = [];
  for (const { resource_id, title, pages } of rows) {
    const entry = ledger.get(String(resource_id));
    if (!entry) continue;
    if (!String(pages).includes(`${wordOf(entry.number)}"`)) bad.push(`${resource_id}: ${String(pages).slice(0, 80)}`);
    if (entry.wish === 'kept' && title !== entry.title) titles.push(`${resource_id}: ${title}, not ${entry.title}`);
  }
  return [
    finding('wrong: the text of another picture', bad),
    finding('wrong: a title that was acknowledged is not the last', titles),
  ];
}

/** What is kept is found by its word and by nothing else; what is not kept is not found. */
async function found(people: People): Promise<Finding[]> {
  const Found = z.looseObject({ items: z.array(z.looseObject({ resource: z.looseObject({ resource_id: z.string() }) })) });
  const bad: string[] = [];
  const left = [...people.ledger.values()];
  const lane = async () => {
    for (let entry = left.pop(); entry; entry = left.pop()) {
      const replied = await people.call('GET', `/v1/search?mode=text&q=${wordOf(entry.number)}`);
      const hits = Found.safeParse(replied?.body).data?.items.map(({ resource }) => resource.resource_id) ?? ['no reply'];
      const right = entry.wish === 'kept' ? [entry.resource_id] : [];
      if (JSON.stringify(hits) !== JSON.stringify(right))
        bad.push(`${entry.resource_id} ${entry.wish}: found ${JSON.stringify(hits)}`);
    }
  };
  await Promise.all(Array.from({ length: SEARCHED_AT_ONCE }, lane));
  return [finding('not found, or found though it is gone', bad)];
}

/** The bucket holds only the run that the row of a picture names, and nothing of deleted pictures. */
async function inBucket(cluster: Cluster, ask: Ask): Promise<Finding[]> {
  const { direct } = cluster;
  const client = new S3Client({
    endpoint: direct.TUODI_S3_ENDPOINT ?? '',
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: direct.TUODI_S3_ACCESS_KEY ?? '', secretAccessKey: direct.TUODI_S3_SECRET_KEY ?? '' },
  });
  const keys: string[] = [];
  for (let token: string | undefined; ; ) {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: direct.TUODI_S3_BUCKET ?? '',
        MaxKeys: OBJECTS_A_PAGE,
        ...(token ? { ContinuationToken: token } : {}),
      }),
    );
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key ? [Key] : [])));
    token = page.NextContinuationToken;
    if (!token) break;
  }
  client.destroy();
  const rows = await ask(
    "SELECT resource_id, status, original_key FROM resources WHERE original_key IS NOT NULL AND status <> 'DELETED'",
  );
  const folders = new Set(rows.map(({ original_key }) => String(original_key).replace(/[^/]+$/, '')));
  const stored = keys.filter((key) => !key.startsWith('incoming/'));
  const there = new Set(stored);
  return [
    finding(
      'orphans in the bucket',
      stored.filter((key) => !folders.has(key.replace(/[^/]+$/, ''))),
    ),
    finding(
      'originals that are not in the bucket',
      rows.flatMap(({ original_key }) => (there.has(String(original_key)) ? [] : [String(original_key)])),
    ),
    finding('uploads left of pictures that are in', uploadsOf(rows, await uploadsLeft(cluster))),
  ];
}
/** What waits for RESTORE has no original yet, and keeps its upload. */
function uploadsOf(taken: Row[], keys: string[]): string[] {
  const ids = new Set(taken.map(({ resource_id }) => String(resource_id)));
  return keys.filter((key) => ids.has(key.split('/')[2] ?? ''));
}
/** A process that is killed before it removes an upload leaves it to the periodic job, which is run here as if a day had passed. */
async function uploadsLeft({ direct }: Cluster): Promise<string[]> {
  const { config } = readConfig(direct);
  const clock = systemClock();
  const facts = await openFacts(config, { clock });
  const objects = await openS3Objects({
    ...{ bucket: config.s3_bucket ?? '', endpoint: config.s3_endpoint, public_endpoint: undefined, region: config.s3_region },
    ...{ access_key: config.s3_access_key, secret_key: config.s3_secret_key, path_style: config.s3_path_style },
    ...{ upload_method: config.s3_upload_method, clock },
  });
  try {
    await clearIncoming({ objects, facts }, Date.now() + A_DAY_MS);
    return (await objects.page('incoming/', null, OBJECTS_A_PAGE)).map(({ key }) => key);
  } finally {
    await Promise.all([objects.close(), facts.close()]);
  }
}

const Hits = z.looseObject({
  hits: z.looseObject({
    hits: z.array(
      z.looseObject({ _source: z.looseObject({ resource_id: z.string(), revision: z.number(), deleted: z.boolean() }) }),
    ),
  }),
});
async function inIndex({ direct }: Cluster, ask: Ask): Promise<Finding[]> {
  const url = `${direct.TUODI_ELASTICSEARCH_URL}/${direct.TUODI_ELASTICSEARCH_ALIAS}/_search`;
  const replied = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ size: 10_000, query: { match_all: {} }, _source: ['resource_id', 'revision', 'deleted'] }),
  });
  const entries = Hits.parse(await replied.json()).hits.hits.map(({ _source }) => _source);
  const rows = await ask('SELECT resource_id, status, indexed_revision FROM resources');
  const rowOf = new Map(rows.map((row) => [String(row.resource_id), row]));
  const orphans = entries.filter(({ resource_id, deleted }) => {
    const status = rowOf.get(resource_id)?.status;
    return !deleted && (status === undefined || status === 'DELETED');
  });
  const held = new Map(entries.filter(({ deleted }) => !deleted).map(({ resource_id, revision }) => [resource_id, revision]));
  const missing = rows.filter(
    ({ resource_id, status, indexed_revision }) => status === 'INDEXED' && held.get(String(resource_id)) !== indexed_revision,
  );
  return [
    finding(
      'orphans in the index',
      orphans.map((entry) => JSON.stringify(entry)),
    ),
    finding(
      'INDEXED without its entry at its revision',
      missing.map((row) => JSON.stringify(row)),
    ),
  ];
}

/** The reader has each message of the outbox once, in the order of positions. */
async function eventsInOrder(ask: Ask, ids: string[]): Promise<Finding[]> {
  const rows = await ask('SELECT message_id, position FROM outbox ORDER BY position');
  const unnumbered = rows.filter(({ position }) => position === null);
  const all = rows.map(({ position }) => String(position));
  const [seen, twice, disorder] = [new Set<string>(), [] as string[], [] as string[]];
  let before = 0;
  for (const id of ids) {
    if (seen.has(id)) twice.push(id);
    seen.add(id);
    if (Number(id) < before) disorder.push(`${id} after ${before}`);
    before = Number(id);
  }
  return [
    finding(
      'messages without a position',
      unnumbered.map((row) => JSON.stringify(row)),
    ),
    finding(
      'events the reader did not get',
      all.filter((position) => !seen.has(position)),
    ),
    finding('events the reader got twice', twice),
    finding('events out of order', disorder),
  ];
}
