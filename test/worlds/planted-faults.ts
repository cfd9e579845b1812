/** Faults that a test plants around a service, one each, and what `doctor` must say of it. */
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { CheckName } from '../../app/doctor/finding.ts';
import type { Machine } from '../../app/doctor/own-checks.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { bucket, elastic, told } from './told-servers.ts';

const clock = systemClock();
export const SECRET = 'hunter-two-is-nothing-to-be-shown';
/** Nothing listens on it: it is the port of discard. */
const NOBODY = '127.0.0.1:9';

type Planted = { env?: Record<string, string>; machine?: Partial<Machine>; languages?: readonly string[] };
export type Plant = (dir: string, t: TestContext) => Promise<Planted>;

const change = (dir: string, name: string, sql: string) => {
  const db = openDatabase(path.join(dir, name));
  db.exec(sql);
  db.close();
};

export const elasticEnv = async (
  t: TestContext,
  ...state: Parameters<typeof elastic> extends [unknown, unknown, ...infer Rest] ? Rest : never
) => ({
  env: { TUODI_ELASTICSEARCH_URL: await elastic(t, clock.now(), ...state) },
});
export const bucketEnv = async (
  t: TestContext,
  ...state: Parameters<typeof bucket> extends [unknown, ...infer Rest] ? Rest : never
) => ({
  env: {
    TUODI_S3_BUCKET: 'pictures',
    TUODI_S3_ENDPOINT: await bucket(t, ...state),
    TUODI_S3_ACCESS_KEY: 'access',
    TUODI_S3_SECRET_KEY: SECRET,
  },
});
export const PAGE = { TUODI_CORS_ORIGINS: 'https://pictures.example' };

const embeddingsOf = async (t: TestContext, status: number) => ({
  env: { TUODI_EMBEDDING_URL: await told(t, () => ({ status, body: {} })), TUODI_EMBEDDING_API_KEY: SECRET },
});

