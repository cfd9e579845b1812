/** Verify on MariaDB, Elasticsearch and S3: damage of every kind, a picture each, is found and healed beside pictures that are whole. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Client } from '@elastic/elasticsearch';
import { readConfig } from '../../app/config.ts';
import { openPorts } from '../../app/open-ports.ts';
import { FINDINGS, type FindingCode, isFindingCode } from '../../contract/findings.ts';
import { mysqlKnex } from '../../persistence/mysql/driver.ts';
import { targetOf } from '../../persistence/mysql/target.ts';
import { world } from '../faults/world.ts';
import { PLANTS, plantedIn } from '../services/verify/planted.ts';
import { hashedNgrams } from '../worlds/hashed-ngrams.ts';
import { briefly, differing, type Place, type VerifiedWorld, verifiedWorld } from '../worlds/verified.ts';
import { env } from './env.ts';
import { freshServers } from './places.ts';

const REDIS = 14;
const CODES = Object.keys(FINDINGS).filter(isFindingCode);
/** Kinds of damage of pictures as any; the others make their own. */
const USUAL = CODES.filter((code) => !PLANTS[code].prepare);
/** Pictures that nothing happens to. */
const WHOLE = 2;

/** Elasticsearch remembers for a minute what was deleted, and refuses what is older: here entries are put back as they were at once. */
let forgetsAtOnce: () => Promise<unknown> = async () => undefined;
async function onServers(): Promise<Place> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-verify-'));
  const servers = await freshServers(REDIS);
  const { config } = readConfig({ ...servers.env, TUODI_DATA_DIR: folder });
  const opened = { ...(await openPorts(config, () => 'http://localhost', world)), embedder: hashedNgrams() };
  const { s3_endpoint = '', s3_access_key = '', s3_secret_key = '', s3_bucket: Bucket, database_url = '' } = config;
  const bucket = new S3Client({
    ...{ endpoint: s3_endpoint, region: 'us-east-1', forcePathStyle: true },
    credentials: { accessKeyId: s3_access_key, secretAccessKey: s3_secret_key },
  });
  forgetsAtOnce = async () => {
    const client = new Client({ node: env('TUODI_TEST_ELASTICSEARCH_URL') });
    await client.indices.putSettings({ index: config.elasticsearch_alias, settings: { index: { gc_deletes: '0s' } } });
    await client.close();
  };
  return {
    opened,
    knex: mysqlKnex({ target: targetOf(database_url), clock: world.clock, connections: 2 }),
    removeObject: (Key) => bucket.send(new DeleteObjectCommand({ Bucket, Key })),
    overwriteObject: (Key, Body) => bucket.send(new PutObjectCommand({ Bucket, Key, Body })),
    async drop() {
      bucket.destroy();
      await servers.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let w: VerifiedWorld;
before(async () => {
  w = await verifiedWorld(USUAL.length + WHOLE, {}, onServers);
  await forgetsAtOnce();
});
after(() => w?.stop());

test('a whole library on servers has nothing wrong, and nothing is touched', async () => {
  const whole = await w.dump();
  const { findings } = await w.verify({ heal: true, installation: true });
  assert.deepEqual(findings, []);
  assert.deepEqual(differing(whole, await w.dump()), []);
});

test('damage of every kind on servers is found, each of its own; what can be healed is, and nothing else is touched', async () => {
  const planted: { code: FindingCode; id: string; subject: string }[] = [];
  for (const code of CODES) planted.push({ code, ...(await plantedIn(w, code, w.ids[USUAL.indexOf(code)] ?? '')) });
  const damaged = await w.dump();
  const outcomeOf = (code: FindingCode, outcome: string) => (FINDINGS[code].heals === null ? 'reported' : outcome);
  const expected = (outcome: string) =>
    planted.map(({ code, subject }) => [code, subject, outcomeOf(code, outcome)].join(' ')).sort();
  const said = async (heal: boolean) =>
    briefly((await w.verify({ heal, installation: true })).findings)
      .map((finding) => finding.join(' '))
      .sort();
  assert.deepEqual(await said(false), expected('found'));
  assert.deepEqual(differing(damaged, await w.dump()), [], 'it only looks');
  assert.deepEqual(await said(true), expected('healed'));
  for (const { code, id } of planted) if (FINDINGS[code].heals === 'event') await w.inStatus(id, 'INDEXED');
  assert.deepEqual(
    await said(true),
    expected('healed').filter((line) => line.endsWith(' reported')),
    'what only a person can mend is left',
  );
  const healed = await w.dump();
  const touched = differing(damaged, healed).filter(
    (name) => !planted.some(({ id, subject }) => name.includes(id) || name.includes(subject)),
  );
  const rows_of_them = /^(texts|embeddings|recognitions|outbox|resource_counts) /; // named by ids of their own, or counts of all
  assert.deepEqual(
    touched.filter((name) => !rows_of_them.test(name)),
    [],
  );
  for (const id of w.ids.slice(USUAL.length)) assert.ok([...healed.keys()].some((name) => name.includes(id)));
});