/** helps: what is to be done, where a check has more than one cure. */
export const FAULTS: { fault: string; check: CheckName; says: RegExp; helps?: RegExp; plant: Plant }[] = [
  { fault: 'a Node that is too old', check: 'program', says: /18\.20\.0/, plant: async () => ({ machine: { node: '18.20.0' } }) },
  {
    fault: 'a variable that nobody knows',
    check: 'settings',
    says: /TUODI_LISTN/,
    plant: async () => ({ env: { TUODI_LISTN: 'x' } }),
  },
  {
    fault: 'half of a pair of keys',
    check: 'settings',
    says: /TUODI_S3_SECRET_KEY/,
    plant: async () => ({ env: { TUODI_S3_ACCESS_KEY: 'access' } }),
  },
  {
    fault: 'a link secret that is too short',
    check: 'secrets',
    says: /at least 32/,
    plant: async (dir) => {
      await writeFile(path.join(dir, 'link-secret'), 'short-one', { mode: 0o600 });
      return {};
    },
  },
  {
    fault: 'a link secret that is a link',
    check: 'secrets',
    says: /symbolic link/,
    plant: async (dir) => {
      await symlink('/etc/hostname', path.join(dir, 'link-secret'));
      return {};
    },
  },
  {
    fault: 'a folder that others may read',
    check: 'permissions',
    says: /other users/,
    plant: async (dir) => {
      await chmod(dir, 0o755);
      return {};
    },
  },
  {
    fault: 'a disk that is full but for its reserve',
    check: 'disk',
    says: /^4 MiB free/,
    plant: async () => ({ machine: { statfs: async () => ({ bavail: 1_024, blocks: 1_000_000, bsize: 4_096 }) } }),
  },
  {
    fault: 'a database that is none',
    check: 'database',
    says: /not a database|EUCLEAN|damaged/i,
    plant: async (dir) => {
      await writeFile(path.join(dir, 'facts.sqlite'), 'x'.repeat(8_192), { mode: 0o600 });
      return {};
    },
  },
  {
    fault: 'a database of a later version',
    check: 'database',
    says: /later version/,
    plant: async (dir) => {
      change(dir, 'facts.sqlite', "INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('9999_later', 9, 0)");
      return {};
    },
  },
  {
    fault: 'a migration that is pending',
    check: 'migrations',
    says: /0031_page_sizes/,
    plant: async (dir) => {
      change(dir, 'facts.sqlite', "DELETE FROM knex_migrations WHERE name = '0031_page_sizes'");
      return {};
    },
  },
  {
    fault: 'a Redis that is away',
    check: 'redis',
    says: /127\.0\.0\.1:9|ECONNREFUSED|Redis/,
    plant: async () => ({ env: { TUODI_REDIS_URL: `redis://:${SECRET}@${NOBODY}/0` } }),
  },
  {
    fault: 'an index that is none',
    check: 'index',
    says: /no search index|not a database/i,
    plant: async (dir) => {
      await rm(path.join(dir, 'search.sqlite'));
      change(dir, 'search.sqlite', 'CREATE TABLE entries (a)');
      await chmod(path.join(dir, 'search.sqlite'), 0o600);
      return {};
    },
  },
  {
    fault: 'an index of another analyser',
    check: 'analyser',
    says: /another version/,
    plant: async (dir) => {
      change(
        dir,
        'search.sqlite',
        "INSERT INTO entries (org_id, resource_id, revision, deleted, created_at, tags, analyser) VALUES ('org', 'a', 1, 0, 0, '[]', 1)",
      );
      return {};
    },
  },
  {
    fault: 'an alias on two indexes',
    check: 'index',
    says: /tuodi-index-a, tuodi-index-b/,
    plant: (_, t) => elasticEnv(t, { served: ['tuodi-index-a', 'tuodi-index-b'] }),
  },
  {
    fault: 'an Elasticsearch that is too old',
    check: 'index',
    says: /8\.19/,
    plant: (_, t) => elasticEnv(t, { version: '8.19.1' }),
  },
  { fault: 'a shard on no node', check: 'index', says: /red/, plant: (_, t) => elasticEnv(t, { health: 'red' }) },
  {
    fault: 'a key that may not write to the index',
    check: 'index',
    says: /may not write/,
    plant: (_, t) => elasticEnv(t, { denied: ['write'] }),
  },
  {
    fault: 'a mapping that lacks a field',
    check: 'analyser',
    says: /lacks grams/,
    plant: (_, t) => elasticEnv(t, { lacks: ['grams'] }),
  },
  {
    fault: 'an index of an earlier analyser',
    check: 'analyser',
    says: /another version/,
    plant: (_, t) => elasticEnv(t, { analyser: 1 }),
  },
  {
    fault: 'a clock that is a minute late',
    check: 'clocks',
    says: /Elasticsearch: (59|60|61) s/,
    plant: (_, t) => elasticEnv(t, { skew_ms: -60_000 }),
  },
  { fault: 'a bucket that is not there', check: 'store', says: /not there/, plant: (_, t) => bucketEnv(t, { head: 404 }) },
  { fault: 'a key that may not put', check: 'store', says: /s3:PutObject/, plant: (_, t) => bucketEnv(t, { put: 403 }) },
  {
    fault: 'a bucket that everybody may read',
    check: 'bucket_policy',
    says: /everybody/,
    plant: (_, t) => bucketEnv(t, { is_public: true }),
  },
  {
    fault: 'a bucket whose CORS lets our page not upload',
    check: 'bucket_cors',
    says: /pictures\.example/,
    plant: async (_, t) => {
      const { env } = await bucketEnv(t, { cors: [{ origin: 'https://*.example', methods: ['GET'] }] });
      return { env: { ...env, ...PAGE } };
    },
  },
  {
    fault: 'models that are not there',
    check: 'recognition',
    says: /must hold one detector/,
    plant: async (dir) => {
      await mkdir(path.join(dir, 'models'), { mode: 0o700 });
      return { env: { TUODI_OCR_MODELS: path.join(dir, 'models') } };
    },
  },
  {
    fault: 'a remote engine that is away',
    check: 'recognition',
    says: /ECONNREFUSED|fetch failed|bad port/,
    plant: async () => ({ env: { TUODI_OCR_URL: `http://${NOBODY}` } }),
  },
  {
    fault: 'a language without data',
    check: 'language_data',
    says: /missing: deu/,
    plant: async () => ({ languages: ['eng', 'deu'] }),
  },
  {
    fault: 'vectors from nowhere',
    check: 'embedding',
    says: /PROVIDER_UNAVAILABLE/,
    helps: /start the server of embeddings/,
    plant: async () => ({ env: { TUODI_EMBEDDING_URL: `http://${NOBODY}/v1`, TUODI_EMBEDDING_API_KEY: SECRET } }),
  },
  {
    fault: 'a server of embeddings that refuses our key',
    check: 'embedding',
    says: /refuses our key \(401\)/,
    helps: /correct TUODI_EMBEDDING_API_KEY/,
    plant: (_, t) => embeddingsOf(t, 401),
  },
  {
    fault: 'a server of embeddings that knows no such model',
    check: 'embedding',
    says: /answered 404/,
    helps: /TUODI_EMBEDDING_MODEL/,
    plant: (_, t) => embeddingsOf(t, 404),
  },
  {
    fault: 'a folder that holds no model of embeddings',
    check: 'embedding',
    says: /TUODI_EMBEDDING_DIR: .*has no model: it has to hold model\.onnx/,
    plant: async (dir) => ({ env: { TUODI_EMBEDDING_DIR: dir } }),
  },
  {
    fault: 'another service at the public URL',
    check: 'public_url',
    says: /answers 200, and not as tuodi/,
    plant: async (_, t) => ({ env: { TUODI_PUBLIC_URL: await told(t, () => ({ body: { hello: 'there' } })) } }),
  },
  {
    fault: 'a trash that keeps nothing',
    check: 'retention',
    says: /trash 0 d/,
    plant: async () => ({ env: { TUODI_TRASH_RETENTION_MS: '0' } }),
  },
  {
    fault: 'an organisation at its quota',
    check: 'quotas',
    says: /org 100 %/,
    plant: async (dir) => {
      change(
        dir,
        'facts.sqlite',
        "INSERT OR REPLACE INTO org_usage (org_id, pictures, bytes, awaited, announced) VALUES ('org', 10, 10, 0, 0)",
      );
      return { env: { TUODI_QUOTA_PICTURES: '10' } };
    },
  },
];
